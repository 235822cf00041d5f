"""What a singer hears while recording: a click, a beat that is counted in, a beat that plays already.

A guide is plain data (`ToClick`, `OverBeat`, `WhatPlays`). `guidance` starts it on a player and then answers three
questions: when is the take to begin (`waits_for`), where does it lie on the grid (`place`), what is to stop with it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vocmatch_desktop.audio.clock import first_beat
from vocmatch_desktop.audio.mixing import Track
from vocmatch_desktop.audio.playback import Player
from vocmatch_desktop.audio.run import Run
from vocmatch_desktop.audio.sources import ClickSource, DiskSource, Source
from vocmatch_desktop.types import BeatGrid, Float32

LEAD_IN_S = 0.1
PICK_UP_BARS = 0.5


@dataclass(frozen=True, slots=True)
class ToClick:
    """A click at `bpm`: `count_in_bars` before the take, and on through it unless `through` is False."""

    bpm: float
    beats_per_bar: int = 4
    count_in_bars: int = 1
    through: bool = True
    gain: float = 0.35


@dataclass(frozen=True, slots=True)
class OverBeat:
    """A beat that starts at the bar line at or before `from_s` of its own time, after a count-in.

    `grid` is that of the file at `path` (of the fitted file, where that is played).
    """

    path: Path
    grid: BeatGrid
    beat_id: int | None = None
    from_s: float = 0.0
    count_in_bars: int = 1
    gain: float = 1.0
    click_gain: float = 0.35


@dataclass(frozen=True, slots=True)
class WhatPlays:
    """The beat that the player plays at this moment as its track `track_name`."""

    grid: BeatGrid
    beat_id: int | None = None
    track_name: str = "beat"


Guide = ToClick | OverBeat | WhatPlays
"""What the singer hears."""


@dataclass(frozen=True, slots=True)
class Placement:
    """A take on its grid: a bar line at `first_beat_s` of the take, in `bpm`."""

    bpm: float
    first_beat_s: float


def tempo_of(guide: Guide | None) -> float | None:
    """The tempo a take will inherit."""
    if guide is None:
        return None
    return guide.bpm if isinstance(guide, ToClick) else guide.grid.bpm


def beat_of(guide: Guide | None) -> int | None:
    """The beat a take will be sung over."""
    return None if guide is None or isinstance(guide, ToClick) else guide.beat_id


def guidance(guide: Guide | None, player: Player | None) -> Guidance:
    """Starts what the singer hears; raises `DeviceError`, `UnreadableAudio`."""
    if guide is None:
        return Guidance()
    if player is None:
        raise ValueError("a guide needs a player")
    return _Playing(player, guide) if isinstance(guide, WhatPlays) else _CountedIn(player, guide)


class Guidance:
    """No guide: nothing is heard, nothing is known of the tempo; and what the real ones have in common."""

    beat_id: int | None = None
    waits_for: Callable[[], float | None] | None = None
    """Gives the stream time at which the take is to begin, None while that is not known; itself None: at once."""

    @property
    def is_silent(self) -> bool:
        """Whether what is waited for will never be heard."""
        return False

    def stop(self) -> None:
        """Ends what was started for the take."""

    def place(self, take_start_s: float, calibration_s: float) -> Placement | None:
        """Where a take whose first sample was heard at that stream time lies on the grid."""
        return None


class _Playing(Guidance):
    """A beat that was playing before and goes on after the take."""

    def __init__(self, player: Player, guide: WhatPlays) -> None:
        scene, run = player.scene, player.run
        track = next((track for track in scene.tracks if track.name == guide.track_name), None) if scene else None
        if run is None or track is None:
            raise ValueError(f"no track {guide.track_name!r} is playing")
        self.beat_id = guide.beat_id
        self._grid = guide.grid
        self._run: Run = run
        self._at = track.at
        self._rate = player.rate

    def place(self, take_start_s: float, calibration_s: float) -> Placement | None:
        """The first bar line of the beat in the take, from what was heard with the take's first sample."""
        frame = self._run.frame_at(take_start_s - calibration_s)
        if frame is None:
            return None
        return _placed(self._grid, (frame - self._at) / self._rate)


