"""What a fork can stand for, and what not."""

from __future__ import annotations

import pytest

from mdli_workbook.kernels.birth import Birth, interpreter_settings


def test_what_stands_behind_the_launcher_is_kept() -> None:
    birth = Birth.of(
        ["/usr/bin/python", "-P", "-m", "ipykernel_launcher", "-f", "x.json"], {"A": "1"}, "/home"
    )
    assert birth == Birth(("-f", "x.json"), {"A": "1"}, "/home")


@pytest.mark.parametrize(
    "command",
    [
        ["python", "-m", "ipykernel_launcher", "-f", "x.json"],
        ["R", "--slave"],
        ["python", "-P", "-m", "xeus"],
        [],
    ],
    ids=["unsafe path", "another language", "another kernel", "nothing"],
)
def test_another_command_is_none_of_ours(command: list[str]) -> None:
    assert Birth.of(command, {}, "/home") is None


def test_settings_of_the_interpreter_are_told_from_other_variables() -> None:
    given = {"PYTHONPATH": "/x", "LD_PRELOAD": "y.so", "HOME": "/home", "MY_PYTHON": "3"}
    assert interpreter_settings(given) == {"PYTHONPATH": "/x", "LD_PRELOAD": "y.so"}
