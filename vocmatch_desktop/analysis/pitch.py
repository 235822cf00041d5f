"""Fundamental frequency of a voice with SwiftF0 (Nieradzik 2025), from the ONNX file of the swift-f0 wheel.

The network takes mono at 16 kHz and answers every 256 samples (16 ms). Its receptive field reaches 2815 samples each
way, so a frame needs 11 frames of the past and 10 of the future to be final; long sounds are therefore run in windows
that overlap by that much, which gives exactly what one run over the whole would.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

import numpy as np

from vocmatch_desktop.inference.models import swift_f0
from vocmatch_desktop.inference.session import Session, open_session
from vocmatch_desktop.types import Bool, Float32, PitchTrack

RATE = 16_000
HOP = 256
HOP_S = HOP / RATE
PAST_FRAMES = 11
FUTURE_FRAMES = 10
WINDOW_FRAMES = 1875
LOWEST_HZ = 60.0
HIGHEST_HZ = 1200.0
"""Sung pitch: a low bass's B1 to a soprano's D6; a narrower range than the network's halves octave errors."""

VOICED = 0.5
SILENT_PEAK = 1e-3
"""Digital silence lies outside what the network was trained on and makes it answer at random."""

SHORTEST_RUN = 3
LONGEST_GAP = 1


class PitchModel:
    """The loaded network; cheap to call, keep one a process."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __call__(self, mono16k: Float32, lowest_hz: float, highest_hz: float) -> tuple[Float32, Float32]:
        """Pitch in Hz and confidence 0…1 of every whole hop of float32 [n]; both float32 [n // 256]."""
        inputs = {"audio": mono16k[None, :], "fmin": np.float32(lowest_hz), "fmax": np.float32(highest_hz)}
        arrays = {name: np.asarray(value, np.float32) for name, value in inputs.items()}
        f0, confidence = (values[0].astype(np.float32) for values in self._session.run(arrays, ["pitch", "confidence"]))
        frames = len(mono16k) // HOP
        return f0[:frames], np.where(_sounding(mono16k), confidence[:frames], 0.0).astype(np.float32)


@lru_cache(maxsize=1)
def pitch_model() -> PitchModel:
    """The network, loaded at first use."""
    return PitchModel(open_session(swift_f0().path, "cpu"))


def track_pitch(
    mono16k: Float32 | Iterable[Float32], *, lowest_hz: float = LOWEST_HZ, highest_hz: float = HIGHEST_HZ
) -> PitchTrack:
    """Pitch of a voice every 16 ms.

    Args:
        mono16k: Mono at 16 kHz, float32 [n], or its consecutive blocks (any sizes, bounded memory).
        lowest_hz: No pitch below this is given.
        highest_hz: No pitch above this is given.
    """
    f0, confidence = pitch_frames(mono16k, lowest_hz=lowest_hz, highest_hz=highest_hz)
    voiced = without_specks(confidence >= VOICED, f0)
    return PitchTrack(np.where(voiced, f0, 0).astype(np.float32), confidence, voiced, HOP_S)


def pitch_frames(
    mono16k: Float32 | Iterable[Float32], *, lowest_hz: float = LOWEST_HZ, highest_hz: float = HIGHEST_HZ
) -> tuple[Float32, Float32]:
    """The network's best pitch in Hz and its confidence every 16 ms, voiced or not; both float32 [n].

    Arguments as for `track_pitch`.
    """
    blocks = [mono16k] if isinstance(mono16k, np.ndarray) else mono16k
    model = pitch_model()
    parts = [_final_frames(model, window, lowest_hz, highest_hz) for window in _windows(blocks)]
    f0 = np.concatenate([part[0] for part in parts]) if parts else np.zeros(0, np.float32)
    confidence = np.concatenate([part[1] for part in parts]) if parts else np.zeros(0, np.float32)
    return f0, confidence


def without_specks(voiced: Bool, f0: Float32) -> Bool:
    """Voicing without runs shorter than 48 ms and without single-frame holes inside a steady pitch; bool [n]."""
    kept = voiced.copy()
    for start, stop in runs(~kept):
        inside = start > 0 and stop < len(kept)
        if inside and stop - start <= LONGEST_GAP and abs(12 * np.log2(f0[stop] / f0[start - 1])) < 1:
            kept[start:stop] = True
    for start, stop in runs(kept):
        if stop - start < SHORTEST_RUN:
            kept[start:stop] = False
    return kept


def runs(mask: Bool) -> list[tuple[int, int]]:
    """Where a mask is true: (start, stop) of every run."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return [(int(start), int(stop)) for start, stop in edges.reshape(-1, 2)]


_Window = tuple[Float32, int, int]


def _windows(blocks: Iterable[Float32]) -> Iterator[_Window]:
    """Overlapping windows: (samples, first and last frame in it that are wanted)."""
    buffer = np.zeros(0, np.float32)
    past = 0
    for block in blocks:
        buffer = np.concatenate([buffer, block])
        while len(buffer) >= (past + WINDOW_FRAMES + FUTURE_FRAMES) * HOP:
            last = past + WINDOW_FRAMES
            yield buffer[: (last + FUTURE_FRAMES) * HOP], past, last
            buffer = buffer[(last - PAST_FRAMES) * HOP :]
            past = PAST_FRAMES
    if len(buffer) // HOP > past:
        yield buffer, past, len(buffer) // HOP


def _final_frames(model: PitchModel, window: _Window, lowest_hz: float, highest_hz: float) -> tuple[Float32, Float32]:
    """Pitch and confidence of the wanted frames; silence, which has neither, is not run through the network."""
    samples, first, last = window
    f0, confidence = (np.zeros(len(samples) // HOP, np.float32) for _ in range(2))
    for start, stop in runs(_within_reach(_sounding(samples))):
        part = slice(start, stop)
        f0[part], confidence[part] = model(samples[start * HOP : (stop + 1) * HOP - 1], lowest_hz, highest_hz)
    return f0[first:last], confidence[first:last]


def _sounding(samples: Float32) -> Bool:
    """Which whole hops are more than silence; bool [n // 256]."""
    frames = len(samples) // HOP
    return np.asarray(np.abs(samples[: frames * HOP]).reshape(frames, HOP).max(axis=1) >= SILENT_PEAK)


def _within_reach(frames: Bool) -> Bool:
    """Frames within the network's reach of these: their answers need no more than that."""
    reach = np.ones(PAST_FRAMES + 1 + FUTURE_FRAMES)
    return np.asarray(np.convolve(frames, reach)[PAST_FRAMES : PAST_FRAMES + len(frames)] > 0)
