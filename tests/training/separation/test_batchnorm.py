"""BatchNorm statistics are those of the weights they stand beside."""

import torch
from torch import Tensor, nn

from vocmatch_desktop.training.separation.batchnorm import recompute


def batches(count: int = 5) -> list[Tensor]:
    generator = torch.Generator().manual_seed(1)
    return [3 * torch.randn(16, 4, generator=generator) + 2 for _ in range(count)]


def test_every_batch_counts_the_same() -> None:
    norm = nn.BatchNorm1d(4)
    norm.running_mean += 100
    network = nn.Sequential(nn.Linear(4, 4), norm)
    recompute(network, network, batches())
    with torch.no_grad():
        seen = [network[0](batch) for batch in batches()]
    assert torch.allclose(norm.running_mean, torch.stack([one.mean(0) for one in seen]).mean(0), atol=1e-5)
    assert torch.allclose(norm.running_var, torch.stack([one.var(0) for one in seen]).mean(0), atol=1e-4)
    assert norm.momentum == 0.1
    assert not network.training


def test_dropout_and_weights_are_left_alone() -> None:
    network = nn.Sequential(nn.Dropout(0.9), nn.BatchNorm1d(4))
    before = network[1].weight.clone()
    recompute(network, network, batches())
    assert torch.allclose(network[1].running_mean, torch.cat(batches()).mean(0), atol=1e-4)
    assert torch.equal(network[1].weight, before)


def test_a_network_without_norms_is_not_even_run() -> None:
    def never() -> Tensor:
        raise AssertionError

    linear = nn.Linear(4, 4)
    recompute(linear, linear, (never() for _ in range(1)))
