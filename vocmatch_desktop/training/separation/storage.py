"""ONNX files of half the size: weights in 16 bits, computation in 32."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SMALLEST = 256
"""Numbers of a tensor that is worth a node: biases and scales stay as they are."""


def halve_weights(path: Path) -> None:
    """Stores the large float32 weights of an ONNX file as float16, in place.

    A Cast stands behind each, which onnxruntime folds away when it loads the file: inputs, outputs and computation stay
    float32, and so does the speed (on processors fp16 is no faster). What is out of float16's range stays float32.
    """
    model = onnx.load(path)
    graph = model.graph
    casts = []
    for tensor in graph.initializer:
        if tensor.data_type != TensorProto.FLOAT or np.prod(tensor.dims) < SMALLEST:
            continue
        weights, name = numpy_helper.to_array(tensor), tensor.name
        if np.abs(weights).max() > np.finfo(np.float16).max:
            continue
        tensor.CopyFrom(numpy_helper.from_array(weights.astype(np.float16), f"{name}_half"))
        casts.append(helper.make_node("Cast", [f"{name}_half"], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(model)
    onnx.save(model, path)
