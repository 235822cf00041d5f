"""A session folder for a DAW out of one take and one beat: every file in it starts at the same bar line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from vocmatch_desktop.audio import files
from vocmatch_desktop.errors import UserError
from vocmatch_desktop.export.names import free_path, tagged_name
from vocmatch_desktop.export.rpp import write_project
from vocmatch_desktop.services import fitting, padding, pairing
from vocmatch_desktop.services.fitting import FitSpec, FittedBeat
from vocmatch_desktop.services.padding import PaddedTake, PadSpec
from vocmatch_desktop.services.pairing import Pair, PairSpec
from vocmatch_desktop.services.reports import Stage
from vocmatch_desktop.types import Key, Report

Format = Literal["wav", "rpp", "dawproject"]


class NotYet(UserError):
    """A format that a later version writes."""

    kind = "not_yet"


@dataclass(frozen=True, slots=True)
class ExportSpec:
    """Write what `pair` names to `folder`; `title` is the take's name."""

    pair: PairSpec
    title: str
    folder: Path
    format: Format = "wav"


@dataclass(frozen=True, slots=True)
class Exported:
    """`files` that were written (or found from an earlier run), at `bpm` and in `key`."""

    files: tuple[Path, ...]
    bpm: float
    key: Key


def run(spec: ExportSpec, report: Report) -> Exported:
    """Matches take and beat, and writes both for a DAW; existing files are never written over.

    Raises:
        NotYet: the format. DiskError: the folder. And whatever `pairing.run` raises.
    """
    if spec.format == "dawproject":
        raise NotYet("DAWproject files are not written yet.", "Use --format wav or --format rpp.")
    pair = pairing.run(spec.pair, Stage(report, 0.0, 0.5))
    take = padding.run(_pad_spec(spec, pair), Stage(report, 0.5, 0.6))
    beat = fitting.run(_fit_spec(spec, pair), Stage(report, 0.6, 1.0))
    project = (_project(spec, pair, take, beat),) if spec.format == "rpp" else ()
    key = pair.beat.fingerprint.best_key.transposed(pair.match.transform.transpose)
    return Exported((take.path, beat.path, *project), beat.bpm, key)


def _pad_spec(spec: ExportSpec, pair: Pair) -> PadSpec:
    return PadSpec(
        take=spec.pair.take,
        title=spec.title,
        grid=pair.beat.fingerprint.grid,
        transform=pair.match.transform,
        folder=spec.folder,
        take_from_s=_from_s(spec.pair),
    )


def _fit_spec(spec: ExportSpec, pair: Pair) -> FitSpec:
    return FitSpec(
        beat=pair.beat.path,
        title=pair.beat.title,
        grid=pair.beat.fingerprint.grid,
        key=pair.beat.fingerprint.best_key,
        transform=pair.match.transform,
        take_duration_s=files.probe(spec.pair.take).duration_s,
        folder=spec.folder,
        take_from_s=_from_s(spec.pair),
    )


def _from_s(pair: PairSpec) -> float:
    return pair.selection.from_s if pair.selection else 0.0


def _project(spec: ExportSpec, pair: Pair, take: PaddedTake, beat: FittedBeat) -> Path:
    path = free_path(spec.folder, tagged_name(f"{spec.title} + {pair.beat.title}", bpm=beat.bpm, suffix=".rpp"))
    sounds = [(spec.title, files.probe(take.path)), (pair.beat.title, files.probe(beat.path))]
    write_project(path, sounds, bpm=beat.bpm, beats_per_bar=pair.beat.fingerprint.grid.beats_per_bar)
    return path
