"""How long a separation still takes, as far as anybody can tell."""

from __future__ import annotations

from collections.abc import Callable

TRUST_AFTER = 0.02
"""Of a song: less of it says little."""

TRUST_AFTER_S = 2.0


class TimeLeft:
    """Reckons from the first part of a song on: before it the model is loaded. Until there is a second, from the start.

    Whole seconds, so that the number does not flicker.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._began: tuple[float, float] | None = None
        self._first: tuple[float, float] | None = None

    def after(self, fraction: float) -> float | None:
        """Seconds left when `fraction` (0…1) is done; None while nobody can tell."""
        now = (self._clock(), fraction)
        self._began = self._began or now
        if fraction <= 0:
            return None
        self._first = self._first or now
        left_s = _left(self._first, now)
        return left_s if left_s is not None else _left(self._began, now)


def _left(since: tuple[float, float], now: tuple[float, float]) -> float | None:
    took_s, done = now[0] - since[0], now[1] - since[1]
    if done < TRUST_AFTER or took_s < TRUST_AFTER_S:
        return None
    return float(round(took_s / done * (1 - now[1])))
