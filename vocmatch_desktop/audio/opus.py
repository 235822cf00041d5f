"""Writing Opus, through FFmpeg: libsndfile writes it too, and loses up to seven milliseconds at the end.

Mono and stereo only: of more channels libsndfile and FFmpeg do not read the same order back.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from vocmatch_desktop.types import Audio, Float32

RATE = 48_000
PACKET = 960
"""Samples of 20 ms, what Opus encodes at once."""
LAYOUTS = ("mono", "stereo")
BITS_A_SECOND = 96_000
"""For each channel; listeners take 128 kbit/s stereo for the original."""


def write_opus(path: Path, parts: Iterable[Audio]) -> None:
    """Writes an Ogg Opus file of sound at 48 kHz with one or two channels; as many samples are decoded again.

    Raises:
        OSError: it cannot be written.
    """
    import av

    with av.open(os.fspath(path), "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=RATE)
        for at, packet in _packets(parts):
            if not at:
                stream.layout = LAYOUTS[packet.shape[1] - 1]
                stream.bit_rate = BITS_A_SECOND * packet.shape[1]
            frame = av.AudioFrame.from_ndarray(packet.reshape(1, -1), "flt", stream.layout.name)
            frame.sample_rate, frame.pts = RATE, at
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _packets(parts: Iterable[Audio]) -> Iterator[tuple[int, Float32]]:
    """The sound in contiguous stretches of `PACKET` samples, the last one shorter, with where each begins."""
    at, rest = 0, np.zeros((0, 0), np.float32)
    for part in parts:
        if part.rate != RATE:
            raise ValueError("Opus has 48 kHz")
        waiting = np.concatenate([rest, part.samples]) if len(rest) else part.samples
        whole = len(waiting) - len(waiting) % PACKET
        for start in range(0, whole, PACKET):
            yield at + start, np.ascontiguousarray(waiting[start : start + PACKET])
        at, rest = at + whole, waiting[whole:]
    if len(rest):
        yield at, np.ascontiguousarray(rest)
