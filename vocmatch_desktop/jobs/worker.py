"""A worker: a process that runs jobs, and the thread that looks after it.

Nothing here blocks its caller: a process is started, fed, watched, ended and started again on the worker's own thread,
and the window polls the handles.
"""

from __future__ import annotations

import atexit
import itertools
import multiprocessing
import os
import pickle
import threading
import time
import traceback
from collections.abc import Mapping
from typing import Any, TypeVar

from vocmatch_desktop.jobs.handle import Handle, LiveHandle
from vocmatch_desktop.jobs.link import Link
from vocmatch_desktop.jobs.pending import Pending
from vocmatch_desktop.jobs.protocol import (
    Bug,
    Cancel,
    Event,
    Failed,
    Feed,
    Finish,
    Pause,
    Quit,
    Ready,
    Setup,
    Started,
    Submit,
    ToWindow,
    WasCancelled,
    WorkerDied,
)
from vocmatch_desktop.jobs.registry import JOBS, LANES, LIVES

MAX_FAILED_STARTS = 3
"""A process that ends this often before it is ready is not started again until another job comes."""

_Kind = TypeVar("_Kind", bound=Handle)


class Worker:
    """Runs jobs, and live sessions beside them, in a process of its own; the jobs of one lane one after the other.

    A process that crashes is started again: the job it was in the middle of fails with `WorkerDied`, those behind it
    run in the next. A cancelled job that does not answer within `grace_s` is ended with its process.
    """

    def __init__(
        self,
        name: str,
        *,
        low_priority: bool = False,
        jobs: Mapping[str, str] = JOBS,
        lives: Mapping[str, str] = LIVES,
        lanes: Mapping[str, str] = LANES,
        warm: tuple[str, ...] = (),
        grace_s: float = 2.0,
    ) -> None:
        threads = 1 if low_priority else min(4, os.cpu_count() or 1)
        self._setup = Setup(name, dict(jobs), dict(lives), dict(lanes), warm, low_priority, threads)
        self._grace_s = grace_s
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._pending = Pending(grace_s)
        self._link = Link(self._setup)
        self._paused = False
        self._quit_at = float("inf")
        self._failed_starts = 0
        self._thread: threading.Thread | None = None
        self._woken, self._wake = multiprocessing.Pipe(duplex=False)

    @property
    def pid(self) -> int | None:
        """The id of the process, None while there is none."""
        with self._lock:
            return self._link.pid

    def start(self) -> None:
        """Starts the process and its imports in the background; the first job does it otherwise."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._look_after, name=f"worker {self._setup.name}", daemon=True)
            self._thread.start()
            atexit.register(self.close)

    def submit(self, spec: Any) -> Handle:
        """Queues a job; raises LookupError for a spec no function is registered for."""
        return self._put(Handle, spec, self._setup.jobs)

    def open_live(self, spec: Any) -> LiveHandle:
        """Opens a live session; raises LookupError for a spec no function is registered for."""
        return self._put(LiveHandle, spec, self._setup.lives)

    def pause(self) -> None:
        """Holds the running job at its next report, and those behind it."""
        self._set_paused(True)

    def resume(self) -> None:
        """Lets jobs go on after `pause`."""
        self._set_paused(False)

    def close(self) -> None:
        """Cancels everything and ends the process, within the grace; what is submitted later is cancelled at once."""
        if self._closing:
            return
        self._quit_at = time.monotonic() + self._grace_s
        if self._thread is None:
            self._link.end()
        else:
            with self._lock:
                self._link.send(Quit())
            self._wake.send_bytes(b"!")
            self._thread.join()
            atexit.unregister(self.close)
        self._woken.close()
        self._wake.close()

    def _put(self, kind: type[_Kind], spec: Any, targets: Mapping[str, str]) -> _Kind:
        name = type(spec).__name__
        if name not in targets:
            raise LookupError(f"{name} is not in jobs/registry.py")
        submit = Submit(next(self._numbers), name, pickle.dumps(spec), live=kind is LiveHandle)
        handle = kind(submit.job, self._post)
        if self._closing:
            handle.deliver(WasCancelled())
            return handle
        with self._lock:
            self._pending.add(handle, submit)
            self._link.send(submit)
        self.start()
        self._nudge()
        return handle

    def _post(self, frame: Feed | Finish | Cancel) -> None:
        with self._lock:
            if isinstance(frame, Cancel):
                self._pending.cancel(frame.job)
            self._link.send(frame)
        if isinstance(frame, Cancel):
            self._nudge()

    def _nudge(self) -> None:
        """Has the thread look at what changed: a deadline, or work for a process it gave up on."""
        if not self._closing:
            self._wake.send_bytes(b"!")

    def _set_paused(self, paused: bool) -> None:
        with self._lock:
            self._paused = paused
            self._link.send(Pause(paused))

    @property
    def _closing(self) -> bool:
        return self._quit_at < float("inf")

    def _look_after(self) -> None:
        while not self._closing:
            crashed = self._start_and_follow()
            if self._closing:
                break
            self._start_over(crashed)
            if self._failed_starts >= MAX_FAILED_STARTS:
                self._give_up_until_asked()
        self._hear_last()
        with self._lock:
            self._pending.end_all(WasCancelled())

    def _start_and_follow(self) -> bool:
        """Runs one process to its end; tells whether that came by itself."""
        self._failed_starts += 1  # until it says that it is ready
        try:
            self._link.start()
        except OSError:
            self._failed_starts = MAX_FAILED_STARTS
            return True
        return self._follow()

    def _follow(self) -> bool:
        while True:
            kill_at = self._kill_at()
            timeout = None if kill_at == float("inf") else max(0.0, kill_at - time.monotonic())
            spoke, ended = self._link.wait(self._woken, timeout)
            frame = self._link.receive() if spoke else None
            if frame is not None:
                self._hear(frame)
            elif spoke or ended:
                return True
            elif time.monotonic() >= kill_at:
                return False
            self._forget_nudges()

    def _kill_at(self) -> float:
        with self._lock:
            return min(self._quit_at, self._pending.kill_at)

    def _hear(self, frame: ToWindow) -> None:
        if isinstance(frame, Ready):
            self._failed_starts = 0
        elif isinstance(frame, Started):
            with self._lock:
                self._pending.started(frame.job)
        else:
            event = _unpacked(frame.event)  # not under the lock, where it would hold up the window
            with self._lock:
                self._pending.deliver(frame.job, event)

    def _hear_last(self) -> None:
        for frame in self._link.end():
            self._hear(frame)

    def _start_over(self, crashed: bool) -> None:
        """Makes the next link and gives it what the last one left; frames posted meanwhile were for its jobs."""
        self._hear_last()
        with self._lock:
            again = self._pending.process_ended(crashed=crashed)
            self._link = Link(self._setup)
            self._link.send(Pause(self._paused))
            for submit in again:
                self._link.send(submit)

    def _give_up_until_asked(self) -> None:
        with self._lock:
            self._pending.end_all(Failed(_cannot_start()))
        self._forget_nudges()
        self._woken.recv_bytes()
        self._failed_starts = MAX_FAILED_STARTS - 1

    def _forget_nudges(self) -> None:
        while self._woken.poll():
            self._woken.recv_bytes()


def _unpacked(event: bytes) -> Event:
    try:
        unpacked: Event = pickle.loads(event)
    except Exception as error:  # noqa: BLE001 - unpickling runs the code of whatever was pickled
        return Failed(Bug(f"A job's event cannot be read: {error}", "".join(traceback.format_exception(error))))
    return unpacked


def _cannot_start() -> WorkerDied:
    return WorkerDied("The background process cannot be started.", "Run `vocmatch doctor` to see what is wrong.")
