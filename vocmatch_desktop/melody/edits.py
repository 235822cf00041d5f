"""Edits of a melody by hand: pure functions from notes to notes.

Every function takes notes in order of onset and the indices it is about, and gives the notes afterwards with the
indices of the touched ones. What the hand put somewhere wins: another note of the same number gives way, because two
notes of one number cannot sound at once in MIDI. Notes of different numbers may overlap: a piano can play both.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from vocmatch_desktop.types import Note

Notes = tuple[Note, ...]
Edge = Literal["start", "end"]

SHORTEST_S = 0.03
"""No edit leaves a shorter note; what would be shorter goes."""

HIGHEST_NUMBER = 127


@dataclass(frozen=True, slots=True)
class Edited:
    """The notes after an edit, and which of them it touched."""

    notes: Notes
    chosen: frozenset[int] = frozenset()


def moved(
    notes: Notes, chosen: Iterable[int], *, seconds: float = 0.0, semitones: int = 0, end_s: float = math.inf
) -> Edited:
    """Moves notes together; at the take's start, at its end (`end_s`) and at MIDI's last keys the whole group stops."""
    touched, others = _parted(notes, chosen)
    if not touched:
        return Edited(notes)
    room_s = max(0.0, end_s - max(note.offset_s for note in touched))
    later = min(max(seconds, -min(note.onset_s for note in touched)), room_s)
    lowest, highest = min(note.number for note in touched), max(note.number for note in touched)
    higher = min(max(semitones, -lowest), HIGHEST_NUMBER - highest)
    return _settled(others, [_shifted(note, later, higher) for note in touched])


def stretched(notes: Notes, chosen: Iterable[int], edge: Edge, seconds: float, end_s: float = math.inf) -> Edited:
    """Moves one edge of every chosen note; none gets shorter than `SHORTEST_S`, or reaches before 0 or past `end_s`."""
    touched, others = _parted(notes, chosen)
    return _settled(others, [_with_edge(note, edge, seconds, end_s) for note in touched])


def split(notes: Notes, chosen: Iterable[int], at_s: float) -> Edited:
    """Cuts the chosen notes that sound at `at_s` in two; the second halves are the touched ones."""
    cut = [index for index in chosen if _can_be_cut(notes[index], at_s)]
    touched, others = _parted(notes, cut)
    firsts = [replace(note, offset_s=at_s) for note in touched]
    seconds = [replace(note, onset_s=at_s) for note in touched]
    return _settled([*others, *firsts], seconds)


def joined(notes: Notes, chosen: Iterable[int]) -> Edited:
    """Makes one note of the chosen ones, with the pitch of the longest; a single one is joined with the next."""
    indices = sorted(set(chosen))
    if len(indices) == 1 and indices[0] + 1 < len(notes):
        indices.append(indices[0] + 1)
    if len(indices) < 2:
        return Edited(notes, frozenset(indices))
    touched, others = _parted(notes, indices)
    longest = max(touched, key=lambda note: note.offset_s - note.onset_s)
    end_s = max(note.offset_s for note in touched)
    return _settled(others, [replace(longest, onset_s=touched[0].onset_s, offset_s=end_s)])


def deleted(notes: Notes, chosen: Iterable[int]) -> Edited:
    """Takes notes away."""
    return Edited(tuple(_parted(notes, chosen)[1]))


def drawn(notes: Notes, onset_s: float, offset_s: float, number: int, velocity: int) -> Edited:
    """Adds a note; too short a one is made `SHORTEST_S` long."""
    onset_s, number = max(0.0, onset_s), min(max(number, 0), HIGHEST_NUMBER)
    note = Note(onset_s, max(offset_s, onset_s + SHORTEST_S), float(number), number, min(max(velocity, 1), 127))
    return _settled(notes, [note])


def struck(notes: Notes, chosen: Iterable[int], change: int) -> Edited:
    """Adds `change` to the velocity of notes, 1…127."""
    picked = frozenset(chosen)
    changed = (
        replace(note, velocity=min(max(note.velocity + change, 1), 127)) if index in picked else note
        for index, note in enumerate(notes)
    )
    return Edited(tuple(changed), picked)


def rebased(before: Notes, now: Notes, derived: Notes) -> Notes:
    """New notes of the model with the hand's edits kept.

    `before` are the notes the model gave last time, `now` those the hand made of them, `derived` those it gives this
    time. Wherever the hand added, changed or took a note away, its version stays; everywhere else `derived` holds.
    """
    known, kept = frozenset(before), frozenset(now)
    by_hand = [note for note in now if note not in known]
    spans = [(note.onset_s, note.offset_s) for note in (*by_hand, *(note for note in before if note not in kept))]
    free = [note for note in derived if not any(_mostly_inside(note, *span) for span in spans)]
    return _settled(free, by_hand).notes


def _parted(notes: Notes, chosen: Iterable[int]) -> tuple[list[Note], list[Note]]:
    """The chosen notes, and the others."""
    picked = frozenset(chosen)
    touched = [note for index, note in enumerate(notes) if index in picked]
    return touched, [note for index, note in enumerate(notes) if index not in picked]


def _shifted(note: Note, seconds: float, semitones: int) -> Note:
    return Note(
        max(0.0, note.onset_s + seconds),
        note.offset_s + seconds,
        note.pitch + semitones,
        note.number + semitones,
        note.velocity,
    )


def _with_edge(note: Note, edge: Edge, seconds: float, end_s: float) -> Note:
    if edge == "end":
        latest_s = max(end_s, note.offset_s)
        return replace(note, offset_s=max(note.onset_s + SHORTEST_S, min(latest_s, note.offset_s + seconds)))
    return replace(note, onset_s=max(0.0, min(note.offset_s - SHORTEST_S, note.onset_s + seconds)))


def _can_be_cut(note: Note, at_s: float) -> bool:
    return note.onset_s + SHORTEST_S <= at_s <= note.offset_s - SHORTEST_S


def _mostly_inside(note: Note, from_s: float, to_s: float) -> bool:
    """Whether a note shares half of itself, or half of the span, with a span."""
    shared = min(note.offset_s, to_s) - max(note.onset_s, from_s)
    return shared > 0 and shared >= 0.5 * min(note.offset_s - note.onset_s, to_s - from_s)


def _settled(others: Iterable[Note], touched: Iterable[Note]) -> Edited:
    """Puts touched notes among the others, which give way; the touched ones among themselves end at the next."""
    fixed = _one_at_a_time(touched)
    rest = [note for other in others if (note := _given_way(other, fixed)) is not None]
    tagged = [*((note, False) for note in rest), *((note, True) for note in fixed)]
    tagged.sort(key=lambda each: (each[0].onset_s, each[0].number, each[0].offset_s))
    chosen = frozenset(index for index, (_, is_touched) in enumerate(tagged) if is_touched)
    return Edited(tuple(note for note, _ in tagged), chosen)


def _one_at_a_time(notes: Iterable[Note]) -> list[Note]:
    """Notes of one number end where the next of it begins; one that would vanish goes."""
    settled: list[Note] = []
    last: dict[int, int] = {}
    for note in sorted(notes, key=lambda each: (each.onset_s, each.number)):
        before = last.get(note.number)
        if before is not None and settled[before].offset_s > note.onset_s:
            settled[before] = replace(settled[before], offset_s=note.onset_s)
        last[note.number] = len(settled)
        settled.append(note)
    return [note for note in settled if note.offset_s - note.onset_s >= SHORTEST_S - 1e-9]


def _given_way(note: Note, fixed: Iterable[Note]) -> Note | None:
    """What is left of a note beside fixed ones of its number; None where too little is."""
    onset_s, offset_s = note.onset_s, note.offset_s
    for other in fixed:
        if other.number != note.number or other.offset_s <= onset_s or other.onset_s >= offset_s:
            continue
        if other.onset_s > onset_s:
            offset_s = other.onset_s
        else:
            onset_s = other.offset_s
    if (onset_s, offset_s) == (note.onset_s, note.offset_s):
        return note
    if offset_s - onset_s < SHORTEST_S:
        return None
    return replace(note, onset_s=onset_s, offset_s=offset_s)
