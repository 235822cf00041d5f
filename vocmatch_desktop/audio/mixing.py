"""What is played, as immutable data, and the arithmetic that turns it into samples. No devices, no threads.

Example:
    scene = Scene((Track("beat", beat), Track("take", take, gain=0.7)), loop=Loop(0, 88_200))
    mixer = Mixer(start=0)
    samples, spans = mixer.render(scene, 512)      # float32 [512, 2]; where on the timeline they lie

A mixer compares each scene with the one before: changed gains are ramped, changed tracks cross-faded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from vocmatch_desktop.audio.sources import Source
from vocmatch_desktop.types import Float32

TAIL_FRAMES = 256
"""What would have come after a loop's end or a jump fades out over this, so that it does not click."""

ATTACK_FRAMES = 32
"""What comes in its place fades in over this: under a millisecond, or a kick on the loop's first beat would be lost."""

HOLD_FRAMES = 512
"""Before a part that is not known yet the sound fades out over this; it is not lost, but kept for when it goes on."""

RESUME_FRAMES = 1 << 12
"""So much must be known before the sound goes on, or it would stutter."""

Known = Callable[[int, int], int]
"""How many of so many frames from a timeline frame on can be played now; the others are seen to."""


@dataclass(frozen=True, slots=True)
class Track:
    """A source whose frame 0 lies at timeline frame `at`, with a linear gain. Names are unique in a scene."""

    name: str
    source: Source
    at: int = 0
    gain: float = 1.0

    @property
    def end(self) -> int | None:
        """Timeline frame at which it ends; None for never."""
        return None if self.source.frames is None else self.at + self.source.frames


