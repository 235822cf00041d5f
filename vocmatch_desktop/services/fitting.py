"""The whole beat, bent to a take, as a file to drag into a DAW."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vocmatch_desktop.audio import files
from vocmatch_desktop.errors import UserError
from vocmatch_desktop.export.names import free_path, tagged_name
from vocmatch_desktop.export.placing import Placing, place
from vocmatch_desktop.export.wavmeta import add_acid_chunk
from vocmatch_desktop.services.identity import identity
from vocmatch_desktop.services.laying import fitted, loop_for
from vocmatch_desktop.services.scratch import Scratch
from vocmatch_desktop.types import Audio, BeatGrid, Key, Report, Transform

RENDERING = 1
"""Part of every cached file's name: raise it when the same spec would sound different."""

FULL_SCALE = 1.0 - 2.0**-23


@dataclass(frozen=True, slots=True, eq=False)
class FitSpec:
    """Bend `beat` to a take and write it to `folder`.

    `grid` and `key` are the beat's own (as analysed or locked); `take_duration_s` is the whole take's length and
    `take_from_s` where in it `transform` counts from (a selection's start).
    """

    beat: Path
    title: str
    grid: BeatGrid
    key: Key | None
    transform: Transform
    take_duration_s: float
    folder: Path
    take_from_s: float = 0.0


@dataclass(frozen=True, slots=True)
class FittedBeat:
    """A finished file: 24-bit WAV, whole bars, from a bar line on, with tempo and key in name and ACID chunk.

    `bpm` and `key` are the fitted ones. The file begins at `beat_from_s` of the original beat (bar number `bar`, 0 its
    first); a take that gets `take_pad_s` of silence before it and is dropped on the same bar lies right. `gain_db` is
    0 unless bending made peaks that would clip. `reused`: the file was there already.
    """

    path: Path
    bpm: float
    key: Key | None
    bar: int
    beat_from_s: float
    take_pad_s: float
    duration_s: float
    gain_db: float
    reused: bool


def run(spec: FitSpec, report: Report) -> FittedBeat:
    """Writes the fitted beat, or finds the file of an earlier run; an existing file is never written over.

    Raises:
        NotFound, UnreadableAudio: the beat. DiskError: the folder. Cancelled: nothing is left behind.
    """
    beat = files.probe(spec.beat)
    placing = place(spec.grid, spec.transform, spec.take_from_s)
    take_to_s = spec.transform.start_s + (spec.take_duration_s - spec.take_from_s) * spec.transform.tempo_ratio
    bars = placing.whole_bars((max(beat.duration_s, take_to_s) - placing.beat_from_s) / spec.transform.tempo_ratio)
    frames = round(bars * placing.bar_s * beat.rate)
    key = spec.key.transposed(spec.transform.transpose) if spec.key else None
    mark = _mark(spec, placing, frames)
    name = tagged_name(spec.title, bpm=placing.bpm, key=key, suffix=f" [{mark}].wav")
    path, gain_db = spec.folder / name, 0.0
    reused = is_whole(path, frames)
    if not reused:
        path = free_path(spec.folder, name)
        loop = loop_for(spec.grid, beat.duration_s, take_to_s)
        sound = fitted(beat, spec.transform, placing.beat_from_s, frames, beat.rate, loop)
        gain_db = write_bars(path, told(sound, frames, report, f"Fitting {spec.title}"), placing, key)
    return FittedBeat(
        path=path,
        bpm=placing.bpm,
        key=key,
        bar=placing.bar,
        beat_from_s=placing.beat_from_s,
        take_pad_s=placing.take_pad_s,
        duration_s=frames / beat.rate,
        gain_db=gain_db,
        reused=reused,
    )


def write_bars(path: Path, sound: Iterable[Audio], placing: Placing, key: Key | None) -> float:
    """Writes whole bars as a 24-bit WAV with its ACID chunk; gives the gain in dB that kept it from clipping, 0 mostly.

    Raises:
        DiskError: no space, no permission.
    """
    with Scratch(path.parent, sound) as scratch:
        gain = min(1.0, FULL_SCALE / max(scratch.peak, FULL_SCALE))
        beats = round(scratch.frames / scratch.rate * placing.bpm / 60)

        def tag(partial: Path) -> None:
            if placing.beats_per_bar == 4:
                add_acid_chunk(partial, bpm=placing.bpm, beats=beats, key=key)

        files.write(path, louder(scratch.blocks(), gain), subtype="PCM_24", finish=tag)
    return 20 * math.log10(gain)


def louder(sound: Iterable[Audio], gain: float) -> Iterator[Audio]:
    """A stream with a linear gain; 1 leaves it bit for bit."""
    for block in sound:
        yield block if gain == 1.0 else Audio(block.samples * np.float32(gain), block.rate)


def told(sound: Iterable[Audio], frames: int, report: Report, what: str, upto: float = 1.0) -> Iterator[Audio]:
    """A stream of `frames` that reports how far it is, from 0 to `upto`."""
    done = 0
    report(0.0, what)
    for block in sound:
        yield block
        done += block.frames
        report(upto * min(1.0, done / max(1, frames)), what)


def _mark(spec: FitSpec, placing: Placing, frames: int) -> str:
    """What tells two fittings of one beat apart."""
    transform = spec.transform
    parts = (RENDERING, identity(spec.beat), transform.transpose, f"{transform.tempo_ratio:.7f}")
    text = "/".join(map(str, (*parts, f"{placing.beat_from_s:.4f}", frames)))
    return hashlib.blake2b(text.encode(), digest_size=4).hexdigest()


def is_whole(path: Path, frames: int) -> bool:
    """Whether `path` is a sound file of exactly `frames`."""
    try:
        return files.probe(path).frames == frames
    except UserError:  # it is not there, or somebody else's work under our name
        return False
