"""Interference and artefacts of an estimated stem, as BSS Eval tells them apart (Vincent, Gribonval & Févotte 2006).

An estimate is projected on what filters of 512 taps, the same for the whole song, can make of the stem, and on what
they can make of the stem and the rest of the mix together. With s̃ the first projection and p the second,

    SIR = 10 · log10(Σ s̃² / Σ (p − s̃)²)        how far the rest of the mix lies below the stem (bleed)
    SAR = 10 · log10(Σ p² / Σ (ŝ − p)²)         how far what is in neither of them lies below (artefacts)

as `bss_eval_images` of mir_eval and of museval (Stöter, Liutkus & Ito 2018) give them for whole signals. Projections
follow from correlations alone, so a song is heard once, in blocks.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.evaluation.separation_metrics import ratio_db

TAPS = 512
_FFT = 2**16
_BLOCK = _FFT - TAPS + 1
_RIDGE = 1e-12
"""Part of the mean power that is added to the diagonal: sound without highs would be divided by nothing."""

Float64 = NDArray[np.float64]
Complex128 = NDArray[np.complex128]


class Projections:
    """The correlations of a stem, the rest of the mix and an estimate, gathered block by block."""

    def __init__(self, channels: int) -> None:
        self._channels = channels
        self._spectra: Complex128 = np.zeros((2 * channels, 3 * channels, _FFT // 2 + 1), np.complex128)
        self._past: Float64 = np.zeros((2 * channels, TAPS - 1))
        self._waiting: Float64 = np.zeros((3 * channels, 0))
        self._power = 0.0

    def feed(self, stem: Float64, rest: Float64, estimate: Float64) -> None:
        """Takes the next frames of all three, [n, channels]."""
        self._power += float(np.sum(estimate**2))
        self._waiting = np.concatenate([self._waiting, np.concatenate([stem, rest, estimate], axis=1).T], axis=1)
        while self._waiting.shape[1] >= _BLOCK:
            self._correlate(self._waiting[:, :_BLOCK])
            self._waiting = self._waiting[:, _BLOCK:]

    def ratios_db(self) -> tuple[float, float]:
        """SIR and SAR of everything; NaN where the estimate or the stem is empty. Nothing can be fed any more."""
        if self._waiting.shape[1]:
            self._correlate(np.pad(self._waiting, ((0, 0), (0, _BLOCK - self._waiting.shape[1]))))
        correlations = self._correlations()
        references, wanted = _normal(correlations, 2 * self._channels)
        own = TAPS * self._channels
        if self._power <= 0 or not np.trace(references[:own, :own]):
            return float("nan"), float("nan")
        both = _filters(references, wanted)
        stem = np.zeros_like(both)
        stem[:own] = _filters(references[:own, :own], wanted[:own])
        projected = _power(references, both)
        interference = _power(references, both - stem)
        artefacts = self._power - 2 * float(np.sum(both * wanted)) + projected
        return ratio_db(_power(references, stem), interference), ratio_db(projected, artefacts)

    def _correlate(self, block: Float64) -> None:
        """Adds Σ z_i[t − τ] z_j[t] over the block's t, as a spectrum: the earlier one also reaches into the past."""
        import scipy.fft

        references = len(self._past)
        earlier = np.concatenate([self._past, block[:references]], axis=1)
        later = np.pad(block, ((0, 0), (TAPS - 1, 0)))
        ahead, behind = scipy.fft.rfft(later), scipy.fft.rfft(earlier).conj()
        for row, spectrum in zip(self._spectra, behind, strict=True):
            row += spectrum * ahead
        self._past = earlier[:, -(TAPS - 1) :]

    def _correlations(self) -> Float64:
        """c[i, j, τ] = Σ z_i[t − τ] z_j[t] for τ = 0 … `TAPS` − 1; i are references, j references and the estimate."""
        import scipy.fft

        return np.asarray(scipy.fft.irfft(self._spectra, _FFT)[..., :TAPS])


def _normal(correlations: Float64, references: int) -> tuple[Float64, Float64]:
    """The normal equations: products of delayed references [r · taps, r · taps], and with the estimate's channels."""
    from scipy.linalg import toeplitz

    rows = [
        np.hstack([toeplitz(correlations[i, j], correlations[j, i]) for j in range(references)])
        for i in range(references)
    ]
    wanted = correlations[:, references:].transpose(0, 2, 1)
    return np.vstack(rows), np.ascontiguousarray(wanted.reshape(references * TAPS, -1))


def _filters(products: Float64, wanted: Float64) -> Float64:
    """Least squares, with a ridge far below anything audible."""
    import scipy.linalg

    ridge = _RIDGE * np.trace(products) / len(products)
    return np.asarray(scipy.linalg.solve(products + ridge * np.eye(len(products)), wanted, assume_a="pos"))


def _power(products: Float64, filters: Float64) -> float:
    """Energy of what filters make of the references."""
    return float(np.sum(filters * (products @ filters)))
