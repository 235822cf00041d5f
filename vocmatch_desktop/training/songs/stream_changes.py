"""What a crop goes through on its way into an example: cheap changes that keep it what it is."""

from __future__ import annotations

import numpy as np

from vocmatch_desktop.audio.resample import resample
from vocmatch_desktop.audio.stretch import fit
from vocmatch_desktop.types import Audio, Float32

RAW_LEVEL = 0.1
"""RMS (−20 dBFS) that stems of different songs are brought to before their gains are drawn."""


def at_speed(samples: Float32, frames: int, rate: int) -> Float32:
    """Played faster or slower so that it is exactly `frames` long: tempo and pitch move together."""
    if len(samples) == frames:
        return samples
    changed = resample(Audio(samples, rate), round(rate * frames / len(samples))).samples
    out = np.zeros((frames, samples.shape[1]), np.float32)
    out[: len(changed)] = changed[:frames]
    return out


def stretched(samples: Float32, frames: int, rate: int, semitones: float) -> Float32:
    """Tempo changed so that it is exactly `frames` long, and `semitones` higher, apart from each other."""
    changed = fit(Audio(samples, rate), len(samples) / frames, semitones).samples
    return changed[:frames] if len(changed) >= frames else np.pad(changed, ((0, frames - len(changed)), (0, 0)))


def levelled(samples: Float32) -> Float32:
    """Brought to `RAW_LEVEL`; what is silent stays so."""
    level = float(np.sqrt(np.mean(samples**2)))
    return samples * np.float32(RAW_LEVEL / level) if level > 1e-4 else samples


def stereo(samples: Float32) -> Float32:
    """Two channels; one is doubled."""
    return np.repeat(samples, 2, axis=1) if samples.shape[1] == 1 else samples


def in_a_room(samples: Float32, rate: int, rng: np.random.Generator) -> Float32:
    """A dry stereo sound with a random tone (±6 dB tilt around 1 kHz) in a random room (RT60 .15–1.6 s).

    The room is decaying noise, different left and right; direct and reverberant level differ by 6–26 dB.
    """
    from scipy import fft

    rt60 = 0.15 * (1.6 / 0.15) ** rng.random()
    tail = round(rt60 * rate)
    decay = 10 ** (-3 * np.arange(tail) / tail)
    room = rng.standard_normal((tail, 2), np.float32) * decay[:, None].astype(np.float32)
    room *= np.float32(10 ** (-rng.uniform(6, 26) / 20)) / np.sqrt(np.sum(room**2, axis=0))
    room[0] += 1.0
    size = fft.next_fast_len(len(samples) + tail, real=True)
    spectrum = fft.rfft(samples, size, axis=0) * fft.rfft(room, size, axis=0)
    hertz = np.fft.rfftfreq(size, 1 / rate)
    octaves = np.clip(np.log2(np.maximum(hertz, 1.0) / 1000), -3, 3)
    spectrum *= (10 ** (rng.uniform(-2, 2) * octaves / 20))[:, None].astype(np.float32)
    return np.asarray(fft.irfft(spectrum, size, axis=0)[: len(samples)], np.float32)


def widened(samples: Float32, rate: int, rng: np.random.Generator) -> Float32:
    """Wider, as doubled, chorused and reverberant tracks are.

    What both channels share comes once more, 0–15 dB softer and smeared over 5–30 ms, with opposite signs left and
    right.
    """
    from scipy import fft

    length = round(rng.uniform(0.005, 0.03) * rate)
    smear = rng.standard_normal(length, np.float32) * (10 ** (-2 * np.arange(length) / length)).astype(np.float32)
    smear *= np.float32(10 ** (-rng.uniform(0, 15) / 20)) / np.sqrt(np.sum(smear**2))
    size = fft.next_fast_len(len(samples) + length, real=True)
    side = fft.irfft(fft.rfft(samples.mean(axis=1), size) * fft.rfft(smear, size), size)[: len(samples)]
    return np.asarray(samples + np.stack([side, -side], axis=1), np.float32)


def toned(samples: Float32, rate: int, rng: np.random.Generator) -> Float32:
    """With another tone: a gain of its own (σ 4 dB, at most 12) every octave from 63 Hz on, straight between them.

    As another microphone, arrangement or engineer would have it; recordings differ by this much.
    """
    from scipy import fft

    octaves = np.arange(8)
    gains = np.clip(rng.normal(0, 4, len(octaves)), -12, 12)
    hertz = np.fft.rfftfreq(len(samples), 1 / rate)
    gain_db = np.interp(np.log2(np.maximum(hertz, 1.0) / 63), octaves, gains)
    spectrum = fft.rfft(samples, axis=0) * (10 ** (gain_db / 20))[:, None].astype(np.float32)
    return np.asarray(fft.irfft(spectrum, len(samples), axis=0), np.float32)


def low_passed(targets: Float32, rate: int, cutoff_hz: float) -> Float32:
    """All of an example ([…, frames]) with nothing above `cutoff_hz`; the fade spans the octave's last sixth."""
    from scipy import fft

    frames = targets.shape[-1]
    hertz = np.fft.rfftfreq(frames, 1 / rate)
    fade = np.clip((cutoff_hz - hertz) / (cutoff_hz / 6), 0, 1).astype(np.float32)
    return np.asarray(fft.irfft(fft.rfft(targets, axis=-1) * fade, frames, axis=-1), np.float32)
