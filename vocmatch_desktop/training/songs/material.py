"""Where the recordings and compositions lie that songs are made of, and whose they are."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from vocmatch_desktop import settings
from vocmatch_desktop.errors import NotFound
from vocmatch_desktop.training.songs.record import Credit


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """A file of the material. `path` is relative to the material's `data` folder."""

    path: str
    kind: str
    seconds: float
    licence: str
    source: str
    credit: str
    trusted_targets: frozenset[str]
    bandwidth_hz: float | None

    def as_credit(self) -> Credit:
        """What a record says of this file."""
        return Credit(self.source or self.path, self.credit, self.licence)


@dataclass(frozen=True, slots=True)
class Material:
    """The folder `data` of `VOCMATCH_MATERIAL` and its manifest (path → row)."""

    folder: Path
    manifest: Mapping[str, ManifestRow]

    def under(self, prefix: str) -> tuple[ManifestRow, ...]:
        """The manifest's rows whose path starts with `prefix`, by path."""
        return tuple(row for path, row in sorted(self.manifest.items()) if path.startswith(prefix))

    def file(self, path: str) -> Path:
        """An existing file or folder of the material; raises `NotFound` that names it."""
        found = self.folder / path
        if not found.exists():
            raise NotFound(f"{found} is missing.", "Set VOCMATCH_MATERIAL to the folder that holds data/.")
        return found


def find_material(folder: Path | None = None) -> Material:
    """The material in `folder`, or in the one `VOCMATCH_MATERIAL` names.

    Raises:
        NotFound: There is none; the sentence names the folder that was expected.
    """
    root = folder or settings.material()
    if root is None:
        raise NotFound(
            "The training material is not at hand.",
            "Set VOCMATCH_MATERIAL to the folder that holds data/ with voices, instruments, songs and midi.",
        )
    manifest = root / "data" / "MANIFEST.csv"
    if not manifest.is_file():
        raise NotFound(f"{manifest} is missing.", "VOCMATCH_MATERIAL must name the folder that holds data/.")
    with manifest.open(encoding="utf-8", newline="") as file:
        rows = [_row(line) for line in csv.DictReader(file)]
    return Material(root / "data", {row.path: row for row in rows})


def _row(line: Mapping[str, str]) -> ManifestRow:
    return ManifestRow(
        path=line["path"],
        kind=line["kind"],
        seconds=float(line["seconds"] or 0),
        licence=line["licence"],
        source=line["source"],
        credit=line["credit"],
        trusted_targets=frozenset(line["trusted_targets"].split()),
        bandwidth_hz=float(line["bandwidth_hz"]) if line["bandwidth_hz"] else None,
    )
