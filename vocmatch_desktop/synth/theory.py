"""Just enough music theory to write a song down: modes, chord symbols, voicings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from vocmatch_desktop.types import Key

MODES: dict[str, tuple[int, ...]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
}
"""Semitones above the tonic, a mode."""

_QUALITIES: dict[str, tuple[int, ...]] = {
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "5": (0, 7),
    "6": (0, 4, 7, 9),
    "m6": (0, 3, 7, 9),
    "7": (0, 4, 7, 10),
    "m7": (0, 3, 7, 10),
    "maj7": (0, 4, 7, 11),
    "9": (0, 4, 7, 10, 14),
    "m9": (0, 3, 7, 10, 14),
    "maj9": (0, 4, 7, 11, 14),
    "m11": (0, 3, 7, 10, 17),
    "11": (0, 7, 10, 14, 17),
    "13": (0, 4, 10, 14, 21),
    "m13": (0, 3, 7, 10, 21),
    "69": (0, 4, 7, 9, 14),
    "mmaj7": (0, 3, 7, 11),
    "7b5": (0, 4, 6, 10),
    "7#5": (0, 4, 8, 10),
    "7b9": (0, 4, 7, 10, 13),
    "7#9": (0, 4, 7, 10, 15),
    "9#5": (0, 4, 8, 10, 14),
    "maj7#5": (0, 4, 8, 11),
    "add9": (0, 4, 7, 14),
    "madd9": (0, 3, 7, 14),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
    "7sus4": (0, 5, 7, 10),
    "9sus4": (0, 5, 7, 10, 14),
    "m7b5": (0, 3, 6, 10),
    "dim": (0, 3, 6),
    "dim7": (0, 3, 6, 9),
    "aug": (0, 4, 8),
}
NAMES = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
"""How chord symbols spell the twelve pitch classes."""

_SYMBOL = re.compile(r"(?P<root>[A-G][#b]?)(?P<quality>[^/]*)(?:/(?P<bass>[A-G][#b]?))?")


@dataclass(frozen=True, slots=True)
class ChordSymbol:
    """A chord symbol: `root` and `bass` are pitch classes, `intervals` semitones above the root."""

    label: str
    root: int
    intervals: tuple[int, ...]
    bass: int

    @classmethod
    def parse(cls, label: str) -> ChordSymbol:
        """Reads "Am7", "Dbmaj9", "C/E"; raises ValueError on anything else."""
        root_name, quality, bass_name = _split(label)
        root = Key.parse(root_name).tonic
        bass = Key.parse(bass_name).tonic if bass_name else root
        return cls(label, root, _QUALITIES[quality], bass)

    @property
    def pitch_classes(self) -> frozenset[int]:
        """Pitch classes that sound, the bass included."""
        return frozenset({(self.root + interval) % 12 for interval in self.intervals} | {self.bass})

    def tone(self, degree: int) -> int:
        """Semitones above the root of the 1st, 3rd, 5th, 7th (or what stands for it) and 8th degree."""
        third = next((i for i in self.intervals if i % 12 in (3, 4, 5, 2)), 7)
        fifth = next((i for i in self.intervals if i % 12 in (6, 7, 8)), 7)
        seventh = next((i for i in self.intervals if i in (9, 10, 11)), 12)
        return {1: 0, 3: third, 5: fifth, 7: seventh, 8: 12}[degree]


@dataclass(frozen=True, slots=True)
class TimedChord:
    """A chord from `start` to `end`, in beats."""

    start: float
    end: float
    chord: ChordSymbol


def progression(text: str, beats_per_bar: int) -> tuple[TimedChord, ...]:
    """Reads "Am7 | Dm7 G7 | C": bars between bars, the chords of one bar share it equally."""
    timed = []
    for bar, symbols in enumerate(text.split("|")):
        labels = symbols.split()
        edges = [beats_per_bar * (bar + i / len(labels)) for i in range(len(labels) + 1)]
        timed += [
            TimedChord(*span, ChordSymbol.parse(label)) for span, label in zip(pairwise(edges), labels, strict=True)
        ]
    return tuple(timed)


def transposed(label: str, semitones: int) -> str:
    """The chord symbol `semitones` higher; "N", no chord, stays what it is. Raises ValueError on what is no chord."""
    if label == "N" or semitones % 12 == 0:
        return label
    root, quality, bass = _split(label)
    parts = [NAMES[(Key.parse(name).tonic + semitones) % 12] for name in (root, bass) if name]
    return f"{parts[0]}{quality}" + "".join(f"/{name}" for name in parts[1:])


def _split(label: str) -> tuple[str, str, str]:
    """Root, quality and bass ("" where the root is the bass) of a chord symbol."""
    found = _SYMBOL.fullmatch(label)
    if not found or found["quality"] not in _QUALITIES:
        raise ValueError(f"not a chord: {label!r}")
    return found["root"], found["quality"], found["bass"] or ""


def voicing(chord: ChordSymbol, centre: float, previous: tuple[int, ...] = ()) -> tuple[int, ...]:
    """MIDI pitches of the chord near `centre`, moving as little as possible from the `previous` voicing.

    Close position: every inversion within a fourth of the centre is tried; the nearest to the previous chord wins.
    """
    classes = sorted({(chord.root + interval) % 12 for interval in chord.intervals})
    candidates = []
    for lowest in range(int(centre) - 11, int(centre) + 3):
        if lowest % 12 in classes:
            candidates.append(tuple(sorted(lowest + (pitch_class - lowest) % 12 for pitch_class in classes)))

    def distance(pitches: tuple[int, ...]) -> float:
        drift = abs(sum(pitches) / len(pitches) - centre)
        if not previous:
            return drift
        return 0.5 * drift + sum(min(abs(pitch - old) for old in previous) for pitch in pitches) / len(pitches)

    return min(candidates, key=distance)


def near(pitch_class: int, centre: float) -> int:
    """The MIDI pitch of `pitch_class` that lies nearest to `centre`."""
    return int(pitch_class + 12 * round((centre - pitch_class) / 12))
