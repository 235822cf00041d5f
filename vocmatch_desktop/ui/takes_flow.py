"""The takes behind the panel: listed, opened, edited with undo, imported, deleted; file work is done beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QUndoCommand

from vocmatch_desktop.audio import files
from vocmatch_desktop.audio.mono import MonoMix
from vocmatch_desktop.errors import DiskError, UserError
from vocmatch_desktop.jobs.protocol import Bug
from vocmatch_desktop.library.takes import Recovery, TakeStore
from vocmatch_desktop.types import Selection, Take
from vocmatch_desktop.ui.jobs_bridge import JobsBridge
from vocmatch_desktop.ui.session import Problem, Session
from vocmatch_desktop.ui.sound import said
from vocmatch_desktop.ui.spectrogram import Columns, SpectrumStream, joined

PICTURE_COLUMNS = 1600


class TakesFlow(QObject):
    """One folder of takes at a time; `pictured` brings the picture of the take that was opened last."""

    pictured = Signal(object, object)  # Take, Columns

    def __init__(self, session: Session, bridge: JobsBridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._bridge = session, bridge
        self.store: TakeStore | None = None
        self._keys: dict[Path, str] = {}

    def use(self, store: TakeStore) -> None:
        """Lists another folder's takes and opens the newest; what a crash left behind is recovered first."""
        self.store = store
        self._session.undo.clear()
        self._session.take = None
        self._session.takes = ()
        self._bridge.in_thread(
            lambda: (_recovered(store, self._session), store.takes()), self._listed, failed=self._say
        )

    def open(self, folder: Path, picture_after_ms: int = 0) -> None:
        """Makes a take the current one and fetches its picture."""
        take = next((take for take in self._session.takes if take.folder == folder), None)
        if take is None or take == self._session.take:
            return
        self._session.selection = None
        self._session.take = take
        self._session.selection = take.selection
        QTimer.singleShot(picture_after_ms, self, lambda: self.picture(take))

    def picture(self, take: Take) -> None:
        """Fetches a take's picture, unless another one was opened meanwhile."""
        if self._session.take is None or self._session.take.audio_path != take.audio_path:
            return
        self._bridge.in_thread(
            lambda: read_picture(take.audio_path),
            lambda columns: self._show_picture(take, columns),
            failed=self._say,
        )

    def add(self, take: Take, picture_after_ms: int = 0) -> None:
        """A new take, recorded or imported, becomes the current one."""
        self._session.takes = (take, *(other for other in self._session.takes if other.folder != take.folder))
        self.open(take.folder, picture_after_ms)

    def note_key(self, folder: Path, key: str) -> None:
        """The key that was heard in a take, for its row."""
        self._keys[folder] = key
        self._session.takes = tuple(map(self._with_key, self._session.takes))
        if self._session.take is not None and self._session.take.folder == folder:
            self._session.take = self._with_key(self._session.take)

    def import_files(self, paths: tuple[Path, ...]) -> None:
        """Copies sound files in as takes; the last one becomes the current one."""
        store = self._store()
        for path in paths:
            self._bridge.in_thread(lambda path=path: store.add_file(path), self.add, failed=self._say)

    def rename(self, folder: Path, name: str) -> None:
        """Gives a take another name; can be undone."""
        self._edit(self.tr("Rename"), folder, name=name)

    def star(self, folder: Path, on: bool) -> None:
        """Stars a take; can be undone."""
        self._edit(self.tr("Star"), folder, starred=on)

    def pin(self, folder: Path, beat_id: int | None) -> None:
        """Pins a beat as the take's pick; can be undone."""
        self._edit(self.tr("Keep"), folder, pinned_beat=beat_id)

    def set_tempo(self, folder: Path, bpm: float | None, first_beat_s: float | None) -> None:
        """Says what tempo a take was sung in; can be undone."""
        self._edit(self.tr("Tempo"), folder, bpm=bpm, first_beat_s=first_beat_s)

    def select(self, selection: Selection | None) -> None:
        """Selects a part of the current take; kept with it, not in the list of what can be undone."""
        take = self._session.take
        if take is None or selection == self._session.selection:
            return
        self._session.selection = selection
        if not self._session.read_only:
            store = self._store()
            self._bridge.in_thread(lambda: store.edit(take, selection=selection), self.replace, failed=self._say)

    def trim(self, folder: Path) -> None:
        """Keeps only the selection; can be undone."""
        take, selection = self._take(folder), self._session.selection
        if selection is None or take.folder != folder:
            return
        store = self._store()
        self._session.undo.push(
            _Edit(
                self.tr("Trim"),
                lambda: self._apply(lambda: store.trim(store.load(folder), selection.from_s, selection.to_s)),
                lambda: self._apply(lambda: _untrimmed(store, folder, take.audio_name)),
            )
        )

    def delete(self, folder: Path, for_good: bool = False) -> None:
        """Moves a take to the system's bin."""
        take, store = self._take(folder), self._store()

        def gone(_: object) -> None:
            self._session.takes = tuple(other for other in self._session.takes if other.folder != folder)
            if self._session.take is not None and self._session.take.folder == folder:
                self._session.take = None
                self._session.selection = None
                for next_take in self._session.takes[:1]:
                    self.open(next_take.folder)

        def failed(error: UserError | Bug) -> None:
            offer = isinstance(error, DiskError) and not for_good
            words, remedy = said(error)
            action = (self.tr("Delete for good"), "delete_for_good", (folder,)) if offer else ("", "", ())
            self._session.problem.emit(Problem(words, remedy, *action))

        self._bridge.in_thread(lambda: store.delete(take, for_good=for_good), gone, failed=failed)

    def replace(self, take: Take) -> None:
        """A take as it is after an edit."""
        take = self._with_key(take)
        known = {other.folder: other for other in self._session.takes}
        if take.folder not in known:
            return
        before = known[take.folder]
        self._session.takes = tuple(take if other.folder == take.folder else other for other in self._session.takes)
        if self._session.take is not None and self._session.take.folder == take.folder:
            self._session.take = take
            if before.audio_name != take.audio_name:
                self._session.selection = take.selection
                self.picture(take)

    def _with_key(self, take: Take) -> Take:
        if take.folder not in self._keys:
            return take
        return replace(take, extra=tuple(sorted({**dict(take.extra), "key": self._keys[take.folder]}.items())))

    def _edit(self, words: str, folder: Path, **changes: Any) -> None:
        take, store = self._take(folder), self._store()
        before = {name: getattr(take, name) for name in changes}
        if before == changes:
            return
        self._session.undo.push(
            _Edit(
                words,
                lambda: self._apply(lambda: store.edit(store.load(folder), **changes)),
                lambda: self._apply(lambda: store.edit(store.load(folder), **before)),
            )
        )

    def _apply(self, work: Callable[[], Take]) -> None:
        self._bridge.in_thread(work, self.replace, failed=self._say)

    def _take(self, folder: Path) -> Take:
        return next(take for take in self._session.takes if take.folder == folder)

    def _store(self) -> TakeStore:
        if self.store is None:
            raise RuntimeError("no folder of takes is in use")
        return self.store

    def _listed(self, found: tuple[Recovery, tuple[Take, ...]]) -> None:
        recovery, takes = found
        self._session.takes = takes
        if takes and self._session.take is None:
            self.open(takes[0].folder)
        if recovery.recovered and not self._session.demo:
            names = ", ".join(f"“{take.name}”" for take in recovery.recovered)
            words = self.tr("Last time ended in the middle of a recording. Saved: {0}.").format(names)
            self._session.problem.emit(Problem(words, good_news=True))

    def _show_picture(self, take: Take, columns: Columns) -> None:
        if self._session.take is not None and self._session.take.audio_path == take.audio_path:
            self.pictured.emit(take, columns)

    def _say(self, error: UserError | Bug) -> None:
        self._session.problem.emit(Problem(*said(error)))


