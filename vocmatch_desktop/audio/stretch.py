"""Changing tempo and pitch independently (Signalsmith Stretch through python-stretch, MIT).

    fitted = fit(audio, tempo_ratio=1.03, semitones=-2)      # up to five minutes in memory
    write(path, fit_blocks(blocks(beat), beat.frames, tempo_ratio=1.03, semitones=-2))   # any length

Signs are the product's: `tempo_ratio` = fitted BPM / beat BPM (above 1 plays faster and gets shorter), `semitones` are
applied to the sound. Frame i of the input sounds at frame i / tempo_ratio of the output, and the output is exactly
`fitted_frames(frames, tempo_ratio)` long. Nothing to do (ratio 1, no shift) returns the input bit for bit.

The library fades in and out over half a block at the ends of what it is given and its seams do not fit together, so a
long sound is cut into segments that overlap by a second. Each is processed with a margin on both sides, and two
neighbours are cross-faded where, within that second, they agree best.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.types import Audio, Float32

MARGIN_S = 0.25
OVERLAP_S = 1.0
FADE_S = 0.03
FIRST_SEGMENT_S = 6.0
SEGMENT_S = 45.0
TONALITY_LIMIT_HZ = 8000.0
"""Above this, partials are moved rather than scaled: cymbals and breath keep their character."""


def fitted_frames(frames: int, tempo_ratio: float) -> int:
    """Length of the output for `frames` of input."""
    return round(frames / tempo_ratio)


def fit(audio: Audio, tempo_ratio: float = 1.0, semitones: float = 0.0) -> Audio:
    """The whole sound at `tempo_ratio` times its tempo, `semitones` higher."""
    parts = [part.samples for part in fit_blocks([audio], audio.frames, tempo_ratio, semitones)]
    return Audio(np.concatenate(parts), audio.rate) if parts else audio


def fit_blocks(
    parts: Iterable[Audio],
    frames: int,
    tempo_ratio: float = 1.0,
    semitones: float = 0.0,
    *,
    first_segment_s: float = FIRST_SEGMENT_S,
    segment_s: float = SEGMENT_S,
) -> Iterator[Audio]:
    """Fits a stream of blocks (one rate, `frames` in all) with memory for a segment; the first comes early.

    Blocks that hold more or less than the announced `frames` are cut, or padded with silence.
    """
    if not 0.25 <= tempo_ratio <= 4.0:
        raise ValueError(f"tempo_ratio {tempo_ratio} is beyond what can be stretched")
    source = _Window(iter(parts), frames)
    if tempo_ratio == 1.0 and semitones == 0.0:
        yield from source.unchanged()
        return
    total = fitted_frames(frames, tempo_ratio)
    edges = _edges(total, source.rate, first_segment_s, segment_s)
    segments = _segments(source, edges, tempo_ratio, semitones, total)
    for samples in _joined(segments, round(FADE_S * source.rate)):
        yield Audio(samples, source.rate)


class _Window:
    """The part of a stream of blocks that is needed now; silence before the first and after the last frame."""

    def __init__(self, parts: Iterator[Audio], frames: int) -> None:
        self._parts = parts
        self._frames = frames
        first = next(parts)
        self.rate = first.rate
        self._held = first.samples[:frames]
        self._start = 0

    def unchanged(self) -> Iterator[Audio]:
        """The stream itself, exactly `frames` long."""
        step = round(SEGMENT_S * self.rate)
        for start in range(0, self._frames, step):
            yield Audio(self.read(start, min(self._frames, start + step)), self.rate)

    def read(self, start: int, end: int) -> Float32:
        """Frames `start`…`end`; forgets everything before `start`, which must not decrease."""
        more = [self._held]
        while self._start + sum(map(len, more)) < min(end, self._frames) and (part := next(self._parts, None)):
            more.append(part.samples)
        held = np.concatenate(more)[: self._frames - self._start]
        drop = min(max(0, start - self._start), len(held))
        self._held, self._start = held[drop:], self._start + drop
        wanted = self._held[: max(0, end - self._start)]
        before = max(0, -start)
        after = (end - start) - before - len(wanted)
        return np.pad(wanted, ((before, after), (0, 0))) if before or after else wanted


def _edges(total: int, rate: int, first_s: float, segment_s: float) -> list[tuple[int, int]]:
    """Output frames (from, to) of every segment; neighbours share `OVERLAP_S`."""
    overlap = round(OVERLAP_S * rate)
    edges = [(0, min(total, round(first_s * rate) + overlap))]
    while edges[-1][1] < total:
        start = edges[-1][1] - overlap
        edges.append((start, min(total, start + round(segment_s * rate) + overlap)))
    return edges


def _segments(
    source: _Window, edges: list[tuple[int, int]], tempo_ratio: float, semitones: float, total: int
) -> Iterator[tuple[Float32, int]]:
    """Every segment with the number of frames it shares with the next one."""
    margin = round(MARGIN_S * source.rate)
    for index, (start, end) in enumerate(edges):
        first = math.floor((start - margin) * tempo_ratio)
        last = math.ceil((end + margin) * tempo_ratio)
        lead = round(start - first / tempo_ratio)
        stretched = _process(source.read(first, last), source.rate, tempo_ratio, semitones)
        shared = end - edges[index + 1][0] if index + 1 < len(edges) else 0
        yield stretched[lead : lead + end - start], shared


def _process(samples: Float32, rate: int, tempo_ratio: float, semitones: float) -> Float32:
    """One call of the library; it compensates its own latency (measured with clicks: within 0.5 ms)."""
    from python_stretch.Signalsmith import Stretch

    stretch = Stretch(1)
    stretch.preset(samples.shape[1], rate)
    stretch.setTimeFactor(tempo_ratio)
    stretch.setTransposeSemitones(semitones, TONALITY_LIMIT_HZ / rate)
    stretched = np.asarray(stretch.process(np.ascontiguousarray(samples.T)), np.float32)
    return np.ascontiguousarray(stretched.T)


def _joined(segments: Iterator[tuple[Float32, int]], fade: int) -> Iterator[Float32]:
    tail: Float32 | None = None
    for samples, shared in segments:
        if tail is None:
            body = samples
        else:
            body = np.concatenate([_seam(tail, samples[: len(tail)], fade), samples[len(tail) :]])
        tail = body[len(body) - shared :]
        yield body[: len(body) - shared]


def _seam(before: Float32, after: Float32, fade: int) -> Float32:
    """Cross-fades two renderings of one stretch of time where they agree best, keeping the level."""
    fade = min(fade, len(before))
    a, b = before.mean(axis=1, dtype=np.float64), after.mean(axis=1, dtype=np.float64)
    product, power_a, power_b = (_sliding_sum(x, fade) for x in (a * b, a * a, b * b))
    correlation = product / np.sqrt(np.maximum(power_a * power_b, 1e-12))
    at = int(np.argmax(correlation))
    rho = float(np.clip(correlation[at], 0.0, 1.0))
    ramp = np.linspace(0.0, 1.0, fade)
    level = np.sqrt(ramp**2 + (1 - ramp) ** 2 + 2 * rho * ramp * (1 - ramp))
    rise, fall = (ramp / level).astype(np.float32)[:, None], ((1 - ramp) / level).astype(np.float32)[:, None]
    middle = fall * before[at : at + fade] + rise * after[at : at + fade]
    return np.concatenate([before[:at], middle, after[at + fade :]])


def _sliding_sum(values: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    summed = np.concatenate([[0.0], np.cumsum(values)])
    return np.asarray(summed[width:] - summed[:-width])
