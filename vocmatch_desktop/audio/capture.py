"""Recording from a microphone so that nothing is lost.

Example:
    recorder = Recorder(find_input(settings.input_device), channel=1)
    recorder.open()                                   # the level meter lives from now on
    recorder.levels()                                 # Levels(rms_dbfs, peak_dbfs, clipped): cheap, from a GUI timer
    position, newest = recorder.newest(since)         # all samples since `since`, float32 [n], for a spectrogram
    recorder.record(folder / "take.wav")              # starts now; or at a moment: record(path, at=stream_time)
    recorder.recording                                # False again by itself when device or disk fail
    recorder.request_stop()                           # returns at once; `recording` is False some 40 ms later
    recording = recorder.stop()                       # waits for that: Recording(path, frames, rate, overflows, …)
    recorder.close()                                  # also a context manager: open() … close()

How it works: PortAudio's callback is C (rtmixer) and writes into lock-free rings, one for the meter and one for the
take; no Python runs in it, so the interpreter cannot make it drop samples. One thread drains the rings. The take's
header is brought up to date with every block (libsndfile's SFC_SET_UPDATE_HEADER_AUTO): at every moment the file on
disk is a valid WAV that lacks at most the last `DRAIN_S`, whatever happens to the program. It is PCM (24 bits), which
Python's `wave` opens too.

Times are PortAudio stream times in seconds, the same clock for input and output. `Recording.adc_start_s` is when the
take's first sample stood at the converter.

When the device vanishes, or the disk is full, the take ends with what is there: `recording` turns False, `problem`
holds the `UserError` to show, and `stop()` returns the recording as usual. An existing file is never overwritten; a
take of no samples leaves no file.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from types import TracebackType
from typing import Any, Self

import numpy as np

from vocmatch_desktop.audio.devices import SETTLING_S, Device, portaudio
from vocmatch_desktop.audio.loudness import dbfs
from vocmatch_desktop.audio.quiet import quietly
from vocmatch_desktop.audio.takefile import TakeFile
from vocmatch_desktop.audio.tap import Tap
from vocmatch_desktop.errors import DeviceError, DiskError, UserError
from vocmatch_desktop.types import SILENCE_DB, Float32

DRAIN_S = 0.015
"""How often the rings are emptied: short, because the live pitch line waits for it."""

LATENCY_S = 0.03
"""Low, for what is sung while another track plays; the C callback needs no more."""

RING_S = 20.0
"""How long the draining thread may be held up before sound is lost."""

MEMORY_S = 12.0
"""How much of what was heard a spectrogram can ask for."""

SILENT_CALLBACK_S = 2.0
"""A device that has given nothing for this long is gone, whatever its driver says."""

CLIPPED = 0.999


@dataclass(frozen=True, slots=True)
class Levels:
    """The input's level over the newest block in dBFS; `clipped` since `clear_clip` was called."""

    rms_dbfs: float = SILENCE_DB
    peak_dbfs: float = SILENCE_DB
    clipped: bool = False


@dataclass(frozen=True, slots=True)
class Recording:
    """A finished take: `overflows` input buffers were dropped, `adc_start_s` is its first sample's stream time."""

    path: Path
    frames: int
    rate: int
    overflows: int
    peak_dbfs: float
    adc_start_s: float
    device: str
    problem: UserError | None = None

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.frames / self.rate


