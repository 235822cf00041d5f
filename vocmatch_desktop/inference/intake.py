"""What is no ONNX model is told apart before anything reads it: no checkpoint is ever unpickled."""

from __future__ import annotations

from pathlib import Path

from vocmatch_desktop.errors import ModelError, NotFound
from vocmatch_desktop.inference.cards import SUFFIX, is_sha256, sha256
from vocmatch_desktop.inference.session import LARGEST_MODEL, in_two_files, keeps_weights_elsewhere, too_large
from vocmatch_desktop.whole import shown_name

CHECKPOINTS = frozenset((".pth", ".pt", ".th", ".ckpt", ".pkl", ".pickle", ".bin", ".safetensors", ".tar", ".zip"))
OTHERS = frozenset((".h5", ".keras", ".pb", ".tflite", ".mlmodel", ".mlpackage", ".engine", ".yaml", ".yml", ".json"))
_PICKLES = (b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05", b"\x1f\x8b")
"""How zipped and bare pickles, and gzip, begin; an ONNX file begins with another byte."""

_SAFETENSORS = b'\0\0\0{"'
"""The end of the length of its header, and the header's beginning: weights alone, without the network."""


def check_file(path: Path) -> None:
    """Lets pass what may be one whole ONNX file.

    Raises:
        NotFound: there is no such file. ModelError: it is a checkpoint of torch or of another program, empty, larger
            than an ONNX file can be, or keeps its weights in a second file.
    """
    name = shown_name(path)
    if not path.is_file():
        raise NotFound(f"There is no file {path}.", "Check the path.")
    with path.open("rb") as file:
        head = file.read(10)
    if path.suffix.lower() in CHECKPOINTS or head.startswith(_PICKLES) or head.endswith(_SAFETENSORS):
        raise ModelError(
            f"{name} is a checkpoint, and opening one can run anything that is written in it, so VocMatch never does.",
            "Export the model to ONNX in the program it belongs to (torch.onnx.export, opset 17) and add that file.",
        )
    if path.suffix.lower() in OTHERS or not head:
        raise ModelError(f"{name} is no ONNX model.", f"Models are single {SUFFIX} files.")
    if path.stat().st_size > LARGEST_MODEL:
        raise too_large(path)
    if keeps_weights_elsewhere(path):
        raise in_two_files(path)


def check_hash(path: Path, wanted: str) -> str:
    """SHA-256 of the file; raises `ModelError` where it is not `wanted` (empty: any will do)."""
    if wanted and not is_sha256(wanted):
        raise ModelError("A SHA-256 is 64 hexadecimal digits.", "Copy it whole.")
    found = sha256(path)
    if wanted and found != wanted:
        raise ModelError(
            f"{shown_name(path)} is not the file it should be: its SHA-256 is {found}.", "Get the file again."
        )
    return found
