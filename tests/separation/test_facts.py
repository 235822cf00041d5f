"""Cards say what graphs do not; nonsense in them is named."""

from __future__ import annotations

import pytest

from vocmatch_desktop.errors import ModelError
from vocmatch_desktop.separation.facts import Facts, facts


def test_what_a_card_may_say() -> None:
    told = {"name": "x", "licence": "MIT", "stems": ["vocals", "drums"], "n_fft": 4096, "compensation": 1, "hop": None}
    assert facts(told) == Facts(stems=("vocals", "drums"), n_fft=4096, compensation=1)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n_fft", "4096"),
        ("n_fft", 0),
        ("n_fft", True),
        ("rate", -1),
        ("rate", 44_100.0),
        ("stems", "vocals"),
        ("stems", ["vocals", ""]),
        ("output", "phase"),
        ("iterations", 11),
        ("iterations", -1),
        ("residual", 1),
        ("compensation", 0.0),
        ("compensation", float("nan")),
        ("compensation", float("inf")),
        ("primary", 3),
    ],
)
def test_nonsense_is_named(name: str, value: object) -> None:
    with pytest.raises(ModelError, match=name):
        facts({name: value})
