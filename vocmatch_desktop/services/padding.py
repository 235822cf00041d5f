"""The take as a file to drag beside its fitted beat: silence before it, so that both start at the same bar line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vocmatch_desktop.audio import files
from vocmatch_desktop.export.names import tagged_name
from vocmatch_desktop.export.placing import Placing, place
from vocmatch_desktop.services.bars import bar_file
from vocmatch_desktop.services.identity import mark
from vocmatch_desktop.services.streams import told
from vocmatch_desktop.types import Audio, AudioFile, BeatGrid, Report, Transform


@dataclass(frozen=True, slots=True, eq=False)
class PadSpec:
    """Write `take` to `folder`, padded to the bar line its beat is fitted from; the rest is as in `FitSpec`."""

    take: Path
    title: str
    grid: BeatGrid
    transform: Transform
    folder: Path
    take_from_s: float = 0.0


@dataclass(frozen=True, slots=True)
class PaddedTake:
    """A finished file: all of the take after `pad_s` of silence, whole bars, 24-bit WAV with an ACID chunk."""

    path: Path
    bpm: float
    pad_s: float
    duration_s: float
    reused: bool


def run(spec: PadSpec, report: Report) -> PaddedTake:
    """Writes the padded take, or finds the file of an earlier run; an existing file is never written over.

    Raises:
        NotFound, UnreadableAudio: the take. DiskError: the folder. Cancelled: nothing is left behind.
    """
    take = files.probe(spec.take)
    placing = place(spec.grid, spec.transform, spec.take_from_s)
    bars = placing.whole_bars(placing.take_pad_s + take.duration_s)
    frames = round(bars * placing.bar_s * take.rate)
    own = mark(spec.take, f"{placing.take_pad_s:.5f}", frames)
    name = tagged_name(spec.title, bpm=placing.bpm, suffix=f" [{own}].wav")

    def sound() -> Iterator[Audio]:
        return told(_padded(take, placing, frames), frames, report, f"Writing {spec.title}")

    made = bar_file(spec.folder, name, frames, placing, sound)
    return PaddedTake(made.path, placing.bpm, placing.take_pad_s, frames / take.rate, made.reused)


def _padded(take: AudioFile, placing: Placing, frames: int) -> Iterator[Audio]:
    before = round(placing.take_pad_s * take.rate)
    yield _silence(take, before)
    there = before
    for block in files.blocks(take.path):
        there += block.frames
        yield block
    yield _silence(take, max(0, frames - there))


def _silence(take: AudioFile, frames: int) -> Audio:
    return Audio(np.zeros((frames, take.channels), np.float32), take.rate)
