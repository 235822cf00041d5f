"""The search box: words, and filters written as people write them (`90-100`, `am`, `#lofi`, `4*`)."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QIcon, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QToolButton, QWidget

from vocmatch_desktop.ui.commands import LibraryCommands
from vocmatch_desktop.ui.session import Session
from vocmatch_desktop.ui.theme import ICON_PX, SMALL_PX, SPACE_1, SPACE_2, Theme

REST_MS = 60
"""The table filters this long after the last key: in one go while someone types fast, at once for the eye."""


class SearchBox(QLineEdit):
    """Emits what is searched for; Esc clears, Esc again (or ↓ or Enter) goes back to the table."""

    query_changed = Signal(str)
    left = Signal()

    def __init__(
        self, session: Session, commands: LibraryCommands, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._glass = QIcon()
        self.setAccessibleName(self.tr("Search beats"))
        self.setPlaceholderText(self.tr("Search beats, tags, 90-100, Am …"))
        self.setToolTip(
            self.tr(
                "Words find titles and tags. Also: 90-100 (bpm), Am or 8A (key), #lofi (tag), 4* (rating), is:missing"
            )
        )
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setMaxLength(200)
        self.setTextMargins(ICON_PX + SPACE_1, 0, ICON_PX + SPACE_1, 0)
        self._clear = QToolButton(self)
        self._clear.setProperty("link", True)
        self._clear.setAutoRaise(True)
        self._clear.setStyleSheet("padding: 0; border: none; min-height: 0; background: transparent;")
        self._clear.setCursor(Qt.CursorShape.ArrowCursor)
        self._clear.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._clear.setAccessibleName(self.tr("Clear the search"))
        self._clear.setToolTip(self.tr("Clear the search (Esc)"))
        self._clear.hide()
        self._clear.clicked.connect(self._empty)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REST_MS)
        self._timer.timeout.connect(self._say)
        self.textChanged.connect(self._typed)
        session.tracks_cleared.connect(self._empty)
        theme.changed.connect(self._draw_icons)
        self._draw_icons()

    def sizeHint(self) -> QSize:
        """Wide enough for its hint."""
        return QSize(320, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Still usable in a narrow window."""
        return QSize(160, super().minimumSizeHint().height())

    def focus_search(self) -> None:
        """Ctrl-F and "/": ready to type over what is there."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc clears, then leaves; ↓ and Enter go to what was found."""
        if event.key() == Qt.Key.Key_Escape and self.text():
            self._empty()
        elif event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._say_now()
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _typed(self, text: str) -> None:
        self._clear.setVisible(bool(text))
        self._timer.start()

    def _empty(self) -> None:
        self.clear()
        self._say_now()

    def _say_now(self) -> None:
        if self._timer.isActive():
            self._timer.stop()
            self._say()

    def _say(self) -> None:
        self.query_changed.emit(self.text())

    def _draw_icons(self) -> None:
        self._glass = self._theme.icon("ph.magnifying-glass", "text_2")
        self._clear.setIcon(self._theme.icon("ph.x", "text_2"))
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keeps the button at the right end."""
        super().resizeEvent(event)
        side = ICON_PX + SPACE_1
        self._clear.setGeometry(self.width() - side - SPACE_2, (self.height() - side) // 2, side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The line with a magnifying glass before its text and, while it is empty, its key behind it."""
        super().paintEvent(event)
        glass = QRect(SPACE_2 + 2, (self.height() - ICON_PX) // 2, ICON_PX, ICON_PX)
        with QPainter(self) as painter:
            self._glass.paint(painter, glass)
            if not self.text() and not self.hasFocus():
                painter.setFont(self._theme.font(SMALL_PX))
                painter.setPen(self._theme.color("text_2"))
                end = self.rect().adjusted(0, 0, -SPACE_2 - 2, 0)
                painter.drawText(end, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self.tr("Ctrl F"))
