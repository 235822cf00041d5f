"""Where sound begins: band-limited oscillators, envelopes, noise, filters; float32 at `RATE`.

Arrays are [frames] or [channels, frames]. Oscillators read wavetables that hold only harmonics below `TOP_HZ`, so
nothing aliases; ensembles are written straight into a spectrum (Nasca Octavian Paul's PADsynth) and transformed back
once.
"""

from __future__ import annotations

from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import fft, signal

from vocmatch_desktop.types import Float32

RATE = 44_100
TOP_HZ = 17_000.0
"""No oscillator writes above this; leaves room for gentle distortion below the Nyquist frequency."""

_TABLE = 2048


def hertz(pitch: float) -> float:
    """Frequency of a MIDI pitch."""
    return 440.0 * float(2.0 ** ((pitch - 69.0) / 12.0))


def count(seconds: float) -> int:
    """Samples in `seconds`, at least one."""
    return max(1, round(seconds * RATE))


def clock(frames: int) -> Float32:
    """Seconds at every sample, float32 [frames]."""
    return np.arange(frames, dtype=np.float32) / np.float32(RATE)


def sine(hz: float | Float32, frames: int, phase: float = 0.0) -> Float32:
    """A sine; `hz` may change with every sample."""
    cycles = _cycles(hz, frames)
    cycles += phase - np.floor(cycles)  # single precision is fine, and twice as fast, once whole turns are gone
    wave: Float32 = np.sin(np.float32(2 * np.pi) * cycles.astype(np.float32))
    return wave


def oscillate(shape: str, hz: float | Float32, frames: int, phase: float = 0.0) -> Float32:
    """A "saw", "square", "triangle" or "pulse" (25 %) without aliasing; `hz` may change with every sample."""
    highest = float(np.max(hz))
    table = _wavetable(shape, max(1, int(TOP_HZ / highest)))
    position = ((_cycles(hz, frames) + phase) % 1.0) * _TABLE
    index = position.astype(np.int32)
    fraction = (position - index).astype(np.float32)
    return table[index] * (1 - fraction) + table[index + 1] * fraction


def _cycles(hz: float | Float32, frames: int) -> NDArray[np.float64]:
    if np.ndim(hz) == 0:
        return np.arange(frames, dtype=np.float64) * (float(hz) / RATE)
    return np.asarray(np.cumsum(hz, dtype=np.float64) / RATE, np.float64)


