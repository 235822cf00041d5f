"""What the lists of the right column have in common: rows on raised ground, and a row of icons below."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QAbstractListModel, QItemSelectionModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QAction, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolButton,
    QWidget,
)

from vocmatch_desktop.ui.session import Session
from vocmatch_desktop.ui.theme import ICON_PX, RADIUS, Theme

Index = QModelIndex | QPersistentModelIndex
WIDTH_PX = 120


class SideModel(QAbstractListModel):
    """Rows that can be drawn anew without being counted anew."""

    def _repaint(self) -> None:
        if self.rowCount():
            self.dataChanged.emit(self.index(0), self.index(self.rowCount() - 1))


class SideDelegate(QStyledItemDelegate):
    """Rows of one height; the current one stands on a raised ground, and one with the keys has a ring."""

    def __init__(self, session: Session, theme: Theme, row_px: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._theme, self._row_px = session, theme, row_px

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """All rows are equally tall."""
        return QSize(WIDTH_PX, self._row_px)

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem, is_current: bool, box: QRect) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        if is_current:
            painter.setBrush(self._theme.color("raised"))
            painter.drawRoundedRect(box, RADIUS, RADIUS)
        if QStyle.StateFlag.State_HasFocus in option.state and QStyle.StateFlag.State_Selected in option.state:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(self._theme.color("melody"))
            painter.drawRoundedRect(box, RADIUS, RADIUS)


class SideList(QListView):
    """A bare list whose rows can be dragged out."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.setProperty("bare", True)
        theme.changed.connect(self.viewport().update)

    def _stand_on(self, row: int | None) -> None:
        """Selects a row, or nothing."""
        if row is None:
            self.clearSelection()
        elif self.currentIndex().row() != row:
            choice = QItemSelectionModel.SelectionFlag.ClearAndSelect
            self.selectionModel().setCurrentIndex(self.model().index(row, 0), choice)


def plain_action(parent: QWidget, words: str, do: Callable[[], None]) -> QAction:
    """What an icon and a line of a menu do."""
    made = QAction(words, parent)
    made.triggered.connect(lambda _: do())
    return made


def tool_row(actions: Iterable[QAction]) -> QHBoxLayout:
    """Quiet icons at the right end of a row."""
    row = QHBoxLayout()
    row.setSpacing(0)
    row.addStretch(1)
    for each in actions:
        button = QToolButton()
        button.setDefaultAction(each)
        button.setAccessibleName(each.text())
        button.setIconSize(QSize(ICON_PX, ICON_PX))
        button.setProperty("quiet", True)
        row.addWidget(button)
    return row
