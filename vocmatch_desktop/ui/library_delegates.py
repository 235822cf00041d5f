"""How the table paints its cells: every column its own small delegate, all colours asked of the theme while painting.

Everything is drawn with vectors at the screen's own resolution; only the waveforms are pictures, made once for it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPolygonF
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView, QWidget

from vocmatch_desktop.types import Match
from vocmatch_desktop.ui import library_words as words
from vocmatch_desktop.ui.library_model import LibraryModel
from vocmatch_desktop.ui.library_rows import Column, Row
from vocmatch_desktop.ui.tag_editor import TagEditor
from vocmatch_desktop.ui.theme import BODY_PX, RADIUS, ROW_HEIGHT, SMALL_PX, SPACE_1, SPACE_2, Theme
from vocmatch_desktop.ui.waveform import Thumbnails

Index = QModelIndex | QPersistentModelIndex
HoveredRow = Callable[[], int]

GOOD_SCORE = 60.0
"""From here on a score's bar is drawn in the fit colour; the number beside it says the same without colour."""
SCORE_PX = 14
NUMBER_WIDTH, BAR_WIDTH, BAR_HEIGHT = 28.0, 72.0, 6.0
STAR_SIZE, STAR_STEP, STARS = 13.0, 16.0, 5
CAMELOT_OFFSET = 38.0
CHIP_HEIGHT = 20.0
THUMBNAIL_HEIGHT = 22.0
EDITOR_WIDTH = 240
KEPT_TEXTS = 4000
DIMMED = 0.45
"""Opacity of the pictures of a row whose file is missing; the word "missing" stands beside its title."""

_ROLE_OF_LEVEL = {"none": "text_2", "as_is": "text_2", "gentle": "text", "far": "caution"}
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_ONE_LINE = {each: int(each) | int(Qt.TextFlag.TextSingleLine) for each in (_LEFT, _RIGHT)}


class CellDelegate(QStyledItemDelegate):
    """A cell's text; columns with more to show override `paint_cell`. The ground is the table's, row by row."""

    def __init__(self, theme: Theme, hovered_row: HoveredRow, parent: QObject) -> None:
        super().__init__(parent)
        self.theme = theme
        self._hovered_row = hovered_row
        self._texts: dict[tuple[str, int, bool, int], tuple[str, float]] = {}
        self._faces: dict[tuple[int, bool], tuple[QFont, QFontMetricsF]] = {}

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """All rows are equally tall."""
        return QSize(40, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """The cell's own content, dimmed where the file is missing."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        model: LibraryModel = index.model()
        row = model.at(index.row())
        if row.missing:
            painter.setOpacity(DIMMED)
        area = QRectF(option.rect).adjusted(SPACE_2, 0, -SPACE_2, -1)
        self.paint_cell(painter, area, row, model.match_of(row.id), index, selected)
        painter.restore()

    def paint_cell(
        self, painter: QPainter, area: QRectF, row: Row, match: Match | None, index: Index, selected: bool
    ) -> None:
        """Draws the column's content into `area`; here its plain text."""
        alignment = _RIGHT if index.column() in (Column.BPM, Column.LENGTH) else _LEFT
        self.text(painter, area, index.data(), "text", alignment=alignment)

    def text(
        self,
        painter: QPainter,
        area: QRectF,
        text: str,
        role: str,
        px: int = BODY_PX,
        bold: bool = False,
        alignment: Qt.AlignmentFlag = _LEFT,
    ) -> float:
        """Writes one line, elided at its end, and gives the width it took."""
        if not text:
            return 0.0
        shown, wide = self._elided(text, px, bold, int(area.width()))
        painter.setFont(self.face(px, bold)[0])
        dimmed = painter.opacity() < 1
        painter.setPen(self.theme.color("text_2" if dimmed and role == "text" else role))
        painter.setOpacity(1.0)  # words stay readable; only pictures and bars fade
        painter.drawText(area, _ONE_LINE[alignment], shown)
        painter.setOpacity(DIMMED if dimmed else 1.0)
        return wide

    def _elided(self, text: str, px: int, bold: bool, room: int) -> tuple[str, float]:
        """The text as far as there is room, and its width; kept, because the same rows are painted over and over."""
        key = (text, px, bold, room)
        if key not in self._texts:
            if len(self._texts) > KEPT_TEXTS:
                self._texts.clear()
            metrics = self.face(px, bold)[1]
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(room, 0))
            self._texts[key] = (shown, metrics.horizontalAdvance(shown))
        return self._texts[key]

    def face(self, px: int = BODY_PX, bold: bool = False) -> tuple[QFont, QFontMetricsF]:
        """The theme's font and its metrics, made once: hundreds of cells are painted a frame."""
        if (px, bold) not in self._faces:
            font = self.theme.font(px, bold)
            self._faces[px, bold] = (font, QFontMetricsF(font))
        return self._faces[px, bold]


