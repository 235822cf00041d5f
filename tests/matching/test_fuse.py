"""One number of several parts: what it rises with, and what must not carry what."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocmatch_desktop.matching import fuse

z = st.floats(-5, 8)


@given(notes=z, pulse=z, more=st.floats(0.01, 3))
def test_more_of_either_is_more(notes: float, pulse: float, more: float) -> None:
    base = fuse.evidence(notes, pulse)
    assert fuse.evidence(notes + more, pulse) > base
    assert fuse.evidence(notes, pulse + more) > base


def test_notes_below_chance_weigh_twice_and_others_once() -> None:
    below, at, above = fuse.harmony(fuse.CHANCE_NOTES + np.array([-1.0, 0.0, 1.0]))
    assert at - below == pytest.approx(2.0)
    assert above - at == pytest.approx(1.0)


def test_an_excellent_pulse_does_not_lift_a_clash_over_a_fair_beat() -> None:
    clash = fuse.evidence(0.3, 3.5)
    assert fuse.score(clash) < 50
    assert clash < fuse.evidence(fuse.CHANCE_NOTES + 0.4, 1.8)
