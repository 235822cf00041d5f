"""Whether a written key is borne out by what is played: the key of a whole song need not be that of an excerpt."""

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


def bears_out(composition: Composition) -> bool:
    """Whether no other key fits the chords and the melody better than the one written.

    A key fits by the share of chord tones and sung tones in its scale, and by how long its tonic chord sounds. This is
    theory, not our key finder: what that finder thinks of a song must not decide which songs it is measured on.
    """
    fit = key_fit(composition)
    return bool(fit[composition.key.index] >= fit.max() - 1e-9)


def key_fit(composition: Composition) -> NDArray[np.float64]:
    """How well each of 24 keys fits (`Key.index`), float64 [24], 0…1 + `TONIC_WEIGHT`."""
    chords, sung, tonics = np.zeros(12), np.zeros(12), np.zeros(24)
    for chord in composition.chords:
        if chord.label == "N":
            continue
        symbol, seconds = ChordSymbol.parse(chord.label), chord.end_s - chord.start_s
        for interval in symbol.intervals:
            chords[(symbol.root + interval) % 12] += seconds / len(symbol.intervals)
        tonics[Key(symbol.root, 3 in symbol.intervals and 4 not in symbol.intervals).index] += seconds
    for note in composition.melody:
        sung[note.number % 12] += note.offset_s - note.onset_s
    tones = (_share(chords) + _share(sung)) / 2
    inside = [sum(tones[(key % 12 + step) % 12] for step in (_MINOR if key >= 12 else _MAJOR)) for key in range(24)]
    return np.array(inside) + TONIC_WEIGHT * _share(tonics)


def _share(amounts: NDArray[np.float64]) -> NDArray[np.float64]:
    return amounts / max(float(amounts.sum()), 1e-9)
