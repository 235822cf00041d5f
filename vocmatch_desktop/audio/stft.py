"""Short-time Fourier transform on scipy.fft (in float32, several times faster than scipy.signal's or librosa's).

Conventions are librosa's: periodic Hann window, frame i centred on sample i · hop, zero padding at both ends.

    spectrum = stft(mono, n_fft=2048, hop=512)            # complex64 [1025, 1 + n // 512]
    again = istft(spectrum, hop=512, frames=len(mono))    # float32 [n], identical within 1e-6
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.types import Float32

Complex64 = NDArray[np.complex64]

_CHUNK_FRAMES = 2048
_LOUD_ENOUGH = 1e-8


def hann(length: int) -> Float32:
    """Periodic Hann window, float32 [length]."""
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)).astype(np.float32)


def stft(
    samples: Float32,
    n_fft: int = 2048,
    hop: int = 512,
    *,
    window: Float32 | None = None,
    ends: Literal["constant", "reflect"] = "constant",
) -> Complex64:
    """Spectrum of float32 [..., n]: complex64 [..., n_fft // 2 + 1, 1 + n // hop].

    `ends`: what stands before and after the sound, zeros or (as in torch.stft) its mirror image.
    """
    import scipy.fft

    window = hann(n_fft) if window is None else window
    padding = [(0, 0)] * (samples.ndim - 1) + [(n_fft // 2, n_fft // 2)]
    padded = np.pad(samples.astype(np.float32, copy=False), padding, mode=ends)
    framed = np.lib.stride_tricks.sliding_window_view(padded, n_fft, axis=-1)[..., ::hop, :]
    count = framed.shape[-2]
    spectrum = np.empty((*framed.shape[:-1], n_fft // 2 + 1), np.complex64)
    for start in range(0, count, _CHUNK_FRAMES):
        chunk = slice(start, min(count, start + _CHUNK_FRAMES))
        spectrum[..., chunk, :] = scipy.fft.rfft(framed[..., chunk, :] * window, axis=-1, workers=2)
    return spectrum.swapaxes(-1, -2)


def istft(spectrum: Complex64, hop: int = 512, *, frames: int, window: Float32 | None = None) -> Float32:
    """Inverse of `stft` with the same hop and window: float32 [..., frames]; least squares (Griffin & Lim 1984)."""
    import scipy.fft

    n_fft = 2 * (spectrum.shape[-2] - 1)
    window = hann(n_fft) if window is None else window
    count = spectrum.shape[-1]
    total = n_fft + hop * (count - 1)
    summed = np.zeros((*spectrum.shape[:-2], max(total, n_fft // 2 + frames)), np.float32)
    weight = np.zeros(summed.shape[-1], np.float32)
    for start in range(0, count, _CHUNK_FRAMES):
        chunk = spectrum[..., start : start + _CHUNK_FRAMES].swapaxes(-1, -2)
        waves = scipy.fft.irfft(chunk, n_fft, axis=-1, workers=2).astype(np.float32, copy=False) * window
        for index in range(waves.shape[-2]):
            at = (start + index) * hop
            summed[..., at : at + n_fft] += waves[..., index, :]
            weight[at : at + n_fft] += window * window
    summed /= np.where(weight > _LOUD_ENOUGH, weight, 1)
    return summed[..., n_fft // 2 : n_fft // 2 + frames]
