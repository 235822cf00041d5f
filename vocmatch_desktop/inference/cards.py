"""What is known of a model: a JSON object beside its file, such as `models/umx-large.json` beside `umx-large.onnx`.

`name`, `task`, `family`, `licence`, `source`, `file` (beside the card) and `sha256` must be there; `stems`, `rate` and
`more` (further files of the same model, [{"file": …, "sha256": …}]) are read where they are. Everything else (inputs,
outputs, training, credits, figures, limits, what a family needs to know) is kept as it stands in `told`, so that cards
of later versions can be read by earlier ones.
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
LARGEST_RATE = 1_000_000
_TEXTS = ("name", "task", "family", "licence", "source", "sha256")
_SHA256 = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file of a model; `sha256` is empty where any version will do."""

    path: Path
    sha256: str


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What is known of a model. `path` is its file; `sha256` the hash of that file, empty where any version will do.

    `stems`: what a separation model gives, in order. `rate`: Hz, 0 where nobody told. `more`: further files, as an
    Open-Unmix has with one for each stem. `told`: the whole card.
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
    more: tuple[ModelFile, ...] = ()
    told: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def files(self) -> tuple[ModelFile, ...]:
        """All files of the model."""
        return (ModelFile(self.path, self.sha256), *self.more)


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
        **({"more": [{"file": file.path.name, "sha256": file.sha256} for file in card.more]} if card.more else {}),
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
    """SHA-256 of the model's (first) file; raises `ModelError` when one of them is not what the card says."""
    found = []
    for file in card.files:
        try:
            found.append(sha256(file.path))
        except OSError as error:
            raise ModelError(f"The model {card.name} is missing.", "Install it again.") from error
        if file.sha256 and found[-1] != file.sha256:
            raise ModelError(f"The model {card.name} is damaged.", "Install it again.")
    return found[0]


def _card(told: object, path: Path) -> ModelCard:
    if not isinstance(told, dict):
        raise ValueError("no JSON object")  # noqa: TRY004 - damage of a file, not a mistake of the caller
    for name in (*_TEXTS, "file"):
        if not isinstance(told.get(name), str) or not told[name].strip():
            raise ValueError(f"{name} is missing")
    stems, rate, more = told.get("stems") or [], told.get("rate") or 0, told.get("more") or []
    if not isinstance(stems, list) or not all(isinstance(stem, str) and stem for stem in stems):
        raise ValueError("stems is no list of names")
    if isinstance(rate, bool) or not isinstance(rate, int) or not 0 <= rate <= LARGEST_RATE:
        raise ValueError("rate is no sample rate")
    if not isinstance(more, list) or not all(isinstance(entry, dict) for entry in more):
        raise ValueError("more is no list of files")
    own, *others = [_file(entry, path) for entry in (told, *more)]
    texts = {name: told[name] for name in _TEXTS}
    return ModelCard(path=own.path, stems=tuple(stems), rate=rate, more=tuple(others), told=told, **texts)


def _file(told: Mapping[str, Any], card: Path) -> ModelFile:
    name, digest = told.get("file"), told.get("sha256")
    if not isinstance(name, str) or Path(name).name != name or "\\" in name or Path(name).suffix.lower() != SUFFIX:
        raise ValueError(f"file must be an {SUFFIX} beside the card")
    if not isinstance(digest, str) or not is_sha256(digest):
        raise ValueError("sha256 is not 64 hexadecimal digits")
    return ModelFile(card.with_name(name), digest)
