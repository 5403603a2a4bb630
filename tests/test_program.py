"""Reading and checking program.toml, roster.csv, coaches.csv and calls.csv."""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from mdli_workbook.curriculum import Session
from mdli_workbook.errors import InputError, ProgramError
from mdli_workbook.generate import generate
from mdli_workbook.program import FILES, Call, find_program, read_program, store_address
from mdli_workbook.selection import Selection
from mdli_workbook.site.reading import own_participants

SMALL = Path(__file__).parent / "data" / "small-program"
GOOD = {name: (SMALL / name).read_text(encoding="utf-8") for name in FILES}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in GOOD.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def change(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_program_is_read_into_records(folder: Path) -> None:
    program = read_program(folder)
    assert program.title == "Leading a practice"
    assert program.zone == ZoneInfo("America/Chicago")
    assert program.credit.cap == Decimal("21.50")
    assert program.credit.call == 1
    assert program.cohorts == ("spring", "autumn")
    assert program.numbers == (1, 2)
    amara = program.participant("amara")
    assert amara.accommodations == {"large-text", "extra-time"}
    assert amara.zone.key == "America/Denver"
    assert program.participant("ben").zone.key == "America/Chicago"
    assert program.coach("lena-novak").zone.key == "Europe/Vienna"
    assert [one.id for one in program.participants_of("spring")] == ["amara", "ben"]
    assert [one.id for one in program.participants_with("marcus-reed")] == ["ben", "cleo"]
    assert program.participants_with("nobody") == ()


def test_a_program_survives_the_way_to_a_worker_process(folder: Path) -> None:
    program = read_program(folder)
    assert pickle.loads(pickle.dumps(program)) == program


@pytest.mark.parametrize(("day", "coached"), [("2026-04-30", ["amara"]), ("2026-05-01", [])])
def test_who_has_left_gets_no_workbook_and_is_no_coach_s_from_that_day(
    folder: Path, day: str, coached: list[str]
) -> None:
    program, today = read_program(folder), date.fromisoformat(day)
    session = Session(session=1, slug="journey", title="Journey", minutes=5)
    written = generate(program, [session], Selection(cohort="spring"), today=today)
    assert [one.participant for one in written] == [*coached, "ben"]
    assert [one.id for one in own_participants(program, "lena-novak", today)] == coached


@pytest.mark.parametrize(
    ("day", "there"),
    [("2026-01-04", False), ("2026-01-05", True), ("2026-04-30", True), ("2026-05-01", False)],
)
def test_one_is_in_the_program_from_joining_until_the_day_of_leaving(
    folder: Path,
    day: str,
    there: bool,  # noqa: FBT001 - one of two cases
) -> None:
    assert read_program(folder).participant("amara").in_program(date.fromisoformat(day)) is there


def test_without_dates_one_is_in_the_program_always(folder: Path) -> None:
    assert read_program(folder).participant("ben").in_program(date(1999, 1, 1))


def test_session_times_follow_daylight_saving_of_the_program(folder: Path) -> None:
    first, second = read_program(folder).sessions_of("spring")
    assert first.starts_at.astimezone(UTC) == datetime(2026, 1, 14, 0, 0, tzinfo=UTC)
    assert second.starts_at.astimezone(UTC) == datetime(2026, 3, 10, 23, 0, tzinfo=UTC)


def test_a_cohort_may_have_dates_of_its_own(folder: Path) -> None:
    own = "\n[[sessions]]\nsession = 2\nstarts_at = 2026-04-01T18:00:00\ncall_from = 2026-04-08\n"
    own += 'call_until = 2026-04-18\ncohort = "autumn"\n'
    (folder / "program.toml").write_text(GOOD["program.toml"] + own, encoding="utf-8")
    program = read_program(folder)
    assert program.session(2, "autumn").starts_at.date() == date(2026, 4, 1)
    assert program.session(2, "spring").starts_at.date() == date(2026, 3, 10)
    assert program.session(1, "autumn").starts_at.date() == date(2026, 1, 13)
    assert program.call_of("cleo", 2).call_from == date(2026, 4, 8)


def test_an_agreed_call_has_its_time_and_another_only_its_window(folder: Path) -> None:
    program = read_program(folder)
    chicago = ZoneInfo("America/Chicago")
    agreed = program.call_of("amara", 1)
    assert agreed.starts_at == datetime(2026, 1, 21, 12, tzinfo=chicago)
    assert (agreed.minutes, agreed.state, agreed.ahead) == (45, "held", False)
    with_offset = program.call_of("amara", 2)
    assert with_offset.starts_at == datetime(2026, 3, 24, 16, 30, tzinfo=UTC)
    assert with_offset.ahead
    assert program.call_of("ben", 1) == Call("ben", 1, date(2026, 1, 20), date(2026, 1, 30))


def test_calls_csv_may_be_missing(folder: Path) -> None:
    (folder / "calls.csv").unlink()
    assert read_program(folder).agreed == ()


def test_calls_csv_may_have_no_rows_yet(folder: Path) -> None:
    (folder / "calls.csv").write_text(GOOD["calls.csv"].splitlines()[0] + "\n", encoding="utf-8")
    assert read_program(folder).agreed == ()


def test_the_clock_is_the_real_one_unless_a_day_is_given(folder: Path) -> None:
    now = datetime(2026, 7, 1, 3, 0, tzinfo=UTC)
    program = read_program(folder)
    assert program.clock(lambda: now)() == now
    assert program.today(program.clock(lambda: now)) == date(2026, 6, 30)
    given = program.clock(lambda: now, date(2026, 3, 20))
    assert given() == datetime(2026, 3, 20, 17, 0, tzinfo=UTC)
    change(folder, "program.toml", "[credit]", "today = 2026-03-10\n[credit]")
    fixed = read_program(folder)
    assert fixed.today(fixed.clock(lambda: now)) == date(2026, 3, 10)
    assert fixed.today(fixed.clock(lambda: now, date(2026, 2, 1))) == date(2026, 2, 1)


def test_what_excel_saves_is_the_same_program(folder: Path) -> None:
    plain = read_program(folder)
    for name in ("roster.csv", "coaches.csv", "calls.csv"):
        lines = GOOD[name].replace(",", ";").splitlines()
        spare = [*lines, ";" * lines[0].count(";"), ""]
        (folder / name).write_bytes(b"\xef\xbb\xbf" + "\r\n".join(spare).encode())
    (folder / "program.toml").write_bytes(
        b"\xef\xbb\xbf" + GOOD["program.toml"].replace("\n", "\r\n").encode()
    )
    assert read_program(folder) == plain


def test_columns_may_stand_in_another_order_and_spaces_do_not_count(folder: Path) -> None:
    plain = read_program(folder)
    turned = [
        ",".join(f" {cell} " for cell in reversed(line.split(",")))
        for line in GOOD["coaches.csv"].splitlines()
    ]
    (folder / "coaches.csv").write_text("\n".join(turned), encoding="utf-8")
    assert read_program(folder) == plain


@pytest.mark.parametrize(
    "name", ['=cmd|" /C calc"!A0', "<script>alert(1)</script>", "Renée O'Brien-Łukasz", "愛 🙂", "+1-555"]
)
def test_a_name_is_only_text(folder: Path, name: str) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    change(folder, "roster.csv", "Amara Okafor", quoted)
    assert read_program(folder).participant("amara").name == name


def test_a_name_with_line_breaks_stands_on_one_line(folder: Path) -> None:
    change(folder, "roster.csv", "Amara Okafor", '"Amara\n  Okafor,\r\nMD"')
    assert read_program(folder).participant("amara").name == "Amara Okafor, MD"


# ---- questions that cannot be answered ----


def test_an_unknown_id_is_told_with_the_nearest_one(folder: Path) -> None:
    program = read_program(folder)
    with pytest.raises(InputError, match=r"^roster.csv: has no participant 'amra'; .*did you mean 'amara'"):
        program.participant("amra")
    with pytest.raises(InputError, match=r"^coaches.csv: has no coach 'amara'; add or correct it$"):
        program.coach("amara")
    with pytest.raises(InputError, match=r"^roster.csv: has no cohort 'sprin'; .*did you mean 'spring'"):
        program.participants_of("sprin")
    with pytest.raises(InputError, match="session 5 has no dates for cohort 'spring'; there are 1, 2"):
        program.session(5, "spring")
    with pytest.raises(InputError, match="has no participant 'nobody'"):
        program.call_of("nobody", 1)


# ---- where the program and its store are ----


def test_a_program_is_found_from_any_folder_in_it(folder: Path) -> None:
    deep = folder / "workbooks" / "spring"
    deep.mkdir(parents=True)
    assert find_program(deep) == folder
    assert find_program(folder) == folder


def test_a_folder_outside_of_any_program_is_told_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(ProgramError) as caught:
        find_program(tmp_path)
    expected = (
        f"program.toml: is neither in {tmp_path} nor above it; name its folder with --program, or make one"
    )
    assert str(caught.value) == f"{expected}: mdli init DIR"


@pytest.mark.parametrize(
    ("line", "address"),
    [
        ("", "sqlite:///{folder}/.mdli/answers.db"),
        ('store = "sqlite:///data/answers.db"', "sqlite:///{folder}/data/answers.db"),
        ('store = "sqlite:////srv/mdli/answers.db"', "sqlite:////srv/mdli/answers.db"),
        ('store = "postgresql+psycopg://db.example.org/mdli"', "postgresql+psycopg://db.example.org/mdli"),
    ],
)
def test_the_store_is_where_the_program_file_says(tmp_path: Path, line: str, address: str) -> None:
    (tmp_path / "program.toml").write_text(line, encoding="utf-8")
    assert store_address(tmp_path) == address.format(folder=tmp_path)


@pytest.mark.parametrize("line", ["store = 3", 'store = "sqlite://"', 'store = "answers.db"', "store ="])
def test_an_address_that_is_none_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "program.toml").write_text(line, encoding="utf-8")
    with pytest.raises(ProgramError, match=r"^program.toml line 1: "):
        store_address(tmp_path)


def test_the_demonstration_program_is_right() -> None:
    program = read_program(Path(__file__).parent.parent)
    assert program.cohorts == ("demo",)
    assert len(program.participants) == 8
    assert len(program.coaches) == 2
    assert program.numbers == (1, 2, 3, 4, 5, 6)
    assert program.credit.cap == Decimal("21.50")
    now = program.clock(lambda: datetime.now(UTC))
    assert [one.session for one in program.sessions_of("demo") if one.held(now())] == [1, 2, 3, 4, 5, 6]
    last = program.call_of("samuel-begay", 6)
    assert last.call_from <= program.today(now) <= last.call_until
    everyone = (*program.participants, *program.coaches)
    assert all(one.email.endswith("@example.org") for one in everyone)
    late = [call for call in program.agreed if call.ahead and call.starts_at and call.starts_at < now()]
    assert not late
