"""An electric guitar's amplifier: pickup level → drive, four times oversampled → tone → loudspeaker cabinet.

The waveshaper is asymmetric, as a valve stage is (even and odd harmonics), and runs at four times the rate, so what it
adds above the Nyquist frequency is filtered away instead of folding back. The cabinet is a designed filter: the
low-frequency resonance, presence peak and steep fall above 5 kHz of a closed 4 × 12.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from vocmatch_desktop.audio.stft import Complex64
from vocmatch_desktop.types import Float32

OVERSAMPLING = 4


@dataclass(frozen=True, slots=True)
class Voicing:
    """How an amplifier is set.

    `drive_db`: gain into the shaper for a signal of RMS 0.1. `bias`: asymmetry. `tight_hz`: what is cut before the
    drive, so that chords stay clear. `level`: RMS the loudest part comes out with.
    """

    drive_db: float
    bias: float
    tight_hz: float
    level: float


VOICINGS: Mapping[str, Voicing] = {
    "clean": Voicing(drive_db=2.0, bias=0.05, tight_hz=60.0, level=0.14),
    "crunch": Voicing(drive_db=24.0, bias=0.15, tight_hz=110.0, level=0.14),
    "high": Voicing(drive_db=42.0, bias=0.1, tight_hz=160.0, level=0.14),
}
"""Settings by name."""

_CABINET = ((60.0, -14.0), (110.0, 3.0), (250.0, 0.0), (450.0, -3.0), (1200.0, -1.0), (2600.0, 4.5), (4000.0, 3.0))
_CABINET_TOP = ((5200.0, -6.0), (6500.0, -20.0), (9000.0, -38.0), (14000.0, -58.0), (22000.0, -72.0))
_TAPS = 1023
_BLOCK_S = 6.0
_MARGIN_S = 0.1
_PICKUP_HZ = 5500.0


def amplify(sound: Float32, rate: int, voicing: Voicing) -> Float32:
    """`sound` (float32 [frames], a guitar's dry signal) through the amplifier; same length, no delay, silence stays."""
    from scipy import fft

    block, margin = round(_BLOCK_S * rate), round(_MARGIN_S * rate)
    size = fft.next_fast_len(block + 2 * margin, real=True)
    speaker = fft.rfft(_cabinet(rate), size)
    before = _input(voicing.tight_hz, rate, size)
    padded = np.concatenate([np.zeros(margin, np.float32), sound, np.zeros(size, np.float32)])
    played = np.zeros(len(sound), np.float32)
    for start in range(0, len(sound), block):
        piece = padded[start : start + size]
        if np.any(piece):
            driven = _driven(fft.rfft(piece) * before, size, voicing)
            heard = fft.irfft(driven * speaker, size)[margin : margin + block]
            played[start : start + block] = heard[: len(sound) - start]
    return _levelled(played, rate, voicing.level)


def _driven(spectrum: Complex64, size: int, voicing: Voicing) -> Complex64:
    """The shaper at four times the rate: spectrum in, spectrum out below the Nyquist frequency."""
    from scipy import fft

    gain = np.float32(10 ** (voicing.drive_db / 20))
    fine = fft.irfft(spectrum, OVERSAMPLING * size) * np.float32(OVERSAMPLING * gain)
    shaped = np.tanh(fine + np.float32(voicing.bias)) - np.tanh(np.float32(voicing.bias))
    return np.asarray(fft.rfft(shaped)[: len(spectrum)] / np.float32(OVERSAMPLING), np.complex64)


def _input(cutoff: float, rate: int, size: int) -> Complex64:
    """A first-order high-pass and the pickup's fall above `_PICKUP_HZ`, twelve decibels an octave."""
    hertz = np.arange(size // 2 + 1) * (rate / size)
    tight = 1j * hertz / (cutoff + 1j * hertz)
    pickup = 1 / (1 + 1j * hertz / (0.9 * _PICKUP_HZ) - (hertz / _PICKUP_HZ) ** 2)
    return np.asarray(tight * pickup, np.complex64)


@lru_cache(maxsize=4)
def _cabinet(rate: int) -> Float32:
    """Minimum-phase impulse response of the cabinet's curve."""
    size = 4096
    hertz, decibels = np.array(_CABINET + _CABINET_TOP).T
    grid = np.fft.rfftfreq(size, 1 / rate)
    curve = np.interp(np.log(np.maximum(grid, 20.0)), np.log(hertz), decibels)
    curve[grid < hertz[0]] -= 12 * np.log2(hertz[0] / np.maximum(grid[grid < hertz[0]], 10.0))
    log_magnitude = curve * np.log(10) / 20
    cepstrum = np.fft.irfft(log_magnitude, size)
    cepstrum[1 : size // 2] *= 2
    cepstrum[size // 2 + 1 :] = 0
    response = np.fft.irfft(np.exp(np.fft.rfft(cepstrum)), size)[:_TAPS]
    response[-_TAPS // 4 :] *= np.linspace(1, 0, len(response[-_TAPS // 4 :]))
    return response.astype(np.float32)


def _levelled(sound: Float32, rate: int, level: float) -> Float32:
    """The loudest second gets the RMS `level`."""
    window = min(len(sound), rate)
    energy = np.cumsum(np.append(0.0, np.asarray(sound, np.float64) ** 2))
    power = (energy[window:] - energy[:-window]).max() / window
    return np.asarray(sound * np.float32(level / np.sqrt(power + 1e-12)), np.float32)
