"""The beats as ranking reads them: a few arrays of all of them, mapped from a side file, and each one's fingerprint.

    with Vectors(database, coarse, COARSE_VERSION) as beats:
        beats.ids, beats.starts, beats.frames, beats.summary      # as matching.source.BeatSource says
        beats.fingerprint(beat_id)

The side file is derived and can be deleted at any time. Its name is a hash of what it was made from (which beats are
there, their sound, the user's locks), so a file that fits is current, and a new one never touches one that another
process has mapped. Ten thousand beats are about 120 MB on disk, of which only what is looked at is in memory. Where a
side file may not lie (a library that may only be read, a full disk) a nameless temporary file serves in its place.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.analysis.blob import from_blob
from vocmatch_desktop.analysis.grid import with_locks
from vocmatch_desktop.errors import DiskError
from vocmatch_desktop.library import reading
from vocmatch_desktop.library.catalogue import Catalogue
from vocmatch_desktop.library.records import Float16
from vocmatch_desktop.types import Fingerprint, Float32, Locks

FRAME_WIDTH = 12
SWEEP_AFTER_S = 60.0
"""How old a side file that no longer fits must be before it is removed."""

_NOT_HERE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT)
_HEADER = np.dtype([("magic", "S8"), ("beats", "<i8"), ("rows", "<i8"), ("width", "<i8")])
_MAGIC = b"VMVEC01"
_BEATS = """
    SELECT track.id, file.audio_hash, analysis.version, coarse_version, tempo_factor, key_lock
    FROM track JOIN file ON file.id = track.main_file JOIN analysis ON analysis.audio_hash = file.audio_hash
    WHERE track.removed IS NULL AND NOT file.missing ORDER BY track.id
"""
_COARSE = "SELECT coarse_frames, coarse_summary FROM analysis WHERE audio_hash = ?"
_FINGERPRINT = "SELECT fingerprint FROM analysis WHERE audio_hash = ?"


class CoarseLike(Protocol):
    """What the shortlist needs of a beat: `frames` float16 [m, 12], `summary` float32 [k] (k the same for all)."""

    @property
    def frames(self) -> Float16: ...  # noqa: D102
    @property
    def summary(self) -> Float32: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class _Beat:
    id: int
    audio_hash: str
    version: int
    coarse_version: int | None
    tempo_factor: float
    key_lock: int | None

    @property
    def locks(self) -> Locks:
        return reading.locks(self.tempo_factor, self.key_lock)


class Vectors:
    """All beats that are there, mapped read-only; made on opening where the side file does not fit the library.

    `ids`: int64 [n]. `starts`: int64 [n + 1]; beat i has `frames[starts[i]:starts[i + 1]]`. `frames`: float16 [N, 12].
    `summary`: float32 [n, k]. `coarse` and `version` are matching's: what is stored by another version is made anew.

    Raises:
        LibraryError: the database cannot be read. DiskError: the side file cannot be written.
    """

    def __init__(self, database: Path, coarse: Callable[[Fingerprint], CoarseLike], version: int) -> None:
        self._catalogue = Catalogue(database, read_only=True)
        try:
            self._revision = self._catalogue.revision
            with self._catalogue.reading() as connection:
                beats = [_Beat(*row) for row in connection.execute(_BEATS)]
                path = _side_file(database, beats, version)
                arrays = _mapped(path) if path.is_file() else _build(path, connection, beats, coarse, version)
            self.ids, self.starts, self.summary, self.frames = arrays
        except BaseException:
            self._catalogue.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the database; the arrays stay readable as long as someone holds them."""
        self._catalogue.close()

    def is_current(self) -> bool:
        """Whether nothing has changed that a ranking depends on; costs microseconds. If not, open another."""
        return self._catalogue.revision == self._revision

    def fingerprint(self, beat_id: int) -> Fingerprint:
        """The whole fingerprint, the user's locks applied; raises KeyError for a beat that is gone."""
        return self._catalogue.fingerprint(beat_id)


def _side_file(database: Path, beats: list[_Beat], version: int) -> Path:
    digest = hashlib.blake2b(f"{_MAGIC!r} {version}".encode(), digest_size=8)
    for beat in beats:
        digest.update(repr(beat).encode())
    return database.with_name(f"{database.stem}.{digest.hexdigest()}.vectors")


