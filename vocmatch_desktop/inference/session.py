"""ONNX sessions that say where they really run.

Example:
    session = open_session(swift_f0().path)
    pitch, confidence = session.run({"audio": audio[None], …}, ["pitch", "confidence"])
    session.provider                                    # "CPUExecutionProvider"
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.errors import ModelError

if TYPE_CHECKING:
    import onnxruntime

CPU = "CPUExecutionProvider"
PROVIDERS: Mapping[str, str] = {
    "cuda": "CUDAExecutionProvider",
    "directml": "DmlExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
    "cpu": CPU,
}
"""What a person types → what onnxruntime calls it, fastest first."""

FATAL_ONLY = 4


@dataclass(frozen=True, slots=True)
class Port:
    """An input or output of a model; `shape` has None where any size will do, and is empty where none is told."""

    name: str
    shape: tuple[int | None, ...]


class Session:
    """A loaded model. `provider` is what it runs on, which need not be what was asked for."""

    def __init__(self, session: onnxruntime.InferenceSession) -> None:
        self._session = session
        # onnxruntime falls back to the CPU without an error, and get_device() names the build, not the session.
        self.provider: str = session.get_providers()[0]
        self.input_ports: tuple[Port, ...] = tuple(_port(entry) for entry in session.get_inputs())
        self.output_ports: tuple[Port, ...] = tuple(_port(entry) for entry in session.get_outputs())
        self.inputs: tuple[str, ...] = tuple(port.name for port in self.input_ports)
        self.outputs: tuple[str, ...] = tuple(port.name for port in self.output_ports)

    def run(self, inputs: Mapping[str, NDArray[Any]], outputs: Sequence[str] | None = None) -> list[NDArray[Any]]:
        """Runs the model; gives the named `outputs` in order (all of them without names)."""
        names = list(self.outputs if outputs is None else outputs)
        return [np.asarray(value) for value in self._session.run(names, dict(inputs))]


def open_session(model: Path, provider: str = "auto", *, threads: int = 1) -> Session:
    """Loads an ONNX model.

    Args:
        model: The `.onnx` file.
        provider: "auto" (the fastest there is), or a name of `PROVIDERS`.
        threads: Threads of one run; they sleep between runs, so that a live session costs no idle CPU.

    Raises:
        ModelError: The provider is unknown or absent, or the file is missing or no model.
    """
    import onnxruntime
    from onnxruntime.capi import onnxruntime_pybind11_state as states

    providers = _choose(provider, onnxruntime.get_available_providers())
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = FATAL_ONLY
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return Session(onnxruntime.InferenceSession(str(model), options, providers=providers))
    except (
        states.InvalidProtobuf,
        states.NoSuchFile,
        states.InvalidGraph,
        states.Fail,
        states.InvalidArgument,
    ) as error:
        raise ModelError(f"The model {model.name} cannot be loaded.", "Install it again.") from error


def available_providers() -> tuple[str, ...]:
    """The short names of the providers this installation offers, fastest first."""
    import onnxruntime

    offered = onnxruntime.get_available_providers()
    return tuple(name for name, full in PROVIDERS.items() if full in offered)


def _port(entry: onnxruntime.NodeArg) -> Port:
    return Port(entry.name, tuple(size if isinstance(size, int) and size > 0 else None for size in entry.shape or ()))


def _choose(provider: str, offered: Sequence[str]) -> list[str]:
    if provider == "auto":
        return [full for full in PROVIDERS.values() if full in offered]
    if provider not in PROVIDERS:
        raise ModelError(f"There is no provider called “{provider}”.", f"Choose one of: auto, {', '.join(PROVIDERS)}.")
    if PROVIDERS[provider] not in offered:
        raise ModelError(f"This installation cannot run models on “{provider}”.", "Choose auto or cpu.")
    return list(dict.fromkeys([PROVIDERS[provider], CPU]))
