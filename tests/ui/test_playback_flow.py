"""What is heard, through a real (virtual) loudspeaker: take, beat, and both with the fitted beat swapped in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.ui.inline import InlineWorker
from vocmatch_desktop.audio import files
from vocmatch_desktop.services.audition import Segment, SegmentSpec
from vocmatch_desktop.services.guides import OverBeat, WhatPlays
from vocmatch_desktop.types import Audio, BeatGrid, Match, Parts, Selection, Take, Transform
from vocmatch_desktop.ui.jobs_bridge import JobsBridge
from vocmatch_desktop.ui.playback_flow import BeatSound, PlaybackFlow, Playing
from vocmatch_desktop.ui.session import Playhead, Ranking
from vocmatch_desktop.ui.sound import Sound

RATE = 44_100
WAIT_MS = 20_000
MATCH = Match(1, 87.0, Parts(), Transform(2, 1.05, 1.0))


def write(path: Path, seconds: float) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    wave = 0.2 * np.sin(2 * np.pi * 220 * np.arange(round(seconds * RATE)) / RATE)
    files.write(path, Audio(wave[:, None].astype(np.float32), RATE))
    return path


@pytest.fixture
def take(tmp_path: Path) -> Take:
    write(tmp_path / "Take 1" / "take.wav", 3.0)
    return Take(tmp_path / "Take 1", "Take 1", "2026-01-01T10:00:00+00:00", 3.0, RATE)


@pytest.fixture
def beat(tmp_path: Path) -> BeatSound:
    return BeatSound(write(tmp_path / "beat.wav", 8.0), BeatGrid(np.arange(0, 8.5, 0.5)))


@pytest.fixture
def worker(tmp_path: Path) -> InlineWorker:
    def bend(spec: SegmentSpec, report: Callable[..., None]) -> Segment:
        path = write(tmp_path / "segment.wav", spec.duration_s)
        return Segment(path, round(spec.duration_s * RATE), spec.rate, 0.9, 0.4)

    return InlineWorker({"SegmentSpec": bend})


@pytest.fixture
def flow(qtbot, session, worker, tmp_path) -> Iterator[PlaybackFlow]:
    bridge = JobsBridge()
    sound = Sound(session, bridge)
    made = PlaybackFlow(session, bridge, sound, worker, tmp_path)
    yield made
    made.stop()
    bridge.close()
    sound.close()


@pytest.fixture
def heads(session) -> list[Playhead]:
    seen: list[Playhead] = []
    session.playhead_moved.connect(seen.append)
    return seen


def test_a_take_plays_from_the_selection_and_stops(virtual_audio, flow, session, take, heads, qtbot) -> None:
    session.take, session.selection = take, Selection(1.0, 2.5)
    flow.play_take(take)
    qtbot.waitUntil(lambda: any((head.take_s or 0) > 1.2 for head in heads), timeout=WAIT_MS)
    assert session.activity == "playing"
    assert min(head.take_s for head in heads) >= 0.99
    flow.stop()
    assert session.activity == "idle"


def test_a_take_ends_by_itself(virtual_audio, flow, session, take, qtbot) -> None:
    flow.play_take(take, 2.8)
    qtbot.waitUntil(lambda: session.activity == "playing", timeout=WAIT_MS)
    qtbot.waitUntil(lambda: session.activity == "idle", timeout=WAIT_MS)


def test_the_fitted_beat_is_swapped_in_under_the_take(
    virtual_audio, flow, session, worker, take, beat, heads, qtbot
) -> None:
    session.take = take
    session.ranking = Ranking(take.folder, None, (MATCH,))
    flow.play_match(MATCH, take, beat)
    qtbot.waitUntil(lambda: flow.playing is not None and flow.playing.fitted, timeout=WAIT_MS)
    (spec,) = worker.asked
    assert (spec.duration_s, spec.transform) == (3.0, MATCH.transform)
    assert session.audition.playing
    qtbot.waitUntil(lambda: any((head.take_s or 0) > 0.3 for head in heads), timeout=WAIT_MS)
    guide = flow.guide(count_in_bars=1)
    assert isinstance(guide, OverBeat)
    assert guide.from_s >= 1.0


def test_raw_plays_the_beat_alone_from_where_the_take_enters(
    virtual_audio, flow, session, worker, take, beat, heads, qtbot
) -> None:
    session.take = take
    session.ranking = Ranking(take.folder, None, (MATCH,))
    session.audition = type(session.audition)(1, fitted=False)
    flow.play_match(MATCH, take, beat)
    qtbot.waitUntil(lambda: any((head.beat_s or 0) > 1.1 for head in heads), timeout=WAIT_MS)
    assert worker.asked == []
    assert all(head.take_s is None for head in heads)
    assert isinstance(flow.guide(1), WhatPlays)


def test_a_beat_alone_goes_on_while_a_take_is_sung_over_it(virtual_audio, flow, session, beat, qtbot) -> None:
    assert flow.guide(1) is None
    flow.play_beat(1, beat, 2.0)
    qtbot.waitUntil(lambda: session.activity == "playing", timeout=WAIT_MS)
    assert flow.guide(1) == WhatPlays(beat.grid, 1, "beat")


def test_a_file_that_is_gone_is_said(virtual_audio, flow, session, beat, qtbot) -> None:
    beat.path.unlink()
    with qtbot.waitSignal(session.problem, timeout=WAIT_MS):
        flow.play_beat(1, beat)
    assert session.activity == "idle"


def test_the_playhead_maps_the_take_to_the_beat(take) -> None:
    fitted = Playing(1, take, 0.5, Transform(0, 1.1, 4.0), fitted=True)
    assert fitted.playhead(1.5) == Playhead(1.5, pytest.approx(5.1), 1)
    assert Playing(take=take).playhead(1.5) == Playhead(take_s=1.5)
    assert Playing(1).playhead(2.0) == Playhead(beat_s=2.0, beat_id=1)


@pytest.fixture
def gains(flow) -> Callable[[], dict[str, float]]:
    """What of the take is heard how loudly."""
    return lambda: {track.name: track.gain for track in flow._sound.player.scene.tracks}


def test_a_take_is_heard_as_voice_piano_or_both(virtual_audio, flow, session, take, gains, tmp_path, qtbot) -> None:
    session.take = take
    flow.set_piano(write(tmp_path / "piano.wav", 3.5), 0.5)
    flow.set_hearing("piano")
    flow.play_take(take)
    qtbot.waitUntil(lambda: session.activity == "playing", timeout=WAIT_MS)
    assert gains() == {"take": 0.0, "piano": 0.7}
    (piano,) = (track for track in flow._sound.player.scene.tracks if track.name == "piano")
    assert piano.at == -round(0.5 * flow._sound.player.rate)
    flow.set_hearing("both")
    assert gains() == {"take": 0.7, "piano": 0.7}
    flow.set_hearing("voice")
    assert gains() == {"take": 0.7, "piano": 0.0}


def test_a_piano_that_is_not_ready_leaves_the_voice_and_takes_its_place_when_it_is(
    virtual_audio, flow, session, take, gains, tmp_path, qtbot
) -> None:
    session.take = take
    flow.set_hearing("piano")
    flow.play_take(take)
    qtbot.waitUntil(lambda: session.activity == "playing", timeout=WAIT_MS)
    assert gains() == {"take": 0.7}
    flow.set_piano(write(tmp_path / "piano.wav", 3.0))
    assert gains() == {"take": 0.0, "piano": 0.7}
    flow.set_piano(tmp_path / "gone.wav")
    assert gains()["take"] == 0.7
    flow.set_piano(None)
    assert gains() == {"take": 0.7}