def _build(
    path: Path,
    connection: sqlite3.Connection,
    beats: list[_Beat],
    coarse: Callable[[Fingerprint], CoarseLike],
    version: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64], Float32, Float16]:
    """Writes the side file, or a nameless temporary one where there is no right or no room for it, and maps it."""

    def parts() -> Iterator[tuple[Float16, Float32]]:
        return (_coarse_of(connection, beat, coarse, version) for beat in beats)

    try:
        try:
            _write_beside(path, beats, parts())
        except OSError as error:
            if error.errno not in _NOT_HERE:
                raise
            with tempfile.TemporaryFile() as file:  # what is mapped outlives it
                _write(file, beats, parts())
                file.flush()
                return _mapped(file)
    except OSError as error:
        raise DiskError(f"“{path.name}” cannot be written.", "Check free space and permissions.") from error
    _sweep(path)
    return _mapped(path)


def _write_beside(path: Path, beats: list[_Beat], parts: Iterable[tuple[Float16, Float32]]) -> None:
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        with partial.open("wb") as file:
            _write(file, beats, parts)
        partial.replace(path)
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


def _sweep(current: Path) -> None:
    """Removes the side files of earlier states of the same library, and what a process that died left half-written."""
    earlier = re.compile(re.escape(current.name.rsplit(".", 2)[0]) + r"\.[0-9a-f]{16}\.vectors(\.\d+\.partial)?")
    for old in current.parent.iterdir():
        if earlier.fullmatch(old.name) and old != current:
            # Another process may be about to map a young one. Windows keeps what is mapped: a later build removes it.
            with contextlib.suppress(OSError):
                if time.time() - old.stat().st_mtime > SWEEP_AFTER_S:
                    old.unlink()


def _coarse_of(
    connection: sqlite3.Connection, beat: _Beat, coarse: Callable[[Fingerprint], CoarseLike], version: int
) -> tuple[Float16, Float32]:
    """What indexing stored, or, under another version or the user's locks, what `coarse` says now."""
    if beat.coarse_version == version and beat.locks == Locks():
        frames, summary = connection.execute(_COARSE, (beat.audio_hash,)).fetchone()
        return np.frombuffer(frames, np.float16).reshape(-1, FRAME_WIDTH), np.frombuffer(summary, np.float32)
    (blob,) = connection.execute(_FINGERPRINT, (beat.audio_hash,)).fetchone()
    made = coarse(with_locks(from_blob(blob), beat.locks))
    return made.frames, made.summary


def _write(file: IO[bytes], beats: list[_Beat], parts: Iterable[tuple[Float16, Float32]]) -> None:
    """Header, ids, starts, summaries, frames; starts are known last and are filled in then."""
    header = np.zeros(1, _HEADER)
    header["magic"], header["beats"] = _MAGIC, len(beats)
    starts = np.zeros(len(beats) + 1, np.int64)
    summaries: list[Float32] = []
    file.write(header.tobytes())
    file.write(np.array([beat.id for beat in beats], np.int64).tobytes())
    file.write(starts.tobytes())
    for place, (frames, summary) in enumerate(parts):
        starts[place + 1] = starts[place] + len(frames)
        summaries.append(summary)
        file.write(np.ascontiguousarray(frames, np.float16).tobytes())
    summary_block = np.array(summaries, np.float32).reshape(len(beats), -1 if beats else 0)
    header["rows"], header["width"] = starts[-1], summary_block.shape[1]
    file.write(summary_block.tobytes())
    file.seek(0)
    file.write(header.tobytes())
    file.seek(len(beats) * 8, os.SEEK_CUR)
    file.write(starts.tobytes())


def _mapped(source: Path | IO[bytes]) -> tuple[NDArray[np.int64], NDArray[np.int64], Float32, Float16]:
    """Ids, starts, summary and frames, none of them in memory until it is looked at."""
    header = _map(source, _HEADER, 0, (1,))[0]
    beats, rows, width = int(header["beats"]), int(header["rows"]), int(header["width"])
    at = _HEADER.itemsize
    ids = _map(source, np.dtype(np.int64), at, (beats,))
    starts = _map(source, np.dtype(np.int64), at + 8 * beats, (beats + 1,))
    at += 8 * (2 * beats + 1)
    frames = _map(source, np.dtype(np.float16), at, (rows, FRAME_WIDTH))
    # Frames take 24 bytes each, so what follows them stands at a multiple of 8.
    summary = _map(source, np.dtype(np.float32), at + frames.nbytes, (beats, width))
    return ids, starts, summary, frames


def _map(source: Path | IO[bytes], kind: np.dtype[Any], at: int, shape: tuple[int, ...]) -> NDArray[Any]:
    if 0 in shape:
        return np.zeros(shape, kind)  # nothing cannot be mapped
    return np.memmap(source, kind, "r", at, shape)
