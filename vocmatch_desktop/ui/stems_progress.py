"""How long a separation still takes, as far as anybody can tell."""

from __future__ import annotations

from collections.abc import Callable

TRUST_AFTER = 0.02
"""Of a song: the first parts also pay for loading the model."""

TRUST_AFTER_S = 2.0


class TimeLeft:
    """Reckons from the moment the first part of a song was done; whole seconds, so that the number does not flicker."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._began_s: float | None = None
        self._began_at = 0.0

    def after(self, fraction: float) -> float | None:
        """Seconds left when `fraction` (0…1) is done; None while nobody can tell."""
        if fraction <= 0:
            return None
        if self._began_s is None:
            self._began_s, self._began_at = self._clock(), fraction
        done, took_s = fraction - self._began_at, self._clock() - self._began_s
        if done < TRUST_AFTER or took_s < TRUST_AFTER_S:
            return None
        return float(round(took_s / done * (1 - fraction)))
