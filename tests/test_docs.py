"""What the documentation says is there, and what is there is documented."""

from __future__ import annotations

import re
import subprocess
from importlib.metadata import PackageNotFoundError, metadata, requires, version
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import click
import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from mdli_workbook.cli import main
from mdli_workbook.crediting import LEDGER
from mdli_workbook.curriculum import Exercise
from mdli_workbook.exercises import KINDS
from mdli_workbook.learners import LEARNERS_COLUMNS, REPORTED
from mdli_workbook.program import people, settings
from mdli_workbook.session_files import read_session

if TYPE_CHECKING:
    from mdli_workbook.errors import Problem

REPOSITORY = Path(__file__).resolve().parent.parent
DOCS = REPOSITORY / "docs"
PAGES = [REPOSITORY / "README.md", *sorted(DOCS.glob("*.md")), *sorted(REPOSITORY.glob("*/README.md"))]
PINS = (REPOSITORY / "constraints.txt").read_text(encoding="utf-8").splitlines()


def headings(page: Path) -> list[str]:
    return re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)


def anchor(heading: str) -> str:
    """Return the name under which a heading can be linked to."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_each_command_has_a_heading_and_each_heading_a_command() -> None:
    documented = {heading.strip("`").removeprefix("mdli ") for heading in headings(DOCS / "commands.md")[1:]}
    assert documented == set(main.commands)


def test_each_command_names_all_its_options() -> None:
    text = (DOCS / "commands.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## `mdli (\w+)`\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))
    for name, command in {"": main, **main.commands}.items():
        page = sections[name] if name else text
        assert not [option for option in options(command) if option not in page], f"mdli {name}"


def options(command: click.Command) -> set[str]:
    """Return the long options of a command and of the commands below it."""
    own = {option for one in command.params for option in one.opts if option.startswith("--")}
    below = command.commands.values() if isinstance(command, click.Group) and command is not main else ()
    return own.union(*map(options, below)) - {"--help", "--version"}


def test_each_kind_of_exercise_has_a_heading_and_its_fields_are_named() -> None:
    page = DOCS / "authoring.md"
    sections = dict(re.findall(r"^## `(\w+)`\n(.*?)(?=^## |\Z)", page.read_text(), re.MULTILINE | re.DOTALL))
    for name, kind in KINDS.items():
        own = set(kind.model_fields) - set(Exercise.model_fields)
        assert not [field for field in own if field not in sections[name]], name


def test_the_fields_of_every_exercise_are_named() -> None:
    text = (DOCS / "authoring.md").read_text(encoding="utf-8")
    assert not [field for field in Exercise.model_fields if field != "id" and f"`{field}`" not in text]


def test_the_sessions_in_the_documentation_can_be_read(tmp_path: Path) -> None:
    blocks = re.findall(
        r"````markdown\n(.*?)````", (DOCS / "authoring.md").read_text(encoding="utf-8"), re.DOTALL
    )
    file = tmp_path / "session.md"
    file.write_text("\n".join(blocks), encoding="utf-8")
    session = read_session(file, KINDS)
    assert len(session.exercises) == len(blocks)


def test_each_key_and_each_column_of_the_program_files_is_explained() -> None:
    text = (DOCS / "program-files.md").read_text(encoding="utf-8")
    known = {*settings.KEYS, *settings.CREDIT_KEYS, *settings.DUE_KEYS, *settings.SESSION_KEYS}
    known |= {*people.ROSTER_COLUMNS, *people.COACHES_COLUMNS, *people.CALLS_COLUMNS, *people.CALL_STATES}
    known |= set(LEARNERS_COLUMNS)
    assert not [word for word in known if f"`{word}`" not in text]
    assert " ".join(people.ACCOMMODATIONS) in text


def test_each_column_of_the_ledger_and_of_the_accreditors_file_is_explained() -> None:
    text = (DOCS / "credit.md").read_text(encoding="utf-8")
    assert not [column for column in (*LEDGER, *REPORTED) if f"`{column}`" not in text]


def test_the_program_file_in_the_documentation_can_be_read(tmp_path: Path) -> None:
    (example,) = re.findall(
        r"```toml\n(.*?)```", (DOCS / "program-files.md").read_text(encoding="utf-8"), re.DOTALL
    )
    (tmp_path / "program.toml").write_text(example, encoding="utf-8")
    problems: list[Problem] = []
    settings.read_settings(tmp_path, (), problems)
    assert not problems


def test_each_module_has_its_row() -> None:
    text = (DOCS / "development.md").read_text(encoding="utf-8")
    package = REPOSITORY / "mdli_workbook"
    modules = {path.stem for path in package.glob("*.py")} | {
        path.parent.name for path in package.glob("*/__init__.py")
    }
    assert not [name for name in modules - {"__init__"} if f"`{name}`" not in text]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(REPOSITORY).as_posix())
def test_each_link_leads_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, fragment = unquote(link).partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not fragment or fragment in {anchor(heading) for heading in headings(target)}, link


def test_a_fresh_machine_needs_two_commands() -> None:
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"```bash\n(.*?)```", readme, re.DOTALL) == ["make demo\n", "make test\n"]


def test_constraints_are_names_and_versions_in_order() -> None:
    assert not [pin for pin in PINS if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][^ @/]*", pin)]
    assert sorted(PINS, key=str.upper) == PINS


def test_each_dependency_is_pinned_and_allows_its_pin() -> None:
    pinned = {
        canonicalize_name(name): Version(version) for name, version in (pin.split("==") for pin in PINS)
    }
    for line in requires("mdli-workbook") or []:
        wanted = Requirement(line)
        assert canonicalize_name(wanted.name) in pinned, f"{wanted.name} is not pinned"
        assert pinned[canonicalize_name(wanted.name)] in wanted.specifier, line


def test_no_pin_needs_a_newer_python_than_we_promise() -> None:
    needs = {pin: metadata(pin.split("==")[0]).get("Requires-Python") or "" for pin in PINS if installed(pin)}
    assert not [pin for pin, python in needs.items() if "3.11.0" not in SpecifierSet(python)]


def installed(pin: str) -> bool:
    """Whether this machine has the pinned version; some are for other systems only."""
    name, _, pinned = pin.partition("==")
    try:
        return version(name) == pinned
    except PackageNotFoundError:
        return False


def committed() -> list[Path]:
    """Return the files that git holds, or would after `git add`."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=REPOSITORY,
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [REPOSITORY / name for name in listed.stdout.decode().split("\0") if name]


# written in pieces, so that this file does not find itself
REGISTRIES = [
    f"{host}.{top}"
    for host, top in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("anaconda", "org"),
        ("debian", "org"),
        ("jsdelivr", "net"),
        ("unpkg", "com"),
    )
]
HOMES = ["ho" + "me", "ro" + "ot", "wo" + "rk", "Us" + "ers", "op" + "t"]
MACHINE = re.compile(rf"(?<![\w.])/(?:{'|'.join(HOMES)})/\w")


def test_no_committed_file_names_a_registry_or_a_place_on_one_machine() -> None:
    found = []
    for file in committed():
        text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
        found += [f"{file.name}: {host}" for host in REGISTRIES if host in text]
        found += [f"{file.name}: {match.group()}" for match in MACHINE.finditer(text)]
    assert not found
