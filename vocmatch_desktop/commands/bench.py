"""`vocmatch bench`: how fast the program is on this machine, and how much memory it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from vocmatch_desktop.commands.options import JsonFlag
from vocmatch_desktop.commands.output import emit, progress
from vocmatch_desktop.settings import Places

if TYPE_CHECKING:
    from vocmatch_desktop.services.bench import Row


def register(app: typer.Typer) -> None:
    """Adds `bench`."""
    app.command()(bench)


def bench(json_: JsonFlag = False) -> None:
    """Measures speed and memory of every capability on this machine."""
    from vocmatch_desktop.services.bench import BenchSpec, run

    with progress() as report:
        result = run(BenchSpec(Places.from_environment().demo), report)
    emit(result, as_json=json_, text="\n".join(_row_in_words(row) for row in result.rows))


def _row_in_words(row: Row) -> str:
    value = "not measured" if row.value is None else f"{row.value:,.4g} {row.unit}"
    note = f"  ({row.note})" if row.note else ""
    return f"{row.name:<58} {value:>18}{note}"
