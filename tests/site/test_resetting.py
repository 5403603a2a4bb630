"""A new password with a one-time code, through the form."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from mdli_workbook.cli import main
from mdli_workbook.site.codes import make_code
from tests.site.conftest import TODAY

if TYPE_CHECKING:
    import httpx

    from tests.site.conftest import House, Running

NEW = "a new and longer one"


def code_of(house: House, coach_id: str = "coach-kim", **earlier: float) -> str:
    return make_code(house.folder, coach_id, lambda: datetime.fromisoformat(TODAY) - timedelta(**earlier))


def reset(  # noqa: PLR0917 - one per field of the form
    site: Running, visitor: httpx.Client, coach_id: str, code: str, password: str = NEW, again: str = ""
) -> httpx.Response:
    token = site.form_token(visitor.get("/reset"))
    said = {"coach": coach_id, "code": code, "password": password, "again": again or password, "_xsrf": token}
    return visitor.post("/reset", data=said)


def test_with_a_code_a_coach_sets_a_new_password_and_others_are_signed_out(
    house: House, site: Running
) -> None:
    before, visitor = site.coach("coach-kim"), site.visitor()
    answer = reset(site, visitor, " Coach-Kim", code_of(house))
    assert (answer.status_code, "Your new password is set" in answer.text) == (200, True)
    assert before.get("/").status_code == 303
    assert visitor.get("/").status_code == 303, "the code signs nobody in"
    assert site.sign_in(visitor, "coach-kim", NEW).status_code == 303
    assert "Amara Okafor" in visitor.get("/").text


def test_a_code_is_good_once_and_for_its_coach_alone(house: House, site: Running) -> None:
    code = code_of(house)
    assert reset(site, site.visitor(), "coach-lee", code).status_code == 401
    assert reset(site, site.visitor(), "coach-kim", code).status_code == 200
    assert reset(site, site.visitor(), "coach-kim", code, "and yet another one").status_code == 401
    assert site.sign_in(site.visitor(), "coach-kim", "and yet another one").status_code == 401


def test_every_wrong_try_gets_the_same_answer(house: House, site: Running) -> None:
    old = code_of(house, days=1)
    pages = {
        reset(site, site.visitor(), "coach-kim", code).text.partition('name="_xsrf"')[0]
        for code in (old, "", "wrong", old[:-1])
    }
    assert len(pages) == 1
    assert reset(site, site.visitor(), "nobody", old).status_code == 401


def test_a_code_of_a_coach_who_is_gone_sets_nothing(house: House, site: Running) -> None:
    code = code_of(house, "coach-old")
    house.replace("coaches.csv", "coach-old,Alex Old,old@example.org,\n", "")
    assert reset(site, site.visitor(), "coach-old", code).status_code == 401


@pytest.mark.parametrize(
    ("password", "again", "said"),
    [("short", "short", "10 to 256 characters"), (NEW, f"{NEW}!", "not the same"), ("x" * 257, "", "256")],
)
def test_a_password_that_cannot_be_used_is_told_and_the_code_stays_good(
    house: House, site: Running, password: str, again: str, said: str
) -> None:
    code = code_of(house)
    answer = reset(site, site.visitor(), "coach-kim", code, password, again)
    assert (answer.status_code, said in answer.text) == (400, True)
    assert not [word for word in (code, password) if f'value="{word}"' in answer.text]
    assert reset(site, site.visitor(), "coach-kim", code).status_code == 200


def test_the_form_alone_can_set_a_password(house: House, site: Running) -> None:
    code, visitor = code_of(house), site.visitor()
    visitor.get("/reset")
    said = {"coach": "coach-kim", "code": code, "password": NEW, "again": NEW}
    assert visitor.post("/reset", data=said).status_code == 403
    assert site.sign_in(site.visitor(), "coach-kim", NEW).status_code == 401


def test_codes_that_cannot_be_read_close_the_form_and_nothing_else(house: House, site: Running) -> None:
    code = code_of(house)
    kept = house.folder / ".mdli" / "resets.json"
    kept.write_text("{")
    try:
        assert reset(site, site.visitor(), "coach-kim", code).status_code == 503
        assert site.coach("coach-kim").get("/").status_code == 200
    finally:
        kept.unlink()


def test_the_command_prints_a_code_and_nothing_else(house: House) -> None:
    command = ["--program", str(house.folder), "coach", "reset"]
    done = CliRunner().invoke(main, [*command, "coach-kim"])
    assert (done.exit_code, len(done.output.strip()), done.output.count("\n")) == (0, 23, 1)
    unknown = CliRunner().invoke(main, [*command, "coach-nobody"])
    assert unknown.exit_code == 2
    assert "coach 'coach-nobody' is not there" in unknown.output


def test_guessing_codes_is_slowed_down_and_signing_in_is_not(house: House, site: Running) -> None:
    answers = [reset(site, site.visitor(), "coach-old", f"guess {n}").status_code for n in range(8)]
    assert answers[:5] == [401] * 5
    assert 429 in answers
    assert site.coach("coach-old").get("/").status_code == 200
