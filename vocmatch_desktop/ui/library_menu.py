"""The table's context menu: everything that can be done with the chosen beats, with its key beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from vocmatch_desktop.types import Key, Locks
from vocmatch_desktop.ui import drag
from vocmatch_desktop.ui.commands import LibraryCommands
from vocmatch_desktop.ui.library_rows import Row
from vocmatch_desktop.ui.library_words import tr

FASTER, SLOWER = 2.0, 0.5
_FACTORS = (0.5, 1.0, 2.0)


def multiplied(locks: Locks, factor: float) -> Locks | None:
    """The locks after ×2 or ÷2; None where that leaves ½…2."""
    tempo_factor = locks.tempo_factor * factor
    return replace(locks, tempo_factor=tempo_factor) if tempo_factor in _FACTORS else None


class LibraryMenu(QMenu):
    """The menu for one beat, with whatever also works on several of them."""

    def __init__(
        self,
        row: Row,
        chosen: tuple[int, ...],
        kept: bool,
        commands: LibraryCommands,
        edit_tags: Callable[[], None],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._row, self._chosen, self._commands = row, chosen, commands
        self._add_hearing(kept)
        self.addSeparator()
        self._put(tr("Edit tags…"), edit_tags, "F2")
        self._add_rating()
        self._add_corrections()
        self.addSeparator()
        self._add_file()
        self.addSeparator()
        words = tr("Remove from library") if len(chosen) == 1 else tr("Remove {} from library").format(len(chosen))
        self._put(words, lambda: commands.remove(chosen), "Del")

    def _add_hearing(self, kept: bool) -> None:
        row = self._row
        audition = self._put(tr("Audition"), lambda: self._commands.audition(row.id))
        audition.setEnabled(not row.missing)
        self._put(tr("Unpin") if kept else tr("Keep"), lambda: self._commands.keep(row.id), "Return")

    def _add_rating(self) -> None:
        menu = self.addMenu(tr("Rate"))
        for stars in range(5, -1, -1):
            words = "★" * stars if stars else tr("No stars")
            action = self._put(words, lambda stars=stars: self._commands.rate(self._chosen, stars), str(stars), menu)
            action.setCheckable(True)
            action.setChecked(stars == self._row.rating)

    def _add_corrections(self) -> None:
        row = self._row
        for words, factor, key in ((tr("Tempo ×2"), FASTER, "Ctrl+Up"), (tr("Tempo ÷2"), SLOWER, "Ctrl+Down")):
            locks = multiplied(row.locks, factor)
            action = self._put(words, lambda locks=locks: self._commands.lock(row.id, locks), key)
            action.setEnabled(locks is not None)
        keys = self.addMenu(tr("Set key"))
        for minor, words in ((False, tr("Major")), (True, tr("Minor"))):
            self._add_keys(keys.addMenu(words), minor)
        reset = self._put(tr("Back to the analysed tempo and key"), lambda: self._commands.lock(row.id, Locks()))
        reset.setEnabled(row.locks != Locks())

    def _add_keys(self, menu: QMenu, minor: bool) -> None:
        for tonic in range(12):
            key = Key(tonic, minor)
            locks = replace(self._row.locks, key=key)
            words = f"{key.name}    {key.camelot}"
            action = self._put(words, lambda locks=locks: self._commands.lock(self._row.id, locks), menu=menu)
            action.setCheckable(True)
            action.setChecked(key == self._row.key)

    def _add_file(self) -> None:
        row = self._row
        if row.missing:
            self._put(tr("Relocate…"), self._relocate)
        else:
            self._put(tr("Show in folder"), lambda: self._commands.show_in_folder(row.path))
            self._put(tr("Copy file"), lambda: self._commands.copy_file(row.path), "Ctrl+C")
        self._put(tr("Copy path"), lambda: drag.copy_text(str(row.path)))

    def _relocate(self) -> None:
        relocate(self._row, self._commands, self.parentWidget())

    def _put(self, words: str, do: Callable[[], None], key: str = "", menu: QMenu | None = None) -> QAction:
        """Adds an action; the key is only shown, the table itself listens to it."""
        action = (menu or self).addAction(f"{words}\t{QKeySequence(key).toString(NATIVE)}" if key else words)
        action.triggered.connect(lambda _checked: do())
        return action


NATIVE = QKeySequence.SequenceFormat.NativeText


def relocate(row: Row, commands: LibraryCommands, parent: QWidget) -> None:
    """Asks where a missing file is now; starts in the closest folder that still exists."""
    start = next((folder for folder in row.path.parents if folder.is_dir()), Path.home())
    words = tr("Where is {} now?").format(row.path.name)
    chosen, _filter = QFileDialog.getOpenFileName(parent, words, str(start))
    if chosen:
        commands.relocate(row.id, Path(chosen))
