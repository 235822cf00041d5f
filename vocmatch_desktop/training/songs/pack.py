"""Parts, not songs, for a training machine that lacks the material and the network: `songs --pack DIR`.

    packed = pack(find_material(), Path("pack"), report)

A pack is a handful of files, under 60 MB in all, each under 32 MB:

    voices.zip  instruments.zip  songs.zip    rows of recordings as Opus (24, 32 and 32 kb/s)
    notes.npz                                 every composition and drum performance as arrays
    sounds.json.gz                            where notes, hits and syllables lie in the rows; songs and their stems
    LABELS.csv.gz  CREDITS.csv                the voices' labels; whose work all this is
    wheels/                                   decoders for Linux, where pip could download them
    manifest.json                             size and SHA-256 of each of them

`unpack` decodes it over there, `assemble` makes songs of it on the GPU. A pack that was interrupted goes on where it
was: encoded rows lie in `DIR.rows` beside it, which may be deleted when the pack is made.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import shutil
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from vocmatch_desktop.errors import UserError
from vocmatch_desktop.synth.players.drums import Groove
from vocmatch_desktop.training.songs import grooves, pack_wheels
from vocmatch_desktop.training.songs.composition import Composition
from vocmatch_desktop.training.songs.compositions import compositions
from vocmatch_desktop.training.songs.material import Material
from vocmatch_desktop.training.songs.midi import CorruptScore
from vocmatch_desktop.training.songs.pack_baked import bake
from vocmatch_desktop.training.songs.pack_format import KBPS, MANIFEST, VERSION, SoundSet, sha256
from vocmatch_desktop.training.songs.pack_notes import write_notes
from vocmatch_desktop.training.songs.pack_rows import Laid, Row, laid, row_files, rows
from vocmatch_desktop.training.songs.pack_sounds import baked_sets, sound_sets
from vocmatch_desktop.training.songs.readers import material_songs
from vocmatch_desktop.training.songs.record import SongRecord, Split
from vocmatch_desktop.training.songs.split import SPLITS
from vocmatch_desktop.types import Report
from vocmatch_desktop.whole import whole_file, write_text

LARGEST_PACK = 60_000_000
LARGEST_FILE = 32 * 2**20


@dataclass(frozen=True, slots=True)
class Packed:
    """What was packed: bytes by file, and what could not be had."""

    folder: Path
    sizes: Mapping[str, int]
    notes: tuple[str, ...]

    @property
    def total(self) -> int:
        """Bytes in all."""
        return sum(self.sizes.values())


@dataclass(frozen=True, slots=True)
class Wanted:
    """What goes into a pack: rows to encode, music to write down, and what is known of the rows once they lie there."""

    rows: tuple[Row, ...]
    music: Callable[[], tuple[Sequence[Composition], Sequence[tuple[Split, Groove]]]]
    sets: Callable[[Sequence[Laid]], Iterable[SoundSet]]
    songs: tuple[SongRecord, ...]
    notes: tuple[str, ...] = ()


def everything(material: Material, work: Path) -> Wanted:
    """All that songs are made of; what is no recording is played into `work` first."""
    baked, missing = bake(work / "baked")
    return Wanted(
        rows=(*rows(material), *(one.row for one in baked)),
        music=lambda: _music(material),
        sets=lambda encoded: (*sound_sets(material, encoded), *baked_sets(baked, encoded)),
        songs=material_songs(material),
        notes=(f"Some sounds were left out. {missing}",) if missing else (),
    )


def pack(
    material: Material, folder: Path, report: Report, *, wheels: bool = True, wanted: Wanted | None = None
) -> Packed:
    """Packs `wanted` (everything) of `material` into `folder`.

    `wheels`: whether to ask pip for decoders; where it cannot reach an index, a note says so.

    Raises:
        NotFound: A part of the material is missing. DiskError: There is no space.
        UserError: The pack or one of its files became larger than its limit.
    """
    work = folder.with_name(folder.name + ".rows")
    wanted = wanted or everything(material, work)
    encoded = _encode(wanted.rows, material, work, report)
    for kind in KBPS:
        _once(folder / f"{kind}.zip", lambda path, kind=kind: _zip(path, work, encoded, kind))  # type: ignore[misc]
    report(0.7, "writing notes as arrays")
    _once(folder / "notes.npz", lambda path: write_notes(path, *wanted.music()))
    report(0.8, "listening to notes and syllables")
    _once(folder / "sounds.json.gz", lambda path: _write_sounds(path, material, encoded, wanted))
    _squeeze(folder / "LABELS.csv.gz", material.file("voices/LABELS.csv").read_bytes())
    write_text(folder / "CREDITS.csv", _credits(material))
    report(0.95, "downloading decoders")
    notes = _add_wheels(folder / "wheels") if wheels else ("The decoders' wheels were not asked for.",)
    sizes = _seal(folder)
    report(1.0, "packed")
    return Packed(folder, sizes, (*wanted.notes, *notes))


def _encode(wanted: Sequence[Row], material: Material, work: Path, report: Report) -> list[Laid]:
    """All rows, encoded on all cores."""
    done: list[Laid] = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for one in pool.map(lambda row: laid(row, material, work), wanted):
            done.append(one)
            report(0.7 * len(done) / len(wanted), f"encoding {one.row.name}")
    return done


def _once(path: Path, make: Callable[[Path], None]) -> None:
    if not path.exists():
        make(path)


def _zip(path: Path, work: Path, encoded: Sequence[Laid], kind: str) -> None:
    with whole_file(path) as partial, zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as archive:
        for one in encoded:
            if one.row.kind == kind:
                sound, _ = row_files(one.row, work)
                archive.write(sound, sound.name)


def _music(material: Material) -> tuple[list[Composition], list[tuple[Split, Groove]]]:
    songs = [composition for split in SPLITS for composition in compositions(material, split).compositions]
    return songs, [(split, groove) for split in SPLITS for groove in _grooves(material, split)]


def _grooves(material: Material, split: Split) -> Iterator[Groove]:
    drummers = grooves.drummers(material, split)
    yield from drummers.patterns
    for performance in drummers.performances:
        try:
            yield drummers.read(performance)
        except CorruptScore:
            continue  # shorter than a bar: nothing to lay under a song


def _write_sounds(path: Path, material: Material, encoded: Sequence[Laid], wanted: Wanted) -> None:
    plain = {
        "rows": [{"name": one.row.name, "kind": one.row.kind, "channels": one.row.channels} for one in encoded],
        "sets": [asdict(one) for one in wanted.sets(encoded)],
        "songs": [_song(record, material.folder) for record in wanted.songs],
    }
    _squeeze(path, json.dumps(plain, separators=(",", ":")).encode())


def _squeeze(path: Path, data: bytes) -> None:
    with whole_file(path) as partial, gzip.GzipFile(partial, "wb", mtime=0) as file:
        file.write(data)


def _song(record: SongRecord, folder: Path) -> dict[str, object]:
    stems = {
        stem: [path.relative_to(folder).with_suffix("").as_posix() for path in paths]
        for stem, paths in record.stems.items()
    }
    trusted = sorted(record.trusted_targets)
    about = {"name": record.name, "split": record.split, "bandwidth_hz": record.bandwidth_hz}
    return {**about, "stems": stems, "trusted": trusted}


def _credits(material: Material) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("what", "who", "licence"))
    used = ("voices/", "instruments/", "songs/", "midi/")
    rows_ = [row.as_credit() for prefix in used for row in material.under(prefix) if row.kind != "loop"]
    writer.writerows(dict.fromkeys((credit.what, credit.who, credit.licence) for credit in rows_))
    return text.getvalue()


def _add_wheels(folder: Path) -> tuple[str, ...]:
    if pack_wheels.download(folder):
        return ()
    shutil.rmtree(folder, ignore_errors=True)
    needed = ", ".join(pack_wheels.DECODERS)
    return (f"pip could not download the decoders' wheels ({needed}): the training machine must have them.",)


def _seal(folder: Path) -> dict[str, int]:
    """Writes the manifest and checks the limits; sizes by file, the manifest's own included."""
    found = sorted(
        path for path in folder.rglob("*") if path.is_file() and "rows" not in path.relative_to(folder).parts
    )
    files = {path.relative_to(folder).as_posix(): path for path in found if path.name != MANIFEST}
    parts = {name: {"bytes": path.stat().st_size, "sha256": sha256(path)} for name, path in files.items()}
    write_text(folder / MANIFEST, json.dumps({"version": VERSION, "files": parts}, indent=1))
    sizes = {name: path.stat().st_size for name, path in {**files, MANIFEST: folder / MANIFEST}.items()}
    if sum(sizes.values()) > LARGEST_PACK or max(sizes.values()) > LARGEST_FILE:
        raise UserError(
            f"The pack has {sum(sizes.values()) / 1e6:.1f} MB, its largest file {max(sizes.values()) / 1e6:.1f} MB.",
            f"It may have {LARGEST_PACK / 1e6:.0f} MB and {LARGEST_FILE / 1e6:.0f} MB; leave out some of the material.",
        )
    return sizes
