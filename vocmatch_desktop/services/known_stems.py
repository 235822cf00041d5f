"""The stems of a beat that was taken apart before: in the Stems room, or beside it by `vocmatch separate`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np

from vocmatch_desktop.audio import files
from vocmatch_desktop.errors import UserError
from vocmatch_desktop.export.names import safe_name
from vocmatch_desktop.services.song_store import SongStore
from vocmatch_desktop.types import STEMS, AudioFile

LOSSLESS = (".wav", ".flac")

AUDIBLE = 1e-3
"""Stems that sum to a beat within this (−60 dBFS) are all of it."""


def known_stems(beat: Path, songs: Path) -> Mapping[str, AudioFile]:
    """Stems that add up to `beat`, by name, none where it was not taken apart; `songs` is the folder of a `SongStore`.

    The latest of the store's go first, then what lies in the folder "BEAT stems". Only whole sets of the beat's own
    rate and length count: those that have an `other` to hold what the rest leaves, and do add up.
    """
    about = files.probe(beat)
    kept = [song.files for song in reversed(SongStore(songs).songs()) if song.source == beat and song.state == "ready"]
    for found in (*kept, _beside(beat)):
        stems = {name: found[name] for name in STEMS if name in found}
        alike = all((stem.rate, stem.frames) == (about.rate, about.frames) for stem in stems.values())
        if "other" in stems and alike and _add_up(beat, stems.values()):
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


def _add_up(beat: Path, stems: Iterable[AudioFile]) -> bool:
    """Whether these are all of the beat: a choice of a model's stems has an `other`, and lacks the rest."""
    streams = [files.blocks(path) for path in (beat, *(stem.path for stem in stems))]
    with suppress(UserError):  # a stem that is damaged adds up to nothing
        for whole, *parts in zip(*streams, strict=False):
            if any(part.samples.shape != whole.samples.shape for part in parts):
                return False
            if np.abs(whole.samples - sum(part.samples for part in parts)).max(initial=0.0) > AUDIBLE:
                return False
        return True
    return False
