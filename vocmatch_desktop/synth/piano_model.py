"""A modelled piano: struck, stiff, coupled strings over a soundboard; needs nothing but NumPy.

Every note is a sum of decaying sines. Partial k of a string of fundamental f lies at k·f·√(1 + B·k²) (Fletcher 1964);
two modes a partial, a strong one that dies soon and a weak one that rings on, make the double decay and the beating
of two or three coupled strings (Weinreich 1977). The hammer's place on the string leaves out every eighth partial; its
felt, harder at higher velocity, sets how many partials sound. A burst of soundboard noise gives the knock. The slopes
of spectra and decays were set beside recordings of a grand piano.

The sines are not computed sample by sample: with z = exp(jω − d) a block of L samples from n is Re(zⁿ · z⁰…zᴸ⁻¹), so
all blocks of a note are one matrix product.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.types import Float32, Note

_BLOCK = 512
_LONGEST_S = 10.0
_RELEASE_S = 0.22
_VELOCITY_STEP = 4
_LOUDEST = 0.5
_KNOCKS = 4


def render(notes: Sequence[Note], frames: int, rate: int) -> Float32:
    """Plays `notes`; float32 [frames, 2], dry, not clipped."""
    sound = np.zeros((2, frames), np.float32)
    for note in notes:
        start = round(note.onset_s * rate)
        if 0 <= start < frames:
            tone = _damped(note, rate)[:, : frames - start]
            sound[:, start : start + tone.shape[1]] += tone
    return np.ascontiguousarray(sound.T)


def _damped(note: Note, rate: int) -> Float32:
    """A key held as long as the note and then let go; the top octave and a half has no dampers."""
    velocity = min(127, max(1, round(note.velocity / _VELOCITY_STEP) * _VELOCITY_STEP))
    held = max(note.offset_s - note.onset_s, 0.05)
    seconds = min(_LONGEST_S, held + 1.0)
    whole = _struck(round(note.pitch, 2), velocity, 2.0 ** np.ceil(np.log2(seconds)), rate)
    gain = np.float32((note.velocity / velocity) ** 1.5)
    kept = (whole[:, : round(seconds * rate)] * gain).astype(np.float32)
    release = _RELEASE_S * 2 ** ((60 - note.pitch) / 24) if note.pitch < 90 else 2.0
    after = np.arange(max(0, kept.shape[1] - round(held * rate)), dtype=np.float32)
    kept[:, kept.shape[1] - len(after) :] *= np.exp(after * np.float32(-6.9 / (release * rate)))
    end = min(kept.shape[1], rate // 100)
    kept[:, kept.shape[1] - end :] *= np.linspace(1, 0, end, dtype=np.float32)
    return kept


@lru_cache(maxsize=32)
def _struck(pitch: float, velocity: int, seconds: float, rate: int) -> Float32:
    """One key struck and held, float32 [2, frames]."""
    frames = round(min(seconds, _LONGEST_S) * rate)
    hertz, decay, amplitude, phase = _modes(pitch, velocity, rate)
    sides = []
    for side in (0, 1):
        turned = amplitude[side] * np.exp(1j * phase[side])
        sides.append(_sum_of_modes(2 * np.pi * hertz / rate, decay / rate, turned, frames))
    sound = np.stack(sides)
    knock = _knock(round(pitch) % _KNOCKS, velocity, rate)[:, :frames]
    sound[:, : knock.shape[1]] += knock
    rise = round((0.0012 - 0.0008 * velocity / 127) * rate)
    sound[:, :rise] *= np.linspace(0, 1, rise, dtype=np.float32)
    return sound


def _modes(pitch: float, velocity: int, rate: int) -> tuple[NDArray[np.float64], ...]:
    """Frequency, decay rate (1/s), amplitude and phase of every mode; the last two for both sides."""
    fundamental = 440 * 2 ** ((pitch - 69) / 12)
    stiffness = 2.0e-4 * 2 ** ((pitch - 50) / 8.5) if pitch > 44 else 1.2e-4 * 2 ** ((44 - pitch) / 30)
    number = np.arange(1, 90)
    partial = number * fundamental * np.sqrt((1 + stiffness * number**2) / (1 + stiffness))
    kept = partial < min(12_000, 0.46 * rate)
    number, partial = number[kept], partial[kept]
    level = _hammer(number, partial, fundamental, velocity) * _soundboard(partial)
    level *= _LOUDEST * (velocity / 127) ** 1.5 / np.sqrt(np.sum(level**2) + 1e-12)
    fast = _decay(pitch, partial)
    rng = np.random.default_rng(round(pitch * 100))
    beat = 0.12 + 0.25 * rng.random(len(partial))
    detuned = partial + beat * (1 + partial / 3000)
    hertz = np.concatenate([partial, detuned])
    decay = np.concatenate([fast, fast / 2.8])
    share = np.clip(0.25 - 0.003 * (pitch - 60), 0.12, 0.3)
    both = np.concatenate([level, share * level])
    place = np.clip((pitch - 64) / 80, -0.4, 0.4)
    spread = 0.25 * rng.standard_normal(2 * len(partial))
    angle = np.clip(np.pi / 4 * (1 + place + spread), 0.15, np.pi / 2 - 0.15)
    amplitude = np.stack([np.cos(angle), np.sin(angle)]) * both
    turn = 2 * np.pi * rng.random(2 * len(partial))
    return hertz, decay, amplitude, np.stack([turn, turn + 0.6 * rng.standard_normal(len(turn))])


def _hammer(
    number: NDArray[np.int_], partial: NDArray[np.float64], fundamental: float, velocity: int
) -> NDArray[np.float64]:
    """What the felt excites: softer felt at low velocity, nothing where it strikes on a node."""
    place = np.abs(np.sin(np.pi * number / 8.2)) + 0.08
    corner = 220 * 2 ** (2.2 * velocity / 127) * (fundamental / 262) ** 0.5
    return np.asarray(place / number**0.8 / (1 + (partial / corner) ** 1.6), np.float64)


def _soundboard(partial: NDArray[np.float64]) -> NDArray[np.float64]:
    """The board radiates little below 100 Hz and has gentle formants above."""
    low = 1 / np.sqrt(1 + (90 / partial) ** 3)
    bumps = 1 + 0.35 * np.sin(2 * np.pi * np.log2(partial / 100) * 1.7) * np.exp(-partial / 3000)
    return np.asarray(low * bumps, np.float64)


def _decay(pitch: float, partial: NDArray[np.float64]) -> NDArray[np.float64]:
    """Decay rates of the strong modes, 1/s: by register, and faster for high partials."""
    base = 0.9 + 0.9 * 2 ** ((pitch - 60) / 9)
    return np.asarray(base + 0.5 * (partial / 1000) ** 1.3, np.float64)


def _sum_of_modes(
    angle: NDArray[np.float64], decay: NDArray[np.float64], turned: NDArray[np.complex128], frames: int
) -> Float32:
    blocks = -(-frames // _BLOCK)
    step = 1j * angle - decay
    inside = np.exp(np.outer(step, np.arange(_BLOCK))).astype(np.complex64)
    starts = (turned * np.exp(np.outer(np.arange(blocks) * _BLOCK, step))).astype(np.complex64)
    real = np.concatenate([starts.real, -starts.imag], axis=1) @ np.concatenate([inside.real, inside.imag])
    return np.asarray(real.reshape(-1)[:frames], np.float32)


@lru_cache(maxsize=128)
def _knock(variant: int, velocity: int, rate: int) -> Float32:
    """The hammer's blow through board and case: a dull thump, and a bright rustle; float32 [2, frames]."""
    count, short = round(0.7 * rate), round(0.15 * rate)
    noise = np.random.default_rng(variant).standard_normal((2, count), np.float32)
    seconds = np.arange(count, dtype=np.float32) / np.float32(rate)
    sound = 0.006 * _dulled(noise, round(rate / (1500 + 40 * velocity)))
    sound *= np.exp(seconds * np.float32(-1 / 0.02)) + np.float32(0.12) * np.exp(seconds * np.float32(-1 / 0.16))
    thump = _dulled(noise[:, :short], round(rate / 400)) * np.exp(seconds[:short] * np.float32(-1 / 0.03))
    sound[:, :short] += 0.02 * thump
    return np.asarray(sound * np.float32((velocity / 127) ** 1.8), np.float32)


def _dulled(noise: Float32, width: int) -> Float32:
    """Noise of variance 1 through a window of `width` samples, its variance kept."""
    kernel = np.hanning(width + 2).astype(np.float32)
    kernel /= np.sqrt(np.sum(kernel**2))
    return np.stack([np.convolve(side, kernel, "same") for side in noise])
