"""Songs and lanes for the tests of the Stems room."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from vocmatch_desktop.ui.melody_wave import Peaks
from vocmatch_desktop.ui.stems_state import Separator, Song, StemFile, StemLane, StemOptions, Stems

NAMES = ("vocals", "drums", "other")
OPTIONS = StemOptions(
    (Separator("six", (*NAMES, "instrumental"), is_default=True), Separator("mdx", ("vocals", "instrumental"))),
    "six",
    NAMES,
    known=True,
)
DURATION_S = 100.0


def song(name: str = "Night Bus", **values: Any) -> Song:
    """A song of the list, of 100 seconds where nothing else is said."""
    return Song(Path("stems") / name, name, Path("music") / f"{name}.flac", **{"duration_s": DURATION_S, **values})


def peaks(seconds: float, height: float = 0.5) -> Peaks:
    """A steady sound, ten peaks a second."""
    return Peaks(np.full(round(10 * seconds), height, np.float32), 0.1)


def working(fraction: float = 0.4) -> tuple[Song, Stems]:
    """A song that is being computed, and its lanes."""
    row = song(phase="working", model="six", version=1, fraction=fraction, left_s=80.0)
    known_s = fraction * DURATION_S
    lanes = tuple(StemLane(name, peaks(known_s)) for name in NAMES)
    return row, Stems(row.folder, lanes, peaks(DURATION_S), DURATION_S, known_s)


def ready(folder: Path) -> tuple[Song, Stems]:
    """A finished song with real files in a folder, and its lanes."""
    files = tuple(StemFile(name, folder / f"Night Bus - {name}.wav") for name in NAMES)
    for file in files:
        file.path.touch()
    row = song(phase="ready", model="six", version=1, stems=files)
    lanes = tuple(StemLane(file.name, peaks(DURATION_S), file.path) for file in files)
    return row, Stems(row.folder, lanes, peaks(DURATION_S), DURATION_S, DURATION_S)
