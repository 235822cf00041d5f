"""A take and a beat together: aligned to the millisecond, as long as the take, equally loud, never clipped."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from clicks import FIRST_BAR_S, GRID, RATE, Quiet, clicks_in, write_clicks
from hypothesis import given
from hypothesis import strategies as st

from vocmatch_desktop.audio import files
from vocmatch_desktop.audio.loudness import integrated_lufs
from vocmatch_desktop.errors import Cancelled, DiskError, NotFound
from vocmatch_desktop.services import audition
from vocmatch_desktop.services.audition import CEILING, SEGMENTS_KEPT, TARGET_LUFS, AuditionSpec, SegmentSpec
from vocmatch_desktop.types import Audio, Transform

TOLERANCE_S = 0.003
TAKE_S = 6.0
TAKE_ONLY, BEAT_ONLY = 0.0, 1.0


@pytest.fixture
def spec(tmp_path: Path) -> AuditionSpec:
    return AuditionSpec(
        take=write_clicks(tmp_path / "take.wav", np.array([1.0, 2.5]), TAKE_S, rate=48_000, channels=1),
        beat=write_clicks(tmp_path / "beat.wav", FIRST_BAR_S + 0.5 * np.arange(32), 16.5),
        grid=GRID,
        transform=Transform(transpose=-2, tempo_ratio=0.95, start_s=5.0),
        out=tmp_path / "mix.wav",
    )


def beat_clicks(transform: Transform, duration_s: float = TAKE_S) -> np.ndarray:
    times = (FIRST_BAR_S + 0.5 * np.arange(32) - transform.start_s) / transform.tempo_ratio
    return times[(times > 0.02) & (times < duration_s - 0.02)]


def test_beat_time_is_start_plus_take_time_times_tempo_ratio(spec: AuditionSpec) -> None:
    report = Quiet()
    made = audition.run(replace(spec, balance=BEAT_ONLY), report)
    np.testing.assert_allclose(clicks_in(made.path), beat_clicks(spec.transform), atol=TOLERANCE_S)
    assert (made.transpose, made.tempo_ratio, made.start_s, made.duration_s) == (-2, 0.95, 5.0, TAKE_S)
    assert report.fractions == sorted(report.fractions)


def test_the_mix_is_the_takes_length_and_rate_in_24_bits(spec: AuditionSpec) -> None:
    about = soundfile.info(audition.run(spec, Quiet()).path)
    assert (about.frames, about.samplerate, about.channels, about.subtype) == (288_000, 48_000, 2, "PCM_24")


def test_a_take_of_low_rate_does_not_dull_the_beat(spec: AuditionSpec, tmp_path: Path) -> None:
    take = write_clicks(tmp_path / "phone.wav", np.array([1.0]), 3.0, rate=16_000, channels=1)
    about = soundfile.info(audition.run(replace(spec, take=take), Quiet()).path)
    assert (about.samplerate, about.frames) == (44_100, 3 * 44_100)


def test_the_take_is_where_it_was(spec: AuditionSpec) -> None:
    made = audition.run(replace(spec, balance=TAKE_ONLY), Quiet())
    np.testing.assert_allclose(clicks_in(made.path), [1.0, 2.5], atol=1e-4)


def test_part_of_a_take(spec: AuditionSpec) -> None:
    made = audition.run(replace(spec, balance=TAKE_ONLY, from_s=0.5, to_s=3.5), Quiet())
    assert made.duration_s == pytest.approx(3.0)
    np.testing.assert_allclose(clicks_in(made.path), [0.5, 2.0], atol=1e-4)


def test_silence_before_a_beat_that_comes_in_later(spec: AuditionSpec) -> None:
    transform = Transform(tempo_ratio=1.02, start_s=-2.0)
    made = audition.run(replace(spec, transform=transform, balance=BEAT_ONLY), Quiet())
    assert np.abs(files.read(made.path, duration_s=1.9).samples).max() < 1e-3
    np.testing.assert_allclose(clicks_in(made.path), beat_clicks(transform), atol=TOLERANCE_S)


def test_a_short_beat_is_played_again_from_its_first_bar_line(spec: AuditionSpec, tmp_path: Path) -> None:
    take = write_clicks(tmp_path / "long.wav", np.array([1.0]), 30.0)
    made = audition.run(replace(spec, take=take, transform=Transform(start_s=0.0), balance=BEAT_ONLY), Quiet())
    heard = clicks_in(made.path)
    off_beat = (heard - FIRST_BAR_S + 0.25) % 0.5 - 0.25
    assert np.abs(off_beat).max() < TOLERANCE_S
    assert len(heard) >= 58


def test_take_and_beat_are_equally_loud(spec: AuditionSpec, tmp_path: Path, rng: np.random.Generator) -> None:
    noise = rng.standard_normal((16 * RATE, 2)).astype(np.float32)
    quiet, loud = tmp_path / "quiet.wav", tmp_path / "loud.wav"
    files.write(quiet, Audio(0.02 * noise[: 6 * RATE, :1], RATE))
    files.write(loud, Audio(0.2 * noise, RATE))
    alone = replace(spec, take=quiet, beat=loud)
    levels = [
        integrated_lufs(files.read(audition.run(replace(alone, balance=balance), Quiet()).path))
        for balance in (BEAT_ONLY, TAKE_ONLY, 0.5)
    ]
    np.testing.assert_allclose(levels, [TARGET_LUFS, TARGET_LUFS, TARGET_LUFS + 3], atol=0.7)


def test_nothing_clips_between_the_samples_either(spec: AuditionSpec) -> None:
    tone = np.sin(2 * np.pi * 997 * np.arange(3 * RATE) / RATE)
    peaky = (0.02 * tone).astype(np.float32)
    peaky[:: RATE // 5] = 1.0
    files.write(spec.take, Audio(peaky[:, None], RATE))
    files.write(spec.beat, Audio(peaky[:, None], RATE))
    made = audition.run(spec, Quiet())
    assert 0.5 < audition.true_peak([files.read(made.path)]) <= CEILING * 1.01


def test_true_peak_finds_what_samples_miss() -> None:
    t = np.arange(RATE) / RATE
    between = np.sin(2 * np.pi * (RATE / 4) * t + np.pi / 4).astype(np.float32)[:, None]
    assert np.abs(between).max() < 0.71
    halves = [Audio(half, RATE) for half in np.array_split(between, 2)]
    assert audition.true_peak(halves) == pytest.approx(1.0, abs=0.03)


@given(st.floats(-60, 0), st.floats(-60, 0), st.floats(0, 1))
def test_the_balance_only_ever_turns_down(take: float, beat: float, balance: float) -> None:
    even, leaning = audition.gains(take, beat, 0.5), audition.gains(take, beat, balance)
    assert all(0 <= b <= a * (1 + 1e-9) for a, b in zip(even, leaning, strict=True))
    assert even in [(a, b) for a in (even[0], leaning[0]) for b in (even[1], leaning[1])]


def test_a_silent_take_is_mixed_all_the_same(spec: AuditionSpec) -> None:
    files.write(spec.take, Audio(np.zeros((RATE, 1), np.float32), RATE))
    made = audition.run(spec, Quiet())
    assert np.isfinite(files.read(made.path).samples).all()
    assert made.duration_s == 1.0


@pytest.mark.parametrize("word", [1, 2, 4])
def test_called_off_it_leaves_nothing_behind(spec: AuditionSpec, tmp_path: Path, word: int) -> None:
    spec = replace(spec, out=tmp_path / "out" / "mix.wav")
    with pytest.raises(Cancelled):
        audition.run(spec, Quiet(cancel_at=word))
    assert list(spec.out.parent.iterdir()) == []


def test_it_never_replaces_what_it_is_made_of(spec: AuditionSpec) -> None:
    before = spec.take.read_bytes()
    for source in (spec.take, spec.beat):
        with pytest.raises(DiskError):
            audition.run(replace(spec, out=source), Quiet())
    assert spec.take.read_bytes() == before


def test_what_is_missing_is_said(spec: AuditionSpec, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        audition.run(replace(spec, take=tmp_path / "gone.wav"), Quiet())
    (tmp_path / "file").touch()
    with pytest.raises(DiskError):
        audition.run(replace(spec, out=tmp_path / "file" / "mix.wav"), Quiet())


@pytest.fixture
def segment(spec: AuditionSpec, tmp_path: Path) -> SegmentSpec:
    return SegmentSpec(spec.beat, GRID, spec.transform, TAKE_S, 48_000, -30.0, tmp_path / "segments")


def test_a_segment_is_the_beat_under_the_take(segment: SegmentSpec) -> None:
    made = audition.run_segment(segment, Quiet())
    assert (made.frames, made.rate) == (288_000, 48_000)
    assert files.probe(made.path).frames == made.frames
    np.testing.assert_allclose(clicks_in(made.path), beat_clicks(segment.transform), atol=TOLERANCE_S)
    assert made.take_gain == pytest.approx(10 ** ((TARGET_LUFS + 30) / 20))
    level = integrated_lufs(files.read(made.path))
    assert 20 * np.log10(made.beat_gain) == pytest.approx(TARGET_LUFS - level, abs=0.01)


def test_a_segment_is_found_again_and_the_oldest_are_forgotten(segment: SegmentSpec) -> None:
    made = audition.run_segment(segment, Quiet())
    report = Quiet()
    assert audition.run_segment(segment, report) == made
    assert report.fractions == []
    for index in range(SEGMENTS_KEPT + 3):
        old = segment.folder / f"old {index}.wav"
        old.touch()
        os.utime(old, (index, index))
    other = audition.run_segment(replace(segment, transform=Transform(start_s=1.0)), Quiet())
    kept = set(segment.folder.iterdir())
    assert {made.path, other.path} <= kept
    assert len(kept) == SEGMENTS_KEPT
