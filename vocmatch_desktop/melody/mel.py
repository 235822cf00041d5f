"""The spectrum of a voice every 8 ms, and the level of its vowels.

Mel magnitudes of 32 ms frames at 16 kHz; a singing voice has its say below 8 kHz.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from vocmatch_desktop.analysis.frames import Framer
from vocmatch_desktop.analysis.pitch import RATE
from vocmatch_desktop.audio.stft import hann
from vocmatch_desktop.types import Float32

MEL_BANDS = 40
N_FFT = 512
LOWEST_HZ, HIGHEST_HZ = 70.0, 7800.0
VOWELS_HZ = 3000.0
"""Below lies what a vowel's level is; above hisses, bursts and breath."""

FLOOR_DB = -100.0


class MelPass:
    """Mel magnitudes every `hop` samples of mono sound at 16 kHz, taken block by block."""

    def __init__(self, hop: int) -> None:
        self._framer = Framer(N_FFT, hop)
        self._window = hann(N_FFT) * np.float32(4 / N_FFT)

    def feed(self, mono16k: Float32) -> Float32:
        """The frames that the next samples, float32 [n], complete: float32 [k, 40]."""
        return self._bands(self._framer.feed(mono16k))

    def finish(self) -> Float32:
        """The frames that reach beyond the end."""
        return self._bands(self._framer.finish())

    def _bands(self, frames: Float32) -> Float32:
        import scipy.fft

        spectrum = scipy.fft.rfft(frames * self._window, axis=1)
        power = spectrum.real**2 + spectrum.imag**2
        return np.asarray(np.sqrt(power @ mel_weights()), np.float32)


def vowel_db(mel: Float32) -> Float32:
    """Level below 3 kHz, dB re a full-scale sine, float32 [n]; where vowels are."""
    power = np.square(mel[:, mel_centres() < VOWELS_HZ]).sum(axis=1)
    return np.asarray(10 * np.log10(np.maximum(power, 10 ** (FLOOR_DB / 10))), np.float32)


@lru_cache(maxsize=1)
def mel_weights() -> Float32:
    """Triangles over the bins' power, float32 [257, 40]: neighbouring bands share what lies between them."""
    edges = _edges()
    bins = np.arange(N_FFT // 2 + 1) * RATE / N_FFT
    # The lowest bands are narrower than a bin: every triangle reaches at least one bin each way.
    reach = np.maximum(np.diff(edges), RATE / N_FFT)
    rising = 1 - (edges[1:-1] - bins[:, None]) / reach[:-1]
    falling = 1 - (bins[:, None] - edges[1:-1]) / reach[1:]
    return np.asarray(np.clip(np.minimum(rising, falling), 0, 1), np.float32)


def mel_centres() -> Float32:
    """Centre frequencies of the bands in Hz, float32 [40]."""
    return np.asarray(_edges()[1:-1], np.float32)


def _edges() -> Float32:
    low, high = 2595 * np.log10(1 + np.array([LOWEST_HZ, HIGHEST_HZ]) / 700)
    return np.asarray(700 * (10 ** (np.linspace(low, high, MEL_BANDS + 2) / 2595) - 1), np.float32)
