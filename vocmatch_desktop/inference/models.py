"""Which models the program itself needs, and where their files are."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from vocmatch_desktop.errors import ModelError
from vocmatch_desktop.inference.cards import ModelCard, read_card
from vocmatch_desktop.settings import bundled


def swift_f0() -> ModelCard:
    """The pitch tracker, found in swift-f0's installed wheel without importing it (that would load its plots and CSV).

    Raises:
        ModelError: The wheel is not installed.
    """
    # Any version of the wheel in pyproject's range will do, so no hash is pinned: pip verified the wheel.
    spec = find_spec("swift_f0")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    for folder in folders:
        path = Path(folder) / "model.onnx"
        if path.is_file():
            return ModelCard("swift-f0", "pitch", "SwiftF0", "MIT", "https://github.com/lars76/swift-f0", path)
    raise ModelError("The pitch model is missing.", "Install the program again (pip package swift-f0).")


def shipped(name: str, folder: Path | None = None) -> ModelCard:
    """A model of our own, by the card `NAME.json` in the shipped folder `models`.

    Raises:
        ModelError: There is no such card, or it is no card.
    """
    path = (folder or bundled("models")) / f"{name}.json"
    if not path.is_file():
        raise ModelError(f"The model {name} is missing.", "Install the program again.")
    return read_card(path)
