"""Real multitracks as song records: whoever owns such data trains on it with one flag, `--songs DIR`.

    records = read_folder(Path("MUSDB18-HQ"))       # or MedleyDB's Audio, or a folder of finished projects …

A folder is searched two levels deep for songs; each song is one folder, recognised by what is in it:

* MUSDB18-HQ: `mixture.wav` beside `vocals`, `drums`, `bass`, `other` (which holds guitars and pianos too: not trusted).
* MedleyDB: `NAME_METADATA.yaml` beside `NAME_STEMS/`; sources belong to stems by their instrument.
* A finished project: `vocals*.wav` + `beat*.wav`. The voice is trusted; the beat is an instrumental of unknown parts.
* Any multitrack: sound files (or folders of them) named after instruments, as `readers_instruments` knows them.
* A song this program rendered, and its own material (`data/songs` with its `MANIFEST.csv`).

Several files of one stem sum; WAV, FLAC, AIFF, Opus and the rest are all read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from vocmatch_desktop.audio.files import AUDIO_SUFFIXES
from vocmatch_desktop.errors import NotFound, UserError
from vocmatch_desktop.training.songs import readers_layouts as layouts
from vocmatch_desktop.training.songs.material import Material, find_material
from vocmatch_desktop.training.songs.record import SongRecord
from vocmatch_desktop.training.songs.split import song_split

DEPTH = 3
"""How far below the given folder a song's own folder may lie: `DIR/train/SONG` and one more."""

LAYOUTS = (layouts.rendered, layouts.musdb, layouts.medley, layouts.project, layouts.multitrack)
"""In the order they are tried: from the most telling names to the least."""


def read_folder(folder: Path) -> tuple[SongRecord, ...]:
    """Every song of a folder of real multitracks, by name; the layout is recognised song by song.

    Raises:
        NotFound: There is no such folder. UserError: It holds no songs in a layout that is known, or one of its sound
            files cannot be read; the sentence names the file or says what was expected.
    """
    if not folder.is_dir():
        raise NotFound(f"There is no folder {folder}.", "Give one that holds multitrack songs.")
    own = _own_material(folder)
    if own is not None:
        return material_songs(own)
    records = tuple(_songs(folder, DEPTH))
    if not records:
        raise UserError(
            f"No multitrack songs were found in {folder}.",
            "Expected one folder a song with mixture.wav + stems (MUSDB18-HQ), NAME_METADATA.yaml + NAME_STEMS "
            "(MedleyDB), vocals*.wav + beat*.wav (a project), or files named after instruments.",
        )
    return records


def read_folders(folders: Iterable[Path]) -> tuple[SongRecord, ...]:
    """`read_folder` for each; a song that lies in two of them counts once (the first)."""
    unique = {record.name: record for folder in reversed(list(folders)) for record in reversed(read_folder(folder))}
    return tuple(unique[name] for name in sorted(unique))


def material_songs(material: Material) -> tuple[SongRecord, ...]:
    """The songs of `data/songs` with what the manifest says of their stems and bandwidth."""
    material.file("songs")
    names = sorted({row.path.split("/")[1] for row in material.under("songs/")})
    return tuple(layouts.from_manifest(name, material, song_split(name)) for name in names)


def _own_material(folder: Path) -> Material | None:
    """The material this folder is the `songs` (or the whole) of."""
    for root in (folder.parent.parent if folder.name == "songs" else folder, folder.parent):
        if (root / "data" / "MANIFEST.csv").is_file() and folder in (root, root / "data", root / "data" / "songs"):
            return find_material(root)
    return None


def _songs(folder: Path, depth: int) -> Iterator[SongRecord]:
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in AUDIO_SUFFIXES and path.is_file())
    for layout in LAYOUTS:
        record = layout(folder, files)
        if record is not None:
            yield record
            return
    if depth:
        for inner in sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")):
            yield from _songs(inner, depth - 1)
