"""The filter is that of the papers."""

from __future__ import annotations

import numpy as np
import pytest
from wiener_formulas import plain

from vocmatch_desktop.separation.wiener import wiener


def sound(sources: int, bins: int = 70, times: int = 310, loud: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(sources)
    mix = loud * (rng.standard_normal((2, bins, times)) + 1j * rng.standard_normal((2, bins, times)))
    mix[1, :20] = mix[0, :20]  # the middle
    mix[:, 5] = 0
    return (np.abs(mix) * rng.uniform(0, 1, (sources, 2, bins, times))).astype(np.float32), mix.astype(np.complex64)


@pytest.mark.parametrize("iterations", [0, 1, 2])
@pytest.mark.parametrize(("sources", "residual"), [(1, True), (2, False), (4, False), (4, True)])
@pytest.mark.parametrize(("loud", "softmask"), [(1.0, False), (300.0, False), (1.0, True)])
def test_the_formulas(iterations: int, sources: int, residual: bool, loud: float, softmask: bool) -> None:
    magnitudes, mix = sound(sources, loud=loud)
    made = wiener(magnitudes, mix, iterations=iterations, residual=residual, softmask=softmask)
    assert made.dtype == np.complex64
    assert made.shape == (sources + residual, *mix.shape)
    wanted = plain(magnitudes, mix, iterations, residual, softmask)
    np.testing.assert_allclose(made, wanted, atol=2e-6 * loud)


def test_sources_sum_to_the_mix() -> None:
    magnitudes, mix = sound(3)
    made = wiener(magnitudes, mix, residual=True)
    np.testing.assert_allclose(made.sum(0)[:, 20:], mix[:, 20:], atol=2e-3)


def test_silence() -> None:
    made = wiener(np.zeros((2, 2, 9, 7), np.float32), np.zeros((2, 9, 7), np.complex64), iterations=2)
    np.testing.assert_array_equal(made, 0)
