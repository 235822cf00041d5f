"""Real worker processes: what they answer, how they die, and that nothing outlives them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sample_jobs import Add, Environment, Forever, Misbehave, PoolForever

from vocmatch_desktop.errors import NotFound
from vocmatch_desktop.jobs.protocol import (
    Bug,
    Done,
    Event,
    Failed,
    OutOfMemory,
    Partial,
    Progress,
    WasCancelled,
    WorkerDied,
)
from vocmatch_desktop.jobs.worker import Worker

Finish = Callable[..., list[Event]]
Until = Callable[[Callable[[], object]], None]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the badly behaved jobs are written for POSIX")


def running(handle_events: list[Event]) -> bool:
    return any(isinstance(event, Progress) for event in handle_events)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        # A process nobody has waited for yet is dead too.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:  # it ended just now; or this is macOS, where launchd waits for orphans
        return sys.platform == "darwin"


def test_a_job_tells_its_progress_parts_and_result(worker: Worker, finish: Finish) -> None:
    events = finish(worker.submit(Add(2, 3)))
    assert events == [Progress(0.0, "adding"), Partial(2), Progress(1.0, "added"), Done(5)]


def test_jobs_run_in_order_and_nothing_follows_the_end(worker: Worker, finish: Finish) -> None:
    handles = [worker.submit(Add(i, 1)) for i in range(20)]
    assert [finish(handle)[-1] for handle in handles] == [Done(i + 1) for i in range(20)]
    assert all(handle.poll() == [] and handle.done for handle in handles)


def test_a_long_job_in_a_lane_of_its_own_holds_nobody_up(make_worker: Callable[..., Worker], finish: Finish) -> None:
    worker = make_worker(lanes={"Forever": "long"})
    long, behind_it = worker.submit(Forever()), worker.submit(Forever())
    finish(long, running)
    assert finish(worker.submit(Add(1, 1)))[-1] == Done(2)
    assert behind_it.poll() == []
    long.cancel()
    assert finish(long) == [WasCancelled()]
    assert running(finish(behind_it, running))


def test_a_process_of_low_priority_in_a_group_of_its_own(
    make_worker: Callable[..., Worker], finish: Finish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    (done,) = finish(make_worker(low_priority=True).submit(Environment()))
    assert isinstance(done, Done)
    assert done.result["threads"] == "1"
    assert done.result["nice"] > os.nice(0)
    assert done.result["group"]


def test_an_unknown_spec_is_refused_at_once(worker: Worker) -> None:
    with pytest.raises(LookupError, match="registry"):
        worker.submit(3)


@pytest.mark.parametrize("how", ["user error", "user error with a lock", "bug", "odd error", "system exit", "memory"])
def test_errors_travel(worker: Worker, finish: Finish, how: str) -> None:
    ending = finish(worker.submit(Misbehave(how)))[-1]
    assert isinstance(ending, Failed)
    if how == "user error":
        assert isinstance(ending.error, NotFound)
        assert (str(ending.error), ending.error.values) == ("There is no such beat. Pick another.", {"beat": 3})
    elif how == "memory":
        assert isinstance(ending.error, OutOfMemory)
    else:
        assert isinstance(ending.error, Bug)
        assert "Traceback" in ending.error.traceback


@pytest.mark.parametrize("how", ["unpicklable result", "unpicklable partial"])
def test_what_cannot_travel_is_a_bug_and_the_worker_goes_on(worker: Worker, finish: Finish, how: str) -> None:
    ending = finish(worker.submit(Misbehave(how)))[-1]
    assert isinstance(ending, Failed)
    assert isinstance(ending.error, Bug)
    assert finish(worker.submit(Add(1, 1)))[-1] == Done(2)


@pytest.mark.parametrize("how", ["kill", "segfault", "exit"])
def test_a_crash_costs_its_job_and_no_other(worker: Worker, finish: Finish, how: str) -> None:
    crashing, behind = worker.submit(Misbehave(how)), worker.submit(Add(1, 1))
    ending = finish(crashing)[-1]
    assert isinstance(ending, Failed)
    assert isinstance(ending.error, WorkerDied)
    assert finish(behind)[-1] == Done(2)


def test_an_idle_worker_that_is_killed_is_back_for_the_next_job(
    worker: Worker, finish: Finish, until_true: Until
) -> None:
    finish(worker.submit(Add(1, 1)))
    first = worker.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    until_true(lambda: worker.pid not in (None, first))
    assert finish(worker.submit(Add(2, 2)))[-1] == Done(4)


def test_a_worker_that_cannot_start_says_so_and_does_not_spin(
    make_worker: Callable[..., Worker], finish: Finish
) -> None:
    worker = make_worker(warm=("no_such_module",))
    for _ in range(2):
        ending = finish(worker.submit(Add(1, 1)))[-1]
        assert isinstance(ending, Failed)
        assert isinstance(ending.error, WorkerDied)


def test_cancel_stops_at_the_next_report(worker: Worker, finish: Finish) -> None:
    handle = worker.submit(Forever())
    finish(handle, running)
    pid = worker.pid
    handle.cancel()
    assert finish(handle) == [WasCancelled()]
    assert worker.pid == pid


@pytest.mark.parametrize("how", ["deaf", "hold the interpreter"])
def test_a_job_that_does_not_answer_is_ended_with_its_process(worker: Worker, finish: Finish, how: str) -> None:
    handle, behind = worker.submit(Misbehave(how)), worker.submit(Add(1, 1))
    finish(handle, running)
    pid = worker.pid
    assert pid is not None
    handle.cancel()
    assert finish(handle) == [WasCancelled()]
    assert not alive(pid)
    assert finish(behind)[-1] == Done(2)


def test_a_queued_job_is_cancelled_without_touching_the_running_one(worker: Worker, finish: Finish) -> None:
    first, second = worker.submit(Forever()), worker.submit(Add(1, 1))
    finish(first, running)
    second.cancel()
    assert finish(second) == [WasCancelled()]
    assert finish(first, running)
    first.cancel()
    assert finish(first) == [WasCancelled()]


def test_a_result_that_was_on_its_way_is_dropped_by_cancel(worker: Worker, finish: Finish) -> None:
    first, second = worker.submit(Add(1, 1)), worker.submit(Add(2, 2))
    finish(second)
    first.cancel()
    assert finish(first) == [WasCancelled()]


def test_pause_holds_and_resume_goes_on(worker: Worker, finish: Finish, until_true: Until, tmp_path: Path) -> None:
    ticks = tmp_path / "ticks"
    handle = worker.submit(Forever(ticks))
    finish(handle, running)
    worker.pause()
    # The pipe is ordered: once the worker has answered a cancel sent behind the pause, it has paused.
    behind = worker.submit(Add(1, 1))
    behind.cancel()
    finish(behind)
    until_true(lambda: not _grows(ticks))
    worker.resume()
    until_true(lambda: _grows(ticks))
    worker.pause()
    handle.cancel()
    assert finish(handle) == [WasCancelled()]


def _grows(file: Path) -> bool:
    before = file.stat().st_size
    threading.Event().wait(0.2)
    return file.stat().st_size > before


def test_a_pool_inside_a_job_ends_with_a_cancel(
    make_worker: Callable[..., Worker], finish: Finish, until_true: Until, tmp_path: Path
) -> None:
    worker, pids = make_worker(low_priority=True), tmp_path / "pids"
    handle = worker.submit(PoolForever(pids))
    until_true(lambda: pids.exists() and pids.read_text())
    handle.cancel()
    assert finish(handle) == [WasCancelled()]
    until_true(lambda: not any(alive(int(pid)) for pid in pids.read_text().split()))


def test_nothing_outlives_a_killed_window(until_true: Until, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    code = f"""
import sys, time
sys.path.insert(0, {str(Path(__file__).parent)!r})
from pathlib import Path
from sample_jobs import PoolForever
from vocmatch_desktop.jobs.worker import Worker
if __name__ == "__main__":
    worker = Worker("later", low_priority=True, jobs={{"PoolForever": "sample_jobs:pool_forever"}})
    worker.submit(PoolForever(Path({str(pids)!r})))
    time.sleep(600)
"""
    script = tmp_path / "window.py"
    script.write_text(code)
    with subprocess.Popen([sys.executable, str(script)]) as window:
        until_true(lambda: pids.exists() and pids.read_text())
        window.kill()
    until_true(lambda: not any(alive(int(pid)) for pid in pids.read_text().split()))


def test_close_cancels_what_runs_and_may_be_called_unused(worker: Worker, finish: Finish) -> None:
    handle = worker.submit(Forever())
    finish(handle, running)
    pid = worker.pid
    assert pid is not None
    worker.close()
    assert handle.poll()[-1] == WasCancelled()
    assert not alive(pid)
    handle.cancel()
    assert finish(worker.submit(Add(1, 1))) == [WasCancelled()]
    worker.close()
    Worker("unused").close()
