"""More voices on the same words: doubles of a lead, and second voices along the scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from vocmatch_desktop.training.songs.singer.manner import Singing
from vocmatch_desktop.training.songs.singer.performance import Sung, perform
from vocmatch_desktop.training.songs.singer.score import Planned
from vocmatch_desktop.training.songs.singer.voice import Voice
from vocmatch_desktop.types import Key

_MAJOR, _MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)
_BESIDE_S = 0.018
_BESIDE_DB = 1.0


def double(lead: Sung, voice: Voice, how: Singing, frames: int, rng: np.random.Generator) -> Sung:
    """The lead once more: the same notes and words, other recordings, a little beside it in time and pitch.

    A "raw" lead cannot be sung again; it gives silence.
    """
    return _along(lead, [note.number for note in lead.plan], voice, how, frames, rng)


def harmony(
    lead: Sung, key: Key, steps: int, voice: Voice, how: Singing, frames: int, rng: np.random.Generator
) -> Sung:
    """A second voice on the lead's words, `steps` of the key's scale above (2 is a third) or below it."""
    return _along(lead, [in_scale(note.number, key, steps) for note in lead.plan], voice, how, frames, rng)


def in_scale(number: int, key: Key, steps: int) -> int:
    """The MIDI number `steps` of the key's scale from `number`; a note outside it counts as the one below."""
    scale = _MINOR if key.minor else _MAJOR
    octave, place = divmod(number - key.tonic, 12)
    degree = max(index for index, tone in enumerate(scale) if tone <= place)
    up, target = divmod(degree + steps, 7)
    return key.tonic + 12 * (octave + up) + scale[target]


def _along(
    lead: Sung, numbers: Sequence[int], voice: Voice, how: Singing, frames: int, rng: np.random.Generator
) -> Sung:
    notes: list[Planned] = []
    moved = np.clip(rng.normal(0, _BESIDE_S, len(lead.plan)), -2 * _BESIDE_S, 2 * _BESIDE_S)
    for note, number, late in zip(lead.plan, numbers, moved, strict=True):
        onset = max(note.onset_s + float(late), notes[-1].onset_s + 0.05 if notes else 0.02)
        offset = max(note.offset_s + float(late), onset + 0.06)
        if notes and notes[-1].offset_s > onset - 0.02:
            notes[-1] = replace(notes[-1], offset_s=onset)
        level = note.level_db + float(rng.normal(0, _BESIDE_DB))
        notes.append(replace(note, onset_s=onset, offset_s=offset, number=number, level_db=level))
    words = {note.onset_s: lead.words.get(old.onset_s, "") for note, old in zip(notes, lead.plan, strict=True)}
    again = perform(tuple(notes), voice, how, frames, rng, words)
    return replace(again, octaves=lead.octaves, folded=lead.folded)
