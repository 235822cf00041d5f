from __future__ import annotations

import os
import signal
from collections.abc import Callable

import numpy as np
from sample_jobs import Forever, Level

from vocmatch_desktop.jobs.handle import LiveHandle
from vocmatch_desktop.jobs.protocol import Bug, Done, Event, Failed, Partial, Progress, WasCancelled, WorkerDied
from vocmatch_desktop.jobs.worker import Worker

Finish = Callable[..., list[Event]]


def first_part(events: list[Event]) -> bool:
    return any(isinstance(event, Partial) for event in events)


def fed(worker: Worker, frames: int, value: float) -> LiveHandle:
    live = worker.open_live(Level())
    live.feed(np.full(frames, value, np.float32))
    return live


def test_every_sample_arrives_before_the_last_event(worker: Worker, finish: Finish) -> None:
    live = worker.open_live(Level())
    buffer = np.zeros(64, np.float32)
    for step in range(50):
        buffer[:] = step
        live.feed(buffer)  # reused at once: feed must have copied it
    live.close()
    live.feed(buffer)
    *parts, last, done = finish(live)
    assert (last, done) == (Partial((50 * 64, -1.0)), Done(None))
    peaks = [part.event[1] for part in parts if isinstance(part, Partial)]
    assert (peaks, peaks[-1]) == (sorted(peaks), 49.0)


def test_a_session_runs_beside_a_job(worker: Worker, finish: Finish) -> None:
    job = worker.submit(Forever())
    finish(job, lambda events: any(isinstance(event, Progress) for event in events))
    live = fed(worker, 10, 0.5)
    assert Partial((10, 0.5)) in finish(live, first_part)
    live.close()
    assert finish(live)[-1] == Done(None)
    job.cancel()
    assert finish(job) == [WasCancelled()]


def test_cancel_ends_a_session(worker: Worker, finish: Finish) -> None:
    live = fed(worker, 10, 0.5)
    finish(live, first_part)
    live.cancel()
    assert finish(live) == [WasCancelled()]


def test_a_failing_session_is_a_bug_and_takes_no_more(worker: Worker, finish: Finish) -> None:
    live = worker.open_live(Level(fail_at=20))
    for _ in range(5):
        live.feed(np.zeros(10, np.float32))
    ending = finish(live)[-1]
    assert isinstance(ending, Failed)
    assert isinstance(ending.error, Bug)
    live.feed(np.zeros(10, np.float32))
    live.close()
    again = fed(worker, 10, 0.5)
    again.close()
    assert finish(again)[-1] == Done(None)


def test_a_session_whose_process_dies_fails(worker: Worker, finish: Finish) -> None:

    live = fed(worker, 10, 0.5)
    finish(live, first_part)
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGTERM)
    ending = finish(live)[-1]
    assert isinstance(ending, Failed)
    assert isinstance(ending.error, WorkerDied)
