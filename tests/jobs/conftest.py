from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from vocmatch_desktop.jobs.handle import Handle
from vocmatch_desktop.jobs.protocol import Event
from vocmatch_desktop.jobs.worker import Worker

sys.path.append(str(Path(__file__).parent))  # where sample_jobs.py is found, here and in the workers: spawn hands it on

JOBS = {
    "Add": "sample_jobs:add",
    "Environment": "sample_jobs:environment",
    "Misbehave": "sample_jobs:misbehave",
    "Forever": "sample_jobs:forever",
    "PoolForever": "sample_jobs:pool_forever",
    "Nowhere": "no_such_module:run",
}
LIVES = {"Level": "sample_jobs:level"}


@pytest.fixture
def make_worker() -> Iterator[Callable[..., Worker]]:
    """Makes workers that know the jobs of sample_jobs.py."""
    made: list[Worker] = []

    def make(**options: Any) -> Worker:
        made.append(Worker("test", **{"jobs": JOBS, "lives": LIVES, "grace_s": 0.3, **options}))
        return made[-1]

    yield make
    for worker in made:
        worker.close()


@pytest.fixture
def worker(make_worker: Callable[..., Worker]) -> Worker:
    return make_worker()


def finish(handle: Handle, until: Callable[[list[Event]], bool] = lambda _: False) -> list[Event]:
    """Polls as the window does, until the last event or until `until(events so far)`."""
    events: list[Event] = []
    deadline = time.monotonic() + 30
    while not handle.done and not until(events):
        assert time.monotonic() < deadline, f"no end after {events}"
        events += handle.poll()
        time.sleep(0.005)
    return events


@pytest.fixture(name="finish")
def finish_fixture() -> Callable[..., list[Event]]:
    return finish


def until_true(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture(name="until_true")
def until_true_fixture() -> Callable[[Callable[[], Any]], None]:
    return until_true
