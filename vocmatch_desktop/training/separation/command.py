"""`python -m vocmatch_desktop.training separate`: trains a network that takes songs apart, and ships it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vocmatch_desktop.commands.output import say

if TYPE_CHECKING:
    from vocmatch_desktop.training.separation.card import Told
    from vocmatch_desktop.training.separation.recipe import Feed
    from vocmatch_desktop.training.separation.run import Budget, Trained
    from vocmatch_desktop.training.songs.material import Material
    from vocmatch_desktop.training.songs.record import SongRecord


class NetName(StrEnum):
    """Which network."""

    six = "six"
    eco = "eco"


class DeviceName(StrEnum):
    """What computes."""

    auto = "auto"
    cpu = "cpu"
    cuda = "cuda"


def register(app: typer.Typer) -> None:
    """Adds `separate`."""
    app.command()(separate)


def separate(
    net: Annotated[NetName, typer.Option(help="six: the default network; eco: the light one.")],
    out: Annotated[Path, typer.Option(help="Folder for checkpoint, log and curve; a stopped run goes on from it.")],
    songs: Annotated[list[Path] | None, typer.Option(help="Folder of rendered or real songs, repeatable.")] = None,
    models: Annotated[Path | None, typer.Option(help="Folder for the .onnx and its card (default: --out).")] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Training steps (default: the recipe's).")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of first weights and of what is drawn.")] = 1,
    device: Annotated[DeviceName, typer.Option(help="Where it is trained.")] = DeviceName.auto,
    half: Annotated[bool, typer.Option(help="Train in bfloat16.")] = True,
    threads: Annotated[int, typer.Option(min=0, help="Cores to compute on; 0: all.")] = 0,
    cache: Annotated[Path | None, typer.Option(help="Folder for decoded sound (default: in --out).")] = None,
    as_is: Annotated[bool, typer.Option("--as-is", help="Train no further: ship what the checkpoint holds.")] = False,
) -> None:
    """Trains a separation network, exports it to ONNX, measures it and writes its card.

    Real multitracks of your own count most: give their folders with --songs. A stopped run goes on.
    """
    import torch

    from vocmatch_desktop.training.devices import device as find_device
    from vocmatch_desktop.training.portions import real_songs, rendered_songs
    from vocmatch_desktop.training.separation import recipe
    from vocmatch_desktop.training.separation.finish import finish
    from vocmatch_desktop.training.separation.heldout import at_the_end, on_the_way
    from vocmatch_desktop.training.separation.run import Budget, train
    from vocmatch_desktop.training.separation.sound import NETS
    from vocmatch_desktop.training.songs.material import find_material
    from vocmatch_desktop.training.songs.readers import read_folders

    if threads:
        torch.set_num_threads(threads)
    folder = out.expanduser().absolute()
    chosen = find_device(device.value)
    workers = max(1, (os.cpu_count() or 1) - 2) if chosen.type == "cuda" else 1
    budget = Budget(NETS[net], steps or recipe.STEPS, seed, half, chosen, folder, workers, as_is)
    material = find_material()
    given = read_folders(one.expanduser().absolute() for one in songs or ())
    known = (*real_songs(material, given), *rendered_songs(given))
    feed = recipe.Feed(budget.net, material, given, (cache or folder / "cache").expanduser().absolute(), seed)
    trained = train(budget, feed.batch, on_the_way(known), say)
    told = _told(budget, trained, feed, material, given)
    sets = at_the_end(known, material.folder.parent / "eval" / "mir1k")
    finish(trained, budget.net, told, sets, (models or folder).expanduser().absolute(), say)


def _told(budget: Budget, trained: Trained, feed: Feed, material: Material, given: Sequence[SongRecord]) -> Told:
    import torch

    from vocmatch_desktop.training.separation import card

    known = tuple(given)
    return card.Told(
        net=budget.net,
        parameters=sum(value.numel() for value in trained.separator.network.parameters()),
        steps=trained.steps,
        planned=budget.steps,
        seed=budget.seed,
        half=budget.half,
        device=torch.cuda.get_device_name() if budget.device.type == "cuda" else "cpu",
        seconds=trained.lines[-1].seconds if trained.lines else None,
        data=card.data(feed, known),
        credits=card.credits(feed, material, known),
    )
