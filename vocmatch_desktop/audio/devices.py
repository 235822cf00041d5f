"""Microphones and loudspeakers, by name.

Example:
    for device in inputs():                       # Device(name, index, channels, default_rate, is_default)
        print(device.name)
    microphone = find_input("USB mic")            # None: the system's default; raises DeviceError if it is not there
    refresh()                                     # after plugging something in; only while no stream is open

A system shows each sound card once for every driver family it has; only the family with the best timing is listed
(WASAPI on Windows, Core Audio on macOS, ALSA on Linux). `index` is PortAudio's and good until the next `refresh`;
settings keep the name.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any, Literal

from vocmatch_desktop.errors import DeviceError

Kind = Literal["input", "output"]

PREFERRED_DRIVERS = {"win32": "Windows WASAPI", "darwin": "Core Audio", "linux": "ALSA"}

MOST_CHANNELS = 64
"""Channels that are offered at most; virtual devices claim absurd numbers."""

SETTLING_S = 0.3
"""A driver's clock jumps by tens of milliseconds while a stream starts (measured: under 100 ms)."""


@dataclass(frozen=True, slots=True)
class Device:
    """One microphone or loudspeaker; `channels` it has, `default_rate` in Hz."""

    name: str
    index: int
    channels: int
    default_rate: int
    is_default: bool


def portaudio() -> Any:
    """The `sounddevice` module; raises `DeviceError` where PortAudio itself is missing."""
    try:
        import sounddevice
    except OSError as error:
        raise DeviceError(
            "The sound library PortAudio is not installed.", "Install the package libportaudio2 and start again."
        ) from error
    return sounddevice


def inputs() -> tuple[Device, ...]:
    """All microphones, the default one first; empty where there is none."""
    return _devices("input")


def outputs() -> tuple[Device, ...]:
    """All loudspeakers, the default one first; empty where there is none."""
    return _devices("output")


def find_input(name: str | None = None) -> Device:
    """The microphone called `name`, the default one for None; raises `DeviceError`."""
    return _find("input", name)


def find_output(name: str | None = None) -> Device:
    """The loudspeaker called `name`, the default one for None; raises `DeviceError`."""
    return _find("output", name)


def refresh() -> None:
    """Looks again for devices; PortAudio only does so when it starts, and restarting it ends every open stream."""
    sounddevice = portaudio()
    sounddevice._terminate()
    sounddevice._initialize()


def _devices(kind: Kind) -> tuple[Device, ...]:
    sounddevice = portaudio()
    driver, default = _driver(sounddevice, kind)
    found = [
        Device(
            name=str(entry["name"]),
            index=int(entry["index"]),
            channels=min(int(entry[f"max_{kind}_channels"]), MOST_CHANNELS),
            default_rate=round(entry["default_samplerate"]),
            is_default=entry["index"] == default,
        )
        for entry in sounddevice.query_devices()
        if entry["hostapi"] == driver and entry[f"max_{kind}_channels"] > 0
    ]
    return tuple(sorted(found, key=lambda device: (not device.is_default, device.index)))


def _driver(sounddevice: Any, kind: Kind) -> tuple[int, int]:
    """The driver family to list and its default device: the preferred one where it has devices, else the first."""
    families = list(enumerate(sounddevice.query_hostapis()))
    used = [(index, family) for index, family in families if family[f"default_{kind}_device"] >= 0]
    preferred = [entry for entry in used if entry[1]["name"] == PREFERRED_DRIVERS.get(sys.platform)]
    for index, family in [*preferred, *used]:
        return index, int(family[f"default_{kind}_device"])
    return -1, -1


def _find(kind: Kind, name: str | None) -> Device:
    devices = _devices(kind)
    word = "microphone" if kind == "input" else "loudspeaker"
    if not devices:
        raise DeviceError(f"No {word} was found.", "Plug one in and choose it again.", device=name or "")
    if name is None:
        return devices[0]
    for device in devices:
        if device.name == name:
            return device
    raise DeviceError(f"The {word} “{name}” is not connected.", "Plug it in or choose another one.", device=name)
