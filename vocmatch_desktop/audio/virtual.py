"""A sound card without hardware, to measure and test with: a private user-mode PulseAudio (Linux).

Example:
    if missing() is None:
        with running() as card:                # PortAudio finds its devices from now on
            card.loop_back()                   # the microphone hears the loudspeaker
            loop = measure()                   # … or the whole thing: click-to-take alignment after calibration

The server has two null sinks: `speaker` (stereo, the default output) and `mic` (mono; `virtmic`, the default input, is
its monitor). It lives in a folder of its own, so any number of processes can each have theirs; child processes inherit
it through the environment. PortAudio reaches it through ALSA's pulse plugin. Nothing else on the machine notices.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vocmatch_desktop.audio import devices
from vocmatch_desktop.audio.clock import Loopback, measure_loopback
from vocmatch_desktop.errors import DeviceError

RATE = 44_100
STARTUP_S = 15.0


class VirtualSoundCard:
    """The server; `environment` is what a process needs to reach it."""

    def __init__(self, folder: Path, rate: int = RATE) -> None:
        self.folder = folder
        self.rate = rate
        self.environment = {"PULSE_RUNTIME_PATH": str(folder), "PULSE_SERVER": f"unix:{folder}/native"}
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts the server and waits until it answers; raises `DeviceError`."""
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
            env=self.environ(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        deadline = time.monotonic() + STARTUP_S
        while self._pactl("info") != 0:
            if time.monotonic() > deadline or self._server.poll() is not None:
                self.stop()
                raise DeviceError("The virtual sound card did not start.", "Look whether pulseaudio runs by itself.")
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
        """The default input hears the sink `mic`. Streams that are open follow."""
        self._pactl("set-default-source", "virtmic")

    def loop_back(self) -> None:
        """The default input hears what the loudspeaker plays. Streams that are open follow."""
        self._pactl("set-default-source", "speaker.monitor")

    def environ(self) -> dict[str, str]:
        """The environment for a process that is to use it."""
        return {**os.environ, **self.environment}

    def _pactl(self, *words: str) -> int:
        return subprocess.run(["pactl", *words], env=self.environ(), check=False, capture_output=True).returncode


def missing() -> str | None:
    """Why there can be no virtual sound card here; None where there can."""
    for program in ("pulseaudio", "pactl"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    plugins = [*Path("/usr/lib").glob("**/alsa-lib/libasound_module_pcm_pulse.so")]
    return None if plugins else "ALSA's pulse plugin (libasound2-plugins) is not installed"


@contextmanager
def running(card: type[VirtualSoundCard] = VirtualSoundCard) -> Iterator[VirtualSoundCard]:
    """A server for the duration of the block, and PortAudio looking at it; no stream may be open at either end.

    Raises `DeviceError` where there can be none.
    """
    if (reason := missing()) is not None:
        raise DeviceError(f"There can be no virtual sound card: {reason}.")
    with tempfile.TemporaryDirectory(prefix="vm-pulse-") as folder:
        server = card(Path(folder))
        before = {name: os.environ.get(name) for name in server.environment}
        os.environ.update(server.environment)
        try:
            server.start()
            devices.refresh()
            yield server
        finally:
            server.stop()
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name)
                else:
                    os.environ[name] = value
            devices.refresh()


def measure() -> Loopback:
    """Click-to-take alignment in a virtual loop: calibrates once, then measures what is left (6 s)."""
    with running() as card:
        card.loop_back()
        microphone, loudspeaker = devices.find_input(), devices.find_output()
        calibration_s = measure_loopback(microphone, loudspeaker).residual_s
        return measure_loopback(microphone, loudspeaker, calibration_s=calibration_s)
