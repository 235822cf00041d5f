"""`vocmatch audition`: a take and a beat together, as matched, in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vocmatch_desktop.commands.given import given_take
from vocmatch_desktop.commands.options import BeatName, Bpm, FirstBeat, InKey, JsonFlag, LibraryFile, TakeFile
from vocmatch_desktop.commands.output import emit, progress

Out = Annotated[Path | None, typer.Option(help="The WAV to write (default: beside the take).")]
Balance = Annotated[float, typer.Option(min=0.0, max=1.0, help="0 only the take … 0.5 equally loud … 1 only the beat.")]


def register(app: typer.Typer) -> None:
    """Adds `audition`."""
    app.command()(audition)


def audition(
    take: TakeFile,
    beat: BeatName,
    out: Out = None,
    bpm: Bpm = None,
    first_beat: FirstBeat = None,
    in_key: InKey = False,
    balance: Balance = 0.5,
    library: LibraryFile = None,
    json_: JsonFlag = False,
) -> None:
    """Renders take + beat as matched: aligned, in key, in time, loudness-matched."""
    from vocmatch_desktop.export.names import free_path, safe_name
    from vocmatch_desktop.export.placing import from_first_sample
    from vocmatch_desktop.services import audition as service
    from vocmatch_desktop.services import pairing
    from vocmatch_desktop.services.reports import Stage

    given = given_take(take, bpm, first_beat)
    chosen = _output(out)
    with progress() as report:
        pair = pairing.run(given.pair_with(beat, library, in_key=in_key), Stage(report, 0.0, 0.6))
        name = safe_name(f"{given.title} + {pair.beat.title}", ".wav")
        wanted = chosen or free_path(given.audio.parent, name)
        rendering = service.AuditionSpec(
            take=given.audio,
            beat=pair.beat.path,
            grid=pair.beat.fingerprint.grid,
            transform=from_first_sample(pair.match.transform, given.selection),
            out=wanted,
            balance=balance,
        )
        result = service.run(rendering, Stage(report, 0.6, 1.0))
    percent = 100 * (result.tempo_ratio - 1)
    emit(result, as_json=json_, text=f"{result.path}\n{result.transpose:+d} semitones, {percent:+.1f} % tempo")


def _output(out: Path | None) -> Path | None:
    if out is not None and out.suffix.lower() not in (".wav", ".flac", ".aiff"):
        raise typer.BadParameter("--out is a .wav, .flac or .aiff file.")
    return out.expanduser().absolute() if out else None
