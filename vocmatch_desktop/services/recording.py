"""Recording a take: alone, to the click, or over a beat; and where it lies on the grid it was sung to.

Example:
    session = TakeSession(store, recorder, player, calibration_s)      # recorder open, player for click and beats
    session.start()                                                    # alone
    session.start(ToClick(bpm=92, count_in_bars=1))                    # one bar of clicks, then sing
    session.start(OverBeat(path, grid, beat_id, from_s=21.3))          # counts in, then the beat starts at its bar line
    session.start(WhatPlays(path, grid, beat_id, track_name="beat"))   # `player` plays the beat already; just record
    …                                                                  # from a timer (window) or a loop (shell):
    session.poll() is Phase.COUNTING_IN | RECORDING | OVER             # never waits; begins the take at its moment
    session.request_stop()                                             # returns at once; poll() says when it is OVER
    take = session.finish()                                            # the stored Take, or None if nothing was sung
    session.problem                                                    # why it ended by itself, to be shown; or None

`record_to` does the same into a file outside the takes, for the shell's `--out`.

A counted-in take begins half a bar before its first bar line, so that a pick-up is kept. A take that was sung to a
click or over a beat knows its tempo and where a bar line lies in it: `Take.bpm` and `Take.first_beat_s`, from the
stream times of both devices and the calibration of the pair (`audio.clock`). What is recorded survives everything: see
`audio.capture` and `library.takes`.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from pathlib import Path
from typing import Any

from vocmatch_desktop.audio.capture import Recorder, Recording
from vocmatch_desktop.audio.playback import Player
from vocmatch_desktop.errors import UserError
from vocmatch_desktop.library.takes import Draft, TakeStore
from vocmatch_desktop.services.guides import Guidance, Guide, Placement, beat_of, guidance, tempo_of
from vocmatch_desktop.types import Take


class Phase(Enum):
    """Where a session is."""

    COUNTING_IN = auto()
    RECORDING = auto()
    OVER = auto()


class TakeSession:
    """Records one take after the other with an open recorder; `player` is only needed for guides."""

    def __init__(
        self, store: TakeStore, recorder: Recorder, player: Player | None = None, calibration_s: float = 0.0
    ) -> None:
        self._store = store
        self._recorder = recorder
        self._player = player
        self._calibration_s = calibration_s
        self._draft: Draft | None = None
        self._guided: Guided | None = None
        self._noted = False

    def start(self, guide: Guide | None = None, *, name: str | None = None, seconds: float | None = None) -> None:
        """Begins a take (or its count-in); it ends by itself after `seconds`, if given.

        Raises:
            DeviceError, DiskError: nothing was begun. RuntimeError: the last take was not finished.
        """
        if self._draft is not None:
            raise RuntimeError("the last take was not finished")
        device = self._recorder.device.name
        draft = self._store.begin(name, device=device, bpm=tempo_of(guide), over_beat=beat_of(guide))
        try:
            self._guided = record_to(draft.audio_path, guide, self._recorder, self._player, seconds=seconds)
        except UserError:
            self._store.discard(draft)
            raise
        self._draft, self._noted = draft, False

    def poll(self) -> Phase:
        """Does what is due and tells where the session is; to be called often (every 30 ms or so)."""
        if self._guided is None or self._draft is None:
            return Phase.OVER
        if not self._noted and (placement := self._guided.placement(self._calibration_s)) is not None:
            self._noted = True
            self._draft.mark.note(bpm=placement.bpm, first_beat_s=placement.first_beat_s)
        return self._guided.poll()

    def request_stop(self) -> None:
        """Ends the take or the count-in; click and beat of a `ToClick` or `OverBeat` fall silent."""
        if self._guided is not None:
            self._guided.request_stop()

    @property
    def recorded_s(self) -> float:
        """Length of the take so far."""
        return self._recorder.recorded_s

    @property
    def problem(self) -> UserError | None:
        """Why recording ended by itself."""
        return self._recorder.problem

    def finish(self) -> Take | None:
        """Stores the take (waits some 40 ms if it was not `OVER` yet); None if nothing was recorded."""
        if self._draft is None or self._guided is None:
            raise RuntimeError("no take was begun")
        draft, guided = self._draft, self._guided
        self._draft = self._guided = None
        recording, placement = guided.finish(self._calibration_s)
        if recording is None or not recording.frames:
            self._store.discard(draft)
            return None
        return self._store.keep(draft, **_facts(recording, placement), over_beat=guided.beat_id)


class Guided:
    """One take into one file with what is heard meanwhile; made by `record_to`."""

    def __init__(self, recorder: Recorder, begin: Callable[[float | None], None], guide: Guidance) -> None:
        self._recorder = recorder
        self._begin = begin
        self._guide = guide
        self._begun = False
        self._stopped = False
        if guide.waits_for is None:
            self._start(None)

    @property
    def beat_id(self) -> int | None:
        """The beat it is sung over."""
        return self._guide.beat_id

    def poll(self) -> Phase:
        """Does what is due and tells where the take is."""
        if not self._begun and not self._stopped:
            if not self._recorder.is_open or self._guide.is_silent:
                self.request_stop()
            elif self._guide.waits_for is not None and (moment := self._guide.waits_for()) is not None:
                self._start(moment)
        if not self._begun:
            return Phase.OVER if self._stopped else Phase.COUNTING_IN
        if self._recorder.recording:
            waits = self._guide.waits_for is not None and self._recorder.recorded_s == 0 and not self._stopped
            return Phase.COUNTING_IN if waits else Phase.RECORDING
        self.request_stop()
        return Phase.OVER

    def placement(self, calibration_s: float) -> Placement | None:
        """Where the take that is being sung lies on its grid; None while that is not known."""
        start_s = self._recorder.take_start_s if self._begun else None
        return None if start_s is None else self._guide.place(start_s, calibration_s)

    def request_stop(self) -> None:
        """Ends the take, and what it was sung to if that was started for it."""
        if not self._stopped:
            self._stopped = True
            self._recorder.request_stop()
            self._guide.stop()

    def finish(self, calibration_s: float = 0.0) -> tuple[Recording | None, Placement | None]:
        """What was recorded and where it lies; None and None if it was stopped before it began."""
        self.request_stop()
        if not self._begun:
            return None, None
        recording = self._recorder.stop()
        return recording, self._guide.place(recording.adc_start_s, calibration_s)

    def _start(self, at: float | None) -> None:
        self._begin(at)
        self._begun = True


def record_to(
    path: Path,
    guide: Guide | None,
    recorder: Recorder,
    player: Player | None = None,
    *,
    seconds: float | None = None,
) -> Guided:
    """Begins recording into the new file `path`, to be polled and finished; raises `DeviceError`, `DiskError`."""

    def begin(at: float | None) -> None:
        recorder.record(path, at=at, seconds=seconds)

    return Guided(recorder, begin, guidance(guide, player))


def _facts(recording: Recording, placement: Placement | None) -> dict[str, Any]:
    return {
        "device": recording.device,
        "overflows": recording.overflows,
        "peak_dbfs": recording.peak_dbfs,
        "bpm": placement.bpm if placement is not None else None,
        "first_beat_s": placement.first_beat_s if placement is not None else None,
    }
