"""Exported networks are the trained ones, also at half the size, and run through their families."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from exports import exported
from onnx import TensorProto
from torch import Tensor, nn

from vocmatch_desktop.inference.session import open_session
from vocmatch_desktop.separation.facts import Facts
from vocmatch_desktop.separation.families import open_estimator
from vocmatch_desktop.training.separation import export as export_module
from vocmatch_desktop.training.separation.export import LARGEST_ERROR, LARGEST_HALVED, export
from vocmatch_desktop.training.separation.run import Live
from vocmatch_desktop.training.separation.sound import Net, Separator
from vocmatch_desktop.training.separation.storage import halve_weights
from vocmatch_desktop.types import STEMS

pytest_plugins = ["small_separation"]


KINDS = (TensorProto.FLOAT, TensorProto.FLOAT16)


def mix_of(frames: int) -> np.ndarray:
    return (0.3 * np.random.default_rng(2).standard_normal((1, 2, frames))).astype(np.float32)


@pytest.mark.parametrize("name", ["six", "eco"])
def test_both_networks_are_what_they_were(networks: dict[str, Net], tmp_path: Path, name: str) -> None:
    net = networks[name]
    torch.manual_seed(1)
    made = export(net.make(), net, tmp_path / "model.onnx")
    assert made.error < LARGEST_ERROR
    assert not made.halved
    assert made.ratio > 0
    assert [path.name for path in tmp_path.iterdir()] == ["model.onnx"]


def test_the_program_runs_it_as_training_does(networks: dict[str, Net], tmp_path: Path) -> None:
    net = networks["six"]
    separator = Separator(net.make(), net.kind).eval()
    export(separator.network, net, tmp_path / "model.onnx")
    opened = open_estimator([tmp_path / "model.onnx"], Facts(frames=net.frames))
    assert (opened.family, opened.estimator.stems) == ("own", STEMS)
    mix = mix_of(opened.estimator.frames)
    live = Live(separator, torch.device("cpu"), opened.estimator.frames)
    np.testing.assert_allclose(opened.estimator(mix), live(mix), atol=1e-4)


def test_masks_run_as_an_open_unmix(networks: dict[str, Net], tmp_path: Path) -> None:
    net = networks["eco"]
    export(net.make(), net, tmp_path / "model.onnx")
    facts = Facts(frames=net.frames, stems=STEMS, output="mask")
    opened = open_estimator([tmp_path / "model.onnx"], facts)
    assert opened.family == "umx"
    mix = mix_of(opened.estimator.frames)
    np.testing.assert_allclose(opened.estimator(mix).sum(axis=1), mix, atol=1e-3)  # a Wiener filter gives all away


def test_large_files_are_halved(networks: dict[str, Net], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    net, network = networks["six"], networks["six"].make()
    monkeypatch.setattr(export_module, "LARGEST_BYTES", 1000)
    made = export(network, net, tmp_path / "half.onnx")
    assert made.halved
    assert 0 < made.error < LARGEST_HALVED
    weights = onnx.load(tmp_path / "half.onnx").graph.initializer
    sizes = {kind: sum(math.prod(one.dims) for one in weights if one.data_type == kind) for kind in KINDS}
    assert sizes[TensorProto.FLOAT16] > 9 * sizes[TensorProto.FLOAT]
    session = open_session(tmp_path / "half.onnx", "cpu")
    assert {port.kind for port in (*session.input_ports, *session.output_ports)} == {"tensor(float)"}


def test_weights_that_16_bits_cannot_hold_stay_as_they_are(tmp_path: Path) -> None:
    network = nn.Linear(20, 20, bias=False)
    with torch.no_grad():
        network.weight.mul_(1e7)
    path = tmp_path / "model.onnx"
    given = torch.rand(1, 20)
    exported(network, [given], path, ["x"], ["y"])
    halve_weights(path)
    (said,) = open_session(path, "cpu").run({"x": given.numpy()})
    np.testing.assert_allclose(said, network(given).detach().numpy(), rtol=1e-5)


def test_a_graph_that_kept_its_example_is_not_shipped(networks: dict[str, Net], tmp_path: Path) -> None:
    class Kept(nn.Module):
        def forward(self, planes: Tensor) -> Tensor:
            weight = torch.ones(1, 1, 1, 1, 1) * len(planes)
            return planes[:, None].expand(-1, 6, -1, -1, -1) * weight

    with pytest.raises(RuntimeError, match=r"off by 0\.5"):
        export(Kept(), networks["six"], tmp_path / "model.onnx")
    assert list(tmp_path.iterdir()) == []
