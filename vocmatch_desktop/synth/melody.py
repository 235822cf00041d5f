"""Melodies: a contour that repeats as a motif does, bent to the chords it passes over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vocmatch_desktop.synth.theory import ChordSymbol


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for a note: when (beats), over which chord, and whether it must be one of the chord's tones."""

    beat: float
    chord: ChordSymbol
    strong: bool


def compose(slots: list[Slot], scale: tuple[int, ...], centre: float, motif: int, seed: int) -> list[int]:
    """A pitch for every slot, in `scale` (pitch classes), within about a fifth of `centre`.

    The contour repeats every `motif` slots, so the same figure returns over other chords; steps are small, leaps turn
    back, strong slots and the motif's last note take the nearest chord tone.
    """
    ladder = [pitch for pitch in range(int(centre) - 9, int(centre) + 11) if pitch % 12 in scale]
    shape = _contour(motif, len(ladder), seed)
    pitches = []
    for number, slot in enumerate(slots):
        wanted = ladder[shape[number % motif]]
        if slot.strong or number % motif == motif - 1:
            wanted = _nearest(wanted, slot.chord.pitch_classes)
        elif _clashes(wanted, slot.chord):
            wanted = _nearest(wanted, frozenset(scale) - {(wanted) % 12})
        pitches.append(wanted)
    return pitches


def _contour(length: int, rungs: int, seed: int) -> list[int]:
    rng = np.random.default_rng(seed)
    rung, move = int(rungs * rng.uniform(0.35, 0.65)), 0
    shape = []
    for _ in range(length):
        shape.append(int(np.clip(rung, 0, rungs - 1)))
        if abs(move) >= 3:
            move = -int(np.sign(move))
        else:
            move = int(rng.choice([-3, -2, -1, 0, 1, 2, 3, 4], p=[0.05, 0.13, 0.26, 0.1, 0.24, 0.13, 0.06, 0.03]))
        rung += move if 1 < rung + move < rungs - 2 else -move
    return shape


def _nearest(pitch: int, classes: frozenset[int]) -> int:
    return min(range(pitch - 6, pitch + 7), key=lambda other: (other % 12 not in classes, abs(other - pitch)))


def _clashes(pitch: int, chord: ChordSymbol) -> bool:
    """A semitone above a chord tone is the one dissonance that does not pass."""
    return (pitch - 1) % 12 in chord.pitch_classes and pitch % 12 not in chord.pitch_classes
