"""Words of which some can be clicked, or reached with Tab and chosen with Enter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QWidget

from vocmatch_desktop.ui.theme import Theme

_MOUSE_AND_KEYS = Qt.TextInteractionFlag.LinksAccessibleByMouse | Qt.TextInteractionFlag.LinksAccessibleByKeyboard


@dataclass(frozen=True, slots=True)
class Phrase:
    """Some words and what choosing them stands for; None where they only say something."""

    words: str
    target: object = None


class LinkLabel(QLabel):
    """Phrases one after the other; those with a target are in the fit colour and never broken inside."""

    chosen = Signal(object)
    """The target of the phrase that was chosen."""

    def __init__(self, theme: Theme, name: str, between: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._between = theme, between
        self._phrases: tuple[Phrase, ...] = ()
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setWordWrap(True)
        self.setAccessibleName(name)
        self.linkActivated.connect(lambda place: self.chosen.emit(self._phrases[int(place)].target))
        theme.changed.connect(self._write)

    def show_phrases(self, phrases: Sequence[Phrase]) -> None:
        """Puts these phrases in place of those shown; only those with a target take the keys."""
        self._phrases = tuple(phrases)
        linked = any(phrase.target is not None for phrase in phrases)
        self.setTextInteractionFlags(_MOUSE_AND_KEYS if linked else Qt.TextInteractionFlag.NoTextInteraction)
        self.setAccessibleDescription(", ".join(phrase.words for phrase in phrases))
        self.setVisible(bool(phrases))
        self._write()

    def _write(self) -> None:
        colour = self._theme.color("fit").name()
        written = []
        for place, phrase in enumerate(self._phrases):
            words = escape(phrase.words)
            if phrase.target is not None:
                style = f"color: {colour}; text-decoration: none"
                words = f'<a style="{style}" href="{place}">{words.replace(" ", "&nbsp;")}</a>'
            written.append(words)
        self.setText(self._between.join(written))