class MatchDelegate(CellDelegate):
    """The score: a number first, a bar beside it."""

    def paint_cell(
        self, painter: QPainter, area: QRectF, row: Row, match: Match | None, index: Index, selected: bool
    ) -> None:
        """Number right-aligned in its own column, then the bar as wide as there is room."""
        if match is None:
            self.text(painter, area, "—" if index.model().ranked else "", "text_2")
            return
        number = QRectF(area.left(), area.top(), NUMBER_WIDTH, area.height())
        self.text(painter, number, f"{match.score:.0f}", "text", SCORE_PX, bold=True, alignment=_RIGHT)
        left = number.right() + SPACE_2
        wide = min(BAR_WIDTH, area.right() - left)
        if wide > BAR_HEIGHT:
            bar = QRectF(left, area.center().y() - BAR_HEIGHT / 2, wide, BAR_HEIGHT)
            role = "fit" if match.score >= GOOD_SCORE else "text_2"
            paint_bar(painter, bar, match.score / 100, self.theme.color(role), self.theme.color("line"))


class TitleDelegate(CellDelegate):
    """The title with what is worth knowing about it: plays, is kept, is missing, has versions."""

    def paint_cell(
        self, painter: QPainter, area: QRectF, row: Row, match: Match | None, index: Index, selected: bool
    ) -> None:
        """Marks before the title, notes after it; the notes keep their room, the title is elided."""
        model: LibraryModel = index.model()
        left = area.left()
        if row.id == model.playing:
            left = self._mark(painter, left, area, _play_mark, "accent")
        if row.id in model.library.kept:
            left = self._mark(painter, left, area, _kept_mark, "fit")
        notes = " · ".join(words.title_notes(row))
        room = self.face(SMALL_PX)[1].horizontalAdvance(notes) + SPACE_2 if notes else 0.0
        title = QRectF(left, area.top(), area.right() - left - room, area.height())
        taken = self.text(painter, title, words.one_line(row.title), "text", bold=selected)
        if notes:
            where = QRectF(left + taken + SPACE_2, area.top(), room, area.height())
            self.text(painter, where, notes, "caution" if row.missing else "text_2", SMALL_PX)

    def _mark(self, painter: QPainter, left: float, area: QRectF, mark: Callable[[], QPainterPath], role: str) -> float:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.color(role))
        painter.drawPath(mark().translated(left, area.center().y()))
        return left + 14


class KeyDelegate(CellDelegate):
    """The key by name, then its place on the Camelot wheel."""

    def paint_cell(
        self, painter: QPainter, area: QRectF, row: Row, match: Match | None, index: Index, selected: bool
    ) -> None:
        """A key the user set carries a small lock."""
        if row.key is None:
            return
        self.text(painter, area, row.key.name, "text")
        wheel = area.adjusted(CAMELOT_OFFSET, 0, 0, 0)
        taken = self.text(painter, wheel, row.key.camelot, "text_2", SMALL_PX)
        if row.locks.key is not None and wheel.left() + taken + 14 < area.right() + SPACE_2:
            paint_lock(painter, QPointF(wheel.left() + taken + 8, area.center().y()), self.theme.color("text_2"))


class TempoDelegate(CellDelegate):
    """The tempo, its decimals one under the other; corrected ones carry a lock."""

    def paint_cell(
        self, painter: QPainter, area: QRectF, row: Row, match: Match | None, index: Index, selected: bool
    ) -> None:
        """Right-aligned, so the lock stands before the number."""
        text = words.bpm(row.bpm)
        self.text(painter, area, text, "text", alignment=_RIGHT)
        if row.locks.tempo_factor != 1:
            wide = self.face()[1].horizontalAdvance(text)
            place = QPointF(area.right() - wide - 12, area.center().y())
            paint_lock(painter, place, self.theme.color("text_2"))


