"""The keys of the window, in one table: what they are, what they do, and the page (F1) that shows them.

A key never acts while someone types: a text field takes printable keys for itself before a shortcut sees them, and keys
with a meaning of their own in lists (↑, ↓, Enter, 1–5) are handled there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QGridLayout, QLabel, QWidget

from vocmatch_desktop.ui.theme import SPACE_2, SPACE_5


def tr(text: str) -> str:
    """Sentences of this module, translated when they are asked for."""
    return QCoreApplication.translate("Shortcuts", text)


@dataclass(frozen=True, slots=True)
class Key:
    """One shortcut: `action` names a function handed to `install`; empty where a list handles the key itself."""

    keys: tuple[str, ...]
    words: str
    action: str = ""
    glyphs: str = ""

    @property
    def shown(self) -> str:
        """As the page prints it."""
        return self.glyphs or tr(" or ").join(
            QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) for key in self.keys
        )


def table() -> tuple[Key, ...]:
    """All of them, in the order of the page."""
    return (
        Key(("Space",), tr("Play or stop"), "play"),
        Key(("R",), tr("Record, and stop recording"), "record"),
        Key(("L",), tr("Loop the selection"), "loop"),
        Key(("C",), tr("Metronome on or off"), "click"),
        Key(("T",), tr("Tap the tempo"), "tap"),
        Key(("Up", "Down"), tr("Move through the beats and hear each"), glyphs="↑ ↓"),
        Key(("Return",), tr("Keep the beat: pin it to the take and prepare its file"), glyphs="Enter"),
        Key(("F",), tr("Raw or fitted"), "fitted"),
        Key(("1", "5"), tr("Rate the beat; 0 takes the stars away"), glyphs="1 – 5"),
        Key(("A",), tr("Melody: hear the voice or its piano"), "hearing"),
        Key(("S",), tr("Melody: split notes at the playhead; a double-click splits or draws one. Stems: solo")),
        Key(("M",), tr("Stems: mute")),
        Key(("J",), tr("Melody: join the chosen notes")),
        Key(("+", "-"), tr("Melody: closer or farther; 0 shows all of it. Stems: louder or softer"), glyphs="+ −"),
        Key(("Ctrl+F", "/"), tr("Search"), "search"),
        Key(
            ("Left", "Right"),
            tr("Move the playhead in the take, or the chosen notes; with Shift, select or stretch"),
            glyphs="← →",
        ),
        Key(("F2",), tr("Rename the take; in the list, edit the beat's tags")),
        Key(("Ctrl+Up", "Ctrl+Down"), tr("Set the beat's tempo to double or half"), glyphs="Ctrl ↑ ↓"),
        Key(("Ctrl+C",), tr("Copy the beat's file")),
        Key(("Delete",), tr("Take the beat out of the library; its file stays")),
        Key(("Ctrl+Z",), tr("Undo"), "undo"),
        Key(("Ctrl+Shift+Z",), tr("Redo"), "redo"),
        Key(("Ctrl+,",), tr("Settings"), "settings"),
        Key(("F1",), tr("This page"), "shortcuts"),
        Key(("Escape",), tr("Back: clear the search, drop the selection, put a message away, leave a page")),
    )


def install(window: QWidget, actions: Mapping[str, Callable[[], None]]) -> tuple[QShortcut, ...]:
    """Binds the keys of `table` to `actions` in a window."""
    made = []
    for key in table():
        for sequence in key.keys if key.action in actions else ():
            shortcut = QShortcut(QKeySequence(sequence), window)
            shortcut.setAutoRepeat(key.action in ("undo", "redo"))
            shortcut.activated.connect(actions[key.action])
            made.append(shortcut)
    return tuple(made)


class EnterPresses(QObject):
    """Space belongs to the transport, so Enter presses the button that has the focus.

    It listens to that one button only: a filter on everything would cost Python time for every event.
    """

    def __init__(self, application: QApplication, parent: QObject) -> None:
        super().__init__(parent)
        application.focusChanged.connect(self._follow)

    def _follow(self, before: QWidget | None, now: QWidget | None) -> None:
        if isinstance(before, QAbstractButton | QComboBox):
            before.removeEventFilter(self)
        if isinstance(now, QAbstractButton | QComboBox):
            now.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Turns Enter on the focused button into a click."""
        if event.type() != QEvent.Type.KeyPress or event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return False
        if isinstance(watched, QComboBox):
            watched.showPopup()
        elif isinstance(watched, QAbstractButton):
            watched.click()
        return True


class ShortcutsPage(QWidget):
    """The table as a page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SPACE_5)
        grid.setVerticalSpacing(SPACE_2)
        for row, key in enumerate(table()):
            name = QLabel(key.shown)
            name.setProperty("tone", "fit")
            grid.addWidget(name, row, 0)
            grid.addWidget(QLabel(key.words), row, 1)
        grid.setColumnStretch(1, 1)
