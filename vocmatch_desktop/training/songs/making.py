"""Many songs: rendered on several cores, written one by one, taken up again where a run was stopped.

Example:
    made = make(Order(out, count=100, seed=1, split="train"), open_studio, report)
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

from vocmatch_desktop.training.songs.material import Material
from vocmatch_desktop.training.songs.record import Split
from vocmatch_desktop.training.songs.render import Options, Studio, render_song, song_name
from vocmatch_desktop.training.songs.store import Format, is_written, write_song
from vocmatch_desktop.types import Report

OpenStudio = Callable[[Material, Split], Studio]
"""Gives the studio of a split; a function of a module, so that another process can call it."""


@dataclass(frozen=True, slots=True)
class Order:
    """Songs to make: numbers `first` … `first + count − 1` of a seed and split, into folders of `out`."""

    out: Path
    count: int
    seed: int
    split: Split
    first: int = 0
    kind: Format = "flac"
    jobs: int = 1
    options: Options = field(default_factory=Options)

    @property
    def missing(self) -> tuple[int, ...]:
        """Numbers of the songs that are not there yet."""
        return tuple(n for n in range(self.first, self.first + self.count) if not is_written(self.folder(n)))

    def folder(self, index: int) -> Path:
        """Where song `index` lies."""
        return self.out / song_name(index, self.seed, self.split)


@dataclass(frozen=True, slots=True)
class Made:
    """What a run did. `present`: songs that were there before. `skipped`: damaged compositions met, by name.

    `sound_s`: length of what was rendered; `cpu_s`: processor time it took, of all cores together.
    """

    rendered: int
    present: int
    skipped: tuple[str, ...]
    sound_s: float
    cpu_s: float
    wall_s: float

    @property
    def times_real_time(self) -> float:
        """Seconds of sound a second of one core."""
        return self.sound_s / self.cpu_s if self.cpu_s else 0.0


@dataclass(frozen=True, slots=True)
class _Done:
    sound_s: float
    cpu_s: float
    skipped: tuple[str, ...]


def make(order: Order, material: Material, open_studio: OpenStudio, report: Report) -> Made:
    """Renders what is missing of an order; songs that are whole are left alone.

    Raises:
        DiskError, NotFound: As the studio and the store; finished songs stay.
    """
    wanted, began, done = order.missing, time.perf_counter(), list[_Done]()
    rendered = _in_processes if order.jobs > 1 and len(wanted) > 1 else _here
    for one in rendered(order, material, open_studio, wanted):
        done.append(one)
        report(len(done) / len(wanted), f"{len(done)} of {len(wanted)} songs")
    return Made(
        rendered=len(done),
        present=order.count - len(wanted),
        skipped=tuple(sorted({name for one in done for name in one.skipped})),
        sound_s=sum(one.sound_s for one in done),
        cpu_s=sum(one.cpu_s for one in done),
        wall_s=time.perf_counter() - began,
    )


def _here(order: Order, material: Material, open_studio: OpenStudio, wanted: tuple[int, ...]) -> Iterator[_Done]:
    if wanted:
        studio = open_studio(material, order.split)
        for index in wanted:
            yield _one(order, index, studio)


def _in_processes(
    order: Order, material: Material, open_studio: OpenStudio, wanted: tuple[int, ...]
) -> Iterator[_Done]:
    context = get_context("spawn")
    workers = min(order.jobs, len(wanted))
    with ProcessPoolExecutor(workers, context, _Worker.open, (order, material, open_studio)) as pool:
        futures = [pool.submit(_Worker.render, index) for index in wanted]
        try:
            for future in as_completed(futures):
                yield future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _one(order: Order, index: int, studio: Studio) -> _Done:
    began = time.process_time()
    song = render_song(index, order.seed, order.options, studio)
    written = write_song(order.folder(index), song.stems, song.mix, song.record, order.kind)
    return _Done(written.duration_s, time.process_time() - began, song.skipped)


class _Worker:
    """One process's studio: opening it takes seconds, so it is kept from song to song."""

    order: Order
    studio: Studio

    @classmethod
    def open(cls, order: Order, material: Material, open_studio: OpenStudio) -> None:
        """Runs once, when the process starts."""
        cls.order, cls.studio = order, open_studio(material, order.split)

    @classmethod
    def render(cls, index: int) -> _Done:
        """Renders one song and writes it."""
        return _one(cls.order, index, cls.studio)
