"""What a mixing desk does to sound: equalise, compress, de-ess, saturate, echo, widen, and put into a room.

Sound is float32 [channels, frames] at `RATE`. Gains are computed every `HOP` samples and drawn through linearly, which
keeps a whole desk fast; every loop is NumPy's.

Filters follow R. Bristow-Johnson, "Cookbook formulae for audio equalizer biquad filter coefficients"; the compressor's
shape (soft knee, gain computed in dB, smoothed afterwards) D. Giannoulis, M. Massberg, J. Reiss, "Digital dynamic
range compressor design", JAES 60 (2012).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage, signal

from vocmatch_desktop.types import Float32

RATE = 44_100
HOP = 64
QUIETEST_DB = -120.0


@dataclass(frozen=True, slots=True)
class Band:
    """One band of an equaliser. `q` shapes bells and corners (0.707: none resonates); shelves ignore it."""

    kind: Literal["highpass", "lowpass", "bell", "low_shelf", "high_shelf"]
    hz: float
    gain_db: float = 0.0
    q: float = 0.7071


def equalise(sound: Float32, bands: Sequence[Band]) -> Float32:
    """`sound` through all bands, one after the other."""
    if not bands:
        return sound
    sections = np.array([_biquad(band) for band in bands], np.float32)
    return np.asarray(signal.sosfilt(sections, sound, axis=-1), np.float32)


def _biquad(band: Band) -> list[float]:
    angle = 2 * np.pi * min(band.hz, 0.45 * RATE) / RATE
    cosine, alpha = np.cos(angle), np.sin(angle) / (2 * band.q)
    amp = 10 ** (band.gain_db / 40)
    if band.kind in ("highpass", "lowpass"):
        sign = 1 if band.kind == "highpass" else -1
        edge = (1 + sign * cosine) / 2
        section = [edge, -2 * sign * edge, edge, 1 + alpha, -2 * cosine, 1 - alpha]
    elif band.kind == "bell":
        section = [1 + alpha * amp, -2 * cosine, 1 - alpha * amp, 1 + alpha / amp, -2 * cosine, 1 - alpha / amp]
    else:
        section = _shelf(cosine, np.sin(angle) / np.sqrt(2), amp, 1 if band.kind == "high_shelf" else -1)
    return [float(value / section[3]) for value in section]


def _shelf(cosine: float, alpha: float, amp: float, sign: int) -> list[float]:
    root = 2 * np.sqrt(amp) * alpha
    plus, minus = amp + 1, sign * (amp - 1) * cosine
    return [
        amp * (plus + minus + root),
        -2 * amp * (sign * (amp - 1) + plus * cosine),
        amp * (plus + minus - root),
        plus - minus + root,
        2 * (sign * (amp - 1) - plus * cosine),
        plus - minus - root,
    ]


def levels_db(sound: Float32, peak: float = 0.5) -> Float32:
    """Level every `HOP` samples, the louder channel's; `peak` mixes RMS (0) and peak (1)."""
    channels, frames = sound.shape
    hops = -(-frames // HOP)
    padded = sound if frames == hops * HOP else np.pad(sound, ((0, 0), (0, hops * HOP - frames)))
    blocks = padded.reshape(channels, hops, HOP)
    power = np.einsum("chn,chn->ch", blocks, blocks).max(axis=0) / HOP
    top = np.maximum(blocks.max(axis=2), -blocks.min(axis=2)).max(axis=0)
    mixed = (1 - peak) * np.sqrt(power) + peak * top
    return np.asarray(20 * np.log10(np.maximum(mixed, 10 ** (QUIETEST_DB / 20))), np.float32)


def follow(level_db: Float32, attack_s: float, release_s: float) -> Float32:
    """A level that rises within `attack_s` and falls by 20 dB in `release_s`, both at a hop's resolution."""
    fall = 20 * HOP / RATE / release_s
    ramp = np.arange(len(level_db), dtype=np.float64) * fall
    held = np.maximum.accumulate(level_db + ramp) - ramp
    keep = float(np.exp(-HOP / RATE / attack_s))
    start = [held[0] * keep] if len(held) else [0.0]
    smooth, _ = signal.lfilter([1 - keep], [1, -keep], held, zi=start)
    return np.asarray(smooth, np.float32)


def over(level_db: Float32, threshold_db: float, ratio: float, knee_db: float = 6.0) -> Float32:
    """Gain in dB (≤ 0) that compresses what lies above a threshold with a soft knee."""
    excess = np.clip(level_db - (threshold_db - knee_db / 2), 0, None)
    bent = np.where(excess < knee_db, excess**2 / (2 * knee_db), excess - knee_db / 2)
    return np.asarray((1 / ratio - 1) * bent, np.float32)


def curve(gain_db: Float32, frames: int) -> Float32:
    """A gain for every sample from one every hop, drawn through linearly; float32 [frames]."""
    gain = np.asarray(10 ** (gain_db / 20), np.float32)
    steps = np.diff(gain, append=gain[-1:])
    ramp = np.arange(HOP, dtype=np.float32) / HOP
    return np.asarray((gain[:, None] + steps[:, None] * ramp).ravel()[:frames], np.float32)


@dataclass(frozen=True, slots=True)
class Compressor:
    """`amount_db` is how far above its threshold the sound's loud moments (its 90th percentile) lie."""

    amount_db: float
    ratio: float = 3.0
    attack_s: float = 0.01
    release_s: float = 0.15
    peak: float = 0.3


def compress(sound: Float32, how: Compressor) -> Float32:
    """Evens a sound out by turning its loud moments down; nothing is made louder."""
    level = follow(levels_db(sound, how.peak), how.attack_s, how.release_s)
    heard = level[level > max(QUIETEST_DB + 20, float(level.max(initial=QUIETEST_DB)) - 50)]
    if not len(heard):
        return sound
    loud = float(np.percentile(heard, 90))
    return sound * curve(over(level, loud - how.amount_db, how.ratio), sound.shape[1])


def deess(sound: Float32, amount_db: float, corner_hz: float = 5500.0) -> Float32:
    """Turns what lies above `corner_hz` down, by at most `amount_db`, where it is louder than it usually is."""
    sibilance = equalise(sound, [Band("highpass", corner_hz)])
    level = follow(levels_db(sibilance, 0.0), 0.002, 0.06)
    heard = level[level > QUIETEST_DB + 20]
    if not len(heard):
        return sound
    gain = np.maximum(over(level, float(np.percentile(heard, 75)), 4.0), -amount_db)
    return sound + (curve(gain, sound.shape[1]) - 1) * sibilance


def saturate(sound: Float32, drive_db: float, warmth: float = 0.1) -> Float32:
    """A soft curve (tanh) driven by `drive_db` above the sound's own level, its loudness kept.

    `warmth` (0…1) adds even harmonics, and with them an offset that a `Band("highpass", 15)` must take out afterwards.
    """
    level = float(np.sqrt(np.mean(sound**2, dtype=np.float64))) + 1e-9
    bias = np.float32(0.4 * warmth)
    driven = np.tanh(sound * np.float32(10 ** (drive_db / 20) * 0.1 / level) + bias) - np.tanh(bias)
    restored = level / (float(np.sqrt(np.mean(driven**2, dtype=np.float64))) + 1e-9)
    return np.asarray(driven * np.float32(restored))


def widen(sound: Float32, width: float) -> Float32:
    """Stereo with its side signal times `width`: 0 is mono, 1 leaves it."""
    middle, side = (sound[0] + sound[1]) / 2, (sound[0] - sound[1]) * np.float32(width / 2)
    return np.stack([middle + side, middle - side])


def pan(sound: Float32, place: float) -> Float32:
    """Turns a sound to the left (−1) or right (1) with constant power: a mono one is placed, a stereo one balanced."""
    angle = (place + 1) * np.pi / 4
    gains = np.array([np.cos(angle), np.sin(angle)], np.float32) * np.float32(np.sqrt(2))
    if len(sound) == 2:
        gains = np.minimum(gains, 1)
    return sound * gains[:, None]


def chorus(mono: Float32, depth_ms: float, rate_hz: float, phase: float) -> Float32:
    """[frames] → stereo of two copies whose delays wander against each other (no dry sound), 15 ms late on average."""
    frames = np.arange(len(mono), dtype=np.float32)
    swing = np.sin(2 * np.pi * rate_hz / RATE * frames + phase).astype(np.float32)
    return np.stack([_read(mono, frames - (0.015 + sign * depth_ms / 1000 * swing) * RATE) for sign in (1, -1)])


def _read(mono: Float32, place: NDArray[np.float32]) -> Float32:
    """Values between samples, linearly; silence before the first."""
    floor = np.floor(place)
    index = floor.astype(np.int32)
    part = place - floor
    low, high = mono[np.clip(index, 0, len(mono) - 1)], mono[np.clip(index + 1, 0, len(mono) - 1)]
    return np.where(index >= 0, low + part * (high - low), 0).astype(np.float32)


def echo(mono: Float32, seconds: float, feedback: float, repeats: int, corner_hz: float) -> Float32:
    """[frames] → stereo repeats, from side to side, each darker than the last (no dry sound)."""
    result = np.zeros((2, len(mono)), np.float32)
    wave = mono
    for number in range(1, repeats + 1):
        start = round(seconds * number * RATE)
        if start >= len(mono):
            break
        wave = equalise(wave, [Band("lowpass", corner_hz), Band("highpass", 150.0)]) * np.float32(feedback)
        near, far = (0.9, 0.4) if number % 2 else (0.4, 0.9)
        result[0, start:] += np.float32(near) * wave[:-start]
        result[1, start:] += np.float32(far) * wave[:-start]
    return result


@dataclass(frozen=True, slots=True)
class Room:
    """A room's sound: time to fall by 60 dB, gap before it answers, where its highs are gone, how dense its start is.

    A plate answers at once and bright, a hall late and dark; few early reflections make a booth of it.
    """

    seconds: float
    gap_s: float = 0.015
    bright_hz: float = 6000.0
    low_hz: float = 180.0
    early: int = 12


def response(room: Room, rng: np.random.Generator) -> Float32:
    """An impulse response [2, frames] of energy 1 a channel, made anew: no room was recorded for it.

    Early reflections at random times of the first 60 ms, then noise whose bands decay at their own speed, highs first.
    """
    frames = round(room.seconds * 1.1 * RATE)
    time = np.arange(frames, dtype=np.float32) / RATE
    tail = np.zeros((2, frames), np.float32)
    noise = rng.standard_normal((2, frames), dtype=np.float32)
    edges = (60.0, 500.0, 2000.0, 20_000.0)
    for low, high in pairwise(edges):
        hz = (low * high) ** 0.5
        seconds = room.seconds * (1.0 if hz < room.bright_hz / 4 else 0.75 if hz < room.bright_hz else 0.45)
        part = equalise(noise, [Band("highpass", low), Band("lowpass", high)])
        tail += part * np.exp(np.float32(-6.9 / seconds) * time)
    tail *= np.minimum(1, time / 0.02)
    for channel in tail:
        where = (rng.uniform(0.003, 0.06, room.early) * RATE).astype(np.intp)
        channel[where[where < frames]] += (rng.normal(0, 6, room.early) * np.exp(-where / RATE / 0.03))[where < frames]
    shaped = equalise(tail, [Band("highpass", room.low_hz), Band("lowpass", room.bright_hz * 1.5)])
    shaped = np.pad(shaped, ((0, 0), (round(room.gap_s * RATE), 0)))
    return np.asarray(shaped / np.sqrt((shaped**2).sum(axis=1, keepdims=True)), np.float32)


class Convolver:
    """One response for many sends: by overlap-add, in blocks that stay in the processor's cache."""

    def __init__(self, answer: Float32) -> None:
        self._size = fft.next_fast_len(2 * answer.shape[1], real=True)
        self._step = self._size - answer.shape[1] + 1
        self._spectrum = fft.rfft(answer, self._size)[:, None]

    def __call__(self, mono: Float32) -> Float32:
        """The stereo room around a mono send [frames] (no dry sound), cut to the send's length."""
        count = -(-len(mono) // self._step)
        blocks = np.pad(mono, (0, count * self._step - len(mono))).reshape(count, self._step)
        wet = fft.irfft(fft.rfft(blocks, self._size) * self._spectrum, self._size, overwrite_x=True)
        result = np.zeros((2, (count + 1) * self._step), np.float32)
        for number in range(count):
            start = number * self._step
            result[:, start : start + self._size] += wet[:, number, : result.shape[1] - start]
        return result[:, : len(mono)]


def duck_db(frames: int, hits_s: Sequence[float], depth_db: float, recovery_s: float) -> Float32:
    """A side-chain's gain in dB, one every hop: down by `depth_db` at every hit, back after `recovery_s`."""
    gain = np.zeros(-(-frames // HOP), np.float32)
    length = max(2, round(recovery_s * RATE / HOP))
    dip = (-depth_db * (1 - np.linspace(0, 1, length)) ** 1.5).astype(np.float32)
    for hit in hits_s:
        start = max(0, round(hit * RATE / HOP))
        part = gain[start : start + length]
        np.minimum(part, dip[: len(part)], out=part)
    return gain


def limiter_db(peak_db: Float32, ceiling_db: float, hold_s: float = 0.004, release_s: float = 0.25) -> Float32:
    """The gain in dB, one every hop, under which no peak passes the ceiling, drawn linearly or not.

    It falls `hold_s` ahead of a peak and returns slowly; every hop's own need and both neighbours' is met.
    """
    reach = max(1, round(hold_s * RATE / HOP))
    need = np.minimum(ceiling_db - peak_db, 0)
    lowest = ndimage.minimum_filter1d(need, 2 * reach + 3, mode="nearest")
    ramp = np.arange(len(need), dtype=np.float64) * (20 * HOP / RATE / release_s)
    released = np.minimum.accumulate(lowest - ramp) + ramp
    smooth = ndimage.uniform_filter1d(released, 2 * reach + 1, mode="nearest")
    return np.asarray(smooth, np.float32)
