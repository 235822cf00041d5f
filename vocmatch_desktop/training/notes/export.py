"""The trained network as ONNX, proven equal to itself at two lengths, and its card."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from vocmatch_desktop.inference.cards import ModelCard, sha256
from vocmatch_desktop.inference.session import open_session
from vocmatch_desktop.melody.boundary import FEATURES
from vocmatch_desktop.whole import whole_file

OPSET = 17
LENGTHS = (400, 977)
LARGEST_ERROR = 1e-4


class _Probabilities(nn.Module):
    """The network with probabilities instead of logits."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, features: Tensor) -> Tensor:
        """Features [B, T, FEATURES] → [B, T, 3], each 0…1."""
        return torch.sigmoid(self.network(features))


def export(network: nn.Module, path: Path) -> None:
    """Writes the ONNX file, whole or not at all; raises RuntimeError where it does not say what torch says."""
    model = _Probabilities(network).cpu().eval()
    with whole_file(path) as partial, warnings.catch_warnings():
        # The newer exporter needs onnxscript; this one is announced to go but proven right by `_check`.
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            model,
            (torch.zeros(1, LENGTHS[0], FEATURES),),
            str(partial),
            input_names=["features"],
            output_names=["boundaries"],
            dynamic_axes={"features": {0: "batch", 1: "frames"}, "boundaries": {0: "batch", 1: "frames"}},
            opset_version=OPSET,
            dynamo=False,
        )
        _check(model, partial)


def _check(model: nn.Module, path: Path) -> None:
    session = open_session(path, "cpu")
    rng = np.random.default_rng(0)
    for frames in LENGTHS:
        given = rng.standard_normal((1, frames, FEATURES)).astype(np.float32)
        (said,) = session.run({"features": given})
        with torch.no_grad():
            expected = model(torch.from_numpy(given)).numpy()
        worst = float(np.abs(said - expected).max())
        if not worst < LARGEST_ERROR:
            raise RuntimeError(f"the exported network is off by {worst:g} at {frames} frames")


def described(model: Path, told: Mapping[str, Any]) -> ModelCard:
    """The card of an exported network: `told` holds at least name, task, family, licence and source."""
    texts: dict[str, Any] = {field: str(told[field]) for field in ("name", "task", "family", "licence", "source")}
    return ModelCard(path=model, sha256=sha256(model), told=told, **texts)
