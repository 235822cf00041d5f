"""Decoded sound kept on disk, so that drawing three seconds of a song costs a page read and no decoding.

A strip is float16 [frames, channels] in a file of its own in the cache folder: half the size of float32, noise 70 dB
below the signal wherever it is, no clipping. What is decoded once is found again by the files' paths, sizes and times.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path
from typing import Literal

import numpy as np

from vocmatch_desktop.audio.files import blocks, probe
from vocmatch_desktop.errors import DiskError, NotFound
from vocmatch_desktop.types import Float32
from vocmatch_desktop.whole import whole_file

LEVEL_HOP_S = 0.25
"""Time between two values of a strip's level."""

Order = Literal["together", "in a row"]
"""How several files make one strip: they sound at the same time (a stem's sources), or one after the other."""


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """One stem, decoded. `channels` is 1 or 2; `levels`: RMS every `LEVEL_HOP_S`, float32."""

    path: Path
    rate: int
    frames: int
    channels: int
    levels: Float32

    def crop(self, start: int, frames: int) -> Float32:
        """`frames` frames from `start` on as float32 [frames, channels]; silence outside the strip."""
        out = np.zeros((frames, self.channels), np.float32)
        first, last = max(0, start), min(self.frames, start + frames)
        if last > first:
            offset = first * self.channels * 2
            shape = (last - first, self.channels)
            out[first - start : last - start] = np.memmap(self.path, np.float16, "r", offset, shape)
        return out

    def sounding(self, floor_db: float = -40.0) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """The hops whose level lies at most `-floor_db` below the strip's loudest one, int64 [k]; may be empty."""
        loudest = float(self.levels.max(initial=0.0))
        return np.flatnonzero(self.levels > max(1e-5, loudest * 10 ** (floor_db / 20)))


class Strips:
    """The cache folder: files → `Strip` at one rate.

    Raises:
        DiskError: There is no space for what is decoded. UnreadableAudio, NotFound: One of the files is no sound or
            is not there.
    """

    def __init__(self, folder: Path, rate: int) -> None:
        self._folder = folder
        self.rate = rate

    def strip(self, files: Sequence[Path], order: Order = "together") -> Strip:
        """The strip of these files; decoded now unless it was before."""
        channels = min(2, max(probe(path).channels for path in files))
        path = self._folder / f"{self._key(files, order)}-{channels}.f16"
        levels = path.with_suffix(".npy")
        if not levels.exists():
            self._decode(path, levels, files, order, channels)
        return Strip(path, self.rate, path.stat().st_size // (2 * channels), channels, np.load(levels))

    def strips(self, wanted: Iterable[tuple[Sequence[Path], Order]]) -> list[Strip]:
        """Several strips at once, decoded on all cores."""
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return list(pool.map(lambda one: self.strip(*one), wanted))

    def _key(self, files: Sequence[Path], order: Order) -> str:
        digest = hashlib.blake2b(f"{self.rate}/{order}/".encode(), digest_size=16)
        for path in files:
            try:
                about = path.stat()
            except FileNotFoundError as error:
                raise NotFound(f"{path} is missing.", "It was there when the songs were read.") from error
            digest.update(f"{path.absolute()}|{about.st_size}|{about.st_mtime_ns}|".encode())
        return digest.hexdigest()

    def _decode(self, path: Path, levels: Path, files: Sequence[Path], order: Order, channels: int) -> None:
        hop = round(LEVEL_HOP_S * self.rate)
        energy: list[float] = []
        try:
            with whole_file(path) as partial, partial.open("wb") as file:
                for block in _rehopped(self._sound(files, order, channels), hop * 16):
                    file.write(block.astype(np.float16).tobytes())
                    energy += [float(np.mean(block[at : at + hop] ** 2)) for at in range(0, len(block), hop)]
            with whole_file(levels) as partial, partial.open("wb") as file:
                np.save(file, np.sqrt(np.asarray(energy, np.float32)))
        except DiskError as error:
            raise DiskError(f"Songs cannot be decoded into {self._folder}.", "Free space or choose another.") from error

    def _sound(self, files: Sequence[Path], order: Order, channels: int) -> Iterator[Float32]:
        decoded = [self._blocks(path, channels) for path in files]
        if order == "in a row":
            yield from chain.from_iterable(decoded)
            return
        step = 2**18
        for parts in zip_longest(*(_rehopped(one, step) for one in decoded)):
            there = [part for part in parts if part is not None]
            total = np.zeros((max(map(len, there)), channels), np.float32)
            for part in there:
                total[: len(part)] += part
            yield total

    def _blocks(self, path: Path, channels: int) -> Iterator[Float32]:
        for block in blocks(path, rate=self.rate):
            samples = block.samples[:, :2]
            yield np.repeat(samples, 2, axis=1) if samples.shape[1] < channels else samples


def _rehopped(parts: Iterable[Float32], step: int) -> Iterator[Float32]:
    """The same sound in blocks of exactly `step` frames; the last may be shorter."""
    held: list[Float32] = []
    count = 0
    for part in parts:
        held.append(part)
        count += len(part)
        if count >= step:
            whole = np.concatenate(held)
            end = count - count % step
            yield from (whole[at : at + step] for at in range(0, end, step))
            held, count = [whole[end:]], count - end
    if count:
        yield np.concatenate(held)
