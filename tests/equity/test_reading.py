from __future__ import annotations

import io
import zipfile
from datetime import date
from typing import TYPE_CHECKING

import pytest

from mdli_workbook.equity.explorer import Choice, look
from mdli_workbook.equity.figures import Ledger
from mdli_workbook.equity.panel import BUNDLED
from mdli_workbook.equity.publish import State, View, by_month, publish, whole
from mdli_workbook.equity.reading import read_sheet
from mdli_workbook.equity.reading_checks import code_sheet
from mdli_workbook.equity.reading_columns import Mapping, MeasureColumns, guess_columns
from mdli_workbook.equity.recall import recall
from mdli_workbook.errors import InputError, MeasureRefused
from mdli_workbook.exercises.seen import Seen

if TYPE_CHECKING:
    from pathlib import Path

    from mdli_workbook.equity.patients import Patients

TODAY = date(2026, 5, 1)
TEXT = "language,sex,num,den\nEspañol,female,40,80\nEnglish,male,30,90\nUnknown,female,12,30\n"


def read(path: Path, content: bytes, mapping: Mapping | None = None) -> Patients:
    path.write_bytes(content)
    sheet = read_sheet(path)
    return code_sheet(sheet, mapping or guess_columns(sheet), TODAY)


def test_the_bundled_file_is_guessed_and_read() -> None:
    sheet = read_sheet(BUNDLED["demo-panel"])
    mapping = guess_columns(sheet)
    assert [one.name for one in mapping.measures] == [
        "blood_pressure_controlled",
        "cancer_screening_done",
        "portal_active",
    ]
    assert mapping.dimensions[:2] == ("race_ethnicity", "language")
    assert (mapping.layout, mapping.date, mapping.patient) == ("patients", "month", "patient")
    patients = code_sheet(sheet, mapping, TODAY)
    assert (patients.rows, len(patients.months.names)) == (4_000, 24)
    assert patients.dimensions["language"].names[-1] == ""


def test_a_file_has_one_fingerprint_and_one_record_whatever_its_columns_are_said_to_be(
    tmp_path: Path,
) -> None:
    rows = "".join(f"{'ab'[n % 2]},{'xy'[n // 2 % 2]},{n % 2},2026-01-02,2026-02-03\n" for n in range(200))
    content = f"group,sex,done,seen,born\n{rows}".encode()
    done = (MeasureColumns("done", "yes-no", "done"),)
    first = read(tmp_path / "own.csv", content, Mapping("patients", done, ("group",), "seen"))
    _, ledger = publish(first, View("done", ("group",), whole(first)))
    more = read(tmp_path / "own.csv", content, Mapping("patients", done, ("group", "sex"), "seen"))
    assert more.source == first.source
    _, ledger = publish(more, View("done", ("sex",), whole(more)), Ledger.from_json(ledger.as_json()))
    other = read(tmp_path / "own.csv", content, Mapping("patients", done, ("group",), "born"))
    with pytest.raises(MeasureRefused, match="rows: figures of this file were shown as"):
        publish(other, View("done", ("group",), whole(other)), ledger)


def test_what_the_columns_mean_is_saved_with_a_view_and_holds_in_the_next_sitting(tmp_path: Path) -> None:
    rows = "".join(f"{'ab'[n % 2]},{n % 2},2026-01-02,2026-02-03\n" for n in range(200))
    content = f"group,done,seen,born\n{rows}".encode()
    done = (MeasureColumns("done", "yes-no", "done"),)
    first = read(tmp_path / "own.csv", content, Mapping("patients", done, ("group",), "seen"))
    saved = Seen.model_validate(
        look(first, Choice("done", "group", data="file"), Ledger(first.source))[0].to_plain()
    )
    recalled = Ledger(first.source)
    for published in saved.shown().views:
        recalled = recall(published, recalled)
    assert publish(first, View("done", ("group",), whole(first)), recalled)
    other = read(tmp_path / "own.csv", content, Mapping("patients", done, ("group",), "born"))
    with pytest.raises(MeasureRefused, match="rows: figures of this file were shown as"):
        publish(other, View("done", ("group",), whole(other)), recalled)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encodings_separators_and_line_ends_all_give_the_same(
    encoding: str, separator: str, end: str, tmp_path: Path
) -> None:
    content = TEXT.replace(",", separator).replace("\n", end).encode(encoding)
    patients = read(tmp_path / "own.csv", content)
    assert patients.dimensions["language"].names == ("English", "Español", "")
    assert patients.tally("num", ("language",))[:, 0, :].tolist() == [[30, 60, 0], [40, 40, 0], [12, 18, 0]]


