"""What is going to be sung when: the melody in the voice's range, its timing, and how each note is begun.

Everything here is still notes; `lyrics` finds the syllables and `tune` the pitch between them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np

from vocmatch_desktop.training.songs.singer.hearing import Floats
from vocmatch_desktop.training.songs.singer.manner import Singing
from vocmatch_desktop.types import Note

Start = Literal["syllable", "tied", "stroke"]

PHRASE_GAP_S = 0.22
"""A longer silence than this parts two phrases."""

SHORTEST_S = 0.07
FURTHEST_SHIFT = 12.0
"""Semitones a recording is moved at most."""

_TIED_GAP_S = 0.06
_LEVEL_PER_VELOCITY_DB = 0.12


@dataclass(frozen=True, slots=True)
class Planned:
    """A note to sing.

    `start`: "syllable" begins with a syllable of its own, "tied" goes on with the vowel before, "stroke" strikes that
    vowel anew. `phrase`: its phrase's number. `level_db`: relative to the singer's usual loudness. `legato`: it lasts
    until the next one begins.
    """

    onset_s: float
    offset_s: float
    number: int
    start: Start
    phrase: int
    level_db: float
    legato: bool


@dataclass(frozen=True, slots=True)
class InRange:
    """A melody moved into a voice's range: all of it by `octaves`, `folded` notes by further ones of their own."""

    melody: tuple[Note, ...]
    octaves: int
    folded: int


def in_range(melody: Sequence[Note], pitches: Floats) -> InRange:
    """Moves a melody by whole octaves to where the recorded `pitches` (MIDI) lie nearest.

    What would still be moved by more than `FURTHEST_SHIFT` semitones is folded back by octaves, note by note.
    """
    if not melody:
        return InRange((), 0, 0)
    numbers = np.array([note.number for note in melody], float)
    lengths = np.array([note.offset_s - note.onset_s for note in melody])
    centre = float(np.median(pitches))

    def cost(octaves: int) -> float:
        shift = _shifts(numbers + 12 * octaves, pitches)
        beyond = np.maximum(np.abs(shift) - FURTHEST_SHIFT, 0)
        mean = float(np.average(numbers, weights=lengths)) + 12 * octaves
        return float(np.average(np.abs(shift) + 20 * beyond, weights=lengths)) + 0.3 * abs(mean - centre - 2)

    octaves = min(range(-5, 6), key=lambda number: (cost(number), abs(number)))
    moved = tuple(_moved(note, 12 * octaves) for note in melody)
    folded = tuple(_moved(note, 12 * _fold(note.number, pitches)) for note in moved)
    return InRange(folded, octaves, sum(a != b for a, b in zip(moved, folded, strict=True)))


def _shifts(numbers: Floats, pitches: Floats) -> Floats:
    """How far from each number the nearest recorded pitch lies, semitones."""
    nearest = np.abs(numbers[:, None] - np.unique(np.round(pitches, 1))[None]).argmin(axis=1)
    return np.asarray(numbers - np.unique(np.round(pitches, 1))[nearest])


def _fold(number: int, pitches: Floats) -> int:
    shift = float(_shifts(np.array([number], float), pitches)[0])
    if abs(shift) <= FURTHEST_SHIFT:
        return 0
    return -int(np.sign(shift)) * int(np.ceil((abs(shift) - FURTHEST_SHIFT) / 12))


def _moved(note: Note, semitones: int) -> Note:
    return note if not semitones else replace(note, number=note.number + semitones, pitch=note.pitch + semitones)


