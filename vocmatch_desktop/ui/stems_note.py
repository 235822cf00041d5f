"""What stands where lanes will be: a sentence that teaches, and a way to begin."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from vocmatch_desktop.ui.empty_state import paint_drop_frame
from vocmatch_desktop.ui.theme import SPACE_2, SPACE_3, SPACE_5, Theme


class StemsNote(QWidget):
    """A sentence and what to do; framed where things can be dropped."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._framed = True
        self.sentence = QLabel(wordWrap=True, alignment=Qt.AlignmentFlag.AlignCenter)
        self.sentence.setProperty("heading", True)
        self.detail = QLabel(wordWrap=True, alignment=Qt.AlignmentFlag.AlignCenter)
        self.detail.setProperty("secondary", True)
        self.choose = QPushButton(self.tr("Choose songs …"))
        self.choose.setProperty("primary", True)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_5 * 2, SPACE_5, SPACE_5 * 2, SPACE_5)
        column.addStretch(2)
        column.addWidget(self.sentence)
        column.addSpacing(SPACE_2)
        column.addWidget(self.detail)
        column.addSpacing(SPACE_3)
        column.addWidget(self.choose, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        theme.changed.connect(self.update)

    def say(self, sentence: str, detail: str, framed: bool = False, choose: bool = False) -> None:
        """Shows a sentence with what to do; `framed`: here things can be dropped, `choose`: offers to choose files."""
        self.sentence.setText(sentence)
        self.detail.setText(detail)
        self.choose.setVisible(choose)
        self._framed = framed
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The ground, and the frame of a place to drop on."""
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), self._theme.color("ground"))
            if self._framed:
                paint_drop_frame(painter, QRectF(self.rect()), self._theme)
