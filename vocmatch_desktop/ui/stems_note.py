"""What stands where lanes will be: a sentence that teaches, and a way to begin."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton, QWidget

from vocmatch_desktop.ui.empty_state import TeachingNote
from vocmatch_desktop.ui.theme import SPACE_5, Theme


class StemsNote(TeachingNote):
    """Says how far the open song is, or how to begin."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.choose = QPushButton(self.tr("Choose songs …"))
        self.choose.setProperty("primary", True)
        self._lay_out(self.choose, side_px=2 * SPACE_5)

    def say(self, sentence: str, detail: str, framed: bool = False, choose: bool = False) -> None:
        """Shows a sentence with what to do; `framed`: here things can be dropped, `choose`: offers to choose files."""
        self._say(sentence, detail, framed)
        self.choose.setVisible(choose)
