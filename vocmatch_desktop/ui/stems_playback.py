"""The open song's stems: their lanes, and how they sound together, also while later parts are still being computed.

Before there are any, the song itself plays; the stems take over from it as soon as they are ahead of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer

from vocmatch_desktop.audio.deck import Deck
from vocmatch_desktop.audio.mixing import TAIL_FRAMES, Known, Loop, Track
from vocmatch_desktop.audio.playback import Player
from vocmatch_desktop.audio.run import Run
from vocmatch_desktop.audio.sources import DiskSource
from vocmatch_desktop.errors import UserError
from vocmatch_desktop.types import Selection
from vocmatch_desktop.ui.session import Problem, Session
from vocmatch_desktop.ui.sound import Sound
from vocmatch_desktop.ui.stems_sounding import MIX, Sounding
from vocmatch_desktop.ui.stems_state import LOUDEST_DB, QUIETEST_DB, StemLane, Stems

TICK_MS = 16
END_S = 0.05
"""A playhead that rests this near to the end plays from the start."""

TAKE_OVER_S = 2.0
"""The stems must be so far ahead of the song before they take over, or they would have to wait at once."""

INSTRUMENTAL, VOCALS = "instrumental", "vocals"


@dataclass(frozen=True, slots=True)
class _Fader:
    """What the user did to a lane."""

    level_db: float = 0.0
    muted: bool = False
    soloed: bool = False


class StemsPlayback(QObject):
    """Keeps `Session.stems` true; `hush` silences whatever else plays before the stems do."""

    def __init__(self, session: Session, sound: Sound, hush: Callable[[], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._sound, self._hush = session, sound, hush
        self._sounding: Sounding | None = None
        self._faders: dict[Path, dict[str, _Fader]] = {}
        self._voice: Deck | DiskSource | None = None
        self._run: Run | None = None
        self._rests_s = 0.0
        self._loop: Selection | None = None
        self._timer = QTimer(self, interval=TICK_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        session.looping_changed.connect(lambda _: self._apply_loop())

    def show(self, sounding: Sounding | None) -> None:
        """Shows what is known of the open song now; another song, or other stems, end what plays."""
        before, self._sounding = self._sounding, sounding
        if not self._goes_on(before, sounding):
            self.stop()
            if before is None or sounding is None or before.song.folder != sounding.song.folder:
                self._rests_s, self._loop = 0.0, None
                self._session.song_playhead.emit(0.0)
        elif isinstance(self._voice, Deck) and sounding is not None:
            self._voice.grow(sounding.frames)
        self._show()

    def play_or_stop(self) -> None:
        """Stops what runs, else plays."""
        if self._session.stems.playing:
            self.stop()
        else:
            self.play()

    def play(self) -> None:
        """Plays from where the playhead rests."""
        if self._sounding is not None:
            self._sound.with_player(self._start)

    def stop(self) -> None:
        """Silence; the playhead goes back to where it started."""
        player = self._sound.player
        if self._run is not None and player is not None and player.run is self._run:
            player.stop()
            if self._session.activity == "playing":
                self._session.activity = "idle"
        self._let_go()

    def seek(self, song_s: float) -> None:
        """Moves the playhead; what plays goes on from there."""
        self._rests_s = min(max(0.0, song_s), self._session.stems.duration_s)
        player = self._sound.player
        if self._run is not None and player is not None and player.run is self._run:
            player.seek(round(self._rests_s * player.rate))
        else:
            self._session.song_playhead.emit(self._rests_s)

    def set_loop(self, loop: Selection | None) -> None:
        """Which part is repeated while the session loops."""
        self._loop = loop
        self._apply_loop()

    def solo(self, stem: str, on: bool) -> None:
        """Only soloed stems sound while there are any."""
        self._set(stem, soloed=on)

    def mute(self, stem: str, on: bool) -> None:
        """Silences a stem."""
        self._set(stem, muted=on)

    def set_level(self, stem: str, level_db: float) -> None:
        """A stem's loudness."""
        self._set(stem, level_db=min(max(QUIETEST_DB, level_db), LOUDEST_DB))

    def _set(self, stem: str, **changes: float | bool) -> None:
        faders = self._current_faders()
        if stem not in faders:
            return
        faders[stem] = replace(faders[stem], **changes)
        self._show()
        player = self._sound.player
        if self._run is not None and player is not None and player.run is self._run:
            for name, gain in self._gains().items():
                player.set_gain(name, gain)

    def _start(self, player: Player) -> None:
        sounding = self._sounding
        if sounding is not None:
            self._hush()
            self._begin(player, sounding, self._rests_s if self._rests_s < sounding.about.duration_s - END_S else 0.0)

    def _begin(self, player: Player, sounding: Sounding, from_s: float) -> None:
        """Plays in place of what plays."""
        self._let_go_of_files()
        try:
            self._voice, tracks, known = self._opened(player, sounding, from_s)
            frames = self._voice.frames
            loop = self._frames_of_loop(player.rate, frames)
            player.play(tracks, start=round(from_s * player.rate), end=frames, loop=loop, known=known)
        except UserError as error:
            player.stop()
            self._session.activity = "idle"
            self._let_go()
            self._session.problem.emit(Problem(error.message, error.remedy))
            return
        self._run = player.run
        self._session.activity = "playing"
        self._session.stems = replace(self._session.stems, playing=True, waiting=False)
        self._timer.start()

    def _opened(
        self, player: Player, sounding: Sounding, from_s: float
    ) -> tuple[Deck | DiskSource, tuple[Track, ...], Known | None]:
        """The stems, or the song itself where there are none; raises `UserError`."""
        if sounding.paths:
            deck = Deck(sounding.paths, player.rate, sounding.about, sounding.frames)
            return deck, deck.tracks(self._gains()), deck.ready
        song = DiskSource(sounding.song.source, player.rate, start_s=from_s)
        return song, (Track(MIX, song),), None

    def _let_go_of_files(self) -> None:
        if self._voice is not None:
            self._voice.close()
        self._voice = self._run = None

    def _let_go(self) -> None:
        """It plays no longer, whoever ended it."""
        self._timer.stop()
        self._let_go_of_files()
        if self._session.stems.playing:
            self._session.stems = replace(self._session.stems, playing=False, waiting=False)
            self._session.song_playhead.emit(self._rests_s)

    def _tick(self) -> None:
        player, voice = self._sound.player, self._voice
        if player is None or voice is None or player.run is not self._run:
            if (player is None or player.run is None) and self._session.activity == "playing":
                self._session.activity = "idle"
            self._let_go()
            return
        problem = voice.problem or (player.problem if not player.playing else None)
        if problem is not None:
            action = ("", "") if voice.problem else (self.tr("Look for devices again"), "refresh_devices")
            self._session.problem.emit(Problem(problem.message, problem.remedy, *action))
        if problem is not None or not player.playing:
            self.stop()
            return
        self._session.stems = replace(self._session.stems, waiting=player.waiting)
        self._session.song_playhead.emit(player.position_s)
        if isinstance(voice, DiskSource):
            self._take_over(player)

    def _take_over(self, player: Player) -> None:
        """The song plays: from here on its stems do, where they are ahead of it."""
        sounding, at_s = self._sounding, player.position_s
        if sounding is not None and sounding.paths and at_s + TAKE_OVER_S < self._session.stems.known_s:
            self._begin(player, sounding, at_s)

    def _apply_loop(self) -> None:
        self._session.stems = replace(self._session.stems, looping=self._session.looping, loop=self._loop)
        player = self._sound.player
        if self._voice is not None and player is not None and player.run is self._run:
            player.set_loop(self._frames_of_loop(player.rate, self._voice.frames))

    def _frames_of_loop(self, rate: int, frames: int) -> Loop | None:
        loop = self._loop
        start, end = (round(loop.from_s * rate), min(round(loop.to_s * rate), frames)) if loop else (0, frames)
        return Loop(start, end) if self._session.looping and end - start >= 4 * TAIL_FRAMES else None

    def _gains(self) -> Mapping[str, float]:
        return {
            lane.name: 10 ** (lane.level_db / 20) if lane.sounds and lane.level_db > QUIETEST_DB else 0.0
            for lane in self._session.stems.lanes
        }

    def _current_faders(self) -> dict[str, _Fader]:
        """The lanes of the open song as the user left them; an instrumental beside its own parts begins muted."""
        if self._sounding is None:
            return {}
        faders = self._faders.setdefault(self._sounding.song.folder, {})
        for name in self._sounding.paths:
            doubles = name == INSTRUMENTAL and bool(set(self._sounding.paths) - {INSTRUMENTAL, VOCALS})
            faders.setdefault(name, _Fader(muted=doubles))
        return faders

    def _goes_on(self, before: Sounding | None, now: Sounding | None) -> bool:
        """Whether what plays is still the same files."""
        if before is None or now is None or before.song.folder != now.song.folder:
            return False
        return isinstance(self._voice, DiskSource) or (before.about, before.paths) == (now.about, now.paths)

    def _show(self) -> None:
        sounding, shown = self._sounding, self._session.stems
        if sounding is None:
            self._session.stems = Stems(looping=self._session.looping)
            return
        self._session.stems = replace(
            shown,
            song=sounding.song.folder,
            lanes=self._lanes(sounding),
            mix=sounding.mix,
            duration_s=sounding.about.duration_s,
            known_s=sounding.frames / sounding.song.rate,
            loop=self._loop,
            looping=self._session.looping,
        )

    def _lanes(self, sounding: Sounding) -> tuple[StemLane, ...]:
        faders = self._current_faders()
        solo = any(faders[name].soloed for name in sounding.paths)
        return tuple(
            StemLane(
                name=name,
                peaks=sounding.peaks.get(name),
                path=path if sounding.is_whole else None,
                level_db=faders[name].level_db,
                muted=faders[name].muted,
                soloed=faders[name].soloed,
                sounds=faders[name].soloed if solo else not faders[name].muted,
            )
            for name, path in sounding.paths.items()
        )
