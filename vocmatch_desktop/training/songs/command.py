"""`python -m vocmatch_desktop.training songs`: renders songs whose truth is known, and checks rendered ones."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vocmatch_desktop.commands.options import JsonFlag
from vocmatch_desktop.commands.output import emit, progress

if TYPE_CHECKING:
    from vocmatch_desktop.training.songs.making import Made


class SplitName(StrEnum):
    """Which things songs are made of."""

    train = "train"
    valid = "valid"
    test = "test"


class FormatName(StrEnum):
    """What songs are written as."""

    flac = "flac"
    opus = "opus"


def register(app: typer.Typer) -> None:
    """Adds `songs`."""
    app.command()(songs)


def songs(
    out: Annotated[Path | None, typer.Option(help="Folder the songs are written to.")] = None,
    count: Annotated[int, typer.Option(min=1, help="How many songs.")] = 10,
    seed: Annotated[int, typer.Option(help="The same seed gives the same songs.")] = 1,
    split: Annotated[SplitName, typer.Option(help="Voices, melodies and kits are never shared.")] = SplitName.train,
    seconds: Annotated[float, typer.Option(min=5.0, max=600.0, help="About how long a song is.")] = 40.0,
    format_: Annotated[FormatName, typer.Option("--format", help="24-bit FLAC, or Opus.")] = FormatName.flac,
    jobs: Annotated[int, typer.Option(min=1, help="Processes to render in.")] = 2,
    style: Annotated[list[str] | None, typer.Option(help="Only these styles.")] = None,
    first: Annotated[int, typer.Option(min=0, help="Number of the first song.")] = 0,
    damage: Annotated[float, typer.Option(min=0, max=1, help="Share of mixes through a codec or filter.")] = 0.0,
    check: Annotated[Path | None, typer.Option(metavar="DIR", help="Measure the songs in DIR instead.")] = None,
    pack: Annotated[Path | None, typer.Option(metavar="DIR", help="Pack the parts of songs, under 60 MB.")] = None,
    json_: JsonFlag = False,
) -> None:
    """Renders songs with exact stems, notes, chords and beats; or checks rendered ones. A stopped run goes on."""
    if pack is not None:
        _pack(pack.expanduser().absolute(), json_)
        return
    if check is not None:
        _check(check.expanduser().absolute(), json_)
        return
    if out is None:
        raise typer.BadParameter("say where the songs go", param_hint="--out")
    from vocmatch_desktop.training.songs.making import Order, make
    from vocmatch_desktop.training.songs.material import find_material
    from vocmatch_desktop.training.songs.render import Options
    from vocmatch_desktop.training.songs.studio import open_studio, styles_named

    options = Options(seconds, styles_named(style or ()), damage)
    order = Order(
        out=out.expanduser().absolute(),
        count=count,
        seed=seed,
        split=split.value,
        first=first,
        kind=format_.value,
        jobs=jobs,
        options=options,
    )
    material = find_material()
    with progress() as report:
        made = make(order, material, open_studio, report)
    emit(made, as_json=json_, text=_in_words(made, order.out))


def _in_words(made: Made, out: Path) -> str:
    lines = [f"{made.rendered} songs rendered to {out}, {made.present} were there already."]
    if made.rendered:
        lines.append(
            f"{made.sound_s / 60:.1f} minutes of sound in {made.wall_s / 60:.1f} minutes; "
            f"{made.times_real_time:.1f} × real time a core."
        )
    if made.skipped:
        lines.append(f"{len(made.skipped)} damaged compositions were skipped: {', '.join(made.skipped)}.")
    return "\n".join(lines)


def _pack(folder: Path, json_: bool) -> None:
    from vocmatch_desktop.training.songs.material import find_material
    from vocmatch_desktop.training.songs.pack import pack

    with progress() as report:
        packed = pack(find_material(), folder, report)
    lines = [f"{size / 1e6:7.2f} MB  {name}" for name, size in packed.sizes.items()]
    lines += [f"{packed.total / 1e6:7.2f} MB  in {folder}", *packed.notes]
    emit(packed, as_json=json_, text="\n".join(lines))


def _check(folder: Path, json_: bool) -> None:
    from vocmatch_desktop.training.songs.check import check, in_words
    from vocmatch_desktop.training.songs.material import find_material

    with progress() as report:
        result = check(folder, find_material(), report)
    emit(result, as_json=json_, text=in_words(result))