def test_a_decimal_comma_is_a_number(tmp_path: Path) -> None:
    rows = "".join(f"{'ab'[n % 2]};{120 + n},5\n" for n in range(40))
    mapping = Mapping("patients", (MeasureColumns("pressure", "number", "pressure"),), ("group",))
    patients = read(tmp_path / "own.csv", f"group;pressure\n{rows}".encode(), mapping)
    view, _ = publish(patients, View("pressure", ("group",), whole(patients)))
    assert [(row.group, row.size, row.mean) for row in view.rows] == [
        (("a",), 20, 139.5),
        (("b",), 20, 140.5),
        (("",), 0, None),
        ((), 40, 140.0),
    ]


def test_means_have_four_digits_and_stand_only_beside_a_shown_number(tmp_path: Path) -> None:
    rows = "".join(f"{'aaab'[n % 4] if n < 320 else 'c'};{120.1234 + n}\n" for n in range(324))
    mapping = Mapping("patients", (MeasureColumns("pressure", "number", "pressure"),), ("group",))
    patients = read(tmp_path / "own.csv", f"group;pressure\n{rows}".encode(), mapping)
    view, _ = publish(patients, View("pressure", ("group",), whole(patients)))
    assert [(row.size, row.mean) for row in view.rows][:3] == [(240, 279.1), (None, None), (None, None)]
    assert all((row.mean is None) == (not row.numerator) for row in view.rows)


def test_missing_and_unknown_are_one_row_of_their_own_and_stay_when_nobody_is(tmp_path: Path) -> None:
    rows = "".join(f"{group},{n % 2}\n" for group in ("x", "n/a", "Unknown", "") for n in range(30))
    patients = read(tmp_path / "own.csv", f"group,controlled\n{rows}".encode())
    view, _ = publish(patients, View("controlled", ("group",), whole(patients)))
    assert [(row.group, row.size) for row in view.rows] == [(("x",), 30), (("",), 90), ((), 120)]
    full = read(tmp_path / "full.csv", b"group,controlled\n" + b"x,1\ny,0\n" * 30)
    view, _ = publish(full, View("controlled", ("group",), whole(full)))
    assert view.rows[2].state is State.EMPTY


def test_ages_are_banded_and_dates_make_months(tmp_path: Path) -> None:
    rows = "".join(f"{age},0{month}/15/2026,1\n" for age in (17, 18, 64, 65, 99) for month in (1, 2, 3))
    patients = read(tmp_path / "own.csv", f"age,seen,controlled\n{rows},,0\n".encode())
    assert patients.dimensions["age"].names == ("0-17", "18-34", "35-49", "50-64", "65+", "")
    assert patients.tally("controlled", ("age",)).sum(axis=(1, 2)).tolist() == [3, 3, 0, 3, 6, 1]
    assert [one.name for one in by_month(patients)] == ["2026-01", "2026-02", "2026-03"]
    assert patients.months.names[-1] == ""


SHEET = """<?xml version="1.0"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>"""
BOOK = """<?xml version="1.0"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">
<sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>"""
OFFICE = "http://schemas.openxmlformats.org"
LINKS = f"""<?xml version="1.0"?>
<Relationships xmlns="{OFFICE}/package/2006/relationships"><Relationship Id="r1"
 Type="{OFFICE}/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>
</Relationships>"""
ROOT = f"""<?xml version="1.0"?>
<Relationships xmlns="{OFFICE}/package/2006/relationships"><Relationship Id="r1"
 Type="{OFFICE}/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/>
</Relationships>"""
TYPES = f"""<?xml version="1.0"?><Types xmlns="{OFFICE}/package/2006/content-types">
<Default Extension="xml" ContentType="application/xml"/></Types>"""


def workbook(rows: list[list[str]]) -> bytes:
    cells = "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{value}</t></is></c>' for value in row) + "</row>"
        for row in rows
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", TYPES)
        file.writestr("_rels/.rels", ROOT)
        file.writestr("xl/workbook.xml", BOOK)
        file.writestr("xl/_rels/workbook.xml.rels", LINKS)
        file.writestr("xl/worksheets/sheet1.xml", SHEET.format(cells))
    return packed.getvalue()


def test_an_excel_workbook_reads_as_its_csv(tmp_path: Path) -> None:
    rows = [["group", "seen", "controlled"], ["x", "2026-01-02", "1"], ["y", "2026-02-03", "0"]]
    patients = read(tmp_path / "own.xlsx", workbook(rows))
    assert patients.months.names == ("2026-01", "2026-02")
    assert patients.tally("controlled", ("group",)).sum(axis=1).tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 0]]


def test_an_excel_workbook_has_50000_rows_at_most(tmp_path: Path) -> None:
    file = tmp_path / "own.xlsx"
    file.write_bytes(workbook([["group", "controlled"], *[["x", "1"]] * 50_001]))
    with pytest.raises(InputError, match="has 50,001 rows; Excel goes up to 50,000 here"):
        read_sheet(file)


def test_what_was_read_shows_nothing_of_itself(tmp_path: Path) -> None:
    patients = read(tmp_path / "own.csv", b"group,controlled\n" + b"x,1\ny,0\n" * 30)
    for one in (patients, patients.dimensions["group"], patients.measures["controlled"]):
        assert repr(one).startswith("<")
