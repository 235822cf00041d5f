"""What is known of a model: a JSON object beside its file.

    models/umx-large.onnx
    models/umx-large.json    {"name": "umx-large", "task": "separation", "licence": "MIT", "sha256": "…", …}

`name`, `task`, `family`, `licence`, `source`, `file` (beside the card) and `sha256` must be there; `stems` and `rate`
are read where they are. Everything else (inputs, outputs, training, credits, figures, limits, what a family needs to
know) is kept as it stands in `told`, so that cards of later versions can be read by earlier ones.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vocmatch_desktop.errors import ModelError
from vocmatch_desktop.whole import shown_name, write_text

SUFFIX = ".onnx"
TAIL_BYTES = 10_000 * 1024
LARGEST_CARD = 2**20
_TEXTS = ("name", "task", "family", "licence", "source", "sha256")
_SHA256 = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What is known of a model. `path` is its file; `sha256` the hash of that file, empty where any version will do.

    `stems`: what a separation model gives, in order. `rate`: Hz, 0 where nobody told. `told`: the whole card.
    """

    name: str
    task: str
    family: str
    licence: str
    source: str
    path: Path
    sha256: str = ""
    stems: tuple[str, ...] = ()
    rate: int = 0
    told: Mapping[str, Any] = field(default_factory=dict, hash=False)


def read_card(path: Path) -> ModelCard:
    """The card at `path`.

    Raises:
        ModelError: it is missing, or no card: no JSON object, a field is missing or has the wrong kind, or `file` lies
            elsewhere.
    """
    try:
        with path.open(encoding="utf-8") as file:
            return _card(json.loads(file.read(LARGEST_CARD)), path)
    except OSError as error:
        raise ModelError(f"The card {shown_name(path)} cannot be read.", "Install its model again.") from error
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{shown_name(path)} is no model card ({error}).", "Install its model again.") from error


def write_card(path: Path, card: ModelCard) -> None:
    """Writes the card of a model whose file lies beside `path`, whole or not at all; raises `DiskError`."""
    told = {
        **card.told,
        **{name: getattr(card, name) for name in _TEXTS},
        "file": card.path.name,
        **({"stems": list(card.stems)} if card.stems else {}),
        **({"rate": card.rate} if card.rate else {}),
    }
    write_text(path, json.dumps(told, indent=2, ensure_ascii=False) + "\n")


def sha256(path: Path) -> str:
    """SHA-256 of a file, 64 hexadecimal digits; the file is read in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def tail_md5(path: Path) -> str:
    """MD5 of a file's last 10,000 KiB, by which UVR's programs know their models."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL_BYTES))
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def is_sha256(text: str) -> bool:
    """Whether `text` is 64 hexadecimal digits in lower case."""
    return _SHA256.fullmatch(text) is not None


def verify(card: ModelCard) -> str:
    """SHA-256 of the model's file; raises `ModelError` when it is not what the card says."""
    try:
        found = sha256(card.path)
    except OSError as error:
        raise ModelError(f"The model {card.name} is missing.", "Install it again.") from error
    if card.sha256 and found != card.sha256:
        raise ModelError(f"The model {card.name} is damaged.", "Install it again.")
    return found


def _card(told: object, path: Path) -> ModelCard:
    if not isinstance(told, dict):
        raise ValueError("no JSON object")  # noqa: TRY004 - damage of a file, not a mistake of the caller
    for name in (*_TEXTS, "file"):
        if not isinstance(told.get(name), str) or not told[name].strip():
            raise ValueError(f"{name} is missing")
    if not is_sha256(told["sha256"]):
        raise ValueError("sha256 is not 64 hexadecimal digits")
    file = told["file"]
    if Path(file).name != file or "\\" in file or Path(file).suffix.lower() != SUFFIX:
        raise ValueError(f"file must be an {SUFFIX} beside the card")
    stems, rate = told.get("stems") or [], told.get("rate") or 0
    if not isinstance(stems, list) or not all(isinstance(stem, str) and stem for stem in stems):
        raise ValueError("stems is no list of names")
    if isinstance(rate, bool) or not isinstance(rate, int) or rate < 0:
        raise ValueError("rate is no sample rate")
    texts = {name: told[name] for name in _TEXTS}
    return ModelCard(path=path.with_name(file), stems=tuple(stems), rate=rate, told=told, **texts)
