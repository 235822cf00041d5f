"""Runs a model's graph on float32 batches of any size, and finds the shapes of what it gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from vocmatch_desktop.errors import ModelError
from vocmatch_desktop.inference.session import Port, Session
from vocmatch_desktop.types import Float32

_KINDS: Mapping[str, type[np.floating]] = {"tensor(float16)": np.float16, "tensor(double)": np.float64}
"""What graphs may take instead of float32."""
LONGEST = 2**22
"""Samples a channel, 95 s at 44.1 kHz: their spectra in six stems take 0.8 GB."""


def run(session: Session, inputs: Mapping[str, Float32], outputs: Sequence[str] | None = None) -> list[Float32]:
    """What the graph makes of arrays [batch, …] of one batch size, also where it takes only a certain one itself."""
    count = len(next(iter(inputs.values())))
    size = _batch(session) or count
    kinds = {port.name: _KINDS.get(port.kind, np.float32) for port in session.input_ports}
    parts = []
    for start in range(0, count, size):
        chunk = {name: _filled(array[start : start + size], size) for name, array in inputs.items()}
        parts.append(session.run({name: part.astype(kinds[name], copy=False) for name, part in chunk.items()}, outputs))
    if len(parts) == 1:  # spectra of all stems are large: they are not copied
        return [made[:count].astype(np.float32, copy=False) for made in parts[0]]
    return [np.concatenate(made)[:count].astype(np.float32, copy=False) for made in zip(*parts, strict=True)]


def output_shapes(session: Session, silence: Mapping[str, Float32]) -> tuple[tuple[int, ...], ...]:
    """Shapes of the outputs, without the batch; a graph that does not tell them is run once on silence."""
    told = [_told(port) for port in session.output_ports]
    known = [shape for shape in told if shape is not None]
    if len(known) == len(told):
        return tuple(known)
    return tuple(made.shape[1:] for made in run(session, silence))


def bounded(frames: int) -> int:
    """The number of samples a model hears at once; raises `ModelError` where a chunk would fill the memory."""
    if frames > LONGEST:
        raise ModelError(
            f"The model hears {frames:,} samples at once, and so many do not fit into memory.",
            "Export it again for shorter chunks (ten seconds are usual).",
        )
    return frames


def _told(port: Port) -> tuple[int, ...] | None:
    sizes = tuple(size for size in port.shape[1:] if size is not None)
    return sizes if len(sizes) == len(port.shape) - 1 else None


def _batch(session: Session) -> int | None:
    return next((port.shape[0] for port in session.input_ports if port.shape and port.shape[0]), None)


def _filled(chunk: Float32, size: int) -> Float32:
    missing = size - len(chunk)
    return np.pad(chunk, [(0, missing)] + [(0, 0)] * (chunk.ndim - 1)) if missing else chunk
