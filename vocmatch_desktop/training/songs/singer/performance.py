"""Sings a melody with a recorded voice, and says exactly what was sung.

voice = voices(find_material(), "train")[0]
sung = sing(melody, voice, AMATEUR, frames, np.random.default_rng(7))
sung.samples                        # float32 [frames], mono, dry, 44.1 kHz
sung.truth.notes, sung.truth.f0_hz  # in the octave that was sung: sung.octaves says how far from the melody
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from vocmatch_desktop.training.songs.record import F0_HOP_S, SungTruth, Syllable
from vocmatch_desktop.training.songs.singer import grains, vocoder
from vocmatch_desktop.training.songs.singer.breath import add_breaths
from vocmatch_desktop.training.songs.singer.hearing import HOP_S, RATE, Floats
from vocmatch_desktop.training.songs.singer.lyrics import Laid, Segment, lay, segments
from vocmatch_desktop.training.songs.singer.manner import Engine, Singing
from vocmatch_desktop.training.songs.singer.score import Planned, in_range, plan
from vocmatch_desktop.training.songs.singer.tone import toned
from vocmatch_desktop.training.songs.singer.tune import own_movement, pitch_curve
from vocmatch_desktop.training.songs.singer.untouched import place_strings
from vocmatch_desktop.training.songs.singer.voice import Voice
from vocmatch_desktop.types import Bool, Chord, Float32, Key, Note

_log = logging.getLogger(__name__)

_HEARD = 0.05
"""Share of full weight below which a fading unit counts as silent."""

_USUAL_VELOCITY = 80


@dataclass(frozen=True, slots=True, eq=False)
class Sung:
    """What was sung. `samples`: float32 [frames], mono, dry, 44.1 kHz; `truth` is of exactly these.

    `octaves`: how far the whole melody was moved into the voice's range; `folded`: how many notes, still out of reach,
    were moved by octaves of their own. Both 0 for "raw", which sings its own strings. `plan` and `words`
    (onset → syllable) are what doubles are sung from.
    """

    samples: Float32
    truth: SungTruth
    voice: str
    engine: Engine
    octaves: int = 0
    folded: int = 0
    plan: tuple[Planned, ...] = ()
    words: Mapping[float, str] = field(default_factory=dict)


def sing(
    melody: Sequence[Note],
    voice: Voice,
    how: Singing,
    frames: int,
    rng: np.random.Generator,
    *,
    chords: Sequence[Chord] = (),
    key: Key | None = None,
) -> Sung:
    """Sings `melody` (seconds, MIDI) in `frames` samples; the same arguments and state of `rng` give the same sound.

    With the engine "raw", untouched strings of the voice that go with `chords` are placed where the melody has its
    phrases, and the truth is what was measured of them. Otherwise the melody is moved by octaves into the voice's
    range: the result says so.
    """
    if how.engine == "raw":
        samples, truth = place_strings(melody, voice, frames, rng, chords, key)
        return Sung(samples, truth, voice.name, how.engine)
    moved = in_range(melody, voice.pitches)
    if moved.octaves or moved.folded:
        _log.debug("%s sings %+d octaves, %d notes folded", voice.name, moved.octaves, moved.folded)
    notes = plan(moved.melody, how, frames / RATE, rng)
    if not notes:
        truth = SungTruth((), np.zeros(_truth_frames(frames), np.float32))
        return Sung(np.zeros(frames, np.float32), truth, voice.name, how.engine, moved.octaves)
    return replace(perform(notes, voice, how, frames, rng), octaves=moved.octaves, folded=moved.folded)


def perform(
    notes: tuple[Planned, ...],
    voice: Voice,
    how: Singing,
    frames: int,
    rng: np.random.Generator,
    words: Mapping[float, str] | None = None,
) -> Sung:
    """Sings planned notes (at least one) as they are; `words` (onset → syllable) are kept to where the voice can."""
    count = int(np.ceil(frames / RATE / HOP_S)) + 2
    laid = lay(notes, voice, how, rng, words or {})
    found = segments(laid, voice, count, rng)
    midi = pitch_curve(notes, how, count, rng) + how.jitter * own_movement(found, voice, count)
    f0 = 440 * np.exp2((midi - 69) / 12)
    voiced = _voiced(found, count)
    formants = float(2 ** (how.formant_semitones / 12))
    if how.engine == "world":
        samples = vocoder.render(found, f0, voiced, voice, frames, formants)
    else:
        samples = grains.render(found, f0, voice, frames, formants)
    samples = add_breaths(toned(samples, how.effort, rng), laid, voice, how, rng)
    truth = _truth(notes, laid, np.where(voiced, midi, np.nan), frames)
    said = {one.vowel_s: one.unit.text for one in laid}
    return Sung(samples, truth, voice.name, how.engine, plan=notes, words=said)


def _voiced(found: Sequence[Segment], count: int) -> Bool:
    """Where what sounds is mostly voiced."""
    total, sounding = np.zeros(count), np.zeros(count)
    for segment in found:
        part = slice(segment.first, segment.first + len(segment.weight))
        total[part] += segment.weight
        sounding[part] += segment.weight * segment.voiced
    return np.asarray((total > _HEARD) & (sounding > 0.5 * total))


def _truth(notes: Sequence[Planned], laid: Sequence[Laid], midi: Floats, frames: int) -> SungTruth:
    """The truth; `midi` is every 5 ms, NaN where unvoiced."""
    step = round(F0_HOP_S / HOP_S)
    curve = midi[::step][: _truth_frames(frames)]
    f0 = np.where(np.isnan(curve), 0.0, 440 * np.exp2((np.nan_to_num(curve) - 69) / 12)).astype(np.float32)
    sung = tuple(note for one in laid for note in _sung_notes(notes, one, midi, frames / RATE))
    syllables = tuple(Syllable(one.start_s, one.vowel_s, min(one.end_s, frames / RATE), one.unit.text) for one in laid)
    return SungTruth(sung, f0, syllables)


def _truth_frames(frames: int) -> int:
    return int(np.ceil(frames / RATE / F0_HOP_S))


def _sung_notes(notes: Sequence[Planned], laid: Laid, midi: Floats, duration_s: float) -> list[Note]:
    """The notes on one syllable: each lasts until the next begins, the last until the vowel ends."""
    first, last = laid.notes
    sung = []
    for index in range(first, last + 1):
        note = notes[index]
        offset = min(notes[index + 1].onset_s if index < last else laid.end_s, duration_s)
        if offset <= note.onset_s:
            continue
        pitch = _heard_pitch(midi, note.onset_s, offset, note.number)
        velocity = int(np.clip(_USUAL_VELOCITY + 4 * note.level_db, 1, 127))
        sung.append(Note(note.onset_s, offset, pitch, note.number, velocity))
    return sung


def _heard_pitch(midi: Floats, onset_s: float, offset_s: float, number: int) -> float:
    """Median pitch of a note's middle."""
    edge = min(0.06, 0.25 * (offset_s - onset_s))
    part = midi[round((onset_s + edge) / HOP_S) : round((offset_s - edge) / HOP_S) + 1]
    part = part[~np.isnan(part)]
    return float(np.median(part)) if len(part) else float(number)
