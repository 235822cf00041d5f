"""The key of a sound as a posterior over 24 keys.

A pitch-class profile is correlated with several published key profiles in all rotations: Temperley's (1999) and
Krumhansl & Kessler's (1982) for tonal music, and `edma` and `bgate` of Faraldo et al. (2016), which were learned from
electronic music. Their mean, through a softmax, is the posterior.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.types import Float32

# fmt: off
_PROFILES = {
    "temperley": (
        (5.0, 2.0, 3.5, 2.0, 4.5, 4.0, 2.0, 4.5, 2.0, 3.5, 1.5, 4.0),
        (5.0, 2.0, 3.5, 4.5, 2.0, 4.0, 2.0, 4.5, 3.5, 2.0, 1.5, 4.0),
    ),
    "krumhansl": (
        (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
        (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
    ),
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
SHARPNESS = 14.0
"""Softmax gain on a correlation of −1…1."""


def key_posterior(profile: NDArray[np.floating], *, sharpness: float = SHARPNESS) -> Float32:
    """Posterior over C…B major, C…B minor, float32 [24], of a pitch-class profile [12]; uniform where it is flat."""
    centred = profile.astype(np.float64) - profile.mean()
    norm = float(np.linalg.norm(centred))
    if norm < 1e-9:
        return np.full(24, 1 / 24, np.float32)
    score = sharpness * (_TEMPLATES @ (centred / norm))
    weight = np.exp(score - score.max())
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
