"""Songs as a network is fed them: an endless stream of short crops, remixed, every example a function of its number.

    sources = (*songs(read_folder(folder)), *raw_voices(material, "train"), *raw_beats(material, "train"))
    stream = SongStream(sources, StreamOptions(seconds=3.0, rate=44_100), cache_folder, seed=1)
    for mix, targets, trusted in DataLoader(stream, batch_size=6, num_workers=2): ...

Example i is the same whatever the number of workers, so a run resumes with `start=` the examples it has seen. In every
three successive examples of a worker at least one voice is an untouched recording and at most one is vocoded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import IterableDataset, get_worker_info

from vocmatch_desktop.errors import UserError
from vocmatch_desktop.training.songs import stream_changes as changes
from vocmatch_desktop.training.songs.stream_drawing import Drawing, Mixing, Pick, Shelf, trusted_stems
from vocmatch_desktop.training.songs.stream_sources import Source
from vocmatch_desktop.training.songs.stream_strips import Strips
from vocmatch_desktop.types import STEMS, Float32

BLOCK = 12
"""Successive examples that one worker makes before the next one's begin."""


class Example(NamedTuple):
    """`mix`: float32 [2, n]. `targets`: float32 [6, 2, n], in the order of `types.STEMS`, they sum to the mix.

    `trusted`: bool [6]; where it is False the target is not exact and its loss must not count.
    """

    mix: Tensor
    targets: Tensor
    trusted: Tensor


@dataclass(frozen=True, slots=True)
class StreamOptions:
    """What examples are like.

    `gain_db`: range drawn from, a stem. `speed`: how often crops are played faster or slower, by up to
    `speed_semitones`; `stretch`: how often tempo and pitch are moved apart instead (slow: keep it rare), by up to
    `stretch_share` and `speed_semitones`. `room`: how often a raw voice gets a tone and a room. `tone`: how often any
    stem gets a tone of its own; `narrow`: how often all of an example ends somewhere in `narrow_hz`, as old, phone and
    streamed recordings do; `mono`: how often both channels are alike; `wide`: how
    often a stem is wider than it was.
    """

    seconds: float = 3.0
    rate: int = 44_100
    mixing: Mixing = field(default_factory=Mixing)
    gain_db: tuple[float, float] = (-8.0, 4.0)
    speed: float = 0.3
    speed_semitones: float = 1.5
    stretch: float = 0.02
    stretch_share: float = 0.12
    room: float = 0.7
    tone: float = 0.0
    narrow: float = 0.0
    narrow_hz: tuple[float, float] = (3_500.0, 10_000.0)
    polarity: float = 0.5
    swap: float = 0.5
    mono: float = 0.0
    wide: float = 0.0

    @property
    def frames(self) -> int:
        """Samples a channel of an example."""
        return round(self.seconds * self.rate)


