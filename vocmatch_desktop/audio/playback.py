"""Playing take, beat and click together, to the sample.

Example:
    player = Player(find_output(settings.output_device))
    beat = DiskSource(path, player.rate, start_s=12.0)
    player.play([Track("beat", beat, at=round(-12.0 * player.rate)), Track("take", take)])     # sounds at once
    player.position_s                              # what is heard now, seconds on the timeline; for the play head
    player.set_gain("beat", 0.5)                   # live, without a click; also set_loop(from_s, to_s), seek(s)
    player.swap(Track("beat", fitted, at=-8192))   # raw → fitted while playing, 20 ms cross-fade
    player.playing, player.problem                 # to be polled by a timer: ended, or device lost
    player.stop()                                  # 5 ms fade, no waiting
    player.close()                                 # closes the device; also a context manager

One timeline, counted in frames at `player.rate`, from `start` (default 0; negative is allowed: a count-in). A track's
source frame 0 lies at timeline frame `at`. So a beat under a take with `start_s` is `at = -round(start_s * rate)`.
`heard_at(frame)` gives the stream time at which a timeline frame leaves the converter: the clock of `audio.clock`.

How it works: a thread mixes some blocks ahead into a lock-free ring which PortAudio's C callback plays (rtmixer), so a
busy window is not heard. What is played is described by an immutable scene that the window's thread replaces and the
mixing thread reads: no locks, nothing waits. Changes are heard after some 80 ms; a swapped-in file is heard as soon as
it is decoded. Sources belong to the caller; close them after `stop()`. After a device was lost, make a new player (and
`devices.refresh()` first, while nothing else is open).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from time import monotonic
from types import TracebackType
from typing import Any, Self

from vocmatch_desktop.audio.devices import SETTLING_S, Device, portaudio
from vocmatch_desktop.audio.mixing import Known, Loop, Scene, Track
from vocmatch_desktop.audio.quiet import quietly
from vocmatch_desktop.audio.run import Run
from vocmatch_desktop.errors import DeviceError, UserError

LATENCY_S = 0.1
"""Generous: nothing that is played ahead of time needs less, and a busy computer is not heard."""


class Player:
    """One loudspeaker. All methods are for one thread (the window's); none of them waits for the sound."""

    def __init__(self, device: Device, *, rate: int | None = None, latency: float | str = LATENCY_S) -> None:
        """`rate` None takes the device's own. The device is opened with the first `play` (or `open`)."""
        self.device = device
        self.rate = rate or device.default_rate
        self.problem: UserError | None = None
        self._latency = latency
        self._stream: Any = None
        self._lock = threading.Lock()
        self._opened = 0.0
        self._run: Run | None = None
        self._ending: list[Run] = []

    def open(self) -> None:
        """Opens the device ahead of the first `play`, which is then some 50 ms faster; raises `DeviceError`."""
        sounddevice = portaudio()
        import rtmixer

        if self._stream is not None and self._stream.active:
            return
        self._close_stream()
        self.problem = None
        try:
            with quietly():
                self._stream = rtmixer.Mixer(
                    device=self.device.index,
                    channels=min(2, self.device.channels),
                    samplerate=self.rate,
                    latency=self._latency,
                )
                self._stream.start()
            self._opened = monotonic()
        except (sounddevice.PortAudioError, ValueError) as error:
            self._stream = None
            remedy = "Close other programs that use it, or choose another one."
            raise DeviceError(f"“{self.device.name}” cannot be opened for playback.", remedy) from error

    def close(self) -> None:
        """Stops and closes the device."""
        self.stop()
        self._close_stream()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self.close()

    def play(
        self,
        tracks: Iterable[Track],
        *,
        start: int = 0,
        end: int | None = None,
        loop: Loop | None = None,
        exactly: bool = False,
        known: Known | None = None,
    ) -> None:
        """Plays from timeline frame `start`, in place of what is playing now.

        `end` None is where the last track ends (never, with an endless one); a `loop` does not end, unless it is left
        by a jump behind it.
        With `known` (how many of so many frames from a timeline frame on are there) it waits for what is still to come.
        `exactly` first lets a device that was opened just now settle, so that `heard_at` can be trusted.
        Raises `DeviceError` where the device cannot be opened.
        """
        self.stop()
        self.open()
        scene = Scene(tuple(tracks), end=end, loop=loop, known=known)
        self._run = Run(self._stream, self._lock, scene, start, wait_s=self.settles_in_s if exactly else 0.0)

    def stop(self) -> None:
        """Fades out within some milliseconds; what is in the ring (`AHEAD_S`) is still heard."""
        self._ending = [run for run in self._ending if run.is_alive]
        if self._run is not None:
            self._run.stop()
            self._ending.append(self._run)
            self._run = None

    @property
    def playing(self) -> bool:
        """Whether something is playing; turns False by itself at the end, or with `problem` when the device is lost."""
        if self._run is None:
            return False
        if self._run.is_lost and self.problem is None:
            self.problem = DeviceError(f"“{self.device.name}” has stopped.", "Plug it in again or choose another one.")
        return self._run.is_alive

    @property
    def waiting(self) -> bool:
        """Whether it is silent because what comes next is not known yet; it goes on by itself."""
        return self._run is not None and self._run.is_waiting

    @property
    def position(self) -> int:
        """The timeline frame that is heard now; where it stopped, when it has."""
        return self._run.position if self._run is not None else 0

    @property
    def position_s(self) -> float:
        """`position` in seconds."""
        return self.position / self.rate

    @property
    def underruns(self) -> int:
        """How often the ring or the driver ran empty since `play`: audible gaps."""
        return self._run.underruns if self._run is not None else 0

    @property
    def scene(self) -> Scene | None:
        """What is playing."""
        return self._run.scene if self._run is not None else None

    @property
    def latency_s(self) -> float:
        """How late the driver says the sound leaves; 0 while closed."""
        return float(self._stream.latency) if self._stream is not None else 0.0

    @property
    def settles_in_s(self) -> float:
        """How long `heard_at` of a `play` that begins now would still be unreliable; 0 when it can be trusted."""
        return max(0.0, self._opened + SETTLING_S - monotonic())

    @property
    def stream(self) -> Any:
        """The rtmixer stream (None while closed), for `Monitor`."""
        return self._stream

    @property
    def lock(self) -> threading.Lock:
        """Guards the stream's action queue."""
        return self._lock

    @property
    def run(self) -> Run | None:
        """What is playing; keep it to ask for `heard_at` and `frame_at` after `stop`."""
        return self._run

    def heard_at(self, frame: int) -> float | None:
        """Stream time at which timeline frame `frame` leaves the converter; None until the first block was played.

        For a timeline that was neither looped nor sought, on a device that had settled (see `play`).
        """
        return self._run.heard_at(frame) if self._run is not None else None

    def seek(self, frame: int) -> None:
        """Goes on playing at timeline frame `frame`."""
        if self._run is not None:
            self._run.seek(frame)

    def set_gain(self, name: str, gain: float) -> None:
        """Changes a track's linear gain; unknown names are ignored (the track may just have ended)."""
        self._change(lambda scene: scene.with_gain(name, gain))

    def set_loop(self, loop: Loop | None) -> None:
        """Loops between two timeline frames, or stops looping."""
        self._change(lambda scene: scene.with_loop(loop))

    def swap(self, track: Track) -> None:
        """Puts `track` in the place of the one of its name (or adds it), with a short cross-fade."""
        self._change(lambda scene: scene.with_track(track))

    def remove(self, name: str) -> None:
        """Fades a track out."""
        self._change(lambda scene: scene.without(name))

    def _change(self, change: Callable[[Scene], Scene]) -> None:
        if self._run is not None:
            self._run.scene = change(self._run.scene)

    def _close_stream(self) -> None:
        for run in self._ending:  # they must not look at a stream that is gone
            run.abandon()
        self._ending.clear()
        if self._stream is not None:
            self._stream.close()
            self._stream = None
