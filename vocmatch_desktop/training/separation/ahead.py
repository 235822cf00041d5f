"""Batches that are ready when they are wanted: the next steps' are made while the network learns from this one's."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Generic, TypeVar

Batch = TypeVar("Batch")

SPARE = 3
"""Batches that are begun beyond one a worker: some take longer to make than others."""


class Ahead(Generic[Batch]):
    """`batch(step)` for steps up to `end`, those after the one asked for begun by `workers` threads.

    Nothing but the time differs: a batch is a function of its step. Making one is resampling and Fourier transforms,
    which let go of the interpreter, so threads do.

    Example:
        with Ahead(feed.batch, workers=4, end=8000) as batches:
            fit(network, batches, …)
    """

    def __init__(self, batch: Callable[[int], Batch], workers: int, end: int) -> None:
        self._batch, self._end = batch, end
        self._ahead = workers + SPARE
        self._pool = ThreadPoolExecutor(workers, "batches")
        self._begun: dict[int, Future[Batch]] = {}

    def __call__(self, step: int) -> Batch:
        """The batch of `step`; raises what making it raised."""
        for later in range(step, min(self._end, step + self._ahead)):
            if later not in self._begun:
                self._begun[later] = self._pool.submit(self._batch, later)
        return self._begun.pop(step).result() if step in self._begun else self._batch(step)

    def __enter__(self) -> Ahead[Batch]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)
