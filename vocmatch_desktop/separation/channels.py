"""Sound of any number of channels as the stereo that separation models were trained on."""

from __future__ import annotations

import numpy as np

from vocmatch_desktop.types import Float32

Group = tuple[int, ...]
"""One channel, or a left and a right one."""

_SURROUND = {1: ((0,),), 6: ((0, 1), (2,), (3,), (4, 5)), 8: ((0, 1), (2,), (3,), (4, 5), (6, 7))}
"""WAV's order: front left and right, centre, low frequencies, back left and right, side left and right."""


def groups(channels: int) -> tuple[Group, ...]:
    """How `channels` are parted into pairs and single ones, each separated for itself."""
    if channels in _SURROUND:
        return _SURROUND[channels]
    pairs = tuple((left, left + 1) for left in range(0, channels - 1, 2))
    return (*pairs, (channels - 1,)) if channels % 2 else pairs


def as_stereo(samples: Float32, group: Group) -> Float32:
    """The group of float32 [n, channels] as float32 [n, 2]; one channel on both sides."""
    return np.ascontiguousarray(samples[:, list(group) if len(group) == 2 else [group[0]] * 2])


def from_stereo(stems: Float32, group: Group) -> Float32:
    """Float32 [n, stems, 2] as the group's own channels, [n, stems, 1 or 2]."""
    return stems if len(group) == 2 else stems.mean(axis=2, keepdims=True, dtype=np.float32)
