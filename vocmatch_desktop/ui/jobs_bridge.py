"""From work that runs elsewhere to signals in the window: polled handles of the workers, a thread for small files."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

from PySide6.QtCore import QObject, QTimer

from vocmatch_desktop.errors import UserError
from vocmatch_desktop.jobs.protocol import Bug, Done, Event, Failed, Partial, Progress, WasCancelled

POLL_MS = 25

_log = logging.getLogger(__name__)


class Polled(Protocol):
    """A job's or a live session's handle."""

    def poll(self) -> list[Event]:
        """Events since the last call; never blocks."""


@dataclass(frozen=True, slots=True)
class Listener:
    """What happens with a handle's events; every function runs in the window's thread."""

    done: Callable[[Any], None] = lambda result: None
    failed: Callable[[UserError | Bug], None] = lambda error: None
    progress: Callable[[Progress], None] = lambda progress: None
    partial: Callable[[Any], None] = lambda event: None
    cancelled: Callable[[], None] = lambda: None


class JobsBridge(QObject):
    """Polls handles while there are any; at rest it costs nothing.

    `in_thread` is for file work of some milliseconds (reading a take's picture, copying a file): one thread, in order.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._watched: list[tuple[Polled, Listener]] = []
        self._futures: list[tuple[Future[Any], Listener]] = []
        self._closed = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="window-files")
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self.poll)

    def watch(self, handle: Polled, listener: Listener) -> None:
        """Tells `listener` what the handle says until it ends."""
        if not self._closed:
            self._watched.append((handle, listener))
            self._timer.start()

    def in_thread(
        self, work: Callable[[], Any], done: Callable[[Any], None] = lambda result: None, **others: Any
    ) -> None:
        """Runs `work` beside the window and gives `done` its result; `others` are the other fields of `Listener`."""
        if not self._closed:
            self._futures.append((self._thread.submit(work), Listener(done=done, **others)))
            self._timer.start()

    def poll(self) -> None:
        """One round; the timer calls it."""
        for handle, listener in tuple(self._watched):
            for event in handle.poll():
                if self._tell(listener, event):
                    self._watched.remove((handle, listener))
        for future, listener in tuple(self._futures):
            if future.done():
                self._futures.remove((future, listener))
                self._tell(listener, _ending(future))
        if not self._watched and not self._futures:
            self._timer.stop()

    def close(self) -> None:
        """Stops listening; what runs in the thread is finished, and told, first."""
        self._timer.stop()
        self._closed = True
        self._watched.clear()
        self._thread.shutdown(wait=True)
        self.poll()

    def _tell(self, listener: Listener, event: Event) -> bool:
        """Passes an event on; True where it is the last."""
        match event:
            case Progress():
                listener.progress(event)
            case Partial(what):
                listener.partial(what)
            case Done(result):
                listener.done(result)
                return True
            case Failed(error):
                if isinstance(error, Bug):
                    _log.error("%s\n%s", error.summary, error.traceback)
                listener.failed(error)
                return True
            case WasCancelled():
                listener.cancelled()
                return True
        return False


def _ending(future: Future[Any]) -> Event:
    error = future.exception()
    if error is None:
        return Done(future.result())
    if isinstance(error, UserError):
        return Failed(error)
    _log.error("file work failed", exc_info=error)
    return Failed(Bug(f"{type(error).__name__}: {error}", ""))
