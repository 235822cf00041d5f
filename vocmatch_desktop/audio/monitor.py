"""Hearing oneself while singing: microphone → loudspeaker without Python in between.

Example:
    monitor = Monitor(recorder, player)      # recorder open
    monitor.start()                          # some 30 ms behind the voice plus the devices' own latencies
    monitor.stop()

One C callback writes a lock-free ring, the other plays it. A thread only looks after the ring: the callback lets go of
it when it runs empty, and two sound cards' clocks drift apart. The player plays far ahead, so that it never stutters,
which is too late for a voice: the monitor has a quick stream of its own on the same device, and uses the player's only
where the device takes a single one.
"""

from __future__ import annotations

import threading
from typing import Any

from vocmatch_desktop.audio.capture import Recorder
from vocmatch_desktop.audio.devices import portaudio
from vocmatch_desktop.audio.playback import Player
from vocmatch_desktop.audio.quiet import quietly
from vocmatch_desktop.errors import DeviceError

LATENCY_S = 0.015
CUSHION_S = 0.02
TOO_LATE_S = 0.1
LOOK_S = 0.01


class Monitor:
    """Plays what a recorder hears through a player's device for as long as it is started."""

    def __init__(self, recorder: Recorder, player: Player) -> None:
        self._recorder = recorder
        self._player = player
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def is_on(self) -> bool:
        """Whether the voice is heard."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Begins; raises `DeviceError` where that is not possible."""
        self.stop()
        own = self._own_stream()
        if own is None:
            self._player.open()
            if self._recorder.rate != self._player.rate:
                raise DeviceError(
                    "Microphone and loudspeaker run at different sample rates, so you cannot hear yourself.",
                    "Set both to the same rate in the system's sound settings.",
                )
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, args=(own,), name="monitor", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _own_stream(self) -> Any:
        """A quick stream on the player's device; None where it cannot be had."""
        sounddevice = portaudio()
        import rtmixer

        device = self._player.device
        try:
            with quietly():
                stream = rtmixer.Mixer(
                    device=device.index,
                    channels=min(2, device.channels),
                    samplerate=self._recorder.rate,
                    latency=LATENCY_S,
                )
                stream.start()
        except (sounddevice.PortAudioError, ValueError):
            return None
        return stream

    def _run(self, own: Any) -> None:
        if own is None:
            self._watch(self._player.stream, self._player.lock)
            return
        try:
            self._watch(own, threading.Lock())
        finally:
            own.close()

    def _watch(self, output: Any, lock: threading.Lock) -> None:
        tap = self._recorder.tap(int(output.channels))
        cushion, too_late = (round(s * self._recorder.rate) for s in (CUSHION_S, TOO_LATE_S))
        action = None
        while not self._stopping.wait(LOOK_S) and output.active and self._recorder.is_open:
            waiting = tap.ring.read_available
            with lock:
                playing = action is not None and action in output.actions
                if playing and waiting > too_late:
                    output.cancel(action)
                elif not playing and cushion <= waiting <= too_late:
                    action = output.play_ringbuffer(tap.ring)
            if not playing and waiting > too_late:
                tap.read()  # nobody plays it now: drop what is too old
        tap.cancel()
        with lock:
            if action is not None and output.active and action in output.actions:
                output.cancel(action)