class Recorder:
    """One channel of one microphone: meters always, writes a take when told to."""

    def __init__(
        self, device: Device, *, channel: int = 1, rate: int | None = None, latency: float | str = LATENCY_S
    ) -> None:
        """`channel` counts from 1; `rate` None takes the device's own; `latency` as PortAudio understands it."""
        if not 1 <= channel <= device.channels:
            raise DeviceError(
                f"“{device.name}” has no input channel {channel}.", f"Choose one of 1 to {device.channels}."
            )
        self.device = device
        self.channel = channel
        self.rate = rate or device.default_rate
        self.problem: UserError | None = None
        self._latency = latency
        self._stream: Any = None
        self._opened = 0.0
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._take: _Take | None = None
        self._memory = np.zeros(round(MEMORY_S * self.rate), np.float32)
        self._heard = 0
        self._levels = Levels()
        self._clipped = False

    def open(self) -> None:
        """Opens the device and starts metering; raises `DeviceError`."""
        sounddevice = portaudio()
        import rtmixer

        self.problem = None
        self._closing.clear()
        try:
            with quietly():
                stream = rtmixer.Recorder(
                    device=self.device.index, channels=self.channel, samplerate=self.rate, latency=self._latency
                )
                stream.start()
        except (sounddevice.PortAudioError, ValueError) as error:
            remedy = "Close other programs that use it, or choose another one."
            raise DeviceError(f"“{self.device.name}” cannot be opened for recording.", remedy) from error
        self._stream = stream
        self._opened = monotonic()
        meter = Tap(stream, self._lock, (self.channel,), RING_S)
        self._thread = threading.Thread(target=self._drain, args=(meter,), name="take writer", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Ends a running take and closes the device."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self.close()

    @property
    def is_open(self) -> bool:
        """Whether the device is open and alive."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def time_s(self) -> float:
        """The stream's clock now."""
        return float(self._stream.time)

    @property
    def settles_in_s(self) -> float:
        """How long `adc_start_s` of a take that begins now would still be unreliable; 0 when it can be trusted."""
        return max(0.0, self._opened + SETTLING_S - monotonic())

    @property
    def latency_s(self) -> float:
        """How late the driver says the sound arrives; 0 while closed."""
        return float(self._stream.latency) if self._stream is not None else 0.0

    def record(self, path: Path, *, at: float | None = None, seconds: float | None = None) -> None:
        """Begins a take at `path`, now or with the sample that reaches the converter at stream time `at`.

        After exactly `seconds` it ends by itself (`recording` turns False).

        Raises:
            DiskError: the file exists or cannot be made. DeviceError: the device is gone.
        """
        if self._take is not None:
            raise RuntimeError("a take is being recorded, or was not fetched with stop()")
        if not self.is_open:
            raise self.problem or DeviceError("The microphone is not open.", "Choose it again.")
        file = TakeFile(path, self.rate)
        tap = Tap(self._stream, self._lock, (self.channel,), RING_S, at or 0.0)
        limit = None if seconds is None else round(seconds * self.rate)
        self._take = _Take(file, tap, self.device.name, limit)

    @property
    def recording(self) -> bool:
        """Whether a take is being written."""
        return self._take is not None and not self._take.finished.is_set()

    @property
    def recorded_s(self) -> float:
        """Length of the take so far."""
        return self._take.file.frames / self.rate if self._take else 0.0

    @property
    def take_start_s(self) -> float | None:
        """When the take's first sample stood at the converter; None until it has."""
        return self._take.start_s if self._take is not None else None

    def request_stop(self) -> None:
        """Ends the take without waiting for it."""
        if self._take is not None:
            self._take.stopping.set()

    def stop(self) -> Recording:
        """Ends the take and returns it once it is whole on the disk (some 40 ms)."""
        if self._take is None:
            raise RuntimeError("no take was begun")
        self.request_stop()
        take = self._take
        while not take.finished.wait(DRAIN_S):
            if not self.is_open:
                self._write()
        self._take = None
        return take.recording(self.problem)

    def levels(self) -> Levels:
        """The input's level now; never blocks."""
        return self._levels

    def clear_clip(self) -> None:
        """Forgets that the input was clipped."""
        self._clipped = False

    def newest(self, since: int) -> tuple[int, Float32]:
        """(position, samples): what was heard after sample number `since`, at most `MEMORY_S` less a second.

        Pass the returned position next time; 0 gives everything that is remembered. Never blocks the recording.
        """
        heard, size = self._heard, len(self._memory)
        count = min(max(0, heard - since), size - self.rate)
        return heard, self._memory.take(np.arange(heard - count, heard), mode="wrap")

    def tap(self, channels: int) -> Tap:
        """A ring that gets everything heard from now on, on `channels` equal channels (for `playback.Monitor`)."""
        return Tap(self._stream, self._lock, (self.channel,) * channels, 1.0)

    def _drain(self, meter: Tap) -> None:
        last_sound = monotonic()
        while self.problem is None and not self._closing.wait(DRAIN_S):
            samples = meter.read()
            if len(samples):
                last_sound = monotonic()
                self._remember(samples)
            if not self._stream.active or monotonic() - last_sound > SILENT_CALLBACK_S:
                self.problem = DeviceError(
                    f"“{self.device.name}” has stopped.", "What was sung until now is kept. Plug it in again."
                )
            elif self.recording:
                self._write()
        self.request_stop()
        while self.recording:
            self._write()
            sleep(DRAIN_S)

    def _write(self) -> None:
        take = self._take
        if take is None:
            return
        try:
            take.step(alive=self.problem is None and bool(self._stream.active))
        except DiskError as error:
            self.problem = error
            with suppress(DiskError):  # the first one is the one to show
                take.finish()

    def _remember(self, samples: Float32) -> None:
        size = len(self._memory)
        kept = samples[-size:]
        first = self._heard + len(samples) - len(kept)
        self._memory.put(np.arange(first, first + len(kept)), kept, mode="wrap")
        self._heard += len(samples)
        latest = samples[-max(1, round(DRAIN_S * self.rate)) :]
        peak = float(np.abs(latest).max())
        self._clipped = self._clipped or bool(np.abs(samples).max() >= CLIPPED)
        self._levels = Levels(dbfs(float(np.sqrt(np.mean(np.square(latest))))), dbfs(peak), self._clipped)


class _Take:
    """A take being written; used by the draining thread, apart from its two events."""

    def __init__(self, file: TakeFile, tap: Tap, device: str, limit: int | None) -> None:
        self.file = file
        self._limit = limit
        self.stopping = threading.Event()
        self.finished = threading.Event()
        self._tap = tap
        self._device = device
        self._cancelled = False

    def step(self, *, alive: bool) -> None:
        """Writes what has arrived; after `stopping` also what is on its way, then finishes."""
        if self.stopping.is_set() and not self._cancelled:
            self._tap.cancel()
            self._cancelled = True
        over = not alive or (self._cancelled and not self._tap.is_listening)
        self.file.write(self._tap.read()[: self._left])
        if self._left == 0:
            self.stopping.set()
        if over:
            self.finish()

    @property
    def start_s(self) -> float | None:
        """Stream time of the first sample."""
        return self._tap.start_s

    @property
    def _left(self) -> int | None:
        return None if self._limit is None else self._limit - self.file.frames

    def finish(self) -> None:
        """Closes the file."""
        try:
            self.file.close()
        finally:
            self.finished.set()

    def recording(self, problem: UserError | None) -> Recording:
        """What was recorded."""
        return Recording(
            path=self.file.path,
            frames=self.file.frames,
            rate=self.file.rate,
            overflows=self._tap.overflows,
            peak_dbfs=self.file.peak_dbfs,
            adc_start_s=self._tap.start_s or 0.0,
            device=self._device,
            problem=problem,
        )
