"""Ranking against libraries of thousands of beats that exist only as variations of the demo's."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.services.reports import Unread
from vocmatch_desktop.types import BeatGrid, Fingerprint, Float32

BEAT_S = 180.0
ROTATIONS = 7
"""Beats that share key and source are turned by this many bars, so that no two are the same."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """Seconds from the file to the list (by the clock, and of CPU), of ranking alone, and the process's peak memory."""

    seconds: float
    cpu_s: float
    ranking_s: float
    free_s: float
    memory_mb: float | None


def measure(library: Path, take: Path, beats: int) -> Ranked:
    """Ranks `beats` synthetic three-minute beats for a take; meant for a process of its own."""
    from vocmatch_desktop.analysis.take import analyse_take
    from vocmatch_desktop.matching.rank import MatchOptions, rank

    source = SyntheticBeats(_three_minutes(library), beats)
    free = analyse_take(take)  # and the worker is warm when a take stops: the pitch model is loaded
    started, cpu = time.perf_counter(), time.process_time()
    heard = analyse_take(take, bpm=90.0, first_beat_s=0.0)
    listened = time.perf_counter()
    rank(heard, source, MatchOptions(), Unread())
    ranked, cpu_s = time.perf_counter(), time.process_time() - cpu
    rank(free, source, MatchOptions(), Unread())
    free_s = time.perf_counter() - ranked
    return Ranked(ranked - started, cpu_s, ranked - listened, free_s, peak_mb())


class SyntheticBeats:
    """A `matching.source.BeatSource` of any size: every beat is one of a few, in another key and another order.

    The coarse rows lie in memory as they would be mapped from disk; whole fingerprints are read from blobs, as the
    library reads them.
    """

    def __init__(self, originals: Sequence[Fingerprint], beats: int) -> None:
        from vocmatch_desktop.analysis.blob import to_blob
        from vocmatch_desktop.matching.source import coarse

        self._blobs = [to_blob(original) for original in originals]
        first_looks = [coarse(original) for original in originals]
        self.ids: NDArray[np.int64] = np.arange(1, beats + 1)
        looks = [first_looks[i % len(originals)] for i in range(beats)]
        lengths = [len(look.frames) for look in looks]
        self.starts: NDArray[np.int64] = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        self.frames: NDArray[np.float16] = np.empty((int(self.starts[-1]), 12), np.float16)
        for i, look in enumerate(looks):
            semitones, bars = self._change(i)
            turned = np.roll(np.roll(look.frames, semitones, axis=1), 8 * bars, axis=0)
            self.frames[self.starts[i] : self.starts[i + 1]] = turned
        self.summary: Float32 = np.stack([look.summary for look in looks])

    def _change(self, place: int) -> tuple[int, int]:
        """Semitones up and bars turned of the beat at `place`."""
        lap = place // len(self._blobs)
        return lap % 12, lap // 12 % ROTATIONS

    def fingerprint(self, beat_id: int) -> Fingerprint:
        """The whole fingerprint of a beat."""
        from vocmatch_desktop.analysis.blob import from_blob

        original = from_blob(self._blobs[(beat_id - 1) % len(self._blobs)])
        semitones, bars = self._change(beat_id - 1)
        return replace(
            original,
            key=np.concatenate([np.roll(original.key[:12], semitones), np.roll(original.key[12:], semitones)]),
            chroma=np.roll(np.roll(original.chroma, semitones, axis=1), 16 * bars, axis=0),
            bass=np.roll(np.roll(original.bass, semitones, axis=1), 16 * bars, axis=0),
        )


def _three_minutes(library: Path) -> list[Fingerprint]:
    """The library's beats, each repeated until it is three minutes long."""
    from vocmatch_desktop.library.catalogue import Catalogue

    with Catalogue(library, read_only=True) as catalogue:
        return [_lengthened(catalogue.fingerprint(row.id)) for row in catalogue.rows()]


def _lengthened(beat: Fingerprint) -> Fingerprint:
    beat_s = 60.0 / beat.grid.bpm
    beats = round(BEAT_S / beat_s)
    times = beat.grid.beats_s[0] + beat_s * np.arange(beats + 1)
    old = beat.grid
    grid = BeatGrid(times, old.downbeat, old.beats_per_bar, old.octave, old.confidence)
    steps = len(beat.chroma) // old.beats * beats

    def long(rows: Float32, wanted: int) -> Float32:
        return np.resize(rows, (wanted, *rows.shape[1:])).astype(np.float32)

    return replace(
        beat,
        duration_s=BEAT_S,
        grid=grid,
        chroma=long(beat.chroma, steps),
        bass=long(beat.bass, steps),
        onsets=long(beat.onsets, steps),
        bands=long(beat.bands, beats),
        lead=long(beat.lead, beats),
    )


def peak_mb() -> float | None:
    """This process's peak memory; None where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)
