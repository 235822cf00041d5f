"""The library behind the table: opening it, filling the rows in, indexing folders, searching.

The window is the one that writes: the worker listens to files and sends what it found, this stores it. Everything done
here at once takes a few milliseconds; a big library's rows come in portions between two frames.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from vocmatch_desktop.errors import UserError
from vocmatch_desktop.jobs.protocol import Bug
from vocmatch_desktop.library.catalogue import Catalogue
from vocmatch_desktop.library.records import NotTaken, Survey, TrackRow
from vocmatch_desktop.services.indexing import IndexResult, IndexSpec
from vocmatch_desktop.ui.jobs_bridge import JobsBridge, Listener
from vocmatch_desktop.ui.library_edits import LibraryEdits
from vocmatch_desktop.ui.library_rows import Row
from vocmatch_desktop.ui.session import Indexing, Problem, Session
from vocmatch_desktop.ui.workers import JobHandle, Submits

PORTION = 400
"""Rows loaded in one go: some milliseconds."""
FLUSH_MS = 150
TRUST_AFTER = 3
"""Files heard before a time left is worth showing."""


class LibraryFlow(QObject):
    """One open catalogue at a time; `changed` tells that a ranking may come out differently now."""

    changed = Signal()

    def __init__(
        self,
        session: Session,
        bridge: JobsBridge,
        later: Submits,
        clock: Callable[[], float] = time.monotonic,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._bridge, self._later, self._clock = session, bridge, later, clock
        self.catalogue: Catalogue | None = None
        self.edits: LibraryEdits | None = None
        self.left_out: tuple[NotTaken, ...] = ()
        self._waiting: list[tuple[tuple[Path, ...], tuple[Path, ...]]] = []
        self._to_load: list[int] = []
        self._fresh: set[int] = set()
        self._handle: JobHandle | None = None
        self._heard, self._total, self._problems, self._started = 0, 0, 0, 0.0
        self._loading = QTimer(self, interval=0)
        self._loading.timeout.connect(self._load_portion)
        self._flushing = QTimer(self, interval=FLUSH_MS, singleShot=True)
        self._flushing.timeout.connect(self._flush)

    @property
    def path(self) -> Path | None:
        """The open library's database."""
        return self.catalogue.path if self.catalogue else None

    def open(self, database: Path) -> None:
        """Opens a library in place of the one that is open; a damaged one leaves the window empty and says so."""
        self.close()
        self._session.clear_tracks()
        try:
            self.catalogue = Catalogue(database, read_only=self._session.read_only)
            self._to_load = [int(track) for track in self.catalogue.search("")][::-1]
        except UserError as error:
            self._session.problem.emit(Problem(error.message, error.remedy))
            return
        self.edits = LibraryEdits(self.catalogue, self._session, self)
        self.edits.rows_changed.connect(lambda ids: self.rows(list(ids)))
        self.edits.ranking_stale.connect(self.changed)
        self.edits.failed.connect(lambda error: self._session.problem.emit(Problem(error.message, error.remedy)))
        self._loading.start()

    def close(self) -> None:
        """Stops indexing and closes the catalogue."""
        self.cancel()
        self._loading.stop()
        self._flushing.stop()
        self._fresh.clear()
        if self.edits is not None:
            self.edits.deleteLater()
            self.edits = None
        if self.catalogue is not None:
            self.catalogue.close()
            self.catalogue = None

    def index(self, roots: tuple[Path, ...], only: tuple[Path, ...] = ()) -> None:
        """Looks through folders (only at what changed there) and listens to what is new; one run after the other."""
        if self.catalogue is None or self._session.read_only or not roots:
            return
        if self._handle is not None:
            self._waiting.append((roots, only))
            return
        settings = self._session.settings
        excluded = tuple(map(Path, settings.excluded_folders))
        included = tuple(map(Path, settings.included_folders))
        spec = IndexSpec(roots=roots, library=self.catalogue.path, excluded=excluded, included=included, only=only)
        self._follow(spec, self._finish)

    def follow(self, spec: object, done: Callable[[Any], None]) -> None:
        """Runs another job that sends rows (the demo), and stores them as they come."""

        def finish(result: object) -> None:
            self._end()
            done(result)
            self.changed.emit()

        self.cancel()
        self._follow(spec, finish)

    def exclude(self, folder: Path) -> None:
        """Takes the beats of a folder out of the library, never off the disk."""
        if self.catalogue is not None and not self._session.read_only:
            self.rows(list(self.catalogue.exclude(folder).tracks))
            self.changed.emit()

    def _follow(self, spec: object, done: Callable[[Any], None]) -> None:
        self._heard, self._total, self._problems, self._started = 0, 0, 0, self._clock()
        self._session.indexing = Indexing(0, 0)
        self._handle = handle = self._later.submit(spec)
        self._bridge.watch(
            handle,
            Listener(partial=self._store, done=done, failed=self._fail),
        )

    def cancel(self) -> None:
        """Stops indexing; what was stored stays, and the next run goes on from there."""
        self._waiting.clear()
        if self._handle is not None:
            self._handle.cancel()
            self._end()

    def rows(self, track_ids: list[int]) -> None:
        """Reads rows anew: those that are gone leave the table."""
        if self.catalogue is None:
            return
        found = self.catalogue.rows(track_ids)
        self._session.put_tracks(map(row_of, found))
        self._session.drop_tracks(set(track_ids) - {row.id for row in found})

    def search(self, words: str) -> None:
        """Answers through `Session.found`."""
        ids = self.catalogue.search(words) if self.catalogue is not None else np.empty(0, np.int64)
        self._session.found.emit(words, frozenset(map(int, ids)))

    def peaks(self, track_id: int) -> NDArray[np.uint8] | None:
        """The waveform overview of a beat."""
        return self.catalogue.peaks(track_id) if self.catalogue is not None else None

    def _load_portion(self) -> None:
        portion, self._to_load = self._to_load[-PORTION:][::-1], self._to_load[:-PORTION]
        self.rows(portion)
        if not self._to_load:
            self._loading.stop()

    def _store(self, event: object) -> None:
        if self.catalogue is None:
            return
        try:
            stored = self.catalogue.store(event)
        except UserError as error:
            self.cancel()
            self._session.problem.emit(Problem(error.message, error.remedy))
            return
        self._fresh.update(stored.tracks)
        if not self._flushing.isActive():
            self._flushing.start()
        if isinstance(event, Survey):
            self._total = event.to_hear
        else:
            self._heard += 1
            self._problems += isinstance(event, NotTaken)
        self._session.indexing = Indexing(self._heard, self._total, self._left(), self._problems)

    def _left(self) -> float | None:
        if self._heard < TRUST_AFTER:
            return None
        return (self._clock() - self._started) / self._heard * max(0, self._total - self._heard)

    def _flush(self) -> None:
        fresh, self._fresh = self._fresh, set()
        if fresh:
            self.rows(sorted(fresh))

    def _finish(self, result: IndexResult) -> None:
        heard = self._heard
        self._end()
        self.left_out = (*result.failed, *result.skipped)
        if result.failed:
            self._session.problem.emit(self._summary(result.failed))
        if heard or result.missing:
            self.changed.emit()

    def _summary(self, failed: tuple[NotTaken, ...]) -> Problem:
        if len(failed) == 1:
            words = self.tr("{0} was left out: {1}").format(failed[0].path.name, failed[0].reason)
        else:
            words = self.tr("{0} files were left out because they cannot be read.").format(len(failed))
        return Problem(words, action=self.tr("Show"), command="show_not_taken")

    def _fail(self, error: UserError | Bug) -> None:
        self._end()
        if isinstance(error, UserError):
            self._session.problem.emit(Problem(error.message, error.remedy, self.tr("Try again"), "rescan"))
        else:
            words = self.tr("Indexing stopped because of a fault in the program; it is in the log.")
            self._session.problem.emit(Problem(words, "", self.tr("Try again"), "rescan"))

    def _end(self) -> None:
        self._handle = None
        self._flush()
        self._session.indexing = None
        if self._waiting:
            self.index(*self._waiting.pop(0))


def row_of(track: TrackRow) -> Row:
    """A catalogue row as the table shows it."""
    return Row(
        id=track.id,
        title=track.title,
        path=track.path,
        duration_s=track.duration_s,
        bpm=track.bpm,
        key=track.key,
        rating=track.rating,
        tags=track.tags,
        missing=track.missing,
        versions=track.versions,
        locks=track.locks,
    )
