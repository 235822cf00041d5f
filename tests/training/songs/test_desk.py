from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocmatch_desktop.audio.loudness import ABSOLUTE_GATE, integrated_lufs
from vocmatch_desktop.training.songs import desk, effects
from vocmatch_desktop.training.songs.desk import FULL_SCALE, Track, mix_down
from vocmatch_desktop.training.songs.desk_loudness import loudness
from vocmatch_desktop.training.songs.desk_master import Master
from vocmatch_desktop.training.songs.effects import RATE, Band, Compressor, Room
from vocmatch_desktop.types import STEMS, Audio, Float32

SECONDS = 2
FRAMES = SECONDS * RATE


def _tone(hz: float, beats: float = 2.0) -> Float32:
    time = np.arange(FRAMES) / RATE
    struck = np.exp(-(time % (1 / beats)) / 0.2)
    return (0.3 * np.sin(2 * np.pi * hz * time) * struck).astype(np.float32)


def _band() -> list[Track]:
    stereo = [Track(stem, stem, np.stack([_tone(hz), _tone(hz * 1.01)], 1)) for stem, hz in BAND.items()]
    return [Track("lead", "vocals", _tone(440)), Track("double", "vocals", _tone(442)), *stereo]


BAND = {"drums": 90.0, "bass": 55.0, "guitar": 330.0, "piano": 523.0, "other": 700.0}
KICKS = tuple(np.arange(0, SECONDS, 0.5).tolist())


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["house", "rock", "ballad", "anything"]))
def test_stems_sum_to_the_mix_exactly(seed: int, style: str) -> None:
    mixed = mix_down(_band(), style, 120, KICKS, np.random.default_rng(seed))
    assert tuple(mixed.stems) == STEMS
    total = sum(_steps(stem) for stem in mixed.stems.values())
    np.testing.assert_array_equal(total, _steps(mixed.mix))
    assert np.abs(mixed.mix).max() <= 1
    assert all(np.abs(stem).max() < 1 for stem in mixed.stems.values())


def _steps(sound: Float32) -> np.ndarray:
    steps = sound.astype(np.float64) * FULL_SCALE
    np.testing.assert_array_equal(steps, np.rint(steps))
    return steps.astype(np.int64)


def test_the_same_seed_gives_the_same_samples_and_another_does_not() -> None:
    first, again, other = (mix_down(_band(), "rock", 120, KICKS, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.mix, again.mix)
    assert not np.array_equal(first.mix, other.mix)


def test_loudness_lies_in_the_range_of_real_songs() -> None:
    for seed in range(5):
        mix = mix_down(_band(), "pop", 120, KICKS, np.random.default_rng(seed)).mix
        assert -24 < loudness(mix.T) < -7


def test_silent_tracks_and_lone_voices_are_mixed() -> None:
    quiet = [Track("kit", "drums", np.zeros((FRAMES, 2), np.float32)), Track("lead", "vocals", _tone(440))]
    mixed = mix_down(quiet, "pop", 100, (), np.random.default_rng(0))
    assert not mixed.stems["drums"].any()
    np.testing.assert_array_equal(mixed.mix, mixed.stems["vocals"])
    silent = mix_down(quiet[:1], "pop", 100, (), np.random.default_rng(0))
    assert not silent.mix.any()


def test_tracks_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="one length"):
        mix_down(
            [Track("a", "bass", _tone(50)), Track("b", "drums", _tone(50)[:-1])], "", 120, (), np.random.default_rng()
        )


def test_the_master_meets_its_loudness_and_ceiling() -> None:
    stems = {"drums": np.stack([_tone(90)] * 2), "vocals": np.stack([_tone(440)] * 2)}
    mixed = desk.finished(stems, Master(lufs=-14, ceiling_db=-1, glue_db=3, clip_db=1, voice_apart=True))
    assert loudness(mixed.mix.T) == pytest.approx(-14, abs=0.7)
    assert np.abs(mixed.mix).max() <= 10 ** (-1 / 20) + 1e-6


def test_no_peak_passes_the_limiter(rng: np.random.Generator) -> None:
    loud = rng.standard_normal((2, RATE)).astype(np.float32) * rng.uniform(0.1, 2, RATE).astype(np.float32)
    gain = effects.curve(effects.limiter_db(effects.levels_db(loud, 1.0), -1.0), RATE)
    assert np.abs(loud * gain).max() <= 10 ** (-1 / 20) + 1e-5


