"""Finds a recorded syllable for every note and lays it out in time: consonant before the beat, vowel on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

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

_TIED_S = 0.06
_MOST_AHEAD_S = 0.3
_LONG_AHEAD_S = 0.15
_FADES_S = dict.fromkeys("pbtdkg", 0.012)
_FADE_S = 0.025
_VOWEL_FADE_S = 0.05
_RELEASE_S = (0.05, 0.14)
_BLURRED = 5.0
"""What it costs, in semitones of shift, that nobody could say where a unit's vowel begins."""

_STROKE_GAP_S = (0.0, 0.035)
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


def lay(
    notes: Sequence[Planned], voice: Voice, how: Singing, rng: np.random.Generator, words: Mapping[float, str]
) -> tuple[Laid, ...]:
    """Chooses and lays out a unit for every note that is not tied to the one before.

    `words`: a note's onset → the syllable it should have, if the voice has that.
    """
    choice = _Choice(voice, how, rng)
    begins = [index for index, note in enumerate(notes) if note.start != "tied" or index == 0]
    laid: list[Laid] = []
    for index, following in zip(begins, [*begins[1:], len(notes)], strict=True):
        note, last = notes[index], notes[following - 1]
        before = laid[-1] if laid else None
        tied = before is not None and note.onset_s - before.end_s < _TIED_S
        room = _room(note, before, tied)
        number = float(np.mean([one.number for one in notes[index:following]]))
        unit = choice.unit(note, number, before.unit if before and tied else None, room, words.get(note.onset_s))
        start, fade_in = _beginning(unit, note, room, tied)
        if before and tied:
            laid[-1] = _joined(before, note, start, fade_in, float(rng.uniform(*_STROKE_GAP_S)))
        gain = min(USUAL_DB + note.level_db - unit.level_db, _MOST_GAIN_DB)
        ends = following >= len(notes) or not last.legato
        release = float(rng.uniform(*_RELEASE_S)) if ends else fade_in
        laid.append(Laid(unit, start, note.onset_s, last.offset_s, fade_in, release, (index, following - 1), gain))
    return tuple(laid)


def _room(note: Planned, before: Laid | None, tied: bool) -> float:
    """Seconds a consonant may take before the note: the vowel before, or the silence, keeps some of them."""
    if before is None:
        return _MOST_AHEAD_S
    if tied:
        return note.onset_s - (before.vowel_s + _ROOM_FOR_VOWEL_S)
    return min(_MOST_AHEAD_S, note.onset_s - before.end_s - 0.01)


def _beginning(unit: Unit, note: Planned, room: float, tied: bool) -> tuple[float, float]:
    """When the unit begins to sound, and over how long it is faded in."""
    if unit.consonant:
        ahead = max(0.0, min(unit.vowel_s - unit.consonant_s, room, note.onset_s))
        return note.onset_s - ahead, _FADES_S.get(unit.consonant[0], _FADE_S)
    if tied and note.start != "stroke":
        return max(0.0, note.onset_s - 0.03), _VOWEL_FADE_S
    return max(0.0, note.onset_s - 0.015), 0.02


def _joined(before: Laid, note: Planned, start_s: float, fade_s: float, gap_s: float) -> Laid:
    """The unit before, ended where the next begins; a new stroke closes the throat for `gap_s`, more or less."""
    if note.start == "stroke":
        return replace(before, end_s=start_s - gap_s, fade_out_s=0.03)
    return replace(before, end_s=start_s, fade_out_s=fade_s)


class _Choice:
    """Chooses units: near in pitch, fitting what was sung before and the time there is, otherwise at random."""

    def __init__(self, voice: Voice, how: Singing, rng: np.random.Generator) -> None:
        units = voice.units
        self._voice = voice
        self._rng = rng
        self._hum = how.hum
        self._before = np.array([unit.before for unit in units])
        self._vowel = np.array([unit.vowel for unit in units])
        self._text = np.array([unit.text for unit in units])
        self._bare = np.array([not unit.consonant for unit in units])
        self._ahead = np.array([unit.vowel_s - unit.consonant_s for unit in units])
        self._blurred = np.array([not unit.sharp for unit in units])
        self._held = np.array([unit.end_s - unit.steady_s for unit in units])
        self._mumbled = self._closed()

    def _closed(self) -> Bool:
        """What is hummed: nasals where the voice has enough of them, its darkest vowel otherwise."""
        for vowels in ((NASAL,), ("u",), ("o",)):
            found = np.isin(self._vowel, vowels) & (self._bare if vowels == (NASAL,) else self._held > 0)
            if found.any():
                return np.asarray(found)
        return np.ones(len(self._vowel), bool)

    def unit(self, note: Planned, number: float, before: Unit | None, room: float, text: str | None) -> Unit:
        """A unit for `note`, mostly held at MIDI `number`, sung from `before`, with `room` seconds ahead of it.

        `text` is the syllable wanted, None for any.
        """
        shift = np.abs(self._voice.pitches - number)
        cost = shift + 12.0 * np.maximum(shift - 12.0, 0)
        context = before.vowel if before else ""
        cost = cost + 2.5 * (self._before != context)
        cost += 30.0 * np.maximum(self._ahead - max(room, 0.02), 0)
        cost += 40.0 * np.maximum(self._ahead - _LONG_AHEAD_S, 0)
        cost += _BLURRED * self._blurred
        cost += 8.0 * np.maximum(0.25 - self._held, 0)
        if text is not None:
            cost = cost + 12.0 * (self._text != text) + 25.0 * (self._vowel != text[-1:])
        elif self._hum:
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
