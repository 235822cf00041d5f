"""Where librosa does the same job: onsets, beats and chroma agree. The one module of this room that imports librosa."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest

from vocmatch_desktop.analysis import chroma, onsets
from vocmatch_desktop.analysis.beat import analyse_beat
from vocmatch_desktop.analysis.frames import mean_between
from vocmatch_desktop.analysis.spectra import PITCH_HOP_S, RATE, SpectrumPass

CHORDS = ((45, 57, 60, 64), (41, 57, 60, 65), (48, 55, 60, 64), (43, 55, 59, 62))

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def mix(drums, chords) -> np.ndarray:
    harmony = chords(CHORDS, 2.0, 3)
    return harmony + 0.6 * drums(120.0, 24.0)[: len(harmony)]


@pytest.fixture(scope="module")
def librosa():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import librosa as module
    return module


def spectra_of(samples: np.ndarray):
    listening = SpectrumPass()
    listening.feed(samples)
    return listening.finish()


def test_onset_strength_rises_where_librosas_does(librosa, mix: np.ndarray) -> None:
    theirs = librosa.onset.onset_strength(y=mix, sr=RATE, hop_length=256, n_fft=1024)
    ours = onsets.flux(spectra_of(mix).mel).mean(axis=1)
    size = min(len(ours), len(theirs))
    correlation = max(
        np.corrcoef(ours[10 : size - 10], theirs[10 + lag : size - 10 + lag])[0, 1] for lag in range(-5, 6)
    )
    assert correlation > 0.8


def test_beats_meet_librosas(librosa, mix: np.ndarray, wav) -> None:
    from mir_eval.beat import f_measure

    _, theirs = librosa.beat.beat_track(y=mix, sr=RATE, hop_length=256, units="time")
    path: Path = wav(mix)
    ours = analyse_beat(path).fingerprint.grid.beats_s
    ours = ours[(ours >= 0) & (ours <= len(mix) / RATE)]
    assert f_measure(np.asarray(theirs), ours) > 0.9


def test_chroma_points_where_librosas_does(librosa, chords) -> None:
    samples = chords(CHORDS, 2.0, 1)
    theirs = librosa.feature.chroma_cqt(y=samples, sr=RATE, hop_length=512, fmin=librosa.note_to_hz("C3"), n_octaves=4)
    edges = np.arange(5) * 2.0
    ours = mean_between(chroma.chroma(chroma.salience(spectra_of(samples).peaks, 0.0)), PITCH_HOP_S, edges)
    reference = mean_between(np.ascontiguousarray(theirs.T, np.float32), 512 / RATE, edges)
    for mine, other in zip(ours, reference, strict=True):
        assert mine @ other / (np.linalg.norm(mine) * np.linalg.norm(other)) > 0.85