def plan(melody: Sequence[Note], how: Singing, duration_s: float, rng: np.random.Generator) -> tuple[Planned, ...]:
    """The notes as this singer times them; those that do not fit into `duration_s` are left out."""
    written = _one_voice(melody)
    onsets = _timed(written, how, rng)
    notes: list[Planned] = []
    phrase = 0
    for index, (note, onset) in enumerate(zip(written, onsets, strict=True)):
        after = onsets[index + 1] if index + 1 < len(written) else np.inf
        gap = written[index + 1].onset_s - note.offset_s if index + 1 < len(written) else np.inf
        legato = gap < PHRASE_GAP_S and rng.random() < (how.legato if gap < 0.1 else how.legato * 0.3)
        length = note.offset_s - note.onset_s
        offset = float(min(after, onset + length * (1 if gap >= PHRASE_GAP_S else rng.uniform(0.72, 0.95))))
        if legato:
            offset = float(after)
        if index and written[index].onset_s - written[index - 1].offset_s >= PHRASE_GAP_S:
            phrase += 1
        number = note.number + _mistake(how, rng)
        start = _start(notes[-1] if notes else None, onset, number, how, rng)
        level = rng.normal(0, how.dynamics_db) + _LEVEL_PER_VELOCITY_DB * (note.velocity - 80)
        notes.append(Planned(float(onset), max(offset, onset + SHORTEST_S), number, start, phrase, level, legato))
    return tuple(note for note in _swelled(notes, how) if note.offset_s < duration_s - 0.02 and note.onset_s > 0.01)


def _one_voice(melody: Sequence[Note]) -> list[Note]:
    """Sorted, one note at a time, none too short to be sung."""
    notes: list[Note] = []
    for note in sorted(melody, key=lambda one: (one.onset_s, -one.number)):
        if notes and note.onset_s - notes[-1].onset_s < SHORTEST_S:
            continue
        if notes and notes[-1].offset_s > note.onset_s:
            notes[-1] = replace(notes[-1], offset_s=note.onset_s)
        notes.append(note)
    return [note for note in notes if note.offset_s - note.onset_s >= SHORTEST_S / 2]


def _timed(written: Sequence[Note], how: Singing, rng: np.random.Generator) -> Floats:
    """Onsets as sung: late by habit, wandering slowly, each a little off; order and a shortest length are kept."""
    onsets = np.array([note.onset_s for note in written])
    if not len(onsets):
        return onsets
    wander = np.zeros(len(onsets))
    for index in range(1, len(onsets)):
        keep = np.exp(-(onsets[index] - onsets[index - 1]) / 2.0)
        wander[index] = keep * wander[index - 1] + np.sqrt(1 - keep**2) * rng.normal()
    own = rng.normal(size=len(onsets))
    sung = onsets + how.late_s + how.timing_s * np.clip(0.7 * wander + 0.7 * own, -2.5, 2.5)
    for index in range(1, len(sung)):
        sung[index] = max(sung[index], sung[index - 1] + min(0.9 * (onsets[index] - onsets[index - 1]), 0.09))
    return np.asarray(sung)


def _mistake(how: Singing, rng: np.random.Generator) -> int:
    if rng.random() >= how.wrong:
        return 0
    return int(rng.choice([-2, -1, 1, 2]))


def _start(before: Planned | None, onset: float, number: int, how: Singing, rng: np.random.Generator) -> Start:
    chance = rng.random()
    if before is None or onset - before.offset_s > _TIED_GAP_S:
        return "syllable"
    if number == before.number:
        return "stroke" if chance < how.reattack else "syllable"
    return "tied" if before.legato and chance < how.melisma else "syllable"


def _swelled(notes: Sequence[Planned], how: Singing) -> list[Planned]:
    """Every phrase swells towards its third quarter and ends softer; high notes are louder."""
    swelled = []
    for phrase in sorted({note.phrase for note in notes}):
        own = [note for note in notes if note.phrase == phrase]
        first, last = own[0].onset_s, own[-1].offset_s
        middle = float(np.mean([note.number for note in own]))
        for note in own:
            place = (note.onset_s - first) / max(last - first, 0.1)
            arc = how.arc_db * (np.exp(-(((place - 0.6) / 0.4) ** 2)) - 0.6)
            lift = float(np.clip(0.35 * (note.number - middle), -3, 3))
            swelled.append(replace(note, level_db=note.level_db + float(arc) + lift))
    return swelled


def gaps(notes: Sequence[Planned]) -> list[tuple[float, float]]:
    """Silences between phrases: (from, to) in seconds."""
    return [(a.offset_s, b.onset_s) for a, b in pairwise(notes) if b.phrase != a.phrase]
