"""What is heard: a take, a beat, or both as matched; raw at once, the fitted beat swapped in as soon as it is made.

One timeline: the take's own seconds (a beat without a take has its own). The worker bends only what lies under the take
(`SegmentSpec`, some tenths of a second); until it is there the beat plays as it is, from the same musical place.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer

from vocmatch_desktop.audio.mixing import Loop, Track
from vocmatch_desktop.audio.playback import Player
from vocmatch_desktop.audio.sources import ClickSource, DiskSource, Source
from vocmatch_desktop.errors import UserError
from vocmatch_desktop.jobs.protocol import Bug
from vocmatch_desktop.services.audition import Segment, SegmentSpec
from vocmatch_desktop.services.guides import Guide, OverBeat, WhatPlays
from vocmatch_desktop.types import BeatGrid, Match, Selection, Take, Transform
from vocmatch_desktop.ui.jobs_bridge import JobsBridge, Listener
from vocmatch_desktop.ui.melody_state import Hearing
from vocmatch_desktop.ui.session import Audition, Playhead, Problem, Session
from vocmatch_desktop.ui.sound import Sound, said
from vocmatch_desktop.ui.timeline import Grid
from vocmatch_desktop.ui.workers import JobHandle, Submits

TICK_MS = 16
UNTOUCHED_GAIN = 0.7


@dataclass(frozen=True, slots=True)
class BeatSound:
    """What is needed to play a beat under a take."""

    path: Path
    grid: BeatGrid


@dataclass(frozen=True, slots=True)
class Playing:
    """What sounds: `transform` maps the take's `from_s` to the beat, None where no beat lies under a take."""

    beat_id: int | None = None
    take: Take | None = None
    from_s: float = 0.0
    transform: Transform | None = None
    fitted: bool = False
    take_gain: float = UNTOUCHED_GAIN
    beat_gain: float = UNTOUCHED_GAIN

    @property
    def is_take_alone(self) -> bool:
        """Whether nothing but a take sounds (and its piano)."""
        return self.beat_id is None and self.take is not None

    def playhead(self, now_s: float) -> Playhead:
        """Where take and beat are at a moment of the timeline."""
        if self.beat_id is None:
            return Playhead(take_s=now_s)
        if self.transform is None:
            return Playhead(beat_s=now_s, beat_id=self.beat_id)
        ratio = self.transform.tempo_ratio if self.fitted else 1.0
        beat_s = self.transform.start_s + (now_s - self.from_s) * ratio
        return Playhead(now_s if self.take else None, beat_s, self.beat_id)


