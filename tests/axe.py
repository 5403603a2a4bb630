"""What axe-core says of a page: WCAG 2.2, levels A and AA."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import TimeoutError  # noqa: A004 - the one that is raised here

if TYPE_CHECKING:
    from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]


UNSETTLED = """() => [
  ...[...document.querySelectorAll('.mdli-form:has(.mdli-form-body[inert])')]
    .map((one) => `inert: ${one.dataset.exercise}`),
  ...document.getAnimations().filter((one) => one instanceof CSSTransition && one.playState !== 'finished')
    .map((one) => `${one.transitionProperty}: ${one.effect.target?.className}`),
]"""
"""Until a form has heard from the store it is pale, then it fades in; out of sight, what finished stays."""


def violations(page: Page, selector: str = "") -> list[str]:
    """Return one line per element that axe-core objects to, once the forms can be written in."""
    try:
        page.wait_for_function(f"() => ({UNSETTLED})().length === 0")
    except TimeoutError as error:
        still = f"not settled: {page.evaluate(UNSETTLED)}"
        raise AssertionError(still) from error
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
