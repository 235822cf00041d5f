"""Measuring what the drivers do not tell about their latency, and keeping it for the pair of devices.

    loop = run(CalibrationSpec(places, settings))      # plays clicks for 6 s; what is left after calibration

The microphone has to hear the loudspeaker. The measured rest goes into `Settings.calibration_s`; from then on every
take sung to a click or over a beat is placed with it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from vocmatch_desktop.audio.clock import Loopback, measure_loopback, pair_name
from vocmatch_desktop.audio.devices import find_input, find_output
from vocmatch_desktop.errors import DeviceError
from vocmatch_desktop.settings import Places, Settings, save

WIDEST_SPREAD_S = 0.005


@dataclass(frozen=True, slots=True)
class CalibrationSpec:
    """The devices to calibrate: those of the settings."""

    places: Places
    settings: Settings


def run(spec: CalibrationSpec) -> Loopback:
    """Calibrates, stores the calibration, and gives what is left in a second measurement.

    Raises:
        DeviceError: a device is missing, the loop is not closed, or its clicks arrive too unevenly to be trusted.
        DiskError: the settings cannot be saved.
    """
    settings = spec.settings
    microphone, loudspeaker = find_input(settings.input_device), find_output(settings.output_device)
    channel = min(settings.input_channel, microphone.channels)
    found = measure_loopback(microphone, loudspeaker, channel=channel)
    if found.spread_s > WIDEST_SPREAD_S:
        raise DeviceError("The clicks did not arrive evenly.", "Close other programs, make the room quiet, try again.")
    left = measure_loopback(microphone, loudspeaker, channel=channel, calibration_s=found.residual_s)
    known = {**(settings.calibration_s or {}), pair_name(microphone, loudspeaker): found.residual_s}
    save(spec.places.settings_file, replace(settings, calibration_s=known))
    return left
