"""Hearing oneself while singing: microphone → loudspeaker without Python in between.

Example:
    monitor = Monitor(recorder, player)      # at one rate; make the player with latency=0.02
    monitor.start()                          # some 30 ms behind the voice plus the devices' own latencies
    monitor.stop()

One C callback writes a lock-free ring, the other plays it. A thread only looks after the ring: the callback lets go of
it when it runs empty, and two sound cards' clocks drift apart.
"""

from __future__ import annotations

import threading

from vocmatch_desktop.audio.capture import Recorder
from vocmatch_desktop.audio.playback import Player
from vocmatch_desktop.errors import DeviceError

CUSHION_S = 0.025
TOO_LATE_S = 0.12
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
        """Begins; raises `DeviceError` where the two devices do not run at one rate or one is closed."""
        self.stop()
        self._player.open()
        if self._recorder.rate != self._player.rate:
            raise DeviceError(
                "Microphone and loudspeaker run at different sample rates, so you cannot hear yourself.",
                "Set both to the same rate in the system's sound settings.",
            )
        self._stopping.clear()
        self._thread = threading.Thread(target=self._watch, name="monitor", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _watch(self) -> None:
        output, lock = self._player.stream, self._player.lock
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
