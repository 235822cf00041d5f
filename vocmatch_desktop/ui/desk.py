"""The core behind the window: the flows, how they follow from each other, and which library is open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from vocmatch_desktop.library.catalogue import Catalogue
from vocmatch_desktop.library.takes import TakeStore
from vocmatch_desktop.services.demo import DemoPlaces, DemoReady, DemoSpec
from vocmatch_desktop.services.leftovers import sweep
from vocmatch_desktop.settings import Places
from vocmatch_desktop.types import Take, TakeFeatures
from vocmatch_desktop.ui.beat_desk import BeatDesk, BeatFlows
from vocmatch_desktop.ui.fitting_flow import AHEAD, FittingFlow
from vocmatch_desktop.ui.jobs_bridge import JobsBridge
from vocmatch_desktop.ui.library_flow import LibraryFlow
from vocmatch_desktop.ui.melody_desk import MelodyDesk, MelodyFlows
from vocmatch_desktop.ui.melody_files import MelodyFilesFlow
from vocmatch_desktop.ui.melody_flow import MelodyFlow
from vocmatch_desktop.ui.melody_live import MelodyLive
from vocmatch_desktop.ui.playback_flow import PlaybackFlow
from vocmatch_desktop.ui.ranking_flow import RankingFlow
from vocmatch_desktop.ui.recording_flow import RecordingFlow
from vocmatch_desktop.ui.session import Problem, Ranking, Session, Tempo
from vocmatch_desktop.ui.settings_flow import SettingsFlow
from vocmatch_desktop.ui.sound import Sound
from vocmatch_desktop.ui.stems_adding import StemsAdding
from vocmatch_desktop.ui.stems_choice import StemsChoice
from vocmatch_desktop.ui.stems_desk import StemsDesk, StemsFlows
from vocmatch_desktop.ui.stems_flow import StemsFlow
from vocmatch_desktop.ui.stems_pictures import StemsPictures
from vocmatch_desktop.ui.stems_playback import StemsPlayback
from vocmatch_desktop.ui.stems_saving import StemsSaving
from vocmatch_desktop.ui.take_desk import TakeDesk, TakeFlows
from vocmatch_desktop.ui.takes_flow import TakesFlow
from vocmatch_desktop.ui.timeline import take_grid
from vocmatch_desktop.ui.watch_flow import WatchFlow
from vocmatch_desktop.ui.workers import Submits

RANKING_FIRST_MS = 700
"""The picture of a take just sung waits: the live one is still there, and the ranking wants the processor."""


class Desk(QObject):
    """Owns the flows; `beat_desk`, `take_desk`, `melody_desk` and `stems_desk` are the commands widgets get.

    `not_taken_wanted` asks the window for the list of what indexing left out.
    """

    not_taken_wanted = Signal()

    def __init__(
        self, session: Session, places: Places, now: Submits, later: Submits, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._places = session, places
        self._closed = False
        self.bridge = JobsBridge(self)
        self.sound = Sound(session, self.bridge, self)
        self.settings = SettingsFlow(session, self.bridge, places.settings_file, parent=self)
        self.library = LibraryFlow(session, self.bridge, later, parent=self)
        self.watch = WatchFlow(session, self.bridge, self)
        self.takes = TakesFlow(session, self.bridge, self)
        self.ranking = RankingFlow(session, self.bridge, now, lambda: self.library.path, self)
        self.playback = PlaybackFlow(session, self.bridge, self.sound, now, places.auditions, self)
        self.fitting = FittingFlow(session, self.bridge, later, places.fitted, self)
        self.recording = RecordingFlow(session, self.bridge, self.sound, now, later, self)
        self.beat_desk = BeatDesk(session, self._beat_flows(), self.open_library, self)
        self.melody = MelodyFlow(session, self.bridge, now, self)
        self.melody_live = MelodyLive(session, self)
        self.melody_files = MelodyFilesFlow(session, self.bridge, later, self.melody.bends, self)
        self.take_desk = TakeDesk(session, self._take_flows(), self.beat_desk.audition, self)
        melody = MelodyFlows(self.melody, self.melody_files, self.playback)
        self.melody_desk = MelodyDesk(session, melody, self.take_desk, self)
        self.stems = self._stems_flows(now, later)
        self.stems_desk = StemsDesk(session, self.stems, self.take_desk, self)
        self._listen()

    def start(self) -> None:
        """Opens the library and the takes, looks for devices, looks through the folders."""
        if self._session.read_only or self._places.database.exists():
            self._start()
        else:  # the first time: making a library takes some tenths of a second, most of them imports
            self.bridge.in_thread(self._make_library, lambda _: self._start(), failed=lambda _: self._start())

    def _make_library(self) -> None:
        """Creates the user's library; what goes wrong is said when it is opened."""
        Catalogue(self._places.database).close()

    def _start(self) -> None:
        if self._closed:
            return
        self.open_library(demo=False)
        self.sound.look()
        self.beat_desk.rescan()
        self.watch.start()
        self.stems.songs.start()
        self.stems.choice.look()
        self.bridge.in_thread(lambda: sweep((self._places.fitted, self._places.auditions, self._places.models)))

    def close(self) -> None:
        """Ends everything that runs; a take that is being recorded is kept first."""
        self._closed = True
        self.recording.close()
        self.playback.stop()
        self.ranking.cancel()
        self.fitting.cancel()
        self.melody_files.cancel()
        self.melody.close()
        self.stems.close()
        self.library.close()
        self.bridge.close()
        self.sound.close()
        self.watch.close()

    def clear_up(self) -> None:
        """Deletes what the workers left half-written; called when they are gone."""
        self.stems.songs.clear_up()

    def act(self, problem: Problem) -> None:
        """Runs a banner's action."""
        if problem.command:
            self._actions()[problem.command](*problem.arguments)

    def open_library(self, demo: bool) -> None:
        """Opens the demo or the user's own library, and its takes."""
        self._session.demo = demo
        self._session.undo.clear()
        places = DemoPlaces(self._places.demo)
        self.takes.use(TakeStore(places.takes if demo else self._places.takes))
        self.library.open(places.library if demo else self._places.database)
        if demo:
            self.library.follow(DemoSpec(self._places.demo), self._show_demo_takes)

    def _show_demo_takes(self, ready: DemoReady | None = None) -> None:
        """The demo's takes are made before its first beat, so they are there when the first row comes."""
        if self._session.demo and not self._session.takes:
            self.takes.use(TakeStore(DemoPlaces(self._places.demo).takes))

    def _take_flows(self) -> TakeFlows:
        return TakeFlows(self.sound, self.takes, self.playback, self.recording, self.settings)

    def _beat_flows(self) -> BeatFlows:
        return BeatFlows(self.library, self.takes, self.ranking, self.playback, self.fitting, self.settings)

    def _stems_flows(self, now: Submits, later: Submits) -> StemsFlows:
        session, bridge = self._session, self.bridge
        songs = StemsFlow(session, bridge, later, self._places, parent=self)
        return StemsFlows(
            songs,
            StemsAdding(session, bridge, songs, self),
            StemsChoice(session, bridge, self._places, lambda name: self.settings.change(stem_model=name), self),
            StemsPictures(session, bridge, now, self),
            StemsPlayback(session, self.sound, self.playback.stop, self),
            StemsSaving(session, bridge, later, self),
        )

    def _actions(self) -> Mapping[str, Callable[..., None]]:
        return {
            "rescan": self.beat_desk.rescan,
            "refresh_devices": self.take_desk.refresh_devices,
            "delete_for_good": lambda folder: self.takes.delete(folder, for_good=True),
            "rank_now": self.ranking.rank_now,
            "delete_song_for_good": self.stems_desk.delete_for_good,
            "choose_stem_folder": self.stems_desk.folder_wanted.emit,
            "show_stem": self.stems_desk.show_in_folder,
            "show_not_taken": self.not_taken_wanted.emit,
        }

    def _listen(self) -> None:
        self.library.changed.connect(self.ranking.rank)
        self.watch.changed.connect(self._look_at)
        self._session.tracks_put.connect(lambda _: self._show_demo_takes())
        self.settings.folders_excluded.connect(self._exclude)
        self.ranking.heard.connect(self._hear)
        self.recording.recorded.connect(self._keep_take)
        self.recording.over.connect(self.playback.stop)
        self.recording.nothing.connect(self._show_last_take)
        self.recording.began.connect(lambda rate, grid: self._begin_live())
        self.recording.pitched.connect(self.melody_live.put_pitch)
        self.recording.noted.connect(self.melody_live.put_notes)
        self.recording.over.connect(self._end_live)
        self._session.ranking_changed.connect(self._prepare_best)
        self._session.take_changed.connect(self._follow_take)

    def _look_at(self, paths: tuple[Path, ...]) -> None:
        if not self._session.demo:
            self.library.index(tuple(map(Path, self._session.settings.watch_folders)), paths)

    def _exclude(self, folders: tuple[Path, ...]) -> None:
        for folder in folders:
            self.library.exclude(folder)

    def _show_last_take(self) -> None:
        if self._session.take is not None:
            self.takes.picture(self._session.take)

    def _keep_take(self, take: Take) -> None:
        self.takes.add(take, RANKING_FIRST_MS)
        tempo = self._session.tempo
        if take.bpm is None and tempo.bpm is not None and tempo.source in ("typed", "tapped"):
            self.takes.set_tempo(take.folder, tempo.bpm, None)

    def _follow_take(self, take: Take | None) -> None:
        self.playback.grid = take_grid(take) if take is not None else None
        tempo = self._session.tempo
        if take is not None and take.bpm not in (None, tempo.bpm) and not tempo.locked:
            self._session.tempo = Tempo(take.bpm, "take" if take.over_beat is None else "beat")

    def _begin_live(self) -> None:
        self.melody.set_aside()
        self.melody_live.begin()

    def _end_live(self) -> None:
        self.melody_live.end()
        self.melody.take_up()

    def _hear(self, take: Take, features: TakeFeatures, offset_s: float) -> None:
        self.playback.take_lufs = features.loudness_lufs
        self.takes.note_key(take.folder, features.best_key.name)

    def _prepare_best(self, ranking: Ranking | None) -> None:
        for match in ranking.matches[:AHEAD] if ranking is not None else ():
            self.beat_desk.fit(match.beat_id)
