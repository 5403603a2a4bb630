"""The module that draws forms in a browser: scripts and styles in one text, named by a hash of what it says.

A page needs it once, however many forms it shows. So a form's widget carries only :data:`LOADER`, which
gets it from the page's server, where a browser keeps it for good, or else from the kernel.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

__all__ = ["ASSETS", "LOADER", "MODULE", "NAME", "SCRIPT", "SCRIPTS", "STYLE", "STYLES"]

ASSETS = Path(__file__).with_name("assets")
SCRIPTS = (
    *("drafts.js", "saving.js", "controls.js", "fields.js", "entries.js", "history.js", "nudge.js"),
    *("foot.js", "look.js", "undo.js", "own-copy.js", "panel.js", "own-data.js", "explorer.js", "form.js"),
)
STYLES = ("tokens.css", "form.css", "page.css", "mine.css", "explorer.css", "look.css")


def _read(*names: str) -> str:
    return "\n".join((ASSETS / name).read_text("utf-8") for name in names)


SCRIPT = _read(*SCRIPTS)
"""Draws one form: ``render({ model, el })``."""
STYLE = _read(*STYLES)
"""How forms look."""
MODULE = f"const STYLE = {json.dumps(STYLE)};\n{_read('wear.js')}\n{SCRIPT}"
"""Both: whoever imports it has the style on the page."""
NAME = hashlib.sha256(MODULE.encode()).hexdigest()[:16]
"""Of the module, as an address has it."""
LOADER = _read("loader.js").replace("%NAME%", NAME)
"""What each widget carries."""
