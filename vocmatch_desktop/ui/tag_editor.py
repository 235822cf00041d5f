"""Typing tags: a line with the library's own tags as suggestions, commas between them."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QStringListModel, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

LONGEST_TAG = 40


def tidy(text: str) -> tuple[str, ...]:
    """The tags in a line: split at commas, without "#" and blanks, each once however it is written."""
    tags: dict[str, str] = {}
    for part in text.split(","):
        tag = " ".join(part.strip().lstrip("#").split())[:LONGEST_TAG]
        if tag:
            tags.setdefault(tag.casefold(), tag)
    return tuple(tags.values())


class TagEditor(QLineEdit):
    """One line for all tags of a beat; suggestions complete the tag under the cursor, not the whole line."""

    def __init__(self, parent: QWidget | None = None, known: Iterable[str] = ()) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Tags"))
        self.setPlaceholderText(self.tr("lo-fi, guitar, …"))
        self._suggestions = QCompleter(QStringListModel(sorted(set(known), key=str.casefold), self), self)
        self._suggestions.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._suggestions.setWidget(self)
        self._suggestions.activated.connect(self._complete)
        self.textEdited.connect(self._suggest)

    def set_tags(self, tags: Iterable[str]) -> None:
        """Starts from tags there are, ready for the next one."""
        text = ", ".join(tags)
        self.setText(f"{text}, " if text else "")
        # A table selects all of a line it opens, after this: the first letter would wipe the tags there are.
        QTimer.singleShot(0, self._go_to_end)

    def _go_to_end(self) -> None:
        self.end(False)

    def tags(self) -> tuple[str, ...]:
        """What was typed, tidied."""
        return tidy(self.text())

    def event(self, event: QEvent) -> bool:
        """Keeps letters and digits from reaching the window's shortcuts while someone types."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.text().isprintable():
            event.accept()
        return super().event(event)

    def _suggest(self) -> None:
        typed = self._current().strip().lstrip("#")
        self._suggestions.setCompletionPrefix(typed)
        if typed and self._suggestions.completionCount():
            self._suggestions.complete()
        else:
            self._suggestions.popup().hide()

    def _current(self) -> str:
        return self.text()[: self.cursorPosition()].rpartition(",")[2]

    def _complete(self, tag: str) -> None:
        before = self.text()[: self.cursorPosition()].rpartition(",")[0]
        after = self.text()[self.cursorPosition() :].lstrip(", ")
        start = f"{before}, {tag}, " if before else f"{tag}, "
        self.setText(start + after)
        self.setCursorPosition(len(start))
