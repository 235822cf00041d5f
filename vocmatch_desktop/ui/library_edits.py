"""Ratings, tags, locks and removals as steps that can be undone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand

from vocmatch_desktop.errors import UserError
from vocmatch_desktop.library.catalogue import Catalogue
from vocmatch_desktop.library.records import Change
from vocmatch_desktop.types import Locks
from vocmatch_desktop.ui.session import Session


class LibraryEdits(QObject):
    """Writes edits into one open catalogue and onto the session's undo stack; made anew when another library opens.

    The methods raise `UserError` where the catalogue cannot be written; an undo that fails later emits `failed`.
    """

    rows_changed = Signal(object)
    """tuple[int, ...]: rows to read anew."""
    ranking_stale = Signal()
    """A ranking may come out differently now."""
    failed = Signal(object)
    """UserError: an undo or redo could not be done."""

    def __init__(self, catalogue: Catalogue, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._catalogue, self._session = catalogue, session

    def rate(self, beat_ids: tuple[int, ...], stars: int) -> None:
        """0…5 stars."""
        words = self.tr("Rating of {0}").format(self._named(beat_ids))
        self._do(words, lambda: self._catalogue.rate(beat_ids, stars))

    def set_tags(self, beat_id: int, tags: tuple[str, ...]) -> None:
        """Replaces a beat's tags."""
        words = self.tr("Tags of {0}").format(self._named((beat_id,)))
        self._do(words, lambda: self._catalogue.set_tags([beat_id], tags))

    def lock(self, beat_id: int, locks: Locks) -> None:
        """×2/÷2 or key by hand."""
        words = self.tr("Tempo and key of {0}").format(self._named((beat_id,)))
        self._do(words, lambda: self._catalogue.lock([beat_id], locks), ranks=True)

    def remove(self, beat_ids: tuple[int, ...]) -> None:
        """Takes beats out of the library, never off the disk."""
        words = self.tr("Removal of {0}").format(self._named(beat_ids))
        self._do(words, lambda: self._catalogue.remove(beat_ids), ranks=True)

    def relocate(self, beat_id: int, path: Path) -> None:
        """Says where a missing file is now; index it afterwards, its sound may differ."""
        words = self.tr("New place of {0}").format(self._named((beat_id,)))
        self._do(words, lambda: self._catalogue.relocate(beat_id, path), ranks=True)

    def _do(self, words: str, edit: Callable[[], Change], ranks: bool = False) -> None:
        """Makes the edit before it is pushed: an error raised inside `QUndoStack.push` would be lost in C++."""
        change = edit()
        self._session.undo.push(_Step(words, change, self._turn, ranks))
        self._tell(change, ranks)

    def _turn(self, change: Change, ranks: bool) -> Change | None:
        """Makes things as they were; None where that failed, and says so."""
        try:
            reverse = self._catalogue.undo(change)
        except UserError as error:
            self.failed.emit(error)
            return None
        self._tell(change, ranks)
        return reverse

    def _tell(self, change: Change, ranks: bool) -> None:
        self.rows_changed.emit(change.tracks)
        if ranks:
            self.ranking_stale.emit()

    def _named(self, beat_ids: tuple[int, ...]) -> str:
        row = self._session.tracks.get(beat_ids[0]) if len(beat_ids) == 1 else None
        return row.title if row is not None else self.tr("{0} beats").format(len(beat_ids))


class _Step(QUndoCommand):
    """One edit that was made already; undoing and redoing both apply the change that the last turn gave."""

    def __init__(self, words: str, change: Change, turn: Callable[[Change, bool], Change | None], ranks: bool) -> None:
        super().__init__(words)
        self._change, self._turn, self._ranks = change, turn, ranks
        self._pushed = False

    def redo(self) -> None:
        """Does nothing the first time: pushing calls it."""
        if self._pushed:
            self._apply()
        self._pushed = True

    def undo(self) -> None:
        """Takes the edit back."""
        self._apply()

    def _apply(self) -> None:
        reverse = self._turn(self._change, self._ranks)
        if reverse is None:
            self.setObsolete(True)
        else:
            self._change = reverse
