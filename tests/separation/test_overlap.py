"""Chunks come together again to exactly what one run over the whole would give."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from splitter import Splitter

from vocmatch_desktop.separation.overlap import Chunking, OverlapAdd


@settings(max_examples=60, deadline=None)
@given(
    sizes=st.lists(st.integers(0, 700), max_size=8),
    overlap=st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75]),
    shifts=st.integers(1, 3),
    batch=st.integers(1, 4),
    margin=st.sampled_from([0, 10]),
)
def test_every_sample_comes_back_once(sizes: list[int], overlap: float, shifts: int, batch: int, margin: int) -> None:
    rng = np.random.default_rng(sum(sizes))
    mix = rng.uniform(-1, 1, (sum(sizes), 2)).astype(np.float32)
    stream = OverlapAdd(Splitter(frames=120, margin=margin), Chunking(overlap, shifts, batch))
    parts = [part for block in np.split(mix, np.cumsum(sizes)[:-1]) for part in stream.feed(block)]
    parts += stream.finish()
    stems = np.concatenate([np.zeros((3, 2, 0), np.float32), *parts], axis=2)
    assert stems.shape == (3, 2, len(mix))
    np.testing.assert_allclose(stems, np.stack([mix.T * share for share in (0.5, 0.2, 0.1)]), atol=2e-6)


def test_memory_stays_bounded() -> None:
    stream = OverlapAdd(Splitter(frames=120, margin=0), Chunking(0.25, 1, 2))
    for _ in range(50):
        list(stream.feed(np.zeros((1000, 2), np.float32)))
        assert stream._input.shape[1] < 120 + 2 * 90


@pytest.mark.parametrize("wrong", [{"overlap": 1.0}, {"overlap": -0.1}, {"shifts": 0}, {"batch": 0}])
def test_settings_that_make_no_sense(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="overlap"):
        Chunking(**wrong)  # type: ignore[arg-type]
