"""The key of a sound as a posterior over 24 keys.

A pitch-class profile is correlated with two key profiles in all rotations, `edma` and `bgate` of Faraldo et al. (2016),
which were learned from electronic music (they beat Temperley's and Krumhansl's on the beats at hand). What the bass
plays speaks for itself as a tonic. The sum, through a softmax, is the posterior.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.types import Float32

# fmt: off
_PROFILES = {
    "edma": (
        (.1652, .0475, .0829, .0669, .0999, .0927, .0529, .1316, .0522, .0744, .0694, .0643),
        (.1724, .0534, .0761, .1004, .0562, .0853, .0498, .1345, .0746, .0500, .0919, .0555),
    ),
    "bgate": (
        (1.00, 0.00, 0.42, 0.00, 0.53, 0.37, 0.00, 0.77, 0.00, 0.38, 0.21, 0.30),
        (1.00, 0.00, 0.36, 0.39, 0.00, 0.38, 0.00, 0.74, 0.27, 0.00, 0.42, 0.23),
    ),
}
# fmt: on
FLATTEST = 0.1
"""Length of a centred profile, as part of its sum, below which the answer is less sure; music has 0.15–0.4."""

NOTHING = 1e-100
"""A profile that sums to less is silence: its norm would be lost to underflow."""

SHARPNESS = 14.0
"""Softmax gain on a correlation of −1…1."""


def key_posterior(
    profile: NDArray[np.floating],
    tonic: NDArray[np.floating] | None = None,
    *,
    sharpness: float = SHARPNESS,
) -> Float32:
    """Posterior over C…B major, C…B minor, float32 [24]; uniform where nothing is heard.

    Args:
        profile: Pitch classes [12] of everything.
        tonic: How much speaks for each pitch class as tonic [12], on the scale of a correlation.
        sharpness: Gain of the softmax.
    """
    centred = profile.astype(np.float64) - profile.mean()
    total = float(profile.sum())
    if total < NOTHING:
        return np.full(24, 1 / 24, np.float32)
    norm = max(float(np.linalg.norm(centred)), FLATTEST * total)
    score = _TEMPLATES @ (centred / norm) + (0.0 if tonic is None else np.tile(tonic, 2))
    weight = np.exp(sharpness * (score - score.max()))
    return np.asarray(weight / weight.sum(), np.float32)


def _templates() -> NDArray[np.float64]:
    rows = np.zeros((24, 12))
    for modes in _PROFILES.values():
        for minor, shape in enumerate(modes):
            centred = np.array(shape) - np.mean(shape)
            unit = centred / np.linalg.norm(centred)
            for tonic in range(12):
                rows[tonic + 12 * minor] += np.roll(unit, tonic) / len(_PROFILES)
    return rows


_TEMPLATES = _templates()
