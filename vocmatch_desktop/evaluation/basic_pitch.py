"""Spotify's Basic Pitch (Bittner et al. 2022) from the ONNX file in its wheel, as a method to compare with.

The wheel cannot be imported without its dependencies, so its published way of running the network in windows and of
making notes from its output is written down here again (version 0.4.0, inference.py and note_creation.py).
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np

from vocmatch_desktop.evaluation.melody_dataset import NoteList
from vocmatch_desktop.inference.session import Session, open_session
from vocmatch_desktop.types import Float32

RATE = 22_050
HOP = 256
WINDOW = 2 * RATE - HOP
WINDOW_FRAMES = RATE // HOP * 2
OVERLAP_FRAMES = 30
LOWEST = 21
TO_THE_GRID_S = 0.0018
ENERGY_TOLERANCE = 11
SHORTEST_FRAMES = 11
CONTOUR_BINS = 3
BEND_BINS = 25

INSTALL = "pip install --no-deps basic-pitch"
_MODEL = Path("saved_models", "icassp_2022", "nmp.onnx")
_INPUT = "serving_default_input_2:0"
_OUTPUTS = ("StatefulPartitionedCall:1", "StatefulPartitionedCall:2", "StatefulPartitionedCall:0")


def find_model() -> Path | None:
    """The network's file, or None where the package is not installed (it is not imported)."""
    spec = find_spec("basic_pitch")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    return next((Path(folder) / _MODEL for folder in folders if (Path(folder) / _MODEL).is_file()), None)


class BasicPitch:
    """The loaded network and how its output becomes notes; thresholds as in the paper's repository."""

    def __init__(self, model: Path, onset: float, frame: float) -> None:
        self._session: Session = open_session(model, "cpu")
        self._onset, self._frame = onset, frame

    def __call__(self, mono: Float32) -> NoteList:
        """Notes of mono sound at 22.05 kHz, float32 [n]; pitches with the median of their bends."""
        note, onset, contour = self._run(mono)
        times = _times(len(note) + 1)
        found = sorted(_events(note, _with_inferred(onset, note), self._onset, self._frame))
        spans = np.array([[times[start], times[stop]] for start, stop, _ in found]).reshape(-1, 2)
        pitch = [LOWEST + key + _bend(contour[start:stop], key) for start, stop, key in found]
        return NoteList(spans, np.array(pitch, np.float64))

    def _run(self, mono: Float32) -> list[Float32]:
        """Note [n, 88], onset [n, 88] and contour [n, 264] activations, windows joined in their middles."""
        step, edge = WINDOW - OVERLAP_FRAMES * HOP, OVERLAP_FRAMES // 2
        padded = np.concatenate([np.zeros(edge * HOP, np.float32), mono])
        parts: list[list[Float32]] = []
        for start in range(0, len(padded), step):
            window = padded[start : start + WINDOW]
            window = np.pad(window, (0, WINDOW - len(window)))[None, :, None]
            parts.append([value[0, edge:-edge] for value in self._session.run({_INPUT: window}, _OUTPUTS)])
        frames = len(mono) * (RATE // HOP) // RATE
        return [np.concatenate(values)[:frames] for values in zip(*parts, strict=True)]


def _times(frames: int) -> Float32:
    """Seconds of every frame; each window's frames are a little further apart than their hop says."""
    index = np.arange(frames)
    late = HOP / RATE * (WINDOW_FRAMES - WINDOW / HOP) + TO_THE_GRID_S
    return np.asarray(index * HOP / RATE - late * (index // WINDOW_FRAMES), np.float32)


def _with_inferred(onset: Float32, note: Float32) -> Float32:
    """Onsets, and where the notes' activation rises within one and within two frames."""
    if len(note) < 3:
        return onset
    rise = np.zeros_like(note)
    rise[2:] = np.maximum(np.minimum(note[2:] - note[1:-1], note[2:] - note[:-2]), 0)
    return np.asarray(np.maximum(onset, rise * (onset.max() / max(float(rise.max()), 1e-9))), np.float32)


def _events(
    note: Float32, onset: Float32, onset_threshold: float, frame_threshold: float
) -> list[tuple[int, int, int]]:
    """(first frame, last frame, key) of every note: from the onsets backwards, then from what energy is left."""
    left = note.copy()
    found: list[tuple[int, int, int]] = []
    inner = onset[1:-1]
    peaks = (inner > onset[:-2]) & (inner > onset[2:]) & (inner >= onset_threshold)
    for before, key in np.argwhere(peaks)[::-1]:
        start = before + 1
        stop = _until_quiet(left[:, key], int(start), 1, frame_threshold)
        if start < len(note) - 1 and stop - start > SHORTEST_FRAMES:
            left[start:stop, max(0, key - 1) : key + 2] = 0
            found.append((int(start), stop, int(key)))
    while left.size and left.max() > frame_threshold:
        middle, key = (int(value) for value in np.unravel_index(np.argmax(left), left.shape))
        left[middle, key] = 0
        stop = _until_quiet(left[:, key], middle, 1, frame_threshold) - 1
        start = _until_quiet(left[:, key], middle, -1, frame_threshold) + 1
        reach = ENERGY_TOLERANCE
        left[max(0, start - reach) : stop + reach + 1, max(0, key - 1) : key + 2] = 0
        if stop - start > SHORTEST_FRAMES:
            found.append((start, stop, key))
    return found


def _until_quiet(energy: Float32, start: int, step: int, threshold: float) -> int:
    """The first frame, going on from `start`, from which the energy stays low for eleven frames (or the sound ends)."""
    at, quiet = start + step, 0
    while 0 < at < len(energy) - 1 and quiet < ENERGY_TOLERANCE:
        quiet = quiet + 1 if energy[at] < threshold else 0
        at += step
    return at - step * quiet


def _bend(contour: Float32, key: int) -> float:
    """Median over a note of where the contour is strongest near its key, semitones."""
    centre = key * CONTOUR_BINS
    bins = np.arange(max(0, centre - BEND_BINS), min(contour.shape[1], centre + BEND_BINS + 1))
    near = contour[:, bins] * np.exp(-0.5 * ((bins - centre) / 5) ** 2)
    return float(np.median(bins[near.argmax(axis=1)] - centre)) / CONTOUR_BINS if len(contour) else 0.0
