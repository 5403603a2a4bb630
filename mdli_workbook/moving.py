"""Where workbooks stand whose participant's id or cohort, or whose session's slug, was corrected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdli_workbook.salvage import read_notebook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mdli_workbook.curriculum import Session
    from mdli_workbook.program import Participant

__all__ = ["bring_here", "earlier_workbook"]


def bring_here(folder: Path, participant: Participant) -> None:
    """Move the folders of somebody whose id or cohort was corrected, with all that is in them.

    Parameters
    ----------
    folder
        The program folder.
    participant
        As the roster names them now.
    """
    for home in (folder / "workbooks", folder / ".mdli" / "base"):
        here = home / participant.cohort / participant.id
        found = None if here.exists() else next(_former(home, participant), None)
        if found is not None:
            here.parent.mkdir(parents=True, exist_ok=True)
            found.rename(here)


def earlier_workbook(folder: Path, participant: Participant, session: Session) -> Path | None:
    """Return where a session's workbook stands under an earlier id, cohort or slug.

    Returns
    -------
    Path or None
        ``None`` if it stands where it belongs, or nowhere.
    """
    home = folder / "workbooks"
    here = home / participant.cohort / participant.id
    if (here / f"{session.stem}.ipynb").exists():
        return None
    for place in (here, *_former(home, participant)):
        for path in sorted(place.glob(f"{session.session:02d}-*.ipynb")):
            said = read_notebook(path.read_bytes()).metadata.get("mdli")
            if isinstance(said, dict) and said.get("form") is True and said.get("session") == session.session:
                return path
    return None


def _former(home: Path, participant: Participant) -> Iterator[Path]:
    """Yield the folders in which somebody's files stood in another cohort or under their earlier id."""
    if not home.is_dir():
        return
    cohorts = sorted(one for one in home.iterdir() if one.is_dir())
    for name in filter(None, (participant.id, participant.renamed_from)):
        for cohort in cohorts:
            if (cohort.name, name) != (participant.cohort, participant.id) and (cohort / name).is_dir():
                yield cohort / name
