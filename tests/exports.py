"""Small networks of random weights, written as ONNX the way a person would, with what torch makes of them."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch

from vocmatch_desktop.types import Float32

torch.set_num_threads(1)


def exported(
    network: torch.nn.Module,
    examples: Sequence[torch.Tensor],
    path: Path,
    inputs: Sequence[str],
    outputs: Sequence[str],
    dynamic: Mapping[str, Mapping[int, str]] | None = None,
) -> Path:
    """Writes the network; `dynamic` names the axes that may have any size."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's own
        torch.onnx.export(
            network.eval(),
            tuple(examples),
            str(path),
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_axes=dynamic,
            opset_version=17,
            dynamo=False,
        )
    return path


def noise(*shape: int, seed: int = 0, scale: float = 0.3) -> Float32:
    return (scale * np.random.default_rng(seed).standard_normal(shape)).astype(np.float32)
