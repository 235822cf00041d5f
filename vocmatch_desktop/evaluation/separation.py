"""Scores models on songs whose stems are known, beside silence, the mixture and an ideal mask."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from vocmatch_desktop.errors import ModelError, NotFound, UnreadableAudio
from vocmatch_desktop.evaluation.dataset import BadDataset
from vocmatch_desktop.evaluation.intervals import Interval, Statistic, over_songs
from vocmatch_desktop.evaluation.separation_dataset import TARGETS, Skipped, Song, read_songs
from vocmatch_desktop.evaluation.separation_methods import Method, by_model, references
from vocmatch_desktop.evaluation.separation_scores import METRICS, Scores, Scoring
from vocmatch_desktop.evaluation.separation_workbook import write_workbook
from vocmatch_desktop.evaluation.workbook import check_installed
from vocmatch_desktop.inference.store import ModelStore
from vocmatch_desktop.services.reports import Stage
from vocmatch_desktop.services.separation import model_for, separators
from vocmatch_desktop.settings import Places
from vocmatch_desktop.types import Report


@dataclass(frozen=True, slots=True)
class EvaluateSeparateSpec:
    """`folder`: songs in stems. `models`: names of the store, none for the default. `baselines`: all of its models.

    `workbook`: where the .xlsx goes, if wanted.
    """

    folder: Path
    places: Places
    models: tuple[str, ...] = ()
    baselines: bool = False
    workbook: Path | None = None


@dataclass(frozen=True, slots=True)
class MethodRow:
    """One method: its scores of each song, by target; `problem` says why a model gave none."""

    name: str
    each: tuple[Mapping[str, Scores], ...] = ()
    problem: str = ""

    def figures(self, target: str, statistic: Statistic = np.mean) -> dict[str, Interval]:
        """The mean (or another statistic) of each metric over the songs that have it, with its 95 % interval."""
        scores = [song[target] for song in self.each if target in song]
        values = {metric: np.array([getattr(score, metric) for score in scores]) for metric in METRICS}
        return {name: over_songs(each, statistic) for name, each in values.items() if np.isfinite(each).any()}

    @property
    def targets(self) -> tuple[str, ...]:
        """What it was scored on."""
        return tuple(target for target in TARGETS if any(target in song for song in self.each))


@dataclass(frozen=True, slots=True)
class SeparationEvaluation:
    """`rows`: models first, the default one foremost, then what they stand beside."""

    songs: tuple[Song, ...]
    skipped: tuple[Skipped, ...]
    rows: tuple[MethodRow, ...]
    workbook: Path | None = None


def run(spec: EvaluateSeparateSpec, report: Report) -> SeparationEvaluation:
    """Evaluates; writes the workbook where one is wanted.

    Raises:
        NotFound: No such folder or model. BadDataset: No song can be used. ModelError: A model that was named cannot be
            used. NoSpreadsheets, DiskError: Something cannot be written. Cancelled: By `report`.
    """
    if spec.workbook is not None:
        check_installed()
    found = read_songs(spec.folder)
    methods = (*_models(spec), *references())
    table = _Table(methods)
    for number, song in enumerate(found.songs):
        table.add(song, Stage(report, number / len(found.songs), (number + 1) / len(found.songs)))
    evaluation = table.evaluation(found.skipped, spec.workbook)
    if spec.workbook is not None:
        write_workbook(spec.workbook, evaluation)
    return evaluation


def _models(spec: EvaluateSeparateSpec) -> tuple[Method, ...]:
    """The models that were asked for; without any in the store, there is only what they would stand beside."""
    store = ModelStore.of(spec.places)
    there = [card.name for card in separators(store)]
    names = (*spec.models, *(there if spec.baselines else there[:1] if not spec.models else ()))
    cards = {card.name: card for card in (model_for(store, name) for name in names)}
    return tuple(by_model(card, spec.places) for card in cards.values())


@dataclass(slots=True)
class _Table:
    """Scores as they come in, song by song."""

    methods: Sequence[Method]
    songs: list[Song] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    scores: dict[str, list[Mapping[str, Scores]]] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)

    def add(self, song: Song, report: Report) -> None:
        """Scores a song by all methods, or skips it where it cannot be read."""
        made: dict[str, Mapping[str, Scores]] = {}
        for number, method in enumerate(self.methods):
            stage = Stage(report, number / len(self.methods), (number + 1) / len(self.methods))
            try:
                made[method.name] = _scored(song, method, stage)
            except ModelError as error:
                self.problems[method.name] = str(error)
            except (UnreadableAudio, NotFound) as error:
                self.skipped.append(Skipped(song.name, str(error)))
                return
        self.songs.append(song)
        for name, scores in made.items():
            self.scores.setdefault(name, []).append(scores)

    def evaluation(self, skipped: Sequence[Skipped], workbook: Path | None) -> SeparationEvaluation:
        """What came in; raises `BadDataset` where that is nothing."""
        if not self.songs:
            raise BadDataset(f"No song could be read. {self.skipped[0].name}: {self.skipped[0].reason}")
        rows = [
            MethodRow(method.name, problem=self.problems[method.name])
            if method.name in self.problems
            else MethodRow(method.name, tuple(self.scores[method.name]))
            for method in self.methods
        ]
        return SeparationEvaluation(tuple(self.songs), (*skipped, *self.skipped), tuple(rows), workbook)


def _scored(song: Song, method: Method, report: Report) -> dict[str, Scores]:
    scoring = {target: Scoring(song.about.rate, song.about.channels) for target in song.targets}
    heard: set[str] = set()
    done = 0
    with tempfile.TemporaryDirectory(prefix="vocmatch-evaluate-") as scratch:
        for stretch, estimates in method.hear(song, Path(scratch), Stage(report, 0.0, 0.8)):
            done += len(stretch.mix)
            report(0.8 + 0.2 * done / song.about.frames, f"{song.name}: {method.name}")
            for target, estimate in estimates.items():
                scoring[target].feed(stretch.mix, stretch.targets[target], estimate)
                heard.add(target)
    return {target: scoring[target].scores() for target in song.targets if target in heard}


def as_json(evaluation: SeparationEvaluation) -> dict[str, object]:
    """The result as the shell prints it: the first method's figures on top, one row a method below."""
    rows = [_row_json(row) for row in evaluation.rows]
    return {
        **rows[0],
        "songs": len(evaluation.songs),
        "skipped": [{"name": song.name, "reason": song.reason} for song in evaluation.skipped],
        "methods": rows,
        "report": None if evaluation.workbook is None else str(evaluation.workbook.absolute()),
    }


def _row_json(row: MethodRow) -> dict[str, object]:
    stems = {target: _figures_json(row, target) for target in row.targets}
    return {"method": row.name, "problem": row.problem or None, "stems": stems}


def _figures_json(row: MethodRow, target: str) -> dict[str, object]:
    told: dict[str, object] = {"songs": sum(target in song for song in row.each)}
    for name, statistic in (("mean", np.mean), ("median", np.median)):
        figures = row.figures(target, statistic)
        told[name] = {
            **{metric: round(figures[metric].value, 3) if metric in figures else None for metric in METRICS},
            "intervals": {metric: [round(each.low, 3), round(each.high, 3)] for metric, each in figures.items()},
            "counts": {metric: each.count for metric, each in figures.items()},
        }
    return told
