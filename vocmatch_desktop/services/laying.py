"""A beat laid along a take: silence before its start, its bars again where the take goes on, bent to tempo and key."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from vocmatch_desktop.audio import files
from vocmatch_desktop.audio.stretch import fit_blocks
from vocmatch_desktop.types import Audio, AudioFile, BeatGrid, Float32, Transform

ROLL_S = 0.3
"""Sound before and after the wanted part that the stretcher is given: it fades at the ends of what it sees."""

RISE_S, FALL_S = 0.001, 0.005
"""Fades at a loop's seam: too short to soften the drum on the bar line, long enough not to click."""

WORTH_LOOPING_S = 0.05


@dataclass(frozen=True, slots=True)
class Loop:
    """The part of a beat that is played again, from bar line to bar line, seconds in the original beat."""

    from_s: float
    to_s: float


def loop_for(grid: BeatGrid, duration_s: float, needed_to_s: float) -> Loop | None:
    """The whole bars that carry a beat of `duration_s` on to `needed_to_s`; None where it is long enough."""
    return None if needed_to_s <= duration_s + WORTH_LOOPING_S else Loop(*grid.whole_bars(duration_s))


def fitted(
    beat: AudioFile, transform: Transform, from_s: float, frames: int, rate: int, loop: Loop | None
) -> Iterator[Audio]:
    """The beat at `rate`, bent by `transform`, exactly `frames` long, its first frame being beat time `from_s`.

    Silence before the beat's first and, without a `loop`, after its last sample. Memory is bounded. Raises as
    `audio.files.blocks` does.
    """
    roll = round(ROLL_S * rate)
    ratio = transform.tempo_ratio
    source_frames = math.ceil((frames + 2 * roll) * ratio)
    source = laid(beat, from_s - roll * ratio / rate, source_frames, rate, loop)
    bent = fit_blocks(source, source_frames, ratio, transform.transpose)
    return _cut((block.samples for block in bent), roll, frames, rate)


def laid(beat: AudioFile, from_s: float, frames: int, rate: int, loop: Loop | None) -> Iterator[Audio]:
    """`frames` of the beat at `rate` from beat time `from_s` on, not bent; silence and loop as for `fitted`."""
    silent = min(frames, max(0, round(-from_s * rate)))
    if silent:
        yield Audio(np.zeros((silent, beat.channels), np.float32), rate)
    pieces = list(_pieces(max(0.0, from_s), frames - silent, rate, loop))
    for index, (start_s, length) in enumerate(pieces):
        sound = files.blocks(beat.path, start_s=start_s, duration_s=length / rate + RISE_S, rate=rate)
        piece = _cut((block.samples for block in sound), 0, length, rate)
        rise = round(RISE_S * rate) if index else 0
        fall = round(FALL_S * rate) if index + 1 < len(pieces) else 0
        yield from _softened(piece, length, rise, fall)


def _pieces(at_s: float, frames: int, rate: int, loop: Loop | None) -> Iterator[tuple[float, int]]:
    """(beat time, frames) of what sounds one after the other."""
    while frames > 0:
        if loop is None:
            yield at_s, frames
            return
        if at_s >= loop.to_s - 1 / rate:
            at_s = loop.from_s + (at_s - loop.from_s) % (loop.to_s - loop.from_s)
        length = min(frames, max(1, round((loop.to_s - at_s) * rate)))
        yield at_s, length
        at_s += length / rate
        frames -= length


def _cut(sound: Iterable[Float32], start: int, frames: int, rate: int) -> Iterator[Audio]:
    """`frames` from frame `start` of a stream on, padded with silence where it ends too early."""
    left, channels = frames, 1
    for samples in sound:
        channels = samples.shape[1]
        wanted = samples[start : start + left]
        start = max(0, start - len(samples))
        left -= len(wanted)
        if len(wanted):
            yield Audio(wanted, rate)
        if left <= 0:
            return
    yield Audio(np.zeros((left, channels), np.float32), rate)


def _softened(sound: Iterable[Audio], frames: int, rise: int, fall: int) -> Iterator[Audio]:
    """A stream of `frames` faded in over its first `rise` and out over its last `fall` frames."""
    at = 0
    for block in sound:
        position = np.arange(at, at + block.frames, dtype=np.float32)[:, None]
        at += block.frames
        gain = np.minimum(1.0, (position + 1) / (rise + 1)) * np.minimum(1.0, (frames - position) / (fall + 1))
        yield Audio(block.samples * gain, block.rate) if rise or fall else block
