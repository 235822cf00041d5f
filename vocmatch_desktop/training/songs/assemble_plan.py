"""Plans of songs: which recording sounds where, how fast and how loud; nothing here touches a sample.

A plan is some hundred events of forty bytes, drawn on a CPU core while the device still plays the one before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.synth.kits import LEVEL, PAN, PIECES, DrumKit
from vocmatch_desktop.synth.sampler import LEVEL_POWER
from vocmatch_desktop.training.songs.pack_format import RATE, Snippet, SoundSet
from vocmatch_desktop.types import STEMS, Note, Part

EVENT = np.dtype(
    [
        ("example", "i4"),
        ("stem", "i4"),
        ("at", "i8"),
        ("source", "i8"),
        ("frames", "i4"),
        ("ratio", "f4"),
        ("left", "f4"),
        ("right", "f4"),
        ("fade_in", "i4"),
        ("fade_out", "i4"),
    ]
)
"""`at`: frame of the example it begins at, possibly negative. `source`: first frame in the bank. `frames`: how long it
sounds, in frames of the example. `ratio`: frames of the source a frame of the example. Fades are linear."""

Events = NDArray[np.void]

FURTHEST = 7.0
"""Semitones a recorded note or syllable is shifted at most; a sung note beyond is moved by octaves."""

_NEAR = 12
"""From how many of the nearest syllables one is taken: the same word again and again is not singing."""

_SYLLABLE_FADE_S = 0.015
_PIECE_OF = {number: piece for piece, numbers in PIECES.items() for number in numbers}


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """One example. `room`: stems that are dry and get a room. `drive`: stem → gain into a guitar amplifier.

    `trusted`: stems whose sound is exact. `bandwidth_hz`: where its narrowest recording ends, None for nowhere.
    """

    events: Events
    room: frozenset[str]
    drive: Mapping[str, float]
    trusted: frozenset[str]
    bandwidth_hz: float | None = None


class Placer:
    """Notes → events, at `rate`; `starts` is where the bank's rows begin."""

    def __init__(self, starts: Mapping[str, int], rate: int) -> None:
        self._starts = starts
        self._rate = rate

    def played(self, part: Part, sound: SoundSet) -> Iterator[tuple[object, ...]]:
        """What an instrument or kit plays; a drum the kit has not is left out."""
        if sound.role == "kit":
            yield from self._struck(part, sound)
            return
        snippets = sound.groups[""]
        pitches = np.array([one.pitch for one in snippets])
        layers = np.array([one.velocity for one in snippets])
        for note in part.notes:
            missed = np.where(layers >= note.velocity, layers - note.velocity, 2 * (note.velocity - layers)) / 12
            one = snippets[int(np.argmin(np.abs(pitches - note.pitch) + missed))]
            gain = one.gain * (note.velocity / 127) ** LEVEL_POWER
            length = note.offset_s - note.onset_s + sound.release_s
            yield self._event(part.stem, note.onset_s, one, note.pitch - one.pitch, length, gain, 0.0, sound.release_s)

    def sung(self, melody: Sequence[Note], voice: SoundSet, rng: np.random.Generator) -> Iterator[tuple[object, ...]]:
        """What a voice sings: a recorded syllable a note, its vowel on the note's onset, its consonant before."""
        snippets = voice.groups[""]
        pitches = np.array([one.pitch for one in snippets])
        octaves = 12 * round((float(np.median(pitches)) - float(np.median([note.pitch for note in melody]))) / 12)
        for note in melody:
            pitch = note.pitch + octaves
            while np.abs(pitches - pitch).min() > FURTHEST:
                pitch += 12 if pitch < pitches.mean() else -12
            near = np.argsort(np.abs(pitches - pitch), kind="stable")[:_NEAR]
            one = snippets[int(near[int(rng.integers(len(near)))])]
            before = one.onset / RATE / 2 ** ((pitch - one.pitch) / 12)
            gain = one.gain * 10 ** (rng.normal(0, 2) / 20)
            length = before + note.offset_s - note.onset_s + _SYLLABLE_FADE_S
            start = note.onset_s - before + rng.normal(0, 0.012)
            yield self._event("vocals", start, one, pitch - one.pitch, length, gain, 0.0, 2 * _SYLLABLE_FADE_S)

    def untouched(
        self, stem: str, row: str, start_s: float, seconds: float, gain: float, ratio: float = 1.0
    ) -> tuple[object, ...]:
        """A piece of a row as it is, faster by `ratio`; it covers the example from its first frame on."""
        source = self._starts[row] + round(start_s * self._rate)
        fade = round(0.01 * self._rate)
        return (0, STEMS.index(stem), 0, source, round(seconds * self._rate), ratio, gain, gain, fade, fade)

    def _struck(self, part: Part, sound: SoundSet) -> Iterator[tuple[object, ...]]:
        kit = DrumKit(dict.fromkeys(sound.groups, ()))
        struck: dict[str, int] = {}
        for note in part.notes:
            piece = kit.piece(note.number)
            if piece is None or not sound.groups[piece]:
                continue
            count = struck[piece] = struck.get(piece, -1) + 1
            hits = sound.groups[piece]
            one = hits[count % len(hits)]
            asked = _PIECE_OF[note.number]
            gain = one.gain * LEVEL.get(asked, 0.7) * (note.velocity / 127) ** LEVEL_POWER
            cents = 7.0 * ((count * 5) % 7 - 3) / 3
            yield self._event(part.stem, note.onset_s, one, cents / 100, 9.0, gain, PAN.get(asked, 0.0), 0.01)

    def _event(
        self,
        stem: str,
        start_s: float,
        one: Snippet,
        semitones: float,
        length_s: float,
        gain: float,
        pan: float,
        release_s: float,
    ) -> tuple[object, ...]:
        rate = self._rate
        ratio = 2 ** (semitones / 12)
        there = int(one.frames * rate / RATE / ratio)
        frames = max(1, min(there, round(length_s * rate)))
        source = self._starts[one.row] + round(one.start * rate / RATE)
        angle = (pan + 1) * np.pi / 4
        left, right = gain * np.sqrt(2) * np.cos(angle), gain * np.sqrt(2) * np.sin(angle)
        fade_in, fade_out = round(0.001 * rate), min(frames, max(1, round(release_s * rate)))
        return (0, STEMS.index(stem), round(start_s * rate), source, frames, ratio, left, right, fade_in, fade_out)


def cropped(events: Events, start: int, frames: int) -> Events:
    """What sounds within `frames` from frame `start` on, as events of a song that begins there."""
    inside = (events["at"] < start + frames) & (events["at"] + events["frames"] > start)
    kept: Events = events[inside].copy()
    kept["at"] -= start
    return kept


def together(plans: Sequence[Plan]) -> Events:
    """The events of a batch; `example` says whose they are."""
    numbered = [plan.events.copy() for plan in plans]
    for index, events in enumerate(numbered):
        events["example"] = index
    return np.concatenate(numbered)


def without(plan: Plan, stems: frozenset[str]) -> Plan:
    """The plan with some stems silent."""
    gone = [STEMS.index(stem) for stem in stems]
    return replace(plan, events=plan.events[~np.isin(plan.events["stem"], gone)])
