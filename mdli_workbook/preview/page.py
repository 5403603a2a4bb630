"""The frame of a preview: one HTML file that asks nothing of any other place."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markdown_it import MarkdownIt
from markupsafe import Markup

from mdli_workbook.exercises.form_module import STYLES
from mdli_workbook.exercises.pieces import joined

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ASSETS", "banner", "data", "frame", "markdown", "script"]

ASSETS = Path(__file__).with_name("assets")
_PACKAGE = ASSETS.parents[1]
_FORMS, _SITE = _PACKAGE / "exercises" / "assets", _PACKAGE / "site" / "assets"
_STYLES = (
    *(_FORMS / name for name in STYLES),
    _SITE / "site.css",
    ASSETS / "preview.css",
)
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


def frame(title: str, pieces: Iterable[Markup], running: str = "") -> Markup:
    """Return a whole page.

    Parameters
    ----------
    title
        Of the browser's tab.
    pieces
        What stands on it.
    running
        The text of its script. No other one may run, and nothing may be loaded from anywhere: the
        page itself forbids it.
    """
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    if running:
        digest = base64.b64encode(hashlib.sha256(running.encode()).digest()).decode()
        policy += f"; script-src 'sha256-{digest}'"
    return Markup(
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="{}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{}</title>\n'
        '<link rel="icon" href="data:,">\n<style>\n{}\n</style>\n</head>\n'
        '<body class="mdli-site">\n<main class="mdli-site-main">\n{}\n</main>\n{}\n</body>\n</html>\n'
    ).format(policy, title, _styles(), joined(pieces), script(running) if running else Markup())


def banner(file: str, said: Iterable[str]) -> Markup:
    """Say on the page itself that it is a preview, and of what."""
    lines = joined(Markup("<p>{}</p>").format(one) for one in said)
    return Markup(
        '<aside class="mdli-preview-banner" aria-label="About this preview">\n'
        "<p><strong>Preview of {}</strong></p>\n{}\n</aside>"
    ).format(file, lines)


def markdown(text: str) -> Markup:
    """Render text as faculty wrote it; HTML in it is shown as text."""
    rendered = Markup(_MARKDOWN.render(text))  # noqa: S704 - markdown-it escapes with html off
    return Markup('<section class="mdli-site-words">\n{}</section>').format(rendered)


def data(name: str, value: Any) -> Markup:
    """Put JSON into the page for its script; nothing in it can end the element."""
    text = json.dumps(value, ensure_ascii=False)
    for one in "<>&":
        text = text.replace(one, f"\\u{ord(one):04x}")
    return Markup('<script type="application/json" id="{}">{}</script>').format(name, Markup(text))  # noqa: S704


def script(text: str) -> Markup:
    """Return a script of ours as an element."""
    assert "</script" not in text.lower(), "a script of ours would end its own element"
    return Markup('<script type="module">{}</script>').format(Markup(text))  # noqa: S704 - package's own


def _styles() -> Markup:
    return Markup("\n".join(path.read_text("utf-8") for path in _STYLES))  # noqa: S704 - package's own
