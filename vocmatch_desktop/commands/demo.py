"""`vocmatch demo`, `bench`, `doctor`: the program shows, measures and examines itself."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vocmatch_desktop.commands.options import JsonFlag
from vocmatch_desktop.commands.output import emit, progress
from vocmatch_desktop.settings import Places

if TYPE_CHECKING:
    from vocmatch_desktop.services.bench import Row
    from vocmatch_desktop.services.demo_tour import Tour
    from vocmatch_desktop.services.doctor import Check

OutFolder = Annotated[
    Path | None, typer.Option("--out", help="Where the demo lies (default: with the program's data).")
]

Calibrate = Annotated[
    bool, typer.Option(help="Play clicks from loudspeaker to microphone, and remember how late they are heard.")
]


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command()(demo)
    app.command()(bench)
    app.command()(doctor)


def demo(out: OutFolder = None, json_: JsonFlag = False) -> None:
    """Makes a library of demo beats and three sung takes, and runs every capability on them."""
    from vocmatch_desktop.services.demo_tour import TourSpec, run

    folder = (out or Places.from_environment().demo).expanduser().absolute()
    with progress() as report:
        tour = run(TourSpec(folder), report)
    emit(tour, as_json=json_, text=_tour_in_words(tour))


def bench(json_: JsonFlag = False) -> None:
    """Measures speed and memory of every capability on this machine."""
    from vocmatch_desktop.services.bench import BenchSpec, run

    with progress() as report:
        result = run(BenchSpec(Places.from_environment().demo), report)
    emit(result, as_json=json_, text="\n".join(_row_in_words(row) for row in result.rows))


def doctor(calibrate: Calibrate = False, json_: JsonFlag = False) -> None:
    """Says what works on this machine, what does not, and what to do about it."""
    from vocmatch_desktop.services.doctor import DoctorSpec, run

    with progress() as report:
        diagnosis = run(DoctorSpec(Places.from_environment(), os.environ, calibrate), report)
    emit(diagnosis, as_json=json_, text=_diagnosis_in_words(diagnosis.checks))


def _diagnosis_in_words(checks: tuple[Check, ...]) -> str:
    width = max(len(check.name) for check in checks)
    lines = []
    for check in checks:
        lines.append(f"{'ok' if check.ok else '! '}  {check.name:<{width}}  {check.detail}")
        if check.fix:
            lines.append(f"{'':<{width + 4}}  → {check.fix}")
    wrong = sum(not check.ok for check in checks)
    verb = "needs" if wrong == 1 else "need"
    verdict = f"{wrong} of {len(checks)} checks {verb} a look." if wrong else "Everything works."
    return "\n".join([*lines, "", verdict])


def _row_in_words(row: Row) -> str:
    value = "not measured" if row.value is None else f"{row.value:,.4g} {row.unit}"
    note = f"  ({row.note})" if row.note else ""
    return f"{row.name:<58} {value:>18}{note}"


def _tour_in_words(tour: Tour) -> str:
    library = tour.library
    lines = [f"{library.tracks} beats in {library.folder} ({library.made} made now)."]
    for found in tour.match.takes:
        where = f"“{found.title}”: {found.beat} ranked {found.rank or 'nowhere'}"
        best = found.results[0]
        lines.append(
            f"{where}; best is {best.title}, {best.score:.0f} ({best.transpose:+d} st, ×{best.tempo_ratio:.3f})."
        )
    lines += [f"Hear it: {audition.path}" for audition in tour.auditions]
    return "\n".join([*lines, f"For a DAW: {tour.export.folder}", f"{tour.elapsed_s:.1f} s."])
