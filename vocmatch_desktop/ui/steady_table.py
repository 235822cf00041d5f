"""A table in which nothing jumps: selection, cursor and scroll position stay with their beats while the model moves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint
from PySide6.QtWidgets import QTableView, QWidget

from vocmatch_desktop.ui.library_model import ID_ROLE, LibraryModel
from vocmatch_desktop.ui.theme import ROW_HEIGHT

MOST_SELECTED = 500
"""More selected rows than this do not survive another order."""


class SteadyTable(QTableView):
    """A view of a `LibraryModel`; while `quiet` is set the table itself moves its cursor, and nobody chose a beat."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.quiet = False
        self._remembered: tuple[tuple[int, ...], int | None] = ((), None)
        self._anchor: tuple[int, int] | None = None

    def setModel(self, model: LibraryModel) -> None:
        """Listens to the model after Qt does, so that there is something to put right."""
        super().setModel(model)
        for about_to_change in (model.layoutAboutToBeChanged, model.rowsAboutToBeInserted, model.rowsAboutToBeRemoved):
            about_to_change.connect(self._take_anchor)
        for changed in (model.layoutChanged, model.rowsInserted, model.rowsRemoved):
            changed.connect(self._hold_anchor)
        model.order_changing.connect(self._let_go_of_many)
        model.modelAboutToBeReset.connect(self._remember)
        model.modelReset.connect(self._restore)

    def current_id(self) -> int | None:
        """The track under the cursor; None where there is none."""
        index = self.currentIndex()
        return int(index.data(ID_ROLE)) if index.isValid() else None

    def chosen_ids(self) -> tuple[int, ...]:
        """All selected tracks, from the top."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return tuple(self.model().track_id(row) for row in rows)

    @contextmanager
    def quietly(self) -> Iterator[None]:
        """While the table moves its own cursor, nobody chose a beat."""
        self.quiet = True
        try:
            yield
        finally:
            self.quiet = False

    def _let_go_of_many(self) -> None:
        """Thousands of selected rows would be scattered over the new order one by one: only the current one stays."""
        if sum(each.height() for each in self.selectionModel().selection()) > MOST_SELECTED:
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.selectionModel().select(self.currentIndex(), flags)

    def _take_anchor(self, *_arguments: object) -> None:
        """Remembers a row and its height on screen: the current one if it is in sight, else the topmost.

        At the very top none is held: what comes in above is to be seen.
        """
        index = self.currentIndex()
        if not self.viewport().rect().intersects(self.visualRect(index)):
            index = self.indexAt(QPoint(1, 1)) if self.verticalScrollBar().value() else QModelIndex()
        self._anchor = (int(index.data(ID_ROLE)), self.rowViewportPosition(index.row())) if index.isValid() else None

    def _hold_anchor(self, *_arguments: object) -> None:
        anchor, self._anchor = self._anchor, None
        row = self.model().row_of(anchor[0]) if anchor else None
        if row is not None:
            self.updateGeometries()
            self.verticalScrollBar().setValue(row * ROW_HEIGHT - anchor[1])

    def _remember(self) -> None:
        self._remembered = (self.chosen_ids(), self.current_id())
        self._take_anchor()

    def _restore(self) -> None:
        """Selects the same tracks again after the model was reset; those that are filtered out are let go."""
        chosen, current = self._remembered
        select = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        row = self.model().row_of(current) if current is not None else None
        with self.quietly():
            for each in filter(lambda each: each is not None, map(self.model().row_of, chosen)):
                self.selectionModel().select(self.model().index(each, 0), select)
            if row is not None:
                no_update = QItemSelectionModel.SelectionFlag.NoUpdate
                self.selectionModel().setCurrentIndex(self.model().index(row, 0), no_update)
        self._hold_anchor()
