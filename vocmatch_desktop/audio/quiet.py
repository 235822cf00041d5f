"""Keeping C libraries from writing to stderr, where the shell promises one line of ours.

Example:
    with quietly():
        stream.start()                # PortAudio, ALSA, mpg123 print what they also return as an error
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _Stderr:
    """File descriptor 2, which the whole process shares: the first who wants quiet takes it, the last gives it back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wishes = 0
        self._saved = -1

    def hush(self) -> None:
        """Sends what is written from now on nowhere."""
        with self._lock:
            self._wishes += 1
            if self._wishes == 1:
                self._saved = os.dup(2)
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, 2)
                os.close(nowhere)

    def speak(self) -> None:
        """Undoes one `hush`."""
        with self._lock:
            self._wishes -= 1
            if self._wishes == 0:
                os.dup2(self._saved, 2)
                os.close(self._saved)


_STDERR = _Stderr()


@contextmanager
def quietly() -> Iterator[None]:
    """Sends what C libraries print to stderr during the block nowhere; what they raise is raised all the same."""
    _STDERR.hush()
    try:
        yield
    finally:
        _STDERR.speak()