@lru_cache(maxsize=512)
def _wavetable(shape: str, harmonics: int) -> Float32:
    """One period of `_TABLE` samples plus its first again, with Lanczos' sigma factors against the Gibbs overshoot."""
    harmonics = min(harmonics, _TABLE // 4)
    number = np.arange(1, harmonics + 1)
    amplitude = {
        "saw": 1 / number,
        "square": (number % 2) / number,
        "triangle": (number % 2) * np.cos(np.pi * (number - 1) / 2) / number**2,
        "pulse": np.sin(np.pi * number / 4) / number,
    }[shape]
    spectrum = np.zeros(_TABLE // 2 + 1, np.complex128)
    spectrum[1 : harmonics + 1] = -1j * amplitude * np.sinc(number / (harmonics + 1))
    table = fft.irfft(spectrum, _TABLE)
    table /= np.abs(table).max()
    return np.append(table, table[0]).astype(np.float32)


def ensemble(hz: float, frames: int, amplitudes: Float32, cents: float, seed: int, *, channels: int = 2) -> Float32:
    """Many players on one note: every harmonic is a narrow band of noise, `cents` wide (PADsynth); [channels, frames].

    `amplitudes`: level of harmonic 1, 2, …; those above `TOP_HZ` are left out. RMS is 1 a channel.
    """
    size = fft.next_fast_len(frames, real=True)
    grid = fft.rfftfreq(size, 1 / RATE)
    profile = np.zeros(len(grid), np.float32)
    for number, amplitude in enumerate(amplitudes, start=1):
        centre = hz * number
        if centre > TOP_HZ:
            break
        width = max(centre * (2 ** (cents / 1200) - 1), 2.0 * RATE / size)
        low, high = np.searchsorted(grid, (centre - 4 * width, centre + 4 * width))
        profile[low:high] += amplitude / np.sqrt(width) * np.exp(-0.5 * ((grid[low:high] - centre) / width) ** 2)
    rng = np.random.default_rng(seed)
    turn = np.exp(2j * np.pi * rng.random((channels, len(grid)))).astype(np.complex64)
    sound: Float32 = fft.irfft(profile * turn, size)[:, :frames].astype(np.float32)
    normed: Float32 = sound / (np.sqrt(np.mean(sound**2)) + 1e-9)
    return normed


def noise(frames: int, seed: int) -> Float32:
    """White noise, standard deviation 1."""
    return np.random.default_rng(seed).standard_normal(frames, np.float32)


def decay(frames: int, seconds: float) -> Float32:
    """From 1, falling by 60 dB in `seconds`."""
    fall: Float32 = np.exp(clock(frames) * np.float32(-6.9078 / seconds))
    return fall


def adsr(frames: int, attack: float, fall: float, sustain: float, release: float) -> Float32:
    """Attack, decay to `sustain` (0…1), and a release that ends with the last sample; times in seconds."""
    envelope = sustain + (1 - sustain) * np.exp(-np.maximum(clock(frames) - attack, 0) * (3.0 / max(fall, 1e-3)))
    rise = min(count(attack), frames)
    envelope[:rise] *= 0.5 - 0.5 * np.cos(np.pi * np.arange(rise, dtype=np.float32) / rise)
    tail = min(count(release), frames)
    envelope[-tail:] *= 0.5 + 0.5 * np.cos(np.pi * np.arange(1, tail + 1, dtype=np.float32) / tail)
    return np.asarray(envelope, np.float32)


@cache
def _sos(kind: str, hz: tuple[float, ...], order: int) -> NDArray[np.float32]:
    edges = hz[0] if len(hz) == 1 else hz
    sections: Float32 = signal.butter(order, edges, kind, fs=RATE, output="sos").astype(np.float32)
    return sections


def lowpass(sound: Float32, hz: float, order: int = 2) -> Float32:
    """Butterworth low-pass."""
    return _filtered(sound, _sos("lowpass", (round(min(hz, 21_000.0), 1),), order))


def highpass(sound: Float32, hz: float, order: int = 2) -> Float32:
    """Butterworth high-pass."""
    return _filtered(sound, _sos("highpass", (round(hz, 1),), order))


def bandpass(sound: Float32, low: float, high: float, order: int = 2) -> Float32:
    """Butterworth band-pass."""
    return _filtered(sound, _sos("bandpass", (round(low, 1), round(min(high, 21_000.0), 1)), order))


def _filtered(sound: Float32, sos: NDArray[np.float32]) -> Float32:
    result: Float32 = signal.sosfilt(sos, sound)
    return result


def sweep(sound: Float32, cutoff: Float32, resonance: float = 0.8, block: int = 256) -> Float32:
    """A resonant low-pass whose cutoff moves: one biquad (R. Bristow-Johnson's cookbook) a block, its state carried on.

    `sound`: [frames]; `cutoff`: Hz at every sample; `resonance`: Q.
    """
    result = np.empty_like(sound)
    state = np.zeros(2, np.float32)
    for start in range(0, len(sound), block):
        angle = 2 * np.pi * float(np.clip(cutoff[start], 30.0, 18_000.0)) / RATE
        alpha, cosine = np.sin(angle) / (2 * resonance), np.cos(angle)
        b = np.array([(1 - cosine) / 2, 1 - cosine, (1 - cosine) / 2], np.float32) / np.float32(1 + alpha)
        a = np.array([1 + alpha, -2 * cosine, 1 - alpha], np.float32) / np.float32(1 + alpha)
        result[start : start + block], state = signal.lfilter(b, a, sound[start : start + block], zi=state)
    return result
