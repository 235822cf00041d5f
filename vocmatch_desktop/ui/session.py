"""What the window shows: one state object with signals. What it can be told stands in `commands`.

Widgets get both in their constructors. They read the state, listen to its signals and call commands; nothing in a
widget decides anything about takes, beats or files. Tests hand in the real state and a fake of the commands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from vocmatch_desktop.melody.controls import Controls
from vocmatch_desktop.settings import Settings
from vocmatch_desktop.types import Key, Match, Selection, Take, TempoHypothesis
from vocmatch_desktop.ui.library_rows import Row
from vocmatch_desktop.ui.melody_state import Hearing, Melody, MelodyFiles
from vocmatch_desktop.ui.stems_state import Song, StemOptions, Stems, StemSaving

FitState = Literal["none", "waiting", "working", "ready", "failed"]
Activity = Literal["idle", "counting_in", "recording", "playing"]
Source = Literal["none", "take", "beat", "match"]


@dataclass(frozen=True, slots=True)
class Ranking:
    """The library ranked for one take; `matches` best first. `key` and `tempo` are the take's own."""

    take: Path
    selection: Selection | None
    matches: tuple[Match, ...]
    key: Key | None = None
    tempo: tuple[TempoHypothesis, ...] = ()
    elapsed_s: float = 0.0

    def match(self, beat_id: int) -> Match | None:
        """The beat's match, None where it was not ranked."""
        return next((match for match in self.matches if match.beat_id == beat_id), None)


@dataclass(frozen=True, slots=True)
class Indexing:
    """How far the scan of the folders is; `left_s` is None while nobody can tell."""

    done: int
    total: int
    left_s: float | None = None
    problems: int = 0


@dataclass(frozen=True, slots=True)
class Audition:
    """What ↑/↓ plays: the beat as it is (`fitted` False) or bent to the take."""

    beat_id: int | None = None
    fitted: bool = True
    playing: bool = False


@dataclass(frozen=True, slots=True)
class FittedFile:
    """The file a drag carries: only `ready` may be dragged. `fraction` 0…1 while `working`."""

    beat_id: int
    state: FitState = "none"
    path: Path | None = None
    fraction: float = 0.0
    problem: str = ""
    take_path: Path | None = None
    """The take, padded so that it lies right when dropped on the same bar as the fitted beat."""


@dataclass(frozen=True, slots=True)
class Playhead:
    """Where the sound is now; None for what does not sound. `beat_s` counts in the original beat `beat_id`."""

    take_s: float | None = None
    beat_s: float | None = None
    beat_id: int | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """One calm sentence for the banner, what to do, and at most one action: its words, a command's name, arguments."""

    message: str
    remedy: str = ""
    action: str = ""
    command: str = ""
    arguments: tuple[object, ...] = ()
    good_news: bool = False


@dataclass(frozen=True, slots=True)
class Engine:
    """What the status line's right end says; empty and 0 where not known yet."""

    provider: str = ""
    rate: int = 0
    overflows: int = 0


@dataclass(frozen=True, slots=True)
class Tempo:
    """The project's tempo: `source` says where it came from, `locked` that neither a beat nor a take may change it."""

    bpm: float | None = None
    source: Literal["none", "typed", "tapped", "beat", "take"] = "none"
    locked: bool = False


@dataclass(frozen=True, slots=True)
class DeviceChoice:
    """A sound device as the choosers show it."""

    name: str
    channels: int
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class DeviceList:
    """What can be recorded from and played to; `known` is False until the sound system answered."""

    inputs: tuple[DeviceChoice, ...] = ()
    outputs: tuple[DeviceChoice, ...] = ()
    known: bool = False


@dataclass(slots=True)
class _Values:
    """The state itself; only `Session` touches it."""

    takes: tuple[Take, ...] = ()
    take: Take | None = None
    selection: Selection | None = None
    ranking: Ranking | None = None
    ranking_busy: bool = False
    beat_id: int | None = None
    audition: Audition = field(default_factory=Audition)
    activity: Activity = "idle"
    indexing: Indexing | None = None
    engine: Engine = field(default_factory=Engine)
    tempo: Tempo = field(default_factory=Tempo)
    devices: DeviceList = field(default_factory=DeviceList)
    looping: bool = False
    click: bool = False
    demo: bool = False
    read_only: bool = False
    settings: Settings = field(default_factory=Settings)
    melody: Melody = field(default_factory=Melody)
    melody_files: MelodyFiles = field(default_factory=MelodyFiles)
    melody_controls: Controls = field(default_factory=Controls)
    hearing: Hearing = "voice"
    songs: tuple[Song, ...] = ()
    stems: Stems = field(default_factory=Stems)
    stem_options: StemOptions = field(default_factory=StemOptions)
    stem_saving: StemSaving = field(default_factory=StemSaving)


def _state(name: str) -> property:
    """A property of the session that emits `<name>_changed` with its new value when it really changes."""

    def get(session: Session) -> object:
        return getattr(session._values, name)

    def put(session: Session, value: object) -> None:
        if getattr(session._values, name) != value:
            setattr(session._values, name, value)
            getattr(session, f"{name}_changed").emit(value)

    return property(get, put)


