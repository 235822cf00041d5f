"""What players read: bars with their chords, the form, and when every beat falls."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from vocmatch_desktop.synth.theory import MODES, ChordSymbol, TimedChord
from vocmatch_desktop.types import Chord, Key, Note

_EDGE_S = 1e-3


@dataclass(frozen=True, slots=True)
class Stroke:
    """A written note: `beat` and `beats` are musical time from the first bar line, `velocity` 0…1.

    `delay_s` is what the hand adds on purpose, such as the next string of a strum.
    """

    beat: float
    beats: float
    number: int
    velocity: float
    delay_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: `beat` is its first beat, `place` its number within its section, `last` the section's last.

    `chords` lie in beats from the song's start and leave out where no chord holds. `steps`: of a pattern, to a beat;
    4, or 2 where beats are the eighths of 6/8.
    """

    beat: int
    beats: int
    section: str
    place: int
    last: bool
    chords: tuple[TimedChord, ...]
    steps: int = 4

    @property
    def end(self) -> int:
        """The beat after its last."""
        return self.beat + self.beats

    def chord_end(self, beat: float) -> float:
        """Where the chord that holds at `beat` ends."""
        return next(chord.end for chord in self.chords if chord.start <= beat + 1e-6 < chord.end)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A song as players see it: `edges_s` are the times of all beats and the end of the last, increasing.

    `sung`: the melody in beats, for those who answer it.
    """

    edges_s: tuple[float, ...]
    bars: tuple[Bar, ...]
    key: Key
    sung: tuple[Stroke, ...] = ()
    chords: tuple[TimedChord, ...] = field(default=())

    @property
    def end_s(self) -> float:
        """Where the song ends."""
        return self.edges_s[-1]

    def time(self, beat: float) -> float:
        """Seconds at `beat`; before the first and after the last beat the tempo there goes on."""
        edges = self.edges_s
        index = min(max(math.floor(beat), 0), len(edges) - 2)
        return edges[index] + (beat - index) * (edges[index + 1] - edges[index])

    def beat(self, time_s: float) -> float:
        """Inverse of `time` within the song."""
        return float(np.interp(time_s, self.edges_s, np.arange(len(self.edges_s))))

    def chord(self, beat: float) -> ChordSymbol | None:
        """The chord that holds at `beat`, None for none."""
        index = bisect_right(self.chords, beat + 1e-6, key=lambda chord: chord.start) - 1
        if index < 0 or beat >= self.chords[index].end - 1e-6:
            return None
        return self.chords[index].chord

    def next_chord(self, beat: float) -> ChordSymbol | None:
        """The first chord that begins after `beat`."""
        index = bisect_right(self.chords, beat + 1e-6, key=lambda chord: chord.start)
        return self.chords[index].chord if index < len(self.chords) else None

    @property
    def scale(self) -> tuple[int, ...]:
        """Pitch classes of the key (natural minor where it is minor)."""
        mode = MODES["minor" if self.key.minor else "major"]
        return tuple((self.key.tonic + step) % 12 for step in mode)


def read(
    beats_s: Sequence[float],
    end_s: float,
    downbeats_s: Sequence[float],
    chords: Sequence[Chord],
    key: Key,
    sections: Sequence[tuple[float, float, str]] = (),
    melody: Sequence[Note] = (),
) -> Sheet:
    """Writes a sheet from times in seconds.

    Args:
        beats_s: Every beat, increasing; the first is a bar line.
        end_s: Where the last beat ends.
        downbeats_s: The bar lines among the beats.
        chords: Labels that `ChordSymbol.parse` reads, or "N".
        key: Of the song.
        sections: (start, end, name); bars outside all of them are a "verse".
        melody: What is sung.

    Raises:
        ValueError: The first beat is no bar line, beats do not increase, or a label is no chord.
    """
    edges = (*beats_s, end_s)
    if len(edges) < 2 or any(later <= earlier for earlier, later in pairwise(edges)):
        raise ValueError("beats must increase")
    lines = [_index(edges, line) for line in downbeats_s]
    if not lines or lines[0] != 0:
        raise ValueError("the first beat must be a bar line")
    places = np.arange(len(edges))
    held = [chord for chord in chords if chord.label != "N"]
    starts, ends = (np.interp(times, edges, places) for times in ([c.start_s for c in held], [c.end_s for c in held]))
    timed = tuple(
        TimedChord(float(start), float(end), ChordSymbol.parse(chord.label))
        for start, end, chord in zip(starts, ends, held, strict=True)
    )
    named = [_section(edges[line], sections) for line in lines]
    bars = _bars([*lines, len(edges) - 1], named, timed)
    sheet = Sheet(edges, bars, key, (), timed)
    sung = tuple(
        Stroke(sheet.beat(n.onset_s), sheet.beat(n.offset_s) - sheet.beat(n.onset_s), n.number, n.velocity / 127)
        for n in melody
    )
    return Sheet(edges, bars, key, sung, timed)


def _index(edges: Sequence[float], time_s: float) -> int:
    return int(np.abs(np.asarray(edges) - time_s).argmin())


def _section(time_s: float, sections: Sequence[tuple[float, float, str]]) -> tuple[int, str]:
    """Number and name of the section a bar begins in."""
    for index, (start, end, name) in enumerate(sections):
        if start - _EDGE_S <= time_s < end - _EDGE_S:
            return index, name
    return -1, "verse"


def _bars(lines: list[int], named: list[tuple[int, str]], chords: tuple[TimedChord, ...]) -> tuple[Bar, ...]:
    bars: list[Bar] = []
    place = 0
    lengths = [end - start for start, end in pairwise(lines)]
    steps = 2 if max(set(lengths), key=lengths.count) == 6 else 4
    for index, (start, end) in enumerate(pairwise(lines)):
        place = place + 1 if index and named[index] == named[index - 1] else 0
        last = index + 1 == len(named) or named[index + 1] != named[index]
        within = tuple(
            TimedChord(max(c.start, start), min(c.end, end), c.chord) for c in chords if c.end > start and c.start < end
        )
        bars.append(Bar(start, end - start, named[index][1], place, last, within, steps))
    return tuple(bars)