class PlaybackFlow(QObject):
    """Plays one thing at a time; `grid` is the pulse of the current take (for the click), None where it has none."""

    def __init__(
        self,
        session: Session,
        bridge: JobsBridge,
        sound: Sound,
        now: Submits,
        segments: Path,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._bridge, self._sound, self._now = session, bridge, sound, now
        self._segments = segments
        self.grid: Grid | None = None
        self.take_lufs: float = -23.0
        self._playing: Playing | None = None
        self._segment: JobHandle | None = None
        self._beat: BeatSound | None = None
        self._sources: list[Source] = []
        self._resting_s = 0.0
        self._timer = QTimer(self, interval=TICK_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._rests_in: Path | None = None
        self._piano: tuple[Path, float] | None = None
        self._hearing: Hearing = "voice"
        session.take_changed.connect(self._follow_take)
        session.looping_changed.connect(lambda _: self._apply_loop())
        session.click_changed.connect(lambda _: self._apply_click())

    @property
    def playing(self) -> Playing | None:
        """What sounds now."""
        return self._playing

    def play_take(self, take: Take, from_s: float | None = None) -> None:
        """The take alone, from the playhead or the selection's start."""
        start = self._start_of(take) if from_s is None else from_s
        self._sound.with_player(lambda player: self._start(player, Playing(take=take), start))

    def play_beat(self, beat_id: int, beat: BeatSound, from_s: float = 0.0) -> None:
        """A beat as it is."""
        self._sound.with_player(lambda player: self._start(player, Playing(beat_id), from_s, beat))

    def play_match(self, match: Match, take: Take, beat: BeatSound, from_s: float | None = None) -> None:
        """Take and beat as matched."""
        selection = self._session.ranking.selection if self._session.ranking else None
        begins = selection.from_s if selection else 0.0
        what = Playing(match.beat_id, take, begins, match.transform)
        start = begins if from_s is None else from_s
        self._sound.with_player(lambda player: self._start_match(player, what, start, beat, selection))

    def set_piano(self, path: Path | None, pad_s: float = 0.0) -> None:
        """The piano of the current take's melody; the take begins `pad_s` after its start. None where there is none."""
        self._piano = (path, pad_s) if path is not None else None
        player, what = self._sound.player, self._playing
        if player is None or what is None or not what.is_take_alone:
            return
        if self._piano is None:
            player.remove("piano")
        else:
            for track in self._piano_tracks(player, player.position_s):
                player.swap(track)
        player.set_gain("take", self._voice_gain)

    def set_hearing(self, hearing: Hearing) -> None:
        """Whether a take alone is heard as a voice, as its piano, or as both; changes over while it plays."""
        self._hearing = hearing
        player, what = self._sound.player, self._playing
        if player is not None and what is not None and what.is_take_alone:
            player.set_gain("take", self._voice_gain)
            player.set_gain("piano", self._piano_gain)

    @property
    def _voice_gain(self) -> float:
        return 0.0 if self._hearing == "piano" and self._piano is not None else UNTOUCHED_GAIN

    @property
    def _piano_gain(self) -> float:
        return 0.0 if self._hearing == "voice" else UNTOUCHED_GAIN

    def guide(self, count_in_bars: int) -> Guide | None:
        """What a take would be sung to if it began now: the beat that plays, as it is; None where none does.

        A beat alone just goes on. With a take over it, it starts again at its last bar line, without that take.
        """
        what, beat, player = self._playing, self._beat, self._sound.player
        if what is None or beat is None or player is None or what.beat_id is None:
            return None
        if what.take is None:
            return WhatPlays(beat.grid, what.beat_id, "beat")
        now_s = what.playhead(player.position_s).beat_s or 0.0
        return OverBeat(
            beat.path, beat.grid, what.beat_id, from_s=now_s, count_in_bars=count_in_bars, gain=UNTOUCHED_GAIN
        )

    def stop(self) -> None:
        """Silence; the playhead goes back to where it started."""
        if self._segment is not None:
            self._segment.cancel()
            self._segment = None
        self._timer.stop()
        if self._sound.player is not None:
            self._sound.player.stop()
        for source in self._sources:
            source.close()
        self._sources.clear()
        if self._playing is not None:
            self._playing = None
            self._session.audition = replace(self._session.audition, playing=False)
        if self._session.activity == "playing":
            self._session.activity = "idle"

    def seek(self, take_s: float) -> None:
        """Moves the playhead; what plays goes on from there."""
        self._resting_s = take_s
        if self._playing is not None and self._playing.take is not None and self._sound.player is not None:
            self._sound.player.seek(round(take_s * self._sound.player.rate))
        else:
            self._session.playhead_moved.emit(Playhead(take_s=take_s))

    def set_balance(self, balance: float) -> None:
        """0 only the take … 1 only the beat."""
        if self._sound.player is not None and self._playing is not None and self._playing.transform is not None:
            self._sound.player.set_gain("take", self._playing.take_gain * min(1.0, 2 * (1 - balance)))
            self._sound.player.set_gain("beat", self._playing.beat_gain * min(1.0, 2 * balance))

    def _follow_take(self, take: Take | None) -> None:
        folder = take.folder if take is not None else None
        if folder != self._rests_in:
            self._rests_in, self._resting_s = folder, 0.0

    def _start_of(self, take: Take) -> float:
        selection = self._session.selection
        if selection is not None and not selection.from_s <= self._resting_s < selection.to_s:
            return selection.from_s
        return self._resting_s if self._resting_s < take.duration_s - 0.05 else 0.0

    def _start(self, player: Player, what: Playing, from_s: float, beat: BeatSound | None = None) -> None:
        self.stop()
        self._beat = beat
        try:
            source = self._source(player, beat.path if beat else what.take.audio_path, from_s)
        except UserError as error:
            self._session.problem.emit(Problem(error.message, error.remedy))
            return
        if what.take is None:
            self._begin(player, what, [Track("beat", source, gain=UNTOUCHED_GAIN)], from_s, None)
            return
        tracks = [Track("take", source, gain=self._voice_gain), *self._piano_tracks(player, from_s)]
        self._begin(player, what, tracks, from_s, what.take.duration_s)

    def _piano_tracks(self, player: Player, from_s: float) -> list[Track]:
        """The piano beside the take; none where there is none, or where its file has vanished."""
        if self._piano is None:
            return []
        path, pad_s = self._piano
        try:
            source = self._source(player, path, pad_s + from_s)
        except UserError:
            self._piano = None
            return []
        return [Track("piano", source, at=-round(pad_s * player.rate), gain=self._piano_gain)]

    def _start_match(
        self, player: Player, what: Playing, from_s: float, beat: BeatSound, selection: Selection | None
    ) -> None:
        self.stop()
        self._beat = beat
        beat_at_s = what.from_s - what.transform.start_s
        end_s = selection.to_s if selection else what.take.duration_s
        fitted = self._session.audition.fitted
        try:
            raw = self._source(player, beat.path, max(0.0, from_s - beat_at_s))
            tracks = [Track("beat", raw, at=round(beat_at_s * player.rate), gain=UNTOUCHED_GAIN)]
            if fitted:
                tracks.append(Track("take", self._source(player, what.take.audio_path, from_s), gain=UNTOUCHED_GAIN))
        except UserError as error:
            self.stop()
            self._session.problem.emit(Problem(error.message, error.remedy))
            return
        if not fitted:
            self._begin(player, replace(what, take=None), tracks, from_s, None)
            return
        self._begin(player, what, tracks, from_s, end_s)
        self.set_balance(self._session.settings.balance)
        self._bend(player, what, beat, end_s - what.from_s)

    def _source(self, player: Player, path: Path, from_s: float) -> Source:
        """A file to play, closed with the next `stop`; raises `UserError`."""
        source = DiskSource(path, player.rate, start_s=from_s)
        self._sources.append(source)
        return source

    def _begin(self, player: Player, what: Playing, tracks: list[Track], from_s: float, end_s: float | None) -> None:
        end = None if end_s is None else round(end_s * player.rate)
        try:
            player.play(tracks, start=round(from_s * player.rate), end=end, loop=self._loop(player, what))
        except UserError as error:
            self._session.problem.emit(Problem(error.message, error.remedy))
            return
        self._playing = what
        self._apply_click()
        if what.beat_id is not None:
            self._session.audition = Audition(what.beat_id, self._session.audition.fitted, True)
        self._session.activity = "playing"
        self._timer.start()

    def _bend(self, player: Player, what: Playing, beat: BeatSound, duration_s: float) -> None:
        spec = SegmentSpec(
            beat=beat.path,
            grid=beat.grid,
            transform=what.transform,
            duration_s=duration_s,
            rate=player.rate,
            take_lufs=self.take_lufs,
            folder=self._segments,
        )
        self._segment = self._now.submit(spec)
        self._bridge.watch(self._segment, Listener(done=self._swap, failed=self._say))

    def _swap(self, segment: Segment) -> None:
        self._segment = None
        player, what = self._sound.player, self._playing
        if player is None or what is None or what.transform is None or player.rate != segment.rate:
            return
        source = self._source(player, segment.path, max(0.0, player.position_s - what.from_s))
        self._playing = replace(what, fitted=True, take_gain=segment.take_gain, beat_gain=segment.beat_gain)
        player.swap(Track("beat", source, at=round(what.from_s * player.rate), gain=segment.beat_gain))
        self.set_balance(self._session.settings.balance)

    def _say(self, error: UserError | Bug) -> None:
        self._segment = None
        self._session.problem.emit(Problem(*said(error)))

    def _loop(self, player: Player, what: Playing) -> Loop | None:
        if not self._session.looping or what.take is None:
            return None
        selection = self._session.selection or Selection(0.0, what.take.duration_s)
        return Loop(round(selection.from_s * player.rate), round(selection.to_s * player.rate))

    def _apply_loop(self) -> None:
        if self._sound.player is not None and self._playing is not None:
            self._sound.player.set_loop(self._loop(self._sound.player, self._playing))

    def _apply_click(self) -> None:
        player, what = self._sound.player, self._playing
        if player is None or what is None or self._session.activity == "recording":
            return
        if self._session.click and what.take is not None and self.grid is not None:
            first = self.grid.first_beat_s % self.grid.bar_s - self.grid.bar_s
            beats = -8
            source = ClickSource(player.rate, self.grid.bpm, from_beat=beats)
            gain = 10 ** (self._session.settings.click_volume_db / 20)
            player.swap(Track("click", source, at=round(first * player.rate), gain=gain))
        else:
            player.remove("click")

    def _tick(self) -> None:
        player, what = self._sound.player, self._playing
        if player is None or what is None:
            self.stop()
            return
        now_s = player.position_s
        if not player.playing:
            if player.problem is not None:
                error = player.problem
                self._session.problem.emit(
                    Problem(error.message, error.remedy, self.tr("Look for devices again"), "refresh_devices")
                )
            self.stop()
            self._session.playhead_moved.emit(Playhead(take_s=self._resting_s if what.take else None))
            return
        if self._session.activity == "playing":
            self._session.playhead_moved.emit(what.playhead(now_s))
