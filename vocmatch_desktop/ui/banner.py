"""What went wrong, said calmly above the status line, with at most one thing to do about it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from vocmatch_desktop.ui.session import Problem, Session
from vocmatch_desktop.ui.theme import ICON_PX, RADIUS, SPACE_2, SPACE_3, SPACE_4, Theme, mix


class Banner(QFrame):
    """Shows the newest `Session.problem` until it is dismissed, acted on or over; `act` runs its action."""

    def __init__(
        self, session: Session, act: Callable[[Problem], None], theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent, objectName="banner")
        self._theme, self._act = theme, act
        self.shown: Problem | None = None
        self._icon = QLabel()
        self._words = QLabel(wordWrap=True)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._action = QPushButton()
        self._action.clicked.connect(self._run)
        self._close = QToolButton()
        self._close.setProperty("quiet", True)
        self._close.setAccessibleName(self.tr("Dismiss"))
        self._close.setToolTip(self.tr("Dismiss (Esc)"))
        self._close.setIconSize(QSize(ICON_PX, ICON_PX))
        self._close.clicked.connect(self.dismiss)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_4, SPACE_2, SPACE_2, SPACE_2)
        row.setSpacing(SPACE_3)
        for widget in (self._icon, self._words, self._action, self._close):
            row.addWidget(widget)
        row.setStretch(1, 1)
        self.hide()
        session.problem.connect(self.show_problem)
        session.problem_over.connect(self._put_away)
        theme.changed.connect(self._dress)
        self._dress()

    def show_problem(self, problem: Problem | None) -> None:
        """Takes the place of what was shown; None takes it away."""
        self.shown = problem
        if problem is None:
            self.hide()
            return
        self._words.setText(f"{problem.message} {problem.remedy}".strip())
        self._action.setText(problem.action)
        self._action.setVisible(bool(problem.action))
        self.setAccessibleName(self._words.text())
        self._dress()
        self.show()

    def dismiss(self) -> None:
        """Takes it away."""
        self.show_problem(None)

    def _put_away(self, problem: Problem) -> None:
        if self.shown is problem:
            self.dismiss()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc dismisses."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def _run(self) -> None:
        problem = self.shown
        self.dismiss()
        if problem is not None:
            self._act(problem)

    def _dress(self) -> None:
        good = self.shown is not None and self.shown.good_news
        role = "fit" if good else "caution"
        tokens = self._theme.tokens
        ground = mix(getattr(tokens, role), tokens.surface, 0.12)
        self._icon.setPixmap(self._theme.icon("ph.info" if good else "ph.warning", role).pixmap(18, 18))
        self._close.setIcon(self._theme.icon("ph.x", "text_2"))
        self.setStyleSheet(f"QFrame#banner {{ background: {ground}; border-radius: {RADIUS}px; }}")
