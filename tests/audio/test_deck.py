"""Stems played in step while they are still being written: to the sample, at any rate, without a click."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vocmatch_desktop.audio.deck import AHEAD, REMEMBERED, Deck
from vocmatch_desktop.audio.growing import keep_readable
from vocmatch_desktop.audio.mixing import HOLD_FRAMES, Loop, Mixer, Scene, Span
from vocmatch_desktop.audio.resample import resample
from vocmatch_desktop.types import Audio, AudioFile, Float32
from vocmatch_desktop.whole import partial_of

RATE = 8000
FRAMES = 5 * RATE + 321
STEMS = ("vocals", "drums", "other")


def sounds(frames: int = FRAMES, channels: int = 2) -> dict[str, Float32]:
    """Different noise for each stem."""
    rng = np.random.default_rng(5)
    return {name: (0.2 * rng.standard_normal((frames, channels))).astype(np.float32) for name in STEMS}


def write(folder: Path, stems: dict[str, Float32], rate: int = RATE) -> dict[str, Path]:
    paths = {name: folder / f"{name}.wav" for name in stems}
    for name, path in paths.items():
        soundfile.write(path, stems[name], rate, "FLOAT")
    return paths


def about(frames: int = FRAMES, rate: int = RATE) -> AudioFile:
    return AudioFile(Path("song.wav"), rate, 2, frames)


def wait_for(deck: Deck, start: int, frames: int = 1) -> None:
    deadline = time.monotonic() + 20
    while deck.ready(start, frames) < frames:
        assert time.monotonic() < deadline
        time.sleep(0.002)


def render(deck: Deck, scene: Scene, mixer: Mixer, frames: int, block: int = 160) -> Float32:
    """`frames` of sound as the player's thread would take them, as soon as they are decoded."""
    parts = [np.zeros((0, 2), np.float32)]
    deadline = time.monotonic() + 20
    while (left := frames - sum(map(len, parts))) > 0:
        assert time.monotonic() < deadline
        samples, _ = mixer.render(scene, min(left, block))
        parts.append(samples)
        if mixer.holding:
            time.sleep(0.002)
        elif not len(samples):
            break
    return np.concatenate(parts)


@pytest.fixture
def deck(tmp_path: Path) -> Iterator[Deck]:
    """All of a song."""
    made = Deck(write(tmp_path, sounds()), RATE, about(), FRAMES)
    yield made
    made.close()


def scene(deck: Deck, gains: dict[str, float] | None = None, loop: Loop | None = None) -> Scene:
    return Scene(deck.tracks(gains or dict.fromkeys(STEMS, 1.0)), loop=loop, known=deck.ready)


def test_all_stems_are_the_song_and_one_alone_is_its_file(deck: Deck) -> None:
    stems = sounds()
    wait_for(deck, 0, FRAMES)
    everything = render(deck, scene(deck), Mixer(0), FRAMES)
    np.testing.assert_allclose(everything, sum(stems.values()), atol=1e-6)
    for name, sound in stems.items():
        alone = render(deck, scene(deck, {**dict.fromkeys(STEMS, 0.0), name: 1.0}), Mixer(0), FRAMES)
        np.testing.assert_array_equal(alone, sound)


@given(
    start=st.integers(0, FRAMES - 1),
    size=st.integers(1, 3000),
    gains=st.fixed_dictionaries({name: st.sampled_from((0.0, 0.5, 1.0)) for name in STEMS}),
)
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_part_is_asked_for_all_stems_lie_on_its_samples(
    deck: Deck, start: int, size: int, gains: dict[str, float]
) -> None:
    wait_for(deck, start, size)
    heard = Mixer(start).render(scene(deck, gains), size)[0]
    expected = sum(np.float32(gains[name]) * sound for name, sound in sounds().items())[start : start + size]
    assert len(heard) == len(expected)
    np.testing.assert_allclose(heard[32:], expected[32:], atol=1e-6)  # the first 32 fade in after a jump


@pytest.mark.parametrize(("rate", "channels"), [(11_025, 2), (44_100, 1), (8_000, 6), (3_999, 1)])
def test_any_rate_and_channels_are_heard_in_stereo_at_the_devices_own(tmp_path: Path, rate: int, channels: int) -> None:
    frames = 3 * rate + rate // 3
    t = np.arange(frames)[:, None] / rate
    tone = np.repeat((0.5 * np.sin(2 * np.pi * 440 * t)).astype(np.float32), channels, axis=1)
    deck = Deck(write(tmp_path, dict.fromkeys(STEMS, tone), rate), RATE, about(frames, rate), frames)
    assert deck.frames == round(frames * RATE / rate)
    wait_for(deck, 0, deck.frames)
    alone = render(deck, scene(deck, {"vocals": 1.0, "drums": 0.0, "other": 0.0}), Mixer(0), deck.frames)
    whole = resample(Audio(tone[:, :1], rate), RATE).samples
    np.testing.assert_allclose(alone[:-100, 1:], whole[:-100], atol=2e-4)  # no seams between its seconds
    deck.close()


class Growing:
    """Stems in the middle of being written."""

    def __init__(self, folder: Path, stems: dict[str, Float32]) -> None:
        self.paths = {name: folder / f"{name}.wav" for name in stems}
        self.deck = Deck(self.paths, RATE, about(), 0)
        self._stems, self._known = stems, 0
        self._files = {name: soundfile.SoundFile(partial_of(path), "w", RATE, 2, "FLOAT", format="WAV")
                       for name, path in self.paths.items()}  # fmt: skip
        for file in self._files.values():
            keep_readable(file)

    def grow(self, frames: int) -> None:
        for name, file in self._files.items():
            file.write(self._stems[name][self._known : self._known + frames])
        self._known += frames
        self.deck.grow(self._known)

    def finish(self) -> None:
        """The rest is written, and the files get their names."""
        self.grow(FRAMES - self._known)
        self.close()
        for path in self.paths.values():
            partial_of(path).replace(path)

    def close(self) -> None:
        for file in self._files.values():
            file.close()


