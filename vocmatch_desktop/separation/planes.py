"""Complex spectra as the real planes that networks take ("complex as channels")."""

from __future__ import annotations

import numpy as np

from vocmatch_desktop.audio.stft import Complex64
from vocmatch_desktop.types import Float32


def to_planes(spectrum: Complex64) -> Float32:
    """Complex64 [..., channels, bins, frames] as float32 [..., 2 · channels, bins, frames].

    The order is real left, imaginary left, real right, imaginary right.
    """
    parts = np.stack([spectrum.real, spectrum.imag], axis=-3)
    return np.ascontiguousarray(parts.reshape(*spectrum.shape[:-3], -1, *spectrum.shape[-2:]))


def from_planes(planes: Float32) -> Complex64:
    """Inverse of `to_planes`."""
    spectrum = np.empty((*planes.shape[:-3], planes.shape[-3] // 2, *planes.shape[-2:]), np.complex64)
    spectrum.real = planes[..., 0::2, :, :]
    spectrum.imag = planes[..., 1::2, :, :]
    return spectrum
