"""The right column: takes or songs."""

from __future__ import annotations

from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from vocmatch_desktop.ui.theme import SPACE_1, SPACE_2


class RightColumn(QWidget):
    """One of two lists under its tab."""

    def __init__(self, takes: QWidget, songs: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tabs = QTabBar(drawBase=False, expanding=False, usesScrollButtons=False)
        self.tabs.setAccessibleName(self.tr("Right column"))
        self.pages = QStackedWidget()
        for page, name, tip in (
            (takes, self.tr("Takes"), self.tr("What you sang")),
            (songs, self.tr("Songs"), self.tr("What the Stems room takes apart")),
        ):
            self.tabs.setTabToolTip(self.tabs.addTab(name), tip)
            self.pages.addWidget(page)
        self.tabs.currentChanged.connect(self.pages.setCurrentIndex)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_2, SPACE_2, SPACE_2, SPACE_1)
        column.setSpacing(SPACE_1)
        column.addWidget(self.tabs)
        column.addWidget(self.pages, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)

    def show_list(self, page: QWidget) -> None:
        """Shows one of the lists."""
        self.tabs.setCurrentIndex(self.pages.indexOf(page))
