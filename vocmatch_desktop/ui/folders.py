"""Folders of the library: choosing one, and the settings page's list of those that are watched or left out."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from vocmatch_desktop.settings import Settings
from vocmatch_desktop.ui.drag import Dropped
from vocmatch_desktop.ui.drop_zone import DropZone
from vocmatch_desktop.ui.library_words import tr
from vocmatch_desktop.ui.session import Session
from vocmatch_desktop.ui.theme import SPACE_1, SPACE_2, Theme

WATCHED, EXCLUDED = "watch_folders", "excluded_folders"
LIST_HEIGHT = 92


class FolderCommands(Protocol):
    """What the list of folders asks for."""

    def add_folders(self, paths: tuple[Path, ...]) -> None:
        """Watches and indexes folders."""

    def rescan(self) -> None:
        """Looks through the folders again."""

    def change_settings(self, **values: object) -> None:
        """Changes `watch_folders` or `excluded_folders`."""


def choose_folder(parent: QWidget, words: str) -> Path | None:
    """Asks for a folder, starting in the user's music; None where the question was closed."""
    music = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.MusicLocation)
    chosen = QFileDialog.getExistingDirectory(parent, words, music or str(Path.home()))
    return Path(chosen) if chosen else None


def drop_words(drop: Dropped) -> str:
    """What dropping on the library does: everything there becomes beats; empty where nothing can be taken in."""
    if drop.folders:
        return tr("Add to the library") if len(drop.folders) == 1 else tr("Add {} folders").format(len(drop.folders))
    if drop.sounds:
        return tr("Add as a beat") if len(drop.sounds) == 1 else tr("Add {} beats").format(len(drop.sounds))
    return ""


class FoldersList(QWidget):
    """Folders that are watched and folders that are left out; taking one away never touches a file."""

    def __init__(self, session: Session, commands: FolderCommands, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._commands = session, commands
        self.watched = _PathList(self.tr("Watched folders"), self)
        self.excluded = _PathList(self.tr("Folders left out"), self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_2)
        self._add_section(layout, self.watched, WATCHED, self.tr("Add folder…"), self._add_watched)
        self._add_section(layout, self.excluded, EXCLUDED, self.tr("Leave out a folder…"), self._add_excluded)
        rescan = QPushButton(self.tr("Look through the folders again"))
        rescan.clicked.connect(lambda _checked: commands.rescan())
        layout.addWidget(rescan, alignment=Qt.AlignmentFlag.AlignLeft)
        DropZone(self, theme, drop_words, lambda drop: commands.add_folders((*drop.folders, *drop.sounds)))
        session.settings_changed.connect(self._show)
        self._show(session.settings)

    def _add_section(self, layout: QVBoxLayout, paths: _PathList, name: str, words: str, add: object) -> None:
        title = QLabel(paths.accessibleName())
        title.setBuddy(paths)
        add_button = QPushButton(words)
        add_button.clicked.connect(add)
        remove = QPushButton(self.tr("Remove from the list"))
        remove.clicked.connect(lambda _checked: self._remove(paths, name))
        remove.setEnabled(False)
        paths.itemSelectionChanged.connect(lambda: remove.setEnabled(bool(paths.selectedItems())))
        paths.remove_wanted = lambda: self._remove(paths, name)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE_1)
        buttons.addWidget(add_button)
        buttons.addWidget(remove)
        buttons.addStretch()
        layout.addWidget(title)
        layout.addWidget(paths)
        layout.addLayout(buttons)

    def _show(self, settings: Settings) -> None:
        self.watched.set_paths(settings.watch_folders)
        self.excluded.set_paths(settings.excluded_folders)

    def _add_watched(self) -> None:
        folder = choose_folder(self, self.tr("Add a folder of beats"))
        if folder is not None:
            self._commands.add_folders((folder,))

    def _add_excluded(self) -> None:
        folder = choose_folder(self, self.tr("Leave a folder out"))
        if folder is not None and str(folder) not in self._session.settings.excluded_folders:
            self._commands.change_settings(excluded_folders=(*self._session.settings.excluded_folders, str(folder)))

    def _remove(self, paths: _PathList, name: str) -> None:
        chosen = paths.chosen()
        staying = tuple(path for path in getattr(self._session.settings, name) if path not in chosen)
        self._commands.change_settings(**{name: staying})


class _PathList(QListWidget):
    """Paths, elided in the middle; Delete takes the selected ones out."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.remove_wanted = lambda: None
        self.setAccessibleName(name)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setFixedHeight(LIST_HEIGHT)

    def set_paths(self, paths: tuple[str, ...]) -> None:
        """Shows these paths."""
        self.clear()
        for path in paths:
            there = Path(path).is_dir()
            item = QListWidgetItem(path if there else self.tr("{} (not there at the moment)").format(path), self)
            item.setData(Qt.ItemDataRole.UserRole, path)

    def chosen(self) -> frozenset[str]:
        """The selected paths."""
        return frozenset(item.data(Qt.ItemDataRole.UserRole) for item in self.selectedItems())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete takes the selected paths out of the list."""
        if event.key() == Qt.Key.Key_Delete and self.selectedItems():
            self.remove_wanted()
        else:
            super().keyPressEvent(event)
