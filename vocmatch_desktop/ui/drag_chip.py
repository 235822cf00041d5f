"""The thing to take hold of: ⋮⋮ and a file's name; it can be dragged only while the file is whole."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFontMetricsF,
    QHideEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QShowEvent,
)
from PySide6.QtWidgets import QAbstractButton, QApplication, QMenu, QSizePolicy, QWidget

from vocmatch_desktop.errors import UserError
from vocmatch_desktop.ui.drag import drag_files
from vocmatch_desktop.ui.library_delegates import paint_handle
from vocmatch_desktop.ui.library_words import one_line, plain_tip
from vocmatch_desktop.ui.theme import RADIUS, SPACE_2, Theme

HEIGHT = 36
_MARK = re.compile(r" \[[0-9a-f]{8}\](?=\.\w+$)")
"""What tells two fittings of one beat apart on the disk; says nothing to who drags one."""
_TAGS = re.compile(r" - ([\d.]+ BPM( - [A-G][#b]?m?)?|[a-z]+)\.\w+( \+\d+)?$")
"""What tells files of one title apart: tempo and key, or which stem it is; and how many more go along."""
HANDLE_WIDTH = 26
SPIN_MS = 60
SPIN_STEP_DEGREES = 24
RING = 12.0


class DragChip(QAbstractButton):
    """Shows a file to take out (or several), a spinner while it is being made, or why there is none; a click then asks.

    The signals that carry a path carry the first one; `paths` are all.
    """

    copy_wanted = Signal(object)
    show_wanted = Signal(object)
    file_wanted = Signal()
    """Clicked while there is no file."""
    taken = Signal(object)
    """It was dropped somewhere, or is being dragged there: the file must stay."""
    failed = Signal(object)
    """A UserError: the file vanished since."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._paths: tuple[Path, ...] = ()
        self._words = ""
        self._fraction: float | None = None
        self._angle = 0
        self._pressed_at: QPointF | None = None
        self._spin = QTimer(self)
        self._spin.setInterval(SPIN_MS)
        self._spin.timeout.connect(self._turn)
        self.clicked.connect(self._ask)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        theme.changed.connect(self.update)
        self.show_nothing("")

    def sizeHint(self) -> QSize:
        """Long names are elided, so any width will do."""
        return QSize(200, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Room for the handle and a few letters."""
        return QSize(96, HEIGHT)

    @property
    def path(self) -> Path | None:
        """The file that can be dragged, the first of several; None while there is none."""
        return self._paths[0] if self._paths else None

    @property
    def paths(self) -> tuple[Path, ...]:
        """All files that are dragged together."""
        return self._paths

    def show_file(self, path: Path) -> None:
        """The file is whole: it can be taken."""
        self.show_files((path,))

    def show_files(self, paths: Sequence[Path], words: str = "") -> None:
        """These files are whole and go out together; `words` stand for the first one's name. At least one."""
        rest = f" +{len(paths) - 1}" if len(paths) > 1 and not words else ""
        name = words or _MARK.sub("", paths[0].name) + rest
        self._set(tuple(paths), name, None)
        shown = paths[0] if len(paths) == 1 else ", ".join(path.name for path in paths)
        tip = self.tr("{} – drag it into your DAW, or copy it with Ctrl+C.")
        several = self.tr("{} – drag them into your DAW, or copy them with Ctrl+C.")
        self.setToolTip(plain_tip((tip if len(paths) == 1 else several).format(shown)))
        self.setAccessibleName(self.tr("Drag {} out").format(name))
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    def show_busy(self, words: str, fraction: float) -> None:
        """The file is being made; `fraction` 0…1."""
        self._set((), words, fraction)

    def show_nothing(self, words: str) -> None:
        """There is no file, and `words` say why or what to do."""
        self._set((), words, None)

    def _set(self, paths: tuple[Path, ...], words: str, fraction: float | None) -> None:
        self._paths, self._words, self._fraction = paths, one_line(words), fraction
        if not paths:
            self.setToolTip(plain_tip(words))
            self.setAccessibleName(words)
            self.unsetCursor()
        self._spin_if_seen()
        self.update()

    def _spin_if_seen(self) -> None:
        if self._fraction is not None and self.isVisible():
            self._spin.start()
        else:
            self._spin.stop()

    def showEvent(self, event: QShowEvent) -> None:
        """The spinner turns only while it is seen."""
        super().showEvent(event)
        self._spin_if_seen()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stops the spinner."""
        super().hideEvent(event)
        self._spin.stop()

    def _turn(self) -> None:
        self._angle = (self._angle + SPIN_STEP_DEGREES) % 360
        self.update(0, 0, HANDLE_WIDTH, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A raised chip with its handle where there is a file, a dashed outline where there is none."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            chip = QRectF(self.rect()).adjusted(1, 1, -1, -1)
            if self._paths:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(self._theme.color("line" if self.underMouse() else "raised"))
            else:
                painter.setPen(QPen(self._theme.color("line"), 1, Qt.PenStyle.DashLine))
                painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(chip, RADIUS, RADIUS)
            left = self._paint_sign(painter, chip)
            if event.rect().right() >= HANDLE_WIDTH:  # a spinner that turns leaves the words as they are
                self._paint_words(painter, chip.adjusted(left, 0, -SPACE_2, 0))
            if self.hasFocus():
                painter.setPen(QPen(self._theme.color("melody"), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(chip, RADIUS, RADIUS)

    def _paint_sign(self, painter: QPainter, chip: QRectF) -> float:
        centre = QPointF(chip.left() + 14, chip.center().y())
        if self._paths:
            paint_handle(painter, centre, self._theme.color("text"))
            return HANDLE_WIDTH
        if self._fraction is None:
            return SPACE_2 + 2
        ring = QRectF(centre.x() - RING / 2, centre.y() - RING / 2, RING, RING)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self._theme.color("line"), 2))
        painter.drawEllipse(ring)
        painter.setPen(QPen(self._theme.color("melody"), 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawArc(ring, round((90 - self._angle) * 16), -round(max(self._fraction, 0.15) * 360 * 16))
        return HANDLE_WIDTH

    def _paint_words(self, painter: QPainter, area: QRectF) -> None:
        font = self._theme.font()
        painter.setFont(font)
        painter.setPen(self._theme.color("text" if self._paths else "text_2"))
        words = elided(self._words, QFontMetricsF(font), area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A drag may begin here."""
        super().mousePressEvent(event)
        self._pressed_at = event.position() if event.button() == Qt.MouseButton.LeftButton else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Starts the drag once the pointer moved far enough to mean it."""
        if self._pressed_at is None or not self._paths:
            return
        moved = event.position() - self._pressed_at
        if math.hypot(moved.x(), moved.y()) >= QApplication.startDragDistance():
            self._pressed_at = None
            self.setDown(False)
            self._drag()

    def _ask(self) -> None:
        if not self._paths and self._fraction is None:
            self.file_wanted.emit()

    def _drag(self) -> None:
        self.taken.emit(self.path)
        try:
            drag_files(self, list(self._paths))
        except UserError as error:
            self.failed.emit(error)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+C copies the file; Enter asks for one that is not there."""
        if event.matches(QKeySequence.StandardKey.Copy) and self._paths:
            self.copy_wanted.emit(self.path)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Copy file, Show in folder."""
        path = self.path
        if path is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Copy file") if len(self._paths) == 1 else self.tr("Copy files")).triggered.connect(
            lambda: self.copy_wanted.emit(path)
        )
        menu.addAction(self.tr("Show in folder")).triggered.connect(lambda: self.show_wanted.emit(path))
        menu.popup(event.globalPos())


def elided(name: str, metrics: QFontMetricsF, width: float) -> str:
    """A file's name in `width` pixels: the title gives way first, its end (" - 92 BPM - F#m.wav") stays whole."""
    tags = found.group() if (found := _TAGS.search(name)) else ""
    room = width - metrics.horizontalAdvance(tags)
    if tags and room >= metrics.horizontalAdvance("…"):
        return metrics.elidedText(name.removesuffix(tags), Qt.TextElideMode.ElideRight, room) + tags
    return metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, width)
