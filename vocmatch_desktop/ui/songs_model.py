"""The songs as a list model and how a row of it is drawn: title, state, and how far it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QModelIndex, QRect, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionViewItem, QWidget

from vocmatch_desktop.ui.library_words import one_line, plain_tip
from vocmatch_desktop.ui.session import Session
from vocmatch_desktop.ui.side_list import Index, SideDelegate, SideModel
from vocmatch_desktop.ui.stems_state import Song
from vocmatch_desktop.ui.stems_words import clock, facts, state_words
from vocmatch_desktop.ui.theme import SMALL_PX, SPACE_1, SPACE_2, SPACE_3, Theme

SONG_ROLE = int(Qt.ItemDataRole.UserRole)
ROW_PX = 46
BAR_PX = 3


class SongsModel(SideModel):
    """The session's songs in the order of the queue."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._songs = session.songs
        session.songs_changed.connect(self._follow)
        session.stems_changed.connect(lambda _: self._repaint())

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """How many songs there are."""
        return 0 if parent.isValid() else len(self._songs)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The song, its title, and a sentence for screen readers."""
        if not index.isValid() or index.row() >= len(self._songs):
            return None
        song = self._songs[index.row()]
        if role == SONG_ROLE:
            return song
        if role == Qt.ItemDataRole.DisplayRole:
            return song.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{song.title}, {state_words(song)}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(f"{song.source}\n{facts(song)}\n{state_words(song)}")
        return None

    def row_of(self, folder: Path | None) -> int | None:
        """Where a song stands."""
        return next((row for row, song in enumerate(self._songs) if song.folder == folder), None)

    def _follow(self, songs: tuple[Song, ...]) -> None:
        """The same rows are drawn anew, so that a hand on the list is not disturbed while a song is worked on."""
        same = [song.folder for song in songs] == [song.folder for song in self._songs]
        if not same:
            self.beginResetModel()
        self._songs = songs
        if same:
            self._repaint()
        else:
            self.endResetModel()


class SongDelegate(SideDelegate):
    """Draws a row; the open song stands on a raised ground."""

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(session, theme, ROW_PX, parent)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Ground, title and length, state, progress."""
        song: Song = index.data(SONG_ROLE)
        box = option.rect.adjusted(SPACE_1, 1, -SPACE_1, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, option, self._is_open(song), box)
        inner = box.adjusted(SPACE_2, SPACE_1, -SPACE_2, -SPACE_1)
        half = inner.height() // 2
        upper = QRect(inner.left(), inner.top(), inner.width(), half)
        lower = QRect(inner.left(), inner.top() + half, inner.width(), half)
        self._paint_title(painter, song, upper)
        self._paint_state(painter, song, lower)
        if song.phase == "working":
            self._paint_progress(painter, song, box)
        painter.restore()

    def _paint_title(self, painter: QPainter, song: Song, box: QRect) -> None:
        words = clock(song.duration_s) if song.duration_s else ""
        painter.setFont(self._theme.font(SMALL_PX))
        painter.setPen(self._theme.color("text_2"))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, words)
        taken = painter.fontMetrics().horizontalAdvance(words) + (SPACE_3 if words else 0)
        painter.setFont(self._theme.font(bold=self._is_open(song)))
        painter.setPen(self._theme.color("text"))
        self._paint_line(painter, one_line(song.title), box.adjusted(0, 0, -taken, 0))

    def _paint_state(self, painter: QPainter, song: Song, box: QRect) -> None:
        roles = {"failed": "error", "working": "melody", "ready": "fit"}
        painter.setFont(self._theme.font(SMALL_PX))
        painter.setPen(self._theme.color(roles.get(song.phase, "text_2")))
        self._paint_line(painter, one_line(state_words(song)), box)

    def _paint_line(self, painter: QPainter, words: str, box: QRect) -> None:
        shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)

    def _paint_progress(self, painter: QPainter, song: Song, box: QRect) -> None:
        track = QRectF(box.left() + SPACE_2, box.bottom() - BAR_PX, box.width() - 2 * SPACE_2, BAR_PX)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("line"))
        painter.drawRoundedRect(track, 1.5, 1.5)
        track.setWidth(track.width() * min(max(song.fraction, 0.0), 1.0))
        painter.setBrush(self._theme.color("melody"))
        painter.drawRoundedRect(track, 1.5, 1.5)

    def _is_open(self, song: Song) -> bool:
        return self._session.stems.song == song.folder
