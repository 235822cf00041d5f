"""What a separation model is worth on songs it was not trained on: uSDR a stem, beside the mixture's."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vocmatch_desktop.audio.files import read
from vocmatch_desktop.audio.stft import Complex64, stft
from vocmatch_desktop.evaluation.separation_methods import HOP, N_FFT, ideally_masked
from vocmatch_desktop.evaluation.separation_metrics import is_silent, leakage_db, usdr
from vocmatch_desktop.separation.estimator import Estimator
from vocmatch_desktop.separation.overlap import Chunking, OverlapAdd
from vocmatch_desktop.training.songs.record import SongRecord
from vocmatch_desktop.types import STEMS, Float32

RATE = 44_100
STRETCH_S = 10.0

Separate = Callable[[Float32], Float32]
"""float32 [2, n] → stems float32 [6, 2, n] in the order of `STEMS`."""


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Songs that are scored together. `seconds`: at most so much of each, in stretches spread evenly over it."""

    name: str
    records: tuple[SongRecord, ...]
    seconds: float


@dataclass(frozen=True, slots=True, eq=False)
class Excerpt:
    """What is heard of a song: `mix` float32 [2, n] is the sum of `stems` [6, 2, n]."""

    mix: Float32
    stems: Float32
    trusted: frozenset[str]


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one stem in one set. Where there is nothing to measure, None.

    `usdr_db`, `median_db`: mean and median over songs in which the stem is trusted and sounds, `songs` of them.
    `mixture_db`, `ideal_db`: the mean uSDR of the mixture itself, and of the stem through its ideal ratio mask (an
    empty estimate has 0 dB). `silent`: songs in which the stem is known to be silent; `leakage_db`: how loud the
    estimate is there beside the mix, mean. `untrusted`: songs in which nobody knows the stem exactly; they do not
    count.
    """

    usdr_db: float | None
    median_db: float | None
    mixture_db: float | None
    ideal_db: float | None
    songs: int
    silent: int
    leakage_db: float | None
    untrusted: int


Report = Mapping[str, Mapping[str, Figures]]
"""Set → stem → figures; stems that nobody knows in any song of a set are left out."""


def measure(sets: Sequence[HeldOut], separate: Separate) -> Report:
    """The figures of what `separate` makes of all sets; raises what reading the songs does."""
    return {one.name: _figures([_scores(excerpt, separate(excerpt.mix)) for excerpt in excerpts(one)]) for one in sets}


def through(estimator: Estimator) -> Separate:
    """Separates as the program does: in cross-faded chunks."""
    order = [estimator.stems.index(stem) for stem in STEMS]

    def separate(mix: Float32) -> Float32:
        stream = OverlapAdd(estimator, Chunking())
        made = np.concatenate([*stream.feed(mix.T), *stream.finish()], axis=2)
        return made[order]

    return separate


def excerpts(held_out: HeldOut) -> Iterator[Excerpt]:
    """What is heard of every song, one after the other."""
    for record in held_out.records:
        spans = tuple(_spans(record.duration_s, held_out.seconds))
        stems = np.zeros((len(STEMS), 2, sum(round(length * RATE) for _, length in spans)), np.float32)
        for stem, paths in record.stems.items():
            for path in paths:
                stems[STEMS.index(stem)] += _stretches(path, spans)
        yield Excerpt(stems.sum(axis=0), stems, record.trusted_targets)


def _spans(duration_s: float, seconds: float) -> Iterator[tuple[float, float]]:
    """Start and length of the stretches: the whole song where it is short, else evenly spread over it."""
    if duration_s <= seconds:
        yield 0.0, duration_s
        return
    count = max(1, round(seconds / STRETCH_S))
    length = seconds / count
    for index in range(count):
        yield (index + 0.5) * duration_s / count - length / 2, length


def _stretches(path: Path, spans: Iterable[tuple[float, float]]) -> Float32:
    """The stretches one after the other, float32 [2, n]; silence where the file ends too early."""
    parts = []
    for start_s, length_s in spans:
        heard = read(path, start_s=start_s, duration_s=length_s, rate=RATE).samples[: round(length_s * RATE), :2]
        missing = round(length_s * RATE) - len(heard)
        stereo = np.repeat(heard, 2, axis=1) if heard.shape[1] == 1 else heard
        parts.append(np.pad(stereo, ((0, missing), (0, 0))).T)
    return np.concatenate(parts, axis=1)


@dataclass(frozen=True, slots=True)
class _Score:
    """Of one stem in one song; NaN where it is not defined."""

    usdr_db: float
    mixture_db: float
    ideal_db: float
    leakage_db: float


def _scores(excerpt: Excerpt, made: Float32) -> dict[str, _Score | None]:
    """Of every stem; None where nobody knows it."""
    heard = stft(excerpt.mix, N_FFT, HOP)
    return {
        stem: _score(excerpt.mix, heard, true, guess) if stem in excerpt.trusted else None
        for stem, true, guess in zip(STEMS, excerpt.stems, made, strict=True)
    }


def _score(mix: Float32, heard: Complex64, true: Float32, made: Float32) -> _Score:
    if is_silent(true):
        return _Score(math.nan, math.nan, math.nan, leakage_db(mix, made))
    return _Score(usdr(true, made), usdr(true, mix), usdr(true, ideally_masked(true, heard)), math.nan)


def _figures(songs: Sequence[Mapping[str, _Score | None]]) -> dict[str, Figures]:
    found = {stem: [song[stem] for song in songs] for stem in STEMS}
    return {stem: _summary(scores) for stem, scores in found.items() if any(score is not None for score in scores)}


def _summary(scores: Sequence[_Score | None]) -> Figures:
    known = [score for score in scores if score is not None]
    sounding = [score for score in known if math.isfinite(score.usdr_db)]
    silent = [score for score in known if math.isfinite(score.leakage_db)]
    return Figures(
        usdr_db=_rounded(np.mean, [score.usdr_db for score in sounding]),
        median_db=_rounded(np.median, [score.usdr_db for score in sounding]),
        mixture_db=_rounded(np.mean, [score.mixture_db for score in sounding]),
        ideal_db=_rounded(np.mean, [score.ideal_db for score in sounding]),
        songs=len(sounding),
        silent=len(silent),
        leakage_db=_rounded(np.mean, [score.leakage_db for score in silent]),
        untrusted=len(scores) - len(known),
    )


def _rounded(average: Callable[[Sequence[float]], np.floating], values: Sequence[float]) -> float | None:
    return round(float(average(values)), 2) if values else None
