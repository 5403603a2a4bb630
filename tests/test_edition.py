"""Which edition of the package is at work."""

from __future__ import annotations

from importlib.metadata import version

from mdli_workbook.edition import code_hash, package_version


def test_the_version_is_the_installed_one() -> None:
    assert package_version() == version("mdli-workbook")


def test_the_hash_is_of_the_code_that_is_named_in_whatever_order() -> None:
    assert code_hash("status", "progress") == code_hash("progress", "status")
    assert len({code_hash(), code_hash("progress"), code_hash("progress", "status")}) == 3
