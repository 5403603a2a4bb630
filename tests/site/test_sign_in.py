"""Signing in and out: the form, the cookie, and what ends it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import pytest

from mdli_workbook.site import set_password

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.site.conftest import House, Running

RIGHT = "violet harbor seven"


def test_the_right_password_opens_the_first_page(house: House, site: Running) -> None:
    visitor = site.visitor()
    assert visitor.get("/").headers["Location"] == "/login"
    answer = site.sign_in(visitor, "coach-kim", RIGHT)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert "Amara Okafor" in visitor.get("/").text


def test_capitals_in_the_id_do_not_matter(house: House, site: Running) -> None:
    assert site.sign_in(site.visitor(), " Coach-Kim", RIGHT).status_code == 303


@pytest.mark.parametrize(
    ("coach_id", "password"),
    [
        ("coach-kim", "violet harbor eight"),
        ("coach-kim", "amber window twelve"),
        ("coach-kim", ""),
        ("nobody", RIGHT),
        ("amara", RIGHT),
        ("", ""),
        ("<script>alert(1)</script>", "x"),
    ],
)
def test_a_wrong_one_is_told_as_little_as_an_unknown_one(
    house: House, site: Running, coach_id: str, password: str
) -> None:
    visitor = site.visitor()
    answer = site.sign_in(visitor, coach_id, password)
    assert answer.status_code == 401
    assert "do not go together" in answer.text
    assert "<script>" not in answer.text
    assert not [name for name in visitor.cookies if name.startswith("mdli-coach")]


def test_a_password_without_a_coach_in_the_program_does_not_sign_in(house: House, site: Running) -> None:
    house.replace("coaches.csv", "coach-old,Alex Old,old@example.org,\n", "")
    assert site.sign_in(site.visitor(), "coach-old", "quiet meadow nine").status_code == 401


def test_the_form_alone_can_sign_in_or_out(house: House, site: Running) -> None:
    stranger = site.visitor()
    assert stranger.post("/login", data={"coach": "coach-kim", "password": RIGHT}).status_code == 403
    forged = {"coach": "coach-kim", "password": RIGHT, "_xsrf": "2|aaaaaaaa|bbbb|1"}
    stranger.get("/login")
    assert stranger.post("/login", data=forged).status_code == 403
    visitor = site.coach("coach-kim")
    assert visitor.post("/logout").status_code == 403
    assert visitor.get("/").status_code == 200


def test_the_cookies_are_strict_and_end_by_themselves(house: House, site: Running) -> None:
    visitor = site.visitor()
    form = visitor.get("/login").headers["Set-Cookie"]
    answer = site.sign_in(visitor, "coach-kim", RIGHT).headers["Set-Cookie"]
    for cookie in (form, answer):
        flags = [flag.strip().lower() for flag in cookie.split(";")]
        assert {"httponly", "samesite=strict", "path=/"} <= set(flags)
        assert "domain" not in cookie.lower()
    expires = parsedate_to_datetime(answer.lower().partition("expires=")[2].partition(";")[0])
    assert timedelta(hours=11) < expires - datetime.now(UTC) <= timedelta(hours=12)
    assert "coach-kim" not in answer


def test_signing_out_takes_the_cookie_away(house: House, site: Running) -> None:
    visitor = site.coach("coach-kim")
    token = site.form_token(visitor.get("/"))
    assert visitor.post("/logout", data={"_xsrf": token}).headers["Location"] == "/login"
    assert visitor.get("/").status_code == 303


def test_a_new_password_signs_out_whoever_used_the_old_one(house: House, site: Running) -> None:
    kim, lee = site.coach("coach-kim"), site.coach("coach-lee")
    set_password(house.folder, "coach-kim", "another good one")
    assert kim.get("/").status_code == 303
    assert lee.get("/").status_code == 200
    assert site.sign_in(kim, "coach-kim", RIGHT).status_code == 401
    assert site.sign_in(kim, "coach-kim", "another good one").status_code == 303


def test_a_coach_who_was_withdrawn_is_out_at_the_next_request(house: House, site: Running) -> None:
    visitor = site.coach("coach-old")
    assert visitor.get("/").status_code == 200
    house.replace("coaches.csv", "coach-old,Alex Old,old@example.org,\n", "")
    assert visitor.get("/").status_code == 303


@pytest.mark.parametrize(
    "kept", ["coach-kim", "2|1:0|10:1773|10:mdli-coach|4:abcd|0000", '{"coach": "coach-kim"}']
)
def test_a_cookie_that_we_have_not_signed_is_nobodys(house: House, site: Running, kept: str) -> None:
    visitor = site.visitor()
    [name] = [name for name in site.coach("coach-kim").cookies if name.startswith("mdli-coach")]
    visitor.cookies.set(name, kept.replace('"', "'"))
    assert visitor.get("/").status_code == 303


def test_passwords_that_cannot_be_read_close_the_site(house: House, site: Running) -> None:
    visitor = site.coach("coach-kim")
    (house.folder / ".mdli" / "coaches.json").write_text('{"coach-kim": ')
    assert visitor.get("/").status_code == 503
    assert site.sign_in(site.visitor(), "coach-kim", RIGHT).status_code == 503


def test_guessing_is_slowed_down_for_that_name_alone(start: Callable[..., Running]) -> None:
    site = start()
    answers = [site.sign_in(site.visitor(), "coach-lee", f"guess number {n}").status_code for n in range(8)]
    assert answers[:6] == [401] * 6
    assert 429 in answers[6:]
    assert site.sign_in(site.visitor(), "coach-kim", RIGHT).status_code == 303


def test_a_restart_keeps_a_coach_signed_in(start: Callable[..., Running]) -> None:
    first, second = start(), start()
    kim, again = first.coach("coach-kim"), second.visitor()
    again.cookies.update(kim.cookies)
    assert again.get("/").status_code == 200


def test_the_log_holds_no_password_no_name_and_no_address(house: House, site: Running) -> None:
    house.report("amara")
    visitor = site.coach("coach-kim")
    visitor.get("/report/amara/3?private=words")
    visitor.get("/nowhere/private-words")
    log = (house.folder / "site.log").read_text()
    assert "GET Report 200" in log
    for unseen in (RIGHT, "Amara", "private", "nowhere", "shared words"):
        assert unseen not in log


def test_hashes_are_kept_so_that_others_cannot_read_them(house: House) -> None:
    set_password(house.folder, "coach-kim", RIGHT)
    kept = house.folder / ".mdli" / "coaches.json"
    assert oct(kept.stat().st_mode & 0o777) == "0o600"
    assert oct(kept.parent.stat().st_mode & 0o777) == "0o700"
    assert set(json.loads(kept.read_text())) == {"coach-kim", "coach-lee", "coach-old"}
    assert RIGHT not in kept.read_text()
