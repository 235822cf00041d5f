"""How the parts of a match become one number.

Evidence is counted in standard deviations above chance. The score is a fixed logistic map of it to 0–100: an order with
a readable scale, not a probability (it is not calibrated yet).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.types import Parts

PULSE_WEIGHT = 0.75
"""Of the pulses' agreement beside the notes: both are in standard deviations; from .5 to 1 ranks real takes alike."""

CHANCE_NOTES = 1.3
"""Notes that a beat reaches by chance at its best offsets: less says that voice and beat clash wherever it is laid."""

SPACE_WEIGHT = 0.5
"""Evidence between a beat that leaves all the room there is and one that leaves none."""

OUT_OF_REACH = 2.0
"""Price of a beat that no allowed stretch brings to the take's known tempo."""

_LEAVES_KEY = 0.7
_PER_SEMITONE = 0.15
"""Dearer shifts rank takes sung in the beat's key a little better, and takes sung in another key much worse."""

_LEAVES_TEMPO = 0.5
_PER_CENT = 0.3
_PER_CENT_KNOWN = 0.1

_CENTRE, _WIDTH = 2.4, 0.9
"""Evidence that scores 50, and the evidence by which odds grow e-fold."""


def shift_price(semitones: int) -> float:
    """What transposing costs: the singer heard some key in the head, and a shifted beat loses its sound."""
    return _LEAVES_KEY + _PER_SEMITONE * abs(semitones) if semitones else 0.0


def stretch_price(ratio: float) -> float:
    """What stretching costs where the singer's tempo is unknown: to leave a beat as it is is the likeliest."""
    per_cent = 100 * abs(math.log(ratio))
    return _LEAVES_TEMPO + _PER_CENT * per_cent if per_cent > 0 else 0.0


def tempo_price(ratio: float, *, known: bool) -> float:
    """What stretching costs; little where the take's tempo is known and every beat has to come to it."""
    return _PER_CENT_KNOWN * 100 * abs(math.log(ratio)) if known else stretch_price(ratio)


def harmony(notes: NDArray[np.float64]) -> NDArray[np.float64]:
    """What notes say for a beat: what they lack to chance counts twice, so that no pulse carries a clash."""
    return notes - np.maximum(CHANCE_NOTES - notes, 0.0)


def evidence(notes: float, pulse: float) -> float:
    """Notes and pulses together, before prices."""
    return float(harmony(np.array(notes))) + PULSE_WEIGHT * pulse


def score(total: float) -> float:
    """Evidence → 0…100, rising."""
    return _percent((total - _CENTRE) / _WIDTH)


def parts(notes: float, pulse: float, space: float | None) -> Parts:
    """The parts, each 0–100; beats by chance stand at 20 to 35; `space` comes as 0…1."""
    room = None if space is None else 100 * space
    return Parts(notes=_percent((notes - CHANCE_NOTES) / 0.4), groove=_percent((pulse - 1.3) / 1.1), space=room)


def _percent(logit: float) -> float:
    return 100.0 / (1.0 + math.exp(-max(min(logit, 30.0), -30.0)))
