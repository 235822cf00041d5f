"""`python -m vocmatch_desktop.training notes`: trains the network that hears where notes begin and end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vocmatch_desktop.commands.output import say

if TYPE_CHECKING:
    from vocmatch_desktop.training.notes.examples import Stage
    from vocmatch_desktop.training.notes.run import Trained

NAME = "notes-boundary"


def register(app: typer.Typer) -> None:
    """Adds `notes`."""
    app.command()(notes)


def notes(
    out: Annotated[Path, typer.Option(help="Folder for examples and checkpoint; a stopped run goes on from it.")],
    models: Annotated[Path, typer.Option(help="Folder the .onnx and its card are written to.")],
    examples: Annotated[int, typer.Option(min=1, help="Takes of 12 s to sing and train on.")] = 600,
    valid: Annotated[int, typer.Option(min=1, help="Takes of other voices and songs to measure on.")] = 60,
    steps: Annotated[int, typer.Option(min=1, help="Training steps.")] = 2500,
    seed: Annotated[int, typer.Option(min=0, help="Of takes, first weights and batches.")] = 1,
    threads: Annotated[int, typer.Option(min=0, help="Cores to train on; 0: all.")] = 0,
    device: Annotated[str, typer.Option(help="cpu or cuda.")] = "cpu",
    cache: Annotated[Path | None, typer.Option(help="Folder for analysed voices (default: the program's own).")] = None,
) -> None:
    """Sings takes, trains the boundary network on them and writes it as ONNX with its card."""
    import torch

    from vocmatch_desktop.inference.cards import write_card
    from vocmatch_desktop.training.notes.examples import Stage
    from vocmatch_desktop.training.notes.export import described, export
    from vocmatch_desktop.training.notes.run import Budget, run
    from vocmatch_desktop.training.songs.material import find_material

    if threads:
        torch.set_num_threads(threads)
    folder, target = (path.expanduser().absolute() for path in (out, models))
    material = find_material()
    stages = Stage(material, "train", cache), Stage(material, "valid", cache)
    budget = Budget(examples, valid, steps, seed, torch.device(device), folder)
    trained = run(*stages, budget, say)
    model = target / f"{NAME}.onnx"
    export(trained.network, model)
    write_card(model.with_suffix(".json"), described(model, told(trained, stages[0], device)))
    say(f"{model} and its card: onsets of other voices F1 {trained.valid.f1:.3f}, {trained.valid.late_ms:+.1f} ms")


def told(trained: Trained, stage: Stage, device: str) -> dict[str, Any]:
    """What the card says, but for the file itself."""
    from dataclasses import asdict

    from vocmatch_desktop.melody.boundary import FEATURES
    from vocmatch_desktop.training.notes.examples import SECONDS

    budget = trained.budget
    return {
        "name": NAME,
        "task": "note-boundaries",
        "family": "dilated convolutions over time",
        "licence": "MIT",
        "source": "python -m vocmatch_desktop.training notes",
        "inputs": {
            "features": {
                "shape": ["batch", "frames", FEATURES],
                "unit": "40 log-mel levels, confidence, pitch step, pitch away from its mean, level, every 8 ms "
                "(melody.boundary.features)",
            }
        },
        "outputs": {
            "boundaries": {"shape": ["batch", "frames", 3], "unit": "probability of onset, offset, inside a note"}
        },
        "parameters": sum(value.numel() for value in trained.network.parameters()),
        "training": {
            "data": f"{budget.examples} rendered takes of {SECONDS:g} s: {', '.join(v.name for v in stage.voices)} "
            "singing parts of POP909 and OpenEWLD (train split) and drawn exercises, recorded in drawn places",
            "credits": [asdict(credit) for credit in stage.credits],
            "steps": budget.steps,
            "seed": budget.seed,
            "device": device,
        },
        "figures": {f"onsets of {budget.valid} rendered takes, voices and songs not trained on": asdict(trained.valid)},
        "limits": "One voice at a time. Trained on a few voices that sing Japanese, English and bare syllables; "
        "whispering, growling and rap are not in it.",
    }
