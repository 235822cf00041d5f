"""A microphone and a loudspeaker without hardware: a private user-mode PulseAudio that PortAudio reaches through ALSA.

Every test may ask for the fixture `virtual_audio`; scripts use `running()`:

    def test_recording(virtual_audio):
        with virtual_audio.sings(path):          # played into the microphone, in the background
            ...
        virtual_audio.loop_back()                # the microphone now hears the loudspeaker
        virtual_audio.microphone()               # … and now the "mic" sink again (what every test starts with)

One server for each pytest process, in a runtime folder of its own, so processes do not disturb each other. Child
processes inherit it through the environment. Tests are skipped with the reason where pulseaudio, its tools or ALSA's
pulse plugin are missing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

RATE = 44_100
STARTUP_S = 15.0


class VirtualAudio:
    """The running server: sinks `mic` (mono) and `speaker` (stereo), sources `virtmic` and `speaker.monitor`."""

    def __init__(self, folder: Path, rate: int = RATE) -> None:
        self.folder = folder
        self.rate = rate
        self.environment = {"PULSE_RUNTIME_PATH": str(folder), "PULSE_SERVER": f"unix:{folder}/native"}
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts the server and waits until it answers."""
        # norewinds=1 matters: without it the first half second of what is played is often lost.
        sink = f"module-null-sink norewinds=1 rate={self.rate}"
        self._server = subprocess.Popen(
            [
                "pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1", "--disallow-exit",
                "--disable-shm=yes", f"--log-target=file:{self.folder}/pulse.log",
                "-L", f"module-native-protocol-unix auth-anonymous=1 socket={self.folder}/native",
                "-L", f"{sink} sink_name=mic channels=1 channel_map=mono",
                "-L", f"{sink} sink_name=speaker channels=2",
                "-L", "module-remap-source source_name=virtmic master=mic.monitor",
            ],
            env=self._environ(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        deadline = time.monotonic() + STARTUP_S
        while self._pactl("info", check=False).returncode != 0:
            if time.monotonic() > deadline or self._server.poll() is not None:
                raise RuntimeError(f"pulseaudio did not start; see {self.folder}/pulse.log")
            time.sleep(0.05)
        self._pactl("set-default-sink", "speaker")
        self.microphone()

    def stop(self) -> None:
        """Ends the server (the way a sound card is pulled out, if something is still playing)."""
        if self._server is not None:
            self._server.terminate()
            self._server.wait(10)
            self._server = None

    def microphone(self) -> None:
        """The default input hears what is sung into the microphone."""
        self._pactl("set-default-source", "virtmic")

    def loop_back(self) -> None:
        """The default input hears what the loudspeaker plays."""
        self._pactl("set-default-source", "speaker.monitor")

    def sing(self, path: Path) -> None:
        """Plays a WAV into the microphone and returns when its last sample has been heard there."""
        subprocess.run(["paplay", "--device=mic", str(path)], env=self._environ(), check=True, capture_output=True)

    @contextmanager
    def sings(self, path: Path) -> Iterator[None]:
        """Plays a WAV into the microphone while the block runs."""
        command = ["paplay", "--device=mic", str(path)]
        singer = subprocess.Popen(command, env=self._environ(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield
        finally:
            singer.terminate()
            singer.wait(10)

    @contextmanager
    def overhears(self) -> Iterator[Callable[[], NDArray[np.float32]]]:
        """Gives a function that tells everything the loudspeaker has played since the block began, float32 [n]."""
        path = self.folder / "overheard.raw"
        command = ["parec", "--device=speaker.monitor", "--format=float32le", "--channels=1", f"--rate={self.rate}"]
        with path.open("wb") as file:
            listener = subprocess.Popen(command, env=self._environ(), stdout=file, stderr=subprocess.DEVNULL)
        try:
            yield lambda: np.frombuffer(path.read_bytes()[: path.stat().st_size // 4 * 4], np.float32)
        finally:
            listener.terminate()
            listener.wait(10)

    def _environ(self) -> dict[str, str]:
        return {**os.environ, **self.environment}

    def _pactl(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(["pactl", *words], env=self._environ(), check=check, capture_output=True)


def missing() -> str | None:
    """Why there can be no virtual audio here; None where there can."""
    for program in ("pulseaudio", "pactl", "paplay", "parec"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    plugins = [*Path("/usr/lib").glob("**/alsa-lib/libasound_module_pcm_pulse.so")]
    return None if plugins else "ALSA's pulse plugin (libasound2-plugins) is not installed"


@contextmanager
def running(rate: int = RATE) -> Iterator[VirtualAudio]:
    """A server for the duration of the block; this process and its children use it."""
    with tempfile.TemporaryDirectory(prefix="vm-pulse-") as folder:
        audio = VirtualAudio(Path(folder), rate)
        before = {name: os.environ.get(name) for name in audio.environment}
        os.environ.update(audio.environment)
        try:
            audio.start()
            yield audio
        finally:
            audio.stop()
            for name, value in before.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})


@pytest.fixture(scope="session")
def virtual_audio_server() -> Iterator[VirtualAudio]:
    """The server of this pytest process."""
    reason = missing()
    if reason:
        pytest.skip(f"no virtual audio: {reason}")
    from vocmatch_desktop.audio import devices

    with running() as audio:
        devices.refresh()
        yield audio


@pytest.fixture
def virtual_audio(virtual_audio_server: VirtualAudio) -> VirtualAudio:
    """The server, its microphone listening to what is sung."""
    virtual_audio_server.microphone()
    return virtual_audio_server
