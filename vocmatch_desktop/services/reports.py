"""Reports to hand on: for a job made of jobs, and for work whose progress nobody follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vocmatch_desktop.types import Report


@dataclass(frozen=True, slots=True)
class Stage:
    """The report of a part of a job: its 0…1 is `start`…`end` of the whole, so that the window sees one bar."""

    report: Report
    start: float
    end: float

    def __call__(self, fraction: float, what: str) -> None:
        """Says how far the stage is."""
        self.report(self.start + fraction * (self.end - self.start), what)

    def partial(self, event: Any) -> None:
        """Hands on a part of the result."""
        self.report.partial(event)


class Unread:
    """A report that nobody reads."""

    def __call__(self, fraction: float, what: str) -> None:
        """Takes no notice."""

    def partial(self, event: Any) -> None:
        """Takes no notice."""
