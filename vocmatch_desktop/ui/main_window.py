"""The window: transport, live view and takes, the rooms, the library with its match, banner and status line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QPaintEvent, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QMainWindow,
    QSplitter,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from vocmatch_desktop.library.records import NotTaken
from vocmatch_desktop.settings import Places
from vocmatch_desktop.types import PitchTrack, Take, TakeFeatures
from vocmatch_desktop.ui.banner import Banner
from vocmatch_desktop.ui.commands import LibraryCommands, TransportCommands
from vocmatch_desktop.ui.drag import Dropped
from vocmatch_desktop.ui.drop_zone import DropZone
from vocmatch_desktop.ui.folders import FoldersList
from vocmatch_desktop.ui.left_out import LeftOutList
from vocmatch_desktop.ui.library_model import LibraryModel
from vocmatch_desktop.ui.library_page import LibraryPage
from vocmatch_desktop.ui.live_view import LiveView
from vocmatch_desktop.ui.match_pane import MatchPane
from vocmatch_desktop.ui.melody_panel import MelodyPanel
from vocmatch_desktop.ui.melody_state import MelodyCommands
from vocmatch_desktop.ui.page import Page
from vocmatch_desktop.ui.search_box import SearchBox
from vocmatch_desktop.ui.session import Problem, Session
from vocmatch_desktop.ui.settings_page import SettingsPage
from vocmatch_desktop.ui.shortcuts import EnterPresses, ShortcutsPage, install
from vocmatch_desktop.ui.songs_column import RightColumn
from vocmatch_desktop.ui.songs_panel import SongsPanel
from vocmatch_desktop.ui.spectrogram import Columns
from vocmatch_desktop.ui.status import StatusLine
from vocmatch_desktop.ui.stems_panel import StemsPanel
from vocmatch_desktop.ui.stems_state import StemsCommands
from vocmatch_desktop.ui.takes_panel import TakesPanel
from vocmatch_desktop.ui.theme import SPACE_2, SPACE_4, Theme
from vocmatch_desktop.ui.timeline import Grid, take_grid
from vocmatch_desktop.ui.transport import Transport

FIRST_SIZE = (1440, 900)
FRAME = QSize(16, 48)
"""Room for the frame the system draws around a window; how large it is nobody knows before the window is shown."""
SMALLEST_SIZE = (980, 620)
TAKES_PX, MATCH_PX, STEMS_PX, LIVE_PX = 264, 400, 344, 250


@dataclass(frozen=True, slots=True)
class Commands:
    """Everything the window can ask for: of takes, beats, melody and stems, and what a banner's action runs."""

    takes: TransportCommands
    beats: LibraryCommands
    melody: MelodyCommands
    stems: StemsCommands
    cancel_indexing: Callable[[], None]
    act: Callable[[Problem], None]