class Session(QObject):
    """Everything the window shows. Every `x` has a signal `x_changed(x)`; assigning is what emits it.

    The library's rows are sent as they come and go (`tracks_put`, `tracks_dropped`, `tracks_cleared`) and can be looked
    up in `tracks`. `playhead_moved` comes at screen rate while something sounds.
    """

    takes_changed = Signal(object)
    take_changed = Signal(object)
    selection_changed = Signal(object)
    ranking_changed = Signal(object)
    ranking_busy_changed = Signal(bool)
    beat_id_changed = Signal(object)
    audition_changed = Signal(object)
    activity_changed = Signal(str)
    indexing_changed = Signal(object)
    engine_changed = Signal(object)
    tempo_changed = Signal(object)
    devices_changed = Signal(object)
    looping_changed = Signal(bool)
    click_changed = Signal(bool)
    demo_changed = Signal(bool)
    read_only_changed = Signal(bool)
    settings_changed = Signal(object)
    melody_changed = Signal(object)
    melody_files_changed = Signal(object)
    melody_controls_changed = Signal(object)
    hearing_changed = Signal(str)
    songs_changed = Signal(object)
    stems_changed = Signal(object)
    stem_options_changed = Signal(object)
    stem_saving_changed = Signal(object)

    tracks_put = Signal(object)  # tuple[Row, ...]
    tracks_dropped = Signal(object)  # tuple[int, ...]
    tracks_cleared = Signal()
    fitted_changed = Signal(object)  # FittedFile
    playhead_moved = Signal(object)  # Playhead
    song_playhead = Signal(float)  # seconds of the open song
    found = Signal(str, object)  # the words searched for, frozenset[int] of the ids that have them
    problem = Signal(object)  # Problem, or None when the trouble is over
    problem_over = Signal(object)  # the Problem that need not be shown any longer, if it still is

    takes: tuple[Take, ...] = _state("takes")
    take: Take | None = _state("take")
    selection: Selection | None = _state("selection")
    ranking: Ranking | None = _state("ranking")
    ranking_busy: bool = _state("ranking_busy")
    beat_id: int | None = _state("beat_id")
    audition: Audition = _state("audition")
    activity: Activity = _state("activity")
    indexing: Indexing | None = _state("indexing")
    engine: Engine = _state("engine")
    tempo: Tempo = _state("tempo")
    devices: DeviceList = _state("devices")
    looping: bool = _state("looping")
    click: bool = _state("click")
    demo: bool = _state("demo")
    read_only: bool = _state("read_only")
    settings: Settings = _state("settings")
    melody: Melody = _state("melody")
    melody_files: MelodyFiles = _state("melody_files")
    melody_controls: Controls = _state("melody_controls")
    hearing: Hearing = _state("hearing")
    songs: tuple[Song, ...] = _state("songs")
    stems: Stems = _state("stems")
    stem_options: StemOptions = _state("stem_options")
    stem_saving: StemSaving = _state("stem_saving")

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._values = _Values(settings=settings, tempo=Tempo(settings.bpm, "typed" if settings.bpm else "none"))
        self._tracks: dict[int, Row] = {}
        self._fitted: dict[int, FittedFile] = {}
        self.undo = QUndoStack(self)

    @property
    def tracks(self) -> Mapping[int, Row]:
        """The library's rows by track id."""
        return self._tracks

    @property
    def match(self) -> Match | None:
        """The selected beat's match with the current take; None while the ranking is still another take's."""
        if self.ranking is None or self.beat_id is None or self.take is None:
            return None
        if self.ranking.take != self.take.folder:
            return None
        return self.ranking.match(self.beat_id)

    def put_tracks(self, rows: Iterable[Row]) -> None:
        """Adds rows or replaces those with the same id."""
        new = tuple(rows)
        self._tracks.update((row.id, row) for row in new)
        if new:
            self.tracks_put.emit(new)

    def drop_tracks(self, track_ids: Iterable[int]) -> None:
        """Takes rows away."""
        gone = tuple(track_id for track_id in track_ids if self._tracks.pop(track_id, None) is not None)
        if gone:
            self.tracks_dropped.emit(gone)

    def clear_tracks(self) -> None:
        """Another library is being opened."""
        self._tracks.clear()
        self._fitted.clear()
        self.beat_id = None
        self.ranking = None
        self.tracks_cleared.emit()

    def fitted(self, beat_id: int) -> FittedFile:
        """The state of a beat's fitted file for the current take."""
        return self._fitted.get(beat_id, FittedFile(beat_id))

    def set_fitted(self, fitted: FittedFile) -> None:
        """Says how far a fitted file is."""
        self._fitted[fitted.beat_id] = fitted
        self.fitted_changed.emit(fitted)

    def forget_fitted(self) -> None:
        """The take or its selection changed: no fitted file belongs to it yet."""
        known, self._fitted = self._fitted, {}
        for beat_id in known:
            self.fitted_changed.emit(FittedFile(beat_id))
