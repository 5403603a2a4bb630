"""Forty files that are hostile or broken: each gives its message, and nothing comes of it."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from typing import TYPE_CHECKING

import pytest

from mdli_workbook.equity.reading import read_sheet
from mdli_workbook.equity.reading_checks import code_sheet
from mdli_workbook.equity.reading_columns import Mapping, MeasureColumns, guess_columns
from mdli_workbook.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 5, 1)
SECRET = "Zzyzx"
"""Stands in cells that could identify someone; no message may repeat it."""

PATIENTS = Mapping(
    "patients", (MeasureColumns("controlled", "yes-no", "controlled"),), ("language",), "seen", "id"
)
NUMBER = Mapping("patients", (MeasureColumns("pressure", "number", "pressure"),), ("language",))
AGED = Mapping("patients", (MeasureColumns("controlled", "yes-no", "controlled"),), (), age="age")
GROUPS = Mapping("groups", (MeasureColumns("controlled", "counts", "num", "den"),), ("language",))


def patients(*rows: str) -> bytes:
    return "\n".join(["id,language,seen,controlled", *rows, ""]).encode()


def groups(*rows: str) -> bytes:
    return "\n".join(["language,num,den", *rows, ""]).encode()


def package(**entries: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in entries.items():
            file.writestr(name.replace("__", "/").replace("_xml", ".xml"), data)
    return packed.getvalue()


BOMB = package(xl__workbook_xml=b"<workbook/>", xl__worksheets__sheet1_xml=bytes(300 * 2**20))

HOSTILE: list[tuple[str, bytes, Mapping | None, str]] = [
    # what, content, mapping, a part of the message
    ("nothing.csv", b"", None, "is empty"),
    ("only-a-mark.csv", b"\xef\xbb\xbf", None, "is empty"),
    ("only-blank-lines.csv", b"\n\r\n  \n", None, "is empty"),
    ("only-headings.csv", b"id,language\n", None, "has headings and no rows"),
    ("no-headings.csv", b"1,2,3\n4,5,6\n", None, "the first row is no row of headings"),
    ("heading-missing.csv", b"id,,x\n1,2,3\n", None, "column 2 has no heading"),
    ("heading-twice.csv", b"id,x,x\n1,2,3\n", None, "the heading of column 3 is that of an earlier column"),
    ("heading-formula.csv", b"id,=1+1\n1,2\n", None, "a heading begins like a formula"),
    ("one-column.csv", b"language\nEnglish\n", None, "has a single column"),
    ("prose.csv", b"Dear all\nplease find\nthe table\n", None, "has a single column"),
    (
        "too-many-values.csv",
        b"a,b\n1,2\n3,4,5\n",
        None,
        "line 3: this row has 3 values and there are 2 headings",
    ),
    ("too-few-values.csv", b"a,b,c\n1,2,3\n4,5\n", None, "line 3: this row has fewer values"),
    ("open-quotation.csv", b'a,b\n1,"2\n3,4\n', None, "cannot be read"),
    ("long-line.csv", b"a,b\n1," + b"x" * 70_000 + b"\n", None, "line 2: this line is longer than"),
    ("nul.csv", b"a,b\n1,2\n3,\x004\n", None, "line 3: holds a NUL"),
    ("junk.csv", bytes(range(1, 32)) * 40, None, "is no text"),
    ("broken-utf-16.csv", "a,b\n1,2\n".encode("utf-16") + b"\x00", None, "is not the UTF-16 text"),
    ("report.csv", b"%PDF-1.7\n", None, "is a PDF"),
    ("picture.csv", b"\x89PNG\r\n\x1a\n", None, "is a picture"),
    ("packed.csv", b"\x1f\x8b\x08\x00", None, "is a packed file"),
    ("old.xls", b"\xd0\xcf\x11\xe0" + bytes(600), None, "is an old Excel workbook, or one with a password"),
    ("bomb.xlsx", BOMB, None, "unpacks to more than 256 MB"),
    ("letter.xlsx", package(word__document_xml=b"<w/>"), None, "is a packed file and no Excel workbook"),
    ("cut-off.xlsx", BOMB[:200], None, "is a damaged Excel workbook"),
    ("hollow.xlsx", package(xl__workbook_xml=b"<workbook/>"), None, "is no Excel workbook that can be read"),
    ("column-missing.csv", b"id,language\n1,English\n", PATIENTS, "column 'controlled': is not in the file"),
    (
        "neither-yes-nor-no.csv",
        patients("1,English,2026-01-02,yes", f"2,English,2026-01-02,{SECRET}"),
        PATIENTS,
        "line 3: column 'controlled', row 3: is neither yes nor no",
    ),
    (
        "formula.csv",
        patients(f"1,=cmd|' /C {SECRET}'!A0,2026-01-02,1"),
        PATIENTS,
        "column 'language', row 2: begins like a formula",
    ),
    (
        "formula-yes.csv",
        patients("1,English,2026-01-02,@SUM(A1)"),
        PATIENTS,
        "'controlled', row 2: begins like a formula",
    ),
    (
        "same-patient-twice.csv",
        patients(
            f"{SECRET},English,2026-01-02,1", "b,English,2026-01-02,1", f"{SECRET},Spanish,2026-01-02,0"
        ),
        PATIENTS,
        "column 'id', rows 2, 4: is in more than one row",
    ),
    ("no-patient.csv", patients(",English,2026-01-02,1"), PATIENTS, "column 'id', row 2: is empty"),
    (
        "future.csv",
        patients("1,English,2031-01-02,1"),
        PATIENTS,
        "column 'seen', row 2: is a date before 2000 or after",
    ),
    (
        "long-ago.csv",
        patients("1,English,1066-10-14,1"),
        PATIENTS,
        "column 'seen', row 2: is a date before 2000 or after",
    ),
    (
        "no-date.csv",
        patients("1,English,2026-01-02,1", f"2,English,{SECRET},1", "3,English,2026-02-31,0"),
        PATIENTS,
        "column 'seen', rows 3, 4: is no date",
    ),
    (
        "names.csv",
        patients(*(f"{n},{SECRET} {n},2026-01-02,1" for n in range(40))),
        PATIENTS,
        "column 'language': is different in most rows, as a name",
    ),
    (
        "mail.csv",
        patients(f"1,{SECRET}@example.org,2026-01-02,1"),
        PATIENTS,
        "column 'language', row 2: looks like an address or a number of a person",
    ),
    ("note.csv", patients(f"1,{SECRET * 30},2026-01-02,1"), PATIENTS, "holds more than 80 characters"),
    (
        "named-column.csv",
        b"last_name,controlled\nA,1\n",
        Mapping("patients", (MeasureColumns("c", "yes-no", "controlled"),), ("last_name",)),
        "its heading is that of what identifies a person",
    ),
    (
        "text-in-numbers.csv",
        f"language,pressure\nEnglish,120\nEnglish,{SECRET}\n".encode(),
        NUMBER,
        "column 'pressure', row 3: is text and not a number",
    ),
    ("ages.csv", b"age,controlled\n-3,1\n40,1\n150,0\n", AGED, "column 'age', rows 2, 4: is no age in years"),
    (
        "above.csv",
        groups("English,9,5"),
        GROUPS,
        "column 'num', row 2: is above its denominator in column 'den'",
    ),
    ("negative.csv", groups("English,-1,5"), GROUPS, "column 'num', row 2: is negative"),
    ("fraction.csv", groups("English,1.5,5"), GROUPS, "column 'num', row 2: is no whole number"),
    ("half-empty.csv", groups("English,5,"), GROUPS, "column 'den', row 2: is empty beside a numerator"),
    ("with-total.csv", groups("English,5,9", "Total,5,9"), GROUPS, "column 'language', row 3: is a total"),
    (
        "same-group-twice.csv",
        groups("English,5,9", "English,5,9"),
        GROUPS,
        "row 3: is a group of an earlier row again",
    ),
    ("huge.csv", groups("English,5,99999999999"), GROUPS, "column 'den', row 2: is more than 100 million"),
    (
        "no-measure.csv",
        b"id,language\n1,English\n",
        Mapping("patients", (), ("language",)),
        "no measure is chosen",
    ),
]


def read(file: Path, mapping: Mapping | None) -> None:
    sheet = read_sheet(file)
    code_sheet(sheet, mapping or guess_columns(sheet), TODAY)


@pytest.mark.parametrize(("name", "content", "mapping", "message"), HOSTILE, ids=[one[0] for one in HOSTILE])
def test_a_broken_file_gives_its_message_and_nothing_is_saved(
    name: str, content: bytes, mapping: Mapping | None, message: str, tmp_path: Path
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read(file, mapping)
    assert message in str(caught.value)
    assert SECRET not in str(caught.value)
    assert [one.name for one in tmp_path.iterdir()] == [name]
    assert file.read_bytes() == content


def test_there_are_forty_of_them_and_each_is_another() -> None:
    assert len({name for name, *_ in HOSTILE}) == len(HOSTILE) >= 40


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        read_sheet(tmp_path / "gone.csv")


def test_all_problems_come_at_once_with_their_rows_and_columns(tmp_path: Path) -> None:
    file = tmp_path / "many.csv"
    rows = [
        "1,English,2031-01-01,perhaps",
        "1,=A1,2026-01-02,1",
        *(f"{n},English,2026-01-02,x" for n in range(2, 12)),
    ]
    file.write_bytes(patients(*rows))
    with pytest.raises(InputError) as caught:
        code_sheet(read_sheet(file), PATIENTS, TODAY)
    said = str(caught.value)
    assert len(caught.value.problems) == 4
    assert "column 'controlled', rows 2, 4, 5, 6, 7 and 6 more: is neither yes nor no" in said
    assert "column 'seen', row 2" in said
    assert "column 'language', row 3" in said
    assert "column 'id', rows 2, 3" in said
