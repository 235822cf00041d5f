"""A pack, decoded once on all cores of the machine that trains: rows of recordings as arrays mapped from disk.

    parts = unpack(Path("pack"), Path("/scratch/parts"), rate=44_100, report=report)

What was decoded before is found again, so a second start costs a second.
"""

from __future__ import annotations

import gzip
import json
import os
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vocmatch_desktop.errors import NotFound, UserError
from vocmatch_desktop.training.songs.pack_format import KBPS, MANIFEST, VERSION, Snippet, SoundSet, file_name, sha256
from vocmatch_desktop.training.songs.pack_notes import PackedNotes
from vocmatch_desktop.training.songs.record import Split
from vocmatch_desktop.training.songs.stream_strips import Strip, Strips
from vocmatch_desktop.types import Report


@dataclass(frozen=True, slots=True)
class PackedSong:
    """A real multitrack: stem → the rows that sum to it."""

    name: str
    split: Split
    bandwidth_hz: float | None
    stems: Mapping[str, tuple[str, ...]]
    trusted: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Everything a pack holds. `rows`: decoded, by name, all at `rate` Hz."""

    rate: int
    rows: Mapping[str, Strip]
    sets: tuple[SoundSet, ...]
    songs: tuple[PackedSong, ...]
    notes: PackedNotes


def unpack(pack: Path, out: Path, rate: int, report: Report) -> Parts:
    """Checks a pack and decodes its rows into `out`.

    Raises:
        NotFound: There is no pack in `pack`. UserError: One of its files is not what was packed.
        DiskError: There is no space in `out`.
    """
    check(pack)
    report(0.05, "unpacking")
    folder = out / "rows"
    for kind in KBPS:
        _extract(pack / f"{kind}.zip", folder)
    plain = json.loads(gzip.decompress((pack / "sounds.json.gz").read_bytes()))
    names = [row["name"] for row in plain["rows"]]
    report(0.1, f"decoding {len(names)} rows on {os.cpu_count()} cores")
    strips = Strips(out / f"strips-{rate}", rate).strips(
        ((folder / f"{file_name(name)}.opus",), "together") for name in names
    )
    report(1.0, "unpacked")
    return Parts(
        rate,
        dict(zip(names, strips, strict=True)),
        tuple(map(_sound_set, plain["sets"])),
        tuple(map(_song, plain["songs"])),
        PackedNotes.load(pack / "notes.npz"),
    )


def check(pack: Path) -> None:
    """Raises unless every file of the pack is there and has the bytes that were packed."""
    if not (pack / MANIFEST).is_file():
        raise NotFound(f"There is no pack in {pack}.", "Make one with `songs --pack DIR` where the material is.")
    manifest = json.loads((pack / MANIFEST).read_text("utf-8"))
    if manifest["version"] != VERSION:
        raise UserError(f"{pack} was packed by another version of the program.", "Pack it again.")
    for name, about in manifest["files"].items():
        path = pack / name
        if not path.is_file() or sha256(path) != about["sha256"]:
            raise UserError(f"{path} is missing or damaged.", "Copy the pack again.")


def _extract(path: Path, folder: Path) -> None:
    """Rows that lie there in full already keep their time, so that they are not decoded anew."""
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            there = folder / info.filename
            if not there.is_file() or there.stat().st_size != info.file_size:
                archive.extract(info, folder)


def _sound_set(plain: Mapping[str, Any]) -> SoundSet:
    groups = {name: tuple(Snippet(**one) for one in snippets) for name, snippets in plain["groups"].items()}
    return SoundSet(plain["name"], plain["split"], plain["role"], plain["release_s"], groups)


def _song(plain: Mapping[str, Any]) -> PackedSong:
    stems = {stem: tuple(rows) for stem, rows in plain["stems"].items()}
    return PackedSong(plain["name"], plain["split"], plain["bandwidth_hz"], stems, frozenset(plain["trusted"]))
