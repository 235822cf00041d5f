"""Finds a recorded syllable for every note and lays it out in time: consonant before the beat, vowel on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vocmatch_desktop.training.songs.singer.hearing import HOP_S, RATE, Floats, frame
from vocmatch_desktop.training.songs.singer.labels import NASAL
from vocmatch_desktop.training.songs.singer.manner import Singing
from vocmatch_desktop.training.songs.singer.score import Planned
from vocmatch_desktop.training.songs.singer.units import Unit
from vocmatch_desktop.training.songs.singer.voice import Voice
from vocmatch_desktop.types import Bool

USUAL_DB = -22.0
"""RMS of a vowel at the singer's usual loudness, dBFS."""

_ROOM_FOR_VOWEL_S = 0.06
_TEMPERATURE = 1.6
"""How freely units are chosen: in semitones of shift that are accepted for variety."""

_FADES_S = {"p": 0.012, "b": 0.012, "t": 0.012, "d": 0.012, "k": 0.012, "g": 0.012, "": 0.05}
_FADE_S = 0.025
_STROKE_GAP_S = 0.035
_MOST_GAIN_DB = 24.0


@dataclass(frozen=True, slots=True)
class Laid:
    """A unit laid out in time, seconds: its consonant begins at `start_s`, its vowel at `vowel_s`.

    It is faded in around `start_s` over `fade_in_s` and out around `end_s` over `fade_out_s`. `notes`: index of the
    first and last note that is sung on it. `level_db`: gain to apply.
    """

    unit: Unit
    start_s: float
    vowel_s: float
    end_s: float
    fade_in_s: float
    fade_out_s: float
    notes: tuple[int, int]
    level_db: float


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """A laid unit on the frames of the song (one every `HOP_S`), for the engines.

    `first`: its first frame. `source_s`: float64 [n], where in all of the voice's recordings it is at each frame.
    `weight`: float64 [n], 0…1, its fades. `gain`: linear. `voiced`: bool [n]. `recording`: the one it is cut from.
    """

    first: int
    source_s: Floats
    weight: Floats
    gain: float
    voiced: Bool
    recording: int


def lay(notes: Sequence[Planned], voice: Voice, how: Singing, rng: np.random.Generator) -> tuple[Laid, ...]:
    """Chooses and lays out a unit for every note that is not tied to the one before."""
    choice = _Choice(voice, how, rng)
    begins = [index for index, note in enumerate(notes) if note.start != "tied" or index == 0]
    laid: list[Laid] = []
    for index, following in zip(begins, [*begins[1:], len(notes)], strict=True):
        note, last = notes[index], notes[following - 1]
        before = laid[-1] if laid else None
        tied = before is not None and note.onset_s - before.end_s < 0.06
        room = note.onset_s - (before.vowel_s + _ROOM_FOR_VOWEL_S) if before and tied else 0.3
        if before and not tied:
            room = min(room, note.onset_s - before.end_s - 0.01)
        numbers = [one.number for one in notes[index:following]]
        unit = choice.unit(note, float(np.mean(numbers)), before.unit if before and tied else None, room)
        start = note.onset_s - max(0.0, min(unit.vowel_s - unit.consonant_s, room, note.onset_s))
        stroke = note.start == "stroke"
        fade_in = _FADES_S.get(unit.consonant[:1], _FADE_S)
        if not unit.consonant:
            start = max(0.0, note.onset_s - (0.015 if stroke or not tied else 0.03))
            fade_in = 0.02 if stroke or not tied else fade_in
        if before and tied:
            gap = _STROKE_GAP_S if stroke else 0.0
            laid[-1] = _ended(before, start - gap, 0.03 if stroke else fade_in)
        gain = min(USUAL_DB + note.level_db - unit.level_db, _MOST_GAIN_DB)
        release = float(rng.uniform(0.05, 0.14)) if following >= len(notes) or not last.legato else fade_in
        laid.append(Laid(unit, start, note.onset_s, last.offset_s, fade_in, release, (index, following - 1), gain))
    return tuple(laid)


def _ended(laid: Laid, end_s: float, fade_s: float) -> Laid:
    return Laid(laid.unit, laid.start_s, laid.vowel_s, end_s, laid.fade_in_s, fade_s, laid.notes, laid.level_db)


