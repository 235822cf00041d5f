"""Changing the sample rate (soxr, high quality, linear phase: nothing moves in time).

Example:
    at_16k = resample(audio, 16_000)

    stream = Resampler(48_000, 16_000, channels=1)       # blocks of any size
    for block in blocks(path):
        feed(stream.feed(block.samples))
    feed(stream.finish())
"""

from __future__ import annotations

import numpy as np
import soxr

from vocmatch_desktop.types import Audio, Float32


def resample(audio: Audio, rate: int) -> Audio:
    """The same sound at `rate` Hz; exactly round(frames · rate / audio.rate) frames long."""
    if rate == audio.rate:
        return audio
    frames = round(audio.frames * rate / audio.rate)
    if not audio.frames:
        return Audio(np.zeros((frames, audio.channels), np.float32), rate)
    changed = soxr.resample(audio.samples, audio.rate, rate, quality="HQ")
    return Audio(_exactly(np.asarray(changed, np.float32), frames), rate)


class Resampler:
    """`resample` for a stream: all outputs together are what `resample` gives for the whole."""

    def __init__(self, source_rate: int, rate: int, channels: int) -> None:
        self._source_rate = source_rate
        self._rate = rate
        self._channels = channels
        self._stream = soxr.ResampleStream(source_rate, rate, channels, dtype="float32", quality="HQ")
        self._given = 0
        self._returned = 0

    def feed(self, samples: Float32) -> Float32:
        """The next block, float32 [frames, channels], possibly empty: the filter looks ahead some milliseconds."""
        self._given += len(samples)
        changed = self._chunk(samples, last=False)
        self._returned += len(changed)
        return changed

    def finish(self) -> Float32:
        """What the filter still holds; the stream is over."""
        rest = self._chunk(np.zeros((0, self._channels), np.float32), last=True)
        return _exactly(rest, round(self._given * self._rate / self._source_rate) - self._returned)

    def _chunk(self, samples: Float32, *, last: bool) -> Float32:
        changed = self._stream.resample_chunk(np.ascontiguousarray(samples), last=last)
        return np.asarray(changed, np.float32).reshape(-1, self._channels)


def _exactly(samples: Float32, frames: int) -> Float32:
    """Cut or padded with silence to `frames` (never more than a sample or two)."""
    if len(samples) >= frames:
        return samples[: max(0, frames)]
    return np.concatenate([samples, np.zeros((frames - len(samples), samples.shape[1]), np.float32)])
