"""The probe from end to end: train the arms that are missing, measure them, keep the table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from vocmatch_desktop.training.loop import Plan
from vocmatch_desktop.training.portions import Kind, Recipe, sources
from vocmatch_desktop.training.probe import arm, table
from vocmatch_desktop.training.probe.feed import Feed
from vocmatch_desktop.training.probe.thermometers import Thermometer, thermometers
from vocmatch_desktop.training.songs.material import Material
from vocmatch_desktop.training.songs.record import SongRecord
from vocmatch_desktop.training.songs.stream_sources import Source

Say = Callable[[str], None]
SAY_EVERY = 50


@dataclass(frozen=True, slots=True)
class Budget:
    """What every arm gets alike, and where it runs. `out` receives checkpoints and results, `cache` decoded sound.

    `half`: in bfloat16, nearly twice as fast where the processor has it.
    """

    steps: int
    seed: int
    device: torch.device
    out: Path
    cache: Path
    half: bool = False


def run(
    recipes: Sequence[Recipe], given: Sequence[SongRecord], material: Material, budget: Budget, say: Say
) -> tuple[arm.Result, ...]:
    """Runs every recipe whose result is not in `budget.out` yet, and gives all results that then are.

    `given`: songs, rendered or real, that are used beside the material's own.
    """
    waiting = [one for one in recipes if not table.is_done(one.name, budget.steps, budget.seed, budget.out)]
    if waiting:
        known = {kind: sources(kind, material, given) for one in waiting for kind in sorted(one.kinds)}
        measured_on = thermometers(material, given)
        for reference in arm.references(measured_on):
            table.save(reference, budget.out)
        for one in waiting:
            table.save(_result(one, known, measured_on, budget, say), budget.out)
    return table.load(budget.out)


def _result(
    recipe: Recipe,
    known: Mapping[Kind, Sequence[Source]],
    measured_on: Sequence[Thermometer],
    budget: Budget,
    say: Say,
) -> arm.Result:
    feed = Feed(recipe, known, budget.cache, budget.seed)
    plan = Plan(budget.steps, seed=budget.seed, half=budget.half)
    checkpoint = budget.out / f"{recipe.name}-{budget.steps}-{budget.seed}.pt"
    network, seconds = arm.train(feed, plan, checkpoint, budget.device, _Watch(recipe.name, budget.steps, say))
    scores = arm.measure(network, measured_on, budget.device)
    counts: dict[str, int] = {kind: len(known[kind]) for kind in sorted(recipe.kinds)}
    return arm.Result(recipe.name, scores, budget.steps, budget.seed, round(seconds, 1), counts)


class _Watch:
    """Says the mean loss every `SAY_EVERY` steps."""

    def __init__(self, recipe: str, steps: int, say: Say) -> None:
        self._recipe, self._steps, self._say = recipe, steps, say
        self._losses: list[float] = []

    def __call__(self, done: int, value: float) -> None:
        self._losses.append(value)
        if done % SAY_EVERY == 0 or done == self._steps:
            self._say(f"{self._recipe}: step {done} of {self._steps}, loss {sum(self._losses) / len(self._losses):.2f}")
            self._losses.clear()
