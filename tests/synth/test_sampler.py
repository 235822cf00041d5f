from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from vocmatch_desktop.synth.sampler import (
    Recordings,
    SampledInstrument,
    Touch,
    Zone,
    levelled,
    measured_pitch,
    softened,
    trimmed,
)
from vocmatch_desktop.types import Float32, Note

RATE = 44_100


def tone(pitch: float, seconds: float = 2.0, rate: int = 48_000, top: int = 12) -> Float32:
    seconds_at = np.arange(round(seconds * rate)) / rate
    hertz = 440 * 2 ** ((pitch - 69) / 12)
    waves = [np.sin(2 * np.pi * hertz * k * seconds_at) / k for k in range(1, top) if hertz * k < 0.45 * rate]
    return (0.3 * np.sum(waves, axis=0) * np.exp(-seconds_at)).astype(np.float32)


@pytest.fixture
def zones(tmp_path: Path) -> tuple[Zone, ...]:
    """Three notes, each recorded some cents beside its name and after some silence."""
    made = []
    for pitch, cents in ((48, 30), (50, -20), (60, 12)):
        path = tmp_path / f"{pitch}.wav"
        silence = np.zeros(9600, np.float32)
        soundfile.write(path, np.concatenate([silence, tone(pitch + cents / 100)]), 48_000)
        made.append(Zone(path, float(pitch)))
    return tuple(made)


def note(pitch: float, velocity: int = 100, start: float = 0.25, end: float = 1.0) -> Note:
    return Note(start, end, pitch, round(pitch), velocity)


def centroid(sound: Float32) -> float:
    power = np.abs(np.fft.rfft(sound)) ** 2
    return float((power * np.fft.rfftfreq(len(sound), 1 / RATE)).sum() / power.sum())


@pytest.mark.parametrize("pitch", [46.0, 48.0, 49.0, 55.0, 61.5])
def test_plays_in_tune_whatever_the_recordings_tuning(zones: tuple[Zone, ...], pitch: float) -> None:
    sound = SampledInstrument(zones).render([note(pitch)], RATE, RATE)[:, 0]
    assert measured_pitch(sound[int(0.3 * RATE) :], RATE, pitch) == pytest.approx(pitch, abs=0.05)


def test_notes_begin_on_their_onset(zones: tuple[Zone, ...]) -> None:
    sound = SampledInstrument(zones).render([note(48)], RATE, RATE)[:, 0]
    first = int(np.argmax(np.abs(sound) > 0.02 * np.abs(sound).max())) / RATE
    assert first == pytest.approx(0.25, abs=0.004)


def test_louder_and_brighter_with_velocity(zones: tuple[Zone, ...]) -> None:
    sounds = [SampledInstrument(zones).render([note(48, v)], RATE, RATE)[:, 0] for v in (15, 40, 70, 100, 127)]
    assert np.all(np.diff([np.std(sound) for sound in sounds]) > 0)
    assert np.all(np.diff([centroid(sound) for sound in sounds]) > 0)


def test_length_is_exact_and_repeats_are_identical(zones: tuple[Zone, ...]) -> None:
    notes = [note(48), note(52, 80, 0.5, 3.0)]
    first = SampledInstrument(zones).render(notes, 30_001, RATE)
    assert first.shape == (30_001, 2)
    assert first.dtype == np.float32
    np.testing.assert_array_equal(first, SampledInstrument(zones).render(notes, 30_001, RATE))


def test_repeated_notes_go_through_the_takes(zones: tuple[Zone, ...]) -> None:
    instrument = SampledInstrument(zones, Touch(takes=2))
    used = [instrument.zone_for(note(49), count).path.stem for count in range(4)]
    assert used == ["48", "50", "48", "50"]
    one, other = (instrument.render([note(49)], RATE, RATE, take=take) for take in (0, 1))
    assert not np.array_equal(one, other)


def test_an_only_take_is_the_nearest(zones: tuple[Zone, ...]) -> None:
    assert SampledInstrument(zones).zone_for(note(57), 3).pitch == 60


def test_harder_notes_take_harder_recordings(tmp_path: Path) -> None:
    layers = tuple(Zone(tmp_path / f"{v}.wav", 60.0, v) for v in (45, 90, 127))
    instrument = SampledInstrument(layers)
    assert [instrument.zone_for(note(60, v), 0).velocity for v in (20, 45, 60, 90, 110)] == [45, 45, 90, 90, 127]


def test_a_muted_note_dies_soon_and_is_dark(zones: tuple[Zone, ...]) -> None:
    open_, muted = (
        SampledInstrument(zones, Touch(mute_s=mute)).render([note(48)], RATE, RATE)[:, 0] for mute in (0.0, 0.3)
    )
    late = slice(int(0.6 * RATE), int(0.9 * RATE))
    assert np.std(muted[late]) < 0.05 * np.std(open_[late])
    assert centroid(muted) < centroid(open_)


def test_a_note_is_silent_after_its_release(zones: tuple[Zone, ...]) -> None:
    sound = SampledInstrument(zones, Touch(release_s=0.1)).render([note(48, end=0.5)], RATE, RATE)
    assert not np.any(sound[int(0.601 * RATE) :])


def test_old_recordings_are_forgotten_but_sound_the_same(zones: tuple[Zone, ...]) -> None:
    notes = [note(48 + k, start=0.05 * k, end=0.5) for k in range(8)]
    kept = SampledInstrument(zones).render(notes, RATE, RATE)
    np.testing.assert_array_equal(kept, SampledInstrument(zones, recordings=Recordings(1000)).render(notes, RATE, RATE))


def test_no_recordings_are_an_error() -> None:
    with pytest.raises(ValueError, match="recordings"):
        SampledInstrument(())


def test_trimmed_and_levelled_recordings() -> None:
    sound = np.concatenate([np.zeros(4800, np.float32), 0.01 * tone(60)])
    kept = trimmed(sound, 48_000)
    assert 80 <= len(kept) - 96_000 <= 110
    assert np.abs(levelled(kept, 48_000)).max() <= 0.95
    assert not np.any(levelled(np.zeros(4800, np.float32), 48_000))


@given(st.floats(30, 95), st.floats(-0.9, 0.9))
@settings(max_examples=12, deadline=None)
def test_measures_pitch_within_a_semitone(pitch: float, off: float) -> None:
    assert measured_pitch(tone(pitch, 1.2), 48_000, pitch + off) == pytest.approx(pitch, abs=0.03)


@given(st.integers(1, 127))
@settings(max_examples=10, deadline=None)
def test_softening_never_raises_the_level(velocity: int) -> None:
    sound = tone(60, 0.2)
    assert np.std(softened(sound, velocity, 127, 48_000)) <= np.std(sound) * 1.0001
