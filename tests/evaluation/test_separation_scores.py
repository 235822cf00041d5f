"""Figures of streamed stems against mir_eval's and against formulas written out."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from vocmatch_desktop.evaluation.separation_metrics import si_sdr, usdr
from vocmatch_desktop.evaluation.separation_scores import Scores, Scoring
from vocmatch_desktop.types import SILENCE_DB, Float32

RATE = 4_000
TOLERANCE_DB = 1e-3


def sounds(seconds: float = 5.3) -> tuple[Float32, Float32, Float32]:
    """Stem, rest, and an estimate that is filtered, leaks and hisses, float32 [n, 2]."""
    rng = np.random.default_rng(3)
    stem, rest, hiss = rng.standard_normal((3, round(seconds * RATE), 2)) * 0.1
    stem *= (1 + np.sin(2 * np.pi * np.arange(len(stem)) / RATE / 2.7))[:, None]
    heard = 0.7 * stem + 0.2 * np.roll(stem, 40, axis=0) + 0.3 * np.roll(rest, 7, axis=0)[:, ::-1] + 0.2 * hiss
    return stem.astype(np.float32), rest.astype(np.float32), heard.astype(np.float32)


def scored(stem: Float32, rest: Float32, estimate: Float32, stretch_s: int = 2) -> Scores:
    scoring = Scoring(RATE, stem.shape[1])
    for at in range(0, len(stem), stretch_s * RATE):
        part = slice(at, at + stretch_s * RATE)
        scoring.feed((stem + rest)[part], stem[part], estimate[part])
    return scoring.scores()


def test_interference_and_artefacts_are_those_of_mir_eval() -> None:
    stem, rest, estimate = sounds(1.5)
    both, guesses = np.stack([stem, rest]), np.stack([estimate, stem + rest - estimate])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # mir_eval says that museval goes on with it
        from mir_eval.separation import bss_eval_images

        sdr, _, sir, sar, _ = bss_eval_images(both, guesses, compute_permutation=False)
    found = scored(stem, rest, estimate)
    assert found.usdr_db == pytest.approx(sdr[0], abs=TOLERANCE_DB)
    assert found.sir_db == pytest.approx(sir[0], abs=TOLERANCE_DB)
    assert found.sar_db == pytest.approx(sar[0], abs=TOLERANCE_DB)


def museval_sdr(stem: Float32, rest: Float32, estimate: Float32) -> float:
    """BSS Eval v4 (museval.metrics.bss_eval, images): ‖s‖² / ‖e_spat + e_interf + e_artif‖², parts summing to ŝ − s."""
    ratios = []
    for at in range(0, len(stem) - RATE + 1, RATE):
        true, other, guess = (sound[at : at + RATE].astype(np.float64) for sound in (stem, rest, estimate))
        if true.any() and other.any():
            ratios.append(10 * np.log10(np.sum(true**2) / np.sum((guess - true) ** 2)))
    return float(np.median(ratios))


@pytest.mark.parametrize("silent", [(), (0,), (1, 2)])
def test_seconds_in_which_something_is_silent_have_no_figure(silent: tuple[int, ...]) -> None:
    stem, rest, estimate = sounds()
    for second in silent:
        (stem if second % 2 else rest)[second * RATE : (second + 1) * RATE] = 0
    expected = museval_sdr(stem, rest, estimate)
    assert scored(stem, rest, estimate).csdr_db == pytest.approx(expected, abs=TOLERANCE_DB)


def test_the_size_of_stretches_changes_nothing() -> None:
    one, other = scored(*sounds(), stretch_s=1), scored(*sounds(), stretch_s=10)
    for name in Scores.__slots__:
        assert getattr(one, name) == pytest.approx(getattr(other, name), abs=1e-6, nan_ok=True)
    stem, _, estimate = sounds()
    assert one.usdr_db == pytest.approx(usdr(stem, estimate), abs=1e-6)
    assert one.sisdr_db == pytest.approx(si_sdr(stem, estimate), abs=1e-6)


def test_leakage_is_heard_where_the_stem_pauses() -> None:
    stem, rest, _ = sounds()
    stem[: 2 * RATE] = 0
    estimate = stem + np.float32(0.1) * rest
    assert scored(stem, rest, estimate).leak_db == pytest.approx(-20, abs=0.01)
    assert scored(stem, rest, stem).leak_db == SILENCE_DB
    assert np.isnan(scored(*sounds()).leak_db)


def test_nothing_found_is_zero_decibels_and_nothing_to_find_has_no_figure() -> None:
    stem, rest, _ = sounds()
    empty = scored(stem, rest, np.zeros_like(stem))
    assert (empty.usdr_db, empty.csdr_db) == (0, 0)
    assert np.isnan(empty.sir_db)
    nothing = scored(np.zeros_like(stem), rest, rest)
    assert np.isnan([nothing.usdr_db, nothing.csdr_db, nothing.sisdr_db, nothing.sir_db]).all()
    assert nothing.leak_db == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("frames", [1, 100, RATE - 1, RATE])
def test_a_song_shorter_than_a_second_is_one(frames: int) -> None:
    stem, rest, estimate = (sound[:frames] for sound in sounds())
    found = scored(stem, rest, estimate)
    assert found.csdr_db == pytest.approx(found.usdr_db, abs=1e-9)


def test_mono() -> None:
    stem, rest, estimate = (sound[:, :1] for sound in sounds(1.5))
    assert np.isfinite([scored(stem, rest, estimate).sir_db, scored(stem, rest, estimate).sar_db]).all()
