"""One pass over a beat's sound: what later steps need of it, small enough to keep.

Two short-time spectra run side by side. 46 ms frames at 22.05 kHz, 86 a second, give onset strength and band levels
(kept as 40 mel-spaced magnitudes). 186 and 372 ms frames at 11.025 kHz, 21.5 a second, give pitch: of them only the
spectral peaks are kept, with frequencies refined by parabolic interpolation (Smith & Serra 1987), so that nothing of
a drum's broad spectrum and nothing of a partial's skirt reaches a neighbouring semitone.
A ten-minute file ends as about 15 MB.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from vocmatch_desktop.analysis.frames import Framer
from vocmatch_desktop.audio.resample import Resampler
from vocmatch_desktop.audio.stft import hann
from vocmatch_desktop.types import Float32

RATE = 22_050
ONSET_FFT, ONSET_HOP = 1024, 256
ONSET_HOP_S = ONSET_HOP / RATE
MEL_BANDS = 40
OCTAVES_HZ = (63.0, 125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0)

PITCH_RATE = RATE // 2
PITCH_FFT, BASS_FFT, PITCH_HOP = 2048, 4096, 512
PITCH_HOP_S = PITCH_HOP / PITCH_RATE
LOWEST_PEAK_HZ, HIGHEST_PEAK_HZ = 30.0, 5000.0

NEIGHBOURHOOD_HZ = 170.0
OVER_NEIGHBOURHOOD = 1.6
RANGE_DB = 55.0
LEAST_MAGNITUDE = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Peaks:
    """Spectral peaks of a sound: for each its frame (int32), pitch (MIDI, float32) and magnitude (float32)."""

    frame: NDArray[np.int32]
    pitch: Float32
    magnitude: Float32
    frames: int


@dataclass(frozen=True, slots=True, eq=False)
class Spectra:
    """What one pass keeps.

    `mel`: float32 [n, 40] magnitudes every `ONSET_HOP_S`, at `mel_centres()`. `octaves`: float32 [n, 8] power in the
    octave bands. `peaks`: above 170 Hz from 186 ms frames; `bass_peaks`: 30–350 Hz from 372 ms frames.
    """

    mel: Float32
    octaves: Float32
    peaks: Peaks
    bass_peaks: Peaks


class SpectrumPass:
    """Takes mono sound at 22.05 kHz block by block; `finish` gives the `Spectra`."""

    def __init__(self) -> None:
        self._onset_frames = Framer(ONSET_FFT, ONSET_HOP)
        self._onset_window = hann(ONSET_FFT)
        self._mel_weights, self._octave_weights = mel_weights(), octave_weights()
        self._mel: list[Float32] = []
        self._octaves: list[Float32] = []
        self._half = Resampler(RATE, PITCH_RATE, 1)
        self._peaks = PeakPass(PITCH_FFT, 170.0, HIGHEST_PEAK_HZ)
        self._bass = PeakPass(BASS_FFT, LOWEST_PEAK_HZ, 350.0)

    def feed(self, mono: Float32) -> None:
        """Takes the next samples, float32 [n]."""
        self._onsets(self._onset_frames.feed(mono))
        self._pitches(self._half.feed(mono[:, None])[:, 0])

    def finish(self) -> Spectra:
        """Everything kept; the sound is over."""
        self._onsets(self._onset_frames.finish())
        self._pitches(self._half.finish()[:, 0])
        return Spectra(
            np.concatenate(self._mel), np.concatenate(self._octaves), self._peaks.finish(), self._bass.finish()
        )

    def _onsets(self, frames: Float32) -> None:
        spectrum = scipy.fft.rfft(frames * self._onset_window, axis=1)
        power = (spectrum.real**2 + spectrum.imag**2) / (ONSET_FFT / 4) ** 2
        self._mel.append(np.sqrt(power) @ self._mel_weights)
        self._octaves.append(power @ self._octave_weights)

    def _pitches(self, mono: Float32) -> None:
        self._peaks.feed(mono)
        self._bass.feed(mono)


class PeakPass:
    """Spectral peaks between two frequencies of mono sound at 11.025 kHz."""

    def __init__(self, n_fft: int, lowest_hz: float, highest_hz: float) -> None:
        self._framer = Framer(n_fft, PITCH_HOP)
        self._window = hann(n_fft) * (4 / n_fft)
        self._bin_hz = PITCH_RATE / n_fft
        self._bins = slice(int(lowest_hz / self._bin_hz) - 1, int(highest_hz / self._bin_hz) + 2)
        self._found: list[tuple[NDArray[np.int32], Float32, Float32]] = []
        self._frames = 0

    def feed(self, mono: Float32) -> None:
        """Takes the next samples, float32 [n]."""
        self._collect(self._framer.feed(mono))

    def finish(self) -> Peaks:
        """All peaks; the sound is over."""
        self._collect(self._framer.finish())
        frame, pitch, magnitude = (np.concatenate(part) for part in zip(*self._found, strict=True))
        return Peaks(frame, pitch, magnitude, self._frames)

    def _collect(self, frames: Float32) -> None:
        spectrum = scipy.fft.rfft(frames * self._window, axis=1)[:, self._bins]
        magnitude = np.abs(spectrum)
        row, column = _local_maxima(magnitude, self._bin_hz)
        offset, height = _parabola(magnitude, row, column)
        hertz = (column + self._bins.start + offset) * self._bin_hz
        pitch = (69 + 12 * np.log2(np.maximum(hertz, 1) / 440)).astype(np.float32)
        self._found.append(((row + self._frames).astype(np.int32), pitch, height))
        self._frames += len(frames)


def _local_maxima(magnitude: Float32, bin_hz: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Row and column of every peak that stands out of its neighbourhood and of its frame."""
    from scipy.ndimage import uniform_filter1d

    width = max(3, round(NEIGHBOURHOOD_HZ / bin_hz))
    around = uniform_filter1d(magnitude, width, axis=1, mode="nearest")
    loudest = magnitude.max(axis=1, initial=0.0, keepdims=True)
    inner = magnitude[:, 1:-1]
    peak = (inner > magnitude[:, :-2]) & (inner >= magnitude[:, 2:])
    peak &= inner > OVER_NEIGHBOURHOOD * around[:, 1:-1]
    peak &= inner > np.maximum(loudest * 10 ** (-RANGE_DB / 20), LEAST_MAGNITUDE)
    row, column = np.nonzero(peak)
    return row, column + 1


