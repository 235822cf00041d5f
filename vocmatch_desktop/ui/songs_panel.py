"""The songs in the right column: open, order, cancel, remove; drop some and they come apart one after the other."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLabel,
    QMenu,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from vocmatch_desktop.errors import UserError
from vocmatch_desktop.ui.drag import drag_files
from vocmatch_desktop.ui.session import Problem, Session
from vocmatch_desktop.ui.side_list import SideList, plain_action, tool_row
from vocmatch_desktop.ui.songs_model import SONG_ROLE, SongDelegate, SongsModel
from vocmatch_desktop.ui.stems_state import Song, StemsCommands
from vocmatch_desktop.ui.theme import SPACE_1, SPACE_3, Theme

_CTRL = Qt.KeyboardModifier.ControlModifier


class SongsPanel(QWidget):
    """The list; what can be done with a song is in the row of icons below and in the context menu."""

    choose_wanted = Signal()
    """Files are to be chosen and added."""
    room_wanted = Signal()
    """Enter or a double-click on a song: its room is to be shown."""

    def __init__(self, session: Session, commands: StemsCommands, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._commands, self._theme = session, commands, theme
        self.list = SongsList(session, commands, theme)
        self.list.activated.connect(lambda _: self.room_wanted.emit())
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._show_menu)
        self.empty = QLabel(self.tr("Drop songs here, then take them apart, one after the other."), wordWrap=True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setProperty("secondary", True)
        self.empty.setContentsMargins(SPACE_3, SPACE_3, SPACE_3, SPACE_3)
        self._actions = self._make_actions()
        self._lay_out()
        session.songs_changed.connect(lambda _: self._show())
        session.stems_changed.connect(lambda _: self._show())
        session.read_only_changed.connect(lambda _: self._show())
        theme.changed.connect(self._dress)
        self._dress()
        self._show()

    def _make_actions(self) -> dict[str, QAction]:
        action, commands, of_song = partial(plain_action, self), self._commands, self._of_song
        return {
            "up": action(self.tr("Earlier in the queue"), of_song(lambda song: commands.move(song.folder, -1))),
            "down": action(self.tr("Later in the queue"), of_song(lambda song: commands.move(song.folder, 1))),
            "start": action(self.tr("Take apart"), of_song(lambda song: commands.take_apart(song.folder))),
            "cancel": action(self.tr("Cancel"), of_song(lambda song: commands.cancel(song.folder))),
            "remove": action(self.tr("Remove from the list"), of_song(lambda song: commands.remove(song.folder))),
            "add": action(self.tr("Add songs …"), self.choose_wanted.emit),
        }

    def _of_song(self, do: Callable[[Song], None]) -> Callable[[], None]:
        def act() -> None:
            song = self.list.song
            if song is not None:
                do(song)

        return act

    def _lay_out(self) -> None:
        self.pages = QStackedWidget()
        self.pages.addWidget(self.empty)
        self.pages.addWidget(self.list)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_1)
        column.addWidget(self.pages, 1)
        column.addLayout(tool_row(self._actions.values()))

    def _dress(self) -> None:
        icons = {
            "up": "ph.arrow-up",
            "down": "ph.arrow-down",
            "start": "ph.scissors",
            "cancel": "ph.x-circle",
            "remove": "ph.trash",
            "add": "ph.plus",
        }
        for name, icon in icons.items():
            self._actions[name].setIcon(self._theme.icon(icon, "text_2"))

    def _show(self) -> None:
        songs, song = self._session.songs, self.list.song
        self.pages.setCurrentWidget(self.list if songs else self.empty)
        phase = song.phase if song is not None and not self._session.read_only else ""
        waiting = [each.folder for each in songs if each.phase == "waiting"]
        queued = phase == "waiting" and song is not None
        self._actions["up"].setEnabled(queued and song.folder != waiting[0])
        self._actions["down"].setEnabled(queued and song.folder != waiting[-1])
        self._actions["start"].setEnabled(
            phase in ("new", "stopped", "failed") and song is not None and song.source_there
        )
        self._actions["cancel"].setEnabled(phase in ("waiting", "working"))
        self._actions["remove"].setEnabled(bool(phase))
        self._actions["add"].setEnabled(not self._session.read_only)

    def _show_menu(self, place: QPoint) -> None:
        song = self.list.song
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if song is not None and self.list.indexAt(place).isValid():
            for name in ("start", "cancel", "up", "down"):
                if self._actions[name].isEnabled():
                    menu.addAction(self._actions[name])
            files = tuple(stem.path for stem in song.stems)
            if files:
                menu.addAction(self.tr("Copy files"), lambda: self._commands.copy_files(files))
            shown = files[0] if files else song.source
            menu.addAction(self.tr("Show in folder"), lambda: self._commands.show_in_folder(shown))
            menu.addSeparator()
            menu.addAction(self._actions["remove"])
        else:
            menu.addAction(self._actions["add"])
        menu.popup(self.list.viewport().mapToGlobal(place))


class SongsList(SideList):
    """The list itself: the selected row is the open song."""

    def __init__(self, session: Session, commands: StemsCommands, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._session, self._commands = session, commands
        self._songs = SongsModel(session, self)
        self.setModel(self._songs)
        self.setItemDelegate(SongDelegate(session, theme, self))
        self.setAccessibleName(self.tr("Songs"))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        session.songs_changed.connect(lambda _: self._follow())
        session.stems_changed.connect(lambda _: self._follow())
        self._follow()

    @property
    def song(self) -> Song | None:
        """The selected song."""
        found: Song | None = self.currentIndex().data(SONG_ROLE)
        return found

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:
        """The row people move to becomes the open song."""
        super().currentChanged(current, previous)
        song: Song | None = current.data(SONG_ROLE)
        if song is not None and self._session.stems.song != song.folder:
            self._commands.open_song(song.folder)

    def startDrag(self, supported: Qt.DropAction) -> None:
        """Drags all stems of the song out, once they are whole."""
        song = self.song
        if song is None or not song.stems:
            return
        try:
            drag_files(self, [stem.path for stem in song.stems])
        except UserError as error:
            self._session.problem.emit(Problem(error.message, error.remedy))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete removes, Ctrl+↑ and Ctrl+↓ change the queue; the rest is the list's own."""
        song, key = self.song, event.key()
        if song is None or self._session.read_only:
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_Delete:
            self._commands.remove(song.folder)
        elif event.modifiers() & _CTRL and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._commands.move(song.folder, -1 if key == Qt.Key.Key_Up else 1)
        else:
            super().keyPressEvent(event)

    def _follow(self) -> None:
        row = self._songs.row_of(self._session.stems.song)
        self._stand_on(row)
