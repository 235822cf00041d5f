"""A song on paper: layers of step patterns over chords, and the notes they turn into.

Patterns are strings, one character a step, spaces and `|` for the eye only; a pattern repeats from the start of every
section. `X x o` strike loudly, normally, softly; `-` holds; `.` rests. Drums also know `r` (two strokes a step) and
`t` (three). Basses name the chord's degree: `1 3 5 7 8`, `l` the fifth below, `a` a semitone below the next root, `~`
slides up an octave. Arpeggios name the chord's tones from below: `1`…`9`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from vocmatch_desktop.synth.melody import Slot, compose
from vocmatch_desktop.synth.theory import ChordSymbol, TimedChord, near, progression, voicing

Role = Literal["drum", "bass", "chords", "arp", "lead"]
_LEVEL = {"X": 1.0, "x": 0.78, "o": 0.5}


@dataclass(frozen=True, slots=True)
class Layer:
    """One sound of an arrangement and what it plays.

    `sections`: letters of the sections it plays in. `centre`: MIDI pitch its notes lie around. `pan`: −1…1. `room`,
    `echo`: send levels. `ducked`: depth 0…1 by which every kick pushes it down. `driven`: amplifier drive, 0 for none.
    """

    sound: str
    role: Role
    pattern: str
    gain_db: float = 0.0
    sections: str = "IVHBO"
    centre: float = 60.0
    pan: float = 0.0
    room: float = 0.12
    echo: float = 0.0
    ducked: float = 0.0
    driven: float = 0.0
    loose: float = 1.0


@dataclass(frozen=True, slots=True)
class Event:
    """A note or stroke; `beat` and `beats` are musical time, `velocity` 0…1."""

    beat: float
    beats: float
    pitch: float
    velocity: float
    glide_from: float | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the form: its letter, where it starts and ends (beats), its chords."""

    letter: str
    start: float
    end: float
    chords: tuple[TimedChord, ...]

    def chord_at(self, beat: float) -> TimedChord:
        """The chord sounding at `beat`."""
        return self.chords[bisect_right([timed.start for timed in self.chords], beat + 1e-6) - 1]


def lay_out(form: str, verse: str, hook: str, beats_per_bar: int) -> tuple[Section, ...]:
    """Reads a form such as "I4 V8 H8 O4" (letter, bars); H and B have the hook's chords, the others the verse's."""
    sections, beat = [], 0.0
    for letter, bars in re.findall(r"([IVHBO])(\d+)", form):
        end = beat + int(bars) * beats_per_bar
        chords = progression(hook if letter in "HB" else verse, beats_per_bar)
        sections.append(Section(letter, beat, end, tuple(_repeat(chords, beat, end))))
        beat = end
    return tuple(sections)


def _repeat(chords: tuple[TimedChord, ...], start: float, end: float) -> Iterator[TimedChord]:
    length = chords[-1].end
    for turn in np.arange(start, end, length):
        for timed in chords:
            if turn + timed.start < end:
                yield TimedChord(turn + timed.start, min(turn + timed.end, end), timed.chord)


@dataclass(frozen=True, slots=True)
class Step:
    """One struck step of a pattern: its character and how long it is held."""

    beat: float
    beats: float
    mark: str


