"""A first look at every beat, cheap enough for ten thousand: the exact search's evidence on half-second harmony."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.matching import align, fuse, groove, notes, source
from vocmatch_desktop.types import Float32, Transform

_CHUNK = 256
"""Beats a batch: keeps the FFTs' working memory near 50 MB."""

_RATIO_STEP = 0.01
"""Tempo ratios are rounded to this, so that beats share the take's spectrum."""


@dataclass(frozen=True, slots=True, eq=False)
class FirstLook:
    """For every beat, in the source's order: `evidence`, `notes`, `pulse` float64 [n] and `transforms` [n]."""

    evidence: NDArray[np.float64]
    notes: NDArray[np.float64]
    pulse: NDArray[np.float64]
    transforms: tuple[Transform, ...]


def first_look(view: align.TakeView, beats: source.BeatSource, max_shift: int) -> FirstLook:
    """Lays the take over every beat's coarse harmony at its likeliest tempo ratio."""
    count = len(beats.ids)
    agreement = groove.pulse_agreement(view.pulses, beats.summary[:, source.PULSES])
    tempi = [_likeliest(view, float(beats.summary[i, source.BPM]), agreement[i]) for i in range(count)]
    ratios = np.array([tempo.ratio for tempo in tempi])
    pulse = np.array([align.pulse_at(agreement[i], ratios[i]) for i in range(count)])
    best = _Best.empty(count)
    rounded = np.round(ratios / _RATIO_STEP).astype(np.intp)
    for step in np.unique(rounded):
        sung = view.sung.on_lattice(step * _RATIO_STEP, source.COARSE_HOP_S)
        for rows in _chunks(np.flatnonzero(rounded == step), beats):
            _look(sung, beats, rows, max_shift, best)
    price = np.array([_tempo_price(view, tempo) for tempo in tempi])
    evidence = best.value + fuse.PULSE_WEIGHT * pulse - price
    transforms = tuple(
        Transform(int(best.shift[i]), tempo.ratio, float(best.start_s[i]), tempo.octave)
        for i, tempo in enumerate(tempi)
    )
    return FirstLook(evidence, best.notes, pulse, transforms)


def _likeliest(view: align.TakeView, bpm: float, agreement: Float32) -> align.Tempo:
    tempi = align.likely_tempi(view, bpm, agreement)
    return max(tempi, key=lambda t: fuse.PULSE_WEIGHT * align.pulse_at(agreement, t.ratio) - _tempo_price(view, t))


def _tempo_price(view: align.TakeView, tempo: align.Tempo) -> float:
    price = fuse.tempo_price(tempo.ratio, known=view.clock is not None)
    return price + (0.0 if tempo.reachable else fuse.OUT_OF_REACH)


@dataclass(frozen=True, slots=True, eq=False)
class _Best:
    """The best found for every beat: arrays [n], filled chunk by chunk."""

    value: NDArray[np.float64]
    notes: NDArray[np.float64]
    shift: NDArray[np.intp]
    start_s: NDArray[np.float64]

    @classmethod
    def empty(cls, count: int) -> _Best:
        return cls(np.zeros(count), np.zeros(count), np.zeros(count, dtype=np.intp), np.zeros(count))


def _chunks(rows: NDArray[np.intp], beats: source.BeatSource) -> Iterator[NDArray[np.intp]]:
    """Batches of beats of like length, so that little is padded."""
    order = rows[np.argsort(np.diff(beats.starts)[rows], kind="stable")]
    for at in range(0, len(order), _CHUNK):
        yield order[at : at + _CHUNK]


def _look(sung: Float32, beats: source.BeatSource, rows: NDArray[np.intp], max_shift: int, best: _Best) -> None:
    """Fills in `best` for one batch."""
    from scipy import fft

    lengths = np.maximum(np.diff(beats.starts)[rows], len(sung))
    odds = _padded(beats, rows, int(lengths.max()))
    length = int(fft.next_fast_len(odds.shape[1] + len(sung), real=True))
    surface = notes.correlate(sung, odds, length)[:, :, : odds.shape[1]]
    offsets = lengths - len(sung) + 1
    valid = np.arange(odds.shape[1]) < offsets[:, None]
    shifts = np.arange(-max_shift, max_shift + 1)
    prices = np.array([fuse.shift_price(int(shift)) for shift in shifts])
    soft, peak = _standard(surface, valid)
    value = soft[:, shifts % 12] - prices
    chosen = value.argmax(axis=1)
    each = np.arange(len(rows))
    best.value[rows], best.shift[rows] = value[each, chosen], shifts[chosen]
    best.notes[rows] = soft[each, shifts[chosen] % 12]
    best.start_s[rows] = peak[each, shifts[chosen] % 12] * source.COARSE_HOP_S


def _padded(beats: source.BeatSource, rows: NDArray[np.intp], longest: int) -> Float32:
    """The coarse odds of a batch about their means, float32 [len(rows), longest, 12]; short beats are repeated."""
    odds = np.zeros((len(rows), longest, 12), dtype=np.float32)
    for at, row in enumerate(rows):
        frames = beats.frames[beats.starts[row] : beats.starts[row + 1]]
        odds[at, : len(frames)] = frames
        odds[at, : len(frames)] -= odds[at, : len(frames)].mean()
    return odds


def _standard(surface: Float32, valid: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Soft maxima over the valid offsets in standard deviations, [b, 12], and where each row peaks, [b, 12]."""
    inside = valid[:, None, :]
    count = 12.0 * valid.sum(axis=1)[:, None, None]
    mean = np.sum(surface, axis=(1, 2), keepdims=True, where=inside) / count
    spread = np.sqrt(np.sum((surface - mean) ** 2, axis=(1, 2), keepdims=True, where=inside) / count)
    values = np.where(inside, (surface - mean) / np.maximum(spread, 1e-6), -np.inf)
    top = values.max(axis=2)
    power = np.exp(align.SHARPNESS * (values - top[..., None])).sum(axis=2) / (count[..., 0] / 12)
    return top.astype(np.float64) + np.log(power) / align.SHARPNESS, values.argmax(axis=2)
