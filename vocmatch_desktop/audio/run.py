"""One playback from `play` to its end: the ring, the thread that fills it, and what is heard when."""

from __future__ import annotations

import math
import threading
from bisect import bisect_right
from time import monotonic
from typing import Any

import numpy as np

from vocmatch_desktop.audio.mixing import Mixer, Scene, Span
from vocmatch_desktop.types import Float32

AHEAD_S = 0.08
"""How far the mixing thread is ahead of the callback: the time a busy interpreter may take without being heard."""

BLOCK_S = 0.02
RING_FRAMES = 1 << 15
FADE_S = 0.005
READY_S = 0.25
"""How long to wait for the first decoded sound before starting with silence."""

PATIENCE_S = 3.0
"""How long to wait for a swapped-in source to be decoded."""


class Run:
    """Plays a scene on an rtmixer stream. `scene` may be replaced at any time by the owner's thread."""

    def __init__(self, stream: Any, lock: threading.Lock, scene: Scene, start: int, *, wait_s: float = 0.0) -> None:
        """Plays from timeline frame `start` on, after `wait_s`: an exact clock needs a stream that has settled."""
        import rtmixer

        self.scene = scene
        self.is_lost = False
        self._stream = stream
        self._lock = lock
        self._rate = int(stream.samplerate)
        self._block = round(BLOCK_S * self._rate)
        self._channels = int(stream.channels)
        self._ring = rtmixer.RingBuffer(4 * self._channels, RING_FRAMES)
        self._start = start
        self._mixer = Mixer(start)
        self._shown = scene
        self._waiting_since = 0.0
        self._written = 0
        self._map: list[tuple[int, int]] = [(0, start)]
        """(frames written before, timeline frame) at the start and at every jump, in order."""
        self._anchors: tuple[tuple[int, Any], ...] = ()
        """(frames the callback had taken before, rtmixer action), one more after every time the ring ran empty."""
        self._held = False
        self._holds = 0
        """How often the ring ran empty because what comes next was not known."""
        self._wait_s = wait_s
        self._jump: int | None = None
        self._stopping = threading.Event()
        self._abandoned = threading.Event()
        self._thread = threading.Thread(target=self._fill, name="mixer", daemon=True)
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        """Whether something is still to be heard."""
        return self._thread.is_alive()

    @property
    def is_waiting(self) -> bool:
        """Whether it is silent because what comes next is not known yet; it goes on by itself."""
        return self._mixer.holding

    @property
    def underruns(self) -> int:
        """Audible gaps: the mixing thread, or the whole program, was too slow."""
        emptied = len(self._anchors) - 1 - self._holds
        return max(0, emptied) + sum(int(a.stats.output_underflows) for _, a in self._anchors)

    def stop(self) -> None:
        """Fades out; returns at once."""
        self._stopping.set()

    def abandon(self) -> None:
        """Ends the thread now."""
        self._abandoned.set()
        self._stopping.set()
        self._thread.join()

    def seek(self, frame: int) -> None:
        """Goes on at timeline frame `frame` with the next block."""
        self._jump = frame

    @property
    def position(self) -> int:
        """The timeline frame that is at the converter now."""
        return self._timeline(self._played())

    def heard_at(self, frame: int) -> float | None:
        """Stream time of timeline frame `frame`, reckoned from the start of the run; None before the first block."""
        started = self._started()
        if not started:
            return None
        return float(started[0][1].actual_time) + (frame - self._start) / self._rate

    def frame_at(self, time_s: float) -> int | None:
        """The timeline frame at the converter at stream time `time_s`, past or present; None before the first block.

        Right across loops, jumps and underruns.
        """
        started = self._started()
        if not started:
            return None
        before, action = next((a for a in reversed(started) if a[1].actual_time <= time_s), started[0])
        return self._timeline(before + math.floor((time_s - action.actual_time) * self._rate))

    def _started(self) -> list[tuple[int, Any]]:
        return [anchor for anchor in self._anchors if anchor[1].done_frames]

    def _played(self) -> int:
        """Frames that have left the converter, by the stream's clock, never more than the callback has taken."""
        started = self._started()
        if not started:
            return 0
        if not self.is_alive:
            return self._taken()
        before, action = started[-1]
        elapsed = math.floor((self._stream.time - action.actual_time) * self._rate) if self._stream.active else 1 << 62
        return max(before, min(before + elapsed, self._taken()))

    def _taken(self) -> int:
        """Frames the callback has taken out of the ring."""
        return self._written - int(self._ring.read_available)

    def _timeline(self, played: int) -> int:
        index = bisect_right(self._map, (played, 1 << 62)) - 1
        written, frame = self._map[max(0, index)]
        return frame + played - written

    def _fill(self) -> None:
        self._stopping.wait(self._wait_s)
        self._await_decoders()
        while not self._stopping.is_set() and self._top_up():
            self._stopping.wait(BLOCK_S)
        if self._stopping.is_set() and self._written and not self._abandoned.is_set():
            self._write(self._mixer.fade_out(max(1, round(FADE_S * self._rate))))
        self._drain()

    def _await_decoders(self) -> None:
        """Gives files that are just being opened a moment, so that their first note is not swallowed."""
        deadline = monotonic() + READY_S
        while not self._is_prepared(self.scene) and monotonic() < deadline and not self._stopping.is_set():
            self._stopping.wait(0.004)
        self._shown = self.scene

    def _is_prepared(self, scene: Scene) -> bool:
        # not a generator: every source is to be asked, not only those up to the first that is not ready
        ready = [track.source.prepare(self._mixer.frame - track.at) for track in scene.tracks]
        return all(ready)

    def _current(self) -> Scene:
        """The newest scene all of whose sources are ready; an older one for a while otherwise."""
        scene = self.scene
        if scene is not self._shown:
            self._waiting_since = self._waiting_since or monotonic()
            if self._is_prepared(scene) or monotonic() - self._waiting_since > PATIENCE_S:
                self._shown, self._waiting_since = scene, 0.0
        return self._shown

    def _top_up(self) -> bool:
        """Fills the ring up to `AHEAD_S`; False when the timeline has ended or the device is gone."""
        if not self._stream.active:
            self.is_lost = True
            return False
        while self._ring.read_available < AHEAD_S * self._rate:
            if (jump := self._jump) is not None:
                self._jump = None
                self._mixer.jump(jump)
            samples, spans = self._mixer.render(self._current(), self._block)
            self._note(spans)
            self._write(samples)
            if len(samples) < self._block and not self._mixer.holding:
                return False
            if self._mixer.holding:
                self._held = True
                break
        if self._ring.read_available:
            self._ensure_playing()
        return True

    def _note(self, spans: list[Span]) -> None:
        at = self._written
        for span in spans:
            written, frame = self._map[-1]
            if span.start != frame + at - written:
                self._map.append((at, span.start))
            at += span.frames

    def _write(self, samples: Float32) -> None:
        shaped = samples if self._channels == 2 else samples.mean(axis=1, keepdims=True)
        self._ring.write(np.ascontiguousarray(np.clip(shaped, -1, 1), np.float32))
        self._written += len(samples)

    def _ensure_playing(self) -> None:
        """Hands the ring to the callback, again if it ran empty (then rtmixer lets go of it)."""
        with self._lock:
            if self._anchors and self._anchors[-1][1] in self._stream.actions:
                self._held = self._mixer.holding
                return
            self._holds += self._held and bool(self._anchors)
            self._held = self._mixer.holding
            self._anchors = (*self._anchors, (self._taken(), self._stream.play_ringbuffer(self._ring)))

    def _drain(self) -> None:
        """Waits until everything in the ring has been heard."""
        if self._written and not self._abandoned.is_set() and self._stream.active:
            self._ensure_playing()
        while self._ring.read_available and not self._abandoned.wait(BLOCK_S / 2):
            if not self._stream.active:
                self.is_lost = True
                return
        self._abandoned.wait(0 if self._abandoned.is_set() else float(self._stream.latency))
