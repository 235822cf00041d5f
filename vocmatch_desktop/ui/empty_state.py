"""What stands where the table will be: a sentence that teaches, and the two ways to begin."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from vocmatch_desktop.ui.theme import RADIUS, SPACE_2, SPACE_3, SPACE_5, Theme


class TeachingNote(QWidget):
    """A sentence, what to do, and buttons; framed where things can be dropped."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._framed = True
        self.sentence = QLabel(wordWrap=True, alignment=Qt.AlignmentFlag.AlignCenter)
        self.sentence.setProperty("heading", True)
        self.detail = QLabel(wordWrap=True, alignment=Qt.AlignmentFlag.AlignCenter)
        self.detail.setProperty("secondary", True)
        theme.changed.connect(self.update)

    def _lay_out(self, *buttons: QPushButton, side_px: int) -> None:
        row = QHBoxLayout()
        row.setSpacing(SPACE_2)
        row.addStretch()
        for button in buttons:
            row.addWidget(button)
        row.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(side_px, SPACE_5, side_px, SPACE_5)
        column.addStretch(2)
        column.addWidget(self.sentence)
        column.addSpacing(SPACE_2)
        column.addWidget(self.detail)
        column.addSpacing(SPACE_3)
        column.addLayout(row)
        column.addStretch(3)

    def _say(self, sentence: str, detail: str, framed: bool) -> None:
        self.sentence.setText(sentence)
        self.detail.setText(detail)
        self._framed = framed
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The ground, and the frame of a place to drop on."""
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), self._theme.color("ground"))
            if self._framed:
                paint_drop_frame(painter, QRectF(self.rect()), self._theme)


class EmptyState(TeachingNote):
    """The library is empty, or nothing is found: says which, and offers what helps."""

    add_folder_wanted = Signal()
    demo_wanted = Signal()
    clear_search_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.add_folder = QPushButton(self.tr("Add folder…"))
        self.add_folder.setProperty("primary", True)
        self.add_folder.clicked.connect(self.add_folder_wanted)
        self.try_demo = QPushButton(self.tr("Try the demo"))
        self.try_demo.clicked.connect(self.demo_wanted)
        self.clear_search = QPushButton(self.tr("Clear the search"))
        self.clear_search.clicked.connect(self.clear_search_wanted)
        self._lay_out(self.add_folder, self.try_demo, self.clear_search, side_px=SPACE_5)
        self.say_empty()

    def say_empty(self) -> None:
        """There are no beats yet."""
        self._say(
            self.tr("Drop a folder of beats here, or press R and sing."),
            self.tr("Your files stay where they are. Nothing leaves this computer."),
            framed=True,
        )

    def say_indexing(self) -> None:
        """The first beats are on their way."""
        self._say(
            self.tr("Listening to your beats …"),
            self.tr("They appear here one by one. You can press R and sing meanwhile."),
            framed=False,
        )
        self.add_folder.hide()
        self.try_demo.hide()

    def say_nothing_found(self) -> None:
        """The search hides every row."""
        self._say(self.tr("No beat is like that."), self.tr("Search for fewer words, or a wider tempo."), framed=False)
        self.add_folder.hide()
        self.try_demo.hide()
        self.clear_search.show()

    def _say(self, sentence: str, detail: str, framed: bool) -> None:
        super()._say(sentence, detail, framed)
        self.add_folder.show()
        self.try_demo.show()
        self.clear_search.hide()


def paint_drop_frame(painter: QPainter, box: QRectF, theme: Theme) -> None:
    """The dashed frame of a place that things can be dropped on."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.color("line"), 1.5, Qt.PenStyle.DashLine))
    painter.drawRoundedRect(box.adjusted(SPACE_5, SPACE_5, -SPACE_5, -SPACE_5), RADIUS * 2, RADIUS * 2)
