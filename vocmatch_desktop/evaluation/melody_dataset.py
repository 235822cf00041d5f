"""Reads a folder of sung takes with their annotated notes."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.audio.files import AUDIO_SUFFIXES
from vocmatch_desktop.errors import NotFound
from vocmatch_desktop.evaluation.dataset import BadDataset

Float64 = NDArray[np.float64]

_COLUMNS = ("onset_s", "offset_s", "pitch")


@dataclass(frozen=True, slots=True, eq=False)
class NoteList:
    """Notes as scoring wants them. `spans_s`: onset and offset, float64 [n, 2]; `pitch`: MIDI with cents, [n]."""

    spans_s: Float64
    pitch: Float64

    def __len__(self) -> int:
        return len(self.pitch)

    def shifted(self, onset_s: float, offset_s: float, pitch: float) -> NoteList:
        """All onsets, offsets and pitches moved; times stay ≥ 0, and no note gets shorter than 10 ms."""
        onset = np.maximum(self.spans_s[:, 0] + onset_s, 0)
        offset = np.maximum(self.spans_s[:, 1] + offset_s, onset + 0.01)
        return NoteList(np.stack([onset, offset], axis=1), self.pitch + pitch)


@dataclass(frozen=True, slots=True, eq=False)
class AnnotatedTake:
    """A sung take, and what trained listeners wrote down."""

    path: Path
    notes: NoteList

    @property
    def name(self) -> str:
        """The name both files share."""
        return self.path.stem


def read_takes(folder: Path) -> tuple[AnnotatedTake, ...]:
    """Pairs of `x.<any audio>` and `x.csv` with `onset_s,offset_s,pitch`, by name; other files are left alone.

    Raises:
        NotFound: There is no such folder.
        BadDataset: It holds no pair, or a table that is not as it should be.
    """
    if not folder.is_dir():
        raise NotFound(f"There is no folder {folder}.")
    sounds = {path.stem: path for path in sorted(folder.iterdir()) if path.suffix.lower() in AUDIO_SUFFIXES}
    tables = {path.stem: path for path in folder.glob("*.csv")}
    takes = tuple(AnnotatedTake(path, _notes(tables[name])) for name, path in sounds.items() if name in tables)
    if not takes:
        raise BadDataset(
            f"{folder} holds no annotated take.", "It needs pairs such as a.wav and a.csv (onset_s,offset_s,pitch)."
        )
    return takes


def _notes(table: Path) -> NoteList:
    with table.open(newline="", encoding="utf-8-sig") as lines:
        rows = list(csv.DictReader(lines))
    try:
        values = np.array([[float(row[column]) for column in _COLUMNS] for row in rows], np.float64).reshape(-1, 3)
    except (KeyError, TypeError, ValueError) as error:
        raise BadDataset(
            f"{table.name} is no table of notes.", "It needs numbers: onset_s, offset_s, pitch."
        ) from error
    spans = values[:, :2]
    if not np.isfinite(values).all() or (spans[:, 0] < 0).any() or (spans[:, 1] <= spans[:, 0]).any():
        raise BadDataset(f"{table.name} has a note that ends before it begins, or no number.", "Correct the table.")
    return NoteList(spans, values[:, 2])
