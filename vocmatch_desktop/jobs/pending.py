"""The jobs a worker has not ended, and what becomes of them when its process does."""

from __future__ import annotations

import time
from dataclasses import dataclass

from vocmatch_desktop.jobs.handle import Handle
from vocmatch_desktop.jobs.protocol import ENDINGS, Event, Failed, Submit, WasCancelled, WorkerDied


@dataclass
class _Job:
    handle: Handle
    submit: Submit
    running: bool = False
    cancelled: bool = False
    kill_at: float = float("inf")


class Pending:
    """Keeps jobs in the order they came. Not thread-safe: the worker's lock guards it."""

    def __init__(self, grace_s: float) -> None:
        self._grace_s = grace_s
        self._jobs: dict[int, _Job] = {}

    def __len__(self) -> int:
        return len(self._jobs)

    @property
    def kill_at(self) -> float:
        """When (`time.monotonic`) the process must be ended, as a cancelled job did not answer; ∞ for never."""
        return min((job.kill_at for job in self._jobs.values()), default=float("inf"))

    def add(self, handle: Handle, submit: Submit) -> None:
        """Takes in a job that was just submitted."""
        self._jobs[submit.job] = _Job(handle, submit)

    def started(self, number: int) -> None:
        """The process left the job's queue."""
        job = self._jobs[number]
        job.running = True
        if job.cancelled:  # it left the queue while the cancel was on its way
            job.kill_at = time.monotonic() + self._grace_s

    def deliver(self, number: int, event: Event) -> None:
        """Hands an event to the job's handle; the last one takes the job off the list, later ones are dropped."""
        job = self._jobs.get(number)
        if job is None:
            return
        job.handle.deliver(event)
        if isinstance(event, ENDINGS):
            del self._jobs[number]

    def cancel(self, number: int) -> None:
        """Marks a job as unwanted: one in the queue is over at once, a running one has the grace."""
        job = self._jobs.get(number)
        if job is None or job.cancelled:
            return
        job.cancelled = True
        if job.running:
            job.kill_at = time.monotonic() + self._grace_s
        else:
            job.handle.deliver(WasCancelled())

    def process_ended(self, *, crashed: bool) -> list[Submit]:
        """Settles what the process was doing and gives what the next one is to run.

        A crash fails what ran, for it may have been the cause; ended on purpose (another job would not be cancelled)
        it runs again. A live session has lost its past either way.
        """
        again: list[Submit] = []
        for number, job in list(self._jobs.items()):
            if job.cancelled:
                self.deliver(number, WasCancelled())
            elif job.submit.live or (job.running and crashed):
                self.deliver(number, Failed(died()))
            else:
                job.running = False
                again.append(job.submit)
        return again

    def end_all(self, event: Event) -> None:
        """Ends every job with `event`."""
        for number in list(self._jobs):
            self.deliver(number, event)


def died() -> WorkerDied:
    """What a person is told when a worker's process crashed."""
    return WorkerDied("The background process stopped unexpectedly.", "It was started again: please try once more.")
