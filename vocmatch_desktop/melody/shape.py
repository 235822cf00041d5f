"""What people change about found notes: key, grid, range, legato. Pure, instant, in this order.

shaped = shape(notes, ShapeOptions(snap="soft", key=Key(9, True), quantize=0.25), bpm=92.0, first_beat_s=0.14)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from vocmatch_desktop.types import Key, Note

Snap = Literal["off", "soft", "hard"]

MAJOR = frozenset((0, 2, 4, 5, 7, 9, 11))
MINOR = frozenset((0, 2, 3, 5, 7, 8, 10, 11))
"""Natural minor with the leading note: it is sung as often as the seventh below it."""

DOUBT = 0.3
"""Soft snap moves a note only where its pitch lies at least this far, in semitones, from the number it was given."""

SHORTEST_S = 0.03
LONGEST_GAP_S = 0.35
"""Legato closes gaps up to this; a longer one is a rest that was meant."""


@dataclass(frozen=True, slots=True)
class ShapeOptions:
    """How found notes are tidied; the defaults leave them alone.

    `snap`: "soft" moves notes off the key that were sung between two semitones, "hard" all of them; needs `key`.
    `quantize`: the grid in beats (¼ is a sixteenth in 4/4), None for off; `strength`: 0…1, how far towards it.
    `low`, `high`: MIDI numbers; notes outside are moved by octaves to the nearest one inside. `legato`: 0…1, how much
    of a short gap to the next note is closed.
    """

    snap: Snap = "off"
    key: Key | None = None
    quantize: float | None = None
    strength: float = 1.0
    low: int = 0
    high: int = 127
    legato: float = 0.0


def shape(
    notes: Sequence[Note],
    options: ShapeOptions,
    bpm: float | None = None,
    first_beat_s: float | None = None,
    until_s: float = math.inf,
) -> tuple[Note, ...]:
    """The notes as `options` ask; onsets keep their order and notes never overlap.

    Args:
        notes: As `melody.notes.find` gives them.
        options: What to change.
        bpm: The project's tempo; without one there is no grid, and nothing is quantised.
        first_beat_s: A beat of that tempo; 0 if None.
        until_s: The take's end: the grid draws no note beyond it.
    """
    shaped = [_in_range(_snapped(note, options), options) for note in notes]
    if options.quantize and bpm:
        shaped = _quantised(shaped, 60 / bpm * options.quantize, first_beat_s or 0.0, options.strength, until_s)
    return tuple(_legato(shaped, options.legato))


def _snapped(note: Note, options: ShapeOptions) -> Note:
    key = options.key
    if options.snap == "off" or key is None or _in_key(note.number, key):
        return note
    if options.snap == "soft" and abs(note.pitch - note.number) < DOUBT:
        return note
    near = sorted(range(note.number - 2, note.number + 3), key=lambda number: abs(number - note.pitch))
    number = next(number for number in near if _in_key(number, key))
    return replace(note, number=min(127, max(0, number)))


def _in_key(number: int, key: Key) -> bool:
    return (number - key.tonic) % 12 in (MINOR if key.minor else MAJOR)


def _in_range(note: Note, options: ShapeOptions) -> Note:
    """Moved by octaves to the nearest one inside; where the range is narrower than that, as near as octaves come."""
    up = max(0, math.ceil((options.low - note.number) / 12))
    down = max(0, math.ceil((note.number - options.high) / 12))
    number = note.number + 12 * (up - down)
    return replace(note, number=number, pitch=note.pitch + 12 * (up - down)) if 0 <= number <= 127 else note


def _quantised(notes: Sequence[Note], step_s: float, first_s: float, strength: float, until_s: float) -> list[Note]:
    """Onsets and offsets drawn to the grid; a note that would vanish lasts a step."""

    def drawn(time_s: float) -> float:
        line = first_s + round((time_s - first_s) / step_s) * step_s
        line -= step_s * (line > until_s)
        return max(0.0, time_s + strength * (line - time_s))

    moved: list[Note] = []
    for note in notes:
        onset, offset = drawn(note.onset_s), drawn(note.offset_s)
        if moved and onset < moved[-1].offset_s:
            moved[-1] = replace(moved[-1], offset_s=onset)
        end = min(max(offset, onset + strength * step_s), until_s)
        moved.append(replace(note, onset_s=onset, offset_s=end))
    return [note for note in moved if note.offset_s - note.onset_s >= SHORTEST_S]


def _legato(notes: Sequence[Note], amount: float) -> list[Note]:
    """Short gaps closed by `amount`; overlaps, which quantising may leave, cut."""
    joined = list(notes)
    for index, (note, following) in enumerate(pairwise(notes)):
        gap = following.onset_s - note.offset_s
        if gap < 0:
            joined[index] = replace(note, offset_s=following.onset_s)
        elif gap <= LONGEST_GAP_S:
            joined[index] = replace(note, offset_s=note.offset_s + amount * gap)
    return joined
