"""The stems of a song, at the song's own rate, length and channels, adding up to it.

The model's part is resampled there and back; what it leaves of the mix at the song's own rate goes to `other`, and
`instrumental` is the mix less the vocals. No stem is ever rescaled. So the stems sum to the mix within the rounding of
the files, whatever the model did.
"""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import soundfile

from vocmatch_desktop.audio import files
from vocmatch_desktop.audio.growing import disk_errors, keep_readable
from vocmatch_desktop.audio.resample import Resampler
from vocmatch_desktop.errors import DiskError, ModelError
from vocmatch_desktop.separation.channels import Group, as_stereo, from_stereo, groups
from vocmatch_desktop.separation.estimator import Estimator
from vocmatch_desktop.separation.level import Level, Levelled, measured
from vocmatch_desktop.separation.overlap import Chunking, OverlapAdd
from vocmatch_desktop.types import SILENCE_DB, AudioFile, Float32, Report
from vocmatch_desktop.whole import all_or_none, whole_file

REST, VOCALS, INSTRUMENTAL = "other", "vocals", "instrumental"
BLOCK_S = 5.0
DISK_SPARE = 64 * 2**20
"""Bytes that a disk keeps free."""

Depth = Literal["FLOAT", "PCM_24"]


@dataclass(frozen=True, slots=True)
class StemSet:
    """Finished stems, by name; all have the rate, channels and frames of the song.

    `null_dbfs`: the largest sample that the written stems of a whole set differ from the song by, dB re full scale.
    """

    stems: Mapping[str, AudioFile]
    null_dbfs: float


@dataclass(frozen=True, slots=True)
class Finished:
    """Early news of a separation: up to `frames` the partial files in `paths` are final and can be played."""

    paths: Mapping[str, Path]
    frames: int


class GivesStems(Protocol):
    """An estimator, or the card of one."""

    @property
    def stems(self) -> tuple[str, ...]:
        """The model's own, in order."""


def offered(model: GivesStems) -> tuple[str, ...]:
    """What can be asked of a model: its stems, `other` for what they leave, `instrumental` where there are vocals."""
    own = (*(stem for stem in model.stems if stem not in (REST, INSTRUMENTAL)), REST)
    return (*own, INSTRUMENTAL) if VOCALS in own else own


def separate(
    song: AudioFile,
    estimator: Estimator,
    paths: Mapping[str, Path],
    report: Report,
    *,
    chunking: Chunking | None = None,
    depth: Depth = "FLOAT",
) -> StemSet:
    """Writes the stems named by `paths`, all of them whole or none.

    Args:
        song: Any rate, any number of channels, any length; it is read in blocks.
        estimator: The model.
        paths: Name → WAV to write, names out of `offered`; existing files are replaced.
        report: Told how far the song is; gets `Finished` events.
        chunking: How the song is cut for the model.
        depth: 32-bit float, or 24 bits: then every stem is rounded first, and the sum is exact as long as none clips.

    Raises:
        NotFound, UnreadableAudio: the song. ModelError: it gives no numbers. DiskError: no space, no permission.
        Cancelled: by `report`. Nothing is left behind.
    """
    unknown = set(paths) - set(offered(estimator))
    if unknown:
        raise ValueError(f"the model has no {', '.join(sorted(unknown))}")
    _check_space(song, paths, depth)
    null = 0.0
    done = 0  # of AAC and MP3, `song.frames` is an estimate
    with ExitStack() as stack:
        stack.enter_context(all_or_none(paths.values()))
        partials = {name: stack.enter_context(whole_file(path)) for name, path in paths.items()}
        writers = {name: stack.enter_context(_Writer(partial, song, depth)) for name, partial in partials.items()}
        lanes = _lanes(song, estimator, chunking or Chunking(), report)
        for mix, estimates in _estimates(song, lanes):
            _check_numbers(estimates)
            parts = _parts(mix, dict(zip(estimator.stems, estimates, strict=True)), depth)
            null = max(null, _largest(mix - sum(parts[name] for name in parts if name != INSTRUMENTAL)))
            for name, writer in writers.items():
                writer.write(parts[name])
            done += len(mix)
            report.partial(Finished(partials, done))
            report(min(1.0, done / song.frames), "Taking the song apart")
    stems = {name: AudioFile(path, song.rate, song.channels, done) for name, path in paths.items()}
    return StemSet(stems, max(SILENCE_DB, 20 * math.log10(null)) if null > 0 else SILENCE_DB)


def _parts(mix: Float32, estimates: Mapping[str, Float32], depth: Depth) -> dict[str, Float32]:
    """Every stem of a stretch of sound, [n, channels]; `other` is what the others leave."""
    parts = {name: _rounded(sound, depth) for name, sound in estimates.items() if name not in (REST, INSTRUMENTAL)}
    mix = _rounded(mix, depth)
    parts[REST] = _rounded(np.asarray(mix - sum(parts.values()), np.float32), depth)  # what clips shows in the null
    if VOCALS in parts:
        parts[INSTRUMENTAL] = _rounded(mix - parts[VOCALS], depth)
    return parts


def _rounded(samples: Float32, depth: Depth) -> Float32:
    if depth == "FLOAT":
        return samples
    steps = np.clip(np.rint(samples.astype(np.float64) * 2**23), -(2**23), 2**23 - 1)
    return np.asarray(steps / 2**23, np.float32)


