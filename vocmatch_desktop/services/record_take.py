"""Recording one take from beginning to end, as the shell does it: waits until it is over.

    result = run(RecordSpec(places, settings, seconds=10, bpm=92), stop=lambda: False)

A take that a lost device or a full disk ended is a result too, with `problem` set, as long as something was recorded.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from vocmatch_desktop.audio.capture import Recorder, Recording
from vocmatch_desktop.audio.clock import pair_name
from vocmatch_desktop.audio.devices import find_input, find_output
from vocmatch_desktop.audio.playback import Player
from vocmatch_desktop.errors import UserError
from vocmatch_desktop.library.takes import TakeStore
from vocmatch_desktop.services.guides import Placement, ToClick
from vocmatch_desktop.services.recording import Guided, Phase, TakeSession, record_to
from vocmatch_desktop.settings import Places, Settings
from vocmatch_desktop.types import Take

POLL_S = 0.02


@dataclass(frozen=True, slots=True)
class RecordSpec:
    """What to record; None takes what the settings say. `out` None makes a take in the takes folder."""

    places: Places
    settings: Settings
    seconds: float | None = None
    device: str | None = None
    channel: int | None = None
    bpm: float | None = None
    count_in_bars: int | None = None
    out: Path | None = None


@dataclass(frozen=True, slots=True)
class RecordResult:
    """What was recorded; `bpm` and `first_beat_s` are known for a take sung to the click."""

    path: Path
    duration_s: float
    rate: int
    peak_dbfs: float
    overflows: int
    bpm: float | None = None
    first_beat_s: float | None = None
    problem: str | None = None


def run(spec: RecordSpec, stop: Callable[[], bool]) -> RecordResult:
    """Records until `stop()` is true or `seconds` are over.

    Raises:
        DeviceError, DiskError: recording could not begin. UserError: nothing was recorded.
    """
    settings = spec.settings
    device = find_input(spec.device or settings.input_device)
    with ExitStack() as opened:
        recorder = Recorder(device, channel=spec.channel or settings.input_channel)
        guide, player, calibration_s = None, None, 0.0
        if spec.bpm is not None:
            count_in = settings.count_in_bars if spec.count_in_bars is None else spec.count_in_bars
            guide = ToClick(spec.bpm, count_in_bars=count_in, gain=10 ** (settings.click_volume_db / 20))
            player = opened.enter_context(Player(find_output(settings.output_device)))
            player.open()
            calibration_s = (settings.calibration_s or {}).get(pair_name(device, player.device), 0.0)
        opened.enter_context(recorder)
        if player is not None:
            time.sleep(max(player.settles_in_s, recorder.settles_in_s))
        if spec.out is not None:
            guided = record_to(spec.out, guide, recorder, player, seconds=spec.seconds)
            _wait(guided, stop)
            return _of_recording(*guided.finish(calibration_s), recorder.problem)
        session = TakeSession(TakeStore(spec.places.takes), recorder, player, calibration_s)
        session.start(guide, seconds=spec.seconds)
        _wait(session, stop)
        return _of_take(session.finish(), session.problem)


def _wait(taking: Guided | TakeSession, stop: Callable[[], bool]) -> None:
    while taking.poll() is not Phase.OVER:
        if stop():
            taking.request_stop()
        time.sleep(POLL_S)


def _of_recording(recording: Recording | None, placement: Placement | None, problem: UserError | None) -> RecordResult:
    if recording is None or not recording.frames:
        raise problem or _nothing()
    return RecordResult(
        path=recording.path,
        duration_s=recording.duration_s,
        rate=recording.rate,
        peak_dbfs=recording.peak_dbfs,
        overflows=recording.overflows,
        bpm=placement.bpm if placement is not None else None,
        first_beat_s=placement.first_beat_s if placement is not None else None,
        problem=str(problem) if problem is not None else None,
    )


def _of_take(take: Take | None, problem: UserError | None) -> RecordResult:
    if take is None:
        raise problem or _nothing()
    return RecordResult(
        path=take.audio_path,
        duration_s=take.duration_s,
        rate=take.rate,
        peak_dbfs=take.peak_dbfs,
        overflows=take.overflows,
        bpm=take.bpm,
        first_beat_s=take.first_beat_s,
        problem=str(problem) if problem is not None else None,
    )


def _nothing() -> UserError:
    return UserError("Nothing was recorded.", "It was stopped before the take began.")
