"""Drums from sines and noise, one function a sound: `(seed) -> float32 [frames]`, peak near 1 at full velocity.

After the circuits of the classic drum machines: swept sines for skins, six detuned squares (here their first partials)
for metal, filtered noise for wires and shakers.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from vocmatch_desktop.synth.tones import (
    bandpass,
    clock,
    count,
    decay,
    highpass,
    lowpass,
    noise,
    sine,
)
from vocmatch_desktop.types import Float32

DrumSound = Callable[[int], Float32]

_METAL_HZ = (205.3, 304.4, 369.6, 522.7, 540.0, 800.0)
"""The 808's six cymbal oscillators."""


def _skin(low: float, high: float, bend_s: float, length_s: float) -> Float32:
    frames = count(length_s)
    hz = low + (high - low) * np.exp(-clock(frames) / bend_s)
    return sine(hz, frames, 0.0) * decay(frames, length_s)


def _click(frames: int, seed: int, seconds: float, low: float, high: float) -> Float32:
    return bandpass(noise(frames, seed) * decay(frames, seconds), low, high)


def _finish(sound: Float32, drive: float = 1.0) -> Float32:
    driven = np.tanh(sound * drive)
    edge = min(64, len(driven))
    driven[-edge:] *= np.linspace(1, 0, edge, dtype=np.float32)
    return np.asarray(driven / (np.abs(driven).max() + 1e-9), np.float32)


def kick_round(seed: int) -> Float32:
    """A soft kick with a felt beater: boom-bap, soul."""
    body = _skin(52, 150, 0.022, 0.34)
    return _finish(body + 0.25 * _click(len(body), seed, 0.02, 900, 3500), 1.4)


def kick_club(seed: int) -> Float32:
    """A long tight kick with a hard click: house."""
    body = _skin(47, 240, 0.028, 0.42)
    return _finish(body + 0.2 * _click(len(body), seed, 0.008, 2000, 9000), 2.2)


def kick_tight(seed: int) -> Float32:
    """A short kick with a lot of beater: rock, funk, drum and bass."""
    body = _skin(60, 190, 0.016, 0.22)
    return _finish(body + 0.45 * _click(len(body), seed, 0.018, 1800, 6000), 1.8)


def snare_fat(seed: int) -> Float32:
    """A low snare with long wires."""
    frames = count(0.32)
    body = sine(185.0, frames) * decay(frames, 0.16) + 0.6 * sine(331.0, frames) * decay(frames, 0.09)
    wires = bandpass(noise(frames, seed), 1200, 9000, 1) * decay(frames, 0.28)
    return _finish(0.9 * body + 0.55 * wires, 1.3)


def snare_tight(seed: int) -> Float32:
    """A high, short, cracking snare."""
    frames = count(0.22)
    body = sine(228.0, frames) * decay(frames, 0.1) + 0.5 * sine(402.0, frames) * decay(frames, 0.06)
    wires = bandpass(noise(frames, seed), 1800, 9500, 1) * decay(frames, 0.17)
    return _finish(0.8 * body + 0.6 * wires, 1.8)


def clap(seed: int) -> Float32:
    """Four hands a few milliseconds apart and a room."""
    frames = count(0.3)
    time = clock(frames)
    hands = sum((time >= start) * np.exp(-np.maximum(time - start, 0) / 0.004) for start in (0.0, 0.009, 0.019, 0.027))
    envelope = hands + 0.55 * np.exp(-np.maximum(time - 0.027, 0) / 0.055) * (time >= 0.027)
    return _finish(bandpass(noise(frames, seed), 750, 6500, 1) * envelope.astype(np.float32), 1.2)


def _metal(length_s: float, floor_hz: float, seed: int, grain: float) -> Float32:
    frames = count(length_s)
    partials = [hz * k for hz in _METAL_HZ for k in (5, 7, 9, 13, 17) if floor_hz < hz * k < 15_500]
    rng = np.random.default_rng(seed)
    ring = sum(sine(hz, frames, float(rng.random())) for hz in partials) / np.sqrt(len(partials))
    return lowpass(highpass(ring * (1 - grain) + noise(frames, seed + 1) * grain, floor_hz), 8000, 1)


