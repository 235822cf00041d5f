"""How wide the table's columns are: what the user dragged stays, the rest share the room, the least needed go first."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView

from vocmatch_desktop.ui.library_rows import Column

LEAST = {
    Column.MATCH: 80,
    Column.TITLE: 128,
    Column.KEY: 86,
    Column.BPM: 62,
    Column.FIT: 140,
    Column.LENGTH: 58,
    Column.RATING: 96,
    Column.TAGS: 84,
    Column.WAVEFORM: 96,
    Column.HANDLE: 36,
}
MOST = {Column.MATCH: 136, Column.TITLE: 420, Column.FIT: 190, Column.TAGS: 320, Column.WAVEFORM: 360}
"""Columns that grow with the window, and how far; what is left after that goes to the title."""
SHARES = {Column.MATCH: 2, Column.TITLE: 4, Column.FIT: 1, Column.TAGS: 2, Column.WAVEFORM: 3}
LEAVE_FIRST = (Column.TAGS, Column.WAVEFORM, Column.LENGTH, Column.RATING)
"""At 1100 px the match pane leaves too little for all columns: these go, in this order."""


def shared_widths(room: int, chosen: Mapping[Column, int]) -> dict[Column, int]:
    """A width for every column that fits into `room` pixels; columns without room are left out.

    `chosen` are widths the user dragged; they are kept as they are.
    """
    wanted = {column: chosen.get(column, least) for column, least in LEAST.items()}
    for column in LEAVE_FIRST:
        if sum(wanted.values()) > room and column not in chosen:
            del wanted[column]
    growing = {column for column in SHARES if column in wanted and column not in chosen}
    spare = room - sum(wanted.values())
    while spare > 0 and growing:
        total = sum(SHARES[column] for column in growing)
        given = {column: min(spare * SHARES[column] // total, MOST[column] - wanted[column]) for column in growing}
        if not any(given.values()):
            break
        for column, pixels in given.items():
            wanted[column] += pixels
        spare -= sum(given.values())
        growing = {column for column in growing if wanted[column] < MOST[column]}
    if spare > 0 and Column.TITLE not in chosen:
        wanted[Column.TITLE] += spare
    return wanted


class ColumnWidths:
    """Keeps a header's columns at `shared_widths`, and remembers which ones the user dragged."""

    def __init__(self, header: QHeaderView) -> None:
        self._header = header
        self._chosen: dict[Column, int] = {}
        self._sharing = False
        header.setMinimumSectionSize(36)
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(Column.HANDLE, QHeaderView.ResizeMode.Fixed)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.sectionResized.connect(self._resized)
        header.sectionHandleDoubleClicked.connect(self._forget)

    def share(self, room: int) -> None:
        """Gives every column its width in a table `room` pixels wide."""
        widths = shared_widths(room, self._chosen)
        self._sharing = True
        for column in Column:
            self._header.setSectionHidden(column, column not in widths)
            if column in widths:
                self._header.resizeSection(column, widths[column])
        self._sharing = False

    def state(self) -> dict[str, int]:
        """The widths the user chose, by column name."""
        return {column.name.lower(): width for column, width in self._chosen.items()}

    def restore(self, state: Mapping[str, int]) -> None:
        """Takes widths of an earlier session; names it does not know are let go."""
        names = {column.name.lower(): column for column in Column}
        self._chosen = {names[name]: int(width) for name, width in state.items() if name in names}

    def _resized(self, section: int, _before: int, width: int) -> None:
        if not self._sharing and width > 0:
            self._chosen[Column(section)] = width

    def _forget(self, section: int) -> None:
        """A double click on a column's edge lets it share the room again."""
        self._chosen.pop(Column(section), None)
        self.share(self._header.viewport().width())
