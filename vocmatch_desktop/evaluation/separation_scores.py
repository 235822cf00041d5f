"""All figures of one separated stem, from a song that is heard once, in stretches of whole seconds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.evaluation.separation_bss import Projections
from vocmatch_desktop.evaluation.separation_metrics import CEILING_DB, SILENT, ratio_db
from vocmatch_desktop.types import SILENCE_DB, Float32

METRICS = ("usdr_db", "csdr_db", "sisdr_db", "sir_db", "sar_db", "leak_db")

PAUSE = 1e-6
"""Mean power (−60 dBFS) of a fifth of a second up to which a stem pauses."""
_PARTS = 5
_LEAST_PAUSE_S = 1.0

Float64 = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scores:
    """Figures of one stem of one song, dB; NaN where one is not defined. Higher is better but for `leak_db`.

    `usdr_db`: 10 · log10(Σ s² / Σ (s − ŝ)²) over the song (Mitsufuji et al. 2022). `csdr_db`: the median of the same
    over whole seconds, as museval gives it (below). `sisdr_db`: the level of ŝ does not count (Le Roux et al. 2019).
    `sir_db`: how far the rest of the mix lies below the stem in ŝ (bleed), and `sar_db`: how far artefacts do
    (`separation_bss`). `leak_db`: how loud ŝ is beside the mix, where the stem pauses and the mix does not.

    museval's SDR of images (BSS Eval v4) is ‖s‖² / ‖s − ŝ‖² of every second: its filters of 512 taps part the error
    into spatial, interference and artefacts, and cancel in the sum of these. As there, a second in which the stem or
    the rest of the mix is digital silence has no figure. Unlike there, one in which only ŝ is silent has: 0 dB.
    """

    usdr_db: float
    csdr_db: float
    sisdr_db: float
    sir_db: float
    sar_db: float
    leak_db: float


class Scoring:
    """Compares an estimate with a stem, stretch by stretch; every stretch but the last is whole seconds long."""

    def __init__(self, rate: int, channels: int) -> None:
        self._rate = rate
        self._frames = 0
        self._signal = self._error = self._product = self._estimate = 0.0
        self._seconds: list[Float64] = []
        self._leak: Float64 = np.zeros(2)
        self._pause_s = 0.0
        self._projections = Projections(channels)

    def feed(self, mix: Float32, stem: Float32, estimate: Float32) -> None:
        """Takes float32 [n, channels] each."""
        whole, true, guess = (samples.astype(np.float64) for samples in (mix, stem, estimate))
        rest = whole - true
        self._frames += len(true)
        self._signal += float(np.sum(true**2))
        self._error += float(np.sum((true - guess) ** 2))
        self._product += float(np.sum(true * guess))
        self._estimate += float(np.sum(guess**2))
        self._projections.feed(true, rest, guess)
        seconds = len(true) // self._rate
        if seconds or self._frames == len(true):
            cut = [_cut(samples, max(1, seconds), self._rate) for samples in (whole, true, guess, rest)]
            self._seconds.append(_by_second(cut[1], cut[2], cut[3]))
            self._pauses(*cut[:3])

    def scores(self) -> Scores:
        """The figures of everything that was fed."""
        sir, sar = self._projections.ratios_db()
        if self._signal <= SILENT * self._frames:
            nothing = float("nan")
            return Scores(nothing, nothing, nothing, nothing, nothing, self._leak_db())
        target = self._product**2 / self._signal
        usdr, sisdr = ratio_db(self._signal, self._error), ratio_db(target, self._estimate - target)
        return Scores(usdr, self._csdr(), sisdr if target > 0 else -CEILING_DB, sir, sar, self._leak_db())

    def _csdr(self) -> float:
        signal, error, rest = np.concatenate(self._seconds).T
        known = (signal > 0) & (rest > 0)
        each = [ratio_db(power, wrong) for power, wrong in zip(signal[known], error[known], strict=True)]
        return float(np.median(each)) if each else float("nan")

    def _pauses(self, mix: Float64, stem: Float64, estimate: Float64) -> None:
        size = mix.shape[1] // _PARTS
        if not size:
            return
        cut = [samples[:, : size * _PARTS].reshape(-1, size, samples.shape[2]) for samples in (mix, stem, estimate)]
        powers = [np.mean(samples**2, axis=(1, 2)) for samples in cut]
        pause = (powers[1] <= PAUSE) & (powers[0] > PAUSE)
        self._leak += powers[2][pause].sum(), powers[0][pause].sum()
        self._pause_s += np.count_nonzero(pause) * size / self._rate

    def _leak_db(self) -> float:
        if self._pause_s < _LEAST_PAUSE_S:
            return float("nan")
        estimate, mix = self._leak
        return max(SILENCE_DB, float(10 * np.log10(estimate / mix))) if estimate > 0 else SILENCE_DB


def _cut(samples: Float64, seconds: int, rate: int) -> Float64:
    """Whole seconds [seconds, rate, channels]; a song that is shorter than one is one."""
    return samples[: seconds * rate].reshape(seconds, -1, samples.shape[1])


def _by_second(stem: Float64, estimate: Float64, rest: Float64) -> Float64:
    """Power of the stem, of the error and of the rest of every second, float64 [n, 3]."""
    return np.stack([np.sum(samples**2, axis=(1, 2)) for samples in (stem, stem - estimate, rest)], axis=1)
