"""What jobs say (events, for whoever polls a handle) and what the two processes send each other (frames).

This module is imported by a worker before NumPy may be, and imports nothing heavy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vocmatch_desktop.errors import UserError


class WorkerDied(UserError):
    """The background process ended in the middle of a job: a driver or library crashed, or memory ran out."""

    kind = "worker_died"


class OutOfMemory(UserError):
    """A job needed more memory than there is."""

    kind = "out_of_memory"


@dataclass(frozen=True, slots=True)
class Bug:
    """Something that should not have happened: `summary` is one line, `traceback` belongs in the log."""

    summary: str
    traceback: str


@dataclass(frozen=True, slots=True)
class Progress:
    """`fraction` (0…1) of the job is done and `what` is being done now."""

    fraction: float
    what: str


@dataclass(frozen=True, slots=True)
class Partial:
    """A part of the result, early; for a live session, one of its events."""

    event: Any


@dataclass(frozen=True, slots=True)
class Done:
    """The job's result; a live session's is None. Nothing follows."""

    result: Any


@dataclass(frozen=True, slots=True)
class Failed:
    """The job ended with an error: one to show, or a bug to log. Nothing follows."""

    error: UserError | Bug


@dataclass(frozen=True, slots=True)
class WasCancelled:
    """The job is no longer running and its result never comes. Nothing follows."""


Event = Progress | Partial | Done | Failed | WasCancelled
ENDINGS = (Done, Failed, WasCancelled)


@dataclass(frozen=True, slots=True)
class Submit:
    """Window → worker: run this job (`live`: open this live session).

    `spec` is pickled apart, so that one that cannot be read fails its job and not the pipe; `name` is its type's.
    """

    job: int
    name: str
    spec: bytes
    live: bool = False


@dataclass(frozen=True, slots=True)
class Feed:
    """Window → worker: float32 samples for a live session."""

    job: int
    samples: Any


@dataclass(frozen=True, slots=True)
class Finish:
    """Window → worker: a live session gets no more samples."""

    job: int


@dataclass(frozen=True, slots=True)
class Cancel:
    """Window → worker: this job's result is no longer wanted."""

    job: int


@dataclass(frozen=True, slots=True)
class Pause:
    """Window → worker: hold jobs at their next report (`on`), or let them go on."""

    on: bool


@dataclass(frozen=True, slots=True)
class Quit:
    """Window → worker: cancel everything and end."""


@dataclass(frozen=True, slots=True)
class Ready:
    """Worker → window: imports are done."""


@dataclass(frozen=True, slots=True)
class Started:
    """Worker → window: this job left the queue."""

    job: int


@dataclass(frozen=True, slots=True)
class Said:
    """Worker → window: `event` is a pickled `Event` of this job."""

    job: int
    event: bytes


ToWorker = Submit | Feed | Finish | Cancel | Pause | Quit
ToWindow = Ready | Started | Said


@dataclass(frozen=True, slots=True)
class Setup:
    """How a worker process is set up.

    `jobs` and `lives` map the names of spec types to "module:function", `lanes` those of long jobs to a lane of their
    own; `warm` names modules to import before the first job. `threads` limits the threads of NumPy's libraries.
    """

    name: str
    jobs: Mapping[str, str]
    lives: Mapping[str, str]
    lanes: Mapping[str, str]
    warm: tuple[str, ...] = ()
    low_priority: bool = False
    threads: int = 1
