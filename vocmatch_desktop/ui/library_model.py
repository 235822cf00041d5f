"""The table's model: one `QAbstractTableModel` over NumPy columns with an order array, and no proxy behind it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from vocmatch_desktop.types import Match
from vocmatch_desktop.ui import library_words as words
from vocmatch_desktop.ui.drag import mime_for
from vocmatch_desktop.ui.library_query import Query, parse_query
from vocmatch_desktop.ui.library_rows import SORTABLE, Column, Row, Rows

Index = QModelIndex | QPersistentModelIndex

_ROOT = QModelIndex()

ID_ROLE = int(Qt.ItemDataRole.UserRole)

MANY_RUNS = 48
"""More separate insertions than this are cheaper as one reset; a batch of freshly indexed beats has fewer."""

_PLAIN = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
_FLAGS = {
    (can_drag, can_edit): _PLAIN
    | (Qt.ItemFlag.ItemIsDragEnabled if can_drag else _PLAIN)
    | (Qt.ItemFlag.ItemIsEditable if can_edit else _PLAIN)
    for can_drag in (False, True)
    for can_edit in (False, True)
}
"""Looked up, not put together: a table asks for every cell's flags twice a frame."""

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class LibraryModel(QAbstractTableModel):
    """Beats in the order of the ranking, of a column, or of arrival; filtered by what is in the search box.

    Rows are told apart by track id everywhere outside this class.
    """

    counts_changed = Signal(int, int)
    """(rows shown, rows in the library)."""
    order_changing = Signal()
    """Comes before any change of order that moves rows."""
    search_wanted = Signal(str)
    """Words to look up; the answer comes with `set_found`."""
    tagged = Signal(int, object)
    """(track id, tuple of tags): tags were edited; the row changes when the edit was made."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.library = Rows()
        self.playing: int | None = None
        self._query = Query()
        self._found: frozenset[int] | None = None
        self._column: Column | None = None
        self._descending = False
        self._order = np.empty(0, np.int64)

    # What the window tells it

    def load(self, rows: Iterable[Row]) -> None:
        """Shows another library; its ranking and rows start afresh."""
        self.beginResetModel()
        self.library = Rows()
        self.library.put(rows)
        self._order = self._wanted_order()
        self.endResetModel()
        self._say_counts()

    def put(self, rows: Iterable[Row]) -> None:
        """Adds or replaces rows while everything else stays where it is (indexing sends them as they are ready).

        A row that only changed keeps its place until the next sort: it would jump away under the pointer that rates it.
        """
        rows = list(rows)
        known = all(self.library.place(row.id) is not None for row in rows)
        self.library.put(rows)
        if not known:
            if self._query.words:
                self.search_wanted.emit(self._query.words)
            self._reorder()
        self._repaint_ids(row.id for row in rows)

    def drop(self, track_ids: Iterable[int]) -> None:
        """Takes rows out of the table."""
        gone = set(track_ids)
        staying = self._order[~np.isin(self.library.ids[self._order], list(gone))]
        ids = self.library.ids[staying]
        self._move_to(staying)
        self.library.drop(gone)
        # Places have moved up; the rows on screen are the same, so no view needs to hear of it.
        self._order = np.array([self.library.place(int(track_id)) for track_id in ids], np.int64)
        self._say_counts()

    def set_matches(self, matches: Sequence[Match]) -> None:
        """Orders the table by a ranking, best first; an empty one gives the order of arrival back."""
        self._column, self._descending = None, False
        self.update_matches(matches)

    def update_matches(self, matches: Sequence[Match]) -> None:
        """Takes the same take's ranking under other rules; a column that was chosen to sort by stays."""
        self.library.set_matches(matches)
        self._reorder()
        self._repaint_all()

    def known_tags(self) -> frozenset[str]:
        """All tags in use, for suggestions."""
        return frozenset(tag for row in self.library.rows for tag in row.tags)

    def set_kept(self, track_ids: Iterable[int]) -> None:
        """Marks the beats that are pinned to the current take."""
        before, self.library.kept = self.library.kept, frozenset(track_ids)
        self._repaint_ids(before ^ self.library.kept)

    def set_playing(self, track_id: int | None) -> None:
        """Marks the beat that is heard."""
        before, self.playing = self.playing, track_id
        self._repaint_ids(each for each in (before, track_id) if each is not None)

    def set_query(self, text: str) -> None:
        """Filters by what was typed; words are looked up first (`search_wanted`), the rows wait for it."""
        before, self._query = self._query, parse_query(text)
        if self._query.words and self._query.words != before.words:
            self.search_wanted.emit(self._query.words)
            return
        if not self._query.words:
            self._found = None
        if self._query != before:
            self._reorder()

    def set_found(self, search: str, track_ids: frozenset[int]) -> None:
        """Takes what the full-text search found; an answer to words that are no longer typed is let go."""
        if search == self._query.words:
            self._found = track_ids
            self._reorder()

    # What the window asks it

    @property
    def ranked(self) -> bool:
        """True where the table has a ranking to show."""
        return bool(self.library.matches)

    @property
    def filtered(self) -> bool:
        """True where the search box hides rows."""
        return not self._query.everything

    def track_id(self, row: int) -> int:
        """The track on a row of the screen."""
        return int(self.library.ids[self._order[row]])

    def row_of(self, track_id: int) -> int | None:
        """The screen row of a track; None where it is filtered out or unknown."""
        place = self.library.place(track_id)
        rows = np.flatnonzero(self._order == place) if place is not None else ()
        return int(rows[0]) if len(rows) else None

    def track(self, track_id: int) -> Row | None:
        """A track's row, shown or not."""
        place = self.library.place(track_id)
        return None if place is None else self.library.rows[place]

    def at(self, row: int) -> Row:
        """What stands on a row of the screen."""
        return self.library.rows[self._order[row]]

    def match_of(self, track_id: int) -> Match | None:
        """How a track goes with the take; None where it is not ranked."""
        return self.library.matches.get(track_id)

    def shown_ids(self) -> NDArray[np.int64]:
        """Track ids from the top of the screen to its bottom, int64 [rows]."""
        return self.library.ids[self._order]

    # QAbstractTableModel

    def rowCount(self, parent: Index = _ROOT) -> int:
        """Rows that the filter leaves."""
        return 0 if parent.isValid() else len(self._order)

    def columnCount(self, parent: Index = _ROOT) -> int:
        """Always all columns; the view hides what it does not want."""
        return 0 if parent.isValid() else len(Column)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Text, alignment, tooltip and spoken text of a cell."""
        if not index.isValid():
            return None
        row = self.at(index.row())
        if role == ID_ROLE:
            return row.id
        match = self.match_of(row.id)
        column = Column(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return words.cell(column, row, match, self.ranked)
        if role == Qt.ItemDataRole.EditRole:
            return row.tags
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return words.spoken(column, row, match, self.ranked)
        if role == Qt.ItemDataRole.ToolTipRole:
            return words.plain_tip(words.tooltip(column, row, match)) or None
        return _alignment(column) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Asks for other tags; the row changes when the edit was made."""
        editable = role == Qt.ItemDataRole.EditRole and index.isValid() and index.column() == Column.TAGS
        if not editable or value == index.data(role):
            return False
        self.tagged.emit(index.data(ID_ROLE), value)
        return True

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The column's name and alignment."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return words.header(Column(section))
        if role == Qt.ItemDataRole.ToolTipRole:
            return words.header_tip(Column(section)) or None
        return _alignment(Column(section)) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Missing files can be looked at and relocated, not dragged; tags are edited in place."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return _FLAGS[not self.at(index.row()).missing, index.column() == Column.TAGS]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """The files of the rows, as a DAW or file manager takes them."""
        rows = [self.library.rows[self._order[row]] for row in sorted({index.row() for index in indexes})]
        return mime_for([row.path for row in rows if not row.missing])

    def supportedDragActions(self) -> Qt.DropAction:
        """Only ever a copy: a DAW that moves would take the user's file away."""
        return Qt.DropAction.CopyAction

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sorts by a column; −1 and the Match column give the ranking back."""
        by_rank = column not in SORTABLE or column == Column.MATCH
        self._column = None if by_rank else Column(column)
        self._descending = order == Qt.SortOrder.DescendingOrder and column in SORTABLE
        self._reorder()

    # How rows come into their order

    def _wanted_order(self) -> NDArray[np.int64]:
        return self.library.order(self._column, self._descending, self.library.shown(self._query, self._found))

    def _reorder(self) -> None:
        self._move_to(self._wanted_order())
        self._say_counts()

    def _move_to(self, wanted: NDArray[np.int64]) -> None:
        """Takes the new order with the least that views have to hear: selection, editor and scroll position survive."""
        if np.array_equal(wanted, self._order):
            return
        self.order_changing.emit()
        if len(wanted) == len(self._order) and np.array_equal(np.sort(wanted), np.sort(self._order)):
            self._permute(wanted)
        elif not (self._insert(wanted) or self._remove(wanted)):
            self.beginResetModel()
            self._order = wanted
            self.endResetModel()

    def _permute(self, wanted: NDArray[np.int64]) -> None:
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        new_rows = np.empty(len(self.library), np.int64)
        new_rows[wanted] = np.arange(len(wanted))
        after = [self.index(int(new_rows[self._order[index.row()]]), index.column()) for index in before]
        self._order = wanted
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _insert(self, wanted: NDArray[np.int64]) -> bool:
        """Inserts what is new where the other rows keep their order; False where they do not."""
        new = ~np.isin(wanted, self._order)
        runs = _runs(new)
        if not np.array_equal(wanted[~new], self._order) or len(runs) > MANY_RUNS:
            return False
        for start, stop in runs:
            self.beginInsertRows(QModelIndex(), start, stop - 1)
            self._order = np.concatenate([self._order[:start], wanted[start:stop], self._order[start:]])
            self.endInsertRows()
        return True

    def _remove(self, wanted: NDArray[np.int64]) -> bool:
        """Removes what is gone where the other rows keep their order; False where they do not."""
        gone = ~np.isin(self._order, wanted)
        runs = _runs(gone)
        if not np.array_equal(self._order[~gone], wanted) or len(runs) > MANY_RUNS:
            return False
        for start, stop in reversed(runs):
            self.beginRemoveRows(QModelIndex(), start, stop - 1)
            self._order = np.delete(self._order, np.s_[start:stop])
            self.endRemoveRows()
        return True

    def _repaint_ids(self, track_ids: Iterable[int]) -> None:
        ids = list(track_ids)
        if len(ids) > MANY_RUNS:
            self._repaint_all()
            return
        for row in filter(lambda row: row is not None, map(self.row_of, ids)):
            self.dataChanged.emit(self.index(row, 0), self.index(row, len(Column) - 1))

    def _repaint_all(self) -> None:
        if len(self._order):
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._order) - 1, len(Column) - 1))

    def _say_counts(self) -> None:
        self.counts_changed.emit(len(self._order), len(self.library))


def _runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Start and stop of every stretch of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return [(int(start), int(stop)) for start, stop in edges.reshape(-1, 2)]


def _alignment(column: Column) -> Qt.AlignmentFlag:
    return _RIGHT if column in (Column.BPM, Column.LENGTH) else _LEFT
