"""Which untouched strings go with a song: their pitches are what they are, so chords choose them, and they the key."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vocmatch_desktop.synth.theory import ChordSymbol
from vocmatch_desktop.training.songs.singer.hearing import Floats
from vocmatch_desktop.training.songs.singer.units import Unit
from vocmatch_desktop.types import Chord, Key

IN_CHORD, IN_SCALE = 1.0, 0.45
"""What a sung tone is worth over a chord that holds it, and over one that does not but whose key does."""

OUT_OF_TUNE = 0.6
"""What a string loses that lies half a semitone beside the band's tuning."""

USUAL_LENGTH_S = 3.0
"""About how long a string is sung: what is asked of the chords from there on."""

RARE = 0.04
"""Share of the strings below which a pitch class is too seldom sung to choose a key for."""

_MAJOR, _MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)


def agreement(chords: Sequence[Chord], key: Key | None, start_s: float, end_s: float) -> Floats:
    """How well each pitch class goes with what sounds between two times, float64 [12], 0…1."""
    scale = np.zeros(12)
    if key is not None:
        scale[[(key.tonic + step) % 12 for step in (_MINOR if key.minor else _MAJOR)]] = IN_SCALE
    worth = np.zeros(12)
    for chord in chords:
        seconds = min(chord.end_s, end_s) - max(chord.start_s, start_s)
        if seconds <= 0:
            continue
        tones = scale.copy()
        if chord.label != "N":
            tones[sorted(ChordSymbol.parse(chord.label).pitch_classes)] = IN_CHORD
        worth += tones * seconds
    return worth / max(end_s - start_s, 1e-9)


def fits(strings: Sequence[Sequence[Unit]], agreed: Floats) -> Floats:
    """How well each string goes with pitch classes as `agreed` [12] says, float64 [strings]."""
    worth = []
    for units in strings:
        pitches = np.array([unit.pitch for unit in units])
        beside = np.abs(pitches - np.rint(pitches)).mean() / 0.5
        worth.append(agreed[np.rint(pitches).astype(int) % 12].mean() - OUT_OF_TUNE * beside)
    return np.array(worth)


def transposition(
    strings: Sequence[Sequence[Unit]],
    spans: Sequence[tuple[float, float]],
    chords: Sequence[Chord],
    key: Key,
    rng: np.random.Generator,
) -> int:
    """By how many semitones (−6…5) to transpose a song so that strings sung during `spans` (seconds) go with it.

    One of the transpositions that are about as good as the best is drawn.
    """
    sung = np.bincount(
        [round(float(np.median([unit.pitch for unit in units]))) % 12 for units in strings], minlength=12
    )
    usable = sung >= RARE * sung.sum()
    agreed = np.array([agreement(chords, key, start, min(end, start + USUAL_LENGTH_S)) for start, end in spans])
    worth = np.array([np.roll(agreed, steps, axis=1)[:, usable].max(axis=1).mean() for steps in range(-6, 6)])
    good = np.flatnonzero(worth >= worth.max() - 0.05)
    return int(good[rng.integers(len(good))]) - 6
