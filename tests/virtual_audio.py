"""A microphone and a loudspeaker without hardware, one server for each pytest process.

Every test may ask for the fixture `virtual_audio`; it is skipped with the reason where pulseaudio, its tools or ALSA's
pulse plugin are missing:

    def test_recording(virtual_audio):
        with virtual_audio.sings(path):          # played into the microphone, in the background
            ...
        virtual_audio.loop_back()                # the microphone now hears the loudspeaker
        virtual_audio.microphone()               # … and now the "mic" sink again (what every test starts with)
        with virtual_audio.overhears() as played:
            ...
            played()                             # what the loudspeaker has played, float32 [n]

Child processes inherit the server through the environment. See `vocmatch_desktop.audio.virtual`.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from vocmatch_desktop.audio import virtual

RATE = virtual.RATE


class VirtualAudio(virtual.VirtualSoundCard):
    """The virtual sound card with somebody who sings and somebody who listens."""

    def sing(self, path: Path) -> None:
        """Plays a WAV into the microphone and returns when its last sample has been heard there."""
        subprocess.run(["paplay", "--device=mic", str(path)], env=self.environ(), check=True, capture_output=True)

    @contextmanager
    def sings(self, path: Path) -> Iterator[None]:
        """Plays a WAV into the microphone while the block runs."""
        command = ["paplay", "--device=mic", str(path)]
        singer = subprocess.Popen(command, env=self.environ(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
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
            listener = subprocess.Popen(command, env=self.environ(), stdout=file, stderr=subprocess.DEVNULL)
        try:
            yield lambda: np.frombuffer(path.read_bytes()[: path.stat().st_size // 4 * 4], np.float32)
        finally:
            listener.terminate()
            listener.wait(10)


@pytest.fixture(scope="session")
def virtual_audio_server() -> Iterator[VirtualAudio]:
    """The server of this pytest process."""
    absent = [program for program in ("paplay", "parec") if shutil.which(program) is None]
    reason = virtual.missing() or (f"{absent[0]} is not installed" if absent else None)
    if reason:
        pytest.skip(f"no virtual audio: {reason}")
    with virtual.running(VirtualAudio) as card:
        assert isinstance(card, VirtualAudio)
        yield card


@pytest.fixture
def virtual_audio(virtual_audio_server: VirtualAudio) -> VirtualAudio:
    """The server, its microphone listening to what is sung."""
    virtual_audio_server.microphone()
    return virtual_audio_server
