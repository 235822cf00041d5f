"""A first look at every beat, cheap enough for ten thousand: the exact search's evidence on half-second harmony."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.matching import align, fuse, groove, notes, source
from vocmatch_desktop.types import Float32, Transform

_CHUNK_ROWS = 100_000
"""Rows of coarse harmony a batch, some 250 three-minute beats: keeps the FFTs' working memory near 50 MB a thread."""

_THREADS = 2

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
    tempi, pulse = _likeliest(view, beats)
    ratios = np.array([tempo.ratio for tempo in tempi])
    rounded = np.round(ratios / _RATIO_STEP).astype(np.intp)
    best = _Best.empty(len(tempi))
    with ThreadPoolExecutor(_THREADS) as threads:
        looks = [
            threads.submit(
                _look, view.sung.on_lattice(step * _RATIO_STEP, source.COARSE_HOP_S), beats, rows, max_shift, best
            )
            for step in np.unique(rounded)
            for rows in _chunks(np.flatnonzero(rounded == step), beats)
        ]
        for look in looks:
            look.result()
    price = np.array([_tempo_price(view, tempo) for tempo in tempi])
    starts_s = best.start_s
    if view.begins_s:  # of the whole take, roughly: in whichever turn of a repeated beat it would begin
        starts_s = (starts_s - view.begins_s * ratios) % (np.maximum(np.diff(beats.starts), 1) * source.COARSE_HOP_S)
    transforms = tuple(
        Transform(shift, tempo.ratio, start_s, tempo.octave)
        for shift, tempo, start_s in zip(best.shift.tolist(), tempi, starts_s.tolist(), strict=True)
    )
    return FirstLook(best.value + fuse.PULSE_WEIGHT * pulse - price, best.notes, pulse, transforms)


def _likeliest(view: align.TakeView, beats: source.BeatSource) -> tuple[list[align.Tempo], NDArray[np.float64]]:
    """Every beat's likeliest tempo by pulses alone, and how well they agree there."""
    agreement = groove.pulse_agreement(view.slides, beats.summary[:, source.PULSES])
    bpm = beats.summary[:, source.BPM].tolist()
    if view.clock is not None:
        tempi = [align.clock_tempo(view.clock, one) for one in bpm]
        return tempi, groove.at_ratios(agreement, np.array([tempo.ratio for tempo in tempi]))
    ratios = groove.ratios()
    near = np.flatnonzero(np.abs(ratios - 1) <= align.MAX_STRETCH)
    worth = fuse.PULSE_WEIGHT * agreement[:, near] - align.stretch_prices()[near]
    chosen = near[worth.argmax(axis=1)]
    tempi = [align.Tempo(float(ratios[i])) for i in chosen]
    return tempi, agreement[np.arange(len(chosen)), chosen].astype(np.float64)


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
    """Batches of beats of like length, longest first, so that little is padded."""
    lengths = np.diff(beats.starts)
    order = rows[np.argsort(-lengths[rows], kind="stable")]
    at = 0
    while at < len(order):
        size = max(1, _CHUNK_ROWS // max(int(lengths[order[at]]), 1))
        yield order[at : at + size]
        at += size


def _look(sung: Float32, beats: source.BeatSource, rows: NDArray[np.intp], max_shift: int, best: _Best) -> None:
    """Fills in `best` for one batch."""
    from scipy import fft

    lengths = np.maximum(np.diff(beats.starts)[rows], len(sung))
    odds = _padded(beats, rows, int(lengths.max()))
    length = int(fft.next_fast_len(odds.shape[1] + len(sung), real=True))
    surface = notes.correlate(sung, odds, length)[:, :, : odds.shape[1] - len(sung) + 1]
    soft = _standardise(surface, lengths - len(sung) + 1)
    shifts = np.arange(-max_shift, max_shift + 1)
    value = fuse.harmony(soft[:, shifts % 12]) - np.array([fuse.shift_price(int(shift)) for shift in shifts])
    chosen, each = shifts[value.argmax(axis=1)], np.arange(len(rows))
    best.value[rows], best.shift[rows], best.notes[rows] = value.max(axis=1), chosen, soft[each, chosen % 12]
    best.start_s[rows] = surface[each, chosen % 12].argmax(axis=1) * source.COARSE_HOP_S


def _padded(beats: source.BeatSource, rows: NDArray[np.intp], longest: int) -> Float32:
    """The coarse odds of a batch about their means, float32 [len(rows), longest, 12]; zero, which is chance, after."""
    odds = np.zeros((len(rows), longest, 12), dtype=np.float32)
    for at, row in enumerate(rows):
        frames = beats.frames[beats.starts[row] : beats.starts[row + 1]]
        odds[at, : len(frames)] = frames
        odds[at, : len(frames)] -= odds[at, : len(frames)].mean()
    return odds


def _standardise(surface: Float32, offsets: NDArray[np.intp]) -> NDArray[np.float64]:
    """Turns [b, 12, n] into standard deviations in place (−∞ beyond each beat's offsets); gives soft maxima [b, 12]."""
    outside = np.arange(surface.shape[2]) >= offsets[:, None]
    beyond = outside.any(axis=1)
    surface[beyond] *= ~outside[beyond, None, :]
    count = 12.0 * offsets
    mean = surface.sum(axis=(1, 2)) / count
    power = np.einsum("bkt,bkt->b", surface, surface) / count
    spread = np.sqrt(np.maximum(power - mean**2, 1e-12))
    surface -= mean[:, None, None].astype(np.float32)
    surface *= (1 / spread)[:, None, None].astype(np.float32)
    surface[beyond] -= np.where(outside[beyond, None, :], np.float32(np.inf), np.float32(0))
    total = np.exp(np.float32(align.SHARPNESS) * surface).sum(axis=2)
    return np.asarray(np.log(total / offsets[:, None]) / align.SHARPNESS, dtype=np.float64)
