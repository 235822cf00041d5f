"""What a `Player` can play: sounds in memory, files streamed from disk, clicks.

Example:
    beat = DiskSource(path, rate=player.rate)          # first sound after some milliseconds, bounded memory
    take = MemorySource(audio, rate=player.rate)
    click = ClickSource(player.rate, bpm=92, beats_per_bar=4, from_beat=-4)      # one bar count-in before frame 0
    beat.read(start_frame, frames)                     # float32 [frames, 2]; silence where there is nothing (yet)
    beat.prepare(start_frame)                          # is it decoded there? (asks for it if not)
    beat.close()

Every source is stereo float32 at the player's rate. Frame numbers are the source's own, may be negative, and are asked
for in any order, in practice almost always forwards. `read` is called by the player's thread and must not wait.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import numpy as np

from vocmatch_desktop.audio.files import blocks, probe
from vocmatch_desktop.audio.resample import resample
from vocmatch_desktop.errors import UserError
from vocmatch_desktop.types import Audio, Float32

CHUNK_S = 0.5
AHEAD_S = 20.0
REMEMBERED_S = 120.0
CLICK_S = 0.03


class Source(Protocol):
    """Something that can be played."""

    @property
    def frames(self) -> int | None:
        """Length in frames; None for something that never ends."""

    def read(self, start: int, frames: int) -> Float32:
        """Frames `start`…`start + frames`, float32 [frames, 2]."""

    def prepare(self, start: int) -> bool:
        """Whether frame `start` can be read now; if not, sees to it that it soon can."""

    def close(self) -> None:
        """Lets go of files and threads without waiting."""


class MemorySource:
    """A sound that is already there, resampled to `rate`."""

    def __init__(self, audio: Audio, rate: int) -> None:
        self._samples = stereo(resample(audio, rate).samples)

    @property
    def frames(self) -> int:
        """Length in frames."""
        return len(self._samples)

    def read(self, start: int, frames: int) -> Float32:
        """A part, silence outside."""
        return part_of(self._samples, 0, start, frames)

    def prepare(self, start: int) -> bool:
        """Always there."""
        return True

    def close(self) -> None:
        """Nothing to let go of."""


class ClickSource:
    """A metronome: frame 0 is a bar line; beats before it count in. Sample accurate, computed as it is asked for."""

    def __init__(
        self,
        rate: int,
        bpm: float,
        *,
        beats_per_bar: int = 4,
        from_beat: int = 0,
        to_beat: int | None = None,
        gain: float = 1.0,
    ) -> None:
        """Clicks on beats `from_beat` (negative: count-in) up to, not including, `to_beat` (None: for ever)."""
        self._period = 60 * rate / bpm
        self._beats_per_bar = beats_per_bar
        self._from, self._to = from_beat, to_beat
        self._weak, self._strong = (gain * _tick(rate, pitch) for pitch in (1000.0, 1500.0))

    @property
    def frames(self) -> int | None:
        """Where the last click has died away; None for ever."""
        return None if self._to is None else self.frame_of(self._to)

    def frame_of(self, beat: int) -> int:
        """The frame on which a beat's click begins."""
        return round(beat * self._period)

    def read(self, start: int, frames: int) -> Float32:
        """The clicks that sound in this stretch."""
        mono = np.zeros(frames, np.float32)
        length = len(self._weak)
        first = max(self._from, math.floor((start - length) / self._period))
        last = math.ceil((start + frames) / self._period)
        for beat in range(first, last + 1 if self._to is None else min(last + 1, self._to)):
            tick = self._weak if beat % self._beats_per_bar else self._strong
            at = self.frame_of(beat) - start
            begin, end = max(0, at), min(frames, at + length)
            if begin < end:
                mono[begin:end] += tick[begin - at : end - at]
        return np.repeat(mono[:, None], 2, axis=1)

    def prepare(self, start: int) -> bool:
        """Always there."""
        return True

    def close(self) -> None:
        """Nothing to let go of."""


