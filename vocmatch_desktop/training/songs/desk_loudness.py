"""Loudness for setting levels: LUFS to about a tenth of a decibel, several times as fast as the meter."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import fft, signal

from vocmatch_desktop.audio.loudness import HOPS_PER_BLOCK, gated_lufs, integrated_lufs, k_weighting
from vocmatch_desktop.training.songs.effects import RATE
from vocmatch_desktop.types import Audio, Float32

_HOP = RATE // 10


def loudness(sound: Float32) -> float:
    """LUFS of a sound [channels, frames] at `RATE`, mono or stereo; silence gives −200.

    Hops of 100 ms are weighted by K's response in the spectrum rather than filtered (Parseval), which leaves out how
    the filters ring from one hop into the next.
    """
    hops = sound.shape[1] // _HOP
    if hops < HOPS_PER_BLOCK:
        return integrated_lufs(Audio(np.ascontiguousarray(sound.T), RATE))
    power = np.zeros(hops)
    for channel in sound:
        spectrum = fft.rfft(channel[: hops * _HOP].reshape(hops, _HOP), axis=1)
        power += (spectrum.real**2 + spectrum.imag**2) @ _WEIGHTS
    return gated_lufs(power)


def _weights() -> NDArray[np.float32]:
    """What each bin's squared magnitude adds to the mean power of a hop."""
    hz = fft.rfftfreq(_HOP, 1 / RATE)
    _, response = signal.sosfreqz(k_weighting(RATE), hz, fs=RATE)
    weights = 2 * np.abs(response) ** 2 / _HOP**2
    weights[[0, -1]] /= 2
    return np.asarray(weights, np.float32)


_WEIGHTS = _weights()
