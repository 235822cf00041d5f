"""What stands above and below the beat: the tempo's octave, and which beats begin bars."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.analysis.tempo import prior
from vocmatch_desktop.types import Float32

Float64 = NDArray[np.float64]

BEATS_PER_BAR = 4
OCTAVES = np.array([0.5, 1.0, 2.0])
OCTAVE_CENTRE_BPM = 108.0
OCTAVE_SPREAD = 0.42


def octave_posterior(bpm: float, onsets: Float32) -> tuple[float, float, float]:
    """P(true tempo is ½, 1, 2 × `bpm`).

    A prior over tempi (producers' beats lie between 60 and 170 BPM) times what the onsets say: halving is likely when
    every other beat carries little, doubling when half-way between beats as much happens in the low bands as on them.

    Args:
        bpm: Tempo of the grid.
        onsets: [steps, 4] flux of the four bands, four steps a beat, the first on a beat.
    """
    low = onsets[:, 0] + onsets[:, 1] + onsets[:, 2]
    place = [float(low[step::4].mean()) if len(low) > step else 0.0 for step in range(4)]
    even, odd = (float(low[start::8].mean()) if len(low) > start else 0.0 for start in (0, 4))
    weaker, stronger = min(even, odd), max(even, odd)
    slower = 1 - weaker / stronger if stronger > 0 else 0.0
    faster = place[2] / place[0] if place[0] > 0 else 0.0
    evidence = np.array([0.35 + slower, 1.0, 0.25 + 0.75 * min(faster, 1.2)])
    weight = evidence * prior(bpm * OCTAVES, OCTAVE_CENTRE_BPM, OCTAVE_SPREAD)
    half, one, double = weight / weight.sum()
    return float(half), float(one), float(double)


def downbeat(onsets: Float32, chroma: Float32, bass: Float32) -> int:
    """Which of the first four beats begins a bar: chords and bass notes change there, and kicks fall there.

    Args: [steps, 4], [steps, 12], [steps, 12], four steps a beat.
    """
    beats = len(onsets) // 4
    if beats < 2 * BEATS_PER_BAR:
        return 0
    harmony = _beat_vectors(chroma, beats)
    root = _beat_vectors(bass, beats)
    kick = onsets[: beats * 4 : 4, 0]
    snare = onsets[: beats * 4 : 4, 2]
    score = np.zeros(BEATS_PER_BAR)
    for phase in range(BEATS_PER_BAR):
        at = np.arange(phase, beats, BEATS_PER_BAR)
        backbeat = np.concatenate([at + 1, at + 3])
        score[phase] = _change(harmony)[at].mean() + _change(root)[at].mean()
        score[phase] += 0.5 * kick[at].mean() / max(float(kick.mean()), 1e-9) * 0.5
        score[phase] += 0.25 * snare[backbeat[backbeat < beats]].mean() / max(float(snare.mean()), 1e-9)
    return int(np.argmax(score))


def _beat_vectors(steps: Float32, beats: int) -> Float64:
    mean = steps[: beats * 4].reshape(beats, 4, 12).mean(axis=1).astype(np.float64)
    return np.asarray(mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-6), np.float64)


def _change(vectors: Float64) -> Float64:
    """1 − cosine between the two beats before and the two from here on, [beats]; 0 at the very start."""
    padded = np.concatenate([np.repeat(vectors[:1], 2, axis=0), vectors, vectors[-1:]])
    before = padded[:-3] + padded[1:-2]
    after = padded[2:-1] + padded[3:]
    norms = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
    result: Float64 = 1 - (before * after).sum(axis=1) / np.maximum(norms, 1e-9)
    return result
