"""Sounds to work on."""

from __future__ import annotations

import numpy as np
import pytest

from vocmatch_desktop.types import Audio


@pytest.fixture
def song(rng: np.random.Generator) -> Audio:
    """Three seconds of stereo: a chord, different noise left and right."""
    t = np.arange(3 * 44_100) / 44_100
    chord = sum(np.sin(2 * np.pi * f * t) for f in (220.0, 277.18, 329.63)) * 0.1
    noise = rng.standard_normal((len(t), 2)) * 0.02
    return Audio((chord[:, None] + noise).astype(np.float32), 44_100)
