"""The list of songs and the queue in which they come apart, one at a time, in the worker *later*.

Only the song that is being taken apart is given to the worker; those that wait are kept here, so that their order can
be changed and one that fails stops no other. Files are read and written beside the window.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from vocmatch_desktop.errors import DiskError, UserError
from vocmatch_desktop.jobs.protocol import Bug, Progress
from vocmatch_desktop.settings import Places
from vocmatch_desktop.ui.jobs_bridge import JobsBridge, Listener
from vocmatch_desktop.ui.session import Problem, Session
from vocmatch_desktop.ui.sound import said
from vocmatch_desktop.ui.stems_progress import TimeLeft
from vocmatch_desktop.ui.stems_sounding import Sounding
from vocmatch_desktop.ui.stems_state import Song, StemFile
from vocmatch_desktop.ui.workers import JobHandle, Submits

if TYPE_CHECKING:
    from vocmatch_desktop.services.song_store import SongStore, StoredSong
    from vocmatch_desktop.services.songs import StemsKnown


@dataclass(frozen=True, slots=True)
class Wish:
    """What a queued song is taken apart with."""

    model: str
    stems: tuple[str, ...]


@dataclass(slots=True)
class _Running:
    """The song that is being taken apart."""

    song: StoredSong
    handle: JobHandle
    left: TimeLeft
    known: Sounding


@dataclass(frozen=True, slots=True)
class _Found:
    """The list as it is on the disk; `lost`: songs' own files that are not where they were."""

    store: SongStore
    songs: tuple[StoredSong, ...]
    lost: set[Path]


