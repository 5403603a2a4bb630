"""The style sheets and scripts of the pages, by name: read at the start, packed once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mdli_workbook.exercises.form_module import SCRIPTS
from mdli_workbook.site.bodies import pack

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mdli_workbook.site.bodies import Body

__all__ = ["ASSETS", "load_assets"]

_HERE = Path(__file__).parent / "assets"
_FORMS = Path(__file__).parent.parent / "exercises" / "assets"

_OF_WORKBOOKS = frozenset({"explorer.js", "own-data.js"})

ASSETS: Mapping[str, tuple[Path, ...]] = {
    "tokens.css": (_FORMS / "tokens.css",),
    "page.css": (_FORMS / "page.css",),
    "site.css": (_HERE / "site.css",),
    "forms.css": (*(_FORMS / name for name in ("form.css", "mine.css")), _HERE / "after.css"),
    "report.js": (_HERE / "report.js",),
    "forms.js": (*(_FORMS / name for name in SCRIPTS if name not in _OF_WORKBOOKS), _HERE / "after.js"),
}
"""All that ``/static/`` answers to: a name, and the files whose text stands there one after the other."""


def load_assets() -> dict[str, Body]:
    """Read all of them."""
    return {
        name: pack("\n".join(path.read_text(encoding="utf-8") for path in paths).encode())
        for name, paths in ASSETS.items()
    }
