"""JupyterLab's part as files: no bundler, no Node, and no cache that serves an older one."""

from __future__ import annotations

import hashlib
import json

from extended import EXTENSION

LONGEST = 400  # lines of one file


def test_the_name_of_the_scripts_folder_is_a_hash_of_what_they_say() -> None:
    [folder] = (EXTENSION / "static").iterdir()
    said = hashlib.sha256()
    for file in sorted(folder.iterdir()):
        said.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    name = said.hexdigest()[:16]
    assert folder.name == name, f"rename it, here and in package.json: {name}"
    described = json.loads((EXTENSION / "package.json").read_text("utf-8"))
    assert described["jupyterlab"]["_build"]["load"] == f"static/{name}/remoteEntry.js"
    assert (folder / "remoteEntry.js").is_file()


def test_each_script_is_short_enough_to_be_read() -> None:
    lines = {file.name: len(file.read_text("utf-8").splitlines()) for file in EXTENSION.rglob("*.js")}
    assert lines
    assert not [name for name, count in lines.items() if count > LONGEST]
