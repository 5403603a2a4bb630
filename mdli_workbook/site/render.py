"""From a saved report to a page: Voila's exporter, our template, no kernel."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
from markdown_it import MarkdownIt
from markupsafe import Markup
from nbformat import from_dict
from nbformat.v4.rwbase import rejoin_lines
from voila.exporter import VoilaExporter

from mdli_workbook.site.inert import is_inert
from mdli_workbook.site.layout import lay_out

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

__all__ = ["DRAWN_BY", "TEMPLATES", "ReportExporter", "draw_report", "make_environment", "say_moment"]

_HERE = Path(__file__).parent
TEMPLATES = _HERE / "templates"
DRAWN_BY = (
    *(_HERE / name for name in ("render.py", "inert.py", "layout.py")),
    *(TEMPLATES / name for name in ("base.html.j2", "cells.html.j2", "report.html.j2")),
)
"""The files that decide what the page of a report looks like."""

_markdown = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def _render_markdown(source: str) -> Markup:
    """Render Markdown with raw HTML escaped and images left as links: a picture could be any file here."""
    return Markup(_markdown.render(source))  # noqa: S704 - markdown-it escapes with html off


def _saved_html(output: Mapping[str, Any]) -> Markup | None:
    """Return the HTML of one saved output, or ``None`` where it is not inert; other outputs are empty."""
    data = output.get("data", {}) if output.get("output_type") in {"display_data", "execute_result"} else {}
    html = data.get("text/html", "")
    html = "".join(html) if isinstance(html, list) else str(html)
    return Markup(html) if is_inert(html) else None  # noqa: S704 - just proved inert


def say_moment(moment: datetime) -> str:
    """Write a moment as a coach reads it.

    Examples
    --------
    >>> from datetime import datetime
    >>> say_moment(datetime(2026, 3, 18, 14, 2))
    '18 March, 14:02'
    """
    return f"{moment.day} {moment:%B}, {moment:%H:%M}"


_FILTERS = {
    "laid_out": lay_out,
    "markdown": _render_markdown,
    "saved_html": _saved_html,
    "moment": say_moment,
}


def make_environment() -> jinja2.Environment:
    """Return the templates of all pages but the report; everything is escaped."""
    loader = jinja2.FileSystemLoader(TEMPLATES)
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(_FILTERS)
    return environment


class ReportExporter(VoilaExporter):  # type: ignore[misc]  # Voila ships no types
    """Voila's exporter with our template alone: no folder of the user or of the system is searched.

    Voila's own Markdown filter puts any file that an image names into the page; ours replaces it.
    """

    def __init__(self) -> None:
        super().__init__(
            template_paths=[str(TEMPLATES)],
            extra_template_basedirs=[],
            template_file="report.html.j2",
            template_name="mdli",
            default_preprocessors=[],
            filters=_FILTERS,
        )

    @property
    def environment(self) -> jinja2.Environment:
        """Voila's environment, made to escape."""
        environment: jinja2.Environment = super().environment
        environment.autoescape = True
        return environment


def draw_report() -> Callable[[Mapping[str, Any], Mapping[str, Any]], str]:
    """Return what renders the saved outputs of an executed notebook.

    It takes the notebook, as JSON, and what the page around it says. It keeps the template, which is
    read once, and is for one thread at a time.
    """
    exporter = ReportExporter()

    async def draw(notebook: Mapping[str, Any], about: Mapping[str, Any]) -> str:
        node = rejoin_lines(from_dict(notebook))
        pieces = exporter.generate_from_notebook_node(node, extra_context=dict(about))
        return "".join([piece async for piece, _ in pieces])

    return lambda notebook, about: asyncio.run(draw(notebook, about))
