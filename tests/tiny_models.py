"""Networks of a few bytes, whose right answers are known."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from onnx import ModelProto, TensorProto, helper

SHARES = {"drums": 0.2, "bass": 0.1, "other": 0.15, "vocals": 0.5}
"""What `four_stems` makes of a mix, in HTDemucs' order."""


def four_stems(path: Path, shares: Sequence[float] = tuple(SHARES.values())) -> Path:
    """A network with the ports of an HTDemucs export: every stem is a fixed share of the mix."""
    nodes = [helper.make_node("Unsqueeze", ["mix", "axis"], ["one"]), helper.make_node("Mul", ["one", "w"], ["stems"])]
    weights = helper.make_tensor("w", TensorProto.FLOAT, [1, len(shares), 1, 1], list(shares))
    return _written(path, nodes, [weights], len(shares))


def with_unknown_operator(path: Path) -> Path:
    """The same ports, but an operator that nobody has."""
    return _written(path, [helper.make_node("Conjure", ["mix"], ["stems"], domain="far.away")], [], 4)


def with_weights_elsewhere(path: Path) -> Path:
    """The same ports, with its weights in `weights.data`, which is not there."""
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[1, 4, 1, 1], data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value="weights.data")
    nodes = [helper.make_node("Unsqueeze", ["mix", "axis"], ["one"]), helper.make_node("Mul", ["one", "w"], ["stems"])]
    return _written(path, nodes, [tensor], 4)


def with_other_shapes(path: Path) -> Path:
    """A network that takes and gives single numbers."""
    value = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in ("x", "y")]
    return _saved(path, helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "net", value[:1], value[1:]))


def breaking_midway(path: Path) -> Path:
    """A network that loads, and fails at every run: it reshapes the mix to one of seven samples."""
    nodes = [helper.make_node("Reshape", ["mix", "seven"], ["stems"])]
    shape = helper.make_tensor("seven", TensorProto.INT64, [4], [1, 4, 2, 7])
    return _written(path, nodes, [shape], 4)


def _written(path: Path, nodes: list[object], weights: list[TensorProto], stems: int) -> Path:
    mix = helper.make_tensor_value_info("mix", TensorProto.FLOAT, ["batch", 2, "frames"])
    out = helper.make_tensor_value_info("stems", TensorProto.FLOAT, ["batch", stems, 2, "frames"])
    axis = helper.make_tensor("axis", TensorProto.INT64, [1], np.array([1]))
    return _saved(path, helper.make_graph(nodes, "net", [mix], [out], [axis, *weights]))


def _saved(path: Path, graph: object) -> Path:
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("far.away", 1)]
    model: ModelProto = helper.make_model(graph, opset_imports=opsets, ir_version=9)
    path.write_bytes(model.SerializeToString())
    return path
