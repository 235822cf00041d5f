"""Whether a written key is borne out by what is played: the key of a whole song need not be that of an excerpt.

Two tests of theory ask for it, neither of which is our key finder: what that finder thinks of a song must not decide
which songs it is measured on. Many excerpts of pop songs are in no one key; nobody could say what is true of them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.synth.theory import ChordSymbol
from vocmatch_desktop.training.songs.composition import Composition
from vocmatch_desktop.types import Key

_MAJOR = (0, 2, 4, 5, 7, 9, 11)
_MINOR = (0, 2, 3, 5, 7, 8, 10, 11)
"""Natural and harmonic minor together."""

TONIC_WEIGHT = 0.3
"""What a chord on the tonic adds to its tones being in the scale; it tells relative keys apart."""


CLEAR_FIT, CLEAR_LIKENESS = 0.03, 0.1
"""How much better the key written must fit than any other, in `key_fit` and in `key_likeness`."""

_KRUMHANSL = (
    (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
    (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
)
"""How well listeners found each tone to fit a major and a minor key (Krumhansl and Kessler 1982)."""


def bears_out(composition: Composition) -> bool:
    """Whether the key written is clearly that of the chords and the melody, by the scale and by listeners' ratings."""
    own = composition.key.index
    return _lead(key_fit(composition), own) >= CLEAR_FIT and _lead(key_likeness(composition), own) >= CLEAR_LIKENESS


def _lead(scores: NDArray[np.float64], own: int) -> float:
    """How far a key is ahead of the best other one; below 0 if it is not the best."""
    return float(scores[own] - np.delete(scores, own).max())


def key_likeness(composition: Composition) -> NDArray[np.float64]:
    """Correlation of what sounds with the ratings of each of 24 keys, float64 [24], −1…1; roots count twice."""
    tones, roots, sung = _tones(composition)
    heard = _share(tones) + _share(roots) + _share(sung)
    rated = np.array([np.roll(_KRUMHANSL[key // 12], key % 12) for key in range(24)])
    centred, rated = heard - heard.mean(), rated - rated.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(rated, axis=1) * max(float(np.linalg.norm(centred)), 1e-9)
    return np.asarray(rated @ centred / lengths)


def key_fit(composition: Composition) -> NDArray[np.float64]:
    """How well each of 24 keys fits (`Key.index`), float64 [24], 0…1 + `TONIC_WEIGHT`.

    By the share of chord tones and sung tones in its scale, and by how long its tonic chord sounds.
    """
    tones, _, sung = _tones(composition)
    tonics = np.zeros(24)
    for symbol, seconds in _chords(composition):
        tonics[Key(symbol.root, 3 in symbol.intervals and 4 not in symbol.intervals).index] += seconds
    mean = (_share(tones) + _share(sung)) / 2
    inside = [sum(mean[(key % 12 + step) % 12] for step in (_MINOR if key >= 12 else _MAJOR)) for key in range(24)]
    return np.array(inside) + TONIC_WEIGHT * _share(tonics)


def _tones(composition: Composition) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Seconds of each pitch class in the chords, as a chord's root, and in the melody, [12] each."""
    chords, roots, sung = np.zeros(12), np.zeros(12), np.zeros(12)
    for symbol, seconds in _chords(composition):
        for interval in symbol.intervals:
            chords[(symbol.root + interval) % 12] += seconds / len(symbol.intervals)
        roots[symbol.root] += seconds
    for note in composition.melody:
        sung[note.number % 12] += note.offset_s - note.onset_s
    return chords, roots, sung


def _chords(composition: Composition) -> list[tuple[ChordSymbol, float]]:
    """Every chord and how long it sounds, seconds."""
    return [(ChordSymbol.parse(c.label), c.end_s - c.start_s) for c in composition.chords if c.label != "N"]


def _share(amounts: NDArray[np.float64]) -> NDArray[np.float64]:
    return amounts / max(float(amounts.sum()), 1e-9)
