"""One view of a million patients beside pandas and statsmodels, written the straightforward way.

Both read the same CSV file, count patients by language, and tell each group's rate with Wilson's
interval, its difference from all others with Newcombe's, and whether it differs, after Holm. Ours also
checks the file, withholds what must not be seen, says what chance alone gives, and draws the page.
The peers come with the extra ``bench``.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from mdli_workbook.equity.explorer import Choice, html, look
from mdli_workbook.equity.figures import Ledger
from mdli_workbook.equity.reading import read_sheet
from mdli_workbook.equity.reading_checks import code_sheet
from mdli_workbook.equity.reading_columns import guess_columns
from mdli_workbook.equity.synthetic import MONTHS, RACE

if TYPE_CHECKING:
    from pathlib import Path

    from mdli_workbook.equity.patients import Patients

LANGUAGES = {
    "English": 0.71,
    "Spanish": 0.12,
    "Haitian Creole": 0.05,
    "Vietnamese": 0.03,
    "Karen": 0.01,
    "": 0.08,
}
RATES = {
    "English": 0.74,
    "Spanish": 0.65,
    "Haitian Creole": 0.66,
    "Vietnamese": 0.56,
    "Karen": 0.69,
    "": 0.61,
}
MEASURE = "blood_pressure_controlled"


def write_patients(path: Path, rows: int) -> None:
    """Write a practice of many invented patients, the same each time."""
    random = np.random.default_rng(99)
    languages = random.choice(list(LANGUAGES), rows, p=list(LANGUAGES.values()))
    reached = random.random(rows) < np.vectorize(RATES.get)(languages)
    lost = random.random(rows) < 0.05
    races = random.choice([*RACE], rows)
    months = random.choice(MONTHS, rows)
    with path.open("w", encoding="utf-8") as file:
        file.write(f"patient,month,{MEASURE},language,race_ethnicity\n")
        for number in range(rows):
            value = "" if lost[number] else int(reached[number])
            file.write(f"p{number},{months[number]},{value},{languages[number]},{races[number]}\n")


def read_ours(path: Path) -> Patients:
    sheet = read_sheet(path)
    return code_sheet(sheet, guess_columns(sheet), datetime.now(UTC).date())


def view_ours(patients: Patients) -> str:
    patients._tallies.clear()  # noqa: SLF001 - the first look at these patients is measured
    shown, _ = look(patients, Choice(MEASURE, "language", data="file"), Ledger(patients.source))
    return str(html(shown))


def read_theirs(path: Path) -> Any:
    import pandas as pd  # noqa: PLC0415

    return pd.read_csv(path)


def view_theirs(frame: Any) -> Any:
    from statsmodels.stats.multitest import multipletests  # noqa: PLC0415
    from statsmodels.stats.proportion import (  # noqa: PLC0415
        confint_proportions_2indep,
        proportion_confint,
        test_proportions_2indep,
    )

    measured = frame.dropna(subset=[MEASURE])
    groups = measured.fillna({"language": "Not recorded"}).groupby("language")[MEASURE].agg(["sum", "count"])
    everyone = groups.sum()
    groups["rate"] = groups["sum"] / groups["count"]
    groups["lower"], groups["upper"] = proportion_confint(groups["sum"], groups["count"], method="wilson")
    chances = []
    for name, row in groups.iterrows():
        pair = (row["sum"], row["count"], everyone["sum"] - row["sum"], everyone["count"] - row["count"])
        low, high = confint_proportions_2indep(*pair, method="newcomb", compare="diff")
        groups.loc[name, ["gap_lower", "gap_upper"]] = low, high
        chances.append(test_proportions_2indep(*pair, compare="diff", method="score").pvalue)
    groups["differs"] = multipletests(chances, method="holm")[0]
    return groups


def measure_views(folder: Path, rows: int, times: int) -> dict[str, tuple[list[float], list[float]]]:
    """Return the seconds of both, turn by turn: from the file to the view, and of the view alone."""
    path = folder / "patients.csv"
    write_patients(path, rows)
    whole: tuple[list[float], list[float]] = ([], [])
    alone: tuple[list[float], list[float]] = ([], [])
    ways = ((read_ours, view_ours), (read_theirs, view_theirs))
    for turn in range(times + 1):
        for place, (read, view) in enumerate(ways):
            began = time.perf_counter()
            data = read(path)
            read_at = time.perf_counter()
            assert len(view(data)), "nothing was shown"
            if turn:  # the first turn imports what is needed
                whole[place].append(time.perf_counter() - began)
                alone[place].append(time.perf_counter() - read_at)
    return {
        f"a view of {rows:,} patients, from the file": whole,
        f"a view of {rows:,} patients, once read": alone,
    }