def _parabola(magnitude: Float32, row: NDArray[np.intp], column: NDArray[np.intp]) -> tuple[Float32, Float32]:
    """Offset in bins (−½…½) and height of the parabola through the logarithms of three neighbouring bins."""
    left, middle, right = (np.log(np.maximum(magnitude[row, column + step], 1e-12)) for step in (-1, 0, 1))
    curvature = np.minimum(left - 2 * middle + right, -1e-9)
    offset = np.clip(0.5 * (left - right) / curvature, -0.5, 0.5)
    return offset, np.exp(middle - 0.25 * (left - right) * offset).astype(np.float32)


def mel_centres() -> NDArray[np.float64]:
    """Centre frequencies of the mel bands in Hz, float64 [40]."""
    return _mel_edges()[1:-1]


def mel_weights() -> Float32:
    """Triangles of unit sum a band, float32 [513, 40] (Slaney's mel scale has the same spacing above 1 kHz)."""
    bins = np.arange(ONSET_FFT // 2 + 1) * RATE / ONSET_FFT
    edges = _mel_edges()
    rising = (bins[:, None] - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins[:, None]) / (edges[2:] - edges[1:-1])
    weights = np.maximum(0, np.minimum(rising, falling))
    nearest = np.argmin(np.abs(bins[:, None] - edges[1:-1]), axis=0)
    empty = weights.sum(axis=0) == 0
    weights[nearest[empty], np.flatnonzero(empty)] = 1
    return np.asarray(weights / weights.sum(axis=0), np.float32)


def octave_weights() -> Float32:
    """Sums the power of the bins in every octave band, the ones across an edge in part; float32 [513, 8]."""
    width = RATE / ONSET_FFT
    low = np.arange(ONSET_FFT // 2 + 1)[:, None] * width - width / 2
    centres = np.array(OCTAVES_HZ)
    inside = np.minimum(low + width, centres * np.sqrt(2)) - np.maximum(low, centres / np.sqrt(2))
    # A full-scale sine's Hann main lobe sums to 1.5 in power: divided out, a band's level is that of its sines.
    return np.asarray(np.clip(inside / width, 0, 1) / 1.5 / 2, np.float32)


def _mel_edges() -> NDArray[np.float64]:
    low, high = 2595 * np.log10(1 + np.array([30.0, 0.98 * RATE / 2]) / 700)
    mels = np.linspace(low, high, MEL_BANDS + 2)
    edges: NDArray[np.float64] = 700 * (10 ** (mels / 2595) - 1)
    return edges
