"""Guessing takes ever longer."""

from __future__ import annotations

from mdli_workbook.site.throttle import AT_ONCE, REMEMBERED, Throttle


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def test_each_further_try_doubles_the_wait_up_to_a_quarter_of_an_hour() -> None:
    throttle, waits = Throttle(Clock()), []
    for _ in range(20):
        throttle.count_try("kim")
        waits.append(throttle.seconds_closed("kim"))
    assert waits[:8] == [0, 0, 0, 0, 0, 2, 4, 8]
    assert waits[-1] == 900


def test_the_name_opens_again_with_time_and_with_success() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    for _ in range(7):
        throttle.count_try("kim")
    clock.seconds += 4
    assert throttle.seconds_closed("kim") == 0
    throttle.count_try("kim")
    assert throttle.seconds_closed("kim") == 8
    throttle.forget("kim")
    assert throttle.seconds_closed("kim") == 0


def test_a_day_of_silence_begins_the_count_again() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    for _ in range(9):
        throttle.count_try("kim")
    clock.seconds += 86_401
    throttle.count_try("kim")
    assert throttle.seconds_closed("kim") == 0


def test_guessing_names_does_not_fill_the_memory() -> None:
    throttle = Throttle(Clock())
    for number in range(REMEMBERED * 2):
        throttle.count_try(f"name-{number}")
    assert len(throttle._tries) == REMEMBERED


def test_trying_a_thousand_other_names_opens_no_closed_one() -> None:
    throttle = Throttle(Clock())
    for name in [*["kim"] * 9, *(f"name-{number}" for number in range(1000))]:
        throttle.count_try(name)
    assert throttle.seconds_closed("kim") > 0


def test_only_so_many_try_at_once_and_whoever_leaves_makes_room() -> None:
    throttle = Throttle(Clock())
    assert [throttle.enter() for _ in range(AT_ONCE + 2)] == [True] * AT_ONCE + [False] * 2
    throttle.leave()
    assert [throttle.enter(), throttle.enter()] == [True, False]
