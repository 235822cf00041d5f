"""What happens to a bus: room, echo, drive, ducking, tape, a limiter. Stereo is float32 [2, frames]."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy import fft, ndimage

from vocmatch_desktop.synth.tones import RATE, clock, count, highpass, lowpass, noise
from vocmatch_desktop.types import Float32


@lru_cache(maxsize=8)
def _room(seconds: float, damping_hz: float, seed: int) -> Float32:
    """An impulse response: noise that decays, the high part sooner, after a short gap; energy 1 a channel."""
    frames = count(seconds)
    envelope = np.exp(clock(frames) * np.float32(-6.9 / seconds))
    white = np.stack([noise(frames, seed), noise(frames, seed + 1)])
    dark = lowpass(white, damping_hz, 1)
    response = highpass(dark * envelope + (white - dark) * envelope**3 * 0.5, 180, 1)
    gap = count(0.018)
    response = np.concatenate([np.zeros((2, gap), np.float32), response], axis=1)
    normed: Float32 = (response / np.sqrt((response**2).sum(axis=1, keepdims=True))).astype(np.float32)
    return normed


def reverb(mono: Float32, seconds: float, damping_hz: float = 4500.0, seed: int = 1) -> Float32:
    """The stereo room around a mono send (no dry sound), same length; its two sides are independent."""
    response = _room(seconds, damping_hz, seed)
    size = fft.next_fast_len(len(mono) + response.shape[1], real=True)
    spectrum = fft.rfft(mono, size) * fft.rfft(response, size)
    result: Float32 = fft.irfft(spectrum, size)[:, : len(mono)].astype(np.float32)
    return result


def echo(mono: Float32, seconds: float, feedback: float = 0.42, repeats: int = 4) -> Float32:
    """Ping-pong repeats of a mono send, each darker than the last (no dry sound)."""
    result = np.zeros((2, len(mono)), np.float32)
    wave = mono
    for number in range(1, repeats + 1):
        start = count(seconds * number)
        if start >= len(mono):
            break
        wave = lowpass(wave, 3800, 1) * feedback
        near, far = (0.9, 0.35) if number % 2 else (0.35, 0.9)
        result[0, start:] += np.float32(near) * wave[:-start]
        result[1, start:] += np.float32(far) * wave[:-start]
    return result


def drive(sound: Float32, amount: float, cabinet_hz: float = 4800.0) -> Float32:
    """An overdriven amplifier and its loudspeaker; loudness is roughly kept."""
    level = np.sqrt(np.mean(sound**2)) + 1e-9
    driven = highpass(lowpass(np.tanh(sound * (amount / level)), cabinet_hz), 80, 1)
    result: Float32 = (driven * (level / (np.sqrt(np.mean(driven**2)) + 1e-9))).astype(np.float32)
    return result


def duck(frames: int, hits_s: list[float], depth: float, recovery_s: float) -> Float32:
    """A side-chain's gain, [frames]: down by `depth` (0…1) at every hit, back after about `recovery_s`."""
    gain = np.ones(frames, np.float32)
    length = count(recovery_s * 1.6)
    dip = 1 - depth * np.exp(-((clock(length) / (recovery_s * 0.55)) ** 2))
    dip[: count(0.004)] = np.linspace(1, dip[0], count(0.004))
    for hit in hits_s:
        start = round(hit * RATE)
        part = gain[start : start + length]
        np.minimum(part, dip[: len(part)], out=part)
    return gain


def tape(sound: Float32, seed: int, flutter_ms: float = 0.6) -> Float32:
    """A worn cassette: the speed wanders (by under a millisecond), the top is gone, some hiss and crackle."""
    frames = sound.shape[1]
    time = clock(frames).astype(np.float64)
    wander = flutter_ms / 1000 * (np.sin(2 * np.pi * 0.55 * time) + 0.25 * np.sin(2 * np.pi * 5.3 * time + 1))
    position = np.clip(np.arange(frames) + wander * RATE, 0, frames - 1)
    moved = np.stack([np.interp(position, np.arange(frames), channel) for channel in sound])
    return lowpass(np.tanh(1.5 * moved.astype(np.float32)) / 1.5, 9000, 1) + _crackle(frames, seed)


def _crackle(frames: int, seed: int) -> Float32:
    rng = np.random.default_rng(seed)
    dust = np.zeros(frames, np.float32)
    where = rng.integers(0, frames, frames // RATE * 9)
    dust[where] = rng.exponential(0.02, len(where)).astype(np.float32) * rng.choice([-1, 1], len(where))
    return lowpass(highpass(dust, 700, 1), 6500, 1) + 0.0006 * lowpass(noise(frames, seed + 1), 5000, 1)


def limit(sound: Float32, ceiling_db: float = -1.0) -> Float32:
    """A look-ahead limiter: the gain is the smoothed minimum over 5 ms of what the peaks need, so no sample clips."""
    ceiling = 10 ** (ceiling_db / 20)
    peak = np.abs(sound).max(axis=0)
    if peak.max() <= ceiling:
        return sound
    window = count(0.005)
    need = ceiling / np.maximum(ndimage.maximum_filter1d(peak, 2 * window + 1), ceiling)
    gain = ndimage.uniform_filter1d(need, 2 * window + 1)
    result: Float32 = (sound * gain).astype(np.float32)
    return result
