"""What the window needs of the worker processes, so that tests can hand in something that runs at once."""

from __future__ import annotations

from typing import Any, Protocol

from vocmatch_desktop.jobs.protocol import Event
from vocmatch_desktop.types import Float32


class JobHandle(Protocol):
    """One running job."""

    def poll(self) -> list[Event]:
        """Events since the last call."""

    def cancel(self) -> None:
        """Calls it off."""


class LiveSessionHandle(JobHandle, Protocol):
    """One open live session."""

    def feed(self, samples: Float32) -> None:
        """Sends samples."""

    def close(self) -> None:
        """Says that no more come."""


class Submits(Protocol):
    """A worker: `jobs.worker.Worker` is one."""

    def submit(self, spec: Any) -> JobHandle:
        """Queues a job."""

    def open_live(self, spec: Any) -> LiveSessionHandle:
        """Opens a live session."""

    def pause(self) -> None:
        """Holds the running job."""

    def resume(self) -> None:
        """Lets it go on."""