class FitDelegate(CellDelegate):
    """What has to be done to the beat, in numbers and in a colour that says no more than they do."""

    def paint_cell(
        self, painter: QPainter, area: QRectF, row: Row, match: Match | None, index: Index, selected: bool
    ) -> None:
        """Caution is a word as well as a colour."""
        fit = words.fit_words(match, index.model().ranked)
        taken = self.text(painter, area, fit.text, _ROLE_OF_LEVEL[fit.level])
        if fit.caution:
            self.text(painter, area.adjusted(taken + SPACE_2, 0, 0, 0), fit.caution, "caution", SMALL_PX)


class LengthDelegate(CellDelegate):
    """The length, quiet and right-aligned."""

    def paint_cell(
        self, painter: QPainter, area: QRectF, row: Row, match: Match | None, index: Index, selected: bool
    ) -> None:
        """In the second text colour: it is looked up, not compared."""
        self.text(painter, area, words.length(row.duration_s), "text_2", alignment=_RIGHT)


class RatingDelegate(CellDelegate):
    """Five stars; a click on one rates (the table turns the place into a number with `stars_at`)."""

    def paint_cell(
        self, painter: QPainter, area: QRectF, row: Row, match: Match | None, index: Index, selected: bool
    ) -> None:
        """Filled ones in amber, the others as quiet as the lines."""
        painter.setPen(Qt.PenStyle.NoPen)
        for star in range(STARS):
            filled = star < row.rating
            painter.setBrush(self.theme.color("caution") if filled else self.theme.color("text_2", 0.3))
            centre = QPointF(area.left() + STAR_STEP * star + STAR_SIZE / 2, area.center().y())
            painter.drawPolygon(_star().translated(centre))


class TagsDelegate(CellDelegate):
    """Tags as chips, as many as there is room for, then how many more."""

    def paint_cell(
        self, painter: QPainter, area: QRectF, row: Row, match: Match | None, index: Index, selected: bool
    ) -> None:
        """The first chip is always drawn, elided if need be."""
        _font, metrics = self.face(SMALL_PX)
        left = area.left()
        for place, tag in enumerate(row.tags):
            wide = metrics.horizontalAdvance(tag) + 2 * 7
            more = f"+{len(row.tags) - place}"
            reserve = metrics.horizontalAdvance(more) + SPACE_1 if place < len(row.tags) - 1 else 0
            if place and left + wide + reserve > area.right():
                self.text(painter, QRectF(left, area.top(), 40, area.height()), more, "text_2", SMALL_PX)
                return
            wide = min(wide, area.right() - left - (reserve if not place else 0))
            self._chip(painter, QRectF(left, area.center().y() - CHIP_HEIGHT / 2, wide, CHIP_HEIGHT), tag)
            left += wide + SPACE_1

    def _chip(self, painter: QPainter, chip: QRectF, tag: str) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.color("raised"))
        painter.drawRoundedRect(chip, RADIUS - 2, RADIUS - 2)
        self.text(painter, chip.adjusted(7, 0, -5, 0), tag, "text_2", SMALL_PX)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """A line to type tags into, separated by commas or Enter."""
        return TagEditor(parent, index.model().known_tags())

    def setEditorData(self, editor: TagEditor, index: Index) -> None:
        """Starts from the tags there are."""
        editor.set_tags(index.data(Qt.ItemDataRole.EditRole))

    def setModelData(self, editor: TagEditor, model: LibraryModel, index: Index) -> None:
        """Asks the model for the edit; the row changes when it was made."""
        model.setData(index, editor.tags())

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """At least wide enough to type in."""
        wide = max(option.rect.width(), EDITOR_WIDTH)
        editor.setGeometry(option.rect.left(), option.rect.top() + 3, wide, option.rect.height() - 7)


