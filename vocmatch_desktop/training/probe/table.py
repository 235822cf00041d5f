"""The table over the recipes: kept as JSON, printed with intervals, and compared with the first arm song by song."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from rich import box
from rich.table import Table

from vocmatch_desktop.commands.tables import drawn
from vocmatch_desktop.errors import UserError
from vocmatch_desktop.evaluation.intervals import Interval, over_songs, paired
from vocmatch_desktop.training.probe.arm import REFERENCES, Result
from vocmatch_desktop.whole import write_text

BASELINE = "raw"
"""The arm that songs must beat."""

LINES = "recipes.jsonl"


def save(result: Result, folder: Path) -> None:
    """Keeps a result in its own file in `folder`, and all that are there as one line each in `LINES`."""
    write_text(folder / f"{_file_name(result)}.json", json.dumps(asdict(result), ensure_ascii=False))
    write_text(folder / LINES, "".join(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in load(folder)))


def load(folder: Path) -> tuple[Result, ...]:
    """All results in `folder`, references first, in the order of their names.

    Raises:
        UserError: One is damaged; the sentence names it.
    """
    found = []
    for path in sorted(folder.glob("*.json")):
        try:
            found.append(Result(**json.loads(path.read_text("utf-8"))))
        except (ValueError, TypeError) as error:
            raise UserError(f"{path} is damaged.", "Delete it and run the probe again.") from error
    return tuple(sorted(found, key=lambda one: (one.recipe not in REFERENCES, one.recipe, one.steps, one.seed)))


def is_done(recipe: str, steps: int, seed: int, folder: Path) -> bool:
    """Whether this arm's result is in `folder` already."""
    return (folder / f"{_file_name(Result(recipe, {}, steps, seed))}.json").is_file()


def text(results: Sequence[Result]) -> str:
    """Mean uSDR with its interval, and median, a thermometer; then what each recipe is better than `BASELINE`."""
    names = list(dict.fromkeys(name for result in results for name in result.scores))
    figures = _table("vocal uSDR, dB: mean [95 %], median", names)
    gains = _table(f"better than {BASELINE} on the same songs, dB [95 %]", names)
    for result in results:
        about = f"{result.steps} steps, seed {result.seed}, {result.seconds:.0f} s" if result.steps else ""
        figures.add_row(result.recipe, *(_figure(result, name) for name in names), about)
        baseline = _baseline(result, results)
        if baseline is not None:
            gains.add_row(result.recipe, *(_gain(result, baseline, name) for name in names), about)
    return drawn(figures) + ("\n\n" + drawn(gains) if gains.rows else "")


def _table(title: str, names: Sequence[str]) -> Table:
    table = Table("recipe", *names, "", title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for column in table.columns:
        column.no_wrap = True
    return table


def _baseline(result: Result, results: Sequence[Result]) -> Result | None:
    """The first arm of the same steps and seed; None for itself, for references, and where it was not run."""
    if result.recipe in (BASELINE, *REFERENCES):
        return None
    same = [one for one in results if (one.recipe, one.steps, one.seed) == (BASELINE, result.steps, result.seed)]
    return same[0] if same else None


def _figure(result: Result, name: str) -> str:
    values = list(result.scores.get(name, {}).values())
    if not values:
        return "–"
    mean = over_songs(values)
    return _words(mean) if len(values) == 1 else f"{_words(mean)}, {np.median(values):.2f}"


def _gain(result: Result, baseline: Result, name: str) -> str:
    theirs = baseline.scores.get(name, {})
    both = [song for song in result.scores.get(name, {}) if song in theirs]
    if not both:
        return "–"
    return _words(paired([result.scores[name][song] for song in both], [theirs[song] for song in both]))


def _words(figure: Interval) -> str:
    if figure.count == 1:
        return f"{figure.value:.2f}"
    return f"{figure.value:.2f} [{figure.low:.2f}, {figure.high:.2f}]"


def _file_name(result: Result) -> str:
    return result.recipe if result.recipe in REFERENCES else f"{result.recipe}-{result.steps}-{result.seed}"