@pytest.fixture
def growing(tmp_path: Path) -> Iterator[Growing]:
    made = Growing(tmp_path, sounds())
    yield made
    made.close()
    made.deck.close()


def test_it_waits_at_the_end_of_what_is_known_and_loses_nothing(growing: Growing) -> None:
    song = sum(sounds().values())
    mixer, all_of_it = Mixer(0), scene(growing.deck)
    assert len(mixer.render(all_of_it, 160)[0]) == 0
    assert mixer.holding
    growing.grow(2 * RATE + 100)
    wait_for(growing.deck, 0, 2 * RATE)
    steady = 2 * RATE - HOLD_FRAMES
    heard = render(growing.deck, all_of_it, mixer, steady)
    assert not mixer.holding
    fading = mixer.render(all_of_it, 160)[0]
    assert mixer.holding
    assert mixer.render(all_of_it, 160)[0].shape == (0, 2)
    np.testing.assert_allclose(heard, song[:steady], atol=1e-6)
    assert np.abs(fading[-1]).max() == 0
    stopped_at = mixer.frame
    assert stopped_at <= 2 * RATE
    growing.finish()
    wait_for(growing.deck, stopped_at, FRAMES - stopped_at)
    later = render(growing.deck, all_of_it, mixer, FRAMES)
    assert len(later) == FRAMES - stopped_at
    np.testing.assert_allclose(later[32:], song[stopped_at + 32 :], atol=1e-6)


def test_a_pause_is_a_fade_and_no_click(tmp_path: Path) -> None:
    steady = dict.fromkeys(STEMS, np.full((FRAMES, 2), 0.2, np.float32))
    growing = Growing(tmp_path, steady)
    growing.grow(2 * RATE)
    wait_for(growing.deck, 0, 2 * RATE)
    mixer, all_of_it = Mixer(0), scene(growing.deck)
    heard = [mixer.render(all_of_it, 160)[0] for _ in range(2 * RATE // 160 + 1)]
    growing.finish()
    wait_for(growing.deck, 0, FRAMES)
    together = np.concatenate([*heard, render(growing.deck, all_of_it, mixer, FRAMES)])[:, 0]
    assert len(together) == FRAMES
    assert np.abs(np.diff(together)).max() <= 0.6 / 31 + 1e-6
    assert together.min() == 0
    growing.deck.close()


def test_a_jump_to_where_nothing_is_known_fades_and_waits(growing: Growing) -> None:
    growing.grow(3 * RATE)
    wait_for(growing.deck, 0, 3 * RATE)
    mixer, all_of_it = Mixer(100), scene(growing.deck)
    mixer.render(all_of_it, 400)
    mixer.jump(4 * RATE)
    tail, spans = mixer.render(all_of_it, 400)
    assert mixer.holding
    assert len(tail) == 256
    assert spans == [Span(4 * RATE - 256, 256)]
    assert np.abs(tail[-1]).max() == 0
    assert not mixer.fade_out(40).any()
    mixer.jump(RATE)
    np.testing.assert_array_equal(mixer.render(all_of_it, 400)[0][32:], Mixer(RATE).render(all_of_it, 400)[0][32:])
    assert not mixer.holding


def test_a_loop_comes_round_to_its_very_sample(deck: Deck) -> None:
    song = sum(sounds().values())
    wait_for(deck, 0, FRAMES)
    looped = Mixer(2 * RATE).render(scene(deck, loop=Loop(RATE, 3 * RATE)), 3 * RATE)[0]
    np.testing.assert_allclose(looped[300:RATE], song[2 * RATE + 300 : 3 * RATE], atol=1e-6)
    np.testing.assert_allclose(looped[RATE + 300 :], song[RATE + 300 : 3 * RATE], atol=1e-6)


def test_memory_is_bounded_and_what_is_played_stays(tmp_path: Path) -> None:
    frames = (REMEMBERED + 9) * RATE
    sound = {"other": np.zeros((frames, 1), np.float32)}
    deck = Deck(write(tmp_path, sound), RATE, about(frames), frames)
    for second in (*range(0, REMEMBERED + 9, AHEAD), 3, 30, 0):
        wait_for(deck, second * RATE)
        assert len(deck._parts) <= REMEMBERED
    deck.close()


@pytest.mark.parametrize("start", [0, 5])
def test_where_a_loop_begins_is_kept(tmp_path: Path, start: int) -> None:
    frames = (REMEMBERED + 20) * RATE
    deck = Deck(write(tmp_path, {"other": np.zeros((frames, 1), np.float32)}), RATE, about(frames), frames)
    for second in (7, start, *range(start, REMEMBERED + 20, AHEAD)):
        wait_for(deck, second * RATE)
    assert deck.ready(start * RATE, RATE) == RATE
    deck.close()


def test_stems_that_vanish_are_said(tmp_path: Path) -> None:
    paths = write(tmp_path, sounds())
    paths["drums"].unlink()
    deck = Deck(paths, RATE, about(), FRAMES)
    wait_for(deck, 0)
    assert deck.problem is not None
    assert "drums" in deck.problem.message
    deck.close()


def test_a_disk_that_fails_while_it_is_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object, **__: object) -> None:
        raise soundfile.LibsndfileError(2)

    monkeypatch.setattr(soundfile.SoundFile, "read", failing)
    deck = Deck(write(tmp_path, sounds()), RATE, about(), FRAMES)
    wait_for(deck, 0)
    assert deck.problem is not None
    assert "cannot be read any more" in deck.problem.message
    deck.close()
