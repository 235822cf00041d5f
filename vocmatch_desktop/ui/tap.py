"""Tempo from taps."""

from __future__ import annotations

from collections import deque

import numpy as np

FEWEST_TAPS, MOST_TAPS = 3, 12
PAUSE_S = 2.2
"""A longer pause starts afresh: slower than 27 BPM nobody taps."""


class TapTempo:
    """Fits a steady pulse through the last taps, which forgives a late one better than their mean distance does."""

    def __init__(self) -> None:
        self._taps: deque[float] = deque(maxlen=MOST_TAPS)

    def tap(self, now_s: float) -> float | None:
        """Takes a tap; gives the tempo in BPM, to a tenth, once there are enough."""
        if self._taps and now_s - self._taps[-1] > PAUSE_S:
            self._taps.clear()
        self._taps.append(now_s)
        if len(self._taps) < FEWEST_TAPS:
            return None
        period = float(np.polyfit(np.arange(len(self._taps)), np.array(self._taps) - self._taps[0], 1)[0])
        return round(60.0 / period, 1) if period > 0 else None
