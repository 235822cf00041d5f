import numpy as np
import pytest

from vocmatch_desktop.evaluation import ranking


def test_the_best_of_a_takes_own_beats_counts_and_ties_are_split():
    scores = np.array([3.0, 9.0, 5.0, 5.0, 1.0])
    assert ranking.own_rank(scores, np.array([False, True, False, False, False])) == 1
    assert ranking.own_rank(scores, np.array([True, False, False, False, True])) == 4
    assert ranking.own_rank(scores, np.array([False, False, True, False, False])) == 2.5
    assert ranking.own_rank(np.zeros(5), np.arange(5) == 0) == 3


@pytest.mark.parametrize(("own", "others"), [(1, 41), (2, 40), (3, 9), (1, 3)])
def test_chance_is_what_drawing_lots_gives(own, others, rng):
    mine = np.arange(own + others) < own
    ranks = [ranking.own_rank(rng.random(own + others), mine) for _ in range(20_000)]
    expected = ranking.expected_metrics(own, others)
    drawn = [np.mean(np.array(ranks) <= top) for top in (1, 5, 10)] + [np.mean(1 / np.array(ranks))]
    assert expected[:4] == pytest.approx(drawn, abs=0.015)


def test_figures_are_means_over_takes_with_intervals_over_songs():
    ranks, groups = [1, 1, 2, 20], ["a", "a", "b", "c"]
    found = ranking.figures(ranks, groups, places=40, pool=40)
    assert found.values["r_at_1"] == 0.5
    assert found.values["r_at_5"] == 0.75
    assert found.values["mrr"] == pytest.approx((1 + 1 + 0.5 + 0.05) / 4)
    assert found.values["median_normalized_rank"] == pytest.approx(0.5 / 39, abs=1e-4)
    for name, value in found.values.items():
        low, high = found.intervals[name]
        assert low <= value <= high
    assert found.intervals["r_at_1"] == (0.0, 1.0)
    assert found == ranking.figures(ranks, groups, places=40, pool=40)
