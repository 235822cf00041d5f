"""The boundary network: hears where notes begin and end, which the pitch alone does not tell.

A repeated syllable on one pitch, an "n" between two vowels, a slide that is no note of its own. A small convolutional
network over the mel spectrum and the pitch, trained on rendered singing (`training.notes`), every 8 ms.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.inference.cards import verify
from vocmatch_desktop.inference.models import shipped
from vocmatch_desktop.inference.session import Session, open_session
from vocmatch_desktop.melody.mel import MEL_BANDS
from vocmatch_desktop.types import Float32

MODEL = "notes-boundary"
FEATURES = MEL_BANDS + 4
RANGE_DB = 40.0
LEAST = 1e-5
SURE = 0.3
STEP_FRAMES = 2
SLOW_FRAMES = 25

CHUNK_FRAMES = 4096
REACH_FRAMES = 128
"""What the network sees each way: chunks overlap by it, so that together they are what one run would give."""


@dataclass(frozen=True, slots=True, eq=False)
class Boundaries:
    """What the network hears, float32 [n], each 0…1 a frame.

    `onset`, `offset`: a note begins, ends here. `note`: inside a note, not in a consonant, a breath, a rest.
    """

    onset: Float32
    offset: Float32
    note: Float32


class BoundaryModel:
    """The loaded network; keep one a process."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __call__(self, features: Float32) -> Boundaries:
        """Runs float32 [n, FEATURES] in bounded memory."""
        parts = [np.zeros((0, 3), np.float32)]
        for start in range(0, len(features), CHUNK_FRAMES):
            first = max(0, start - REACH_FRAMES)
            chunk = features[first : start + CHUNK_FRAMES + REACH_FRAMES]
            (found,) = self._session.run({"features": chunk[None]}, ["boundaries"])
            parts.append(found[0, start - first : start - first + CHUNK_FRAMES])
        onset, offset, note = np.concatenate(parts).astype(np.float32).T
        return Boundaries(onset, offset, note)


def heard(mel: Float32, pitch: Float32, confidence: Float32) -> Boundaries:
    """What the shipped network hears; all float32 [n], as `features` wants them. Raises `ModelError`."""
    return boundary_model()(features(mel, pitch, confidence))


@lru_cache(maxsize=1)
def boundary_model() -> BoundaryModel:
    """The network, loaded at first use; raises `ModelError` where it is missing or damaged."""
    card = shipped(MODEL)
    verify(card)
    return BoundaryModel(open_session(card.path, "cpu"))


def features(mel: Float32, pitch: Float32, confidence: Float32) -> Float32:
    """What the network is given, float32 [n, FEATURES], all within about −3…3; level and key of the take do not matter.

    Args:
        mel: Mel magnitudes, float32 [n, 40] (`mel.MelPass`).
        pitch: MIDI, float32 [n], 0 where there is none.
        confidence: 0…1, float32 [n].
    """
    if not len(mel):
        return np.zeros((0, FEATURES), np.float32)
    level = 20 * np.log10(np.maximum(mel, LEAST))
    loud = float(np.percentile(level.max(axis=1), 95))
    spectrum = np.clip((level - loud + RANGE_DB) / (RANGE_DB / 2), -2, 2)
    sure = np.asarray((confidence >= SURE) & (pitch > 0), np.float64)
    movement = [_step(pitch, sure), _away(pitch, sure)]
    overall = np.clip((10 * np.log10(np.square(mel).sum(axis=1) + LEAST**2) - loud + RANGE_DB) / (RANGE_DB / 2), -2, 2)
    return np.column_stack([spectrum, confidence, *movement, overall]).astype(np.float32)


def _step(pitch: Float32, sure: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far the pitch moves in 32 ms, semitones within ±2; 0 without a pitch."""
    ahead, behind = _shifted(pitch, STEP_FRAMES), _shifted(pitch, -STEP_FRAMES)
    both = _shifted(sure, STEP_FRAMES) * _shifted(sure, -STEP_FRAMES)
    return np.asarray(np.clip(ahead - behind, -2, 2) * both)


def _away(pitch: Float32, sure: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far the pitch lies from its mean over 0.4 s, semitones within ±3; 0 without a pitch."""
    window = np.ones(2 * SLOW_FRAMES + 1)
    weight = np.convolve(sure, window)[SLOW_FRAMES : SLOW_FRAMES + len(pitch)]
    mean = np.convolve(pitch * sure, window)[SLOW_FRAMES : SLOW_FRAMES + len(pitch)] / np.maximum(weight, 1)
    return np.asarray(np.clip(pitch - mean, -3, 3) * sure)


def _shifted(values: NDArray[np.floating], frames: int) -> NDArray[np.float64]:
    """`values` `frames` later (earlier if negative), its ends repeated."""
    index = np.clip(np.arange(len(values)) + frames, 0, max(0, len(values) - 1))
    return np.asarray(values[index], np.float64)
