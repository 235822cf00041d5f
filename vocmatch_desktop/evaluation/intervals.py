"""How sure a figure is: bootstrap over songs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

RESAMPLES = 2000
LEVEL = 0.95


class Statistic(Protocol):
    """`np.mean`, `np.median` or the like."""

    def __call__(self, values: NDArray[np.float64], /, *, axis: int) -> Any:
        """One number a row or column."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure over `count` songs and the 95 % interval it lies in, drawing songs with replacement."""

    value: float
    low: float
    high: float
    count: int


def over_songs(values: ArrayLike, statistic: Statistic = np.mean, *, seed: int = 0) -> Interval:
    """The `statistic` of one value a song and its percentile interval (Efron 1979); songs without a value do not count.

    Raises:
        ValueError: No song has a value.
    """
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    if not len(known):
        raise ValueError("no song has a value")
    rng = np.random.default_rng(seed)
    drawn = statistic(known[rng.integers(0, len(known), (RESAMPLES, len(known)))], axis=1)
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(float(statistic(known, axis=0)), float(low), float(high), len(known))


def paired(better: ArrayLike, worse: ArrayLike, *, seed: int = 0) -> Interval:
    """The mean advantage of `better` over `worse` on the same songs; surely above 0 where its `low` is.

    Raises:
        ValueError: They are not of the same songs, or no song has both values.
    """
    one, other = np.asarray(better, np.float64), np.asarray(worse, np.float64)
    if one.shape != other.shape:
        raise ValueError("both must have one value a song")
    return over_songs(one - other, seed=seed)
