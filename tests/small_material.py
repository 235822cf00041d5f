"""A training material of a few seconds: sines that sing over noise that plays."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from vocmatch_desktop.audio.files import write
from vocmatch_desktop.types import Audio, Float32

COLUMNS = ("path", "kind", "seconds", "licence", "source", "credit", "trusted_targets", "bandwidth_hz")


def sung(rate: int, seconds: float, hertz: float = 220.0) -> Float32:
    time = np.arange(round(seconds * rate)) / rate
    return np.asarray(0.2 * np.sin(2 * np.pi * hertz * time), np.float32)


def played(rate: int, seconds: float) -> Float32:
    return np.random.default_rng(5).normal(0, 0.05, round(seconds * rate)).astype(np.float32)


def write_material(root: Path, sounds: Mapping[str, str], rate: int, seconds: float, trusted: str) -> None:
    """Writes `sounds` (path → kind) and their manifest; of songs' stems `trusted` are true."""
    (root / "data").mkdir(parents=True)
    with (root / "data" / "MANIFEST.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for path, kind in sounds.items():
            row = dict.fromkeys(COLUMNS, "") | {"path": path, "kind": kind, "seconds": seconds, "credit": "a singer"}
            writer.writerow(row | ({"trusted_targets": trusted} if kind == "song-stem" else {}))
            sings = kind == "voice-strings" or "vocals" in path
            made = sung(rate, seconds) if sings else played(rate, seconds)
            (root / "data" / path).parent.mkdir(parents=True, exist_ok=True)
            write(root / "data" / path, Audio(made[:, None], rate))
