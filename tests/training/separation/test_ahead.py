"""Batches made ahead are the batches."""

import threading

import pytest

from vocmatch_desktop.training.separation.ahead import SPARE, Ahead


@pytest.mark.parametrize("workers", [1, 4])
def test_every_step_gets_its_own_from_wherever_it_begins(workers: int) -> None:
    with Ahead(lambda step: step * step, workers, end=30) as batches:
        assert [batches(step) for step in range(7, 40)] == [step * step for step in range(7, 40)]


def test_each_is_made_once_and_only_so_many_ahead() -> None:
    made: list[int] = []
    lock = threading.Lock()

    def make(step: int) -> int:
        with lock:
            made.append(step)
        return step

    with Ahead(make, 2, end=50) as batches:
        for step in range(10):
            batches(step)
            with lock:
                assert max(made) <= step + 2 + SPARE
    assert len(made) == len(set(made))


def test_what_goes_wrong_is_raised_at_its_step() -> None:
    def make(step: int) -> int:
        if step == 2:
            raise ValueError("no sound")
        return step

    with Ahead(make, 1, end=5) as batches:
        assert [batches(0), batches(1)] == [0, 1]
        with pytest.raises(ValueError, match="no sound"):
            batches(2)
