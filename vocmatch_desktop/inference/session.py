"""ONNX sessions that say where they really run, and go on with the CPU where something faster fails.

Example:
    session = open_session(swift_f0().path)
    pitch, confidence = session.run({"audio": audio[None], …}, ["pitch", "confidence"])
    session.provider                                    # "CPUExecutionProvider"
    session.notice                                      # "", or why it is not what was asked for
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.errors import ModelError
from vocmatch_desktop.inference.providers import CPU, choose, options_of, preload, session_options, short_name
from vocmatch_desktop.whole import shown_name

if TYPE_CHECKING:
    import onnxruntime

LARGEST_MODEL = 2 * 2**30
"""Bytes of one ONNX file: protobuf holds no more, whatever the file claims."""

EXTERNAL_DATA = b"\x6a"
"""How a tensor's field 13, an entry of external data, begins."""

Load = Callable[[Path, Sequence[str]], "onnxruntime.InferenceSession"]
"""Loads a model file for providers of onnxruntime's names, first choice first."""


@dataclass(frozen=True, slots=True)
class Port:
    """An input or output of a model.

    `shape` has None where any size will do, and is empty where none is told. `kind` is onnxruntime's word for what it
    holds, as "tensor(float)".
    """

    name: str
    shape: tuple[int | None, ...]
    kind: str = "tensor(float)"


class Session:
    """A loaded model. `provider` is what it runs on, which need not be what was asked for; `notice` says why."""

    def __init__(self, model: Path, providers: Sequence[str], load: Load) -> None:
        self._model = model
        self._load = load
        try:
            self._session = load(model, providers)
        except failures():
            if providers[0] == CPU:
                raise
            self._session = load(model, [CPU])
        # onnxruntime falls back to the CPU without an error, and get_device() names the build, not the session.
        self.provider: str = self._session.get_providers()[0]
        self.notice = ""
        if self.provider != providers[0]:
            used = "the processor" if self.provider == CPU else f"“{short_name(self.provider)}”"
            self.notice = f"“{short_name(providers[0])}” could not be started, so {used} is used."
        self.input_ports: tuple[Port, ...] = tuple(_port(entry) for entry in self._session.get_inputs())
        self.output_ports: tuple[Port, ...] = tuple(_port(entry) for entry in self._session.get_outputs())
        self.inputs: tuple[str, ...] = tuple(port.name for port in self.input_ports)
        self.outputs: tuple[str, ...] = tuple(port.name for port in self.output_ports)

    def run(self, inputs: Mapping[str, NDArray[Any]], outputs: Sequence[str] | None = None) -> list[NDArray[Any]]:
        """Runs the model; gives the named `outputs` in order (all of them without names).

        Where anything but the CPU fails, as a graphics card out of memory does, this run and all later ones are the
        CPU's, and `notice` says so.

        Raises:
            ModelError: The model failed on the CPU, or does not take such arrays.
        """
        names = list(self.outputs if outputs is None else outputs)
        if self.provider != CPU:
            try:
                return self._run(inputs, names)
            except failures():
                self.use_cpu(f"The model failed on “{short_name(self.provider)}”, perhaps for want of memory")
        try:
            return self._run(inputs, names)
        except failures() as error:
            raise ModelError(
                f"The model {shown_name(self._model)} failed while it was running.",
                "It needs more memory than there is, or takes another kind of input; try another model.",
            ) from error

    def use_cpu(self, because: str) -> None:
        """Goes on with the CPU; `because` begins the sentence of the notice. Raises `ModelError` where that fails."""
        try:
            self._session = self._load(self._model, [CPU])
        except failures() as error:
            raise _refusal(self._model, error) from error
        self.provider = CPU
        self.notice = f"{because}, so the processor is used."

    def _run(self, inputs: Mapping[str, NDArray[Any]], names: list[str]) -> list[NDArray[Any]]:
        return [np.asarray(value) for value in self._session.run(names, dict(inputs))]


