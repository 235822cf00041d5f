"""The stems of a beat that was taken apart before: in the Stems room, or beside it by `vocmatch separate`."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from vocmatch_desktop.audio import files
from vocmatch_desktop.errors import UserError
from vocmatch_desktop.export.names import safe_name
from vocmatch_desktop.services.song_store import SongStore
from vocmatch_desktop.types import STEMS, AudioFile

LOSSLESS = (".wav", ".flac")


def known_stems(beat: Path, songs: Path) -> Mapping[str, AudioFile]:
    """Stems that add up to `beat`, by name, none where it was not taken apart; `songs` is the folder of a `SongStore`.

    The latest of the store's go first, then what lies in the folder "BEAT stems". Only whole sets of the beat's own
    rate and length count: those that have an `other` to hold what the rest leaves.
    """
    about = files.probe(beat)
    kept = [song.files for song in reversed(SongStore(songs).songs()) if song.source == beat and song.state == "ready"]
    for found in (*kept, _beside(beat)):
        stems = {name: found[name] for name in STEMS if name in found}
        if "other" in stems and all((stem.rate, stem.frames) == (about.rate, about.frames) for stem in stems.values()):
            return stems
    return {}


def _beside(beat: Path) -> Mapping[str, AudioFile]:
    folder = beat.with_name(f"{beat.stem} stems")
    found: dict[str, AudioFile] = {}
    for name in STEMS:
        for suffix in LOSSLESS:
            with suppress(UserError):
                found.setdefault(name, files.probe(folder / safe_name(beat.stem, f" - {name}{suffix}")))
    return found
