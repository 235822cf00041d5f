"""How a written stroke becomes a played note: swing, drift, spread, strength, and the instrument's range."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vocmatch_desktop.synth.players.sheet import Sheet, Stroke
from vocmatch_desktop.types import Note

_SHORTEST_S = 0.03
_DRIFT = 0.9
"""How much of a player's earliness or lateness is kept from stroke to stroke (an AR(1) process; Hennig 2011 finds
such long-ranged deviations in people's playing)."""


@dataclass(frozen=True, slots=True)
class Feel:
    """A player's hands.

    `swing`: 0 straight … ⅓ triplets, on pairs of `unit` beats. `loose_s`: standard deviation of the timing. `late_s`:
    how far behind the beat it lies. `uneven`: standard deviation of the velocity (of 0…1). `together_s`: spread of
    notes struck together.
    """

    swing: float = 0.0
    unit: float = 0.5
    loose_s: float = 0.006
    late_s: float = 0.0
    uneven: float = 0.06
    together_s: float = 0.003


MACHINE = Feel(loose_s=0.0, uneven=0.0, together_s=0.0)
"""A sequencer."""


def swung(beat: float, feel: Feel) -> float:
    """`beat` with the second of every pair of `unit` beats delayed: ⅓ of a unit late is a triplet."""
    if not feel.swing:
        return beat
    pair = 2 * feel.unit
    place = (beat % pair) / feel.unit
    start = beat - beat % pair
    late = place * (1 + feel.swing) if place <= 1 else 1 + feel.swing + (place - 1) * (1 - feel.swing)
    return start + late * feel.unit


def perform(
    strokes: Sequence[Stroke],
    sheet: Sheet,
    feel: Feel,
    rng: np.random.Generator,
    lowest: int = 0,
    highest: int = 127,
) -> tuple[Note, ...]:
    """Plays the strokes: notes by onset, within the song, within `lowest`…`highest` (moved by octaves).

    A key struck again while it sounds is let go first: no two notes of one number overlap.

    Raises:
        ValueError: The range is narrower than an octave.
    """
    if highest - lowest < 11:
        raise ValueError("an instrument has at least an octave")
    notes: list[Note] = []
    drift = 0.0
    kept, new = _DRIFT, math.sqrt(1 - _DRIFT**2)
    ordered = sorted(strokes, key=lambda stroke: (stroke.beat, stroke.delay_s, stroke.number))
    spreads = (0.7 * feel.loose_s, 0.7 * feel.loose_s, feel.together_s, feel.uneven)
    hand = (rng.standard_normal((len(ordered), 4)) * spreads).tolist()
    beat, shift = -math.inf, 0.0
    for stroke, (wander, jerk, apart, uneven) in zip(ordered, hand, strict=True):
        if stroke.beat != beat:
            beat = stroke.beat
            drift = kept * drift + new * wander
            shift = drift + jerk + feel.late_s
        number = folded(stroke.number, lowest, highest)
        note = _played(stroke, sheet, feel, shift + abs(apart) + stroke.delay_s, stroke.velocity + uneven, number)
        if note is not None:
            notes.append(note)
    return released(notes)


def folded(number: int, lowest: int, highest: int) -> int:
    """`number` moved by octaves into `lowest`…`highest`."""
    while number < lowest:
        number += 12
    while number > highest:
        number -= 12
    return number


def released(notes: Sequence[Note]) -> tuple[Note, ...]:
    """The notes by onset, each ended where its own key is struck again; doubles are left out."""
    after: dict[int, float] = {}
    kept = []
    for note in sorted(notes, key=lambda n: (n.onset_s, n.number), reverse=True):
        end = min(note.offset_s, after.get(note.number, math.inf))
        if end - note.onset_s >= 0.5 * _SHORTEST_S:
            kept.append(Note(note.onset_s, end, note.pitch, note.number, note.velocity))
            after[note.number] = note.onset_s
    return tuple(reversed(kept))


def one_at_a_time(notes: Sequence[Note]) -> tuple[Note, ...]:
    """A line: every note ends where the next begins, of notes that begin together the lowest stays."""
    line: list[Note] = []
    for note in sorted(notes, key=lambda n: (n.onset_s, n.number)):
        if line and note.onset_s - line[-1].onset_s < 0.5 * _SHORTEST_S:
            continue
        if line and line[-1].offset_s > note.onset_s:
            before = line[-1]
            line[-1] = Note(before.onset_s, note.onset_s, before.pitch, before.number, before.velocity)
        line.append(note)
    return tuple(line)


def _played(stroke: Stroke, sheet: Sheet, feel: Feel, shift: float, velocity: float, number: int) -> Note | None:
    onset = max(0.0, sheet.time(swung(stroke.beat, feel)) + shift)
    end = min(sheet.time(swung(stroke.beat + stroke.beats, feel)) + min(shift, 0.0), sheet.end_s)
    end = max(end, min(onset + _SHORTEST_S, sheet.end_s))
    if end - onset < 0.5 * _SHORTEST_S:
        return None
    return Note(onset, end, float(number), number, min(127, max(1, round(127 * velocity))))
