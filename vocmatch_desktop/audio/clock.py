"""Where a take lies on the grid it was sung to, and how that is calibrated.

Example:
    first_beat_s = first_beat(player.heard_at(0), recording.adc_start_s, calibration_s)    # seconds in the take

    loop = measure_loopback(find_input(name), find_output(name))    # clicks from loudspeaker to microphone
    calibration = loop.residual_s                                   # store for this pair of devices
    measure_loopback(…, calibration_s=calibration).residual_s       # what is left: the click-to-take alignment

Input and output are two streams of one process; PortAudio gives both times on one clock: when a frame left the
converter, when a sample stood at it. Their difference is right up to what a driver does not tell about its own
latency. That rest is the same every time for a pair of devices; `measure_loopback` measures it (the microphone must
hear the loudspeaker), the settings keep it.
"""

from __future__ import annotations

import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

import numpy as np

from vocmatch_desktop.audio.capture import Recorder, Recording
from vocmatch_desktop.audio.devices import Device
from vocmatch_desktop.audio.files import read
from vocmatch_desktop.audio.mixing import Track
from vocmatch_desktop.audio.playback import Player
from vocmatch_desktop.audio.sources import ClickSource
from vocmatch_desktop.errors import DeviceError
from vocmatch_desktop.types import Float32

CLICKS = 8
CLICK_BPM = 240.0
SEARCH_S = 0.12
LEAST_CONTRAST = 4.0
ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Loopback:
    """A measured loop: `residual_s` is arrival minus prediction (median), `spread_s` the widest deviation from it.

    `latency_s`: the round trip as a musician would feel it, output and input latency together.
    """

    residual_s: float
    spread_s: float
    latency_s: float
    clicks: int


def pair_name(microphone: Device, loudspeaker: Device) -> str:
    """The name under which the settings keep the calibration of two devices."""
    return f"{microphone.name}|{loudspeaker.name}"


def first_beat(click_heard_s: float, take_start_s: float, calibration_s: float = 0.0) -> float:
    """Where in the take (seconds) the beat lies that left the loudspeaker at stream time `click_heard_s`."""
    return click_heard_s - take_start_s + calibration_s


def measure_loopback(
    microphone: Device, loudspeaker: Device, *, channel: int = 1, calibration_s: float = 0.0
) -> Loopback:
    """Plays clicks, records them, and compares where they arrive with where `first_beat` says they do (3 s).

    Raises:
        DeviceError: a device cannot be opened, or the microphone does not hear the loudspeaker.
    """
    for _ in range(ATTEMPTS):
        clicks = _play_and_record(microphone, loudspeaker, channel)
        if not clicks.gaps:
            break
    offsets = _offsets(clicks, calibration_s)
    residual = statistics.median(offsets)
    spread = max(abs(offset - residual) for offset in offsets)
    return Loopback(residual, spread, clicks.latency_s, len(offsets))


@dataclass(frozen=True, slots=True, eq=False)
class _Clicks:
    """Recorded clicks: beat 0 left the loudspeaker at stream time `heard_s`; `gaps` counts playback's underruns."""

    samples: Float32
    recording: Recording
    heard_s: float
    latency_s: float
    gaps: int


def _play_and_record(microphone: Device, loudspeaker: Device, channel: int) -> _Clicks:
    with (
        tempfile.TemporaryDirectory() as folder,
        Recorder(microphone, channel=channel) as recorder,
        Player(loudspeaker) as player,
    ):
        player.open()
        sleep(max(player.settles_in_s, recorder.settles_in_s))
        recorder.record(Path(folder) / "loop.wav")
        click = ClickSource(player.rate, CLICK_BPM, to_beat=CLICKS, beats_per_bar=1)
        player.play([Track("click", click)], start=-player.rate // 4)
        heard_s = _played(player)
        sleep(SEARCH_S + 0.1)
        recording = recorder.stop()
        samples = read(recording.path).samples[:, 0] if recording.frames else np.zeros(0, np.float32)
        return _Clicks(samples, recording, heard_s, recorder.latency_s + player.latency_s, player.underruns)


def _played(player: Player) -> float:
    """Waits until everything was played; the stream time at which beat 0 was heard."""
    deadline = monotonic() + 10
    while player.playing and monotonic() < deadline:
        sleep(0.02)
    heard = player.heard_at(0)
    if player.problem is not None or heard is None:
        raise player.problem or DeviceError("The loudspeaker did not play.", "Choose another one.")
    return heard


def _offsets(clicks: _Clicks, calibration_s: float) -> list[float]:
    """Seconds from the predicted to the measured arrival of every click."""
    rate = clicks.recording.rate
    found = []
    for index in range(CLICKS):
        heard_s = clicks.heard_s + index * 60 / CLICK_BPM
        expected = first_beat(heard_s, clicks.recording.adc_start_s, calibration_s) * rate
        low = max(0, round(expected - SEARCH_S * rate))
        window = np.abs(clicks.samples[low : max(0, round(expected + SEARCH_S * rate))])
        if len(window) and window.max() > LEAST_CONTRAST * np.median(window) + 1e-4:
            onset = int(np.argmax(window > 0.5 * window.max()))
            found.append((low + onset - expected) / rate)
    if len(found) < CLICKS // 2:
        raise DeviceError("The microphone does not hear the loudspeaker.", "Hold it close, turn up the volume, retry.")
    return found