def steps(pattern: str, steps_per_beat: int, section: Section) -> Iterator[Step]:
    """The struck steps of a pattern that repeats through a section."""
    marks = re.sub(r"[\s|]", "", pattern)
    total = round((section.end - section.start) * steps_per_beat)
    line = (marks * (total // len(marks) + 1))[:total]
    for found in re.finditer(r"[^.\-]-*", line):
        yield Step(section.start + found.start() / steps_per_beat, len(found[0]) / steps_per_beat, found[0][0])


def events(
    layer: Layer, sections: tuple[Section, ...], steps_per_beat: int, scale: tuple[int, ...], seed: int
) -> list[Event]:
    """Everything a layer plays; `scale` holds the song's pitch classes."""
    played: list[Event] = []
    for section in sections:
        if section.letter in layer.sections:
            struck = list(steps(layer.pattern, steps_per_beat, section))
            played += _PLAYERS[layer.role](layer, section, struck, scale, seed)
    return played


def _drum(layer: Layer, section: Section, struck: list[Step], scale: tuple[int, ...], seed: int) -> Iterator[Event]:
    for step in struck:
        strokes = {"r": 2, "t": 3}.get(step.mark, 1)
        for stroke in range(strokes):
            velocity = _LEVEL.get(step.mark, 0.62) * (1 - 0.12 * stroke)
            yield Event(step.beat + stroke * step.beats / strokes, step.beats / strokes, 0.0, velocity)


def _bass(layer: Layer, section: Section, struck: list[Step], scale: tuple[int, ...], seed: int) -> Iterator[Event]:
    previous = None
    for step in struck:
        timed = section.chord_at(step.beat)
        root = near(timed.chord.bass, layer.centre)
        following = section.chord_at(min(timed.end, section.end - 0.01)).chord
        pitch = _bass_pitch(step.mark, root, timed.chord, near(following.bass, layer.centre))
        accent = 0.92 if step.beat % 1 == 0 else 0.78
        glide = float(previous if previous is not None else root) if step.mark == "~" else None
        yield Event(step.beat, min(step.beats, section.end - step.beat), pitch, accent, glide)
        previous = pitch


def _bass_pitch(mark: str, root: int, chord: ChordSymbol, next_root: int) -> int:
    if mark == "l":
        return root - 5
    if mark == "a":
        return next_root - 1
    return root + (12 if mark == "~" else chord.tone(int(mark)))


def _voicings(layer: Layer, section: Section) -> dict[float, tuple[int, ...]]:
    pitches: tuple[int, ...] = ()
    found = {}
    for timed in section.chords:
        pitches = voicing(timed.chord, layer.centre, pitches)
        found[timed.start] = pitches
    return found


def _chords(layer: Layer, section: Section, struck: list[Step], scale: tuple[int, ...], seed: int) -> Iterator[Event]:
    voicings = _voicings(layer, section)
    for step in struck:
        beat, end = step.beat, step.beat + step.beats
        while beat < end - 1e-6:
            timed = section.chord_at(beat)
            until = min(end, timed.end)
            for order, pitch in enumerate(voicings[timed.start]):
                strum = 0.012 * order if layer.loose > 0 else 0.0
                yield Event(beat + strum, until - beat - strum, pitch, _LEVEL[step.mark] * (1 - 0.03 * order))
            beat = until


def _arp(layer: Layer, section: Section, struck: list[Step], scale: tuple[int, ...], seed: int) -> Iterator[Event]:
    voicings = _voicings(layer, section)
    for step in struck:
        pitches = voicings[section.chord_at(step.beat).start]
        octave, tone = divmod(int(step.mark) - 1, len(pitches))
        yield Event(step.beat, step.beats, pitches[tone] + 12 * octave, 0.85 if step.beat % 1 == 0 else 0.68)


def _lead(layer: Layer, section: Section, struck: list[Step], scale: tuple[int, ...], seed: int) -> Iterator[Event]:
    marks = len(re.sub(r"[\s|.\-]", "", layer.pattern))
    slots = [Slot(step.beat, section.chord_at(step.beat).chord, step.mark == "X") for step in struck]
    for step, pitch in zip(struck, compose(slots, scale, layer.centre, marks, seed), strict=True):
        yield Event(step.beat, step.beats, pitch, _LEVEL[step.mark])


_PLAYERS = {"drum": _drum, "bass": _bass, "chords": _chords, "arp": _arp, "lead": _lead}


def swung(beat: float, amount: float, unit: float) -> float:
    """Moves the second half of every `unit` beats later: `amount` 0 is straight, 1/3 a triplet."""
    whole, part = divmod(beat / unit, 1.0)
    first = 0.5 * (1 + amount)
    moved = part * 2 * first if part < 0.5 else first + (part - 0.5) * 2 * (1 - first)
    return float((whole + moved) * unit)


def fill(section: Section, layer: Layer, played: list[Event]) -> list[Event]:
    """Replaces a snare's last beat of a section by sixteenths that grow."""
    kept = [event for event in played if not section.end - 1 <= event.beat < section.end]
    strokes = [Event(section.end - 1 + step / 4, 0.25, 0.0, level) for step, level in enumerate((0.45, 0.55, 0.7, 0.9))]
    return sorted(kept + strokes, key=lambda event: event.beat)


def humanised(event: Event, rng: np.random.Generator, looseness: float) -> Event:
    """A player's small deviations: velocity by a tenth (timing is in seconds and left to the mixer)."""
    return replace(event, velocity=float(np.clip(event.velocity * (1 + 0.09 * looseness * rng.normal()), 0.1, 1.0)))
