"""What travels into and out of the library: frozen rows, no behaviour.

What the worker that indexes sends (`IndexEvent`) is small enough for a pipe and is all the one writer needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.types import Float32, Key, Locks

Float16 = NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file as the library knows it; `audio_hash` is None for one that is no beat (`reason`)."""

    path: Path
    size: int
    mtime_ns: int
    audio_hash: str | None
    version: int = 0
    missing: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A sound file as the scan met it.

    `known_hash`: the library's hash of what its path held before. `any_length`: taken however short it is.
    """

    path: Path
    size: int
    mtime_ns: int
    known_hash: str | None = None
    any_length: bool = False


@dataclass(frozen=True, slots=True)
class NotTaken:
    """A file or folder that did not come into the library, and why, in words for people."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Coarse:
    """What the shortlist needs of a beat; made by matching, opaque to the library.

    `frames`: float16 [m, 12]. `summary`: float32 [k].
    """

    frames: Float16
    summary: Float32
    version: int


@dataclass(frozen=True, slots=True, eq=False)
class AnalysedFile:
    """A file that was listened to.

    `fingerprint`: the blob of `analysis.blob`, made by analyser `version`. `peaks`: uint8 [2, 400], minimum and
    maximum, 128 is silence. `title` and `words` (artist, album, genre) are read from the file's own tags.
    """

    path: Path
    size: int
    mtime_ns: int
    audio_hash: str
    version: int
    duration_s: float
    bpm: float
    key: Key
    fingerprint: bytes
    peaks: NDArray[np.uint8]
    title: str
    words: str = ""
    coarse: Coarse | None = None


@dataclass(frozen=True, slots=True)
class RetaggedFile:
    """A file that was saved again with the same sound in it: only its tags changed."""

    path: Path
    size: int
    mtime_ns: int
    audio_hash: str
    title: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class NoBeat:
    """Sound, but no beat: too short, or silent. Remembered, so that the next scan need not open it."""

    path: Path
    size: int
    mtime_ns: int
    reason: str


@dataclass(frozen=True, slots=True)
class MovedFile:
    """A file that left one path and turned up at another, by name, size and time the very same."""

    old: Path
    new: Path


@dataclass(frozen=True, slots=True)
class Survey:
    """What the scan alone could tell.

    `missing` are gone, `found` are back as they were, `asked_for` were named by hand (and come back if they had been
    removed). `to_hear`: how many files will be listened to.
    """

    missing: tuple[Path, ...] = ()
    found: tuple[Path, ...] = ()
    moved: tuple[MovedFile, ...] = ()
    asked_for: tuple[Path, ...] = ()
    to_hear: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Condensed:
    """What the shortlist needs of a sound that was analysed before matching asked for this."""

    audio_hash: str
    coarse: Coarse


IndexEvent = Survey | AnalysedFile | RetaggedFile | NoBeat | NotTaken | Condensed


@dataclass(frozen=True, slots=True)
class Stored:
    """What storing an event did. `outcome` of a survey is "surveyed". `tracks` are the ids whose rows changed."""

    outcome: Literal["added", "updated", "version", "moved", "surveyed", "no_beat", "failed", "condensed"]
    tracks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file of a track."""

    id: int
    path: Path
    size: int
    duration_s: float
    missing: bool


@dataclass(frozen=True, slots=True)
class TrackRow:
    """One beat. `path` is its main file's; `bpm` and `key` carry the user's locks already; `added` is ISO 8601.

    `missing`: none of its files is where it was. `versions`: how many files it has.
    """

    id: int
    title: str
    path: Path
    duration_s: float
    bpm: float
    key: Key
    rating: int
    tags: tuple[str, ...]
    missing: bool
    versions: int
    locks: Locks
    added: str


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """The whole library, column by column, n rows in the order of `ids`; locks are in `bpm` and `keys` already.

    `ids` int64, `bpm` float32, `keys` int8 (`Key.index`), `duration_s` float32, `rating` int8, `missing` bool,
    `versions` int16.
    """

    ids: NDArray[np.int64]
    titles: tuple[str, ...]
    paths: tuple[Path, ...]
    bpm: Float32
    keys: NDArray[np.int8]
    duration_s: Float32
    rating: NDArray[np.int8]
    tags: tuple[tuple[str, ...], ...]
    missing: NDArray[np.bool_]
    versions: NDArray[np.int16]
    locks: tuple[Locks, ...]
    added: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class TrackState:
    """What a user can change about a track."""

    id: int
    rating: int
    tags: tuple[str, ...]
    locks: Locks
    removed: str | None


@dataclass(frozen=True, slots=True)
class FileState:
    """Where a file is and whose it is."""

    id: int
    track: int
    path: Path
    size: int
    mtime_ns: int
    missing: bool


@dataclass(frozen=True, slots=True)
class Change:
    """How things were before an edit: give it to `Catalogue.undo` to have them so again.

    `tracks` are the ids whose rows changed; `values` may carry what the edit made (a split's new track).
    """

    before: tuple[TrackState, ...] = ()
    files: tuple[FileState, ...] = ()
    values: Mapping[str, int] = field(default_factory=dict)

    @property
    def tracks(self) -> tuple[int, ...]:
        """Ids of the tracks whose rows changed."""
        return tuple(dict.fromkeys([*(state.id for state in self.before), *(state.track for state in self.files)]))
