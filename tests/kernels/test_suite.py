"""The suite that any Jupyter kernel should pass, on our kernelspec."""

# ruff: noqa: RUF012 - the suite reads its lists from the class

from __future__ import annotations

import jupyter_kernel_test as suite


class TestWorkbookKernel(suite.KernelTests):  # type: ignore[misc]
    kernel_name = "mdli"
    language_name = "python"
    file_extension = ".py"
    code_hello_world = "print('hello, world')"
    code_stderr = "import sys; print('test', file=sys.stderr)"
    completion_samples = [{"text": "zi", "matches": {"zip"}}]
    complete_code_samples = ["1", "print('hello, world')", "def f(x):\n  return x*2\n\n\n"]
    incomplete_code_samples = ["print('''hello", "def f(x):\n  x*2"]
    invalid_code_samples = ["import = 7q"]
    code_page_something = "zip?"
    code_generate_error = "raise"
    code_execute_result = [
        {"code": "1+2+3", "result": "6"},
        {"code": "list(range(3))", "result": "[0, 1, 2]"},
    ]
    code_display_data = [
        {"code": "from IPython.display import HTML, display; display(HTML('<b>b</b>'))", "mime": "text/html"},
        {"code": "from IPython.display import Math, display; display(Math('1'))", "mime": "text/latex"},
    ]
    code_inspect_sample = "zip"
    code_clear_output = "from IPython.display import clear_output; clear_output()"
    code_history_pattern = "1?2*"
    # Not "range": ipykernel calls the session that is running 0 there, which the suite does not expect.
    supported_history_operations = ("tail", "search")


class TestItsWelcome(suite.IopubWelcomeTests):  # type: ignore[misc]
    kernel_name = "mdli"
    support_iopub_welcome = True
