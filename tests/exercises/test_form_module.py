"""The module that draws forms: small, named by what it says, and the same on every page."""

from __future__ import annotations

import gzip
import hashlib
import re
from pathlib import Path

from mdli_workbook.exercises.controls import Control
from mdli_workbook.exercises.form_module import (
    ASSETS,
    LOADER,
    MODULE,
    NAME,
    SCRIPT,
    SCRIPTS,
    STYLE,
    STYLES,
)
from mdli_workbook.program.people import ACCOMMODATIONS

LARGEST = 60_000  # bytes, packed, of all that a page loads from us
EXTENSION = Path(__file__).parents[2] / "jupyter" / "labextensions" / "mdli-workbook" / "static"


def test_all_that_a_page_loads_to_show_a_workbook_is_small() -> None:
    loaded = [MODULE.encode(), LOADER.encode(), *(one.read_bytes() for one in EXTENSION.glob("*/*"))]
    assert len(loaded) > 2
    assert sum(len(gzip.compress(one)) for one in loaded) < LARGEST


def test_its_name_is_a_hash_of_what_it_says_and_the_loader_knows_it() -> None:
    assert hashlib.sha256(MODULE.encode()).hexdigest().startswith(NAME)
    assert f'"{NAME}"' in LOADER
    assert "%" not in LOADER


def test_the_loader_is_so_small_that_every_form_may_carry_it() -> None:
    assert len(LOADER) < 2_500


def test_every_asset_is_part_of_a_form() -> None:
    elsewhere = {"record.css"}  # of a participant's record, which is a page of its own
    assert {one.name for one in ASSETS.iterdir()} - elsewhere == {*SCRIPTS, *STYLES, "loader.js", "wear.js"}
    assert {one.name: lines for one in ASSETS.glob("*.js") if (lines := _lines(one)) >= 400} == {}


def _lines(file: Path) -> int:
    return len(file.read_text("utf-8").splitlines())


def test_every_type_of_control_has_a_drawing() -> None:
    [types] = [
        re.findall(r"'([a-z-]+)'", str(hint))
        for name, hint in Control.__annotations__.items()
        if name == "type"
    ]
    table = re.search(r"const CONTROLS = \{(.*?)\};", SCRIPT, re.DOTALL)
    assert table
    drawn = re.findall(r"[\"']?([a-z-]+)[\"']?: draw", table[1])
    assert sorted(drawn) == sorted(types)


def test_it_loads_nothing_else_and_takes_html_from_the_kernel_alone() -> None:
    for text in (MODULE, LOADER):
        assert "http://" not in text
        assert "https://" not in text
        assert "import " not in re.sub(r"//.*", "", text.replace(STYLE, ""))
    assert re.findall(
        r"\w+\.innerHTML = \w+|insertAdjacentHTML|outerHTML|document\.write|eval\(", MODULE + LOADER
    ) == ["panel.innerHTML = html", "node.innerHTML = html", "beside.innerHTML = html"]
    assert "import(" not in MODULE
    assert "@import" not in STYLE


def test_the_accommodations_of_the_script_are_those_of_the_roster() -> None:
    [words] = re.findall(r"const LOOKS = \[(.*?)\];", SCRIPT)
    assert tuple(re.findall(r'"([a-z-]+)"', words)) == ACCOMMODATIONS
