"""A frame over a widget that says what a drop there will do, while something hovers with a file in its hand."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from vocmatch_desktop.ui.drag import Dropped, dropped
from vocmatch_desktop.ui.theme import LARGE_PX, RADIUS, SPACE_2, Theme

Wants = Callable[[Dropped], str]
"""The words to show for a drop ("Add to the library"); empty refuses it."""


class DropZone(QWidget):
    """Makes its parent take drops of folders and sound files.

    `wants` gives the words for what hovers, `take` is called with what was dropped. What was dragged out of our own
    window is refused.
    """

    def __init__(self, parent: QWidget, theme: Theme, wants: Wants, take: Callable[[Dropped], None]) -> None:
        super().__init__(parent)
        self._theme, self._wants, self._take = theme, wants, take
        self._words = ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        parent.setAcceptDrops(True)
        parent.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Listens to the parent's drag events and follows its size."""
        if isinstance(event, QDragEnterEvent):
            self._enter(event)
            return True
        if event.type() == QEvent.Type.DragMove:
            event.setAccepted(self.isVisible())
            return True
        if event.type() == QEvent.Type.DragLeave:
            self.hide()
            return True
        if event.type() == QEvent.Type.Drop and isinstance(event, QDropEvent):
            self._drop(event)
            return True
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self.parentWidget().rect())
        return False

    def _enter(self, event: QDragEnterEvent) -> None:
        if event.source() is not None:
            event.ignore()
            return
        self._words = self._wants(dropped(event.mimeData()))
        if not self._words:
            event.ignore()
            return
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.setGeometry(self.parentWidget().rect())
        self.raise_()
        self.show()

    def _drop(self, event: QDropEvent) -> None:
        self.hide()
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self._take(dropped(event.mimeData()))

    def paintEvent(self, event: QPaintEvent) -> None:
        """A veil, a frame and the words."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.fillRect(self.rect(), self._theme.color("ground", 0.92))
            painter.setPen(QPen(self._theme.color("fit"), 2))
            painter.setBrush(self._theme.color("fit", 0.10))
            frame = QRectF(self.rect()).adjusted(SPACE_2, SPACE_2, -SPACE_2, -SPACE_2)
            painter.drawRoundedRect(frame, RADIUS * 2, RADIUS * 2)
            painter.setFont(self._theme.font(LARGE_PX, bold=True))
            painter.setPen(self._theme.color("fit"))
            painter.drawText(frame, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._words)
