"""The report a job is handed inside a worker."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from vocmatch_desktop.errors import Cancelled
from vocmatch_desktop.jobs.protocol import Event, Partial, Progress

MIN_INTERVAL_S = 0.05
"""Progress is sent at most this often: nobody sees more, and a tight loop may report every step."""

_LOOK_EVERY_S = 0.05


class JobReport:
    """Sends progress and partial results; holds the job while the worker is paused; raises `Cancelled`."""

    def __init__(self, say: Callable[[Event], None], cancelled: threading.Event, resumed: threading.Event) -> None:
        self._say = say
        self._cancelled = cancelled
        self._resumed = resumed
        self._sent_at = float("-inf")

    def __call__(self, fraction: float, what: str) -> None:
        """Says that `fraction` (0…1) is done and `what` is being done now."""
        self._check()
        now = time.monotonic()
        if now - self._sent_at >= MIN_INTERVAL_S or fraction >= 1.0:
            self._sent_at = now
            self._say(Progress(fraction, what))

    def partial(self, event: Any) -> None:
        """Sends a part of the result; one that cannot be pickled raises here, in the job that made it."""
        self._check()
        self._say(Partial(event))

    def _check(self) -> None:
        while not self._resumed.wait(_LOOK_EVERY_S) and not self._cancelled.is_set():
            pass
        if self._cancelled.is_set():
            raise Cancelled
