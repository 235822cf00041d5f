"""The boundary network: dilated convolutions over time (Bai et al. 2018), half a second each way, 0.15 M parameters."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from vocmatch_desktop.melody.boundary import FEATURES

CHANNELS = 56
DILATIONS = (1, 2, 4, 8, 16, 1, 2, 4, 8, 16)
KERNEL = 3
OUTPUTS = 3
"""Logits of onset, offset, inside a note."""

WEIGHTS = (1.0, 0.6, 0.6)


class _Block(nn.Module):
    """A dilated convolution with a short cut; [B, C, T] → same."""

    def __init__(self, dilation: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(CHANNELS)
        self.wide = nn.Conv1d(CHANNELS, CHANNELS, KERNEL, padding=dilation, dilation=dilation, bias=False)
        self.between = nn.BatchNorm1d(CHANNELS)
        self.mix = nn.Conv1d(CHANNELS, CHANNELS, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Adds what it finds."""
        inner = self.wide(functional.relu(self.norm(x)))
        return x + self.mix(functional.relu(self.between(inner)))  # type: ignore[no-any-return]


class BoundaryNetwork(nn.Module):
    """Features [B, T, FEATURES] → logits [B, T, 3]."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv1d(FEATURES, CHANNELS, 5, padding=2)
        self.blocks = nn.Sequential(*(_Block(dilation) for dilation in DILATIONS))
        self.norm = nn.BatchNorm1d(CHANNELS)
        self.last = nn.Conv1d(CHANNELS, OUTPUTS, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Logits a frame."""
        hidden = self.blocks(self.first(x.transpose(1, 2)))
        return self.last(functional.relu(self.norm(hidden))).transpose(1, 2)  # type: ignore[no-any-return]


def loss(network: nn.Module, batch: tuple[Tensor, Tensor]) -> Tensor:
    """Binary cross-entropy with soft targets [B, T, 3], onsets counting most: probabilities come out calibrated."""
    given, wanted = batch
    each = functional.binary_cross_entropy_with_logits(network(given), wanted, reduction="none").mean(dim=(0, 1))
    return (each * torch.tensor(WEIGHTS, device=each.device)).sum()
