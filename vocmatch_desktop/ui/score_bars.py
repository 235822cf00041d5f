"""The parts of a score as bars with the reason beside each: the number says how much, the words say why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from vocmatch_desktop.ui.library_delegates import GOOD_SCORE, paint_bar
from vocmatch_desktop.ui.theme import SMALL_PX, SPACE_2, SPACE_3, Theme

BAR_WIDTH, BAR_HEIGHT = 92, 6
NAME_WIDTH = 52
NUMBER_WIDTH = 24


@dataclass(frozen=True, slots=True)
class PartScore:
    """One part: its translated name, 0–100, and why in words (may be empty)."""

    name: str
    score: float
    why: str = ""


class ScoreBars(QWidget):
    """One line a part; parts that do not exist yet are not shown at all."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(SPACE_2)
        self._grid.setVerticalSpacing(SPACE_3)
        self._grid.setColumnStretch(3, 1)
        self._shown: tuple[PartScore, ...] = ()

    def show_parts(self, parts: Sequence[PartScore]) -> None:
        """Puts these parts in place of those shown."""
        if tuple(parts) == self._shown:
            return
        self._shown = tuple(parts)
        while (item := self._grid.takeAt(0)) is not None:
            item.widget().hide()
            item.widget().deleteLater()
        for line, part in enumerate(parts):
            self._add(line, part)

    def _add(self, line: int, part: PartScore) -> None:
        name = QLabel(part.name)
        name.setMinimumWidth(NAME_WIDTH)
        number = QLabel(f"{part.score:.0f}")
        number.setFont(self._theme.font())
        number.setFixedWidth(NUMBER_WIDTH)
        number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        why = QLabel(part.why)
        why.setProperty("secondary", True)
        why.setWordWrap(True)
        why.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        bar = _Bar(self._theme, part.score)
        bar.setAccessibleName(self.tr("{}: {} of 100. {}").format(part.name, f"{part.score:.0f}", part.why))
        for column, widget in enumerate((name, bar, number, why)):
            self._grid.addWidget(widget, line, column)


class _Bar(QWidget):
    """A level bar as long as its part is good."""

    def __init__(self, theme: Theme, score: float) -> None:
        super().__init__()
        self._theme, self._score = theme, score
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """All bars are equally long, so they can be compared."""
        return QSize(BAR_WIDTH, SMALL_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Teal where good, amber where it costs; the number beside it says the same."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            area = QRectF(0, (self.height() - BAR_HEIGHT) / 2, self.width(), BAR_HEIGHT)
            colour = self._theme.color("fit" if self._score >= GOOD_SCORE else "caution")
            paint_bar(painter, area, self._score / 100, colour, self._theme.color("line"))
