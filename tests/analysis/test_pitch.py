"""Pitch tracking: windows give what one run gives, the live line agrees with the final one."""

from __future__ import annotations

import numpy as np
import pytest
import soxr

from vocmatch_desktop.analysis.live import LivePitch
from vocmatch_desktop.analysis.pitch import (
    HIGHEST_HZ,
    HOP_S,
    LOWEST_HZ,
    RATE,
    pitch_model,
    runs,
    track_pitch,
    without_specks,
)


@pytest.fixture(scope="module")
def voice(sung):
    line = [(57, 0.8), (None, 0.3), (64, 0.7), (62, 0.6), (None, 0.4), (60, 1.2)]
    return sung(line * 9, RATE)


def test_blocks_of_any_size_give_the_same_frames(voice) -> None:
    whole = track_pitch(voice)
    blocks = track_pitch(voice[start : start + 7_001] for start in range(0, len(voice), 7_001))
    assert len(voice) / RATE > 32  # longer than one window of the network
    np.testing.assert_array_equal(whole.voiced, blocks.voiced)
    np.testing.assert_allclose(whole.f0_hz, blocks.f0_hz, rtol=1e-4)


def test_swift_f0_itself_agrees(voice) -> None:
    import swift_f0

    reference = swift_f0.SwiftF0(threads=1).detect(voice, RATE, 60.0, 1200.0)
    ours = track_pitch(voice)
    np.testing.assert_allclose(ours.times_s, reference.timestamps)
    np.testing.assert_allclose(ours.confidence, reference.confidence, atol=1e-3)


def test_leaving_out_silence_changes_nothing(voice) -> None:
    pauses = voice.copy()
    for start_s in (0.0, 5.0, 20.0, 33.0):
        pauses[int(start_s * RATE) : int((start_s + 3.1) * RATE)] = 0
    confidence = pitch_model()(pauses, LOWEST_HZ, HIGHEST_HZ)[1]
    track = track_pitch(pauses)
    np.testing.assert_allclose(track.confidence, confidence, atol=1e-3)
    assert (track.f0_hz[track.voiced] > 0).all()


def test_silence_and_too_little_sound_have_no_pitch() -> None:
    assert not track_pitch(np.zeros(RATE, np.float32)).voiced.any()
    assert len(track_pitch(np.zeros(100, np.float32)).f0_hz) == 0
    assert len(track_pitch([]).f0_hz) == 0


def test_specks_go_and_holes_in_a_steady_note_close() -> None:
    voiced = np.array([0, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 1, 0], bool)
    f0 = np.full(13, 220, np.float32)
    assert runs(without_specks(voiced, f0)) == [(1, 12)]
    assert runs(without_specks(np.array([0, 1, 1, 0, 0, 0], bool), f0[:6])) == []


@pytest.mark.parametrize("rate", [16_000, 44_100])
def test_the_live_line_settles_on_the_final_one(voice, rate: int) -> None:
    short = voice[: 8 * RATE]
    sound = short if rate == RATE else soxr.resample(short, RATE, rate)
    live, line, settled = LivePitch(), {}, []
    for start in range(0, len(sound), rate // 30):
        frames = live.feed(sound[start : start + rate // 30], rate)
        first = round(frames.track.start_s / HOP_S)
        changed = [first + i for i in range(len(frames.track.f0_hz)) if first + i in settled]
        assert not changed
        line.update(enumerate(frames.track.f0_hz, first))
        settled += range(first, first + len(frames.track.f0_hz) - frames.provisional)
    final = track_pitch(short).f0_hz
    assert sorted(line) == list(range(len(line)))
    assert len(final) - len(line) <= 4
    drawn = np.array([line[index] for index in range(len(line))])
    agree = np.abs(drawn - final[: len(drawn)]) < 0.03 * np.maximum(final[: len(drawn)], 1)
    assert agree.mean() > 0.95


def test_the_live_line_takes_stereo_and_refuses_a_change_of_rate() -> None:
    live = LivePitch()
    assert len(live.feed(np.zeros((100, 2), np.float32), 48_000).track.f0_hz) == 0
    with pytest.raises(ValueError, match="rate"):
        live.feed(np.zeros(100, np.float32), 44_100)
