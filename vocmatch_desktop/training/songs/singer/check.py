"""Measures singing against its own truth: is it in tune, and do its vowels begin where they are said to?

for voice in voices(find_material()):
for engine in ("stretch", "world"):
print(voice.name, engine, check(voice, engine, semitones=-12.0))
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from vocmatch_desktop.analysis.pitch import RATE as PITCH_RATE
from vocmatch_desktop.analysis.pitch import track_pitch
from vocmatch_desktop.audio.resample import resample
from vocmatch_desktop.training.songs.record import F0_HOP_S, SungTruth, Syllable
from vocmatch_desktop.training.songs.singer.hearing import HOP_S, RATE, Floats, spectrum
from vocmatch_desktop.training.songs.singer.manner import POP, Engine, Singing
from vocmatch_desktop.training.songs.singer.performance import perform
from vocmatch_desktop.training.songs.singer.score import plan
from vocmatch_desktop.training.songs.singer.voice import Voice
from vocmatch_desktop.types import Audio, Float32, Note

IN_TUNE_CENTS = 50.0
ON_TIME_S = 0.03
_REACH_S = 0.09
_BEGUN_S = 0.025
_NOTES = 48
_LENGTHS_S = (0.25, 0.35, 0.5, 0.9)


@dataclass(frozen=True, slots=True)
class Checked:
    """`in_tune`: share of the frames both sides call voiced that lie within 50 cents of the truth.

    `unheard`: share of the truth's voiced frames that the tracker calls unvoiced. `on_time`: share of the sung
    syllables whose vowel begins within 30 ms of where the spectrum changes most. `speed`: times real time.
    """

    in_tune: float
    unheard: float
    on_time: float
    speed: float


def check(voice: Voice, engine: Engine, semitones: float, how: Singing = POP, seed: int = 1) -> Checked:
    """Sings a line around `semitones` from the middle of what was recorded, and measures it.

    What WORLD keeps of a recording is worked out before the clock starts.
    """
    rng = np.random.default_rng(seed)
    melody = _line(voice.centre + semitones, rng)
    frames = round((melody[-1].offset_s + 0.5) * RATE)
    manner = replace(how, engine=engine, breath=0.0)
    notes = plan(melody, manner, frames / RATE, rng)
    perform(notes, voice, manner, frames, np.random.default_rng(seed))
    started = time.process_time()
    sung = perform(notes, voice, manner, frames, np.random.default_rng(seed))
    speed = frames / RATE / max(time.process_time() - started, 1e-6)
    in_tune, unheard = tuned(sung.samples, sung.truth)
    errors = onset_errors(sung.samples, sung.truth.syllables)
    return Checked(in_tune, unheard, float(np.mean(np.abs(errors) <= ON_TIME_S)), speed)


def tuned(samples: Float32, truth: SungTruth) -> tuple[float, float]:
    """Share of frames in tune, and share of voiced frames that SwiftF0 calls unvoiced; samples [frames] at `RATE`."""
    track = track_pitch(resample(Audio(samples[:, None], RATE), PITCH_RATE).samples[:, 0])
    places = np.clip(np.rint(track.times_s / F0_HOP_S).astype(int), 0, len(truth.f0_hz) - 1)
    true = truth.f0_hz[places]
    both = (true > 0) & track.voiced
    cents = 1200 * np.log2(track.f0_hz[both] / true[both])
    in_tune = float(np.mean(np.abs(cents) < IN_TUNE_CENTS)) if both.any() else 0.0
    return in_tune, float(np.mean(~track.voiced[true > 0])) if (true > 0).any() else 0.0


def onset_errors(samples: Float32, syllables: Sequence[Syllable]) -> Floats:
    """How much later than each vowel's onset the spectrum rises most, seconds.

    It is looked for within 90 ms, but not where the consonant itself begins nor beyond half of the way to the next.
    """
    bands, _ = spectrum(samples, int(len(samples) / RATE / HOP_S) + 1)
    bands = np.maximum(bands, np.percentile(bands.max(axis=1), 98) - 45)
    flux = np.pad(np.maximum(bands[4:] - bands[:-4], 0).mean(axis=1), 2)
    errors = np.zeros(len(syllables))
    for index, one in enumerate(syllables):
        onset = one.vowel_s
        begun = min(one.consonant_s + _BEGUN_S, onset - 2 * HOP_S)
        first = round(max(onset - _REACH_S, begun, 0.0) / HOP_S)
        last = round(min(onset + _REACH_S, (onset + one.end_s) / 2) / HOP_S) + 1
        near = flux[first:last]
        errors[index] = (first + int(np.argmax(near))) * HOP_S - onset if len(near) else 0.0
    return errors


def _line(centre: float, rng: np.random.Generator) -> tuple[Note, ...]:
    """Short and long notes within a tone of `centre`, with rests."""
    notes, at = [], 0.4
    for _ in range(_NOTES):
        length = float(rng.choice(_LENGTHS_S))
        number = round(centre + rng.integers(-2, 3))
        notes.append(Note(at, at + length, float(number), number, int(rng.integers(65, 96))))
        at += length + (0.5 if rng.random() < 0.15 else 0.0)
    return tuple(notes)
