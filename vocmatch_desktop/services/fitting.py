"""The whole beat, bent to a take, as a file to drag into a DAW."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vocmatch_desktop.audio import files
from vocmatch_desktop.export.names import tagged_name
from vocmatch_desktop.export.placing import Placing, place
from vocmatch_desktop.services.bars import bar_file
from vocmatch_desktop.services.identity import mark
from vocmatch_desktop.services.laying import fitted, loop_for
from vocmatch_desktop.services.streams import told
from vocmatch_desktop.types import Audio, BeatGrid, Key, Report, Transform

RENDERING = 1
"""Part of every cached file's name: raise it when the same spec would sound different."""


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

    def sound() -> Iterator[Audio]:
        loop = loop_for(spec.grid, beat.duration_s, take_to_s)
        bent = fitted(beat, spec.transform, placing.beat_from_s, frames, beat.rate, loop)
        return told(bent, frames, report, f"Fitting {spec.title}")

    made = bar_file(spec.folder, _name(spec, placing, frames, key), frames, placing, sound, key)
    return FittedBeat(
        path=made.path,
        bpm=placing.bpm,
        key=key,
        bar=placing.bar,
        beat_from_s=placing.beat_from_s,
        take_pad_s=placing.take_pad_s,
        duration_s=frames / beat.rate,
        gain_db=made.gain_db,
        reused=made.reused,
    )


def _name(spec: FitSpec, placing: Placing, frames: int, key: Key | None) -> str:
    """The file's name; a mark in it tells two fittings of one beat apart."""
    lies = (spec.transform.transpose, f"{spec.transform.tempo_ratio:.7f}", f"{placing.beat_from_s:.4f}", frames)
    own = mark(spec.beat, RENDERING, *lies)
    return tagged_name(spec.title, bpm=placing.bpm, key=key, suffix=f" [{own}].wav")
