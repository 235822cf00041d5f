import numpy as np
import pytest

from vocmatch_desktop.evaluation import methods
from vocmatch_desktop.types import Key


@pytest.mark.parametrize(
    ("one", "other", "fits"),
    [
        ("Am", "Am", True),
        ("Am", "C", True),
        ("Am", "Em", True),
        ("Am", "Dm", True),
        ("Am", "G", False),
        ("C", "D", False),
    ],
)
def test_camelot_neighbours(one, other, fits):
    assert methods.camelot_compatible(Key.parse(one), Key.parse(other)) is fits
    assert methods.camelot_compatible(Key.parse(other), Key.parse(one)) is fits


def test_camelot_wraps_around():
    assert methods.camelot_compatible(Key.parse("E"), Key.parse("B"))  # 12B and 1B


@pytest.mark.parametrize("name", [*methods.BASELINES, *methods.PARTS])
def test_every_method_prefers_the_right_song_to_a_strange_one(name, make_song):
    take, beats = make_song()
    scores = {**methods.BASELINES, **methods.PARTS}[name](take, beats)
    assert np.isfinite(scores).all()
    assert scores[0] > scores[1]
