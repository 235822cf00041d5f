from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from melody.sung import TUNE, contour, voice

from vocmatch_desktop.audio.resample import resample
from vocmatch_desktop.melody.contour import hear
from vocmatch_desktop.melody.notes import NoteOptions, find
from vocmatch_desktop.types import Audio

RATE = 44_100


def test_a_sung_tune_is_found_note_for_note():
    found = find(hear(voice()))
    assert [note.number for note in found] == [60, 64, 64, 67, 62]
    late = [note.onset_s - sung.onset_s for note, sung in zip(found, TUNE, strict=True)]
    assert np.abs(late).max() < 0.05
    assert abs(np.median(late)) < 0.025


def test_a_flat_singer_is_written_in_their_own_tuning():
    found = find(hear(voice(tuning=-0.45)))
    assert [note.number for note in found] == [60, 64, 64, 67, 62]
    assert found[0].pitch == pytest.approx(59.55, abs=0.15)


def test_vibrato_is_one_note_and_a_step_of_a_semitone_two():
    assert len(find(contour([(0.2, 2.0, 64.0)], 2.3, vibrato=0.7))) == 1
    assert [note.number for note in find(contour([(0.2, 0.8, 64.0), (0.8, 1.4, 65.0)], 1.7))] == [64, 65]


def test_a_repeated_syllable_on_one_pitch_is_two_notes():
    assert len(find(contour([(0.2, 0.8, 64.0), (0.8, 1.4, 64.0)], 1.7))) == 2


def test_an_octave_slip_of_the_tracker_is_mended():
    heard = contour([(0.2, 1.4, 64.0)], 1.7)
    heard.pitch[60:72] += 12
    (note,) = find(heard)
    assert (note.number, note.pitch) == (64, pytest.approx(64, abs=0.05))


def test_louder_notes_get_higher_velocities():
    heard = contour([(0.2, 0.8, 64.0), (1.0, 1.6, 64.0)], 1.9)
    heard.level_db[100:] -= 12
    first, second = find(heard)
    assert first.velocity > second.velocity >= 1


def test_more_sensitivity_finds_no_fewer_notes_and_a_longer_minimum_no_shorter_ones():
    heard = contour([(0.2 + 0.15 * i, 0.35 + 0.15 * i, 60.0 + (i % 3) * 0.8) for i in range(12)], 2.4)
    counts = [len(find(heard, NoteOptions(sensitivity))) for sensitivity in (0.0, 0.25, 0.5, 0.75, 1.0)]
    assert counts == sorted(counts)
    long = find(heard, NoteOptions(1.0, min_length_s=0.2))
    assert min(note.offset_s - note.onset_s for note in long) >= 0.199


@given(st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_whatever_is_heard_notes_are_in_order_finite_and_within_the_take(seed):
    rng = np.random.default_rng(seed)
    heard = contour([], 1.5)
    heard.pitch[:] = rng.choice([0.0, 60.0, 72.0, 61.5], len(heard.pitch)) + rng.normal(0, 1)
    heard.pitch[:] = np.maximum(heard.pitch, 0)
    heard.confidence[:] = rng.uniform(0, 1, len(heard.pitch))
    found = find(heard)
    assert all(0 <= note.onset_s < note.offset_s <= 1.5 for note in found)
    assert all(one.offset_s <= other.onset_s + 1e-9 for one, other in pairwise(found))
    assert all(np.isfinite(note.pitch) and 0 <= note.number <= 127 and 1 <= note.velocity <= 127 for note in found)


def noise(seed: int, seconds: float = 2.0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.1, (int(seconds * RATE), 1)).astype(np.float32)


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros((0, 1), np.float32),
        np.zeros((1, 1), np.float32),
        np.ones((1, 2), np.float32),
        np.zeros((2 * RATE, 2), np.float32),
        noise(1),
        np.sign(noise(2)),
    ],
    ids=["nothing", "one sample", "one stereo sample", "silence", "noise", "clipped noise"],
)
def test_what_is_no_singing_gives_no_notes(samples):
    heard = hear(Audio(samples, RATE))
    assert find(heard) == ()
    assert all(np.isfinite(values).all() for values in (heard.pitch, heard.level_db, heard.onset, heard.note))


@pytest.mark.parametrize("rate", [16_000, 96_000])
def test_any_rate_will_do(rate):
    found = find(hear(resample(voice(), rate)))
    assert [note.number for note in found] == [60, 64, 64, 67, 62]


def test_opposite_phases_clipping_and_level_change_nothing():
    plain = voice().samples
    numbers = [note.number for note in find(hear(Audio(plain, RATE)))]
    opposed = np.concatenate([plain, -plain], axis=1)
    for samples in (opposed, np.clip(8 * plain, -1, 1), 0.03 * plain):
        assert [note.number for note in find(hear(Audio(samples.astype(np.float32), RATE)))] == numbers
