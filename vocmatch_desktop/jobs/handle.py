"""What the window holds of a job: something to poll, and a way to call it off."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from vocmatch_desktop.jobs.protocol import ENDINGS, Cancel, Event, Feed, Finish, Progress, WasCancelled

if TYPE_CHECKING:
    from vocmatch_desktop.types import Float32

Post = Callable[[Feed | Finish | Cancel], None]


class Handle:
    """One submitted job. Every method returns at once; use it from one thread."""

    def __init__(self, job: int, post: Post) -> None:
        self.job = job
        self._post = post
        self._events: deque[Event] = deque()
        self._cancelled = False
        self._done = False

    @property
    def done(self) -> bool:
        """Whether `poll` has given the last event."""
        return self._done

    def poll(self) -> list[Event]:
        """The events since the last poll, in order; the last of all is `Done`, `Failed` or `WasCancelled`.

        Of `Progress` in a row only the newest is given. After `cancel` nothing but `WasCancelled` comes, whatever was
        on its way.
        """
        events: list[Event] = []
        while self._events and not self._done:
            event = self._events.popleft()
            self._done = isinstance(event, ENDINGS)
            if self._cancelled:
                events = [WasCancelled()] if self._done else []
                continue
            if isinstance(event, Progress) and events and isinstance(events[-1], Progress):
                events.pop()
            events.append(event)
        return events

    def cancel(self) -> None:
        """Calls the job off.

        `WasCancelled` follows when it certainly no longer runs: at its next report, or, if it does not answer within
        the worker's grace, when its process was ended.
        """
        if not self._cancelled and not self._done:
            self._cancelled = True
            self._post(Cancel(self.job))

    def deliver(self, event: Event) -> None:
        """Takes an event from the worker; called from its thread."""
        self._events.append(event)


class LiveHandle(Handle):
    """One open live session; its events come as `Partial`."""

    def __init__(self, job: int, post: Post) -> None:
        super().__init__(job, post)
        self._finished = False

    def feed(self, samples: Float32) -> None:
        """Sends float32 samples [n] or [n, channels]; they are copied, so the caller may reuse its buffer."""
        if not self._finished and not self._cancelled and not self._done:
            self._post(Feed(self.job, samples.copy()))

    def close(self) -> None:
        """Says that no more samples come; the last events and `Done` follow."""
        if not self._finished and not self._cancelled and not self._done:
            self._finished = True
            self._post(Finish(self.job))
