"""A live session inside a worker: a thread that turns blocks of samples into events."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from typing import Any

from vocmatch_desktop.errors import Cancelled
from vocmatch_desktop.jobs.protocol import Event, Partial
from vocmatch_desktop.jobs.registry import LiveSession


class _End:
    """Put behind the last block: no more samples come."""


class LiveThread(threading.Thread):
    """Runs one live session beside the worker's jobs, so that a match never holds up the pitch line.

    `end` is given the whole session as one piece of work and turns however it ends into the last event.
    """

    def __init__(
        self,
        open_session: Callable[[], LiveSession],
        say: Callable[[Event], None],
        end: Callable[[Callable[[], None]], None],
    ) -> None:
        super().__init__(name="live", daemon=True)
        self._open_session = open_session
        self._say = say
        self._end = end
        self._blocks: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._cancelled = threading.Event()

    def feed(self, samples: Any) -> None:
        """Queues samples; never blocks."""
        self._blocks.put(samples)

    def finish(self) -> None:
        """Ends the session after what is queued."""
        self._blocks.put(_End())

    def cancel(self) -> None:
        """Ends the session without its last events."""
        self._cancelled.set()
        self._blocks.put(_End())

    def run(self) -> None:
        """Feeds the session until it is finished."""
        self._end(self._session)

    def _session(self) -> None:
        session = self._open_session()
        while (blocks := self._waiting()) is not None:
            if self._cancelled.is_set():
                raise Cancelled
            self._tell(session.feed(blocks))
        if self._cancelled.is_set():
            raise Cancelled
        self._tell(session.close())

    def _waiting(self) -> Any:
        """All samples that wait, joined: a session that fell behind catches up in one call. None at the end."""
        import numpy as np

        blocks = [self._blocks.get()]
        while not isinstance(blocks[-1], _End) and not self._blocks.empty():
            blocks.append(self._blocks.get())
        if isinstance(blocks[-1], _End):
            self._blocks.put(blocks.pop())
        return np.concatenate(blocks) if blocks else None

    def _tell(self, events: Sequence[Any]) -> None:
        for event in events:
            self._say(Partial(event))
