"""How good a ranking is: recall, reciprocal rank, and how sure that is, song by song."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2000
LEVEL = 0.95
METRICS = ("r_at_1", "r_at_5", "r_at_10", "mrr", "median_normalized_rank")


@dataclass(frozen=True, slots=True)
class Figures:
    """The metrics of one method, each with its 95 % interval.

    `values` and `intervals` are by the names in `METRICS`. `pool`: beats a take is ranked against.
    """

    values: dict[str, float]
    intervals: dict[str, tuple[float, float]]
    pool: int
    queries: int


def own_rank(scores: NDArray[np.float64], own: NDArray[np.bool_]) -> float:
    """Rank of the best of the take's own beats, 1 = first; among equals it counts as in their middle."""
    best = scores[own].max()
    others = scores[~own]
    return float(1 + (others > best).sum() + (others == best).sum() / 2)


def expected_metrics(own: int, others: int) -> NDArray[np.float64]:
    """The metrics, in the order of `METRICS`, of a ranking by lot with `own` right beats among `own + others`."""
    # The best of `own` stands at rank r when the r − 1 before it are all others.
    ahead = np.arange(others + 1)
    tail = np.cumprod(np.concatenate([[1.0], (others - ahead[:-1]) / (own + others - ahead[:-1])]))
    probability = tail - np.append(tail[1:], 0.0)
    ranks = ahead + 1
    return np.asarray(probability @ _each(ranks.astype(np.float64), others + 1), dtype=np.float64)


def _each(ranks: NDArray[np.float64], places: int) -> NDArray[np.float64]:
    """Metrics of single queries, float64 [n, 5]; a rank between two counts for both in part."""
    recalls = [np.clip(top + 1 - ranks, 0, 1) for top in (1, 5, 10)]
    return np.stack([*recalls, 1 / ranks, (ranks - 1) / max(places - 1, 1)], axis=1)


def figures(ranks: Sequence[float], groups: Sequence[str], places: int, pool: int) -> Figures:
    """Sums up the ranks of all queries.

    Args:
        ranks: `own_rank` a query.
        groups: The song of every query; whole songs are drawn in the bootstrap.
        places: Worst possible rank.
        pool: Beats in the pool.
    """
    return summed(_each(np.asarray(ranks, dtype=np.float64), places), groups, pool)


def summed(each: NDArray[np.float64], groups: Sequence[str], pool: int) -> Figures:
    """Sums up the metrics of single queries, float64 [n, 5], with bootstrap intervals over groups."""
    names, member = np.unique(np.asarray(groups), return_inverse=True)
    rng = np.random.default_rng(0)
    rows = [np.flatnonzero(member == group) for group in range(len(names))]
    drawn = [
        _mean(each[np.concatenate([rows[group] for group in rng.integers(0, len(names), len(names))])])
        for _ in range(RESAMPLES)
    ]
    low, high = np.quantile(np.array(drawn), [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    values = _mean(each)
    return Figures(
        {name: round(float(values[i]), 4) for i, name in enumerate(METRICS)},
        {name: (round(float(low[i]), 4), round(float(high[i]), 4)) for i, name in enumerate(METRICS)},
        pool,
        len(each),
    )


def _mean(each: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.append(each[:, :-1].mean(axis=0), np.median(each[:, -1]))
