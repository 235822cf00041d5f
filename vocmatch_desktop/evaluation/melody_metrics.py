"""How well found notes agree with annotated ones (mir_eval.transcription; Molina et al. 2014).

Onsets agree within 50 ms, pitches within 50 cents, offsets within 50 ms or a fifth of the note. Every annotator has a
convention (when a note begins within a consonant, how its pitch is read) that no acoustics tell: so methods are scored
raw and `trimmed`, with three constants for onset, offset and pitch that are fitted on the other fold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.errors import UserError
from vocmatch_desktop.evaluation.melody_dataset import NoteList

METRICS = ("con_f1", "conp_f1", "conpoff_f1")
FOLDS = 2
RESAMPLES = 2000
LEVEL = 0.95

NEAR_S, NEAR_CENTS = 0.1, 80.0
"""For fitting the constants: pairs this near are taken to be the same note."""

_FITS = 2
"""Fitting and pairing anew, now that the notes are nearer, this often."""


class NoScoring(UserError):
    """The package that scores transcriptions is not installed."""

    kind = "no_scoring"


@dataclass(frozen=True, slots=True)
class Constants:
    """What is added to a method's notes: seconds to onsets, seconds to offsets, semitones to pitches."""

    onset_s: float = 0.0
    offset_s: float = 0.0
    pitch: float = 0.0


@dataclass(frozen=True, slots=True)
class Figures:
    """Mean of the metrics over takes, by the names in `METRICS`, each with its 95 % interval (bootstrap over takes)."""

    values: dict[str, float]
    intervals: dict[str, tuple[float, float]]


def check_installed() -> None:
    """Raises `NoScoring` where nothing could be scored; to be asked before minutes of work."""
    if find_spec("mir_eval") is None:
        raise NoScoring("Melodies are scored with the package mir_eval.", "Install it: pip install mir_eval")


def scores(truth: NoteList, found: NoteList) -> NDArray[np.float64]:
    """F1 of onsets, of onsets and pitches, of onsets, pitches and offsets: float64 [3], each 0…1."""
    from mir_eval import transcription

    if not len(truth) or not len(found):
        return np.full(len(METRICS), float(len(truth) == len(found)))
    pitches = truth.spans_s, _hertz(truth.pitch), found.spans_s, _hertz(found.pitch)
    onset = transcription.onset_precision_recall_f1(truth.spans_s, found.spans_s)[2]
    pitch = transcription.precision_recall_f1_overlap(*pitches, offset_ratio=None)[2]
    offset = transcription.precision_recall_f1_overlap(*pitches)[2]
    return np.array([onset, pitch, offset], np.float64)


def trimmed_scores(truth: Sequence[NoteList], found: Sequence[NoteList]) -> tuple[NDArray[np.float64], list[Constants]]:
    """Scores a take, float64 [n, 3], and the constants of each fold, which were fitted on the takes of the other."""
    fitted = []
    for fold in range(FOLDS):
        others = [take for take in range(len(truth)) if take % FOLDS != fold]
        fitted.append(fit([truth[take] for take in others], [found[take] for take in others]))
    shifted = [notes.shifted(*_three(fitted[take % FOLDS])) for take, notes in enumerate(found)]
    return np.array([scores(true, notes) for true, notes in zip(truth, shifted, strict=True)]), fitted


def fit(truth: Sequence[NoteList], found: Sequence[NoteList]) -> Constants:
    """The median differences, annotated minus found, of notes that are plainly the same; zeros where there are none."""
    constants = Constants()
    for _ in range(_FITS):
        shifted = [notes.shifted(*_three(constants)) for notes in found]
        apart = [_differences(true, notes) for true, notes in zip(truth, shifted, strict=True)]
        together = np.concatenate([*apart, np.zeros((0, 3))])
        if not len(together):
            return constants
        onset, offset, pitch = np.median(together, axis=0)
        constants = Constants(constants.onset_s + onset, constants.offset_s + offset, constants.pitch + pitch)
    return constants


def figures(each: NDArray[np.float64]) -> Figures:
    """Sums up the scores of single takes, float64 [n, 3]."""
    rng = np.random.default_rng(0)
    drawn = [each[rng.integers(0, len(each), len(each))].mean(axis=0) for _ in range(RESAMPLES)]
    low, high = np.quantile(np.array(drawn), [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    mean = each.mean(axis=0)
    return Figures(
        {name: round(float(mean[i]), 4) for i, name in enumerate(METRICS)},
        {name: (round(float(low[i]), 4), round(float(high[i]), 4)) for i, name in enumerate(METRICS)},
    )


def _differences(truth: NoteList, found: NoteList) -> NDArray[np.float64]:
    """Onset and offset (s) and pitch (semitones), annotated minus found, of the pairs; float64 [k, 3]."""
    from mir_eval import transcription

    if not len(truth) or not len(found):
        return np.zeros((0, 3))
    pairs = transcription.match_notes(
        truth.spans_s,
        _hertz(truth.pitch),
        found.spans_s,
        _hertz(found.pitch),
        onset_tolerance=NEAR_S,
        pitch_tolerance=NEAR_CENTS,
        offset_ratio=None,
    )
    true, ours = np.array(pairs, np.intp).reshape(-1, 2).T
    return np.column_stack([truth.spans_s[true] - found.spans_s[ours], truth.pitch[true] - found.pitch[ours]])


def _three(constants: Constants) -> tuple[float, float, float]:
    return constants.onset_s, constants.offset_s, constants.pitch


def _hertz(pitch: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(440 * 2 ** ((pitch - 69) / 12), np.float64)