class MainWindow(QMainWindow):
    """Puts the widgets together; emits `painted` once, after its first paint, and `closing` when it is closed."""

    painted = Signal()
    closing = Signal()

    def __init__(self, session: Session, commands: Commands, theme: Theme, places: Places, store: QSettings) -> None:
        super().__init__()
        self.setWindowTitle("VocMatch")
        self.setMinimumSize(*SMALLEST_SIZE)
        self._session, self._commands, self._theme, self._store = session, commands, theme, store
        self._painted = False
        self._shown: Path | None = None
        self._heard: tuple[Path, PitchTrack, float] | None = None
        self.transport = Transport(session, commands.takes, theme)
        self.live = LiveView(session, commands.takes, theme)
        self.takes = TakesPanel(session, commands.takes, commands.beats, theme)
        self.model = LibraryModel(self)
        self.library = LibraryPage(session, commands.beats, theme, self.model)
        self.search = SearchBox(session, commands.beats, theme)
        self.match = MatchPane(session, commands.beats, theme)
        self.melody = MelodyPanel(session, commands.melody, theme)
        self.stems = StemsPanel(session, commands.stems, theme)
        self.songs = SongsPanel(session, commands.stems, theme)
        self.right = RightColumn(self.takes, self.songs)
        self.banner = Banner(session, commands.act, theme)
        clear_overflows = commands.takes.clear_overflows
        self.status = StatusLine(session, commands.cancel_indexing, commands.stems.cancel, clear_overflows)
        folders = FoldersList(session, commands.beats, theme)
        settings = SettingsPage(session, commands.takes, commands.beats, places, folders)
        self.settings = Page(self.tr("Settings"), settings, theme)
        self.shortcuts = Page(self.tr("Keys"), ShortcutsPage(), theme)
        self.left_out = LeftOutList()
        self.left_out_page = Page(self.tr("Files that were left out"), self.left_out, theme)
        self._lay_out()
        self._listen()
        self._restore()

    def show_page(self, page: QWidget) -> None:
        """Shows the desk, the settings or the keys."""
        self.pages.setCurrentWidget(page)
        if page is self.desk and self.room_pages.currentWidget() is self.lower:
            self.library.focus_table()

    def show_room(self, room: QWidget) -> None:
        """Shows one of the rooms: `lower` (Match), `melody` or `stems`."""
        self.rooms.setCurrentIndex(self.room_pages.indexOf(room))

    def _enter_room(self, index: int) -> None:
        left = self.room_pages.currentWidget()
        self.room_pages.setCurrentIndex(index)
        room = self.room_pages.currentWidget()
        for here, commands in ((self.melody, self._commands.melody), (self.stems, self._commands.stems)):
            if left is here and room is not here:
                commands.leave()
        if room is self.melody:
            self._commands.melody.enter()
            self.melody.roll.setFocus()
        elif room is self.stems:
            self._commands.stems.enter()
            self.stems.lanes.focus_lanes()
        self.right.show_list(self.songs if room is self.stems else self.takes)

    def begin_take(self, rate: int, grid: Grid | None) -> None:
        """A take is being sung."""
        self._shown = None
        self.live.begin(rate)
        self.melody.set_live_grid(grid)
        self._use_grid(grid)

    def show_take(self, take: Take, columns: Columns) -> None:
        """The picture of the take that was opened."""
        self._shown = take.folder
        self.live.show_take(columns, take.duration_s)
        self._use_grid(take_grid(take))
        if self._heard is not None and self._heard[0] == take.folder:
            self.live.show_pitch(*self._heard[1:])

    def show_heard(self, take: Take, heard: TakeFeatures, offset_s: float) -> None:
        """The pitch line of a take; it may be known before its picture is."""
        self._heard = (take.folder, heard.pitch, offset_s)
        if self._shown == take.folder and not self.live.live:
            self.live.show_pitch(heard.pitch, offset_s)

    def _use_grid(self, grid: Grid | None) -> None:
        self.live.set_grid(grid)
        self.transport.set_grid(grid)

    def show_left_out(self, left_out: tuple[NotTaken, ...]) -> None:
        """Shows which files indexing left out, and why."""
        self.left_out.show_files(left_out)
        self.show_page(self.left_out_page)

    def _lay_out(self) -> None:
        self.upper = _splitter(Qt.Orientation.Horizontal, self.live, self.right)
        self.lower = _splitter(Qt.Orientation.Horizontal, self.library, self.match)
        self.room_pages = QStackedWidget()
        for room in (self.lower, self.melody, self.stems):
            self.room_pages.addWidget(room)
        self.middle = _splitter(Qt.Orientation.Vertical, self.upper, self._column(self._rooms(), self.room_pages))
        self.desk = self._column(_line(), self.middle)
        self.pages = QStackedWidget()
        for page in (self.desk, self.settings, self.shortcuts, self.left_out_page):
            self.pages.addWidget(page)
        self.setCentralWidget(self._column(self.transport, self.pages, self.banner, _line(), self.status))
        DropZone(self.live, self._theme, self._words_above, self._drop_above)
        DropZone(self.takes, self._theme, self._drop_words, self._take_drop)
        for place in (self.stems, self.songs):
            DropZone(place, self._theme, self._song_words, self._take_songs)

    def _rooms(self) -> QWidget:
        self.rooms = QTabBar(drawBase=False, expanding=False, usesScrollButtons=False)
        for name in (self.tr("Match"), self.tr("Melody"), self.tr("Stems")):
            self.rooms.addTab(name)
        self.rooms.setAccessibleName(self.tr("Rooms"))
        body = QWidget()
        row = QHBoxLayout(body)
        row.setContentsMargins(SPACE_4, SPACE_2, SPACE_4, SPACE_2)
        row.addWidget(self.rooms)
        row.addStretch(1)
        row.addWidget(self.search)
        return body

    def _column(self, *widgets: QWidget) -> QWidget:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in widgets:
            column.addWidget(widget, 1 if isinstance(widget, QSplitter | QStackedWidget) else 0)
        return body

    def _listen(self) -> None:
        self.transport.settings_requested.connect(
            lambda: self.show_page(self.desk if self.pages.currentWidget() is self.settings else self.settings)
        )
        for page in (self.settings, self.shortcuts, self.left_out_page):
            page.left.connect(lambda: self.show_page(self.desk))
        self.rooms.currentChanged.connect(self._enter_room)
        self.songs.choose_wanted.connect(self.stems.choose_songs)
        self.songs.room_wanted.connect(lambda: self.show_room(self.stems))
        self.search.query_changed.connect(self.library.set_query)
        self.search.left.connect(self.library.focus_table)
        self.library.empty.clear_search_wanted.connect(self.search.clear)
        self.model.counts_changed.connect(self.status.set_counts)
        self._session.take_changed.connect(self._follow_take)
        self._session.tracks_cleared.connect(lambda: self.centralWidget().setFocus())
        self._keys = install(self, self._actions())
        EnterPresses(QApplication.instance(), self)

    def _actions(self) -> Mapping[str, Callable[[], None]]:
        session, takes = self._session, self._commands.takes
        return {
            "play": takes.play_or_stop,
            "record": takes.record,
            "loop": lambda: takes.set_loop(not session.looping),
            "click": lambda: takes.set_click(not session.click),
            "tap": self.transport.tap,
            "fitted": lambda: self._commands.beats.set_fitted_mode(not session.audition.fitted),
            "search": self._search,
            "hearing": self._change_over,
            "undo": lambda: self._commands.melody.undo() if self._in_melody() else session.undo.undo(),
            "redo": lambda: self._commands.melody.redo() if self._in_melody() else session.undo.redo(),
            "settings": lambda: self.show_page(self.settings),
            "shortcuts": lambda: self.show_page(self.shortcuts),
        }

    def _in_melody(self) -> bool:
        """Whether undo means the melody: its room is shown, and the hand is not busy with the takes."""
        busy = self.focusWidget()
        above = busy is not None and self.upper.isAncestorOf(busy)
        return self.room_pages.currentWidget() is self.melody and not above

    def _change_over(self) -> None:
        if self.room_pages.currentWidget() is self.melody:
            self._commands.melody.hear("voice" if self._session.hearing == "piano" else "piano")

    def _search(self) -> None:
        self.show_page(self.desk)
        self.show_room(self.lower)
        self.search.focus_search()

    def _back(self) -> None:
        if self.pages.currentWidget() is not self.desk:
            self.show_page(self.desk)
        else:
            self.banner.dismiss()

    def _drop_words(self, drop: Dropped) -> str:
        if self._session.read_only:
            return ""
        if drop.sounds:
            return self.tr("Drop to import as a take")
        return self.tr("Drop to add to the library") if drop.folders else ""

    def _take_drop(self, drop: Dropped) -> None:
        if drop.sounds:
            self._commands.takes.import_takes(drop.sounds)
        if drop.folders:
            self._commands.beats.add_folders(drop.folders)

    def _song_words(self, drop: Dropped) -> str:
        if self._session.read_only or not drop.wanted:
            return ""
        return self.tr("Drop to add to the songs")

    def _take_songs(self, drop: Dropped) -> None:
        self._commands.stems.add_songs((*drop.folders, *drop.sounds))
        self.show_room(self.stems)

    def _words_above(self, drop: Dropped) -> str:
        return self._song_words(drop) if self._in_stems() else self._drop_words(drop)

    def _drop_above(self, drop: Dropped) -> None:
        self._take_songs(drop) if self._in_stems() else self._take_drop(drop)

    def _in_stems(self) -> bool:
        return self.room_pages.currentWidget() is self.stems

    def _follow_take(self, take: Take | None) -> None:
        self.setWindowTitle(self.tr("{0} – VocMatch").format(take.name) if take else "VocMatch")
        if take is None:
            self._shown = None
            self.live.show_nothing()
            self._use_grid(None)
        elif take.folder == self._shown and not self.live.live:
            self._use_grid(take_grid(take))

    # Where things stood last time

    def _restore(self) -> None:
        room = self.screen().availableGeometry().size() - FRAME
        self.resize(QSize(*FIRST_SIZE).boundedTo(room))
        for splitter, sizes in (
            (self.upper, [self.width() - TAKES_PX, TAKES_PX]),
            (self.lower, [self.width() - MATCH_PX, MATCH_PX]),
            (self.melody, [self.width() - MATCH_PX, MATCH_PX]),
            (self.stems, [self.width() - STEMS_PX, STEMS_PX]),
            (self.middle, [LIVE_PX, self.height() - LIVE_PX]),
        ):
            splitter.setSizes(sizes)
        for name, part in self._parts().items():
            kept = self._store.value(f"window/{name}")
            if isinstance(kept, QByteArray):
                part(kept)
        columns = self._store.value("window/columns")
        if isinstance(columns, dict):
            self.library.restore_columns(columns)

    def _parts(self) -> dict[str, Callable[[QByteArray], bool]]:
        return {
            "geometry": self.restoreGeometry,
            "upper": self.upper.restoreState,
            "lower": self.lower.restoreState,
            "melody": self.melody.restoreState,
            "stems": self.stems.restoreState,
            "middle": self.middle.restoreState,
        }

    def _remember(self) -> None:
        self._store.setValue("window/geometry", self.saveGeometry())
        for name in ("upper", "lower", "melody", "stems", "middle"):
            splitter: QSplitter = getattr(self, name)
            self._store.setValue(f"window/{name}", splitter.saveState())
        self._store.setValue("window/columns", self.library.column_state())
        self._store.sync()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc leads back, unless what has the keys has a use for it itself (a shortcut would leave it no choice)."""
        if event.key() == Qt.Key.Key_Escape:
            self._back()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """The list has the keys from the start."""
        super().showEvent(event)
        self.centralWidget().setFocus() if self.model.rowCount() == 0 else self.library.focus_table()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tells once that the window can be seen."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            self.painted.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remembers where things stood, then lets the desk clear up."""
        self._remember()
        self.closing.emit()
        event.accept()


def _splitter(orientation: Qt.Orientation, first: QWidget, second: QWidget) -> QSplitter:
    splitter = QSplitter(orientation)
    splitter.setHandleWidth(1)
    splitter.setChildrenCollapsible(False)
    splitter.addWidget(first)
    splitter.addWidget(second)
    shares = (1, 0) if orientation == Qt.Orientation.Horizontal else (1, 2)
    for place, share in enumerate(shares):
        splitter.setStretchFactor(place, share)
    return splitter


def _line() -> QWidget:
    line = QWidget(objectName="line")
    line.setFixedHeight(1)
    line.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    return line
