"""What a stream draws from: songs, and raw strings of syllables, beats and notes beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from vocmatch_desktop.training.songs.material import ManifestRow, Material
from vocmatch_desktop.training.songs.record import SongRecord, Split, VocalEngine
from vocmatch_desktop.training.songs.split import song_split, sound_split, voice_split
from vocmatch_desktop.training.songs.stream_strips import Order
from vocmatch_desktop.types import STEMS

EVERYTHING = frozenset(STEMS)
INSTRUMENT_STEMS = {
    "bass": "bass",
    "drums": "drums",
    "epiano": "piano",
    "guitar_acoustic": "guitar",
    "guitar_electric": "guitar",
    "piano": "piano",
}
"""Folders of `instruments/` whose sounds are of one stem; of `assorted` that is not known, and loops are no notes."""

DISTRACTOR_LICENCES = ("CC-BY-SA",)
"""Beats under these may be measured against, but nothing that is shipped is trained on them."""


@dataclass(frozen=True, slots=True)
class Source:
    """Sound to draw from.

    `files`: stem → its files, which sound `order`. `trusted`: the stems that are known exactly, silent ones included;
    what sounds in a stem that is not trusted may belong to any stem that is not. `engine`: how its singing came about.
    `weight`: it is drawn as often as that many sources; a few real songs would hardly be heard among all the others.
    """

    name: str
    files: Mapping[str, tuple[Path, ...]]
    trusted: frozenset[str]
    order: Order = "together"
    engine: VocalEngine = ""
    bandwidth_hz: float | None = None
    weight: int = 1

    @property
    def is_song(self) -> bool:
        """Whether its stems belong together in time."""
        return self.order == "together" and len(self.files) > 1


def songs(records: Iterable[SongRecord]) -> tuple[Source, ...]:
    """Rendered and real songs; one in which nothing can be trusted is left out."""
    return tuple(
        Source(record.name, record.stems, record.trusted_targets, "together", record.vocal_engine, record.bandwidth_hz)
        for record in records
        if record.trusted_targets and record.stems
    )


def raw_voices(material: Material, split: Split) -> tuple[Source, ...]:
    """The strings of sung syllables of every voice of a split, one source a voice bank."""
    banks = _by_folder(material.under("voices/"), depth=2)
    return tuple(
        Source(name, {"vocals": _files(material, rows)}, EVERYTHING, "in a row", "raw")
        for name, rows in banks.items()
        if voice_split(name.split("/")[1]) == split
    )


def raw_beats(material: Material, split: Split) -> tuple[Source, ...]:
    """Finished instrumentals of a split: of what stems is not known, but nobody sings in them."""
    return tuple(
        Source(row.path, {"other": (material.file(row.path),)}, frozenset(("vocals",)))
        for row in material.under("beats/")
        if song_split(row.path) == split and not row.licence.startswith(DISTRACTOR_LICENCES)
    )


def raw_instruments(material: Material, split: Split) -> tuple[Source, ...]:
    """The notes and one-shots of every instrument set and kit of a split, one source a set."""
    sets: dict[tuple[str, str], list[ManifestRow]] = {}
    for row in material.under("instruments/"):
        kind, name = _set_of(row)
        if kind in INSTRUMENT_STEMS and sound_split(f"{'kit' if kind == 'drums' else 'sampled'}:{name}") == split:
            sets.setdefault((kind, name), []).append(row)
    return tuple(
        Source(f"instruments/{name}", {INSTRUMENT_STEMS[kind]: _files(material, rows)}, EVERYTHING, "in a row")
        for (kind, name), rows in sets.items()
    )


def _set_of(row: ManifestRow) -> tuple[str, str]:
    """Kind and name of the set a note belongs to, as `split` names them; of drum machines each is a kit of its own."""
    kind, folder, file = row.path.split("/", 3)[1:4] if row.path.count("/") > 2 else ("", "", "")
    if kind != "drums":
        return kind, f"{kind}/{folder}"
    return kind, f"machines/{file.split('__')[0]}" if folder == "machines" else folder


def _by_folder(rows: Iterable[ManifestRow], depth: int) -> dict[str, list[ManifestRow]]:
    folders: dict[str, list[ManifestRow]] = {}
    for row in rows:
        parts = row.path.split("/")
        if len(parts) > depth:
            folders.setdefault("/".join(parts[:depth]), []).append(row)
    return folders


def _files(material: Material, rows: Iterable[ManifestRow]) -> tuple[Path, ...]:
    return tuple(material.file(row.path) for row in rows)
