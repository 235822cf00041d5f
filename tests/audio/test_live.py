"""Real streams through the virtual sound card: recording, playback, the clock, and what happens when things break."""

from __future__ import annotations

import resource
import time
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import virtual_audio as virtual
from scipy.signal import fftconvolve

from vocmatch_desktop.audio import devices, files
from vocmatch_desktop.audio.capture import Recorder
from vocmatch_desktop.audio.clock import first_beat, measure_loopback
from vocmatch_desktop.audio.mixing import Track
from vocmatch_desktop.audio.monitor import Monitor
from vocmatch_desktop.audio.playback import Player
from vocmatch_desktop.audio.sources import ClickSource, DiskSource, MemorySource
from vocmatch_desktop.audio.takefile import TakeFile
from vocmatch_desktop.errors import DeviceError, DiskError
from vocmatch_desktop.types import Audio, Float32

RATE = virtual.RATE


@pytest.fixture
def voice(tmp_path: Path, rng: np.random.Generator) -> Path:
    """Two seconds of noise: every moment of it can be found again."""
    noise = (rng.standard_normal((2 * RATE, 1)) * 0.1).astype(np.float32)
    return files.write(tmp_path / "voice.wav", Audio(noise, RATE), subtype="PCM_16").path


def wait_for(condition: Callable[[], bool], seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


def best_correlation(part: Float32, whole: Float32) -> float:
    """How well `part` is found somewhere in `whole`, 0…1."""
    at = int(np.argmax(fftconvolve(whole, part[::-1], "valid")))
    found = whole[at : at + len(part)]
    return float(part @ found / (np.linalg.norm(part) * np.linalg.norm(found) + 1e-9))


@contextmanager
def full_disk(at_bytes: int) -> Iterator[None]:
    """No file of this process may grow beyond `at_bytes` for a while."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (at_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_what_is_sung_is_recorded(virtual_audio: virtual.VirtualAudio, voice: Path, tmp_path: Path) -> None:
    sung = files.read(voice).samples[:, 0]
    with Recorder(devices.find_input()) as recorder:
        recorder.record(tmp_path / "take.wav")
        with virtual_audio.sings(voice):
            wait_for(lambda: recorder.levels().rms_dbfs > -40)
            begun_s = recorder.recorded_s
            wait_for(lambda: recorder.recorded_s > begun_s + 1.0)
        position, newest = recorder.newest(0)
        recording = recorder.stop()
        assert not recorder.recording
    assert (recording.problem, recording.overflows) == (None, 0)
    with wave.open(str(recording.path)) as file:
        assert (file.getnchannels(), file.getframerate(), file.getnframes()) == (1, RATE, recording.frames)
    heard = files.read(recording.path).samples[:, 0]
    start = round(begun_s * RATE) + RATE // 10
    assert best_correlation(heard[start : start + RATE // 2], sung) > 0.999
    assert best_correlation(newest[-RATE // 4 :], heard) > 0.999
    assert position >= len(newest)
    assert -30 < recording.peak_dbfs < -3


def test_a_take_ends_by_itself_and_is_never_replaced(virtual_audio: virtual.VirtualAudio, tmp_path: Path) -> None:
    with Recorder(devices.find_input()) as recorder:
        recorder.record(tmp_path / "take.wav", seconds=0.25)
        wait_for(lambda: not recorder.recording)
        assert recorder.stop().frames == RATE // 4
        before = (tmp_path / "take.wav").read_bytes()
        with pytest.raises(DiskError, match="already"):
            recorder.record(tmp_path / "take.wav")
    assert (tmp_path / "take.wav").read_bytes() == before


def test_closing_ends_a_take(virtual_audio: virtual.VirtualAudio, tmp_path: Path) -> None:
    recorder = Recorder(devices.find_input())
    with recorder:
        recorder.record(tmp_path / "take.wav")
        wait_for(lambda: recorder.recorded_s > 0.1)
    assert recorder.stop().frames == files.probe(tmp_path / "take.wav").frames


def test_a_full_disk_keeps_what_is_there(virtual_audio: virtual.VirtualAudio, tmp_path: Path) -> None:
    with Recorder(devices.find_input()) as recorder, full_disk(60_000):
        recorder.record(tmp_path / "take.wav")
        wait_for(lambda: not recorder.recording)
        recording = recorder.stop()
    assert isinstance(recording.problem, DiskError)
    assert recording.frames > 10_000
    with wave.open(str(recording.path)) as file:
        assert file.getnframes() >= recording.frames


def test_the_file_is_whole_after_every_write(tmp_path: Path) -> None:
    file = TakeFile(tmp_path / "take.wav", RATE)
    for count in range(1, 4):
        file.write(np.full(1000, 0.5, np.float32))
        with wave.open(str(file.path)) as reader:
            assert reader.getnframes() == 1000 * count
    file.close()
    assert files.read(file.path).frames == 3000
    assert file.peak_dbfs == pytest.approx(-6.02, abs=0.01)


def test_an_empty_take_leaves_no_file(tmp_path: Path) -> None:
    TakeFile(tmp_path / "take.wav", RATE).close()
    assert list(tmp_path.iterdir()) == []


def test_what_is_played_is_heard(virtual_audio: virtual.VirtualAudio, voice: Path, tmp_path: Path) -> None:
    virtual_audio.loop_back()
    song = files.read(voice).samples[:, 0]
    with Recorder(devices.find_input()) as recorder, Player(devices.find_output()) as player:
        recorder.record(tmp_path / "loop.wav")
        source = DiskSource(voice, player.rate)
        player.play([Track("beat", source)])
        wait_for(lambda: not player.playing)
        assert player.position == 2 * RATE
        wait_for(lambda: recorder.recorded_s > 2.5)
        recording = recorder.stop()
        gaps = player.underruns + recording.overflows
        source.close()
    heard = files.read(recording.path).samples[:, 0]
    at = int(np.argmax(fftconvolve(heard, song[::-1], "valid")))
    if gaps == 0:
        assert np.corrcoef(song, heard[at : at + len(song)])[0, 1] > 0.999


def test_live_changes_are_heard(virtual_audio: virtual.VirtualAudio) -> None:
    virtual_audio.loop_back()
    tone = Audio(np.full((30 * RATE, 1), 0.25, np.float32), RATE)
    with Recorder(devices.find_input()) as recorder, Player(devices.find_output()) as player:
        player.play([Track("beat", MemorySource(tone, player.rate))])
        wait_for(lambda: abs(recorder.levels().peak_dbfs + 12) < 0.5)
        player.set_gain("beat", 0.5)
        wait_for(lambda: abs(recorder.levels().peak_dbfs + 18) < 0.5)
        player.swap(Track("beat", MemorySource(tone, player.rate), at=-1000, gain=2.0))
        wait_for(lambda: abs(recorder.levels().peak_dbfs + 6) < 0.5)
        player.seek(20 * RATE)
        wait_for(lambda: player.position > 20 * RATE)
        player.stop()
        wait_for(lambda: recorder.levels().peak_dbfs < -60)
        assert not player.playing


def test_the_singer_hears_himself(virtual_audio: virtual.VirtualAudio, voice: Path) -> None:
    sung = files.read(voice).samples[: RATE // 5, 0]
    with (
        virtual_audio.overhears() as played,
        Recorder(devices.find_input()) as recorder,
        Player(devices.find_output()) as player,
    ):
        monitor = Monitor(recorder, player)
        monitor.start()
        with virtual_audio.sings(voice):
            wait_for(lambda: len(played()) > len(sung) and best_correlation(sung, played()) > 0.95)
        assert monitor.is_on
        monitor.stop()
        assert not monitor.is_on


def test_click_to_take_alignment(virtual_audio: virtual.VirtualAudio) -> None:
    virtual_audio.loop_back()
    microphone, loudspeaker = devices.find_input(), devices.find_output()
    calibration = measure_loopback(microphone, loudspeaker).residual_s
    left = measure_loopback(microphone, loudspeaker, calibration_s=calibration)
    assert left.clicks == 8
    assert abs(left.residual_s) < 0.015


def test_a_microphone_that_does_not_hear_the_loudspeaker(virtual_audio: virtual.VirtualAudio) -> None:
    with pytest.raises(DeviceError, match="does not hear"):
        measure_loopback(devices.find_input(), devices.find_output())


def test_the_first_beat_is_where_the_click_was_heard() -> None:
    assert first_beat(10.5, 10.0, 0.01) == pytest.approx(0.51)


def test_unknown_devices_and_channels_are_said(virtual_audio: virtual.VirtualAudio) -> None:
    with pytest.raises(DeviceError, match="not connected"):
        devices.find_input("USB mic")
    with pytest.raises(DeviceError, match="channel 99"):
        Recorder(devices.find_input(), channel=99)
    assert devices.inputs()[0].is_default
    assert devices.outputs()[0].is_default


def test_a_lost_sound_card_ends_everything_calmly(virtual_audio_server: virtual.VirtualAudio, tmp_path: Path) -> None:
    server = virtual_audio_server
    with Recorder(devices.find_input()) as recorder, Player(devices.find_output()) as player:
        recorder.record(tmp_path / "take.wav")
        player.play([Track("click", ClickSource(player.rate, 120))])
        wait_for(lambda: recorder.recorded_s > 0.3)
        server.stop()
        try:
            wait_for(lambda: not recorder.recording and not player.playing)
            recording = recorder.stop()
            assert isinstance(recording.problem, DeviceError)
            assert isinstance(player.problem, DeviceError)
            assert files.probe(recording.path).frames == recording.frames > 0
        finally:
            server.start()
    devices.refresh()
    with Recorder(devices.find_input()) as again:
        wait_for(lambda: again.newest(0)[0] > 0)
