"""A session folder for a DAW out of one take and one beat: every file in it starts at the same bar line.

A beat that was taken apart brings its stems, each bent as the beat is. They add up to the beat where nothing had to be
bent; time-stretched and transposed ones do nearly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from vocmatch_desktop.audio import files
from vocmatch_desktop.errors import UserError
from vocmatch_desktop.export.names import free_path, tagged_name
from vocmatch_desktop.export.rpp import write_project
from vocmatch_desktop.services import fitting, padding, pairing
from vocmatch_desktop.services.fitting import FitSpec, FittedBeat
from vocmatch_desktop.services.known_stems import known_stems
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
    """Write what `pair` names to `folder`; `title` is the take's name; `songs`: where a beat's stems are looked for."""

    pair: PairSpec
    title: str
    folder: Path
    format: Format = "wav"
    songs: Path | None = None


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
    beat = fitting.run(_fit_spec(spec, pair), Stage(report, 0.6, 0.7))
    stems = _stems(spec, pair, Stage(report, 0.7, 1.0))
    project = (_project(spec, pair, take, beat, stems),) if spec.format == "rpp" else ()
    key = pair.beat.fingerprint.best_key.transposed(pair.match.transform.transpose)
    return Exported((take.path, beat.path, *stems.values(), *project), beat.bpm, key)


def _stems(spec: ExportSpec, pair: Pair, report: Report) -> Mapping[str, Path]:
    """The beat's stems bent as it is, by their titles; none where it was not taken apart."""
    known = known_stems(pair.beat.path, spec.songs) if spec.songs else {}
    made: dict[str, Path] = {}
    for place, (name, stem) in enumerate(known.items()):
        title = f"{pair.beat.title} - {name}"
        part = replace(_fit_spec(spec, pair), beat=stem.path, title=title)
        made[title] = fitting.run(part, Stage(report, place / len(known), (place + 1) / len(known))).path
    return made


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


def _project(spec: ExportSpec, pair: Pair, take: PaddedTake, beat: FittedBeat, stems: Mapping[str, Path]) -> Path:
    """A track for each file; the beat's is muted where its stems play."""
    path = free_path(spec.folder, tagged_name(f"{spec.title} + {pair.beat.title}", bpm=beat.bpm, suffix=".rpp"))
    paths = [(spec.title, take.path), (pair.beat.title, beat.path), *stems.items()]
    sounds = [(name, files.probe(sound)) for name, sound in paths]
    muted = (beat.path,) if stems else ()
    write_project(path, sounds, bpm=beat.bpm, beats_per_bar=pair.beat.fingerprint.grid.beats_per_bar, muted=muted)
    return path
