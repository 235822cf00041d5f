"""Options that several commands take, so that they are spelt and described once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vocmatch_desktop.settings import Places

BeatName = Annotated[str, typer.Argument(metavar="BEAT", help="An id of the library, or a sound file.")]
JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON object to stdout.")]
LibraryFile = Annotated[Path | None, typer.Option("--library", help="The library's database (default: your own).")]
TakeFile = Annotated[Path, typer.Argument(metavar="TAKE", help="A recorded vocal, or a take's folder.")]
Bpm = Annotated[float | None, typer.Option(min=20.0, max=400.0, help="The singer's tempo, when it is known.")]
FirstBeat = Annotated[float | None, typer.Option(help="Time of a bar line in the take, seconds (with --bpm).")]
InKey = Annotated[bool, typer.Option("--in-key", help="Never transpose the beat.")]


def library_file(chosen: Path | None) -> Path:
    """The database to use, absolute: the one chosen, else the user's own."""
    return (chosen or Places.from_environment().database).expanduser().absolute()
