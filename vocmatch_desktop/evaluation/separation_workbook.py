"""The separation evaluation as a spreadsheet: sheets of all methods, of every song, of those that were skipped."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vocmatch_desktop.evaluation.separation_dataset import TARGETS
from vocmatch_desktop.evaluation.separation_scores import METRICS, Scores
from vocmatch_desktop.whole import whole_file

if TYPE_CHECKING:
    from vocmatch_desktop.evaluation.separation import MethodRow, SeparationEvaluation


def write_workbook(path: Path, evaluation: SeparationEvaluation) -> None:
    """Writes the .xlsx whole or not at all; raises `DiskError`."""
    from openpyxl import Workbook

    book = Workbook()
    _methods(book.active, evaluation)
    _songs(book.create_sheet("songs"), evaluation)
    if evaluation.skipped:
        sheet = book.create_sheet("skipped")
        sheet.append(["song", "reason"])
        for song in evaluation.skipped:
            sheet.append([song.name, song.reason])
        _dress(sheet)
    with whole_file(path) as partial:
        book.save(partial)


def _methods(sheet: Any, evaluation: SeparationEvaluation) -> None:
    """Target by target, so that methods stand below each other."""
    sheet.title = "methods"
    columns = [f"{metric} {what}" for metric in METRICS for what in ("mean", "low", "high", "median", "low", "high")]
    sheet.append(["stem", "method", "songs", *columns])
    for target in TARGETS:
        for row in evaluation.rows:
            if target in row.targets:
                sheet.append([target, row.name, sum(target in song for song in row.each), *_numbers(row, target)])
    for row in evaluation.rows:
        if row.problem:
            sheet.append(["", row.name, row.problem])
    _dress(sheet)


def _numbers(row: MethodRow, target: str) -> list[float | None]:
    cells: list[float | None] = []
    mean, median = row.figures(target), row.figures(target, np.median)
    for metric in METRICS:
        for figures in (mean, median):
            each = figures.get(metric)
            cells += [None] * 3 if each is None else [round(value, 3) for value in (each.value, each.low, each.high)]
    return cells


def _songs(sheet: Any, evaluation: SeparationEvaluation) -> None:
    sheet.append(["song", "seconds", "stem", "method", *METRICS])
    for number, song in enumerate(evaluation.songs):
        for target in song.targets:
            for row in evaluation.rows:
                if row.each and target in row.each[number]:
                    cells = _cells(row.each[number][target])
                    sheet.append([song.name, round(song.about.duration_s, 1), target, row.name, *cells])
    _dress(sheet)


def _cells(scores: Scores) -> list[float | None]:
    values = [getattr(scores, metric) for metric in METRICS]
    return [round(value, 3) if np.isfinite(value) else None for value in values]


def _dress(sheet: Any) -> None:
    from openpyxl.styles import Font

    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.column_dimensions["A"].width = 26
    sheet.column_dimensions["B"].width = 22
    sheet.freeze_panes = "C2"
    sheet.auto_filter.ref = sheet.dimensions