def hat_closed(seed: int) -> Float32:
    """A closed hi-hat."""
    sound = _metal(0.085, 6500, seed, 0.55)
    return _finish(sound * decay(len(sound), 0.07))


def hat_open(seed: int) -> Float32:
    """An open hi-hat."""
    sound = _metal(0.42, 6000, seed, 0.5)
    return _finish(sound * decay(len(sound), 0.4))


def ride(seed: int) -> Float32:
    """A ride cymbal, mostly its ping."""
    sound = _metal(0.9, 3500, seed, 0.3)
    ping = sine(3150.0, len(sound)) * decay(len(sound), 0.25)
    return _finish(lowpass(sound, 11_000, 1) * decay(len(sound), 0.85) + 0.25 * ping)


def crash(seed: int) -> Float32:
    """A crash cymbal."""
    sound = _metal(2.2, 2800, seed, 0.65)
    return _finish(sound * decay(len(sound), 2.0))


def shaker(seed: int) -> Float32:
    """One stroke of a shaker: the beads take a moment to land."""
    frames = count(0.11)
    rise = np.minimum(clock(frames) / 0.028, 1.0) ** 2
    return _finish(bandpass(noise(frames, seed), 4500, 12_000, 1) * rise * decay(frames, 0.11))


def rim(seed: int) -> Float32:
    """A cross-stick."""
    frames = count(0.07)
    wood = sine(1720.0, frames) * decay(frames, 0.03) + 0.7 * sine(512.0, frames) * decay(frames, 0.045)
    return _finish(wood + 0.3 * _click(frames, seed, 0.012, 2000, 9000), 1.5)


def conga_low(seed: int) -> Float32:
    """An open low conga."""
    body = _skin(176, 196, 0.03, 0.3)
    return _finish(body + 0.2 * _click(len(body), seed, 0.015, 800, 3000))


def conga_high(seed: int) -> Float32:
    """An open high conga."""
    body = _skin(246, 276, 0.02, 0.2)
    return _finish(body + 0.25 * _click(len(body), seed, 0.012, 1000, 4000))


def tom(seed: int) -> Float32:
    """A floor tom."""
    body = _skin(88, 140, 0.05, 0.5)
    return _finish(body + 0.15 * _click(len(body), seed, 0.02, 900, 4000), 1.3)


def cowbell(seed: int) -> Float32:
    """Two squares' first partials through a narrow band."""
    frames = count(0.25)
    ring = sum(sine(hz * k, frames) / k for hz in (562.0, 845.0) for k in (1, 3, 5))
    struck = np.asarray(ring, np.float32) + _click(frames, seed, 0.008, 1000, 5000)
    return _finish(bandpass(struck, 500, 5000, 1) * decay(frames, 0.2))


def tambourine(seed: int) -> Float32:
    """Jingles: high noise with a slow and a fast decay."""
    frames = count(0.2)
    jingle = bandpass(noise(frames, seed), 7000, 13_000, 1)
    return _finish(jingle * (decay(frames, 0.05) + 0.35 * decay(frames, 0.2)))


def brush(seed: int) -> Float32:
    """A brush stroke on a snare."""
    frames = count(0.24)
    rise = np.minimum(clock(frames) / 0.02, 1.0)
    return _finish(bandpass(noise(frames, seed), 900, 7000, 1) * rise * decay(frames, 0.22))


DRUMS: dict[str, DrumSound] = {
    function.__name__: function
    for function in (
        kick_round, kick_club, kick_tight, snare_fat, snare_tight, clap, hat_closed, hat_open, ride, crash, shaker,
        rim, conga_low, conga_high, tom, cowbell, tambourine, brush,
    )
}  # fmt: skip
"""Every drum by its name."""
