"""A page that takes the desk's place: a title, a way back, and a column that scrolls."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QToolButton, QVBoxLayout, QWidget

from vocmatch_desktop.ui.theme import ICON_PX, SPACE_3, SPACE_5, Theme

WIDEST_PX = 860


class Page(QWidget):
    """Settings and shortcuts are pages; Esc or the arrow leads back."""

    left = Signal()

    def __init__(self, title: str, body: QWidget, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent, objectName="page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme = theme
        self._back = QToolButton()
        self._back.setProperty("quiet", True)
        self._back.setAccessibleName(self.tr("Back"))
        self._back.setToolTip(self.tr("Back (Esc)"))
        self._back.setIconSize(QSize(ICON_PX, ICON_PX))
        self._back.clicked.connect(self.left)
        heading = QLabel(title)
        heading.setProperty("display", True)
        head = QHBoxLayout()
        head.setSpacing(SPACE_3)
        head.addWidget(self._back)
        head.addWidget(heading)
        head.addStretch(1)
        body.setMaximumWidth(WIDEST_PX)
        middle = QWidget()
        centred = QHBoxLayout(middle)
        centred.setContentsMargins(SPACE_5, SPACE_3, SPACE_5, SPACE_5)
        centred.addWidget(body, 1)
        centred.addStretch(0)
        scroll = QScrollArea(widgetResizable=True)
        scroll.setWidget(middle)
        scroll.viewport().setAutoFillBackground(False)
        middle.setAutoFillBackground(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_3, SPACE_3, 0, 0)
        column.addLayout(head)
        column.addWidget(scroll, 1)
        theme.changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        self._back.setIcon(self._theme.icon("ph.arrow-left", "text_2"))
