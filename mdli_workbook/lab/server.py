"""The server's half of opening a workbook: the page asks what it may run, and gets what draws the forms.

Enabled by ``jupyter_server_config.d/mdli.json``. Nothing of anybody is read, run or kept here, and neither
what was sent nor what is wrong with it is ever logged.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import os
from typing import Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler, JupyterHandler
from jupyter_server.utils import url_path_join
from pydantic import ValidationError
from tornado import web

from mdli_workbook.exercises import KINDS
from mdli_workbook.exercises.finding import OWNER
from mdli_workbook.exercises.form_module import MODULE, NAME
from mdli_workbook.kernels.asking import fork_server
from mdli_workbook.kernels.birth import may_fork
from mdli_workbook.lab.gate import LONGEST, Page, judge

__all__ = ["ADDRESS", "FORM_ADDRESS", "FormHandler", "MayRunHandler", "warm_up"]

ADDRESS = "/mdli/may-run"
FORM_ADDRESS = "/mdli/form/([0-9a-f]{16})[.]js"
_PACKED = gzip.compress(MODULE.encode(), mtime=0)


class MayRunHandler(APIHandler):  # type: ignore[misc]
    """``POST /mdli/may-run``: a page in, ``{"order": [index, ...], "why": sentence, "form": name}`` out."""

    auth_resource = "contents"

    @web.authenticated
    @authorized(action="read")  # type: ignore[untyped-decorator]
    def post(self) -> None:
        """Answer 200 with a verdict; 400 what is no page, 413 what is too long for one."""
        body: bytes = self.request.body
        if len(body) > LONGEST:
            raise web.HTTPError(413, f"a workbook has at most {LONGEST} bytes of cells")
        try:
            page = Page.model_validate_json(body)
        except ValidationError:
            raise web.HTTPError(400, "no page of a workbook") from None
        verdict = judge(page, KINDS)
        if verdict.order:
            warm_up()
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps({"order": verdict.order, "why": verdict.why, "form": NAME}))


class FormHandler(JupyterHandler):  # type: ignore[misc]
    """``GET /mdli/form/<name>.js``: the module that draws forms. Its name is a hash: browsers keep it."""

    @web.authenticated
    def get(self, name: str) -> None:
        """Answer 200 with the module, packed for whoever can unpack it; 404 if it is of another version."""
        if name != NAME:  # the kernel's package is not the server's: it sends its own
            raise web.HTTPError(404)
        packed = "gzip" in self.request.headers.get("Accept-Encoding", "")
        self.set_header("Content-Type", "text/javascript; charset=UTF-8")
        self.set_header("Cache-Control", "private, max-age=31536000, immutable")
        self.set_header("Vary", "Accept-Encoding")
        if packed:
            self.set_header("Content-Encoding", "gzip")
        self.finish(_PACKED if packed else MODULE)


def warm_up() -> None:
    """Let the fork server get ready while the page does: the first kernel is the one that people wait for."""
    if may_fork():
        with contextlib.suppress(OSError):  # then a kernel says what is wrong, or is started without
            fork_server()


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "mdli_workbook.lab.server"}]


def _load_jupyter_server_extension(server: Any) -> None:
    base = server.web_app.settings["base_url"]
    handlers = [(ADDRESS, MayRunHandler), (FORM_ADDRESS, FormHandler)]
    server.web_app.add_handlers(".*$", [(url_path_join(base, address), one) for address, one in handlers])
    if os.environ.get(OWNER):  # by `mdli lab`: a server for workbooks and nothing else
        warm_up()