@pytest.mark.parametrize("kind", ["bell", "low_shelf", "high_shelf", "highpass", "lowpass"])
def test_bands_do_what_they_say(kind: str) -> None:
    impulse = np.zeros((1, 8192), np.float32)
    impulse[0, 0] = 1
    answer = np.abs(np.fft.rfft(effects.equalise(impulse, [Band(kind, 1000.0, 6.0)])[0]))  # type: ignore[arg-type]
    db = 20 * np.log10(answer[[20, 186, 3500]])  # 108 Hz, 1 kHz, 18.8 kHz
    expected = {
        "bell": (0, 6, 0),
        "low_shelf": (6, 3, 0),
        "high_shelf": (0, 3, 6),
        "highpass": (-38.6, -3, 0),
        "lowpass": (0, -3, -70),
    }[kind]
    for found, wanted in zip(db, expected, strict=True):
        assert found == pytest.approx(wanted, abs=1.0) or (wanted == -70 and found < -50)


def test_compression_narrows_the_range_and_lifts_nothing() -> None:
    steps = np.concatenate([_tone(300, 0.1) * 0.05, _tone(300, 0.1)])[None]
    even = effects.compress(steps, Compressor(12, 4))
    before, after = (sound[0, FRAMES:].std() / sound[0, :FRAMES].std() for sound in (steps, even))
    assert after < before
    assert np.abs(even).max() <= np.abs(steps).max()


def test_deessing_lowers_hiss_only(rng: np.random.Generator) -> None:
    voice = _tone(300)[None]
    hiss = effects.equalise(rng.standard_normal(voice.shape).astype(np.float32), [Band("highpass", 8000)]) * 0.2
    hiss[:, RATE // 2 :] *= 0.05
    treated = effects.deess(voice + hiss, 10.0)
    assert treated[0, : RATE // 2].std() < (voice + hiss)[0, : RATE // 2].std()
    np.testing.assert_allclose(treated[0, RATE:], (voice + hiss)[0, RATE:], atol=0.02)


def test_saturation_adds_harmonics_and_keeps_the_level() -> None:
    time = np.arange(RATE) / RATE
    sine = np.sin(2 * np.pi * 200 * time).astype(np.float32)[None] * 0.3
    driven = effects.saturate(sine, 18.0, 0.0)
    spectrum = np.abs(np.fft.rfft(driven[0]))
    assert spectrum[600] > 0.03 * spectrum[200]
    assert driven.std() == pytest.approx(sine.std(), rel=0.01)


def test_a_room_decays_and_its_energy_is_one(rng: np.random.Generator) -> None:
    answer = effects.response(Room(1.0), rng)
    np.testing.assert_allclose((answer**2).sum(axis=1), 1, rtol=1e-3)
    thirds = np.array_split((answer**2).sum(axis=0), 3)
    assert thirds[0].sum() > 10 * thirds[1].sum() > 100 * thirds[2].sum()


def test_the_echo_repeats_on_time() -> None:
    click = np.zeros(RATE, np.float32)
    click[100] = 1
    repeated = np.abs(effects.echo(click, 0.25, 0.5, 3, 8000)).max(axis=0)
    for number in (1, 2, 3):
        place = 100 + round(0.25 * number * RATE)
        assert repeated[place : place + 30].max() > 0.02
        assert repeated[place - 200 : place].max() < 1e-3


def test_the_side_chain_dips_at_the_kick() -> None:
    gain = effects.duck_db(RATE, [0.5], 8.0, 0.3)
    assert gain[round(0.5 * RATE / effects.HOP)] == pytest.approx(-8.0, abs=0.01)
    assert gain[0] == 0
    assert gain[-1] == 0


@given(st.integers(0, 2**32 - 1), st.floats(40, 12_000), st.floats(0.05, 3.0))
@settings(max_examples=10, deadline=None)
def test_loudness_is_the_meters(seed: int, hz: float, pulse_s: float) -> None:
    rng = np.random.default_rng(seed)
    time = np.arange(3 * RATE) / RATE
    wave = np.sin(2 * np.pi * hz * time) * np.exp(-(time % pulse_s)) + 0.1 * rng.standard_normal(len(time))
    sound = (0.1 * np.stack([wave, 0.5 * wave])).astype(np.float32)
    assert loudness(sound) == pytest.approx(integrated_lufs(Audio(sound.T.copy(), RATE)), abs=0.2)


def test_a_short_sound_and_silence_have_a_loudness() -> None:
    assert loudness(np.zeros((2, RATE), np.float32)) <= ABSOLUTE_GATE
    assert loudness(np.full((1, 3000), 0.5, np.float32)) > ABSOLUTE_GATE
