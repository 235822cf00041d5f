"""One training of a separation network: from where it stopped, measured on its way, its norms set right at the end."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from vocmatch_desktop.training.loop import averaged, fit, seed_everything
from vocmatch_desktop.training.separation import curve, recipe
from vocmatch_desktop.training.separation.ahead import Ahead
from vocmatch_desktop.training.separation.batchnorm import recompute
from vocmatch_desktop.training.separation.progress import Line, Progress, Valid
from vocmatch_desktop.training.separation.sound import RATE, WINDOW, Batch, Net, Prepared, Separator
from vocmatch_desktop.training.separation.validate import HeldOut, measure, through
from vocmatch_desktop.types import STEMS, Float32
from vocmatch_desktop.whole import write_text

Say = Callable[[str], None]

TOLD_EVERY = 50
CHECKS = 10
"""How often a network is measured on its way."""

NORM_BATCHES = 32
CHECKPOINT, LOG, CURVE = "last.pt", "log.jsonl", "curve.svg"


@dataclass(frozen=True, slots=True)
class Budget:
    """How a network is trained. `folder` keeps checkpoint, log and curve.

    `half`: forward pass in bfloat16. `workers`: threads that make batches ahead. `as_is`: no further step is made.
    """

    net: Net
    steps: int
    seed: int
    half: bool
    device: torch.device
    folder: Path
    workers: int = 1
    as_is: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """The separator with averaged weights, after `steps` steps; `lines` are what its training said of itself."""

    separator: Separator
    steps: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Live:
    """A separator in torch as an `Estimator`."""

    separator: Separator
    device: torch.device
    frames: int
    half: bool = False
    rate: int = RATE
    stems: tuple[str, ...] = STEMS
    margin: int = WINDOW // 2

    @torch.inference_mode()
    def __call__(self, mix: Float32) -> Float32:
        """Stems of stereo chunks: float32 [batch, 2, frames] gives float32 [batch, 6, 2, frames]."""
        heard = torch.from_numpy(mix).to(self.device)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.half):
            return np.asarray(self.separator(heard).float().cpu().numpy(), np.float32)


def train(budget: Budget, batch: Callable[[int], Batch], sets: Sequence[HeldOut], say: Say) -> Trained:
    """Trains on what `batch` gives for every step, from the checkpoint on where there is one.

    `sets` are heard on the way. A run that is finished is loaded and given at once.

    Raises:
        UserError: The checkpoint is damaged or of another plan. DiskError: The folder cannot be written.
    """
    seed_everything(budget.seed)
    separator = Separator(budget.net.make(), budget.net.kind).to(budget.device)
    progress = Progress(budget.folder / LOG)

    def prepared(step: int) -> Prepared:
        return separator.prepared(Batch(*(part.to(budget.device) for part in batch(step))))

    with Ahead(prepared, budget.workers, budget.steps + NORM_BATCHES) as batches:
        steps = _learn(budget, separator, batches, _Watch(budget, separator, sets, progress, say))
        say(f"{steps} steps done: statistics of the averaged weights over {NORM_BATCHES} batches")
        recompute(separator, separator.loss, (batches(step) for step in range(steps, steps + NORM_BATCHES)))
    write_text(budget.folder / CURVE, curve.svg(budget.net.name, progress.lines))
    return Trained(separator, steps, progress.lines)


def _learn(budget: Budget, separator: Separator, batches: Callable[[int], Prepared], watch: _Watch) -> int:
    checkpoint = budget.folder / CHECKPOINT
    if budget.as_is:
        return averaged(separator, checkpoint)
    plan = recipe.plan(budget.net, budget.steps, budget.seed, budget.half)
    fit(separator, batches, recipe.loss, plan, checkpoint, watch.step, watch.kept)
    return budget.steps


class _Watch:
    """Keeps the log and the curve, and measures the averaged weights every so often."""

    def __init__(
        self, budget: Budget, separator: Separator, sets: Sequence[HeldOut], progress: Progress, say: Say
    ) -> None:
        self._budget, self._separator, self._sets = budget, separator, sets
        self._progress, self._say = progress, say
        self._measured = 0

    def step(self, done: int, loss: float) -> None:
        """After every step."""
        if not self._measured:
            self._measured = self._place(done - 1) + 1
        self._progress.took(done, loss)
        if done % TOLD_EVERY == 0:
            line = self._progress.tell(done)
            self._say(f"step {done} of {self._budget.steps}: loss {line.loss:.3f} dB, {line.seconds:.0f} s")

    def kept(self, done: int, weights: Mapping[str, Tensor]) -> None:
        """After every checkpoint."""
        if self._place(done) < self._measured:
            return
        self._measured = self._place(done) + 1
        valid = self._valid(weights)
        self._progress.tell_valid(done, valid)
        write_text(self._budget.folder / CURVE, curve.svg(self._budget.net.name, self._progress.lines))
        for name, stems in valid.items():
            self._say(f"  {name}: " + ", ".join(f"{stem} {value:.2f}" for stem, value in stems.items()) + " dB")

    def _place(self, done: int) -> int:
        """How many measurements lie before this step."""
        return done * CHECKS // self._budget.steps

    def _valid(self, weights: Mapping[str, Tensor]) -> Valid:
        shadow = copy.deepcopy(self._separator).eval()
        shadow.load_state_dict(weights)
        budget = self._budget
        found = measure(self._sets, through(Live(shadow, budget.device, budget.net.frames, budget.half)))
        return {
            name: {stem: one.usdr_db for stem, one in stems.items() if one.usdr_db is not None}
            for name, stems in found.items()
        }
