"""One training of the boundary network, from what is sung to what it is worth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from vocmatch_desktop.training.loop import Plan, fit, seed_everything
from vocmatch_desktop.training.notes.examples import Example, Stage, kept
from vocmatch_desktop.training.notes.feed import batch
from vocmatch_desktop.training.notes.measure import Onsets, onsets
from vocmatch_desktop.training.notes.network import BoundaryNetwork, loss

TOLD_EVERY = 50
LEARNING_RATE = 3e-3


@dataclass(frozen=True, slots=True)
class Budget:
    """How much is sung and learnt; `folder` keeps examples and checkpoint."""

    examples: int
    valid: int
    steps: int
    seed: int
    device: torch.device
    folder: Path


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """The network with averaged weights, and its onsets on takes it was not trained on."""

    network: nn.Module
    valid: Onsets
    budget: Budget


def run(train: Stage, valid: Stage, budget: Budget, say: Callable[[str], None]) -> Trained:
    """Sings what is missing, trains from where it stopped, and measures.

    Raises:
        UserError: The checkpoint is damaged or of another plan. DiskError: The folder cannot be written.
    """
    given = _sung(train, budget.examples, budget, say)
    held_out = _sung(valid, budget.valid, budget, say)
    seed_everything(budget.seed)
    network = BoundaryNetwork().to(budget.device)
    plan = Plan(budget.steps, LEARNING_RATE, seed=budget.seed)

    def drawn(step: int) -> tuple[Tensor, Tensor]:
        features, targets = batch(given, step, budget.seed)
        return features.to(budget.device), targets.to(budget.device)

    def watch(done: int, value: float) -> None:
        if done % TOLD_EVERY == 0:
            say(f"step {done} of {budget.steps}: loss {value:.4f}")

    fit(network, drawn, loss, plan, budget.folder / "last.pt", watch)
    return Trained(network, onsets(network, held_out), budget)


def _sung(stage: Stage, count: int, budget: Budget, say: Callable[[str], None]) -> list[Example]:
    folder = budget.folder / "examples"
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for index in range(count):
        found.append(kept(stage, index, budget.seed, folder))
        if (index + 1) % TOLD_EVERY == 0:
            say(f"{stage.split}: {index + 1} of {count} takes sung and heard")
    return found