class DiskSource:
    """A file, decoded ahead of what is played by a thread of its own; remembers the last two minutes (for loops)."""

    def __init__(self, path: Path, rate: int, *, start_s: float = 0.0) -> None:
        """Opens the file and begins decoding at `start_s`; raises `UnreadableAudio`, `NotFound`."""
        about = probe(path)
        self.path = path
        self.problem: UserError | None = None
        self._rate = rate
        self._frames = round(about.frames * rate / about.rate)
        self._size = round(CHUNK_S * rate)
        self._chunks: OrderedDict[int, Float32] = OrderedDict()
        self._wanted = max(0, round(start_s * rate)) // self._size
        self._closing = False
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._decode, name=f"decode {path.name[:40]}", daemon=True)
        self._thread.start()

    @property
    def frames(self) -> int:
        """Length in frames at the player's rate."""
        return self._frames

    def read(self, start: int, frames: int) -> Float32:
        """A part; silence outside and where decoding has not come yet."""
        part = np.zeros((frames, 2), np.float32)
        first, last = max(0, start), min(self._frames, start + frames)
        if first >= last:
            return part
        for index in range(first // self._size, (last - 1) // self._size + 1):
            chunk = self._chunks.get(index)
            if chunk is not None:
                part += part_of(chunk, index * self._size, start, frames)
        self._want(first // self._size)
        return part

    def prepare(self, start: int) -> bool:
        """Whether the sound at `start` is decoded (always so outside the file); decoding goes on there if not."""
        if self.problem is not None or not 0 <= start < self._frames:
            return True
        self._want(start // self._size)
        return start // self._size in self._chunks

    def close(self) -> None:
        """Ends the decoding thread (it notices within a chunk)."""
        self._closing = True
        self._wake.set()

    def _want(self, index: int) -> None:
        if index != self._wanted:
            self._wanted = index
            self._wake.set()

    def _decode(self) -> None:
        try:
            while (index := self._next_missing()) is not None:
                self._decode_from(index)
        except UserError as error:
            self.problem = error

    def _next_missing(self) -> int | None:
        """The first chunk that will be needed and is not there; waits while all are; None when closing."""
        while True:
            self._wake.clear()  # before anything is looked at: what is asked for meanwhile must not be forgotten
            if self._closing:
                return None
            end = min(self._wanted + math.ceil(AHEAD_S / CHUNK_S), math.ceil(self._frames / self._size))
            missing = (index for index in range(self._wanted, end) if index not in self._chunks)
            if (index := next(missing, None)) is not None:
                return index
            self._wake.wait()

    def _decode_from(self, index: int) -> None:
        """Decodes forwards from `index` until that is no longer what is missing."""
        for chunk in self._sized(index):
            self._chunks[index] = chunk
            while len(self._chunks) > REMEMBERED_S / CHUNK_S:
                self._chunks.popitem(last=False)
            if self._next_missing() != index + 1:
                return
            index += 1
        # The file was shorter than it announced: nothing more will come.
        for missing in range(index, math.ceil(self._frames / self._size)):
            self._chunks[missing] = np.zeros((0, 2), np.float32)

    def _sized(self, index: int) -> Iterator[Float32]:
        """Stereo chunks of exactly `_size` frames (the last is shorter) from chunk `index` on."""
        held = np.zeros((0, 2), np.float32)
        start_s = index * self._size / self._rate
        for block in blocks(self.path, start_s=start_s, rate=self._rate, block_s=CHUNK_S / 2):
            held = np.concatenate([held, stereo(block.samples)])
            while len(held) >= self._size:
                yield held[: self._size]
                held = held[self._size :]
        if len(held):
            yield held


def stereo(samples: Float32) -> Float32:
    """Two channels, float32 [frames, 2]: mono on both, surround folded down to the odd and the even channels."""
    if samples.shape[1] == 2:
        return samples
    if samples.shape[1] == 1:
        return np.repeat(samples, 2, axis=1)
    return np.stack([samples[:, 0::2].mean(axis=1), samples[:, 1::2].mean(axis=1)], axis=1).astype(np.float32)


def part_of(samples: Float32, first_frame: int, start: int, frames: int) -> Float32:
    """Frames `start`…`start + frames` of `samples`, whose first is number `first_frame`; silence outside."""
    at = start - first_frame
    begin, end = max(0, at), min(len(samples), at + frames)
    part = np.zeros((frames, 2), np.float32)
    if begin < end:
        part[begin - at : end - at] = samples[begin:end]
    return part


def _tick(rate: int, pitch_hz: float) -> Float32:
    """One click: a decaying sine that starts at once."""
    t = np.arange(round(CLICK_S * rate)) / rate
    return (0.7 * np.cos(2 * np.pi * pitch_hz * t) * np.exp(-t / 0.006)).astype(np.float32)
