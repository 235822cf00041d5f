"""`vocmatch evaluate match`: how well the program does on labelled data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vocmatch_desktop.commands.options import JsonFlag
from vocmatch_desktop.commands.output import emit, progress
from vocmatch_desktop.commands.tables import drawn

if TYPE_CHECKING:
    from vocmatch_desktop.evaluation.match import MatchEvaluation, MethodRow


def register(app: typer.Typer) -> None:
    """Adds the group `evaluate` with `match`."""
    group = typer.Typer(help="Scores the program on labelled data.")
    group.command("match")(evaluate_match)
    group.callback()(_evaluate)
    app.add_typer(group, name="evaluate")


def _evaluate() -> None:
    """Scores the program on labelled data."""


def evaluate_match(
    dataset: Annotated[Path, typer.Argument(metavar="CSV", help="Columns take, beat, group and optional cuts.")],
    distractors: Annotated[list[Path] | None, typer.Option(help="Folder of more beats for the pool.")] = None,
    baselines: Annotated[bool, typer.Option("--baselines", help="Also score the methods to beat.")] = False,
    report_file: Annotated[Path | None, typer.Option("--report", help="Write a spreadsheet (.xlsx).")] = None,
    json_: JsonFlag = False,
) -> None:
    """How often the right beat is found for real takes, with intervals by song."""
    from vocmatch_desktop.evaluation.match import EvaluateMatchSpec, as_json, run

    folders = tuple(folder.expanduser().absolute() for folder in distractors or ())
    workbook = None if report_file is None else report_file.expanduser().absolute()
    spec = EvaluateMatchSpec(dataset.expanduser().absolute(), folders, baselines, workbook)
    with progress() as report:
        evaluation = run(spec, report)
    emit(as_json(evaluation), as_json=json_, text="" if json_ else _evaluation_text(evaluation))


def _evaluation_text(evaluation: MatchEvaluation) -> str:
    from rich import box
    from rich.table import Table

    from vocmatch_desktop.evaluation.ranking import METRICS

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("method", "pool", "takes", *METRICS):
        table.add_column(name, justify="left" if name == "method" else "right", no_wrap=True)
    for row in evaluation.rows:
        for line in _lines(row):
            table.add_row(*line)
    written = "" if evaluation.workbook is None else f"\n\nSpreadsheet: {evaluation.workbook}"
    return drawn(table) + written


def _lines(row: MethodRow) -> list[list[str]]:
    from vocmatch_desktop.evaluation.ranking import METRICS

    lines = []
    for figures in (row.figures, row.without_distractors):
        if figures is not None:
            cells = [
                f"{figures.values[name]:.2f} ({figures.intervals[name][0]:.2f}–{figures.intervals[name][1]:.2f})"
                for name in METRICS
            ]
            lines.append([row.name, str(figures.pool), str(figures.queries), *cells])
    return lines
