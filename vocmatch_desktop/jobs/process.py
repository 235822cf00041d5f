"""The inside of a worker process: one job at a time in every lane, live sessions beside them.

Started with the spawn method, so nothing of the window's process (Qt, audio streams, open databases) exists here.
"""

from __future__ import annotations

import importlib
import os
import pickle
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from typing import Any

from vocmatch_desktop.errors import Cancelled, UserError
from vocmatch_desktop.jobs import registry
from vocmatch_desktop.jobs.live import LiveThread
from vocmatch_desktop.jobs.protocol import (
    Bug,
    Cancel,
    Done,
    Event,
    Failed,
    Feed,
    Finish,
    OutOfMemory,
    Pause,
    Quit,
    Ready,
    Said,
    Setup,
    Started,
    Submit,
    ToWindow,
    ToWorker,
    WasCancelled,
)
from vocmatch_desktop.jobs.report import JobReport
from vocmatch_desktop.services.lifeline import end_process, follow_parent

_THREAD_LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def main(setup: Setup, commands: Connection, events: Connection) -> None:
    """Runs in the spawned process until `Quit` comes or the window's process is gone."""
    follow_parent()
    _settle(setup)
    for module in setup.warm:
        importlib.import_module(module)
    JobLoop(setup, commands, events).run()


class JobLoop:
    """Takes frames from `commands`; every lane has a thread that runs its jobs, every live session has its own."""

    def __init__(self, setup: Setup, commands: Connection, events: Connection) -> None:
        self._jobs = setup.jobs
        self._lives = setup.lives
        self._commands = commands
        self._events = events
        self._events_lock = threading.Lock()
        self._lane_of = setup.lanes
        self._lanes: dict[str, Lane] = {}
        self._cancelled: dict[int, threading.Event] = {}
        self._open: dict[int, LiveThread] = {}
        self._resumed = threading.Event()
        self._resumed.set()

    def run(self) -> None:
        """Serves until told to quit, or until nobody is there to tell."""
        self._send(Ready())
        try:
            while self._obey(self._commands.recv()):
                pass
        except (EOFError, OSError):
            end_process()  # the window's process is gone
        for lane in self._lanes.values():
            lane.finish()

    def _run_job(self, submitted: Submit) -> None:
        cancelled = self._cancelled[submitted.job]
        self._send(Started(submitted.job))
        report = JobReport(lambda event: self._say(submitted.job, pickle.dumps(event)), cancelled, self._resumed)
        ending = WasCancelled() if cancelled.is_set() else outcome(lambda: self._call(self._jobs, submitted, report))
        self._say(submitted.job, _packed(ending))
        del self._cancelled[submitted.job]

    def _call(self, targets: Mapping[str, str], submitted: Submit, *more: Any) -> Any:
        return registry.resolve(targets[submitted.name])(pickle.loads(submitted.spec), *more)

    def _obey(self, frame: ToWorker) -> bool:
        match frame:
            case Submit(live=True):
                self._open_live(frame)
            case Submit():
                self._cancelled[frame.job] = threading.Event()
                self._lane(frame.name).put(frame)
            case Feed() | Finish():
                self._pass_on(frame)
            case Cancel():
                self._cancel(frame.job)
            case Pause():
                (self._resumed.clear if frame.on else self._resumed.set)()
            case Quit():
                for job in (*list(self._cancelled), *list(self._open)):
                    self._cancel(job)
                return False
        return True

    def _lane(self, spec: str) -> Lane:
        name = self._lane_of.get(spec, "")
        if name not in self._lanes:
            self._lanes[name] = Lane(self._run_job)
        return self._lanes[name]

    def _pass_on(self, frame: Feed | Finish) -> None:
        session = self._open.get(frame.job)
        if session is None:
            return  # it failed or was cancelled while samples were on their way
        if isinstance(frame, Feed):
            session.feed(frame.samples)
        else:
            session.finish()

    def _cancel(self, job: int) -> None:
        if (flag := self._cancelled.get(job)) is not None:
            flag.set()
        if (session := self._open.get(job)) is not None:
            session.cancel()

    def _open_live(self, submitted: Submit) -> None:
        thread = LiveThread(
            open_session=lambda: self._call(self._lives, submitted),
            say=lambda event: self._say(submitted.job, pickle.dumps(event)),
            end=lambda work: self._end_live(submitted.job, work),
        )
        self._open[submitted.job] = thread
        self._send(Started(submitted.job))
        thread.start()

    def _end_live(self, job: int, session: Callable[[], None]) -> None:
        ending = outcome(session)
        del self._open[job]
        self._say(job, _packed(ending))

    def _say(self, job: int, packed: bytes) -> None:
        self._send(Said(job, packed))

    def _send(self, frame: ToWindow) -> None:
        try:
            with self._events_lock:
                self._events.send(frame)
        except BrokenPipeError:
            end_process()  # nobody listens any more: the window's process was killed


class Lane:
    """A queue of jobs and the thread that runs them in order."""

    def __init__(self, run: Callable[[Submit], None]) -> None:
        self._run = run
        self._waiting: queue.SimpleQueue[Submit | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="jobs", daemon=True)
        self._thread.start()

    def put(self, submitted: Submit) -> None:
        """Queues a job."""
        self._waiting.put(submitted)

    def finish(self) -> None:
        """Waits until all that was queued has ended."""
        self._waiting.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (submitted := self._waiting.get()) is not None:
            self._run(submitted)


def outcome(work: Callable[[], Any]) -> Event:
    """Runs `work` and gives the event that ends it."""
    try:
        return Done(work())
    except Cancelled:
        return WasCancelled()
    except UserError as error:
        return Failed(error)
    except MemoryError:
        return Failed(OutOfMemory("There is not enough memory for this.", "Close other programs and try again."))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the boundary: a bug ends its job, not the worker
        return Failed(_bug(error))


def _bug(error: BaseException) -> Bug:
    return Bug(f"{type(error).__name__}: {error}", "".join(traceback.format_exception(error)))


def _packed(ending: Event) -> bytes:
    """The ending as bytes; one that cannot travel becomes a bug that says so."""
    try:
        packed = pickle.dumps(ending)
        if isinstance(ending, Failed):
            pickle.loads(packed)  # errors with a constructor of their own often pickle well and cannot be read
    except Exception as error:  # noqa: BLE001 - pickling runs the code of whatever is pickled
        return pickle.dumps(Failed(_bug(error)))
    return packed


def _settle(setup: Setup) -> None:
    for variable in _THREAD_LIMITS:
        os.environ.setdefault(variable, str(setup.threads))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the window's to handle; POSIX workers start without it already
    if sys.platform == "win32":
        _lower_priority_on_windows(setup.low_priority)
        return
    os.setpgid(0, 0)  # with its pools in one group, so that all of them can be ended at once
    if setup.low_priority:
        os.nice(10)


def _lower_priority_on_windows(low: bool) -> None:
    import ctypes

    below_normal = 0x4000
    if low:
        kernel = ctypes.windll.kernel32  # type: ignore[attr-defined,unused-ignore]
        kernel.SetPriorityClass(kernel.GetCurrentProcess(), below_normal)