@dataclass(frozen=True, slots=True)
class Loop:
    """A part of the timeline, in frames, played again and again."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if self.end - self.start < 4 * TAIL_FRAMES:
            raise ValueError("a loop must be some milliseconds long")


@dataclass(frozen=True, slots=True)
class Scene:
    """All tracks; `end` None means where the last of them ends. With `known` the sound waits for what is to come."""

    tracks: tuple[Track, ...]
    end: int | None = None
    loop: Loop | None = None
    known: Known | None = None

    @property
    def last_frame(self) -> int | None:
        """Timeline frame at which playing ends by itself; None for never."""
        if self.loop is not None:
            return None
        if self.end is not None:
            return self.end
        ends = [track.end for track in self.tracks]
        return None if None in ends else max((end for end in ends if end is not None), default=0)

    def with_gain(self, name: str, gain: float) -> Scene:
        """The same with another gain for track `name`."""
        tracks = (replace(track, gain=gain) if track.name == name else track for track in self.tracks)
        return replace(self, tracks=tuple(tracks))

    def with_track(self, track: Track) -> Scene:
        """The same with `track` in the place of the one of its name, or added."""
        return replace(self, tracks=(*self.without(track.name).tracks, track))

    def without(self, name: str) -> Scene:
        """The same without track `name`."""
        return replace(self, tracks=tuple(track for track in self.tracks if track.name != name))

    def with_loop(self, loop: Loop | None) -> Scene:
        """The same with another loop."""
        return replace(self, loop=loop)


@dataclass(frozen=True, slots=True)
class Span:
    """`frames` rendered frames that lie at timeline frame `start`."""

    start: int
    frames: int


@dataclass
class Mixer:
    """Renders scenes one block after the other from timeline frame `frame` on.

    `holding`: what comes next is not known yet; nothing is rendered until some of it is.
    """

    frame: int
    holding: bool = False
    _before: Scene = field(default_factory=lambda: Scene(()))
    _fade_in: bool = True
    _first: bool = True
    _tail: Float32 = field(default_factory=lambda: np.zeros((0, 2), np.float32))

    def jump(self, frame: int) -> None:
        """Goes on at another timeline frame."""
        self._tail = self.fade_out(TAIL_FRAMES) if not self._first else self._tail
        self.frame = frame
        self._fade_in = True

    def render(self, scene: Scene, frames: int) -> tuple[Float32, list[Span]]:
        """The next `frames` of the timeline; fewer at its end, and where `holding`."""
        parts: list[Float32] = []
        spans: list[Span] = []
        left = frames
        while left > 0 and (size := self._playable(scene, self._until_seam(scene, left))) > 0:
            parts.append(self._stretch(scene, size))
            spans.append(Span(self.frame, size))
            self.frame += size
            left -= size
            if scene.loop is not None and self.frame == scene.loop.end:
                self.jump(scene.loop.start)
        if self.holding and len(self._tail):  # a jump to where nothing is known yet
            parts.append(self._tail)
            spans.append(Span(self.frame - len(self._tail), len(self._tail)))
            self._tail = self._tail[:0]
        return np.concatenate(parts) if parts else np.zeros((0, 2), np.float32), spans

    def fade_out(self, frames: int) -> Float32:
        """The next `frames` of the last scene, fading to silence."""
        if self.holding:
            return np.zeros((frames, 2), np.float32)
        samples = _sum(_steady(self._before.tracks), self.frame, frames)
        return samples * np.linspace(1, 0, frames, dtype=np.float32)[:, None]

    def _until_seam(self, scene: Scene, frames: int) -> int:
        if scene.loop is not None and self.frame < scene.loop.end:
            return min(frames, scene.loop.end - self.frame)
        last = scene.with_loop(None).last_frame  # behind its loop a scene is played to its end
        return frames if last is None else min(frames, last - self.frame)

    def _playable(self, scene: Scene, frames: int) -> int:
        """`frames`, or fewer before a part that is not known yet."""
        if scene.known is None or frames <= 0:
            self.holding = False
            return frames
        wanted = self._until_seam(scene, RESUME_FRAMES if self.holding else frames + HOLD_FRAMES)
        there = scene.known(self.frame, wanted)
        if there >= wanted:
            self._fade_in |= self.holding
            self.holding = False
            return min(frames, wanted)
        if self.holding:
            return 0
        self.holding = True
        return min(frames, there)

    def _stretch(self, scene: Scene, frames: int) -> Float32:
        """One piece without seams."""
        before = scene if self._first else self._before
        mixed = _sum(_shared(before, scene), self.frame, frames)
        gone, come = _difference(before, scene), _difference(scene, before)
        if gone or come:
            ramp = np.linspace(0, 1, frames, dtype=np.float32)[:, None]
            mixed += _sum(_steady(come), self.frame, frames) * ramp
            mixed += _sum(_steady(gone), self.frame, frames) * (1 - ramp)
        self._before, self._first = scene, False
        if self._fade_in and self.frame:
            attack = min(ATTACK_FRAMES, frames)
            mixed[:attack] *= np.linspace(0, 1, attack, dtype=np.float32)[:, None]
        self._fade_in = False
        tail, self._tail = self._tail[:frames], self._tail[frames:]
        mixed[: len(tail)] += tail
        if self.holding:
            fade = min(HOLD_FRAMES, frames)
            mixed[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)[:, None]
        return mixed


Voice = tuple[Track, float]
"""A track and the gain it had before this piece."""


def _shared(before: Scene, scene: Scene) -> list[Voice]:
    earlier = {(track.name, id(track.source), track.at): track.gain for track in before.tracks}
    keys = [(track.name, id(track.source), track.at) for track in scene.tracks]
    return [(track, earlier[key]) for track, key in zip(scene.tracks, keys, strict=True) if key in earlier]


def _difference(one: Scene, other: Scene) -> list[Track]:
    known = {(track.name, id(track.source), track.at) for track in other.tracks}
    return [track for track in one.tracks if (track.name, id(track.source), track.at) not in known]


def _steady(tracks: Iterable[Track]) -> list[Voice]:
    return [(track, track.gain) for track in tracks]


def _sum(voices: list[Voice], start: int, frames: int) -> Float32:
    mixed = np.zeros((frames, 2), np.float32)
    for track, gain_before in voices:
        samples = track.source.read(start - track.at, frames)
        if gain_before == track.gain:
            mixed += samples * np.float32(track.gain)
        else:
            mixed += samples * np.linspace(gain_before, track.gain, frames, dtype=np.float32)[:, None]
    return mixed