class _Edit(QUndoCommand):
    """One undoable edit; both directions are file work that reports back by itself."""

    def __init__(self, words: str, do: Callable[[], None], undo: Callable[[], None]) -> None:
        super().__init__(words)
        self._do, self._undo = do, undo

    def redo(self) -> None:
        """Does it (the first time too)."""
        self._do()

    def undo(self) -> None:
        """Takes it back."""
        self._undo()


def read_picture(path: Path) -> Columns:
    """A whole take as `PICTURE_COLUMNS` columns (fewer where it is very short), read in blocks; raises `UserError`."""
    about = files.probe(path)
    hop_s = max(about.duration_s / PICTURE_COLUMNS, 1 / about.rate)
    stream, mix = SpectrumStream(about.rate, hop_s), MonoMix()
    parts = [stream.feed(mix.feed(block.samples)) for block in files.blocks(path)]
    return joined([*parts, stream.finish()])


def _recovered(store: TakeStore, session: Session) -> Recovery:
    return Recovery() if session.read_only else store.recover()


def _untrimmed(store: TakeStore, folder: Path, audio_name: str) -> Take:
    """The take with the sound it had before it was trimmed, whatever else was edited since."""
    take = store.load(folder)
    while take.audio_name != audio_name:
        earlier = store.undo(take)
        if earlier == take:
            break
        take = earlier
    return take