class WaveformDelegate(CellDelegate):
    """The beat's waveform, in the fit colour where the row is selected."""

    def __init__(self, theme: Theme, hovered_row: HoveredRow, thumbnails: Thumbnails, parent: QObject) -> None:
        super().__init__(theme, hovered_row, parent)
        self._thumbnails = thumbnails

    def paint_cell(
        self, painter: QPainter, area: QRectF, row: Row, match: Match | None, index: Index, selected: bool
    ) -> None:
        """From the kept pictures; the first paint of a row makes one."""
        colour = self.theme.color("fit") if selected else self.theme.color("text_2", 0.6)
        size = QSizeF(area.width(), THUMBNAIL_HEIGHT)
        ratio = painter.device().devicePixelRatioF()
        pixmap = self._thumbnails.get(row.id, size, colour, ratio)
        if pixmap is not None:
            painter.drawPixmap(QPointF(area.left(), area.center().y() - THUMBNAIL_HEIGHT / 2), pixmap)


class HandleDelegate(CellDelegate):
    """Six dots that say: take hold here. None where there is no file to take."""

    def paint_cell(
        self, painter: QPainter, area: QRectF, row: Row, match: Match | None, index: Index, selected: bool
    ) -> None:
        """Brighter under the pointer and on the selected row."""
        if not row.missing:
            strong = selected or index.row() == self._hovered_row()
            paint_handle(painter, area.center(), self.theme.color("text" if strong else "text_2"))


def install(table: QTableView, theme: Theme, hovered_row: HoveredRow, thumbnails: Thumbnails) -> None:
    """Gives every column of a table its delegate; the table owns them."""
    kinds = {
        Column.MATCH: MatchDelegate,
        Column.TITLE: TitleDelegate,
        Column.KEY: KeyDelegate,
        Column.BPM: TempoDelegate,
        Column.FIT: FitDelegate,
        Column.LENGTH: LengthDelegate,
        Column.RATING: RatingDelegate,
        Column.TAGS: TagsDelegate,
        Column.HANDLE: HandleDelegate,
    }
    for column, kind in kinds.items():
        table.setItemDelegateForColumn(column, kind(theme, hovered_row, table))
    table.setItemDelegateForColumn(Column.WAVEFORM, WaveformDelegate(theme, hovered_row, thumbnails, table))


def stars_at(x: float) -> int:
    """The rating a click means, `x` pixels right of the cell's left edge; 0 left of the first star."""
    return min(max(math.ceil((x - SPACE_2) / STAR_STEP), 0), STARS)


def paint_bar(painter: QPainter, bar: QRectF, share: float, colour: QColor, ground: QColor) -> None:
    """A level bar with round ends; `share` 0…1."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(bar, bar.height() / 2, bar.height() / 2)
    filled = QRectF(bar.topLeft(), QSizeF(max(bar.width() * min(max(share, 0), 1), bar.height()), bar.height()))
    if share > 0:
        painter.setBrush(colour)
        painter.drawRoundedRect(filled, bar.height() / 2, bar.height() / 2)


def paint_handle(painter: QPainter, centre: QPointF, colour: QColor) -> None:
    """The ⋮⋮ of everything that can be dragged, drawn so that it looks the same in every font."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    for x in (-3.0, 3.0):
        for y in (-5.0, 0.0, 5.0):
            painter.drawEllipse(centre + QPointF(x, y), 1.3, 1.3)


def paint_lock(painter: QPainter, centre: QPointF, colour: QColor) -> None:
    """A padlock seven pixels wide: this value was set by hand."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(QRectF(centre.x() - 3.5, centre.y() - 1, 7, 5.5), 1, 1)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(colour)
    painter.drawArc(QRectF(centre.x() - 2, centre.y() - 4.5, 4, 6), 0, 180 * 16)
    painter.setPen(Qt.PenStyle.NoPen)


@cache
def _star() -> QPolygonF:
    """A five-pointed star around 0, 0."""
    points = []
    for corner in range(10):
        radius = STAR_SIZE / 2 * (1.0 if corner % 2 == 0 else 0.42)
        angle = math.pi * corner / 5 - math.pi / 2
        points.append(QPointF(radius * math.cos(angle), radius * math.sin(angle)))
    return QPolygonF(points)


@cache
def _play_mark() -> QPainterPath:
    """This beat is heard."""
    path = QPainterPath(QPointF(0, -5))
    path.lineTo(8, 0)
    path.lineTo(0, 5)
    path.closeSubpath()
    return path


@cache
def _kept_mark() -> QPainterPath:
    """A bookmark: this beat is the take's pick."""
    path = QPainterPath(QPointF(0, -6))
    for x, y in ((8, -6), (8, 6), (4, 2.5), (0, 6)):
        path.lineTo(x, y)
    path.closeSubpath()
    return path
