"""A beat's analysis on rendered sound: tempo, bars, key, waveform, and files that hold next to nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vocmatch_desktop.analysis.beat import analyse_beat
from vocmatch_desktop.analysis.blob import ANALYSER_VERSION, from_blob, to_blob
from vocmatch_desktop.audio.files import decoded_hash
from vocmatch_desktop.errors import NotFound, UnreadableAudio
from vocmatch_desktop.types import STEPS_PER_BEAT, Fingerprint

RATE_5S = 5 * 22_050
A_MINOR = ((45, 57, 60, 64), (38, 57, 62, 65), (40, 56, 59, 64), (45, 57, 60, 64))


def assert_sound(fingerprint: Fingerprint) -> None:
    grid = fingerprint.grid
    assert fingerprint.version == ANALYSER_VERSION
    assert grid.beats_s[0] <= 0
    assert grid.beats_s[-1] >= fingerprint.duration_s - 1e-9
    assert (np.diff(grid.beats_s) > 0).all()
    assert 0 <= grid.downbeat < grid.beats_per_bar
    assert sum(grid.octave) == pytest.approx(1)
    assert fingerprint.key.sum() == pytest.approx(1, abs=1e-5)
    steps = grid.beats * STEPS_PER_BEAT
    for values, shape in (
        (fingerprint.chroma, (steps, 12)),
        (fingerprint.bass, (steps, 12)),
        (fingerprint.onsets, (steps, 4)),
        (fingerprint.lead, (grid.beats,)),
    ):
        assert values.shape == shape
        assert values.min() >= 0
        assert values.max() <= 1
    assert fingerprint.bands.shape == (grid.beats, 8)
    assert np.isfinite(fingerprint.bands).all()


@pytest.mark.parametrize("bpm", [72.0, 87.5, 93.37, 104.0, 120.0, 128.0, 140.0, 150.0])
def test_tempo_of_a_drum_loop_is_exact_and_beats_fall_on_its_drums(drums, wav, bpm: float) -> None:
    fingerprint = analyse_beat(wav(drums(bpm, 24.0, first_beat_s=0.31))).fingerprint
    assert_sound(fingerprint)
    grid = fingerprint.grid
    assert grid.bpm == pytest.approx(bpm, rel=2e-4)
    beats = np.arange(0.31, 23.0, 60 / bpm)
    nearest = grid.beats_s[np.abs(grid.beats_s[:, None] - beats).argmin(axis=0)]
    assert np.abs(nearest - beats).max() < 0.012


def test_bar_lines_fall_where_chords_change(drums, chords, wav) -> None:
    bpm, bar = 100.0, 2.4
    harmony = chords(A_MINOR, bar, 4)
    mix = harmony + drums(bpm, 16 * bar)[: len(harmony)]
    fingerprint = analyse_beat(wav(mix)).fingerprint
    beats_off = (fingerprint.grid.position(4 * bar) + 2) % 4 - 2
    assert beats_off == pytest.approx(0, abs=0.1)
    assert fingerprint.best_key.name == "Am"


@pytest.mark.parametrize(("shift", "name"), [(0, "Am"), (3, "Cm"), (5, "Dm"), (-2, "Gm")])
def test_key_follows_transposition(chords, wav, shift: int, name: str) -> None:
    moved = [[note + shift for note in chord] for chord in A_MINOR]
    assert analyse_beat(wav(chords(moved, 1.0, 3))).fingerprint.best_key.name == name


def test_tuning_and_chroma_are_those_of_the_notes_played(chords, wav) -> None:
    fingerprint = analyse_beat(wav(chords([(60, 64, 67)], 1.0, 6, 0.3))).fingerprint
    assert fingerprint.tuning == pytest.approx(0.3, abs=0.04)
    mean = fingerprint.chroma.mean(axis=0)
    assert set(np.argsort(-mean)[:3]) == {0, 4, 7}


def test_bass_is_the_lowest_note_not_the_chord_above(chords, wav) -> None:
    bass = analyse_beat(wav(chords([(33, 52, 56, 59)], 1.0, 6))).fingerprint.bass.mean(axis=0)
    assert int(np.argmax(bass)) == 9


def test_numbers_do_not_depend_on_gain(drums, chords, wav) -> None:
    harmony = chords(A_MINOR, 2.0, 2)
    mix = harmony + drums(120.0, 16.0)[: len(harmony)]
    loud = analyse_beat(wav(mix, name="loud.wav")).fingerprint
    quiet = analyse_beat(wav(0.05 * mix, name="quiet.wav")).fingerprint
    np.testing.assert_allclose(quiet.grid.beats_s, loud.grid.beats_s, atol=1e-4)
    np.testing.assert_allclose(quiet.chroma, loud.chroma, atol=0.02)
    np.testing.assert_allclose(quiet.key, loud.key, atol=0.01)
    np.testing.assert_allclose(loud.bands - quiet.bands, 20 * np.log10(20), atol=0.5)


def test_waveform_and_hash_come_from_the_same_pass(drums, wav) -> None:
    path = wav(np.concatenate([drums(120.0, 5.0), np.zeros(RATE_5S, np.float32)]))
    analysis = analyse_beat(path)
    assert analysis.audio_hash == decoded_hash(path)
    assert analysis.audio.duration_s == pytest.approx(10.0)
    assert analysis.peaks.shape == (2, 400)
    assert analysis.peaks.dtype == np.uint8
    assert analysis.peaks[1, :190].max() > 180
    assert (analysis.peaks[:, 210:] == 128).all()


@pytest.mark.parametrize("frames", [1, 10, 300, 5_000, 40_000])
def test_short_and_silent_files_still_give_whole_fingerprints(wav, rng: np.random.Generator, frames: int) -> None:
    for samples in (np.zeros(frames), 0.1 * rng.standard_normal(frames), np.full(frames, 0.5)):
        fingerprint = analyse_beat(wav(samples.astype(np.float32))).fingerprint
        assert_sound(fingerprint)
        blob = to_blob(fingerprint)
        assert to_blob(from_blob(blob)) == blob


@pytest.mark.parametrize("rate", [8_000, 44_100, 192_000])
def test_any_rate_and_stereo(drums, wav, rate: int) -> None:
    import soxr

    samples = soxr.resample(drums(120.0, 12.0), 22_050, rate)
    stereo = np.stack([samples, -samples], axis=1)
    assert analyse_beat(wav(stereo, rate)).fingerprint.grid.bpm == pytest.approx(120, rel=1e-3)


def test_a_tempo_that_drifts_is_followed(drums, wav) -> None:
    slow = drums(118.0, 20.0)
    fast = drums(126.0, 20.0)
    steady = analyse_beat(wav(np.concatenate([slow, fast]))).fingerprint.grid
    lengths = np.diff(steady.beats_s)
    times = steady.beats_s[:-1]
    assert 60 / np.median(lengths[(times > 4) & (times < 16)]) == pytest.approx(118, rel=0.02)
    assert 60 / np.median(lengths[(times > 24) & (times < 36)]) == pytest.approx(126, rel=0.02)


def test_bad_files_are_told_plainly(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        analyse_beat(tmp_path / "gone.wav")
    text = tmp_path / "text.wav"
    text.write_text("this is no sound")
    with pytest.raises(UnreadableAudio):
        analyse_beat(text)


def test_real_instrumentals_give_small_blobs_and_the_tempi_in_their_names(material: Path) -> None:
    names: dict[str, float] = {"muzak__whitenoiseaudio_bleepy103": 103, "muzak__whitenoiseaudio_kfuc120": 120}
    for name, bpm in names.items():
        fingerprint = analyse_beat(material / "data" / "beats" / f"{name}.opus").fingerprint
        assert fingerprint.grid.bpm == pytest.approx(bpm, rel=1e-3)
        assert len(to_blob(fingerprint)) < 60_000 * max(fingerprint.duration_s, 20) / 180
