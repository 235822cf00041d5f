"""A worker without a process: jobs run at once, in the test's own thread, and say what a real worker would."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vocmatch_desktop.errors import UserError
from vocmatch_desktop.jobs.protocol import Done, Event, Failed, Partial, Progress, WasCancelled
from vocmatch_desktop.jobs.registry import JOBS, resolve


class InlineHandle:
    """A job that has run already, or a live session that says nothing."""

    def __init__(self, events: list[Event]) -> None:
        self._events = events
        self.fed = 0
        self.cancelled = False

    def poll(self) -> list[Event]:
        events, self._events = self._events, []
        return [WasCancelled()] if self.cancelled and events else events

    def cancel(self) -> None:
        self.cancelled = True

    def feed(self, samples: Any) -> None:
        self.fed += len(samples)

    def close(self) -> None:
        self._events.append(Done(None))


class InlineWorker:
    """Runs what `JOBS` names; `instead` replaces functions by the name of their spec. `asked` keeps the specs."""

    def __init__(self, instead: dict[str, Callable[..., Any]] | None = None) -> None:
        self.instead = instead or {}
        self.asked: list[Any] = []
        self.live: list[InlineHandle] = []
        self.paused = False

    def submit(self, spec: Any) -> InlineHandle:
        self.asked.append(spec)
        name = type(spec).__name__
        report = _Report()
        try:
            result = (self.instead.get(name) or resolve(JOBS[name]))(spec, report)
        except UserError as error:
            return InlineHandle([*report.events, Failed(error)])
        return InlineHandle([*report.events, Done(result)])

    def open_live(self, spec: Any) -> InlineHandle:
        self.live.append(InlineHandle([]))
        return self.live[-1]

    def pause(self) -> None:
        self.paused = True

    def resume(self) -> None:
        self.paused = False


class _Report:
    def __init__(self) -> None:
        self.events: list[Event] = []

    def __call__(self, fraction: float, what: str) -> None:
        self.events.append(Progress(fraction, what))

    def partial(self, event: Any) -> None:
        self.events.append(Partial(event))
