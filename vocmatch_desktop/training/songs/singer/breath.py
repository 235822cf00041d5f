"""Breaths between phrases: the voice's own where it has some, shaped noise elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.signal import butter, sosfilt

from vocmatch_desktop.training.songs.singer.hearing import RATE
from vocmatch_desktop.training.songs.singer.lyrics import USUAL_DB, Laid
from vocmatch_desktop.training.songs.singer.manner import Singing
from vocmatch_desktop.training.songs.singer.voice import Recording, Voice
from vocmatch_desktop.types import Float32

_NEEDS_S = 0.3
_LONGEST_S = 0.55
_BEFORE_S = 0.04
_BELOW_DB = (20.0, 34.0)
"""How far below the voice a breath lies."""


def add_breaths(
    samples: Float32, laid: Sequence[Laid], voice: Voice, how: Singing, rng: np.random.Generator
) -> Float32:
    """The same sound with breaths drawn in before syllables that follow a long enough silence."""
    end = 0.0
    for one in laid:
        room = one.start_s - end - 2 * _BEFORE_S
        end = one.end_s
        chance, length = rng.random(), rng.uniform(0.25, _LONGEST_S)
        if room < _NEEDS_S or chance >= how.breath:
            continue
        breath = _breath(round(min(room, length) * RATE), voice, rng)
        level = USUAL_DB + one.level_db * 0.2 - rng.uniform(*_BELOW_DB)
        breath *= 10 ** (level / 20) / max(float(np.sqrt(np.mean(breath**2))), 1e-6)
        stop = round((one.start_s - _BEFORE_S) * RATE)
        samples[stop - len(breath) : stop] += breath
    return samples


def _breath(frames: int, voice: Voice, rng: np.random.Generator) -> Float32:
    """`frames` of air, faded in slowly and out quickly."""
    if voice.breaths:
        air = _recorded(frames, voice, voice.breaths[int(rng.integers(len(voice.breaths)))])
    else:
        centre = rng.uniform(900, 1800)
        sections = butter(1, (centre / 1.6, centre * 3.5), "bandpass", fs=RATE, output="sos")
        air = np.asarray(sosfilt(sections, rng.normal(size=frames)), np.float32)
    rise, fall = frames // 2, frames // 6
    shape = np.minimum(np.arange(frames) / max(rise, 1), (frames - np.arange(frames)) / max(fall, 1)).clip(0, 1)
    return np.asarray(air * np.sin(0.5 * np.pi * shape) ** 2, np.float32)


def _recorded(frames: int, voice: Voice, recording: Recording) -> Float32:
    """The loudest part of a recorded breath."""
    sound = voice.sound(recording.start, recording.start + max(recording.frames, frames))
    power = np.cumsum(np.concatenate([[0.0], sound.astype(np.float64) ** 2]))
    start = int(np.argmax(power[frames:] - power[:-frames])) if len(sound) > frames else 0
    return sound[start : start + frames].copy()
