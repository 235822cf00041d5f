"""A lock-free ring that PortAudio's C callback fills with what a microphone hears.

Example:
    lock = threading.Lock()                                   # one for each stream: guards rtmixer's action queue
    tap = Tap(stream, lock, mapping=(1,), length_s=20.0)      # channel 1, from the next block on
    samples = tap.read()                                      # float32 [n · channels], everything that has arrived
    tap.start_s                                               # stream time of the very first sample
    tap.cancel()                                              # … read() until not tap.is_listening
"""

from __future__ import annotations

import threading
from typing import Any

import numpy as np

from vocmatch_desktop.types import Float32


class Tap:
    """One ring on an rtmixer recording stream. `mapping` names the input channels (from 1), repeats allowed."""

    def __init__(
        self, stream: Any, lock: threading.Lock, mapping: tuple[int, ...], length_s: float, at: float = 0.0
    ) -> None:
        """Listens from stream time `at` on; 0 means at once. `length_s` is rounded up to a power of two."""
        import rtmixer

        self._stream = stream
        self._lock = lock
        self._mapping = mapping
        self._cancelled = False
        self._overruns = 0
        self.ring = rtmixer.RingBuffer(4 * len(mapping), 1 << int(length_s * stream.samplerate).bit_length())
        self.start_s: float | None = None
        self._action = self._listen(at)

    @property
    def is_listening(self) -> bool:
        """Whether the callback still fills the ring."""
        with self._lock:
            return self._action in self._stream.actions

    def cancel(self) -> None:
        """Asks the callback to stop filling the ring with its next block."""
        self._cancelled = True
        with self._lock:
            if self._action in self._stream.actions:
                self._stream.cancel(self._action)

    def read(self) -> Float32:
        """Takes everything that has arrived out of the ring; listens again should it have run over."""
        ran_over = not self._cancelled and not self.is_listening
        waiting = self.ring.read_available
        samples = np.frombuffer(self.ring.read(waiting), np.float32) if waiting else np.zeros(0, np.float32)
        if waiting and self.start_s is None:
            self.start_s = float(self._action.actual_time)
        if ran_over:
            self._overruns += 1 + int(self._action.stats.input_overflows)
            self._action = self._listen()
        return samples

    @property
    def overflows(self) -> int:
        """How many input buffers were dropped, by the driver or because nobody emptied the ring."""
        return self._overruns + int(self._action.stats.input_overflows)

    def _listen(self, at: float = 0.0) -> Any:
        with self._lock:
            return self._stream.record_ringbuffer(self.ring, self._mapping, start=at)
