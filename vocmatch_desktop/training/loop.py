"""The loop every network is trained in: seeded, resumable to the step, with a moving average of the weights.

    plan = Plan(steps=800, learning_rate=2e-3)
    trained = fit(network, batch, loss, plan, folder / "last.pt")

`batch(step)` must be a function of the step alone: a run that was killed then goes on with what it would have seen.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from vocmatch_desktop.errors import UserError
from vocmatch_desktop.whole import whole_file

Batch = TypeVar("Batch")
Watch = Callable[[int, float], None]
"""Told after every step: how many are done, and the step's loss."""

Kept = Callable[[int, Mapping[str, Tensor]], None]
"""Told after every checkpoint: how many steps are done, and the averaged weights, which must be left as they are."""


_UNREADABLE = (UnpicklingError, RuntimeError, KeyError, EOFError, ValueError)


@dataclass(frozen=True, slots=True)
class Plan:
    """How a network is trained: AdamW, linear warm-up, then a half cosine down to nothing at `steps`.

    `ema`: decay of the moving average of the weights (0: none). `half`: forward pass in bfloat16. `clip`: largest norm
    of the gradient. `checkpoint_every`: steps between two checkpoints.
    """

    steps: int
    learning_rate: float = 2e-3
    warmup: int = 40
    weight_decay: float = 0.01
    clip: float = 1.0
    ema: float = 0.98
    half: bool = False
    seed: int = 0
    checkpoint_every: int = 100

    def rate(self, step: int) -> float:
        """The learning rate of `step` (0 … steps − 1)."""
        warm = min(1.0, (step + 1) / max(1, self.warmup))
        return self.learning_rate * warm * 0.5 * (1 + math.cos(math.pi * step / self.steps))


class Ema:
    """A moving average of a network's weights and buffers; early on it forgets faster, so that it holds no start."""

    def __init__(self, network: nn.Module, decay: float) -> None:
        self._decay = decay
        self.state = {name: value.detach().clone() for name, value in network.state_dict().items()}

    @torch.no_grad()
    def follow(self, network: nn.Module, step: int) -> None:
        """Moves towards the network's weights after `step`; what is no fraction (a counter) is taken over."""
        decay = min(self._decay, (step + 1) / (step + 10))
        for name, value in network.state_dict().items():
            if value.is_floating_point():
                self.state[name].lerp_(value, 1 - decay)
            else:
                self.state[name].copy_(value)


def seed_everything(seed: int) -> None:
    """Makes what torch draws (first weights, dropout) a function of `seed`; data draws from generators of its own."""
    torch.manual_seed(seed)


def fit(
    network: nn.Module,
    batch: Callable[[int], Batch],
    loss: Callable[[nn.Module, Batch], Tensor],
    plan: Plan,
    checkpoint: Path,
    watch: Watch = lambda done, value: None,
    kept: Kept = lambda done, weights: None,
) -> nn.Module:
    """Trains `network` where it lies and gives it with its averaged weights, in evaluation mode.

    Goes on from `checkpoint` where there is one, and keeps it: a finished run loads and returns at once.

    Raises:
        UserError: The checkpoint is damaged or of another plan or network. DiskError: It cannot be written.
    """
    optimizer = torch.optim.AdamW(network.parameters(), plan.learning_rate, weight_decay=plan.weight_decay)
    ema = Ema(network, plan.ema)
    start = _resume(checkpoint, plan, network, optimizer, ema)
    device = next(network.parameters()).device.type
    network.train()
    for step in range(start, plan.steps):
        for group in optimizer.param_groups:
            group["lr"] = plan.rate(step)
        data = batch(step)
        with torch.autocast(device, torch.bfloat16, enabled=plan.half):
            value = loss(network, data)
        optimizer.zero_grad(set_to_none=True)
        value.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), plan.clip)
        optimizer.step()
        ema.follow(network, step)
        watch(step + 1, value.item())
        if (step + 1) % plan.checkpoint_every == 0 or step + 1 == plan.steps:
            _save(checkpoint, plan, step + 1, network, optimizer, ema)
            kept(step + 1, ema.state)
    network.load_state_dict(ema.state)
    return network.eval()


def averaged(network: nn.Module, checkpoint: Path) -> int:
    """Gives `network` the averaged weights of a run that need not be finished; the steps that it has done.

    Raises:
        UserError: There is no checkpoint, or it is damaged or of another network.
    """
    if not checkpoint.is_file():
        raise UserError(f"There is no checkpoint {checkpoint}.", "Train first.")
    device = next(network.parameters()).device
    try:
        state: dict[str, Any] = torch.load(checkpoint, map_location=device, weights_only=True)
        network.load_state_dict(state["ema"])
        network.eval()
        return int(state["step"])
    except _UNREADABLE as error:
        raise UserError(f"{checkpoint} is damaged or of another network.", "Train again, elsewhere.") from error


def _save(path: Path, plan: Plan, step: int, network: nn.Module, optimizer: torch.optim.Optimizer, ema: Ema) -> None:
    state = {
        "plan": asdict(plan),
        "step": step,
        "network": network.state_dict(),
        "optimizer": optimizer.state_dict(),
        "ema": ema.state,
        "torch": torch.get_rng_state(),
    }
    with whole_file(path) as partial:
        torch.save(state, partial)


def _resume(path: Path, plan: Plan, network: nn.Module, optimizer: torch.optim.Optimizer, ema: Ema) -> int:
    """Loads what is there and gives the steps it has done; 0 without a checkpoint."""
    if not path.is_file():
        return 0
    remedy = f"Delete it or choose another folder than {path.parent}."
    device = next(network.parameters()).device
    try:
        state: dict[str, Any] = torch.load(path, map_location=device, weights_only=True)
        if state["plan"] != asdict(plan):
            raise UserError(f"{path} is of a run with another plan.", remedy)
        network.load_state_dict(state["network"])
        optimizer.load_state_dict(state["optimizer"])
        ema.state = state["ema"]
        torch.set_rng_state(state["torch"].cpu())
    except _UNREADABLE as error:
        raise UserError(f"{path} is damaged or of another network.", remedy) from error
    return int(state["step"])
