"""Songs without end on the device that trains, from the parts of a pack.

    parts = unpack(pack, scratch, 44_100, report)
    songs = Assembly(parts, Options(seconds=6.0, batch=32), torch.device("cuda"), seed=1, workers=12)
    for mix, targets, trusted in songs: ...         # on the device, without end
    songs.pace()                                    # hours of sound an hour, and how long the device waited

Arrangements are drawn by processes on the CPU; all sound is made on the device. `python -m
vocmatch_desktop.training.songs.assemble_pace PACK SCRATCH` measures the pace on its own.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from vocmatch_desktop.training.songs.assemble_plan import Plan
from vocmatch_desktop.training.songs.assemble_planner import Planner
from vocmatch_desktop.training.songs.assemble_sound import Bank, assembled
from vocmatch_desktop.training.songs.record import Split
from vocmatch_desktop.training.songs.stream import Example
from vocmatch_desktop.training.songs.unpack import Parts

SONG_S = 240.0
"""What counts as a song when songs are counted."""


@dataclass(frozen=True, slots=True)
class Options:
    """`seconds`: length of an example; `batch`: how many are made at a time."""

    seconds: float = 6.0
    batch: int = 32
    split: Split = "train"


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast songs are made: `sound_s` seconds of them in `wall_s`.

    `waited_s`: time in which no plan was ready and the device had nothing to do. `utilisation`: the driver's own
    figure, 0…1, None where it gives none.
    """

    sound_s: float
    wall_s: float
    waited_s: float
    utilisation: float | None

    @property
    def hours_an_hour(self) -> float:
        """Hours of sound an hour."""
        return self.sound_s / max(self.wall_s, 1e-9)

    @property
    def in_words(self) -> str:
        """One line for the log."""
        busy = 100 * (1 - self.waited_s / max(self.wall_s, 1e-9))
        driver = "" if self.utilisation is None else f", utilisation {100 * self.utilisation:.0f} %"
        songs = self.hours_an_hour * 3600 / SONG_S
        return f"{songs:.0f} songs an hour ({self.hours_an_hour:.0f} h of sound), {busy:.0f} % not waiting{driver}"


class Assembly:
    """An endless stream of batches; the same seed gives the same plans (sums on a GPU may differ in the last bit)."""

    def __init__(self, parts: Parts, options: Options, device: torch.device, seed: int, *, workers: int = 0) -> None:
        self._options = options
        self._device = device
        self._seed = seed
        self._frames = round(options.seconds * parts.rate)
        self._bank = Bank.load(parts.rows, parts.rate, device)
        planner = Planner(parts, self._bank.starts, options.seconds, options.split)
        self._plans = DataLoader(
            _Plans(planner, seed, options.batch),
            batch_size=None,
            num_workers=workers,
            prefetch_factor=4 if workers else None,
            multiprocessing_context="fork" if workers else None,
        )
        self._made = 0
        self._wall_s = self._waited_s = 0.0

    def __iter__(self) -> Iterator[Example]:
        plans = iter(self._plans)
        number = 0
        while True:
            start = time.perf_counter()
            drawn = next(plans)
            ready = time.perf_counter()
            batch = assembled(drawn, self._bank, self._frames, self._seed + number)
            self._waited_s += ready - start
            self._made += len(drawn)
            yield batch
            number += 1
            self._wall_s += time.perf_counter() - start

    def pace(self) -> Pace:
        """Since the stream began; what the caller did with the batches is counted in."""
        if self._device.type == "cuda":
            torch.cuda.synchronize(self._device)
        sound_s = self._made * self._options.seconds
        return Pace(sound_s, self._wall_s, self._waited_s, utilisation(self._device))


class _Plans(IterableDataset[list[Plan]]):
    """Batches of plans; worker w of W draws batches w, w + W and so on."""

    def __init__(self, planner: Planner, seed: int, batch: int) -> None:
        super().__init__()
        self._planner = planner
        self._seed = seed
        self._batch = batch

    def __iter__(self) -> Iterator[list[Plan]]:
        info = get_worker_info()
        number, workers = (info.id, info.num_workers) if info is not None else (0, 1)
        while True:
            yield self._planner.batch(self._seed, number, self._batch)
            number += workers


def utilisation(device: torch.device) -> float | None:
    """How busy the driver says the device is, 0…1; None for a CPU, or where NVIDIA's library for it is missing."""
    if device.type != "cuda":
        return None
    try:
        return torch.cuda.utilization(device) / 100
    except (ModuleNotFoundError, RuntimeError):
        return None
