"""The server's half of opening a workbook: the page asks what it may run, and is told.

Enabled by ``jupyter_server_config.d/mdli.json``. Nothing is read, run or kept here, and neither
what was sent nor what is wrong with it is ever logged.
"""

from __future__ import annotations

import json
from typing import Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from pydantic import ValidationError
from tornado import web

from mdli_workbook.exercises import KINDS
from mdli_workbook.lab.gate import LONGEST, Page, judge

__all__ = ["ADDRESS", "MayRunHandler"]

ADDRESS = "/mdli/may-run"


class MayRunHandler(APIHandler):  # type: ignore[misc]
    """``POST /mdli/may-run``: a page as JSON in, ``{"order": [index, ...], "why": sentence}`` out."""

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
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps({"order": verdict.order, "why": verdict.why}))


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "mdli_workbook.lab.server"}]


def _load_jupyter_server_extension(server: Any) -> None:
    address = url_path_join(server.web_app.settings["base_url"], ADDRESS)
    server.web_app.add_handlers(".*$", [(address, MayRunHandler)])
