"""The loss: what is left wrong, told without masking anything."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from vocmatch_desktop.training.separation.sound import HALF, RATE, Batch, Kind, Prepared, Separator, left_wrong


class _Given(nn.Module):
    """A network that gives the same masks whatever it hears."""

    def __init__(self, masks: Tensor) -> None:
        super().__init__()
        self._masks = nn.Parameter(masks)

    def masks(self, _: Tensor) -> Tensor:
        return self._masks

    row_masks = masks


def batch(seed: int = 0, seconds: float = 0.3) -> Batch:
    """Six noises of growing level and their sum."""
    torch.manual_seed(seed)
    targets = torch.randn(2, 6, 2, round(seconds * RATE / HALF)) * torch.linspace(0.02, 0.1, 6)[:, None, None]
    return Batch(targets.sum(dim=1), targets, torch.ones(2, 6, dtype=torch.bool))


def prepared(kind: Kind) -> Prepared:
    return Separator(nn.Identity(), kind).prepared(batch())


def drawn_masks(kind: Kind, parts: int = 2) -> Tensor:
    shape = prepared(kind).along.shape
    torch.manual_seed(1)
    return torch.randn(*shape[:3], parts, *shape[3:])


def masked(masks: Tensor, mix: Tensor) -> Tensor:
    """The masked mixture, plainly: complex [batch, stems, 2, T, bins]."""
    mask = torch.complex(
        masks[:, :, :, 0], masks[:, :, :, 1] if masks.shape[3] == 2 else torch.zeros_like(masks[:, :, :, 0])
    )
    return mask * torch.complex(mix[:, None, :, 0], mix[:, None, :, 1])


@pytest.mark.parametrize("parts", [1, 2])
def test_what_is_left_wrong_is_the_masked_mixture_less_its_target(parts: int) -> None:
    separator = Separator(nn.Identity(), "planes")
    given, masks = prepared("planes"), drawn_masks("planes", parts)
    given = given if parts == 2 else given._replace(across=None)
    expected = (masked(masks, given.mix) - separator._spectra(batch().targets)).abs().square().sum(dim=(2, 3, 4))
    assert torch.allclose(left_wrong(masks, given), expected, rtol=1e-4)


def test_the_gradient_is_that_of_the_plain_terms() -> None:
    given, masks = prepared("planes"), drawn_masks("planes").requires_grad_()
    left_wrong(masks, given).square().sum().backward()
    made, masks.grad = masks.grad, None
    assert made is not None
    targets = Separator(nn.Identity(), "planes")._spectra(batch().targets)
    wrong = (masked(masks, given.mix) - targets).abs().square()
    wrong.sum(dim=(2, 3, 4)).square().sum().backward()
    assert torch.allclose(made, masks.grad, rtol=1e-3, atol=1e-4 * float(made.abs().max()))


@pytest.mark.parametrize("kind", ["planes", "magnitudes"])
def test_a_target_that_cannot_be_trusted_does_not_count(kind: Kind) -> None:
    plain = batch()
    spoilt = plain._replace(targets=plain.targets.clone(), trusted=plain.trusted.clone())
    spoilt.targets[:, 3] = 5
    spoilt.trusted[:, 3] = False
    masks = drawn_masks(kind, 2 if kind == "planes" else 1)
    separator = Separator(_Given(masks if kind == "planes" else masks[:, :, :, 0]), kind)
    without = plain._replace(trusted=spoilt.trusted)
    assert separator.loss(separator.prepared(spoilt)) == separator.loss(separator.prepared(without))


def test_silent_targets_and_silent_mixtures_are_defined() -> None:
    silent = Batch(torch.zeros(2, 2, 8192), torch.zeros(2, 6, 2, 8192), torch.ones(2, 6, dtype=torch.bool))
    separator = Separator(_Given(torch.zeros(2, 6, 2, 2, 17, 1024)), "planes")
    loss = separator.loss(separator.prepared(silent))
    loss.backward()
    assert torch.isfinite(loss)