class SongStream(IterableDataset[Example]):
    """Examples `start`, `start` + 1, … (`count` of them, or without end) drawn from `sources` with `seed`.

    What was not decoded before is decoded into `cache` at once, on all cores; iterating decodes nothing.

    Raises:
        UserError: There is nothing to draw from. UnreadableAudio, DiskError: as `Strips` does.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        options: StreamOptions,
        cache: Path,
        seed: int,
        *,
        start: int = 0,
        count: int | None = None,
    ) -> None:
        super().__init__()
        if not sources:
            raise UserError("There are no songs to train on.", "Give a folder of multitracks or render some.")
        self._options = options
        self._seed = seed
        self._start = start
        self._count = count
        self._drawing = Drawing(_decoded(sources, Strips(cache, options.rate)), options.mixing, options.seconds)

    def __iter__(self) -> Iterator[Example]:
        info = get_worker_info()
        worker, workers = (info.id, info.num_workers) if info is not None else (0, 1)
        block = worker
        while self._count is None or block * BLOCK < self._count:
            for index in range(block * BLOCK, (block + 1) * BLOCK):
                if self._count is None or index < self._count:
                    yield self.example(self._start + index)
            block += workers

    def example(self, index: int) -> Example:
        """Example `index` of the stream."""
        rng = np.random.default_rng([self._seed, index])
        picks = self._drawing.draw(index, rng)
        targets = np.zeros((len(STEMS), 2, self._options.frames), np.float32)
        strand_seeds = rng.integers(2**32, size=len(STEMS) + 1)
        for pick in picks:
            targets[STEMS.index(pick.stem)] += self._sound(pick, int(strand_seeds[pick.strand]), rng).T
        targets = self._finished(targets, picks, rng)
        trusted = trusted_stems(picks)
        return Example(
            torch.from_numpy(targets.sum(axis=0)),
            torch.from_numpy(targets),
            torch.tensor([stem in trusted for stem in STEMS]),
        )

    def _sound(self, pick: Pick, strand_seed: int, rng: np.random.Generator) -> Float32:
        """The picked stem, changed, float32 [frames, 2]. What moves in time or place moves with its whole strand."""
        options = self._options
        strand = np.random.default_rng(strand_seed)
        samples = changes.stereo(self._moved(pick, strand))
        if pick.shelf.source.engine == "raw" and rng.random() < options.room:
            samples = changes.in_a_room(samples, options.rate, rng)
        if options.tone and rng.random() < options.tone:
            samples = changes.toned(samples, options.rate, rng)
        if options.wide and rng.random() < options.wide:
            samples = changes.widened(samples, options.rate, rng)
        if not pick.shelf.source.is_song:
            samples = changes.levelled(samples)
        if strand.random() < options.swap:
            samples = samples[:, ::-1]
        sign = -1.0 if rng.random() < options.polarity else 1.0
        return np.asarray(samples * np.float32(sign * 10 ** (rng.uniform(*options.gain_db) / 20)), np.float32)

    def _moved(self, pick: Pick, strand: np.random.Generator) -> Float32:
        """The crop at a speed, or a tempo and a pitch, of the strand's own."""
        options = self._options
        start, kind = round(pick.start_s * options.rate), strand.random()
        semitones = strand.uniform(-options.speed_semitones, options.speed_semitones)
        if kind < options.stretch:
            ratio = strand.uniform(1 - options.stretch_share, 1 + options.stretch_share)
            crop = pick.strip.crop(start, round(options.frames * ratio))
            return changes.stretched(crop, options.frames, options.rate, semitones)
        if kind < options.stretch + options.speed:
            crop = pick.strip.crop(start, round(options.frames * 2 ** (semitones / 12)))
            return changes.at_speed(crop, options.frames, options.rate)
        return pick.strip.crop(start, options.frames)

    def _finished(self, targets: Float32, picks: Sequence[Pick], rng: np.random.Generator) -> Float32:
        """Is mono or not, ends where the narrowest of its recordings ends, and does not clip."""
        if self._options.mono and rng.random() < self._options.mono:
            targets = np.repeat(targets.mean(axis=1, keepdims=True), 2, axis=1)
        ends = [pick.shelf.source.bandwidth_hz for pick in picks if pick.shelf.source.bandwidth_hz]
        if self._options.narrow and rng.random() < self._options.narrow:
            ends.append(rng.uniform(*self._options.narrow_hz))
        if ends and min(ends) < self._options.rate / 2:
            targets = changes.low_passed(targets, self._options.rate, min(ends))
        peak = float(np.abs(targets.sum(axis=0)).max(initial=0.0))
        ceiling = rng.uniform(0.5, 0.99)
        return targets * np.float32(ceiling / peak) if peak > ceiling else targets


def _decoded(sources: Sequence[Source], strips: Strips) -> list[Shelf]:
    found = iter(strips.strips((source.files[stem], source.order) for source in sources for stem in source.files))
    return [Shelf(source, {stem: next(found) for stem in source.files}) for source in sources]
