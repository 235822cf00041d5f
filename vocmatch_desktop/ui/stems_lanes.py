"""The lanes of the open song under one ruler: which are chosen, what the keys do, what each handle takes out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QGridLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from vocmatch_desktop.ui.scrolled import scrolled
from vocmatch_desktop.ui.stems_lane import CHIP_PX, HEAD_PX, LaneRow
from vocmatch_desktop.ui.stems_note import StemsNote
from vocmatch_desktop.ui.stems_state import LOUDEST_DB, QUIETEST_DB, Song, StemLane, Stems, StemsCommands
from vocmatch_desktop.ui.stems_wave import StemRuler, StemWave
from vocmatch_desktop.ui.theme import SPACE_2, SPACE_4, Theme

MIX_PX = 36
SILENT = 1e-3
"""No song is drawn as if it were louder than this: silence stays a line."""
SEEK_S, FINE_SEEK_S = 5.0, 1.0
LEVEL_STEP_DB = 1.0
_MEANT = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
_SHIFT, _CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


class StemLanes(QWidget):
    """Shows `Stems`; one playhead runs over all of it."""

    chosen_changed = Signal()
    copy_wanted = Signal(object)
    """tuple[Path, ...]"""
    show_wanted = Signal(object)
    """Path"""
    failed = Signal(object)
    """A UserError: a file vanished since."""

    def __init__(self, commands: StemsCommands, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._commands, self._theme = commands, theme
        self._stems, self._song = Stems(), None
        self._anchor = ""
        self._loudest = 1.0
        self.rows: dict[str, LaneRow] = {}
        self._made: dict[str, LaneRow] = {}
        self.ruler = StemRuler(theme)
        self.ruler.seek_requested.connect(commands.seek)
        self._holder = QWidget()
        self._column = QVBoxLayout(self._holder)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addStretch(0)
        self._area = scrolled(self._holder)
        self.mix = StemWave("", theme)
        self.mix.setFixedHeight(MIX_PX)
        self.mix.setAccessibleName(self.tr("Waveform of the song"))
        self.mix.seek_requested.connect(commands.seek)
        self.note = StemsNote(theme)
        self.pages = QStackedWidget()
        for page in (self.note, self._area):
            self.pages.addWidget(page)
        self._lay_out()

    def _lay_out(self) -> None:
        self._top = QGridLayout()
        self._top.setSpacing(0)
        self._top.setColumnMinimumWidth(0, HEAD_PX + SPACE_2)
        self._top.setColumnStretch(1, 1)
        self._song_words = QLabel(self.tr("Song"))
        self._song_words.setProperty("secondary", True)
        self._song_words.setIndent(SPACE_4)
        self._top.addWidget(self.ruler, 0, 1)
        self._top.addWidget(self._song_words, 1, 0)
        self._top.addWidget(self.mix, 1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._top)
        column.addWidget(self.pages, 1)
        self._area.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The ruler ends where the waveforms end, with and without a scroll bar beside them."""
        if event.type() == QEvent.Type.Resize:
            beside = self._area.width() - self._area.viewport().width()
            self._top.setContentsMargins(0, 0, CHIP_PX + 2 * SPACE_2 + beside, 0)
        return False

    # Showing

    def show_stems(self, stems: Stems, song: Song | None) -> None:
        """Shows the open song; lanes stay where their names stay the same."""
        if stems.song != self._stems.song or tuple(self.rows) != tuple(lane.name for lane in stems.lanes):
            self._use([lane.name for lane in stems.lanes])
        if stems.mix is not self._stems.mix:
            self._loudest = _loudest(stems)
        self._stems, self._song = stems, song
        self.ruler.show_duration(stems.duration_s)
        self.mix.show_stem(stems.mix, stems.duration_s, loudest=self._loudest)
        for widget in (self.mix, self._song_words):
            widget.setVisible(stems.mix is not None)
        self.pages.setCurrentWidget(self._area if stems.lanes else self.note)
        for lane in stems.lanes:
            self.rows[lane.name].show_lane(lane, stems.duration_s, self._loudest)
        self._show_files()

    def set_playhead(self, song_s: float | None) -> None:
        """Moves the one playhead."""
        self.ruler.set_playhead(song_s)
        self.mix.set_playhead(song_s)
        for row in self.rows.values():
            row.wave.set_playhead(song_s)

    def prepare(self, stems: Sequence[str]) -> None:
        """Makes the lanes that a song will need, one a turn of the event loop: all at once would be felt."""
        missing = next((stem for stem in stems if stem not in self._made), None)
        if missing is not None:
            self._made[missing] = self._make_row(missing)
            QTimer.singleShot(0, self, lambda: self.prepare(stems))

    def _use(self, stems: Sequence[str]) -> None:
        """Puts these lanes under each other; what was made for another song is used again."""
        for row in self.rows.values():
            self._column.removeWidget(row)
            row.hide()
            row.chosen = False
        self._anchor = ""
        self._made.update({stem: self._make_row(stem) for stem in stems if stem not in self._made})
        self.rows = {stem: self._made[stem] for stem in stems}
        for place, row in enumerate(self.rows.values()):
            self._column.insertWidget(place, row, 1)
            row.show()
        self.set_playhead(self.ruler.playhead_s)
        self.chosen_changed.emit()

    def _make_row(self, stem: str) -> LaneRow:
        row = LaneRow(stem, self._commands, self._theme, self._press, self._holder)
        row.hide()
        for part in (row, *row.findChildren(QWidget)):
            part.ensurePolished()
        row.picked.connect(lambda modifiers: self._pick(stem, modifiers))
        row.wave.seek_requested.connect(self._commands.seek)
        row.chip.copy_wanted.connect(lambda _: self.copy_wanted.emit(row.chip.paths))
        row.chip.show_wanted.connect(self.show_wanted)
        row.chip.failed.connect(self.failed)
        return row

    def _show_files(self) -> None:
        """A chosen lane's handle takes all the chosen ones along."""
        song = self._song
        busy = song.fraction if song is not None and song.phase == "working" else None
        files = {lane.name: lane.path for lane in self._stems.lanes}
        chosen = [path for stem in self.chosen if (path := files[stem]) is not None]
        for stem, row in self.rows.items():
            own = files[stem]
            paths: list[Path] = []
            if own is not None:
                others = [path for path in chosen if path != own] if row.chosen else []
                paths = [own, *others]
            row.show_files(paths, self._why_not(stem), busy)

    def _why_not(self, stem: str) -> str:
        """The name the file will have, so that nothing jumps when it is there."""
        if self._song is not None and self._song.phase == "working":
            return f"{self._song.title} - {stem}.wav"
        return self.tr("not computed")

    # Choosing

    @property
    def chosen(self) -> tuple[str, ...]:
        """The selected stems, from top to bottom."""
        return tuple(stem for stem, row in self.rows.items() if row.chosen)

    def choose(self, stems: Sequence[str]) -> None:
        """Selects these stems."""
        for stem, row in self.rows.items():
            row.chosen = stem in stems
        self._show_files()
        self.chosen_changed.emit()

    def focus_lanes(self) -> None:
        """Gives the keys to the lane that had them, or the first."""
        if self.rows:
            self.rows.get(self._anchor, next(iter(self.rows.values()))).setFocus()

    def _pick(self, stem: str, modifiers: Qt.KeyboardModifier) -> None:
        self.rows[stem].setFocus()
        if modifiers & _CTRL:
            self._anchor = stem
            others = [other for other in self.chosen if other != stem]
            self.choose(others if self.rows[stem].chosen else [*others, stem])
        else:
            self._go(stem, extend=bool(modifiers & _SHIFT))

    def _go(self, stem: str, extend: bool) -> None:
        """Makes a lane the keyboard's; alone, or with all between it and where the selection began."""
        row = self.rows[stem]
        row.setFocus()
        self._area.ensureWidgetVisible(row, 0, 0)
        if not extend or self._anchor not in self.rows:
            self._anchor = stem
        order = list(self.rows)
        first, last = sorted((order.index(self._anchor), order.index(stem)))
        self.choose(order[first : last + 1])

    @property
    def _current(self) -> str | None:
        """The lane that has the keys."""
        busy = self.focusWidget()
        here = (stem for stem, row in self.rows.items() if busy is not None and (row is busy or row.isAncestorOf(busy)))
        return next(here, None)

    # Keys

    def _press(self, event: QKeyEvent) -> bool:
        """Does what a key means to the lanes; False where it means nothing."""
        current = self._current
        if current is None:
            return False
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_wanted.emit(self.rows[current].chip.paths)
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self.choose(tuple(self.rows))
        else:
            extend = bool(event.modifiers() & _SHIFT)
            act = self._actions(current, extend).get(Qt.Key(event.key()))
            if act is None or event.modifiers() & _MEANT & ~_SHIFT:
                return False
            act()
        return True

    def _actions(self, current: str, extend: bool) -> dict[Qt.Key, Callable[[], None]]:
        key, lane = Qt.Key, self._lane(current)
        jump_s = FINE_SEEK_S if extend else SEEK_S
        return {
            key.Key_Up: lambda: self._step(current, -1, extend),
            key.Key_Down: lambda: self._step(current, 1, extend),
            key.Key_Left: lambda: self._jump(-jump_s),
            key.Key_Right: lambda: self._jump(jump_s),
            key.Key_Home: lambda: self._commands.seek(0.0),
            key.Key_S: lambda: self._each(current, lambda stem: self._commands.solo(stem, not lane.soloed)),
            key.Key_M: lambda: self._each(current, lambda stem: self._commands.mute(stem, not lane.muted)),
            key.Key_Plus: lambda: self._turn(current, LEVEL_STEP_DB),
            key.Key_Minus: lambda: self._turn(current, -LEVEL_STEP_DB),
            key.Key_0: lambda: self._each(current, lambda stem: self._commands.set_level(stem, 0.0)),
        }

    def _lane(self, stem: str) -> StemLane:
        return next(lane for lane in self._stems.lanes if lane.name == stem)

    def _each(self, current: str, do: Callable[[str], None]) -> None:
        """For all chosen lanes where the keyboard's is one of them, else for that one."""
        for stem in self.chosen if current in self.chosen else (current,):
            do(stem)

    def _step(self, current: str, by: int, extend: bool) -> None:
        order = list(self.rows)
        place = order.index(current) + by
        if 0 <= place < len(order):
            self._go(order[place], extend)

    def _turn(self, current: str, by_db: float) -> None:
        def turn(stem: str) -> None:
            level_db = self._lane(stem).level_db + by_db
            self._commands.set_level(stem, min(max(level_db, QUIETEST_DB), LOUDEST_DB))

        self._each(current, turn)

    def _jump(self, by_s: float) -> None:
        here = self.ruler.playhead_s or 0.0
        self._commands.seek(min(max(here + by_s, 0.0), self._stems.duration_s))


def _loudest(stems: Stems) -> float:
    """The peak of the song, to which all its lanes are drawn; full scale where that is not known."""
    if stems.mix is None or not len(stems.mix.heights):
        return 1.0
    return max(float(stems.mix.heights.max()), SILENT)