def _lanes(song: AudioFile, estimator: Estimator, chunking: Chunking, report: Report) -> tuple[_Lane, ...]:
    """A lane for each group of channels, at the level of the song or that of the model."""
    parted = groups(song.channels)
    levelled = isinstance(estimator, Levelled) and estimator.at_one_level
    levels = measured(song, parted, report) if levelled else [None] * len(parted)
    return tuple(
        _Lane(song.rate, estimator, chunking, group, level) for group, level in zip(parted, levels, strict=True)
    )


def _estimates(song: AudioFile, lanes: Sequence[_Lane]) -> Iterator[tuple[Float32, Float32]]:
    """The song in consecutive stretches: mix [n, channels] and the model's stems [stems, n, channels]."""
    waiting = np.zeros((0, song.channels), np.float32)
    for block in files.blocks(song.path, block_s=BLOCK_S):
        waiting = np.concatenate([waiting, block.samples])
        for lane in lanes:
            lane.feed(block.samples)
        ready = min(lane.ready for lane in lanes)
        if ready:
            yield waiting[:ready], _taken(lanes, ready)
            waiting = waiting[ready:]
    for lane in lanes:
        lane.finish()
    if len(waiting):
        yield waiting, _taken(lanes, len(waiting))


def _taken(lanes: Sequence[_Lane], frames: int) -> Float32:
    return np.concatenate([lane.take(frames) for lane in lanes], axis=2)


class _Lane:
    """One group of channels on its way through the model and back to the song's rate."""

    def __init__(self, rate: int, estimator: Estimator, chunking: Chunking, group: Group, level: Level | None) -> None:
        self._group = group
        self._level = level
        self._stems = len(estimator.stems)
        self._model = OverlapAdd(estimator, chunking)
        same = rate == estimator.rate
        self._there = None if same else Resampler(rate, estimator.rate, 2)
        self._back = None if same else Resampler(estimator.rate, rate, 2 * self._stems)
        self._given = 0
        self._done = np.zeros((0, self._stems, 2), np.float32)

    @property
    def ready(self) -> int:
        """Samples whose stems are known."""
        return min(len(self._done), self._given)

    def feed(self, samples: Float32) -> None:
        self._given += len(samples)
        stereo = as_stereo(samples, self._group)
        self._hear(self._there.feed(stereo) if self._there else stereo)

    def finish(self) -> None:
        """The song is over; what is missing of a rounded length is silence."""
        if self._there:
            self._hear(self._there.finish())
        self._add(self._model.finish())
        if self._back:
            self._append(self._back.finish())
        self._append(np.zeros((max(0, self._given - len(self._done)), 2 * self._stems), np.float32))

    def take(self, frames: int) -> Float32:
        """The next stems, float32 [stems, frames, channels of the group]."""
        taken, self._done = self._done[:frames], self._done[frames:]
        self._given -= frames
        return from_stereo(taken, self._group).swapaxes(0, 1)

    def _hear(self, stereo: Float32) -> None:
        self._add(self._model.feed(self._level.removed(stereo) if self._level else stereo))

    def _add(self, parts: Iterator[Float32]) -> None:
        for raw in parts:
            part = self._level.restored(raw) if self._level else raw
            flat = np.ascontiguousarray(part.reshape(2 * self._stems, -1).T)
            self._append(self._back.feed(flat) if self._back else flat)

    def _append(self, flat: Float32) -> None:
        self._done = np.concatenate([self._done, flat.reshape(-1, self._stems, 2)])


class _Writer:
    """A WAV that can be read while it grows: its header is right after every write."""

    def __init__(self, path: Path, song: AudioFile, depth: Depth) -> None:
        big = song.frames * song.channels * 4 > 2**31
        container = "RF64" if big else "WAV"
        with disk_errors():
            self._file = soundfile.SoundFile(path, "w", song.rate, song.channels, depth, format=container)
            keep_readable(self._file)

    def write(self, samples: Float32) -> None:
        with disk_errors():
            self._file.write(samples)

    def __enter__(self) -> _Writer:
        return self

    def __exit__(self, *_: object) -> None:
        with disk_errors():
            self._file.close()


def _check_numbers(estimates: Float32) -> None:
    """What is not a number would be in all stems, and in no figure: NaN is larger than nothing."""
    if not np.isfinite(estimates).all():
        raise ModelError(
            "The model gives something that is no sound for a part of the song.",
            "Try another one, or the processor alone (--provider cpu).",
        )


def _largest(samples: Float32) -> float:
    return float(np.abs(samples).max(initial=0.0))


def _check_space(song: AudioFile, paths: Mapping[str, Path], depth: Depth) -> None:
    """Refuses before minutes of work what the disk cannot hold."""
    size = song.frames * song.channels * (4 if depth == "FLOAT" else 3) * len(paths) + DISK_SPARE
    for folder in {path.parent for path in paths.values()}:
        there = next(parent for parent in (folder, *folder.parents) if parent.exists())
        free = shutil.disk_usage(there).free
        if free < size:
            raise DiskError(
                f"The stems need {size / 1e9:.1f} GB, and {there} has {free / 1e9:.1f} GB free.",
                "Make room, or choose another folder.",
            )
