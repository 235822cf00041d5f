"""The melody evaluation as a spreadsheet: one sheet with all methods, one with every take."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from vocmatch_desktop.evaluation.melody_metrics import METRICS, Figures
from vocmatch_desktop.whole import whole_file

if TYPE_CHECKING:
    from vocmatch_desktop.evaluation.melody import MelodyEvaluation

_BIASES = ("onset_bias_ms", "offset_bias_ms", "pitch_bias_cents")


def write_workbook(path: Path, evaluation: MelodyEvaluation) -> None:
    """Writes the .xlsx whole or not at all; raises `DiskError`."""
    from openpyxl import Workbook

    book = Workbook()
    _methods(book.active, evaluation)
    _takes(book.create_sheet("takes"), evaluation)
    with whole_file(path) as partial:
        book.save(partial)


def _methods(sheet: Any, evaluation: MelodyEvaluation) -> None:
    sheet.title = "methods"
    sheet.append(["method", "scored", *(column for name in METRICS for column in (name, "low", "high")), *_BIASES])
    for row in evaluation.rows:
        if row.raw is None or row.bias is None:
            sheet.append([row.name, f"not installed: {row.remedy}"])
            continue
        bias = (1000 * row.bias.onset_s, 1000 * row.bias.offset_s, 100 * row.bias.pitch)
        sheet.append([row.name, "raw", *_numbers(row.raw), *(round(value, 1) for value in bias)])
        if row.trimmed is not None:
            sheet.append([row.name, "trimmed", *_numbers(row.trimmed)])
    _dress(sheet)


def _takes(sheet: Any, evaluation: MelodyEvaluation) -> None:
    """Raw scores of every take, a block of columns a method."""
    rows = [row for row in evaluation.rows if row.each is not None]
    sheet.append(["take", "annotated", *(f"{row.name} {what}" for row in rows for what in ("notes", *METRICS))])
    for number, take in enumerate(evaluation.takes):
        cells: list[object] = [take.path.name, len(take.notes)]
        for row in rows:
            scores = [] if row.each is None else [round(float(value), 4) for value in row.each[number]]
            cells += [row.found[number], *scores]
        sheet.append(cells)
    _dress(sheet)


def _numbers(figures: Figures) -> list[float]:
    return [number for name in METRICS for number in (figures.values[name], *figures.intervals[name])]


def _dress(sheet: Any) -> None:
    from openpyxl.styles import Font

    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.column_dimensions["A"].width = 26
    sheet.freeze_panes = "B2"