def open_session(model: Path, provider: str = "auto", *, threads: int = 1, load: Load | None = None) -> Session:
    """Loads an ONNX model.

    Args:
        model: The `.onnx` file.
        provider: "auto" (the fastest there is), or a name of `PROVIDERS`.
        threads: Threads of one run.
        load: What loads the file instead of onnxruntime.

    Raises:
        ModelError: The provider is unknown or absent, or the file is missing, no model, too large for one, or asks for
            what onnxruntime does not have.
    """
    import onnxruntime

    providers = choose(provider, onnxruntime.get_available_providers())
    if model.is_file() and model.stat().st_size > LARGEST_MODEL:
        raise too_large(model)
    try:
        return Session(model, providers, load or partial(_load, threads=threads))
    except failures() as error:
        raise _refusal(model, error) from error


def failures() -> tuple[type[Exception], ...]:
    """What onnxruntime raises when it cannot load or run a model."""
    from onnxruntime.capi import onnxruntime_pybind11_state as states

    return (
        states.EPFail,
        states.Fail,
        states.InvalidArgument,
        states.InvalidGraph,
        states.InvalidProtobuf,
        states.NoSuchFile,
        states.NotImplemented,
        states.RuntimeException,
        MemoryError,
        RuntimeError,
    )


def _load(model: Path, providers: Sequence[str], threads: int) -> onnxruntime.InferenceSession:
    import onnxruntime

    preload(providers)
    return onnxruntime.InferenceSession(
        str(model),
        session_options(providers, threads),
        providers=[(name, options_of(name)) for name in providers],
        enable_fallback=0,  # its own prints to stdout; ours is `Session`'s
    )


def _refusal(model: Path, error: Exception) -> ModelError:
    from onnxruntime.capi import onnxruntime_pybind11_state as states

    name = shown_name(model)
    if isinstance(error, states.NoSuchFile):
        return ModelError(f"The model {name} is missing.", "Install it again.")
    if isinstance(error, states.InvalidProtobuf):
        return ModelError(f"{name} is no ONNX model, or is damaged.", "Get the file again.")
    if isinstance(error, MemoryError):
        return ModelError(f"There is not enough memory to load the model {name}.", "Close other programs.")
    if keeps_weights_elsewhere(model):
        return in_two_files(model)
    return ModelError(
        f"{name} cannot be loaded: it asks for an operator or version that this onnxruntime does not have.",
        "Export it again, with opset 17 and standard operators.",
    )


def too_large(model: Path) -> ModelError:
    """What is said of a file no ONNX model can fill."""
    return ModelError(
        f"{shown_name(model)} is {model.stat().st_size / 1e9:.1f} GB, and an ONNX file holds 2 GB at most.",
        "Export the model with smaller weights (fp16).",
    )


def in_two_files(model: Path) -> ModelError:
    """What is said of a model with "external data"."""
    return ModelError(
        f"{shown_name(model)} keeps its weights in a second file.",
        "Save it as one file: onnx.save(onnx.load(…), …).",
    )


def keeps_weights_elsewhere(model: Path) -> bool:
    """Whether an ONNX file refers to "external data", by the bytes protobuf writes for such an entry and its key."""
    if model.stat().st_size == 0:
        return False
    with model.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as content:
        return any(_is_external(content[at - 3 : at]) for at in _places(content, b"\n\x08location\x12"))


def _is_external(before: bytes) -> bool:
    """Whether the three bytes before an entry make it one of external data: its tag and one or two bytes of length."""
    one_byte, two_bytes = before[1:2] == EXTERNAL_DATA, before[:1] == EXTERNAL_DATA and before[1:2] >= b"\x80"
    return one_byte or two_bytes


def _places(content: mmap, wanted: bytes) -> Iterator[int]:
    at = content.find(wanted)
    while at >= 0:
        yield at
        at = content.find(wanted, at + 1)


def _port(entry: onnxruntime.NodeArg) -> Port:
    shape = tuple(size if isinstance(size, int) and size > 0 else None for size in entry.shape or ())
    return Port(entry.name, shape, entry.type)