class _Choice:
    """Chooses units: near in pitch, fitting what was sung before and the time there is, otherwise at random."""

    def __init__(self, voice: Voice, how: Singing, rng: np.random.Generator) -> None:
        units = voice.units
        self._voice = voice
        self._rng = rng
        self._hum = how.hum
        self._before = np.array([unit.before for unit in units])
        self._vowel = np.array([unit.vowel for unit in units])
        self._bare = np.array([not unit.consonant for unit in units])
        self._ahead = np.array([unit.vowel_s - unit.consonant_s for unit in units])
        self._held = np.array([unit.end_s - unit.steady_s for unit in units])
        self._mumbled = self._closed()

    def _closed(self) -> Bool:
        """What is hummed: nasals where the voice has enough of them, its darkest vowel otherwise."""
        for vowels in ((NASAL,), ("u",), ("o",)):
            found = np.isin(self._vowel, vowels) & (self._bare if vowels == (NASAL,) else self._held > 0)
            if found.any():
                return np.asarray(found)
        return np.ones(len(self._vowel), bool)

    def unit(self, note: Planned, number: float, before: Unit | None, room: float) -> Unit:
        """A unit for `note`, mostly held at MIDI `number`, sung from `before`, with `room` seconds ahead of it."""
        shift = np.abs(self._voice.pitches - number)
        cost = shift + 12.0 * np.maximum(shift - 12.0, 0)
        context = before.vowel if before else ""
        cost = cost + 2.5 * (self._before != context)
        cost += 30.0 * np.maximum(self._ahead - max(room, 0.02), 0)
        cost += 8.0 * np.maximum(0.25 - self._held, 0)
        if self._hum:
            cost = cost + 60.0 * ~self._mumbled
        elif note.start == "stroke" and before is not None:
            cost = cost + 40.0 * ~((self._vowel == before.vowel) & self._bare)
        else:
            cost = cost + 4.0 * (self._vowel == NASAL) + 1.5 * self._bare
        return self._voice.units[int(np.argmin(cost / _TEMPERATURE + self._rng.gumbel(size=len(cost))))]


def segments(laid: Sequence[Laid], voice: Voice, frames: int, rng: np.random.Generator) -> tuple[Segment, ...]:
    """Every laid unit on the song's frames (`frames` of them)."""
    found = []
    for one in laid:
        first = max(0, frame(one.start_s - one.fade_in_s / 2))
        last = min(frames, frame(one.end_s + one.fade_out_s / 2) + 1)
        if last - first < 2:
            continue
        times = np.arange(first, last) * HOP_S
        source = _source_time(one, times, rng) + voice.recordings[one.unit.recording].start / RATE
        places = np.clip(np.rint(source / HOP_S).astype(int), 0, len(voice.f0_hz) - 1)
        weight = _rising(times, one.start_s, one.fade_in_s) * (1 - _rising(times, one.end_s, one.fade_out_s))
        gain = float(10 ** (one.level_db / 20))
        found.append(Segment(first, source, weight, gain, voice.f0_hz[places] > 0, one.unit.recording))
    return tuple(found)


def _rising(times: Floats, centre: float, length: float) -> Floats:
    """0 before, 1 after, half a cosine of `length` between."""
    place = np.clip((times - centre) / max(length, 1e-3) + 0.5, 0, 1)
    return np.asarray(0.5 - 0.5 * np.cos(np.pi * place))


def _source_time(laid: Laid, times: Floats, rng: np.random.Generator) -> Floats:
    """Where in the recording the unit is at each time.

    The consonant is squeezed into the time it has, the vowel's beginning keeps its pace; what is longer than the
    recorded vowel goes back and forth within its steady part, turning at another place each time.
    """
    unit = laid.unit
    ahead, recorded = laid.vowel_s - laid.start_s, unit.vowel_s - unit.consonant_s
    pace = recorded / ahead if ahead > 0.004 and unit.consonant else 1.0
    out, source = [laid.vowel_s - 10.0, laid.vowel_s], [unit.vowel_s - 10.0 * pace, unit.vowel_s]
    length = unit.end_s - unit.steady_s
    slow = 1.0 if length > 0.25 else 0.6
    out.append(laid.vowel_s + unit.steady_s - unit.vowel_s)
    source.append(unit.steady_s)
    low, forward = unit.steady_s, True
    while out[-1] < times[-1]:
        goal = unit.end_s - 0.25 * length * rng.random() if forward else low + 0.25 * length * rng.random()
        out.append(out[-1] + max(abs(goal - source[-1]), 0.02) / slow)
        source.append(goal)
        forward = not forward
    return np.asarray(np.interp(times, out, source))
