"""The master of a mix as one gain for every sample, so that what it does to the sum it does to every stem."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.audio.loudness import ABSOLUTE_GATE
from vocmatch_desktop.training.songs.desk_loudness import loudness
from vocmatch_desktop.training.songs.effects import curve, follow, levels_db, limiter_db, over
from vocmatch_desktop.types import Float32

Number = TypeVar("Number", np.float32, np.int32)

LOUDEST_LUFS, QUIETEST_LUFS, USUAL_LUFS = -8.5, -25.0, -16.0
"""Loud releases at one end, the multitracks at hand at the other: their sums lie at −25…−16."""
PASSES = 2
MOST_LIMITING_DB = 12.0


@dataclass(frozen=True, slots=True)
class Master:
    """Where a mix goes: loudness, ceiling, how hard the bus compressor works, how much is clipped beyond the limiter.

    `voice_apart`: the band is a finished backing under a voice: bus compression leaves the voice alone.
    """

    lufs: float
    ceiling_db: float
    glue_db: float
    clip_db: float
    voice_apart: bool


def draw_master(rng: np.random.Generator) -> Master:
    """A master between a quiet bounce and a loud release."""
    lufs = float(rng.triangular(QUIETEST_LUFS, USUAL_LUFS, LOUDEST_LUFS))
    return Master(
        lufs=lufs,
        ceiling_db=float(rng.uniform(-3.0, -0.3)),
        glue_db=float(rng.uniform(0, 6)) if rng.random() < 0.7 else 0.0,
        clip_db=float(rng.uniform(0, 2.5)) if lufs > USUAL_LUFS else 0.0,
        voice_apart=bool(rng.random() < 0.2),
    )


def master_gain(stems: Mapping[str, Float32], how: Master) -> dict[str, Float32]:
    """A gain for each stem [2, frames], such that their sum has the loudness and keeps the ceiling wanted."""
    glued = _glue(stems, how)
    mix = total([sound * glued[name] for name, sound in stems.items()])
    common = np.ones(1, np.float32)
    loud = loudness(mix)
    if loud > ABSOLUTE_GATE:
        common = _to_loudness(mix, how.lufs - loud, how)
    return {name: gain * common for name, gain in glued.items()}


def total(sounds: Sequence[NDArray[Number]]) -> NDArray[Number]:
    """The sum of sounds of one shape."""
    result = sounds[0].copy()
    for sound in sounds[1:]:
        result += sound
    return result


def _glue(stems: Mapping[str, Float32], how: Master) -> dict[str, Float32]:
    """The bus compressor's gain, 2 : 1, slow; 1 for a voice that stands apart."""
    plain = np.ones(1, np.float32)
    heard = [sound for name, sound in stems.items() if not (how.voice_apart and name == "vocals")]
    if not how.glue_db or not heard:
        return dict.fromkeys(stems, plain)
    bus = total(heard)
    level = follow(levels_db(bus, 0.2), 0.02, 0.3)
    threshold = float(np.percentile(level, 90)) - how.glue_db
    gain = curve(over(level, threshold, 2.0), bus.shape[1])
    return {name: plain if how.voice_apart and name == "vocals" else gain for name in stems}


def _to_loudness(mix: Float32, gain_db: float, how: Master) -> Float32:
    """Gain [channels, frames] that lifts, limits by at most `MOST_LIMITING_DB`, and clips."""
    peaks = levels_db(mix, 1.0)
    room = how.ceiling_db + how.clip_db - float(peaks.max())
    least, most = min(gain_db, room), room + MOST_LIMITING_DB
    ceiling = np.float32(10 ** (how.ceiling_db / 20))
    for attempt in range(PASSES):
        gain_db = float(np.clip(gain_db, least, most))
        limited = limiter_db(peaks + np.float32(gain_db), how.ceiling_db + how.clip_db) + np.float32(gain_db)
        gain = curve(limited, mix.shape[1])
        if attempt < PASSES - 1 and gain_db > room:
            gain_db += how.lufs - loudness(mix * gain)
    lifted = np.abs(mix * gain)
    clipped: Float32 = gain * np.minimum(1, ceiling / np.maximum(lifted, ceiling))
    return clipped
