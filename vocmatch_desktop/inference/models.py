"""Which models there are: a card each, with task, family, licence, source and SHA-256."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from vocmatch_desktop.errors import ModelError
from vocmatch_desktop.settings import bundled


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What is known of a model. `path` is its file; `sha256` the hash of that file, empty where any version will do."""

    name: str
    task: str
    family: str
    licence: str
    source: str
    path: Path
    sha256: str = ""


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


def is_shipped(name: str) -> bool:
    """Whether this installation has a model of our own called `name`."""
    return (bundled("models") / f"{name}.json").is_file()


def shipped(name: str, folder: Path | None = None) -> ModelCard:
    """A model of our own, by the card `NAME.json` in the shipped folder `models`.

    A card is a JSON object with at least `name`, `task`, `family`, `licence`, `source`, `file` (beside the card) and
    `sha256`; what else it says (inputs, outputs, training, figures, limits) is for people.

    Raises:
        ModelError: There is no such card, or it is no card.
    """
    path = (folder or bundled("models")) / f"{name}.json"
    if not path.is_file():
        raise ModelError(f"The model {name} is missing.", "Install the program again.")
    try:
        told = json.loads(path.read_text("utf-8"))
        texts = {field: str(told[field]) for field in ("name", "task", "family", "licence", "source", "sha256")}
        return ModelCard(path=path.parent / str(told["file"]), **texts)
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(f"The card of the model {name} cannot be read.", "Install the program again.") from error


def verify(card: ModelCard) -> str:
    """SHA-256 of the model's file; raises `ModelError` when it is not what the card says."""
    if not card.path.is_file():
        raise ModelError(f"The model {card.name} is missing.", "Install it again.")
    found = hashlib.sha256(card.path.read_bytes()).hexdigest()
    if card.sha256 and found != card.sha256:
        raise ModelError(f"The model {card.name} is damaged.", "Install it again.")
    return found
