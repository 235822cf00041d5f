from __future__ import annotations

import numpy as np
import pytest

from vocmatch_desktop.errors import NotFound
from vocmatch_desktop.synth.sampler import measured_pitch
from vocmatch_desktop.synth.tone_player import INSTRUMENTS, render
from vocmatch_desktop.types import Note


@pytest.mark.parametrize("name", INSTRUMENTS)
@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_plays_in_tune_and_exactly_as_long_as_asked(name: str, rate: int) -> None:
    sound = render(name, [Note(0.1, 0.9, 45.0, 45, 100)], rate + 5, rate)
    assert sound.shape == (rate + 5, 2)
    assert not np.any(sound[: rate // 20])
    tuned = measured_pitch(sound[rate // 4 : rate].mean(axis=1), rate, 45)
    assert tuned == pytest.approx(45, abs=0.3 if name == "bass_808" else 0.1)


def test_an_unknown_instrument_is_named() -> None:
    with pytest.raises(NotFound, match="theremin"):
        render("theremin", [], 100, 44_100)