class StemsFlow(QObject):
    """Keeps `Session.songs` true. `sounds(Sounding)` tells what is known of a song's stems whenever that changed."""

    sounds = Signal(object)
    dropped = Signal(object)  # Path: the folder of a song that is about to leave the list
    gone = Signal()  # it has left
    listed = Signal()  # the list was read

    def __init__(
        self,
        session: Session,
        bridge: JobsBridge,
        later: Submits,
        places: Places,
        clock: Callable[[], float] = time.monotonic,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._bridge, self._later, self._places = session, bridge, later, places
        self._clock = clock
        self._store: SongStore | None = None
        self._stored: dict[Path, StoredSong] = {}
        self._queue: list[tuple[Path, Wish]] = []
        self._running: _Running | None = None
        self._going: set[Path] = set()
        self._lost: set[Path] = set()

    def start(self) -> None:
        """Reads the list; half-written stems of a crash are swept first."""
        self._bridge.in_thread(self._look, self._list, failed=self._say)

    @property
    def is_listed(self) -> bool:
        """Whether the list was read: before that, nothing can be added to it."""
        return self._store is not None

    def sounding(self, folder: Path) -> Sounding:
        """What is known of a song's stems now."""
        running = self._running
        return running.known if running and running.song.folder == folder else Sounding.of(self._stored[folder])

    def song(self, folder: Path) -> StoredSong | None:
        """What is kept of a song of the list."""
        return self._stored.get(folder)

    def known(self, source: Path) -> Path | None:
        """The folder of a song of the list whose own file this is, the newest; None where it is not in the list."""
        return next((song.folder for song in reversed(self._stored.values()) if song.source == source), None)

    def add(self, source: Path, done: Callable[[Path], None], failed: Callable[[UserError | Bug], None]) -> None:
        """Takes a song into the list; `done` gets its folder."""
        store = self._in_use()

        def added(song: StoredSong) -> None:
            self._lost.discard(song.source)
            self._put(song)
            done(song.folder)

        self._bridge.in_thread(lambda: store.add(source), added, failed=failed)

    def take_apart(self, folder: Path, wish: Wish, opened: Callable[[Path], None]) -> None:
        """Queues a song; one that is finished once more, in a folder of its own that `opened` is told of."""
        song = self._stored[folder]
        if self._row(folder).phase in ("waiting", "working"):
            return
        if song.state != "ready":
            self._enqueue(song, wish)
            return
        store = self._in_use()

        def ready(again: StoredSong) -> None:
            self._put(again)
            self._enqueue(again, wish)
            opened(again.folder)

        self._bridge.in_thread(lambda: store.again(song), ready, failed=self._say)

    def move(self, folder: Path, by: int) -> None:
        """Changes places with the waiting song before (−1) or after (+1), in the list too."""
        waiting = [queued for queued, _ in self._queue]
        if folder not in waiting or not 0 <= waiting.index(folder) + by < len(waiting):
            return
        at = waiting.index(folder)
        self._queue[at], self._queue[at + by] = self._queue[at + by], self._queue[at]
        rows = list(self._session.songs)
        mine, other = (self._place(each) for each in (folder, waiting[at + by]))
        rows[mine], rows[other] = rows[other], rows[mine]
        self._session.songs = tuple(rows)

    def cancel(self, folder: Path) -> None:
        """Takes a song out of the queue, or stops it."""
        if self._running is not None and self._running.song.folder == folder and not self._is_queued(folder):
            self._running.handle.cancel()
            self._running.known = Sounding.of(self._running.song)
            self._change(folder, phase="stopped")
            self.sounds.emit(self._running.known)
        elif self._is_queued(folder):
            self._queue = [(queued, wish) for queued, wish in self._queue if queued != folder]
            self._change(folder, phase="stopped")

    def remove(self, folder: Path, *, for_good: bool = False) -> None:
        """Moves our stems to the system's bin; one that is being taken apart is stopped first."""
        self.cancel(folder)
        if self._running is not None and self._running.song.folder == folder:
            self._going.add(folder)
            return
        store, song = self._in_use(), self._stored[folder]
        self.dropped.emit(folder)
        delete = lambda: store.delete(song, for_good=for_good)  # noqa: E731 - one line
        self._bridge.in_thread(delete, lambda _: self._drop(folder), failed=lambda error: self._keep(folder, error))

    def close(self) -> None:
        """Stops everything; called before the bridge is closed."""
        self._queue.clear()
        if self._running is not None:
            self._running.handle.cancel()

    def clear_up(self) -> None:
        """Deletes what a separation that was ended with its worker left half-written; called when workers are gone."""
        if self._running is not None and self._store is not None:
            self._store.clear_up(self._running.song)
            self._running = None

    def _look(self) -> _Found:
        from vocmatch_desktop.services.song_store import SongStore

        store = SongStore(self._places.songs)
        songs = store.songs() if self._session.read_only else store.recover()
        return _Found(store, songs, {song.source for song in songs if not song.source.is_file()})

    def _list(self, found: _Found) -> None:
        self._store, self._lost = found.store, found.lost
        for song in found.songs:
            self._put(song)
        self.listed.emit()

    def _enqueue(self, song: StoredSong, wish: Wish) -> None:
        versions = [other.version for other in self._stored.values() if other.source == song.source]
        plan = replace(song, state="stopped", model=wish.model, problem="", version=song.version or max(versions) + 1)
        store = self._in_use()
        self._bridge.in_thread(lambda: store.save(plan), failed=self._say)
        self._put(plan, phase="waiting")
        self._queue.append((plan.folder, wish))
        self._next()

    def _next(self) -> None:
        if self._running is not None or not self._queue:
            return
        from vocmatch_desktop.services.songs import TakeApartSpec

        folder, wish = self._queue.pop(0)
        song = self._stored[folder]
        handle = self._later.submit(TakeApartSpec(song, self._places, wish.model, wish.stems))
        self._running = _Running(song, handle, TimeLeft(self._clock), Sounding(song))
        listener = Listener(
            done=self._finish, failed=self._fail, progress=self._tell, partial=self._grow, cancelled=self._stopped
        )
        self._bridge.watch(handle, listener)

    def _tell(self, progress: Progress) -> None:
        running = self._running
        if running is not None:
            left_s = running.left.after(progress.fraction)
            fraction = round(progress.fraction, 3)
            self._change(running.song.folder, phase="working", fraction=fraction, left_s=left_s, what=progress.what)

    def _grow(self, news: StemsKnown) -> None:
        running = self._running
        if running is not None:
            running.known = running.known.grown(news)
            self.sounds.emit(running.known)

    def _finish(self, song: StoredSong) -> None:
        running = self._end(song)
        if running is not None:
            self.sounds.emit(running.known.finished(song))

    def _fail(self, error: UserError | Bug) -> None:
        running = self._running
        if running is None:
            return
        words = " ".join(said(error)).strip()
        failed = replace(running.song, state="failed", problem=words)
        store = self._in_use()
        self._bridge.in_thread(lambda: (store.clear_up(failed), store.save(failed)), failed=self._say)
        self._session.problem.emit(Problem(f"“{failed.title}”: {words}"))
        self._end(failed)
        self.sounds.emit(Sounding.of(failed))

    def _stopped(self) -> None:
        """It certainly runs no longer: what it left is cleared up before anything else begins."""
        if self._running is not None:
            song, store = self._running.song, self._in_use()
            self._bridge.in_thread(
                lambda: (store.clear_up(song), store.load(song.folder))[1],
                lambda kept: self._over(kept or song),
                failed=lambda _: self._over(song),
            )

    def _over(self, song: StoredSong) -> None:
        """A stopped one has come to its end, and perhaps to a good one before it heard that it was called off."""
        if song.folder in self._going:
            self._going.discard(song.folder)
            self._running = None
            self.remove(song.folder)
            self._next()
        elif self._is_queued(song.folder):  # wanted again meanwhile
            self._running = None
            self._next()
        else:
            self._end(song)
            self.sounds.emit(Sounding.of(song))

    def _end(self, song: StoredSong) -> _Running | None:
        """The running one is over, `song` is what became of it; the next has its turn."""
        running, self._running = self._running, None
        self._put(song)
        self._next()
        return running

    def _put(self, song: StoredSong, **more: object) -> None:
        """Puts a song's row into the list, or another in its place."""
        self._stored[song.folder] = song
        row = replace(_row(song), source_there=song.source not in self._lost, **more)
        rows = self._session.songs
        if any(other.folder == song.folder for other in rows):
            self._session.songs = tuple(row if other.folder == song.folder else other for other in rows)
        else:
            self._session.songs = (*rows, row)

    def _change(self, folder: Path, **changes: object) -> None:
        row = replace(self._row(folder), **changes)
        self._session.songs = tuple(row if other.folder == folder else other for other in self._session.songs)

    def _drop(self, folder: Path) -> None:
        self._stored.pop(folder, None)
        self._session.songs = tuple(row for row in self._session.songs if row.folder != folder)
        self.gone.emit()

    def _keep(self, folder: Path, error: UserError | Bug) -> None:
        """There is no bin: offers to delete for good."""
        offer = isinstance(error, DiskError) and folder.exists()
        action = (self.tr("Delete for good"), "delete_song_for_good", (folder,)) if offer else ("", "", ())
        self._session.problem.emit(Problem(*said(error), *action))

    def _is_queued(self, folder: Path) -> bool:
        return any(queued == folder for queued, _ in self._queue)

    def _row(self, folder: Path) -> Song:
        return self._session.songs[self._place(folder)]

    def _place(self, folder: Path) -> int:
        return next(place for place, row in enumerate(self._session.songs) if row.folder == folder)

    def _in_use(self) -> SongStore:
        if self._store is None:
            raise RuntimeError("the list of songs was not read yet")
        return self._store

    def _say(self, error: UserError | Bug) -> None:
        self._session.problem.emit(Problem(*said(error)))


def _row(song: StoredSong) -> Song:
    return Song(
        folder=song.folder,
        title=song.title,
        source=song.source,
        model=song.model,
        version=song.version,
        duration_s=song.frames / song.rate,
        phase=song.state,
        fraction=1.0 if song.state == "ready" else 0.0,
        problem=song.problem,
        notice=song.notice,
        stems=tuple(StemFile(name, stem.path) for name, stem in song.files.items()),
    )
