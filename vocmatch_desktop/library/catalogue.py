"""The catalogue of the user's beats.

    with Catalogue(places.database) as catalogue:
        table = catalogue.columns()                   # NumPy columns of everything
        ids = catalogue.search("night am")            # int64, best first
        change = catalogue.rate([3, 4], 5)            # every edit gives what takes it back
        catalogue.undo(change)

Only the window or the shell opens one for writing; workers read (`read_only=True`) and send rows to be stored. Writes
are short transactions; a second program's write waits for the first, and says so after a few seconds.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.analysis.blob import from_blob
from vocmatch_desktop.analysis.grid import with_locks
from vocmatch_desktop.errors import NotFound
from vocmatch_desktop.library import edits, intake, reading, schema, words
from vocmatch_desktop.library.records import Change, Columns, FileRow, IndexEvent, KnownFile, Stored, TrackRow
from vocmatch_desktop.library.scan import plain_path
from vocmatch_desktop.types import Fingerprint, Locks

PEAKS_SHAPE = (2, 400)

T = TypeVar("T")


class Catalogue:
    """An open library. Use it on the thread that opened it, as a context manager or with `close`.

    Raises `LibraryError` on opening, and from every method, where the database is damaged, locked, read-only or newer.
    """

    def __init__(self, path: Path, *, read_only: bool = False, busy_timeout_s: float = schema.BUSY_TIMEOUT_S) -> None:
        self.path = path
        if read_only:
            self._connection = schema.connect_reading(path)
        else:
            self._connection = schema.connect(path, busy_timeout_s=busy_timeout_s)
        self._data_version = self._read_data_version()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file; may be called twice."""
        self._connection.close()

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection, for questions of the room's own that belong together: no write comes between them."""
        with schema.plain_words(self.path):
            self._connection.execute("BEGIN")
            try:
                yield self._connection
            finally:
                self._connection.execute("ROLLBACK")

    def columns(self) -> Columns:
        """Everything the table shows, in the order it was added."""
        with self.reading() as connection:
            return reading.columns(connection)

    def rows(self, ids: Iterable[int] | None = None) -> tuple[TrackRow, ...]:
        """Rows in the order of `ids` (None: all); tracks that are not there are left out."""
        with self.reading() as connection:
            return reading.rows(connection, ids)

    def row(self, track: int) -> TrackRow:
        """One row; raises `NotFound`."""
        found = self.rows([track])
        if not found:
            raise NotFound(f"There is no beat {track} in the library.", "`vocmatch library list` shows them.")
        return found[0]

    def search(self, text: str) -> NDArray[np.int64]:
        """Ids, int64, of the tracks that have all the words, best first; any text is allowed."""
        with self.reading() as connection:
            return np.array(words.search(connection, text), np.int64)

    def find(self, beat: str) -> TrackRow:
        """The track a person names by its id or by the path of one of its files; raises `NotFound`."""
        with self.reading() as connection:
            track = reading.track_at(connection, plain_path(Path(beat).expanduser()))
        if track is None and beat.isascii() and beat.isdigit():
            track = int(beat)
        if track is None:
            raise NotFound(f"“{beat}” is no beat of the library.", "Give its id or path; index its folder first.")
        return self.row(track)

    def files(self, track: int) -> tuple[FileRow, ...]:
        """All files of a track, the main one first."""
        with self.reading() as connection:
            return reading.files(connection, track)

    def known_files(self) -> tuple[KnownFile, ...]:
        """What a scan compares folders with."""
        with self.reading() as connection:
            return reading.known_files(connection)

    def not_condensed(self, version: int) -> tuple[str, ...]:
        """Audio hashes of the sounds whose coarse rows are of another version."""
        sql = "SELECT audio_hash FROM analysis WHERE coarse_version IS NOT ? ORDER BY rowid"
        with self.reading() as connection:
            return tuple(row[0] for row in connection.execute(sql, (version,)))

    def sound(self, audio_hash: str) -> Fingerprint | None:
        """What is known of a sound, whoever's it is, without anybody's locks; None where it is gone."""
        sql = "SELECT fingerprint FROM analysis WHERE audio_hash = ?"
        with self.reading() as connection:
            row = connection.execute(sql, (audio_hash,)).fetchone()
        return None if row is None else from_blob(row[0])

    def peaks(self, track: int) -> NDArray[np.uint8] | None:
        """Waveform overview, uint8 [2, 400] (minimum, maximum; 128 is silence), None where the track is gone."""
        blob = self._analysis("peaks", track)
        return None if blob is None else np.frombuffer(blob, np.uint8).reshape(PEAKS_SHAPE)

    def fingerprint(self, track: int) -> Fingerprint:
        """What is known of a track's sound, the user's locks applied; raises KeyError where the track is gone."""
        blob = self._analysis("fingerprint", track)
        if blob is None:
            raise KeyError(track)
        with self.reading() as connection:
            (state,) = reading.states(connection, [track])
        return with_locks(from_blob(blob), state.locks)

    def _analysis(self, column: str, track: int) -> bytes | None:
        sql = (
            f"SELECT {column} FROM analysis JOIN file ON file.audio_hash = analysis.audio_hash"
            " JOIN track ON track.main_file = file.id WHERE track.id = ?"
        )
        with self.reading() as connection:
            row = connection.execute(sql, (track,)).fetchone()
        return None if row is None else bytes(row[0])

    @property
    def revision(self) -> int:
        """Counts up whenever something changes that a ranking depends on: sounds, locks, what is there."""
        with self.reading() as connection:
            return int(connection.execute("SELECT number FROM revision WHERE name = 'beats'").fetchone()[0])

    def changed_elsewhere(self) -> bool:
        """Whether another program has written since this was last asked; costs microseconds."""
        before, self._data_version = self._data_version, self._read_data_version()
        return before != self._data_version

    def _read_data_version(self) -> int:
        with schema.plain_words(self.path):
            return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    # ── writing ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def store(self, event: IndexEvent) -> Stored:
        """Writes what indexing found (`services.indexing` sends it); committed when this returns."""
        return self._write(lambda connection: intake.store(connection, event))

    def set_tags(self, tracks: Sequence[int], tags: Iterable[str]) -> Change:
        """Gives tracks these tags in place of theirs. This and the edits below raise `NotFound` for unknown tracks."""
        return self._write(lambda connection: edits.set_tags(connection, tracks, tags), matters=False)

    def rate(self, tracks: Sequence[int], stars: int) -> Change:
        """0 (not rated) … 5 stars."""
        return self._write(lambda connection: edits.rate(connection, tracks, stars), matters=False)

    def lock(self, tracks: Sequence[int], locks: Locks) -> Change:
        """Corrects tempo octave and key by hand; `Locks()` takes the corrections away."""
        return self._write(lambda connection: edits.lock(connection, tracks, locks))

    def remove(self, tracks: Sequence[int]) -> Change:
        """Takes tracks out of the library and remembers it; never touches a file."""
        return self._write(lambda connection: edits.remove(connection, tracks))

    def bring_back(self, tracks: Sequence[int]) -> Change:
        """Puts removed tracks back, with their tags, ratings and locks."""
        return self._write(lambda connection: edits.bring_back(connection, tracks))

    def exclude(self, folder: Path) -> Change:
        """Takes out the tracks all of whose files are under `folder`."""
        return self._write(
            lambda connection: edits.remove(connection, reading.tracks_under(connection, plain_path(folder)))
        )

    def relocate(self, track: int, path: Path) -> Change:
        """Says where a missing file is now; index `path` afterwards, in case its sound differs."""
        return self._write(lambda connection: edits.relocate(connection, track, path))

    def split(self, file: int) -> Change:
        """Makes one version of a beat a beat of its own (`FileRow.id`); the new id is `values["track"]`."""
        return self._write(lambda connection: edits.split(connection, file))

    def undo(self, change: Change) -> Change:
        """Makes things as they were before an edit; gives what undoes the undo."""
        return self._write(lambda connection: edits.undo(connection, change))

    def _write(self, work: Callable[[sqlite3.Connection], T], matters: bool = True) -> T:
        """Runs `work` in a transaction; `matters` where a ranking may come out differently afterwards."""
        with schema.transaction(self._connection, self.path):
            result = work(self._connection)
            if matters:
                self._connection.execute("UPDATE revision SET number = number + 1 WHERE name = 'beats'")
        return result
