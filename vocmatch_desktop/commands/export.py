"""`vocmatch export`: a session folder for a DAW."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from vocmatch_desktop.commands.given import given_take
from vocmatch_desktop.commands.options import Bpm, FirstBeat, InKey, JsonFlag, LibraryFile, TakeFile
from vocmatch_desktop.commands.output import emit, progress

BeatOption = Annotated[str, typer.Option("--beat", metavar="BEAT", help="An id of the library, or a sound file.")]
FormatOption = Annotated[Literal["wav", "dawproject", "rpp"], typer.Option("--format", help="What the DAW opens.")]
OutFolder = Annotated[Path | None, typer.Option(help="The session's folder (default: one in your exports folder).")]


def register(app: typer.Typer) -> None:
    """Adds `export`."""
    app.command()(export)


def export(
    take: TakeFile,
    beat: BeatOption,
    format_: FormatOption = "wav",
    out: OutFolder = None,
    bpm: Bpm = None,
    first_beat: FirstBeat = None,
    in_key: InKey = False,
    library: LibraryFile = None,
    json_: JsonFlag = False,
) -> None:
    """Writes the take, the fitted beat and its stems where it was taken apart, from one bar line on, for a DAW."""
    from vocmatch_desktop.services import exporting
    from vocmatch_desktop.settings import Places

    given = given_take(take, bpm, first_beat)
    spec = exporting.ExportSpec(
        pair=given.pair_with(beat, library, in_key=in_key),
        title=given.title,
        folder=out.expanduser().absolute() if out else _folder(given.title),
        format=format_,
        songs=Places.from_environment().songs,
    )
    with progress() as report:
        result = exporting.run(spec, report)
    shown = {"files": result.files, "bpm": result.bpm, "key": result.key.name}
    lines = "\n".join(str(file) for file in result.files)
    emit(shown, as_json=json_, text=f"{lines}\n{result.bpm:.2f} BPM, {result.key.name}")


def _folder(title: str) -> Path:
    from vocmatch_desktop.export.names import safe_name
    from vocmatch_desktop.settings import Places, load

    places = Places.from_environment()
    chosen = load(places.settings_file).export_folder
    return (Path(chosen) if chosen else places.exports) / safe_name(title)
