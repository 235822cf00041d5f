"""Rows: recordings laid one after another in one Opus file, and where each of them lies.

2,600 small files would spend a tenth of a pack on headers and minutes on opening; a row of them is one file, decoded at
one go. libsndfile's Opus keeps every length to the frame and moves nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import soundfile

from vocmatch_desktop.audio.files import blocks
from vocmatch_desktop.training.songs.instruments import sounds
from vocmatch_desktop.training.songs.material import ManifestRow, Material
from vocmatch_desktop.training.songs.pack_format import KBPS, RATE, Kind, file_name
from vocmatch_desktop.types import Float32
from vocmatch_desktop.whole import whole_file, write_text

GAP = RATE // 50
"""Silence between two recordings, so that the codec smears none into the next."""

_WRITE_FRAMES = 65_536
_LOWEST_BPS, _SPAN_BPS = 6_000, 250_000
"""libsndfile maps its compression level 1…0 to this bitrate and that much above it, a channel."""


@dataclass(frozen=True, slots=True)
class Row:
    """What is laid in a row: `files` are paths of the manifest; a song's stem is a row of one file."""

    name: str
    kind: Kind
    channels: int
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A recording within a row; frames at `RATE`."""

    path: str
    start: int
    frames: int


@dataclass(frozen=True, slots=True)
class Laid:
    """An encoded row."""

    row: Row
    items: tuple[Item, ...]


def rows(material: Material) -> tuple[Row, ...]:
    """All rows of the material: a voice bank, an instrument set, or a stem of a song each.

    Of the instruments only what a player uses: loops never serve as one-shots, and sounds of unknown pitch say nothing.
    """
    made = sounds(material)
    zones = [zone for instrument in made.sampled.values() for zone in instrument.zones]
    zones += [zone for kit in made.kits.values() for hits in kit.hits.values() for zone in hits]
    played = {zone.path.relative_to(material.folder).as_posix() for zone in zones}
    voices = _grouped(material.under("voices/"), 2)
    sets = _grouped((row for row in material.under("instruments/") if row.path in played), 3)
    songs = {row.path: [row.path] for row in material.under("songs/")}
    return (
        *(Row(name, "voices", 1, tuple(files)) for name, files in voices.items()),
        *(Row(name, "instruments", 1, tuple(files)) for name, files in sets.items()),
        *(Row(str(Path(name).with_suffix("")), "songs", 2, tuple(files)) for name, files in songs.items()),
    )


def laid(row: Row, material: Material, folder: Path) -> Laid:
    """Encodes a row into `folder`, unless it is there already.

    Raises:
        DiskError: There is no space. NotFound, UnreadableAudio: One of its recordings is missing or damaged.
    """
    sound, index = row_files(row, folder)
    if index.exists():
        known = json.loads(index.read_text("utf-8"))
        if known["files"] == list(row.files):
            return Laid(row, tuple(Item(**item) for item in known["items"]))
    items: list[Item] = []
    level = 1 - (KBPS[row.kind] * 1000 / row.channels - _LOWEST_BPS) / _SPAN_BPS
    with (
        whole_file(sound) as partial,
        soundfile.SoundFile(partial, "w", RATE, row.channels, "OPUS", format="OGG", compression_level=level) as file,
    ):
        for block in _sound(row, material, items):
            for start in range(0, len(block), _WRITE_FRAMES):
                file.write(block[start : start + _WRITE_FRAMES])
    write_text(index, json.dumps({"files": row.files, "items": [asdict(item) for item in items]}))
    return Laid(row, tuple(items))


def row_files(row: Row, folder: Path) -> tuple[Path, Path]:
    """Where a row's sound and its index lie."""
    sound = folder / f"{file_name(row.name)}.opus"
    return sound, sound.with_suffix(".json")


def _sound(row: Row, material: Material, items: list[Item]) -> Iterator[Float32]:
    """The row block by block; notes down in `items` where its recordings lie."""
    at = 0
    for path in row.files:
        start = at
        for block in blocks(material.file(path), rate=RATE, mono=row.channels == 1):
            samples = (
                block.samples if block.samples.shape[1] == row.channels else block.samples.repeat(2, axis=1)[:, :2]
            )
            at += len(samples)
            yield samples
        items.append(Item(path, start, at - start))
        if len(row.files) > 1:
            at += GAP
            yield np.zeros((GAP, row.channels), np.float32)


def _grouped(found: Iterable[ManifestRow], depth: int) -> dict[str, list[str]]:
    """Paths by their first `depth` folders."""
    groups: dict[str, list[str]] = {}
    for row in found:
        parts = row.path.split("/")
        groups.setdefault("/".join(parts[: min(depth, len(parts) - 1)]), []).append(row.path)
    return groups
