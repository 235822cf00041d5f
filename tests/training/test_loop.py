from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from vocmatch_desktop.errors import UserError
from vocmatch_desktop.training.loop import Ema, Plan, averaged, fit, seed_everything

PLAN = Plan(steps=12, learning_rate=0.05, warmup=2, checkpoint_every=4, seed=3)


def line(seed: int = 3) -> nn.Module:
    seed_everything(seed)
    return nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.Linear(4, 1))


def batch(step: int) -> Tensor:
    return torch.randn(8, 2, generator=torch.Generator().manual_seed(step))


def loss(network: nn.Module, data: Tensor) -> Tensor:
    value: Tensor = (network(data)[:, 0] - data.sum(dim=1)).square().mean()
    return value


def weights(network: nn.Module) -> Tensor:
    return torch.cat([value.flatten().float() for value in network.state_dict().values()])


def test_a_killed_run_ends_where_an_unbroken_one_does(tmp_path: Path) -> None:
    def killed(done: int, value: float) -> None:
        if done == 7:
            raise KeyboardInterrupt

    unbroken = fit(line(), batch, loss, PLAN, tmp_path / "one.pt")
    with pytest.raises(KeyboardInterrupt):
        fit(line(), batch, loss, PLAN, tmp_path / "two.pt", killed)
    seen: list[int] = []
    resumed = fit(line(), batch, loss, PLAN, tmp_path / "two.pt", lambda done, value: seen.append(done))
    assert seen == list(range(5, 13))
    assert torch.equal(weights(unbroken), weights(resumed))


def test_a_finished_run_is_not_repeated(tmp_path: Path) -> None:
    first = fit(line(), batch, loss, PLAN, tmp_path / "one.pt")
    seen: list[int] = []
    again = fit(line(99), batch, loss, PLAN, tmp_path / "one.pt", lambda done, value: seen.append(done))
    assert seen == []
    assert torch.equal(weights(first), weights(again))
    assert not again.training


def test_averaged_weights_are_shown_at_every_checkpoint(tmp_path: Path) -> None:
    shown: dict[int, Tensor] = {}
    network = fit(
        line(),
        batch,
        loss,
        PLAN,
        tmp_path / "one.pt",
        kept=lambda done, state: shown.update({done: state["0.weight"].clone()}),
    )
    assert list(shown) == [4, 8, 12]
    assert torch.equal(shown[12], network.state_dict()["0.weight"])


def test_a_run_can_be_taken_as_it_is(tmp_path: Path) -> None:
    shown: dict[int, Tensor] = {}

    def killed(done: int, value: float) -> None:
        if done == 7:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit(
            line(),
            batch,
            loss,
            PLAN,
            tmp_path / "one.pt",
            killed,
            lambda done, state: shown.update({done: state["0.weight"].clone()}),
        )
    network = line(99)
    assert averaged(network, tmp_path / "one.pt") == 4
    assert torch.equal(network.state_dict()["0.weight"], shown[4])
    assert not network.training
    with pytest.raises(UserError, match=r"no checkpoint .*two\.pt"):
        averaged(network, tmp_path / "two.pt")
    with pytest.raises(UserError, match="damaged or of another network"):
        averaged(nn.Linear(2, 1), tmp_path / "one.pt")


def test_it_learns_also_in_half_precision(tmp_path: Path) -> None:
    plan = Plan(steps=150, learning_rate=0.05, warmup=2, half=True)
    losses: list[float] = []
    seed_everything(3)
    fit(nn.Linear(2, 1), batch, loss, plan, tmp_path / "one.pt", lambda done, value: losses.append(value))
    assert sum(losses[-20:]) < 0.1 * sum(losses[:20])


def test_the_rate_warms_up_and_dies_away() -> None:
    plan = Plan(steps=100, learning_rate=1.0, warmup=10)
    rates = [plan.rate(step) for step in range(100)]
    assert max(rates) == max(rates[5:20])
    assert rates[0] < 0.2
    assert rates[-1] < 0.01


def test_a_checkpoint_of_another_run_is_refused(tmp_path: Path) -> None:
    fit(line(), batch, loss, PLAN, tmp_path / "one.pt")
    with pytest.raises(UserError, match=r"one\.pt is of a run with another plan"):
        fit(line(), batch, loss, Plan(steps=13), tmp_path / "one.pt")
    with pytest.raises(UserError, match="damaged or of another network"):
        fit(nn.Linear(2, 1), batch, loss, PLAN, tmp_path / "one.pt")


def test_a_damaged_checkpoint_is_named(tmp_path: Path) -> None:
    (tmp_path / "one.pt").write_bytes(b"no checkpoint")
    with pytest.raises(UserError, match=r"one\.pt is damaged"):
        fit(line(), batch, loss, PLAN, tmp_path / "one.pt")


def test_the_average_trails_the_weights_and_counts_along() -> None:
    network = line()
    ema = Ema(network, decay=0.9)
    before = ema.state["0.weight"].clone()
    with torch.no_grad():
        network[0].weight += 1.0
        network[1].num_batches_tracked += 5
    ema.follow(network, step=1000)
    assert torch.allclose(ema.state["0.weight"], before + 0.1, atol=1e-6)
    assert int(ema.state["1.num_batches_tracked"]) == 5
