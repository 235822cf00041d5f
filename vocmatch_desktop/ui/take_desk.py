"""The commands of transport, live view and takes panel, carried out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject

from vocmatch_desktop.services.guides import Guide, ToClick, WhatPlays
from vocmatch_desktop.types import Selection
from vocmatch_desktop.ui.playback_flow import PlaybackFlow
from vocmatch_desktop.ui.recording_flow import RecordingFlow
from vocmatch_desktop.ui.session import Problem, Session, Tempo
from vocmatch_desktop.ui.settings_flow import SettingsFlow
from vocmatch_desktop.ui.sound import Sound
from vocmatch_desktop.ui.takes_flow import TakesFlow


@dataclass(frozen=True, slots=True)
class TakeFlows:
    """The flows these commands go to."""

    sound: Sound
    takes: TakesFlow
    playback: PlaybackFlow
    recording: RecordingFlow
    settings: SettingsFlow


class TakeDesk(QObject):
    """Implements `commands.TransportCommands`; `audition` plays a beat as the library's commands do."""

    def __init__(
        self, session: Session, flows: TakeFlows, audition: Callable[[int], None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._flows, self._audition = session, flows, audition
        self._take_was_touched = True
        self._take_first = False
        self._first: Callable[[], None] | None = None
        session.beat_id_changed.connect(lambda _: self._touch(take=False))

    def record(self) -> None:
        """Starts a take, or stops the running one."""
        store = self._flows.takes.store
        if self._session.read_only or store is None:
            return
        if self._flows.recording.active:
            self._flows.recording.stop()
            return
        guide = self._guide()
        if not isinstance(guide, WhatPlays):
            self._flows.playback.stop()
        self._flows.recording.start(store, guide)

    def play_or_stop(self) -> None:
        """Stops what runs; else plays the beat with the take, or the take, whichever was touched last."""
        if self._session.activity in ("recording", "counting_in"):
            self._flows.recording.stop()
        elif self._first is not None:
            self._first()
        elif self._session.activity == "playing":
            self._flows.playback.stop()
        elif (self._take_was_touched or self._take_first) and self._session.take is not None:
            self._flows.playback.play_take(self._session.take)
        elif self._session.beat_id is not None:
            self._audition(self._session.beat_id)
        elif self._session.take is not None:
            self._flows.playback.play_take(self._session.take)

    def put_take_first(self, on: bool) -> None:
        """In a room that is about the take, Space plays it whatever was touched last."""
        self._take_first = on

    def put_first(self, play_or_stop: Callable[[], None] | None) -> None:
        """In a room that plays something else, Space and the transport play that."""
        self._first = play_or_stop

    def stop(self) -> None:
        """Stops whatever plays or records."""
        if self._flows.recording.active:
            self._flows.recording.stop()
        self._flows.playback.stop()

    def seek(self, take_s: float) -> None:
        """Moves the playhead within the take."""
        self._touch(take=True)
        self._flows.playback.seek(take_s)

    def set_loop(self, on: bool) -> None:
        """Loops the selection, or the whole."""
        self._session.looping = on

    def set_click(self, on: bool) -> None:
        """The metronome."""
        self._session.click = on

    def set_bpm(self, bpm: float | None, tapped: bool = False) -> None:
        """The project's tempo; a take whose singer was free takes it on."""
        source = "none" if bpm is None else "tapped" if tapped else "typed"
        self._session.tempo = Tempo(bpm, source, self._session.tempo.locked)
        self._flows.settings.change(bpm=bpm)
        take = self._session.take
        if take is not None and take.first_beat_s is None and take.bpm != bpm and not self._session.read_only:
            self._flows.takes.set_tempo(take.folder, bpm, None)

    def lock_bpm(self, on: bool) -> None:
        """Keeps the project's tempo whatever is played."""
        self._session.tempo = replace(self._session.tempo, locked=on)
        self._flows.settings.change(project_bpm_locked=on)

    def clear_overflows(self) -> None:
        """Counts overflows afresh."""
        self._session.engine = replace(self._session.engine, overflows=0)

    def refresh_devices(self) -> None:
        """Asks the sound system again what is plugged in."""
        self._flows.playback.stop()
        self._flows.sound.look_again()

    def calibrate(self) -> None:
        """Measures the device pair's latency: clicks from the loudspeaker to the microphone, 3 s."""
        self._flows.playback.stop()
        self._flows.sound.measure(self._store_calibration)

    def select(self, selection: Selection | None) -> None:
        """Selects a part of the take."""
        self._touch(take=True)
        self._flows.takes.select(selection)

    def open_take(self, folder: Path) -> None:
        """Makes a take the current one."""
        self._touch(take=True)
        self._flows.playback.stop()
        self._flows.takes.open(folder)

    def rename_take(self, folder: Path, name: str) -> None:
        """Can be undone."""
        self._flows.takes.rename(folder, name)

    def star_take(self, folder: Path, on: bool) -> None:
        """Can be undone."""
        self._flows.takes.star(folder, on)

    def trim_take(self, folder: Path) -> None:
        """Keeps only the selection; can be undone."""
        self._flows.playback.stop()
        self._flows.takes.trim(folder)

    def delete_take(self, folder: Path) -> None:
        """Moves the take to the system's bin."""
        self._flows.playback.stop()
        self._flows.takes.delete(folder)

    def import_takes(self, paths: tuple[Path, ...]) -> None:
        """Copies sound files in as takes."""
        if not self._session.read_only:
            self._flows.takes.import_files(paths)

    def change_settings(self, **values: object) -> None:
        """Changes fields of the settings and saves them beside the window."""
        self._flows.settings.change(**values)

    def _guide(self) -> Guide | None:
        """What the next take is sung to: the beat that plays, the click, or nothing."""
        playing, settings = self._flows.playback.playing, self._session.settings
        if playing is not None and playing.beat_id is not None:
            guide = self._flows.playback.guide(settings.count_in_bars)
            if guide is not None:
                return guide
        if self._session.click and self._session.tempo.bpm is not None:
            gain = 10 ** (settings.click_volume_db / 20)
            return ToClick(self._session.tempo.bpm, count_in_bars=settings.count_in_bars, gain=gain)
        return None

    def _touch(self, take: bool) -> None:
        """Space plays what was touched last."""
        self._take_was_touched = take

    def _store_calibration(self, pair: str, residual_s: float) -> None:
        known = dict(self._session.settings.calibration_s or {})
        self._flows.settings.change(calibration_s={**known, pair: residual_s})
        words = self.tr("Measured: {0} ms. Takes are placed by that from now on.").format(f"{1000 * residual_s:+.1f}")
        self._session.problem.emit(Problem(words, good_news=True))
