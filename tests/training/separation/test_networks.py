"""Both networks: what they are given and give, whatever the length and the loudness."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from vocmatch_desktop.training.separation import eco, six
from vocmatch_desktop.training.separation.eco import EcoStems
from vocmatch_desktop.training.separation.six import SixStems
from vocmatch_desktop.training.separation.sound import NETS, Separator

BINS = 2049


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)


def planes(times: int) -> Tensor:
    return torch.randn(2, 4, BINS, times)


@pytest.mark.parametrize("times", [1, 8, 21])
@torch.no_grad()
def test_six_gives_spectra_of_six_stems(times: int) -> None:
    given = planes(times)
    made = SixStems().eval()(given)
    assert made.shape == (2, 6, 4, BINS, times)
    assert torch.isfinite(made).all()


@torch.no_grad()
def test_six_does_not_care_how_loud_it_is() -> None:
    network, given = SixStems().eval(), planes(9)
    assert torch.allclose(network(given * 1e-3), network(given) * 1e-3, atol=1e-7)


@torch.no_grad()
def test_six_keeps_a_mono_song_mono() -> None:
    given = planes(9)
    given[:, 2:] = given[:, :2]
    made = SixStems().eval()(given)
    assert torch.allclose(made[:, :, :2], made[:, :, 2:], atol=1e-6)


@torch.no_grad()
def test_six_is_silent_where_the_song_is() -> None:
    made = SixStems().eval()(torch.zeros(1, 4, BINS, 9))
    assert not made.any()


@torch.no_grad()
def test_six_masks_the_air_as_the_treble_below_it() -> None:
    both = torch.randn(1, 2, 2, 9, BINS)
    masks = SixStems().eval().masks(both)
    power = both[..., six.EDGE : six.BINS].square().sum(dim=2)[:, None]
    real = masks[:, :, :, 0]
    expected = (real[..., six.EDGE : six.BINS] * power).sum(dim=-1) / power.sum(dim=-1)
    assert torch.allclose(real[..., six.BINS :], expected[..., None].expand(-1, -1, -1, -1, BINS - six.BINS), atol=1e-6)
    assert not masks[:, :, :, 1, :, six.BINS :].any()


@pytest.mark.parametrize("times", [1, 8, 21])
@torch.no_grad()
def test_eco_gives_masks_for_six_stems(times: int) -> None:
    masks = EcoStems().eval()(torch.rand(2, 2, BINS, times))
    assert masks.shape == (2, 6, 2, BINS, times)
    assert ((masks >= 0) & (masks <= 1)).all()
    assert torch.equal(
        masks[:, :, :, eco.BINS :], masks[:, :, :, eco.BINS - 1 : eco.BINS].expand_as(masks[:, :, :, eco.BINS :])
    )


@torch.no_grad()
def test_eco_does_not_care_how_loud_it_is() -> None:
    network, given = EcoStems().eval(), torch.rand(1, 2, BINS, 9)
    assert torch.allclose(network(given * 100), network(given), atol=1e-5)


@pytest.mark.parametrize("name", sorted(NETS))
@torch.no_grad()
def test_sound_becomes_stems_of_its_own_length(name: str) -> None:
    net = NETS[name]
    made = Separator(net.make(), net.kind).eval()(torch.randn(1, 2, 30_001))
    assert made.shape == (1, 6, 2, 30_001)
