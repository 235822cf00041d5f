"""Options that several commands take, so that they are spelt and described once."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vocmatch_desktop.settings import Places

if TYPE_CHECKING:
    from vocmatch_desktop.services.pairing import PairSpec

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


def take_audio(take: Path) -> Path:
    """The sound of TAKE, absolute: `take.wav` where a take's folder was named, else the file itself."""
    path = take.expanduser().absolute()
    return path / "take.wav" if path.is_dir() else path


def take_title(take: Path) -> str:
    """What TAKE is called: a take's folder by its name, a file without its suffix."""
    path = take.expanduser().absolute()
    return path.name if path.is_dir() else path.stem


def check_tempo(bpm: float | None, first_beat: float | None) -> None:
    """Raises `typer.BadParameter` unless --bpm and --first-beat are numbers, and the latter stands with the former."""
    if not all(math.isfinite(number) for number in (bpm, first_beat) if number is not None):
        raise typer.BadParameter("--bpm and --first-beat are numbers.")
    if first_beat is not None and bpm is None:
        raise typer.BadParameter("--first-beat goes with --bpm.")


def pair_spec(
    take: Path, beat: str, library: Path | None, bpm: float | None, first_beat: float | None, in_key: bool
) -> PairSpec:
    """TAKE and BEAT with the options that several commands share; raises `typer.BadParameter`."""
    check_tempo(bpm, first_beat)
    from vocmatch_desktop.services.pairing import PairSpec

    return PairSpec(take_audio(take), beat, library_file(library), bpm, first_beat, in_key=in_key)
