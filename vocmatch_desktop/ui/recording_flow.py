"""A take from R to the list: devices opened, the guide chosen, the voice shown while it is sung, the take kept.

What is written to disk never depends on this: capture has its own thread. Here a timer looks at what arrived, draws it,
and asks the recording session where it is.
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from vocmatch_desktop.audio.capture import Recorder
from vocmatch_desktop.audio.clock import pair_name
from vocmatch_desktop.audio.playback import Player
from vocmatch_desktop.errors import UserError
from vocmatch_desktop.jobs.protocol import Bug, Partial
from vocmatch_desktop.library.takes import TakeStore
from vocmatch_desktop.services.guides import PICK_UP_BARS, Guide, ToClick, WhatPlays
from vocmatch_desktop.services.live import LiveNotesSpec, LivePitchSpec
from vocmatch_desktop.services.recording import Phase, TakeSession
from vocmatch_desktop.types import Take
from vocmatch_desktop.ui.jobs_bridge import JobsBridge
from vocmatch_desktop.ui.session import Playhead, Problem, Session
from vocmatch_desktop.ui.sound import Sound, said
from vocmatch_desktop.ui.timeline import BEATS_PER_BAR, Grid
from vocmatch_desktop.ui.workers import LiveSessionHandle, Submits

TICK_MS = 16
PITCH_AFTER_MS = 7
"""The worker answers within some milliseconds: looking then, not a frame later, keeps the line near the voice."""


class RecordingFlow(QObject):
    """Records one take at a time; `recorded` brings it when it is safe on the disk.

    What the live view shows comes as signals, at screen rate: `began`, `sang`, `pitched`, `noted`, `over`.
    """

    began = Signal(int, object)  # rate in Hz, Grid | None
    sang = Signal(object)  # float32 [n], the newest samples
    pitched = Signal(object, object)  # times in the take, MIDI pitches (NaN: unvoiced); later ones replace earlier ones
    noted = Signal(int, object)  # from which note on, tuple[Note, ...]: they take the place of all from there on
    over = Signal()
    recorded = Signal(object)  # Take
    nothing = Signal()  # no take came of it

    def __init__(
        self,
        session: Session,
        bridge: JobsBridge,
        sound: Sound,
        now: Submits,
        later: Submits,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._bridge, self._sound = session, bridge, sound
        self._now, self._later = now, later
        self._takes: TakeSession | None = None
        self._recorder: Recorder | None = None
        self._pitch: LiveSessionHandle | None = None
        self._notes: LiveSessionHandle | None = None
        self._grid: Grid | None = None
        self._heard, self._first = 0, 0
        self._stopping = False
        self._timer = QTimer(self, interval=TICK_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    @property
    def active(self) -> bool:
        """Whether a take is being made, from the count-in to its being kept."""
        return self._takes is not None or self._stopping

    def start(self, store: TakeStore, guide: Guide | None) -> None:
        """Begins a take in `store`, alone (None), to a click or over a beat."""
        if self.active:
            return
        self._stopping = True  # until the devices are open a second R must not begin another one

        def ready(recorder: Recorder, player: Player | None) -> None:
            takes = TakeSession(store, recorder, player, self._calibration(recorder, player))
            self._bridge.in_thread(
                lambda: takes.start(guide), lambda _: self._begun(takes, recorder, guide), failed=self._fail
            )

        def with_player(recorder: Recorder) -> None:
            if guide is None:
                ready(recorder, self._sound.player)
            else:
                self._sound.with_player(lambda player: ready(recorder, player), self._fail)

        self._sound.with_recorder(with_player, self._fail)

    def stop(self) -> None:
        """Ends the take; it is kept when what is on its way has arrived."""
        if self._takes is not None:
            self._takes.request_stop()

    def close(self) -> None:
        """The window closes: what was sung is kept before anything else ends."""
        self._timer.stop()
        if self._takes is not None:
            self._takes.request_stop()
            self._takes.finish()
            self._takes = None
        self._close_live()

    def _begun(self, takes: TakeSession, recorder: Recorder, guide: Guide | None) -> None:
        self._stopping = False
        self._takes, self._recorder = takes, recorder
        self._grid = grid_of(guide)
        self._heard = -1
        self._later.pause()
        self._session.problem.emit(None)
        self._session.engine = replace(self._session.engine, rate=recorder.rate)
        self._session.activity = "counting_in" if guide is not None else "recording"
        self._timer.start()

    def _tick(self) -> None:
        takes, recorder = self._takes, self._recorder
        if takes is None or recorder is None:
            return
        phase = takes.poll()
        if phase is Phase.RECORDING:
            self._follow(recorder)
        elif phase is Phase.OVER:
            self._finish(takes)

    def _follow(self, recorder: Recorder) -> None:
        if self._heard < 0:
            self._open_live(recorder)
        self._heard, samples = recorder.newest(self._heard)
        if len(samples):
            self.sang.emit(samples)
            if self._pitch is not None and self._notes is not None:
                self._pitch.feed(samples)
                self._notes.feed(samples)
                QTimer.singleShot(PITCH_AFTER_MS, self, self._draw_pitch)
        self._draw_pitch()
        self._draw_notes()
        self._session.playhead_moved.emit(Playhead(take_s=(self._heard - self._first) / recorder.rate))

    def _open_live(self, recorder: Recorder) -> None:
        self._session.activity = "recording"
        heard, _ = recorder.newest(2**62)
        self._heard = self._first = max(0, heard - round(recorder.recorded_s * recorder.rate))
        self.began.emit(recorder.rate, self._grid)
        self._pitch = self._now.open_live(LivePitchSpec(recorder.rate))
        self._notes = self._now.open_live(LiveNotesSpec(recorder.rate))

    def _close_live(self) -> None:
        for live in (self._pitch, self._notes):
            if live is not None:
                live.cancel()
        self._pitch = self._notes = None

    def _draw_pitch(self) -> None:
        events = self._pitch.poll() if self._pitch is not None else []
        for event in events:
            if isinstance(event, Partial):
                track = event.event.track
                self.pitched.emit(track.times_s, track.midi.astype(float))

    def _draw_notes(self) -> None:
        events = self._notes.poll() if self._notes is not None else []
        for event in events:
            if isinstance(event, Partial):
                self.noted.emit(event.event.first, event.event.notes)

    def _finish(self, takes: TakeSession) -> None:
        self._timer.stop()
        problem = takes.problem
        self._takes, self._stopping = None, True
        self._close_live()
        self._bridge.in_thread(takes.finish, lambda take: self._keep(take, problem), failed=self._fail)

    def _keep(self, take: Take | None, problem: UserError | None) -> None:
        self._rest()
        if take is not None:
            engine = self._session.engine
            self._session.engine = replace(engine, overflows=engine.overflows + take.overflows)
            self.recorded.emit(take)
        else:
            self.nothing.emit()
        if problem is not None:
            kept = self.tr("The take is safe.") if take is not None else ""
            action = self.tr("Look for devices again")
            self._session.problem.emit(Problem(f"{problem.message} {kept}".strip(), "", action, "refresh_devices"))

    def _fail(self, error: UserError | Bug) -> None:
        self._rest()
        self.nothing.emit()
        words, remedy = said(error)
        self._session.problem.emit(Problem(words, remedy, self.tr("Look for devices again"), "refresh_devices"))

    def _rest(self) -> None:
        self._timer.stop()
        self._takes, self._stopping = None, False
        self._later.resume()
        self._session.activity = "idle"
        self.over.emit()

    def _calibration(self, recorder: Recorder, player: Player | None) -> float:
        known = self._session.settings.calibration_s or {}
        return known.get(pair_name(recorder.device, player.device), 0.0) if player is not None else 0.0


def grid_of(guide: Guide | None) -> Grid | None:
    """Where bar lines will lie in a take sung to `guide`, as far as that is known before it is over."""
    if guide is None or isinstance(guide, WhatPlays):
        return None
    bpm = guide.bpm if isinstance(guide, ToClick) else guide.grid.bpm
    return Grid(bpm, min(PICK_UP_BARS, guide.count_in_bars) * BEATS_PER_BAR * 60 / bpm)
