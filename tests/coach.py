"""A coach at the site: what the scripts of a report's page would send."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

if TYPE_CHECKING:
    import httpx

__all__ = ["HERE", "Coach"]

HERE = "/report/amara/3"


class Coach:
    """A coach with the report's page open: what its scripts would send."""

    def __init__(self, visitor: httpx.Client, page: str = HERE) -> None:
        self.visitor, self.page = visitor, page
        self.token = visitor.get(f"{page}/now").json()["token"]

    def post(self, body: Any, **headers: str) -> httpx.Response:
        sent = {"Content-Type": "application/json", "X-XSRFToken": self.token} | headers
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.visitor.post(f"{self.page}/write", content=content, headers=sent)

    def send(self, form: str, message: dict[str, Any]) -> dict[str, Any]:
        answered = self.post({"form": form, "message": message})
        assert answered.status_code == 200, answered.text
        answer: dict[str, Any] = answered.json()["answer"]
        return answer

    def save(
        self, form: str, value: Any, entry: str = "", based_on: str = "", id_: str = ""
    ) -> dict[str, Any]:
        message = {"type": "save", "id": id_ or str(uuid4()), "entry": entry, "value": value}
        return self.send(form, message | {"based_on": based_on})

    def forms(self) -> dict[str, Any]:
        told: dict[str, Any] = self.visitor.get(f"{self.page}/now").json()["forms"]
        return told

    def part(self, form: str) -> dict[str, Any]:
        return next(one for one in self.forms()["parts"] if one["spec"]["id"] == form)
