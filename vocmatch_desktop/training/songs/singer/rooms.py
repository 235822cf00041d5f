"""What a voice was recorded with: a studio's microphone, one in somebody's room, a phone.

Nothing moves in time or pitch: the truth of a dry voice stays true of the recorded one.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from vocmatch_desktop.training.songs.effects import (
    Band,
    Compressor,
    Convolver,
    Room,
    compress,
    equalise,
    response,
    saturate,
)
from vocmatch_desktop.types import Float32

Place = Literal["studio", "room", "phone"]
PLACES: tuple[Place, ...] = ("studio", "room", "phone")

_FULL = 0.97


def recorded(samples: Float32, place: Place, rng: np.random.Generator) -> Float32:
    """A dry voice, float32 [frames] at 44.1 kHz, as it was recorded in `place`, drawn anew: the same length, mono.

    "studio": close, even, hardly any room. "room": a small room's answer and its noise. "phone": at arm's length in a
    room, narrow, compressed hard, sometimes overdriven, with noise.
    """
    draw = {"studio": _studio, "room": _room, "phone": _phone}[place]
    heard = draw(samples[None, :], rng)[0]
    peak = float(np.abs(heard).max(initial=0.0))
    return np.asarray(heard * min(1.0, _FULL / max(peak, 1e-9)), np.float32)


def _studio(sound: Float32, rng: np.random.Generator) -> Float32:
    colour = [
        Band("highpass", rng.uniform(40, 100)),
        Band("low_shelf", 200.0, rng.uniform(-1, 3)),
        Band("bell", rng.uniform(2500, 5500), rng.uniform(-1.5, 3), 0.8),
        Band("high_shelf", rng.uniform(7000, 11_000), rng.uniform(-2, 4)),
    ]
    even = compress(equalise(sound, colour), Compressor(rng.uniform(0, 6), 2.5, 0.012, 0.2))
    return _with_noise(_answered(even, rng.uniform(0.08, 0.2), rng.uniform(-34, -22), rng), rng.uniform(-78, -64), rng)


def _room(sound: Float32, rng: np.random.Generator) -> Float32:
    colour = [
        Band("highpass", rng.uniform(60, 140)),
        Band("bell", rng.uniform(250, 700), rng.uniform(-3, 5), 1.0),
        Band("bell", rng.uniform(1800, 5000), rng.uniform(-3, 4), 1.0),
        Band("lowpass", rng.uniform(9000, 18_000)),
    ]
    wet = _answered(equalise(sound, colour), rng.uniform(0.2, 0.7), rng.uniform(-16, -3), rng)
    return _with_noise(wet, rng.uniform(-60, -42), rng)


def _phone(sound: Float32, rng: np.random.Generator) -> Float32:
    wet = _answered(sound, rng.uniform(0.2, 0.6), rng.uniform(-12, 0), rng)
    colour = [
        Band("highpass", rng.uniform(100, 280)),
        Band("bell", rng.uniform(900, 3500), rng.uniform(0, 7), 1.2),
        Band("lowpass", rng.choice([3800.0, 7000.0, 7600.0, 12_000.0])),
    ]
    heard = _with_noise(equalise(wet, colour), rng.uniform(-52, -36), rng)
    heard = compress(heard, Compressor(rng.uniform(6, 16), 6.0, 0.004, 0.35))
    if rng.random() < 0.3:
        heard = equalise(saturate(heard, rng.uniform(2, 9)), [Band("highpass", 60.0)])
    return equalise(heard, [Band("lowpass", 16_000.0)])


def _answered(sound: Float32, seconds: float, wet_db: float, rng: np.random.Generator) -> Float32:
    """With a room around it that is `wet_db` below (or at) the voice's own level."""
    room = Room(seconds, gap_s=rng.uniform(0.001, 0.006), bright_hz=rng.uniform(3000, 9000), low_hz=120.0)
    answer = response(room, rng)[:1]
    wet = Convolver(np.repeat(answer, 2, axis=0))(sound[0])[:1]
    return np.asarray(sound + np.float32(10 ** (wet_db / 20)) * wet, np.float32)


def _with_noise(sound: Float32, level_db: float, rng: np.random.Generator) -> Float32:
    """With a hiss `level_db` below the voice's loud moments, and sometimes the mains' hum."""
    loud = float(np.percentile(np.abs(sound), 98)) + 1e-6
    noise = equalise(
        rng.standard_normal(sound.shape, dtype=np.float32),
        [Band("low_shelf", 300.0, rng.uniform(0, 12)), Band("high_shelf", 4000.0, rng.uniform(-12, 0))],
    )
    if rng.random() < 0.3:
        cycles = np.arange(sound.shape[1]) * (rng.choice([50.0, 60.0]) / 44_100)
        noise = noise + sum(np.sin(2 * np.pi * n * cycles) / n for n in (1, 2, 3, 5)) * rng.uniform(0.2, 1.5)
    return np.asarray(sound + noise * np.float32(loud * 10 ** (level_db / 20)), np.float32)
