"""The arithmetic of playback: places, gains, loops, cross-fades, clicks; no device."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocmatch_desktop.audio import files
from vocmatch_desktop.audio.mixing import Loop, Mixer, Scene, Span, Track
from vocmatch_desktop.audio.sources import ClickSource, DiskSource, MemorySource, stereo
from vocmatch_desktop.types import Audio

RATE = 8000


def ramp(frames: int, rate: int = RATE) -> Audio:
    """Every sample tells its own place."""
    return Audio((np.arange(frames, dtype=np.float32) / frames)[:, None], rate)


def constant(value: float, frames: int = 4000) -> MemorySource:
    return MemorySource(Audio(np.full((frames, 1), value, np.float32), RATE), RATE)


def until_ready(source: DiskSource, frame: int) -> None:
    deadline = time.monotonic() + 10
    while not source.prepare(frame):
        assert time.monotonic() < deadline
        time.sleep(0.002)


@pytest.fixture
def on_disk(tmp_path: Path) -> Iterator[DiskSource]:
    path = files.write(tmp_path / "a.wav", ramp(5 * RATE)).path
    source = DiskSource(path, RATE)
    yield source
    source.close()


@given(start=st.integers(-6000, 6000), blocks=st.lists(st.integers(1, 900), max_size=12))
@settings(deadline=None, max_examples=40)
def test_blocks_join_seamlessly(start: int, blocks: list[int]) -> None:
    source = MemorySource(ramp(4000), RATE)
    track = Track("a", source, at=123)
    mixer = Mixer(start)
    scene = Scene((track,), end=99_999)
    parts = [mixer.render(scene, size)[0] for size in blocks]
    whole = Mixer(start).render(scene, sum(blocks))[0]
    np.testing.assert_array_equal(np.concatenate([*parts, np.zeros((0, 2), np.float32)])[256:], whole[256:])
    np.testing.assert_array_equal(whole[256:], source.read(start - 123, sum(blocks))[256:])


def test_tracks_add_up_at_their_places_with_their_gains() -> None:
    scene = Scene((Track("take", constant(0.5, 100), at=10, gain=0.5), Track("beat", constant(0.25, 100))))
    mixed = Mixer(0).render(scene, 200)[0][:, 0]
    assert len(mixed) == 110
    assert list(mixed[[0, 9, 10, 99, 100, 109]]) == [0.25, 0.25, 0.5, 0.5, 0.25, 0.25]


def test_a_gain_is_ramped() -> None:
    scene = Scene((Track("beat", constant(1.0)),))
    mixer = Mixer(0)
    mixer.render(scene, 100)
    softer = mixer.render(scene.with_gain("beat", 0.0), 100)[0][:, 0]
    assert softer[0] == 1
    assert softer[-1] == 0
    assert np.abs(np.diff(softer)).max() < 0.02


def test_a_swapped_source_is_cross_faded() -> None:
    scene = Scene((Track("beat", constant(0.2)), Track("take", constant(0.1))))
    mixer = Mixer(0)
    mixer.render(scene, 100)
    both = mixer.render(scene.with_track(Track("beat", constant(0.6), at=50)), 160)[0][:, 0]
    np.testing.assert_allclose(both[[0, -1]], [0.3, 0.7], atol=1e-6)
    assert (np.diff(both) > 0).all()
    after = mixer.render(scene.without("beat"), 100)[0][:, 0]
    np.testing.assert_allclose(after[[0, -1]], [0.7, 0.1], atol=1e-6)


def test_a_loop_comes_round_at_its_very_frame() -> None:
    scene = Scene((Track("a", MemorySource(ramp(8000), RATE)),), loop=Loop(1000, 3000))
    samples, spans = Mixer(2500).render(scene, 3000)
    assert spans == [Span(2500, 500), Span(1000, 2000), Span(1000, 500)]
    np.testing.assert_allclose(samples[1000:2000, 0], np.arange(1500, 2500) / 8000, atol=1e-6)
    assert np.abs(np.diff(samples[:, 0])).max() < 0.02  # the seam is no click


def test_behind_its_loop_a_scene_is_played_to_its_end() -> None:
    scene = Scene((Track("a", MemorySource(ramp(8000), RATE)),), loop=Loop(1000, 3000))
    assert Mixer(7000).render(scene, 3000)[1] == [Span(7000, 1000)]
    assert len(Mixer(8000).render(scene, 160)[0]) == 0


def test_the_first_beat_of_a_loop_keeps_its_attack() -> None:
    click = ClickSource(RATE, 120)
    scene = Scene((Track("click", click),), loop=Loop(0, 2 * RATE))
    samples, _ = Mixer(RATE).render(scene, 2 * RATE)
    second_time = samples[RATE : RATE + 200, 0]
    assert np.abs(second_time).max() > 0.4 * np.abs(click.read(0, 200)).max()


def test_playing_ends_where_the_last_track_does() -> None:
    assert Scene((Track("a", constant(1, 50), at=30), Track("b", constant(1, 60)))).last_frame == 80
    assert Scene((Track("a", constant(1)), Track("click", ClickSource(RATE, 120)))).last_frame is None
    assert Scene((Track("a", constant(1)),), end=7).last_frame == 7
    assert Scene(()).last_frame == 0


@given(bpm=st.floats(40, 240), start=st.integers(-20_000, 20_000), size=st.integers(1, 5000))
@settings(deadline=None, max_examples=40)
def test_clicks_do_not_depend_on_how_they_are_asked_for(bpm: float, start: int, size: int) -> None:
    click = ClickSource(RATE, bpm, from_beat=-4)
    whole = click.read(start, size)
    halves = [click.read(start, size // 2), click.read(start + size // 2, size - size // 2)]
    np.testing.assert_array_equal(np.concatenate(halves), whole)


def test_clicks_begin_on_the_sample_and_bars_are_accented() -> None:
    click = ClickSource(RATE, 100, beats_per_bar=3, from_beat=-3, to_beat=4)
    sound = click.read(-RATE * 3, RATE * 9)[:, 0]
    onsets = np.flatnonzero((np.abs(sound) > 0) & (np.abs(np.concatenate([[0], sound[:-1]])) == 0)) - RATE * 3
    assert [click.frame_of(beat) for beat in range(-3, 4)] == list(onsets)
    assert list(click.read(0, 40)[:, 0]) != list(click.read(click.frame_of(1), 40)[:, 0])
    assert list(click.read(0, 40)[:, 0]) == list(click.read(click.frame_of(3), 40)[:, 0])


def test_a_file_is_played_as_it_is(on_disk: DiskSource) -> None:
    until_ready(on_disk, 0)
    np.testing.assert_allclose(on_disk.read(0, 1000)[:, 1], np.arange(1000) / (5 * RATE), atol=1e-6)
    until_ready(on_disk, 4 * RATE)
    until_ready(on_disk, 5 * RATE - 1)
    part = on_disk.read(4 * RATE, 2 * RATE)[:, 0]
    np.testing.assert_allclose(part[:RATE], np.arange(4 * RATE, 5 * RATE) / (5 * RATE), atol=1e-6)
    assert not part[RATE:].any()
    assert not on_disk.read(-500, 400).any()
    assert on_disk.frames == 5 * RATE


def test_a_file_at_another_rate_keeps_its_time(tmp_path: Path) -> None:
    path = files.write(tmp_path / "a.wav", ramp(3 * 16_000, 16_000)).path
    source = DiskSource(path, RATE, start_s=2.0)
    until_ready(source, 2 * RATE)
    np.testing.assert_allclose(source.read(2 * RATE + 400, 400)[:, 0], (2 + np.arange(400, 800) / RATE) / 3, atol=1e-3)
    source.close()


def test_damage_half_way_is_kept_for_the_window(tmp_path: Path) -> None:
    path = files.write(tmp_path / "a.flac", ramp(20 * RATE)).path
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    source = DiskSource(path, RATE)
    deadline = time.monotonic() + 10
    while source.problem is None and time.monotonic() < deadline:
        time.sleep(0.002)
    assert source.problem is not None
    assert source.prepare(19 * RATE)
    assert not source.read(19 * RATE, 100).any()
    source.close()


@pytest.mark.parametrize("channels", [1, 2, 6])
def test_everything_becomes_stereo(channels: int) -> None:
    assert stereo(np.ones((10, channels), np.float32)).tolist() == np.ones((10, 2)).tolist()
