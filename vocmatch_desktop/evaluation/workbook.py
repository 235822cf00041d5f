"""The evaluation as a spreadsheet: one sheet with all methods, one a take with the beats by rank, its own green."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vocmatch_desktop.errors import UserError
from vocmatch_desktop.evaluation.dataset import Pairs, Query
from vocmatch_desktop.evaluation.ranking import METRICS, Figures
from vocmatch_desktop.types import Match
from vocmatch_desktop.whole import whole_file

if TYPE_CHECKING:
    from vocmatch_desktop.evaluation.match import MatchEvaluation

OWN_FILL = "C6EFCE"
_HEAD = ("rank", "beat", "group", "score", "notes", "groove", "space", "transpose", "tempo_ratio", "start_s")
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_TITLE_LENGTH = 31


class NoSpreadsheets(UserError):
    """The package that writes spreadsheets is not installed."""

    kind = "no_spreadsheets"


def check_installed() -> None:
    """Raises `NoSpreadsheets` where no workbook could be written; to be asked before minutes of work."""
    if find_spec("openpyxl") is None:
        raise NoSpreadsheets("Spreadsheets need the package openpyxl.", "Install it, or leave out --report.")


def write_workbook(path: Path, evaluation: MatchEvaluation) -> None:
    """Writes the .xlsx whole or not at all; raises `DiskError`."""
    from openpyxl import Workbook

    book = Workbook()
    _summary(book.active, evaluation)
    for number, (query, matches) in enumerate(zip(evaluation.pairs.queries, evaluation.rankings, strict=True), 1):
        _take(book.create_sheet(_title(number, query)), query, matches, evaluation.pairs)
    with whole_file(path) as partial:
        book.save(partial)


def _title(number: int, query: Query) -> str:
    """A sheet's name: unique by its number, readable, and what Excel allows."""
    return _FORBIDDEN.sub(" ", f"{number} {query.take.name}")[:_TITLE_LENGTH].strip("' ")


def _summary(sheet: Any, evaluation: MatchEvaluation) -> None:
    from openpyxl.styles import Font

    sheet.title = "methods"
    sheet.append(["method", "pool", "queries", *(column for name in METRICS for column in (name, "low", "high"))])
    for row in evaluation.rows:
        for figures in (row.figures, row.without_distractors):
            if figures is not None:
                sheet.append([row.name, figures.pool, figures.queries, *_numbers(figures)])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.column_dimensions["A"].width = 24
    sheet.freeze_panes = "B2"


def _numbers(figures: Figures) -> list[float]:
    return [number for name in METRICS for number in (figures.values[name], *figures.intervals[name])]


def _take(sheet: Any, query: Query, matches: tuple[Match, ...] | None, pairs: Pairs) -> None:
    from openpyxl.styles import Font, PatternFill

    sheet.append(_HEAD)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for rank, match in enumerate(matches or (), 1):
        candidate, laid, parts = pairs.pool[match.beat_id], match.transform, match.parts
        shown = [None if value is None else round(value, 1) for value in (parts.notes, parts.groove, parts.space)]
        place = [laid.transpose, round(laid.tempo_ratio, 4), round(laid.start_s, 2)]
        sheet.append([rank, candidate.beat.name, candidate.group or "", round(match.score, 2), *shown, *place])
        if candidate.group == query.group:
            for cell in sheet[rank + 1]:
                cell.fill = PatternFill("solid", start_color=OWN_FILL, end_color=OWN_FILL)
    sheet.column_dimensions["B"].width = 44
    sheet.freeze_panes = "A2"
