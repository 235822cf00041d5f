"""Statistics that belong to the weights: an average of weights has means and variances of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar, cast

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

Given = TypeVar("Given")


@torch.no_grad()
def recompute(network: nn.Module, run: Callable[[Given], object], batches: Iterable[Given]) -> None:
    """Has every BatchNorm of `network` hold the plain average of its statistics over `batches`, in place.

    Averaged weights (Izmailov et al. 2018, section 3.3) make activations none of the training steps had, so running
    averages of those steps do not fit them. Only the norms are put into training mode: dropout stays off.

    Args:
        network: It is in evaluation mode afterwards.
        run: Sends a batch through the network.
        batches: As it is trained on.
    """
    norms = [module for module in network.modules() if isinstance(module, _BatchNorm)]
    momenta = [norm.momentum for norm in norms]
    network.eval()
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = cast(float, None)  # a cumulative average: every batch counts the same
        norm.train()
    for batch in batches if norms else ():
        run(batch)
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
    network.eval()
