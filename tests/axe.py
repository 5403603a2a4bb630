"""What axe-core says of a page: WCAG 2.2, levels A and AA."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from axe_playwright_python.base import AXE_SCRIPT

if TYPE_CHECKING:
    from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]


SETTLED = """() => !document.querySelector('.mdli-form-body[inert]')
    && !document.getAnimations().some(one => one instanceof CSSTransition)"""
"""Until a form has heard from the store it is pale, and it fades in."""


def violations(page: Page, selector: str = "") -> list[str]:
    """Return one line per element that axe-core objects to, once the forms can be written in."""
    page.wait_for_function(SETTLED)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    what = f"{{ include: {json.dumps([[selector]])} }}" if selector else "document"
    options = json.dumps({"runOnly": TAGS, "resultTypes": ["violations"]})
    found: dict[str, Any] = page.evaluate(f"axe.run({what}, {options})")
    return [
        f"{one['id']}: {node['html'][:160]} {node['target']} {node.get('failureSummary', '')}"
        for one in found["violations"]
        for node in one["nodes"]
    ]
