"""The takes as a list model and how a row of it is drawn: star, name, length and key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QModelIndex, QRect, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QLineEdit, QStyleOptionViewItem, QWidget

from vocmatch_desktop.types import Take
from vocmatch_desktop.ui.commands import TransportCommands
from vocmatch_desktop.ui.session import Session
from vocmatch_desktop.ui.side_list import Index, SideDelegate, SideModel
from vocmatch_desktop.ui.theme import ICON_PX, SMALL_PX, SPACE_1, SPACE_2, SPACE_3, Theme

TAKE_ROLE = int(Qt.ItemDataRole.UserRole)
ROW_PX = 32


class TakesModel(SideModel):
    """The session's takes, the newest first; editing a name asks for a rename."""

    def __init__(self, session: Session, commands: TransportCommands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._commands = session, commands
        session.takes_changed.connect(lambda _: self._reset())
        session.take_changed.connect(lambda _: self._repaint())

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """How many takes there are."""
        return 0 if parent.isValid() else len(self._session.takes)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The take, its name, and a sentence for screen readers."""
        if not index.isValid() or index.row() >= len(self._session.takes):
            return None
        take = self._session.takes[index.row()]
        if role == TAKE_ROLE:
            return take
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return take.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            star = self.tr(", starred") if take.starred else ""
            return self.tr("{0}, {1}{2}").format(take.name, facts(take), star)
        if role == Qt.ItemDataRole.ToolTipRole:
            return str(take.folder)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Names can be edited, takes dragged out."""
        able = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled
        return able if self._session.read_only else able | Qt.ItemFlag.ItemIsEditable

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Asks for the rename; the row changes when the core has done it."""
        name, take = str(value).strip(), self.data(index, TAKE_ROLE)
        if not name or take is None or name == take.name:
            return False
        self._commands.rename_take(take.folder, name)
        return True

    def row_of(self, folder: Path) -> int | None:
        """Where a take stands."""
        return next((row for row, take in enumerate(self._session.takes) if take.folder == folder), None)

    def _reset(self) -> None:
        self.beginResetModel()
        self.endResetModel()


class TakeDelegate(SideDelegate):
    """Draws a row; the current take stands on a raised ground."""

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(session, theme, ROW_PX, parent)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Ground, star, name, facts."""
        take: Take = index.data(TAKE_ROLE)
        box = option.rect.adjusted(SPACE_1, 1, -SPACE_1, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, option, self._is_current(take), box)
        inner = box.adjusted(SPACE_2, 0, -SPACE_2, 0)
        right = self._paint_facts(painter, take, inner)
        if take.starred:
            star = QRect(right - ICON_PX - SPACE_1, inner.center().y() - ICON_PX // 2 + 1, ICON_PX, ICON_PX)
            self._theme.icon("ph.star-fill", "caution").paint(painter, star)
            right = star.left()
        painter.setFont(self._theme.font(bold=self._is_current(take)))
        painter.setPen(self._theme.color("text"))
        name_box = QRect(inner.left(), inner.top(), right - SPACE_2 - inner.left(), inner.height())
        name = painter.fontMetrics().elidedText(take.name, Qt.TextElideMode.ElideRight, name_box.width())
        painter.drawText(name_box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)
        painter.restore()

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """A plain line, as wide as the row."""
        editor = QLineEdit(parent)
        editor.setStyleSheet(f"padding: 0 {SPACE_2 - 2}px; min-height: 0;")
        editor.setAccessibleName(self.tr("Name of the take"))
        return editor

    def _paint_facts(self, painter: QPainter, take: Take, box: QRect) -> int:
        painter.setFont(self._theme.font(SMALL_PX))
        painter.setPen(self._theme.color("text_2"))
        words = facts(take)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, words)
        return box.right() - painter.fontMetrics().horizontalAdvance(words) - SPACE_3

    def _is_current(self, take: Take) -> bool:
        return self._session.take is not None and self._session.take.folder == take.folder


def facts(take: Take) -> str:
    """Length and, once it was heard, key: `0:21 · Am`."""
    seconds = round(take.duration_s)
    key = dict(take.extra).get("key")
    length = f"{seconds // 60}:{seconds % 60:02d}"
    return f"{length} · {key}" if key else length
