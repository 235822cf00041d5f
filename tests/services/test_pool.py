from __future__ import annotations

import multiprocessing
from collections.abc import Iterator

import pytest
from stub_listening import double

from vocmatch_desktop.services.pool import work_through


def test_everything_is_worked_through() -> None:
    outcomes = list(work_through(range(10), double, processes=2))
    assert {outcome.item: outcome.result for outcome in outcomes} == {n: 2 * n for n in range(10)}


def test_a_crash_and_a_bug_cost_one_item_each() -> None:
    outcomes = {outcome.item: outcome for outcome in work_through([1, -1, 2, 13, 3, -2, 4], double, processes=2)}
    assert {item for item, outcome in outcomes.items() if outcome.crash} == {-1, 13, -2}
    assert [outcomes[n].result for n in (1, 2, 3, 4)] == [2, 4, 6, 8]
    assert "ZeroDivisionError: thirteen" in outcomes[13].story
    assert not outcomes[-1].story


def test_what_takes_too_long_is_given_up() -> None:
    outcomes = {outcome.item: outcome for outcome in work_through([5000, 1], double, processes=1, too_slow_s=2.0)}
    assert outcomes[5000].crash == "it took too long"
    assert outcomes[1].result == 2


def test_nothing_to_do_starts_nothing() -> None:
    assert list(work_through([], double, processes=4)) == []


def test_check_can_stop_it_in_the_middle_of_an_item() -> None:
    checks: Iterator[int] = iter(range(100))

    def stop() -> None:
        if next(checks) > 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        list(work_through([5000], double, processes=1, check=stop))
    assert not multiprocessing.active_children()


def test_closing_ends_the_processes() -> None:
    outcomes = work_through([1, 5000], double, processes=2)
    assert next(outcomes).item == 1
    outcomes.close()
    assert not multiprocessing.active_children()
