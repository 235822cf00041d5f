"""`python -m vocmatch_desktop.training probe`: does what is learnt from our songs carry over to real recordings?"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from vocmatch_desktop.commands.output import say


class DeviceName(StrEnum):
    """What computes."""

    cpu = "cpu"
    cuda = "cuda"


def register(app: typer.Typer) -> None:
    """Adds `probe`."""
    app.command()(probe)


def probe(
    out: Annotated[Path, typer.Option(help="Folder for checkpoints and the table (recipes.jsonl).")],
    songs: Annotated[list[Path] | None, typer.Option(help="Folder of rendered or real songs, repeatable.")] = None,
    recipe: Annotated[list[str] | None, typer.Option(help="Recipe, repeatable; all of them if left out.")] = None,
    steps: Annotated[int, typer.Option(min=1, help="Steps every arm is trained for.")] = 800,
    seed: Annotated[int, typer.Option(min=0, help="Of first weights and of what is drawn.")] = 1,
    threads: Annotated[int, typer.Option(min=0, help="Cores to train on; 0: all.")] = 0,
    device: Annotated[DeviceName, typer.Option(help="Where it is trained.")] = DeviceName.cpu,
    half: Annotated[bool, typer.Option("--half", help="Train in bfloat16: faster where the processor has it.")] = False,
    cache: Annotated[Path | None, typer.Option(help="Folder for decoded sound (default: in --out).")] = None,
) -> None:
    """Trains one small network on each recipe and measures the voice it finds in real recordings.

    A run that was stopped goes on; arms whose result is in --out are not run again.
    """
    import torch

    from vocmatch_desktop.training.devices import device as find_device
    from vocmatch_desktop.training.probe import table
    from vocmatch_desktop.training.probe.recipes import RECIPES
    from vocmatch_desktop.training.probe.recipes import recipe as find
    from vocmatch_desktop.training.probe.run import Budget, run
    from vocmatch_desktop.training.songs.material import find_material
    from vocmatch_desktop.training.songs.readers import read_folders

    chosen = find_device(device.value)
    if threads:
        torch.set_num_threads(threads)
    wanted = RECIPES if recipe in (None, ["all"]) else tuple(map(find, recipe))
    folder = out.expanduser().absolute()
    decoded = (cache or folder / "cache").expanduser().absolute()
    budget = Budget(steps, seed, chosen, folder, decoded, half)
    given = read_folders(one.expanduser().absolute() for one in songs or ())
    results = run(wanted, given, find_material(), budget, say)
    typer.echo(table.text(results))
