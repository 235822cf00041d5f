from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocmatch_desktop.synth import piano, piano_model, soundfont
from vocmatch_desktop.synth.piano import legato, play
from vocmatch_desktop.synth.sampler import measured_pitch
from vocmatch_desktop.types import Float32, Note

RATE = 44_100


@pytest.fixture(params=["soundfont", "model"])
def folders(request: pytest.FixtureRequest) -> tuple[object, ...]:
    if request.param == "model":
        return ()
    if not soundfont.available() or not any(soundfont.installed(name) for name in piano.SOUNDFONTS):
        pytest.skip("FluidSynth or its MIT soundfont is not installed")
    return soundfont.FOLDERS


def note(pitch: float, start: float = 0.1, end: float = 0.9, velocity: int = 90) -> Note:
    return Note(start, end, pitch, round(pitch), velocity)


def centroid(sound: Float32) -> float:
    power = np.abs(np.fft.rfft(sound)) ** 2
    return float((power * np.fft.rfftfreq(len(sound), 1 / RATE)).sum() / power.sum())


@pytest.mark.parametrize("pitch", [45.0, 60.0, 64.3, 76.0])
def test_plays_in_tune(folders: tuple, pitch: float) -> None:
    sound = play([note(pitch, end=1.9)], 2 * RATE, RATE, folders=folders).mean(axis=1)
    assert measured_pitch(sound[RATE // 5 :], RATE, pitch) == pytest.approx(
        pitch, abs=0.07
    )  # FluidR3's own tuning is 6 cents off at E5


@pytest.mark.parametrize("frames", [0, 1, 100, 44_100, 50_021])
def test_length_is_exact(folders: tuple, frames: int) -> None:
    sound = play([note(60), note(64, 0.5, 5.0)], frames, RATE, folders=folders)
    assert sound.shape == (frames, 2)
    assert sound.dtype == np.float32
    assert np.isfinite(sound).all()


def test_ends_without_a_click(folders: tuple) -> None:
    sound = play([note(60, 0.1, 5.0, 120)], RATE, RATE, folders=folders)
    assert np.abs(sound[-1]).max() < 1e-3
    assert np.abs(np.diff(sound[-2000:], axis=0)).max() < 0.05


def test_no_notes_are_silence(folders: tuple) -> None:
    assert not np.any(play([], 1000, RATE, folders=folders))
    assert not np.any(play([note(60, 3.0, 4.0)], RATE, RATE, folders=folders))


def test_never_clips(folders: tuple) -> None:
    chord = [note(pitch, 0.1, 0.9, 127) for pitch in range(36, 84, 2)]
    assert np.abs(play(chord, RATE, RATE, folders=folders)).max() < 0.9


def test_one_gain_whatever_else_is_played(folders: tuple) -> None:
    alone = play([note(60, 0.1, 0.4, 60)], 2 * RATE, RATE, folders=folders)
    loud = [note(pitch, 1.2, 1.9, 127) for pitch in range(36, 84, 2)]
    together = play([note(60, 0.1, 0.4, 60), *loud], 2 * RATE, RATE, folders=folders)
    np.testing.assert_allclose(alone[:RATE], together[:RATE], atol=1e-4)


def test_louder_and_brighter_with_velocity(folders: tuple) -> None:
    sounds = [play([note(60, velocity=v)], RATE, RATE, folders=folders).mean(axis=1) for v in (20, 50, 80, 127)]
    assert np.all(np.diff([np.std(sound) for sound in sounds]) > 0)
    assert centroid(sounds[0]) < centroid(sounds[-1])


def test_a_note_falls_while_held_and_stops_when_let_go(folders: tuple) -> None:
    held = play([note(60, 0.1, 3.0)], 3 * RATE, RATE, folders=folders)
    let_go = play([note(60, 0.1, 1.0)], 3 * RATE, RATE, folders=folders)
    early, late = slice(int(0.2 * RATE), int(0.4 * RATE)), slice(int(1.6 * RATE), int(1.8 * RATE))
    assert 0 < np.std(held[late]) < 0.7 * np.std(held[early])
    assert np.std(let_go[late]) < 0.1 * np.std(held[late])


def test_repeats_are_identical(folders: tuple) -> None:
    notes = [note(60), note(67, 0.3, 0.8)]
    np.testing.assert_array_equal(play(notes, RATE, RATE, folders=folders), play(notes, RATE, RATE, folders=folders))


@pytest.mark.parametrize("rate", [8000, 192_000])
def test_any_rate(folders: tuple, rate: int) -> None:
    sound = play([note(60)], rate, rate, folders=folders)
    assert sound.shape == (rate, 2)
    assert np.abs(sound).max() > 0.01


@settings(max_examples=8, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-0.5, 1.5), st.floats(0.0, 2.0), st.floats(0, 127), st.integers(1, 127)), max_size=6)
)
def test_any_notes_are_played(made: list[tuple[float, float, float, int]]) -> None:
    notes = [Note(start, start + long, pitch, int(pitch), velocity) for start, long, pitch, velocity in made]
    sound = play(notes, RATE, RATE, folders=())
    assert np.isfinite(sound).all()
    assert np.abs(sound).max(initial=0.0) < 0.9


def test_the_models_partials_are_stretched() -> None:
    sound = piano_model.render([note(36, 0.0, 2.0)], 2 * RATE, RATE).mean(axis=1)
    power = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    fundamental = 440 * 2 ** ((36 - 69) / 12)
    near = slice(int(2 * fundamental * 19.7), int(2 * fundamental * 21.0))
    twentieth = (near.start + int(np.argmax(power[near]))) / 2
    assert 1.005 < twentieth / (20 * fundamental) < 1.05


def test_legato_closes_short_pauses_only() -> None:
    notes = [note(60, 0.0, 0.5), note(62, 0.6, 1.0), note(64, 1.5, 2.0)]
    assert [kept.offset_s for kept in legato(notes, 0.18)] == [0.6, 1.0, 2.0]
    assert legato([], 0.18) == ()
