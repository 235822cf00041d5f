"""kill -9 in the middle of a take: what was sung is there, opens everywhere, and is a take again at the next start."""

from __future__ import annotations

import subprocess
import sys
import time
import wave
from pathlib import Path

import numpy as np
import virtual_audio as virtual
from scipy.signal import fftconvolve

from vocmatch_desktop.audio import files
from vocmatch_desktop.library.takes import TakeStore
from vocmatch_desktop.settings import Places
from vocmatch_desktop.types import Audio

RATE = virtual.RATE
MOST_LOST_S = 0.5
COMMAND = [sys.executable, "-m", "vocmatch_desktop", "record", "--json"]


def frames_on_disk(takes: Path) -> int:
    for path in takes.glob("*/take.wav"):
        if path.stat().st_size > 1000:
            with wave.open(str(path)) as file:
                return file.getnframes()
    return 0


def test_a_killed_recording_loses_less_than_half_a_second(
    virtual_audio: virtual.VirtualAudio, tmp_path: Path, rng: np.random.Generator
) -> None:
    voice = (rng.standard_normal((RATE, 1)) * 0.1).astype(np.float32)
    song = files.write(tmp_path / "voice.wav", Audio(voice, RATE), subtype="PCM_16").path
    places = Places.from_environment()

    singer = subprocess.Popen(COMMAND, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        deadline = time.monotonic() + 60
        while frames_on_disk(places.takes) < RATE // 4:
            assert singer.poll() is None, singer.stderr.read() if singer.stderr else ""
            assert time.monotonic() < deadline
            time.sleep(0.05)
        virtual_audio.sing(song)  # returns when its last sample has been sung
        time.sleep(MOST_LOST_S)
    finally:
        singer.kill()
        singer.communicate()

    (path,) = places.takes.glob("*/take.wav")
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getframerate()) == (1, RATE)
        frames = file.getnframes()
    heard = files.read(path).samples[:, 0]
    assert len(heard) == frames
    at = int(np.argmax(fftconvolve(heard, voice[::-1, 0], "valid")))
    assert np.corrcoef(voice[:, 0], heard[at : at + RATE])[0, 1] > 0.99  # all of it, to the last sample

    again = subprocess.run([*COMMAND, "--seconds", "0.2"], capture_output=True, text=True, check=True)
    assert "Recovered" in again.stderr
    takes = TakeStore(places.takes).takes()
    assert sorted(take.duration_s for take in takes) == [0.2, frames / RATE]
    assert [dict(take.extra).get("recovered") for take in takes] == [None, True]
