"""A take from the microphone to the list, with a real (virtual) sound card and a real folder."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.ui.inline import InlineWorker
from vocmatch_desktop.audio import files
from vocmatch_desktop.library.takes import TakeStore
from vocmatch_desktop.services.guides import ToClick
from vocmatch_desktop.types import Audio
from vocmatch_desktop.ui.jobs_bridge import JobsBridge
from vocmatch_desktop.ui.recording_flow import RecordingFlow, grid_of
from vocmatch_desktop.ui.sound import Sound

RATE = 44_100
WAIT_MS = 20_000


@pytest.fixture
def worker() -> InlineWorker:
    return InlineWorker()


@pytest.fixture
def bridge(qtbot) -> Iterator[JobsBridge]:
    made = JobsBridge()
    yield made
    made.close()


@pytest.fixture
def sound(session, bridge) -> Iterator[Sound]:
    made = Sound(session, bridge)
    yield made
    made.close()


@pytest.fixture
def flow(session, bridge, sound, worker) -> Iterator[RecordingFlow]:
    made = RecordingFlow(session, bridge, sound, worker, worker)
    yield made
    made.close()


@pytest.fixture
def voice(tmp_path: Path) -> Path:
    sung = 0.4 * np.sin(2 * np.pi * 220 * np.arange(6 * RATE) / RATE)
    files.write(tmp_path / "voice.wav", Audio(sung[:, None].astype(np.float32), RATE))
    return tmp_path / "voice.wav"


def test_a_take_alone_is_shown_while_it_is_sung_and_kept(
    virtual_audio, flow, session, sound, worker, voice, tmp_path, qtbot
) -> None:
    shown: list[int] = []
    flow.sang.connect(lambda samples: shown.append(len(samples)))
    with virtual_audio.sings(voice):
        flow.start(TakeStore(tmp_path / "Takes"), None)
        qtbot.waitUntil(lambda: session.activity == "recording", timeout=WAIT_MS)
        assert worker.paused
        qtbot.waitUntil(lambda: sum(shown) > RATE, timeout=WAIT_MS)
        with qtbot.waitSignal(flow.recorded, timeout=WAIT_MS) as recorded:
            flow.stop()
    (take,) = recorded.args
    assert take.duration_s > 0.9
    assert take.bpm is None
    assert sum(shown) <= take.duration_s * take.rate + RATE // 2
    assert worker.live[0].fed == sum(shown)
    assert (session.activity, worker.paused) == ("idle", False)
    assert files.read(take.audio_path).samples.max() > 0.2


def test_a_take_to_the_click_knows_its_tempo_and_bar_lines(virtual_audio, flow, session, tmp_path, qtbot) -> None:
    guide = ToClick(240.0, count_in_bars=1)
    flow.start(TakeStore(tmp_path / "Takes"), guide)
    qtbot.waitUntil(lambda: session.activity == "recording", timeout=WAIT_MS)
    qtbot.wait(700)
    with qtbot.waitSignal(flow.recorded, timeout=WAIT_MS) as recorded:
        flow.stop()
    (take,) = recorded.args
    assert take.bpm == 240
    assert take.first_beat_s == pytest.approx(grid_of(guide).first_beat_s, abs=0.05)


def test_a_take_stopped_in_its_count_in_is_none(virtual_audio, flow, session, tmp_path, qtbot) -> None:
    store = TakeStore(tmp_path / "Takes")
    flow.start(store, ToClick(60.0, count_in_bars=2))
    qtbot.waitUntil(lambda: session.activity == "counting_in", timeout=WAIT_MS)
    with qtbot.waitSignal(flow.nothing, timeout=WAIT_MS):
        flow.stop()
    assert store.takes() == ()


def test_no_microphone_is_said_and_r_can_be_pressed_again(flow, session, tmp_path, qtbot, monkeypatch) -> None:
    from vocmatch_desktop.errors import DeviceError
    from vocmatch_desktop.ui import sound as module

    def none(name: str | None) -> None:
        raise DeviceError("There is no microphone.", "Plug one in.")

    monkeypatch.setattr(module.devices, "find_input", none)
    with qtbot.waitSignal(session.problem, timeout=WAIT_MS) as problem:
        flow.start(TakeStore(tmp_path / "Takes"), None)
    assert problem.args[0].message == "There is no microphone."
    assert not flow.active


def test_opening_the_window_imports_nothing_heavy() -> None:
    heavy = ("onnxruntime", "scipy.signal", "av", "librosa", "torch")
    code = f"import sys, vocmatch_desktop.ui.app; print([m for m in {heavy!r} if m in sys.modules])"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"
