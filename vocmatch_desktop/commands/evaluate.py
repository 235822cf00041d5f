"""`vocmatch evaluate match | separate | melody`: how well the program does on labelled data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vocmatch_desktop.commands.options import JsonFlag
from vocmatch_desktop.commands.output import emit, progress
from vocmatch_desktop.commands.tables import drawn, shown
from vocmatch_desktop.settings import Places

if TYPE_CHECKING:
    from vocmatch_desktop.evaluation import melody, separation
    from vocmatch_desktop.evaluation.intervals import Interval
    from vocmatch_desktop.evaluation.match import MatchEvaluation, MethodRow
    from vocmatch_desktop.evaluation.melody_metrics import Figures


def register(app: typer.Typer) -> None:
    """Adds the group `evaluate` with `match`, `separate` and `melody`."""
    group = typer.Typer(help="Scores the program on labelled data.")
    group.command("match")(evaluate_match)
    group.command("separate")(evaluate_separate)
    group.command("melody")(evaluate_melody)
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


def evaluate_separate(
    dataset: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder a song: mixture.wav, vocals.wav, …")],
    model: Annotated[list[str] | None, typer.Option(help="A name of `vocmatch models list`; may be repeated.")] = None,
    baselines: Annotated[bool, typer.Option("--baselines", help="Also score all other models there are.")] = False,
    report_file: Annotated[Path | None, typer.Option("--report", help="Write a spreadsheet (.xlsx).")] = None,
    json_: JsonFlag = False,
) -> None:
    """How well songs come apart, beside silence, the mixture and an ideal mask, with intervals by song."""
    from vocmatch_desktop.evaluation.separation import EvaluateSeparateSpec, as_json, run

    workbook = None if report_file is None else report_file.expanduser().absolute()
    folder, places = dataset.expanduser().absolute(), Places.from_environment()
    spec = EvaluateSeparateSpec(folder, places, tuple(model or ()), baselines, workbook)
    with progress() as report:
        evaluation = run(spec, report)
    emit(as_json(evaluation), as_json=json_, text="" if json_ else _separation_text(evaluation))


def _separation_text(evaluation: separation.SeparationEvaluation) -> str:
    import numpy as np
    from rich import box
    from rich.table import Table

    from vocmatch_desktop.evaluation.separation_dataset import TARGETS
    from vocmatch_desktop.evaluation.separation_scores import METRICS

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("stem", "method", "songs", "usdr_db", "median", *METRICS[1:]):
        table.add_column(name, justify="left" if name in ("stem", "method") else "right", no_wrap=True)
    for target in TARGETS:
        for row in evaluation.rows:
            if target in row.targets:
                mean, median = row.figures(target), row.figures(target, np.median)
                first = [_decibels(each.get("usdr_db")) for each in (mean, median)]
                count = str(sum(target in song for song in row.each))
                rest = [_decibels(mean.get(metric), interval=False) for metric in METRICS[1:]]
                table.add_row(target, shown(row.name), count, *first, *rest)
    problems = [f"{shown(row.name)}: {row.problem}" for row in evaluation.rows if row.problem]
    skipped = [f"Skipped {shown(song.name)}: {song.reason}" for song in evaluation.skipped]
    written = [] if evaluation.workbook is None else [f"Spreadsheet: {evaluation.workbook}"]
    return "\n".join([drawn(table), f"{len(evaluation.songs)} songs; means, dB", *problems, *skipped, *written])


def _decibels(figure: Interval | None, *, interval: bool = True) -> str:
    if figure is None:
        return "–"
    return f"{figure.value:.2f}" + (f" ({figure.low:.2f}–{figure.high:.2f})" if interval else "")


def evaluate_melody(
    dataset: Annotated[Path, typer.Argument(metavar="FOLDER", help="Pairs x.wav and x.csv (onset_s,offset_s,pitch).")],
    baselines: Annotated[bool, typer.Option("--baselines", help="Also score the methods to beat.")] = False,
    report_file: Annotated[Path | None, typer.Option("--report", help="Write a spreadsheet (.xlsx).")] = None,
    json_: JsonFlag = False,
) -> None:
    """How well the notes of sung takes are found, raw and trimmed, with intervals by take."""
    from vocmatch_desktop.evaluation.melody import EvaluateMelodySpec, as_json, run

    workbook = None if report_file is None else report_file.expanduser().absolute()
    spec = EvaluateMelodySpec(dataset.expanduser().absolute(), baselines, workbook)
    with progress() as report:
        evaluation = run(spec, report)
    emit(as_json(evaluation), as_json=json_, text="" if json_ else _melody_text(evaluation))


def _melody_text(evaluation: melody.MelodyEvaluation) -> str:
    from rich import box
    from rich.table import Table

    from vocmatch_desktop.evaluation.melody_metrics import METRICS

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("method", "scored", *METRICS, "onset ms", "offset ms", "pitch ct"):
        table.add_column(name, justify="left" if name in ("method", "scored") else "right", no_wrap=True)
    absent = []
    for row in evaluation.rows:
        if row.raw is None or row.bias is None:
            absent.append(f"{row.name} is not installed: {row.remedy}")
            continue
        bias = (1000 * row.bias.onset_s, 1000 * row.bias.offset_s, 100 * row.bias.pitch)
        table.add_row(row.name, "raw", *_scored(row.raw), *(f"{value:+.0f}" for value in bias))
        if row.trimmed is not None:
            table.add_row("", "trimmed", *_scored(row.trimmed), "", "", "")
    written = [] if evaluation.workbook is None else [f"Spreadsheet: {evaluation.workbook}"]
    return "\n".join([drawn(table), f"{len(evaluation.takes)} takes", *absent, *written])


def _scored(figures: Figures) -> list[str]:
    from vocmatch_desktop.evaluation.melody_metrics import METRICS

    values, intervals = figures.values, figures.intervals
    return [f"{values[name]:.3f} ({intervals[name][0]:.2f}–{intervals[name][1]:.2f})" for name in METRICS]
