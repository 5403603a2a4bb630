"""Where workbooks stand whose participant's id or cohort, or whose session's slug, was corrected."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from mdli_workbook.names import NO_NAMES
from mdli_workbook.salvage import read_notebook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mdli_workbook.curriculum import Session
    from mdli_workbook.names import Names
    from mdli_workbook.program import Participant

__all__ = ["bring_here", "earlier_workbook"]


def bring_here(folder: Path, participant: Participant, names: Names = NO_NAMES) -> None:
    """Move the folders of somebody whose id or cohort was corrected, with all that is in them.

    Parameters
    ----------
    folder
        The program folder.
    participant
        As the roster names them now.
    names
        What people were called before.
    """
    for home in (folder / "workbooks", folder / ".mdli" / "base"):
        here = home / participant.cohort / participant.id
        if here.exists() and not _was_renamed(participant, names):
            continue
        for found in _former(home, participant, names):
            _move_folder(found, here)


def _move_folder(found: Path, here: Path) -> None:
    """Move a folder; where there is one already, what does not stand there yet."""
    if not here.exists():
        here.parent.mkdir(parents=True, exist_ok=True)
        found.rename(here)
        return
    for one in sorted(found.iterdir()):
        if not (here / one.name).exists():
            one.rename(here / one.name)
    with contextlib.suppress(OSError):  # something is left in it
        found.rmdir()


def _was_renamed(participant: Participant, names: Names) -> bool:
    return bool(participant.renamed_from) or len(names.ids_of(0, participant.id)) > 1


def earlier_workbook(
    folder: Path, participant: Participant, session: Session, names: Names = NO_NAMES
) -> Path | None:
    """Return where a session's workbook stands under an earlier id, cohort or slug.

    Parameters
    ----------
    folder, participant, session
        Whose, and which, as the program's files say it now.
    names
        What people were called before.

    Returns
    -------
    Path or None
        ``None`` if it stands where it belongs, or nowhere. One that stands where it belongs may have been
        generated before anybody said that the id was corrected: then the one under the earlier id is meant.
    """
    home = folder / "workbooks"
    here = home / participant.cohort / participant.id
    stands = (here / f"{session.stem}.ipynb").exists()
    if stands and not _was_renamed(participant, names):
        return None
    places: tuple[Path, ...] = () if stands else (here,)
    for place in (*places, *_former(home, participant, names)):
        for path in sorted(place.glob(f"{session.session:02d}-*.ipynb")):
            said = read_notebook(path.read_bytes()).metadata.get("mdli")
            if isinstance(said, dict) and said.get("form") is True and said.get("session") == session.session:
                return path
    return None


def _former(home: Path, participant: Participant, names: Names) -> Iterator[Path]:
    """Yield the folders in which somebody's files stood in another cohort or under an earlier id."""
    if not home.is_dir():
        return
    cohorts = sorted(one for one in home.iterdir() if one.is_dir())
    ids = (participant.id, participant.renamed_from, *names.ids_of(0, participant.id))
    for name in dict.fromkeys(filter(None, ids)):
        for cohort in cohorts:
            if (cohort.name, name) != (participant.cohort, participant.id) and (cohort / name).is_dir():
                yield cohort / name
