"""Scores the notes found in sung takes, raw and trimmed, beside the methods to beat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.evaluation import melody_metrics as metrics
from vocmatch_desktop.evaluation.melody_dataset import AnnotatedTake, NoteList, read_takes
from vocmatch_desktop.evaluation.melody_methods import Method, baselines, ours
from vocmatch_desktop.evaluation.melody_metrics import Constants, Figures
from vocmatch_desktop.evaluation.melody_workbook import write_workbook
from vocmatch_desktop.evaluation.workbook import check_installed
from vocmatch_desktop.types import Report


@dataclass(frozen=True, slots=True)
class EvaluateMelodySpec:
    """`folder`: pairs of takes and notes. `workbook`: where the .xlsx goes, if wanted."""

    folder: Path
    baselines: bool = False
    workbook: Path | None = None


@dataclass(frozen=True, slots=True, eq=False)
class MethodRow:
    """One method; all but `name` and `remedy` are None where it is not installed.

    `bias`: found minus annotated, median over notes that are plainly the same. `trimmed` is None with a single take.
    `fitted`: the constants each fold was trimmed by. `each`: raw scores a take, float64 [n, 3]; `found`: notes a take.
    """

    name: str
    remedy: str = ""
    raw: Figures | None = None
    trimmed: Figures | None = None
    bias: Constants | None = None
    fitted: tuple[Constants, ...] = ()
    each: NDArray[np.float64] | None = None
    found: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class MelodyEvaluation:
    """`rows`: the program first."""

    takes: tuple[AnnotatedTake, ...]
    rows: tuple[MethodRow, ...]
    workbook: Path | None = None


def run(spec: EvaluateMelodySpec, report: Report) -> MelodyEvaluation:
    """Evaluates; writes the workbook where one is wanted.

    Raises:
        NotFound, BadDataset: As `melody_dataset.read_takes`. NoScoring: mir_eval is not installed.
        UnreadableAudio: A take is no sound. NoSpreadsheets, DiskError: The workbook cannot be written.
    """
    metrics.check_installed()
    if spec.workbook is not None:
        check_installed()
    takes = read_takes(spec.folder)
    methods = (ours(), *(baselines() if spec.baselines else ()))
    rows = tuple(_row(method, takes, report) for method in methods)
    evaluation = MelodyEvaluation(takes, rows, spec.workbook)
    if spec.workbook is not None:
        write_workbook(spec.workbook, evaluation)
    return evaluation


def _row(method: Method, takes: Sequence[AnnotatedTake], report: Report) -> MethodRow:
    if method.listen is None:
        return MethodRow(method.name, method.remedy)
    found: list[NoteList] = []
    for take in takes:
        report(len(found) / len(takes), f"{method.name}: {take.name}")
        found.append(method.listen(take.path))
    truth = [take.notes for take in takes]
    each = np.array([metrics.scores(true, notes) for true, notes in zip(truth, found, strict=True)])
    apart = metrics.fit(truth, found)
    row = MethodRow(
        method.name,
        raw=metrics.figures(each),
        bias=Constants(-apart.onset_s, -apart.offset_s, -apart.pitch),
        each=each,
        found=tuple(len(notes) for notes in found),
    )
    if len(takes) < metrics.FOLDS:
        return row
    trimmed, fitted = metrics.trimmed_scores(truth, found)
    return replace(row, trimmed=metrics.figures(trimmed), fitted=tuple(fitted))


def as_json(evaluation: MelodyEvaluation) -> dict[str, object]:
    """The result as the shell prints it: the program's metrics on top, one row a method below."""
    rows = [_row_json(row) for row in evaluation.rows]
    workbook = None if evaluation.workbook is None else str(evaluation.workbook.absolute())
    return {**rows[0], "takes": len(evaluation.takes), "methods": rows, "report": workbook}


def _row_json(row: MethodRow) -> dict[str, object]:
    if row.raw is None or row.bias is None:
        return {"method": row.name, "installed": False, "remedy": row.remedy}
    trimmed = None
    if row.trimmed is not None:
        trimmed = {**_figures_json(row.trimmed), "constants": [_constants_json(fold) for fold in row.fitted]}
    return {"method": row.name, "installed": True, **_figures_json(row.raw), **_bias_json(row.bias), "trimmed": trimmed}


def _figures_json(figures: Figures) -> dict[str, object]:
    intervals = {name: list(interval) for name, interval in figures.intervals.items()}
    return {**figures.values, "intervals": intervals}


def _bias_json(bias: Constants) -> dict[str, float]:
    return {
        "onset_bias_ms": round(1000 * bias.onset_s, 1),
        "offset_bias_ms": round(1000 * bias.offset_s, 1),
        "pitch_bias_cents": round(100 * bias.pitch, 1),
    }


def _constants_json(fold: Constants) -> dict[str, float]:
    return {
        "onset_ms": round(1000 * fold.onset_s, 1),
        "offset_ms": round(1000 * fold.offset_s, 1),
        "pitch_cents": round(100 * fold.pitch, 1),
    }
