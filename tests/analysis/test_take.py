"""A take's analysis: notes, key, tempo, and what is no singing."""

from __future__ import annotations

import numpy as np
import pytest

from vocmatch_desktop.analysis.take import analyse_take
from vocmatch_desktop.audio.files import read
from vocmatch_desktop.errors import NoSinging
from vocmatch_desktop.types import Audio, Selection

BEAT_S = 0.6
TUNE = [(57, 1), (60, 1), (64, 1), (62, 1), (60, 0.5), (59, 0.5), (57, 2), (64, 1), (65, 1), (64, 1), (62, 1), (57, 2)]
NOTES = [(pitch, beats * BEAT_S) for pitch, beats in TUNE]


@pytest.fixture
def song(sung, wav):
    return wav(sung(NOTES))


def test_the_sung_notes_are_heard(song) -> None:
    features = analyse_take(song)
    starts = np.cumsum([0.0] + [seconds for _, seconds in NOTES])
    midi, times = features.pitch.midi, features.pitch.times_s
    for (pitch, seconds), start in zip(NOTES, starts[:-1], strict=True):
        inside = (times > start + 0.1) & (times < start + seconds - 0.1)
        assert np.nanmedian(midi[inside]) == pytest.approx(pitch, abs=0.3)
    assert features.best_key.name in {"Am", "C"}
    assert features.voiced_s == pytest.approx(features.duration_s, rel=0.15)
    assert features.bands.shape == (int(np.ceil(features.duration_s)), 8)
    assert np.isfinite(features.bands).all()


def test_onsets_are_where_notes_begin(song) -> None:
    features = analyse_take(song)
    starts = np.cumsum([seconds for _, seconds in NOTES])[:-1]
    times = np.arange(len(features.onsets)) * features.onset_hop_s
    at_starts = [features.onsets[np.abs(times - start) < 0.06].max() for start in starts]
    assert 0 <= features.onsets.min() <= features.onsets.max() <= 1
    assert np.mean(at_starts) > 5 * features.onsets.mean()


def test_a_bare_vocal_gets_a_few_tempi_with_the_right_one_among_them(song) -> None:
    hypotheses = analyse_take(song).tempo
    assert 3 <= len(hypotheses) <= 5
    assert sum(h.probability for h in hypotheses) == pytest.approx(1)
    assert [h.probability for h in hypotheses] == sorted((h.probability for h in hypotheses), reverse=True)
    octaves = [h.bpm / 100 for h in hypotheses]
    assert min(abs(ratio / factor - 1) for ratio in octaves for factor in (0.5, 1, 2)) < 0.03
    assert all(h.first_beat_s is not None and 0 <= h.first_beat_s < 60 / h.bpm for h in hypotheses)


def test_a_known_tempo_is_taken_and_counts_from_the_selection(song) -> None:
    features = analyse_take(song, bpm=100.0, first_beat_s=0.25, selection=Selection(2.0, 6.0))
    (hypothesis,) = features.tempo
    assert features.tempo_known
    assert hypothesis.bpm == 100
    assert hypothesis.first_beat_s == pytest.approx(0.25 - 2.0)
    assert hypothesis.first_beat_is_bar
    assert features.duration_s == pytest.approx(4.0, abs=0.01)
    assert analyse_take(song, bpm=100.0).tempo[0].first_beat_s is None


def test_a_selection_of_a_file_is_that_part_in_memory(song) -> None:
    part = read(song, start_s=1.2, duration_s=3.0)
    chosen = analyse_take(song, selection=Selection(1.2, 4.2))
    alone = analyse_take(Audio(part.samples, part.rate))
    both = chosen.pitch.voiced & alone.pitch.voiced
    assert both.mean() > 0.7
    np.testing.assert_allclose(chosen.pitch.f0_hz[both], alone.pitch.f0_hz[both], rtol=1e-3)


@pytest.mark.parametrize("rate", [8_000, 48_000, 192_000])
def test_two_seconds_at_any_rate(sung, wav, rate: int) -> None:
    features = analyse_take(wav(sung([(60, 1.0), (62, 1.0)], rate), rate))
    assert features.duration_s == pytest.approx(2.0)
    assert features.voiced_s > 1.5


def test_a_clipped_take_keeps_its_pitch(sung, wav) -> None:
    features = analyse_take(wav(np.clip(10 * sung([(57, 1.5), (60, 1.5)]), -1, 1)))
    assert np.nanmedian(features.pitch.midi[20:80]) == pytest.approx(57, abs=0.3)


def test_tuning_of_a_singer_who_is_flat(sung, wav) -> None:
    features = analyse_take(wav(sung([(pitch - 0.3, seconds) for pitch, seconds in NOTES])))
    assert features.tuning == pytest.approx(-0.3, abs=0.08)
    assert features.best_key.name in {"Am", "C"}


def test_what_is_no_singing_says_so(drums, wav, rng: np.random.Generator) -> None:
    noise = 0.1 * rng.standard_normal(66_150)
    for samples in (np.zeros(66_150), noise, drums(100.0, 8.0), np.zeros(0), np.full(22_050, 0.5)):
        with pytest.raises(NoSinging, match="I hear no singing"):
            analyse_take(Audio(np.asarray(samples, np.float32)[:, None], 22_050))


def test_real_singing_is_tracked(material) -> None:
    """Raw pitch accuracy on one karaoke take, within 50 cents of the hand-made labels."""
    folder = material / "eval" / "mir1k"
    pitch = analyse_take(folder / "abjones_1.vocals.opus").pitch
    truth = np.loadtxt(folder / "abjones_1.f0.txt").reshape(-1)
    times = 0.02 + np.arange(len(truth)) * 0.02  # the labels' frames are 40 ms long, and start at 0
    heard = pitch.midi[np.clip(np.rint(times / pitch.hop_s).astype(int), 0, len(pitch.midi) - 1)]
    right = np.abs(heard - truth)[truth > 0] < 0.5
    assert right.mean() > 0.85
