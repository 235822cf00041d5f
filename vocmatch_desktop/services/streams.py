"""What is done to a stream of sound on its way into a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from vocmatch_desktop.types import Audio, Report


def louder(sound: Iterable[Audio], gain: float) -> Iterator[Audio]:
    """A stream with a linear gain; 1 leaves it bit for bit."""
    for block in sound:
        yield block if gain == 1.0 else Audio(block.samples * np.float32(gain), block.rate)


def told(sound: Iterable[Audio], frames: int, report: Report, what: str, upto: float = 1.0) -> Iterator[Audio]:
    """A stream of `frames` that reports how far it is, from 0 to `upto`."""
    done = 0
    report(0.0, what)
    for block in sound:
        yield block
        done += block.frames
        report(upto * min(1.0, done / max(1, frames)), what)
