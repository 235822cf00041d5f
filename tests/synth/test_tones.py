from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocmatch_desktop.synth.drums import DRUMS
from vocmatch_desktop.synth.effects import duck, limit, reverb
from vocmatch_desktop.synth.instruments import INSTRUMENTS, Tone
from vocmatch_desktop.synth.tones import RATE, TOP_HZ, adsr, ensemble, hertz, oscillate


@pytest.mark.parametrize("shape", ["saw", "square", "triangle", "pulse"])
@pytest.mark.parametrize("pitch", [33.3, 69.0, 96.7, 110.2])
def test_oscillators_do_not_alias(shape, pitch):
    hz = hertz(pitch)
    wave = oscillate(shape, hz, 1 << 16).astype(np.float64)
    power = np.abs(np.fft.rfft(wave * np.kaiser(len(wave), 20))) ** 2
    place = np.arange(len(power)) * RATE / len(wave)
    between = np.abs(place / hz - np.round(place / hz)) * hz > 12 * RATE / len(wave)
    assert power[between].max() < 1e-5 * power.max()
    assert power[place > TOP_HZ + 200].max() < 1e-5 * power.max()


def test_an_oscillator_follows_a_moving_pitch():
    frames = RATE
    wave = oscillate("saw", np.linspace(200, 400, frames, dtype=np.float32), frames)
    crossings = np.sum(np.diff(np.signbit(wave)) != 0)
    assert crossings == pytest.approx(2 * 300, abs=4)


def test_an_ensemble_is_wide_and_level():
    sound = ensemble(220.0, RATE, np.ones(8, np.float32), 15, seed=3)
    assert sound.shape == (2, RATE)
    assert np.sqrt(np.mean(sound**2)) == pytest.approx(1.0, abs=0.01)
    assert abs(np.corrcoef(sound)[0, 1]) < 0.3


@given(st.integers(1, 60_000), st.floats(0.0, 0.5), st.floats(0.0, 1.0), st.floats(0.001, 1.0))
def test_envelopes_begin_and_end_in_silence(frames, attack, sustain, release):
    envelope = adsr(frames, attack, 0.3, sustain, release)
    assert len(envelope) == frames
    assert envelope[-1] <= 1e-6
    assert np.all((envelope >= -1e-6) & (envelope <= 1 + 1e-6))


BASSES = ("sub_bass", "bass_808", "finger_bass", "slap_bass", "saw_bass", "reese_bass")


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_instruments_play_in_tune(name):
    pitch = 40.0 if name in BASSES else 64.0
    sound = np.atleast_2d(INSTRUMENTS[name](Tone(pitch, 1.2)))
    held = sound[:, 3000:] if name != "muted_guitar" else sound
    size = 1 << 18
    spectrum = np.abs(np.fft.rfft(held * np.hanning(held.shape[1]), size)).sum(axis=0)
    place = np.arange(len(spectrum)) * RATE / size
    hz = hertz(pitch)
    band = (place > hz * 0.95) & (place < hz * 1.05)
    centre = np.sum(place[band] * spectrum[band] ** 2) / np.sum(spectrum[band] ** 2)
    assert abs(1200 * np.log2(centre / hz)) < 20


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(sorted(INSTRUMENTS)),
    st.floats(28, 88),
    st.floats(0.03, 1.0),
    st.floats(0.1, 1.0),
    st.one_of(st.none(), st.floats(30, 80)),
)
def test_any_note_is_sound(name, pitch, seconds, velocity, glide_from):
    sound = INSTRUMENTS[name](Tone(pitch, seconds, velocity, glide_from))
    assert sound.dtype == np.float32
    assert np.isfinite(sound).all()
    assert 0 < np.abs(sound).max() < 1.5
    assert np.abs(sound[..., -1]).max() < 0.02


@pytest.mark.parametrize("name", DRUMS)
def test_drums_hit_at_once_and_die_away(name):
    sound = DRUMS[name](0)
    assert np.abs(sound).max() == pytest.approx(1.0, abs=1e-3)
    assert np.abs(sound[-1]) < 1e-3
    if name not in ("shaker", "brush"):
        assert np.argmax(np.abs(sound) > 0.5) < 0.03 * RATE


def test_two_strokes_differ_and_the_same_stroke_does_not():
    assert np.array_equal(DRUMS["snare_fat"](1), DRUMS["snare_fat"](1))
    assert not np.array_equal(DRUMS["snare_fat"](1), DRUMS["snare_fat"](2))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.floats(0.1, 8.0))
def test_the_limiter_never_clips_and_leaves_quiet_sound_alone(seed, gain):
    sound = gain * np.random.default_rng(seed).standard_normal((2, 4000)).astype(np.float32)
    limited = limit(sound, -1.0)
    assert np.abs(limited).max() <= 10 ** (-1 / 20) + 1e-5
    quiet = sound * np.float32(0.1 / np.abs(sound).max())
    assert np.array_equal(limit(quiet), quiet)


def test_a_room_answers_after_the_sound_and_dies_away():
    click = np.zeros(2 * RATE, np.float32)
    click[100] = 1.0
    wet = reverb(click, 0.8)
    assert np.abs(wet[:, : 100 + 700]).max() < 1e-4
    early, late = np.abs(wet[:, 2000:8000]).max(), np.abs(wet[:, RATE:]).max()
    assert late < early / 100


def test_ducking_dips_at_every_hit_and_recovers():
    gain = duck(RATE, [0.25, 0.75], 0.6, 0.2)
    assert gain[round(0.26 * RATE)] == pytest.approx(0.4, abs=0.05)
    assert gain[round(0.7 * RATE)] == pytest.approx(1.0, abs=0.02)
    assert gain[0] == 1.0
