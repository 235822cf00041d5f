import pytest
import torch

from vocmatch_desktop.training.separation_loss import FLOOR, masked_error


def voice(seed: int) -> torch.Tensor:
    return torch.randn(3, 2, 1, 400, generator=torch.Generator().manual_seed(seed))


def test_an_empty_estimate_costs_what_the_stem_is_in_the_mix() -> None:
    targets = voice(1)
    mix = targets.sum(dim=1)
    value = masked_error(torch.zeros_like(targets), targets, mix, torch.ones(3, 2, dtype=torch.bool))
    assert float(value) == pytest.approx(-3.0, abs=0.5)  # two equally loud stems, −3 dB each


def test_a_perfect_estimate_costs_the_floor() -> None:
    targets = voice(1)
    value = masked_error(targets, targets, targets.sum(dim=1), torch.ones(3, 2, dtype=torch.bool))
    assert float(value) == pytest.approx(10 * torch.log10(torch.tensor(FLOOR)).item(), abs=1e-3)


def test_what_is_not_trusted_neither_counts_nor_is_learnt_from() -> None:
    targets, trusted = voice(1), torch.tensor([[True, False]] * 3)
    estimates = voice(2).requires_grad_()
    value = masked_error(estimates, targets, targets.sum(dim=1), trusted)
    value.backward()
    assert estimates.grad is not None
    assert estimates.grad[:, 0].abs().sum() > 0
    assert estimates.grad[:, 1].abs().sum() == 0


def test_loudness_does_not_matter() -> None:
    targets, estimates, trusted = voice(1), voice(2), torch.ones(3, 2, dtype=torch.bool)
    loud = masked_error(estimates, targets, targets.sum(dim=1), trusted)
    quiet = masked_error(estimates * 0.01, targets * 0.01, targets.sum(dim=1) * 0.01, trusted)
    assert float(loud) == pytest.approx(float(quiet), abs=1e-3)


def test_silence_and_nothing_trusted_are_finite() -> None:
    nothing = torch.zeros(3, 2, 1, 400, requires_grad=True)
    for trusted in (torch.ones(3, 2, dtype=torch.bool), torch.zeros(3, 2, dtype=torch.bool)):
        value = masked_error(nothing, torch.zeros(3, 2, 1, 400), torch.zeros(3, 1, 400), trusted)
        value.backward()
        assert torch.isfinite(value)
        assert nothing.grad is not None
        assert torch.isfinite(nothing.grad).all()
