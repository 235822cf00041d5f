"""A trained separation network as ONNX, proven equal to itself at two lengths."""

from __future__ import annotations

import copy
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from vocmatch_desktop.inference.session import Session, open_session
from vocmatch_desktop.training.separation.sound import HOP, RATE, WINDOW, Kind, Net
from vocmatch_desktop.training.separation.storage import halve_weights
from vocmatch_desktop.types import Float32
from vocmatch_desktop.whole import whole_file

OPSET = 17
BINS = WINDOW // 2 + 1
SIZES = ((1, 130), (2, 77))
"""Chunks and times that are compared; the first is the exporter's example."""

LARGEST_ERROR = 1e-4
LARGEST_HALVED = 1e-2
"""Against the network's largest number; the latter where weights are stored in 16 bits."""

LARGEST_BYTES = 16 * 2**20
"""Of a file; larger ones are halved."""

TRIES = 3


@dataclass(frozen=True, slots=True)
class Ports:
    """What goes in and comes out; `planes`: of a spectrum, by channel, or by real and imaginary part of each."""

    input: str
    output: str
    planes: int


PORTS: dict[Kind, Ports] = {"planes": Ports("planes", "stems", 4), "magnitudes": Ports("magnitudes", "masks", 2)}


@dataclass(frozen=True, slots=True)
class Exported:
    """How a file compares with the network it holds.

    `error`: the largest at both lengths, relative to the largest number. `halved`: weights are stored in 16 bits.
    `onnx_s`, `torch_s`: a chunk of `seconds` through either on the same cores, the best of three.
    """

    error: float
    halved: bool
    seconds: float
    onnx_s: float
    torch_s: float

    @property
    def ratio(self) -> float:
        """How many times as fast as torch onnxruntime is."""
        return self.torch_s / self.onnx_s


def export(network: nn.Module, net: Net, path: Path) -> Exported:
    """Writes the ONNX file, whole or not at all; raises RuntimeError where it does not say what torch says.

    The tracing exporter is used for all networks: the newer one writes LSTMs that are wrong at other lengths.
    """
    model = copy.deepcopy(network).cpu().eval()
    with whole_file(path) as partial:
        _write(model, PORTS[net.kind], partial)
        halved = partial.stat().st_size > LARGEST_BYTES
        if halved:
            halve_weights(partial)
        threads = torch.get_num_threads()
        session = open_session(partial, "cpu", threads=threads)
        error = _error(model, session, net.kind)
        if not error < (LARGEST_HALVED if halved else LARGEST_ERROR):
            raise RuntimeError(f"the exported network is off by {error:g}")
        return Exported(error, halved, net.frames / RATE, *_pace(model, session, net))


def _write(model: nn.Module, ports: Ports, path: Path) -> None:
    batch, times = SIZES[0]
    with warnings.catch_warnings():
        # It is announced to go, and warns of every size it takes for fixed; `_error` proves what it wrote.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            (torch.rand(batch, ports.planes, BINS, times),),
            str(path),
            input_names=[ports.input],
            output_names=[ports.output],
            dynamic_axes={ports.input: {0: "batch", 3: "times"}, ports.output: {0: "batch", 4: "times"}},
            opset_version=OPSET,
            dynamo=False,
        )


def _error(model: nn.Module, session: Session, kind: Kind) -> float:
    worst = 0.0
    for batch, times in SIZES:
        given = _heard(kind, batch, times)
        (said,) = session.run({PORTS[kind].input: given})
        with torch.inference_mode():
            expected = model(torch.from_numpy(given)).numpy()
        # np.maximum, as max() would let a NaN pass.
        worst = float(np.maximum(worst, np.abs(said - expected).max() / np.abs(expected).max()))
    return worst


def _pace(model: nn.Module, session: Session, net: Net) -> tuple[float, float]:
    """Seconds that onnxruntime and torch take for a chunk, in turns."""
    given = _heard(net.kind, 1, -(-net.frames // HOP) + 1)
    heard = torch.from_numpy(given)
    with torch.inference_mode():
        taken = [
            (_seconds(lambda: session.run({PORTS[net.kind].input: given})), _seconds(lambda: model(heard)))
            for _ in range(TRIES)
        ]
    return min(one for one, _ in taken), min(other for _, other in taken)


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _heard(kind: Kind, batch: int, times: int) -> Float32:
    """Planes or magnitudes of noise that falls off towards the highs, as music does."""
    noise = np.random.default_rng(times).standard_normal((batch, PORTS[kind].planes, BINS, times))
    noise /= np.sqrt(1 + np.arange(BINS) / 50)[:, None]
    return np.asarray(np.abs(noise) if kind == "magnitudes" else noise, np.float32)
