"""The tables over the recipes: kept as JSON, printed with intervals, compared with the first arm song by song."""

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
from vocmatch_desktop.training.probe.recipes import RECIPES
from vocmatch_desktop.whole import write_text

BASELINE = "raw"
"""The arm that songs must beat."""

LINES = "recipes.jsonl"


def save(result: Result, folder: Path) -> None:
    """Keeps a result in its own file in `folder`, and all that are there as one line each in `LINES`."""
    write_text(folder / f"{_file_name(result)}.json", json.dumps(asdict(result), ensure_ascii=False))
    write_text(folder / LINES, "".join(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in load(folder)))


def load(folder: Path) -> tuple[Result, ...]:
    """All results in `folder`: references first, then by steps and seed in the order of `RECIPES`.

    Raises:
        UserError: One is damaged; the sentence names it.
    """
    found = []
    for path in sorted(folder.glob("*.json")):
        try:
            found.append(Result(**json.loads(path.read_text("utf-8"))))
        except (ValueError, TypeError) as error:
            raise UserError(f"{path} is damaged.", "Delete it and run the probe again.") from error
    return tuple(sorted(found, key=_place))


def is_done(recipe: str, steps: int, seed: int, folder: Path) -> bool:
    """Whether this arm's result is in `folder` already."""
    return (folder / f"{_file_name(Result(recipe, {}, steps, seed))}.json").is_file()


def text(results: Sequence[Result]) -> str:
    """A table a thermometer: mean uSDR of the voice with its interval, median, and the advantage over `BASELINE`."""
    names = dict.fromkeys(name for result in results for name in result.scores if result.scores[name])
    return "\n\n".join(drawn(_table(name, results)) for name in names)


def _table(name: str, results: Sequence[Result]) -> Table:
    title = f"{name}: uSDR of the voice, dB"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, title_style="")
    for heading in ("recipe", "mean [95 %]", "median", f"better than {BASELINE} [95 %]", "songs", "trained"):
        table.add_column(heading, no_wrap=True)
    for result in results:
        values = list(result.scores.get(name, {}).values())
        if values:
            mean = over_songs(values)
            trained = f"{result.steps} steps, seed {result.seed}, {result.seconds:.0f} s" if result.steps else ""
            gain = _gain(result, _baseline(result, results), name)
            table.add_row(result.recipe, _words(mean), f"{np.median(values):.2f}", gain, str(mean.count), trained)
    return table


def _baseline(result: Result, results: Sequence[Result]) -> Result | None:
    """The first arm of the same steps and seed; None for itself, for references, and where it was not run."""
    if result.recipe in (BASELINE, *REFERENCES):
        return None
    same = [one for one in results if (one.recipe, one.steps, one.seed) == (BASELINE, result.steps, result.seed)]
    return same[0] if same else None


def _gain(result: Result, baseline: Result | None, name: str) -> str:
    """How much better on the songs both were measured on."""
    own, theirs = result.scores[name], baseline.scores.get(name, {}) if baseline else {}
    both = [song for song in own if song in theirs]
    return _words(paired([own[song] for song in both], [theirs[song] for song in both])) if both else ""


def _words(figure: Interval) -> str:
    if figure.count == 1:
        return f"{figure.value:.2f}"
    return f"{figure.value:.2f} [{figure.low:.2f}, {figure.high:.2f}]"


def _place(result: Result) -> tuple[int, int, int, str]:
    names = [*REFERENCES, *(recipe.name for recipe in RECIPES)]
    known = names.index(result.recipe) if result.recipe in names else len(names)
    return result.steps, result.seed, known, result.recipe


def _file_name(result: Result) -> str:
    return result.recipe if result.recipe in REFERENCES else f"{result.recipe}-{result.steps}-{result.seed}"
