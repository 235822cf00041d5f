"""The takes beside the live view: choose, rename, star, trim, delete, import by drop, drag out."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from vocmatch_desktop.types import Take
from vocmatch_desktop.ui.choosing import choose_sounds
from vocmatch_desktop.ui.commands import LibraryCommands, TransportCommands
from vocmatch_desktop.ui.drag import drag_files
from vocmatch_desktop.ui.session import Session
from vocmatch_desktop.ui.side_list import SideList, plain_action, tool_row
from vocmatch_desktop.ui.takes_model import TAKE_ROLE, TakeDelegate, TakesModel
from vocmatch_desktop.ui.theme import SPACE_1, Theme


class TakesPanel(QWidget):
    """The list of takes; what can be done with one is in the row of icons below and in the context menu."""

    def __init__(
        self,
        session: Session,
        commands: TransportCommands,
        files: LibraryCommands,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._commands, self._files, self._theme = session, commands, files, theme
        self.list = TakesList(session, commands, theme)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._show_menu)
        self._actions = self._make_actions()
        self._lay_out()
        session.take_changed.connect(lambda _: self._show())
        session.takes_changed.connect(lambda _: self._show())
        session.selection_changed.connect(lambda _: self._show())
        theme.changed.connect(self._dress)
        self._dress()
        self._show()

    def _make_actions(self) -> dict[str, QAction]:
        action, of_take = partial(plain_action, self), self._of_take
        return {
            "star": action(self.tr("Star"), of_take(lambda t: self._commands.star_take(t.folder, not t.starred))),
            "rename": action(self.tr("Rename"), self.list.rename),
            "trim": action(self.tr("Trim to the selection"), of_take(lambda t: self._commands.trim_take(t.folder))),
            "delete": action(self.tr("Move to the bin"), of_take(lambda t: self._commands.delete_take(t.folder))),
            "import": action(self.tr("Import a vocal …"), self._import),
        }

    def _of_take(self, do: Callable[[Take], None]) -> Callable[[], None]:
        def act() -> None:
            if self._session.take is not None:
                do(self._session.take)

        return act

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_1)
        column.addWidget(self.list, 1)
        column.addLayout(tool_row(self._actions.values()))

    def _dress(self) -> None:
        icons = {"rename": "ph.pencil-simple", "trim": "ph.scissors", "delete": "ph.trash", "import": "ph.plus"}
        for name, icon in icons.items():
            self._actions[name].setIcon(self._theme.icon(icon, "text_2"))
        self._show()

    def _show(self) -> None:
        take = self._session.take
        starred = take is not None and take.starred
        icon = self._theme.icon("ph.star-fill", "caution") if starred else self._theme.icon("ph.star", "text_2")
        self._actions["star"].setIcon(icon)
        self._actions["star"].setText(self.tr("Remove the star") if starred else self.tr("Star"))
        writable = take is not None and not self._session.read_only
        for name in ("star", "rename", "delete"):
            self._actions[name].setEnabled(writable)
        self._actions["trim"].setEnabled(writable and self._session.selection is not None)
        self._actions["import"].setEnabled(not self._session.read_only)

    def _show_menu(self, place: QPoint) -> None:
        take = self._session.take
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if take is not None and self.list.indexAt(place).isValid():
            for name in ("star", "rename", "trim"):
                menu.addAction(self._actions[name])
            menu.addSeparator()
            menu.addAction(self.tr("Copy file"), lambda: self._files.copy_file(take.audio_path))
            menu.addAction(self.tr("Show in folder"), lambda: self._files.show_in_folder(take.audio_path))
            menu.addSeparator()
            menu.addAction(self._actions["delete"])
        else:
            menu.addAction(self._actions["import"])
        menu.popup(self.list.viewport().mapToGlobal(place))

    def _import(self) -> None:
        chosen = choose_sounds(self, self.tr("Import vocals"))
        if chosen:
            self._commands.import_takes(chosen)


class TakesList(SideList):
    """The list itself: the selected row is the current take."""

    def __init__(
        self, session: Session, commands: TransportCommands, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, parent)
        self._session, self._commands = session, commands
        self._takes = TakesModel(session, commands, self)
        self.setModel(self._takes)
        self.setItemDelegate(TakeDelegate(session, theme, self))
        self.setAccessibleName(self.tr("Takes"))
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed | QAbstractItemView.EditTrigger.DoubleClicked)
        session.take_changed.connect(lambda _: self._follow())
        session.takes_changed.connect(lambda _: self._follow())
        self._follow()

    def rename(self) -> None:
        """Opens the current take's name for editing."""
        if self.currentIndex().isValid():
            self.edit(self.currentIndex())

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:
        """The row people move to becomes the current take."""
        super().currentChanged(current, previous)
        take = current.data(TAKE_ROLE)
        if take is not None and (self._session.take is None or self._session.take.folder != take.folder):
            self._commands.open_take(take.folder)

    def startDrag(self, supported: Qt.DropAction) -> None:
        """Drags the take's own file out."""
        take = self.currentIndex().data(TAKE_ROLE)
        if take is not None:
            drag_files(self, [take.audio_path])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete moves to the bin; the rest is the list's own."""
        take = self._session.take
        if event.key() == Qt.Key.Key_Delete and take is not None:
            self._commands.delete_take(take.folder)
        else:
            super().keyPressEvent(event)

    def _follow(self) -> None:
        take = self._session.take
        row = self._takes.row_of(take.folder) if take is not None else None
        self._stand_on(row)
