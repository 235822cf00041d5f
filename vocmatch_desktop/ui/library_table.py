"""The table of beats: ↑/↓ move and audition, Enter keeps, 1–5 rate, a drag takes files out; nothing jumps."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QModelIndex, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QWidget

from vocmatch_desktop.errors import UserError
from vocmatch_desktop.ui import library_delegates as delegates
from vocmatch_desktop.ui.commands import LibraryCommands
from vocmatch_desktop.ui.drag import drag_files
from vocmatch_desktop.ui.library_columns import ColumnWidths
from vocmatch_desktop.ui.library_menu import FASTER, SLOWER, LibraryMenu, multiplied
from vocmatch_desktop.ui.library_model import ID_ROLE, LibraryModel
from vocmatch_desktop.ui.library_rows import Column
from vocmatch_desktop.ui.session import Problem, Session
from vocmatch_desktop.ui.steady_table import SteadyTable
from vocmatch_desktop.ui.theme import ROW_HEIGHT, SPACE_2, Theme
from vocmatch_desktop.ui.waveform import Thumbnails

REST_MS = 120
"""How long ↑/↓ has to rest before the row sounds: holding the key runs through rows without a burst of starts."""

_BROUGHT_BY_KEY = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)
_CURSORS = {
    Column.HANDLE: Qt.CursorShape.OpenHandCursor,
    Column.RATING: Qt.CursorShape.PointingHandCursor,
    Column.WAVEFORM: Qt.CursorShape.PointingHandCursor,
}
_SILENT_COLUMNS = (Column.RATING, Column.TAGS, Column.HANDLE)
_MOVES = {
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
}


class LibraryTable(SteadyTable):
    """Shows a `LibraryModel`; tells the commands what is wanted and decides nothing about beats itself."""

    def __init__(
        self,
        model: LibraryModel,
        session: Session,
        commands: LibraryCommands,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._commands, self._theme = session, commands, theme
        self._hovered = -1
        self._pressed = QModelIndex()
        self.thumbnails = Thumbnails(commands.peaks)
        self._audition_timer = QTimer(self)
        self._audition_timer.setSingleShot(True)
        self._audition_timer.setInterval(REST_MS)
        self._audition_timer.timeout.connect(self._audition_current)
        self._set_up()
        delegates.install(self, theme, lambda: self._hovered, self.thumbnails)
        self.setModel(model)
        self.setSortingEnabled(True)
        self.widths = ColumnWidths(self.horizontalHeader())
        theme.changed.connect(self.viewport().update)

    def _set_up(self) -> None:
        self.setAccessibleName(self.tr("Beats"))
        self.setAccessibleDescription(
            self.tr("Up and down move and play, Enter keeps, 1 to 5 rate, F2 edits tags, dragging takes the file out.")
        )
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setDefaultDropAction(Qt.DropAction.CopyAction)
        self.setShowGrid(False)
        self.setStyleSheet("QTableView { selection-background-color: transparent; }")
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumSectionSize(ROW_HEIGHT)
        rows.setDefaultSectionSize(ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setFixedHeight(30)
        header.setAccessibleName(self.tr("Columns: click to sort, a third click gives the ranking back"))

    # What the pane asks

    def show_beat(self, track_id: int | None) -> None:
        """Moves the cursor to a track without playing it; does nothing where the filter hides it."""
        row = self.model().row_of(track_id) if track_id is not None and not self.quiet else None
        if row is not None and not (self.selectionModel().isRowSelected(row) and self.currentIndex().row() == row):
            with self.quietly():
                self.selectRow(row)

    def show_ranking(self) -> None:
        """Takes away the sorting by a column: the model's order is the ranking again, best at the top."""
        self.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.scrollToTop()

    def choose_first(self) -> None:
        """Chooses the current or first row where none is chosen, without playing it."""
        if self.selectionModel().hasSelection() or not self.model().rowCount():
            return
        self.selectRow(max(self.currentIndex().row(), 0))
        self._say_current()

    def edit_tags(self) -> None:
        """Opens the tag line of the current row."""
        index = self.currentIndex()
        if index.isValid():
            self.edit(index.siblingAtColumn(Column.TAGS))

    # Selection and sound

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:
        """Says which beat is chosen; keys also play it once they rest."""
        super().currentChanged(current, previous)
        if not self.quiet:
            self._say_current()

    def _say_current(self) -> None:
        track_id = self.current_id()
        if track_id is not None and track_id != self._session.beat_id:
            with self.quietly():
                self._commands.select_beat(track_id)

    def _audition_current(self) -> None:
        track_id = self.current_id()
        row = self.model().track(track_id) if track_id is not None else None
        if row is not None and not row.missing:
            self._commands.audition(row.id)

    # Keys

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Qt makes the first row current; a key that brought the focus also chooses it, a click chooses its own row."""
        with self.quietly():
            super().focusInEvent(event)
        if event.reason() in _BROUGHT_BY_KEY:
            self.choose_first()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The keys of the table; all others belong to the window (letters never jump to titles: they are shortcuts)."""
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if control and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._multiply_tempo(FASTER if event.key() == Qt.Key.Key_Up else SLOWER)
        elif event.key() in _MOVES:
            before = self.current_id()
            super().keyPressEvent(event)
            if self.current_id() != before:
                self._audition_timer.start()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current_id() is not None:
            self._commands.keep(self.current_id())
        elif not control and Qt.Key.Key_0 <= event.key() <= Qt.Key.Key_5 and self.chosen_ids():
            self._commands.rate(self.chosen_ids(), event.key() - Qt.Key.Key_0)
        elif event.key() == Qt.Key.Key_F2:
            self.edit_tags()
        elif event.key() == Qt.Key.Key_Delete and self.chosen_ids():
            self._commands.remove(self.chosen_ids())
        elif event.matches(QKeySequence.StandardKey.Copy):
            self._copy()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self.selectAll()
        else:
            event.ignore()

    def _multiply_tempo(self, factor: float) -> None:
        row = self.model().track(self.current_id()) if self.current_id() is not None else None
        locks = multiplied(row.locks, factor) if row else None
        if row and locks:
            self._commands.lock(row.id, locks)

    def _copy(self) -> None:
        row = self.model().track(self.current_id()) if self.current_id() is not None else None
        if row and not row.missing:
            self._commands.copy_file(row.path)

    # Mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remembers where a click began: a click acts when it ends there, a drag takes the file out instead."""
        self._pressed = self.indexAt(event.position().toPoint())
        super().mousePressEvent(event)
        if self._pressed.isValid():
            self._say_current()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Rates, plays from a place of the waveform, or plays the row."""
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        plain = event.button() == Qt.MouseButton.LeftButton and not _extends(event)
        if plain and index.isValid() and index == self._pressed:
            self._click(index, event.position().toPoint())
        self._pressed = QModelIndex()

    def _click(self, index: QModelIndex, place: QPoint) -> None:
        row = self.model().track(index.data(ID_ROLE))
        inside = place.x() - self.visualRect(index).left()
        if index.column() == Column.RATING:
            stars = delegates.stars_at(inside)
            self._commands.rate((row.id,), 0 if stars == row.rating else stars)
        elif row.missing or index.column() in _SILENT_COLUMNS:
            return
        elif index.column() == Column.WAVEFORM:
            wide = max(self.visualRect(index).width() - 2 * SPACE_2, 1)
            self._commands.play_from(row.duration_s * min(max((inside - SPACE_2) / wide, 0.0), 1.0))
        else:
            self._commands.audition(row.id)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Edits tags; elsewhere the second click is a click like the first."""
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and index.column() == Column.TAGS:
            self.edit(index)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Lights the row and shows by the cursor what a cell does."""
        super().mouseMoveEvent(event)
        index = self.indexAt(event.position().toPoint())
        self._hover(index.row())
        shape = _CURSORS.get(Column(index.column())) if index.isValid() else None
        if shape is None:
            self.viewport().unsetCursor()
        else:
            self.viewport().setCursor(shape)

    def viewportEvent(self, event: QEvent) -> bool:
        """The light goes out when the pointer leaves."""
        if event.type() == QEvent.Type.Leave:
            self._hover(-1)
        return super().viewportEvent(event)

    def _hover(self, row: int) -> None:
        if row == self._hovered:
            return
        for each in (self._hovered, row):
            if each >= 0:
                self.viewport().update(QRect(0, self.rowViewportPosition(each), self.viewport().width(), ROW_HEIGHT))
        self._hovered = row

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What can be done with the row under the pointer, or the current one when a key asked."""
        asked_by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if asked_by_key else self.indexAt(self.viewport().mapFromGlobal(event.globalPos()))
        row = self.model().track(index.data(ID_ROLE)) if index.isValid() else None
        if row is None:
            return
        place = self.viewport().mapToGlobal(self.visualRect(index).bottomLeft()) if asked_by_key else event.globalPos()
        kept = row.id in self.model().library.kept
        menu = LibraryMenu(row, self.chosen_ids() or (row.id,), kept, self._commands, self.edit_tags, self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(place)

    def startDrag(self, actions: Qt.DropAction) -> None:
        """Takes the raw files of the selected rows out; what cannot be taken is said in the banner."""
        rows = [self.model().track(track_id) for track_id in self.chosen_ids()]
        try:
            drag_files(self, [row.path for row in rows if row is not None and not row.missing])
        except UserError as error:
            self._session.problem.emit(Problem(error.message, error.remedy))

    # Grounds

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints every row's ground in one go, then the cells over it."""
        with QPainter(self.viewport()) as painter:
            first, last = self.rowAt(event.rect().top()), self.rowAt(event.rect().bottom())
            if first >= 0:
                for row in range(first, (last if last >= 0 else self.model().rowCount() - 1) + 1):
                    self._paint_ground(painter, row)
        super().paintEvent(event)

    def _paint_ground(self, painter: QPainter, row: int) -> None:
        area = QRect(0, self.rowViewportPosition(row), self.viewport().width(), ROW_HEIGHT)
        if self.selectionModel().isRowSelected(row):
            painter.fillRect(area, self._theme.color("fit", 0.2))
            painter.fillRect(area.left(), area.top(), 3, ROW_HEIGHT - 1, self._theme.color("fit"))
        elif row == self._hovered:
            painter.fillRect(area, self._theme.color("raised", 0.6))
        painter.fillRect(area.left(), area.bottom(), area.width(), 1, self._theme.color("line", 0.5))

    # Columns

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shares the room out anew."""
        super().resizeEvent(event)
        self.widths.share(self.viewport().width())

    def column_state(self) -> Mapping[str, int]:
        """The widths the user chose, by column name."""
        return self.widths.state()

    def restore_columns(self, state: Mapping[str, int]) -> None:
        """Takes widths of an earlier session."""
        self.widths.restore(state)
        self.widths.share(self.viewport().width())


def _extends(event: QMouseEvent) -> bool:
    modifiers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    return bool(event.modifiers() & modifiers)
