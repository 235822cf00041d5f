"""`vocmatch demo`: the program shows itself on beats and takes of its own making."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vocmatch_desktop.commands.options import JsonFlag
from vocmatch_desktop.commands.output import emit, progress
from vocmatch_desktop.settings import Places

if TYPE_CHECKING:
    from vocmatch_desktop.services.demo_tour import Tour

OutFolder = Annotated[
    Path | None, typer.Option("--out", help="Where the demo lies (default: with the program's data).")
]


def register(app: typer.Typer) -> None:
    """Adds `demo`."""
    app.command()(demo)


def demo(out: OutFolder = None, json_: JsonFlag = False) -> None:
    """Makes a library of demo beats and three sung takes, and runs every capability on them."""
    from vocmatch_desktop.services.demo_tour import TourSpec, run

    folder = (out or Places.from_environment().demo).expanduser().absolute()
    with progress() as report:
        tour = run(TourSpec(folder), report)
    emit(tour, as_json=json_, text=_tour_in_words(tour))


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
    if (apart := tour.separate) is not None:
        adds_up = f"adding up to it within {apart.null_dbfs:.0f} dBFS"
        lines.append(f"Taken apart: {', '.join(apart.stems)}, {adds_up}: {apart.song.parent}")
    lines.append(f"As a melody, {tour.melody.right} of {tour.melody.sung} notes right: {tour.melody.midi}")
    return "\n".join([*lines, f"For a DAW: {tour.export.folder}", f"{tour.elapsed_s:.1f} s."])
