"""Frames of a stream, and means over stretches of time."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from vocmatch_desktop.analysis.frames import Framer, mean_between
from vocmatch_desktop.audio.stft import hann, stft


@settings(max_examples=30, deadline=None)
@given(cuts=st.lists(st.integers(0, 900), min_size=1, max_size=12), seed=st.integers(0, 99))
def test_block_sizes_do_not_matter(cuts: list[int], seed: int) -> None:
    samples = np.random.default_rng(seed).standard_normal(sum(cuts)).astype(np.float32)
    framer, start, frames = Framer(256, 64), 0, []
    for size in cuts:
        frames.append(framer.feed(samples[start : start + size]).copy())
        start += size
    frames.append(framer.finish())
    ours = np.fft.rfft(np.concatenate(frames) * hann(256), axis=1)
    theirs = stft(samples, 256, 64).T
    np.testing.assert_allclose(ours, theirs, atol=1e-3)


@settings(max_examples=50, deadline=None)
@given(
    values=st.lists(st.floats(0, 1, width=32), min_size=1, max_size=30),
    edges=st.lists(st.floats(-2, 12), min_size=2, max_size=8, unique=True),
)
def test_means_are_exact_integrals(values: list[float], edges: list[float]) -> None:
    hop, array, bounds = 0.37, np.array(values, np.float32), np.array(sorted(edges))
    bounds = bounds[np.concatenate([[True], np.diff(bounds) > 1e-3])]
    if len(bounds) < 2:
        return
    fine = np.linspace(bounds[:-1], bounds[1:], 4001, axis=1)
    middle = (fine[:, 1:] + fine[:, :-1]) / 2
    index = np.floor(middle / hop + 0.5).astype(int)
    inside = (index >= 0) & (index < len(array))
    expected = np.where(inside, array[np.clip(index, 0, len(array) - 1)], 0).mean(axis=1)
    np.testing.assert_allclose(mean_between(array, hop, bounds), expected, atol=3e-3)
