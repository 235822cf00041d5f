"""The engine "raw": strings of the recordings as they are, placed where a melody has its phrases.

Nothing is shifted or stretched; the strings are chosen for going with the chords that sound.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vocmatch_desktop.training.songs.record import F0_HOP_S, SungTruth, Syllable
from vocmatch_desktop.training.songs.singer.consonance import USUAL_LENGTH_S, agreement, fits, transposition
from vocmatch_desktop.training.songs.singer.hearing import HOP_S, RATE, Floats
from vocmatch_desktop.training.songs.singer.lyrics import USUAL_DB
from vocmatch_desktop.training.songs.singer.score import PHRASE_GAP_S
from vocmatch_desktop.training.songs.singer.units import Unit
from vocmatch_desktop.training.songs.singer.voice import Voice
from vocmatch_desktop.types import Chord, Float32, Key, Note

_LEAD_S, _TAIL_S = 0.03, 0.12
_FADE_S = 0.01
_BETWEEN_S = 0.12
_SPREAD = 3.0
"""How freely a string is chosen, in semitones from the phrase's pitch."""

_FREEDOM = 0.05
"""How freely a string is chosen, in what it is worth against the chords."""


def place_strings(
    melody: Sequence[Note],
    voice: Voice,
    frames: int,
    rng: np.random.Generator,
    chords: Sequence[Chord] = (),
    key: Key | None = None,
) -> tuple[Float32, SungTruth]:
    """Sound [frames] and what was measured of it. The truth's notes are the steady syllables; its f0 is of all.

    Strings go with `chords` in `key`; where there are none, they lie near the melody's pitches.
    """
    song = np.zeros(frames, np.float32)
    f0 = np.zeros(int(np.ceil(frames / RATE / F0_HOP_S)), np.float32)
    notes: list[Note] = []
    syllables: list[Syllable] = []
    strings = _strings(voice)
    free_s = 0.05
    for start_s, end_s, pitch in _phrases(melody):
        at_s = max(start_s, free_s)
        while strings and at_s < min(end_s, frames / RATE):
            agreed = agreement(chords, key, at_s, at_s + USUAL_LENGTH_S)
            units = strings[_chosen(strings, pitch, agreed, rng)]
            at = round(round(at_s / F0_HOP_S) * F0_HOP_S * RATE)
            length = _place(song, f0, voice, units, at)
            shift = at / RATE - (units[0].consonant_s - _LEAD_S)
            notes += [_note(unit, shift) for unit in units]
            syllables += [
                Syllable(unit.consonant_s + shift, unit.vowel_s + shift, unit.end_s + shift, unit.text)
                for unit in units
            ]
            at_s = free_s = at_s + length / RATE + _BETWEEN_S
    within = frames / RATE
    kept = tuple(note for note in notes if note.offset_s < within)
    return song, SungTruth(kept, f0, tuple(one for one in syllables if one.end_s < within))


def _strings(voice: Voice) -> list[tuple[Unit, ...]]:
    """The units of every recording that has some, in time."""
    found: dict[int, list[Unit]] = {}
    for unit in voice.units:
        found.setdefault(unit.recording, []).append(unit)
    return [tuple(units) for units in found.values()]


def _phrases(melody: Sequence[Note]) -> list[tuple[float, float, float]]:
    """(start, end, mean pitch) of every phrase."""
    phrases: list[list[Note]] = []
    for note in sorted(melody, key=lambda one: one.onset_s):
        if not phrases or note.onset_s - phrases[-1][-1].offset_s > PHRASE_GAP_S:
            phrases.append([])
        phrases[-1].append(note)
    return [(own[0].onset_s, own[-1].offset_s, float(np.mean([note.number for note in own]))) for own in phrases]


def fitting_transposition(
    melody: Sequence[Note], voice: Voice, chords: Sequence[Chord], key: Key, rng: np.random.Generator
) -> int:
    """By how many semitones (−6…5) a song should be transposed for this voice's strings to go with its chords."""
    spans = [(start_s, end_s) for start_s, end_s, _ in _phrases(melody)]
    return transposition(_strings(voice), spans, chords, key, rng) if spans and voice.units else 0


def _chosen(strings: list[tuple[Unit, ...]], pitch: float, agreed: Floats, rng: np.random.Generator) -> int:
    """A string that goes with the chords, near the phrase in pitch class or octave, otherwise at random."""
    away = np.abs(np.array([(units[0].pitch - pitch + 6) % 12 - 6 for units in strings]))
    worth = fits(strings, agreed) / _FREEDOM if agreed.any() else -away / _SPREAD
    return int(np.argmax(worth + rng.gumbel(size=len(strings))))


def _place(song: Float32, f0: Float32, voice: Voice, units: tuple[Unit, ...], at: int) -> int:
    """Adds the string to the song at sample `at` and its pitch to `f0`; gives its length in samples."""
    recording = voice.recordings[units[0].recording]
    first = round((units[0].consonant_s - _LEAD_S) * RATE)
    last = min(recording.frames, round((units[-1].end_s + _TAIL_S) * RATE))
    sound = voice.sound(recording.start + max(0, first), recording.start + last)
    sound = np.pad(sound, (max(0, -first), 0))
    fade = np.minimum(np.arange(len(sound)), np.arange(len(sound))[::-1]) / (_FADE_S * RATE)
    level = float(np.mean([unit.level_db for unit in units]))
    sound = sound * (np.minimum(fade, 1.0) * 10 ** ((USUAL_DB - level) / 20)).astype(np.float32)
    part = sound[: max(0, len(song) - at)]
    song[at : at + len(part)] += part
    times = np.arange(round(at / RATE / F0_HOP_S), min(len(f0), round((at + len(part)) / RATE / F0_HOP_S)))
    source = times * F0_HOP_S - at / RATE + first / RATE + recording.start / RATE
    places = np.clip(np.rint(source / HOP_S).astype(int), 0, len(voice.f0_hz) - 1)
    f0[times] = voice.f0_hz[places]
    return len(sound)


def _note(unit: Unit, shift: float) -> Note:
    return Note(unit.vowel_s + shift, unit.end_s + shift, unit.pitch, round(unit.pitch), 80)
