"""`python -m vocmatch_desktop.training probe`: does what is learnt from our songs carry over to real recordings?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vocmatch_desktop.commands.output import say
from vocmatch_desktop.errors import UserError

if TYPE_CHECKING:
    from vocmatch_desktop.training.songs.record import SongRecord


def register(app: typer.Typer) -> None:
    """Adds `probe`."""
    app.command()(probe)


def probe(
    out: Annotated[Path, typer.Option(help="Folder for checkpoints and the table (recipes.jsonl).")],
    songs: Annotated[Path | None, typer.Option(help="Folder of rendered songs, or one a split.")] = None,
    recipe: Annotated[list[str] | None, typer.Option(help="Recipe, repeatable; all of them if left out.")] = None,
    steps: Annotated[int, typer.Option(min=1, help="Steps every arm is trained for.")] = 800,
    seed: Annotated[int, typer.Option(min=0, help="Of first weights and of what is drawn.")] = 1,
    threads: Annotated[int, typer.Option(min=0, help="Cores to train on; 0: all.")] = 0,
    device: Annotated[str, typer.Option(help="cpu or cuda.")] = "cpu",
    cache: Annotated[Path | None, typer.Option(help="Folder for decoded sound (default: in --out).")] = None,
) -> None:
    """Trains one small network on each recipe and measures the voice it finds in real recordings.

    A run that was stopped goes on; arms whose result is in --out are not run again.
    """
    import torch

    from vocmatch_desktop.training.probe import table
    from vocmatch_desktop.training.probe.recipes import RECIPES
    from vocmatch_desktop.training.probe.recipes import recipe as find
    from vocmatch_desktop.training.probe.run import Budget, run
    from vocmatch_desktop.training.songs.material import find_material

    if threads:
        torch.set_num_threads(threads)
    wanted = RECIPES if recipe in (None, ["all"]) else tuple(map(find, recipe))
    folder = out.expanduser().absolute()
    budget = Budget(steps, seed, torch.device(device), folder, (cache or folder / "cache").expanduser().absolute())
    results = run(wanted, _rendered(songs), find_material(), budget, say)
    typer.echo(table.text(results))


def _rendered(folder: Path | None) -> tuple[SongRecord, ...]:
    """The rendered songs in `folder`, or in the folders of it; none without a folder."""
    from vocmatch_desktop.training.songs.store import is_written, records

    if folder is None:
        return ()
    root = folder.expanduser().absolute()
    if not root.is_dir():
        raise UserError(f"There is no folder {root}.", "Render songs into it with `songs --count N --out DIR`.")
    inner = sorted(path for path in root.iterdir() if path.is_dir())
    if any(map(is_written, inner)):
        return records(root)
    return tuple(record for one in inner for record in records(one))