class _CountedIn(Guidance):
    """A click, or a beat with a count-in, on a timeline whose frame 0 is the first bar line."""

    def __init__(self, player: Player, guide: ToClick | OverBeat) -> None:
        self._player = player
        self._bpm = guide.bpm if isinstance(guide, ToClick) else guide.grid.bpm
        beats_per_bar = guide.beats_per_bar if isinstance(guide, ToClick) else guide.grid.beats_per_bar
        count_in = guide.count_in_bars * beats_per_bar
        self._pick_up_s = min(PICK_UP_BARS, guide.count_in_bars) * beats_per_bar * 60 / self._bpm
        click = _click(player.rate, guide, self._bpm, beats_per_bar, count_in)
        tracks = [Track("click", click)]
        self._sources: list[Source] = []
        if isinstance(guide, OverBeat):
            self.beat_id = guide.beat_id
            bar_s = _bar_line(guide.grid, guide.from_s)
            beat = DiskSource(guide.path, player.rate, start_s=max(0.0, bar_s))
            self._sources.append(beat)
            tracks.append(Track("beat", beat, at=-round(bar_s * player.rate), gain=guide.gain))
        start = click.frame_of(-count_in) - round(LEAD_IN_S * player.rate)
        silent = [Track(track.name, _From(track.source, 0 - track.at), track.at, track.gain) for track in tracks[1:]]
        player.play([tracks[0], *silent], start=start, exactly=True)
        self._run = player.run
        self.waits_for = self._moment

    @property
    def is_silent(self) -> bool:
        """Whether playback has ended (a lost device) before the take began."""
        return not self._player.playing

    def stop(self) -> None:
        """Silence, unless something else is playing by now."""
        if self._player.run is self._run:
            self._player.stop()
        for source in self._sources:
            source.close()

    def place(self, take_start_s: float, calibration_s: float) -> Placement | None:
        """The first bar line in the take."""
        heard_s = self._run.heard_at(0) if self._run is not None else None
        if heard_s is None:
            return None
        return Placement(self._bpm, first_beat(heard_s, take_start_s, calibration_s))

    def _moment(self) -> float | None:
        heard_s = self._run.heard_at(0) if self._run is not None else None
        return None if heard_s is None else heard_s - self._pick_up_s


class _From:
    """A source that is silent before frame `first`: a beat does not sound during its count-in."""

    def __init__(self, source: Source, first: int) -> None:
        self._source = source
        self._first = first

    @property
    def frames(self) -> int | None:
        """Length in frames."""
        return self._source.frames

    def read(self, start: int, frames: int) -> Float32:
        """A part, silence before the first frame."""
        part = self._source.read(start, frames)
        part[: max(0, min(frames, self._first - start))] = 0
        return part

    def prepare(self, start: int) -> bool:
        """Whether the sound at `start`, or the first that will be heard after it, is there."""
        return self._source.prepare(max(start, self._first))

    def close(self) -> None:
        """Closes the source."""
        self._source.close()


def _click(rate: int, guide: ToClick | OverBeat, bpm: float, beats_per_bar: int, count_in: int) -> ClickSource:
    through = isinstance(guide, ToClick) and guide.through
    gain = guide.gain if isinstance(guide, ToClick) else guide.click_gain
    end = None if through else 0
    return ClickSource(rate, bpm, beats_per_bar=beats_per_bar, from_beat=-count_in, to_beat=end, gain=gain)


def _bar_line(grid: BeatGrid, time_s: float) -> float:
    """The bar line at or before `time_s`, never before the file's own first one."""
    bar = math.floor(grid.position(time_s) / grid.beats_per_bar + 1e-6)
    return grid.time(max(0, bar) * grid.beats_per_bar)


def _placed(grid: BeatGrid, beat_s: float) -> Placement:
    """The placement of a take whose first sample was sung at `beat_s` of the beat."""
    bar = math.ceil(grid.position(beat_s) / grid.beats_per_bar - 1e-6)
    return Placement(grid.bpm, grid.time(bar * grid.beats_per_bar) - beat_s)
