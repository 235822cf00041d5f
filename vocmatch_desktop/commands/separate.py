"""`vocmatch separate`: a song as stems that add up to it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from vocmatch_desktop.commands.options import JsonFlag
from vocmatch_desktop.commands.output import emit, progress, say
from vocmatch_desktop.settings import Places

if TYPE_CHECKING:
    from vocmatch_desktop.services.separation import Separated

Song = Annotated[Path, typer.Argument(metavar="SONG", help="A sound file: any rate, channels, length.")]
Out = Annotated[Path | None, typer.Option(help='Folder for the stems (default: "SONG stems" beside the song).')]
Stems = Annotated[str, typer.Option(help="Which, with commas: vocals,instrumental (default: all of the model's).")]
Model = Annotated[str, typer.Option(help="A name of `vocmatch models list`, which tells the default.")]
Provider = Annotated[str, typer.Option(help="auto, cpu, cuda, directml or coreml.")]
Overlap = Annotated[float, typer.Option(min=0.0, max=0.95, help="Part of a chunk that the next one hears again.")]
Shifts = Annotated[int, typer.Option(min=1, max=20, help="Grids of chunks that are averaged; so many times the work.")]
Batch = Annotated[int, typer.Option(min=1, max=64, help="Chunks at once.")]
Format = Annotated[
    Literal["wav", "wav24", "flac", "mp3", "opus"],
    typer.Option("--format", help="32-bit float WAV, 24-bit WAV or FLAC, or the lossy MP3 and Opus."),
]
Threads = Annotated[int, typer.Option(min=0, help="Of the processor; 0 for all cores.")]


def register(app: typer.Typer) -> None:
    """Adds `separate`."""
    app.command()(separate)


def separate(
    song: Song,
    out: Out = None,
    stems: Stems = "",
    model: Model = "",
    provider: Provider = "auto",
    overlap: Overlap = 0.25,
    shifts: Shifts = 1,
    batch: Batch = 1,
    form: Format = "wav",
    threads: Threads = 0,
    json_: JsonFlag = False,
) -> None:
    """Takes a song apart into stems of its own rate, channels and length that add up to it."""
    from vocmatch_desktop.separation.overlap import Chunking
    from vocmatch_desktop.services import separation

    path = song.expanduser().absolute()
    spec = separation.SeparateSpec(
        song=path,
        folder=(out or path.with_name(f"{path.stem} stems")).expanduser().absolute(),
        places=Places.from_environment(),
        stems=tuple(name for part in stems.split(",") if (name := part.strip().lower())),
        model=model,
        provider=provider,
        chunking=Chunking(overlap, shifts, batch),
        form=form,
        threads=threads,
    )
    with progress() as report:
        made = separation.run(spec, report)
    if made.notice:
        say(made.notice)
    emit(_as_json(made), as_json=json_, text=_text(made))


def _as_json(made: Separated) -> dict[str, object]:
    return {
        "model": made.model,
        "provider": made.provider,
        "stems": {name: stem.path for name, stem in made.stems.items()},
        "duration_s": made.duration_s,
        "elapsed_s": made.elapsed_s,
        "null_dbfs": made.null_dbfs,
        "notice": made.notice or None,
    }


def _text(made: Separated) -> str:
    took = f"{made.model} on {made.provider}: {made.duration_s:.1f} s of sound in {made.elapsed_s:.1f} s."
    return "\n".join([took, *(str(stem.path) for stem in made.stems.values())])
