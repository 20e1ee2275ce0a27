from itertools import permutations

import numpy as np
import pytest

from ml.explain.shapley import MAX_EXACT, coalitions


def test_effects_are_the_means_over_all_orders() -> None:
    plays, weights = coalitions(4)
    values = {tuple(play): value for play, value in zip(plays, np.random.default_rng(0).normal(size=16), strict=True)}
    expected, orders = np.zeros(4), list(permutations(range(4)))
    for order in orders:
        playing = [False] * 4
        for player in order:
            before = values[tuple(playing)]
            playing[player] = True
            expected[player] += (values[tuple(playing)] - before) / len(orders)
    assert np.array([values[tuple(play)] for play in plays]) @ weights == pytest.approx(expected)


@pytest.mark.parametrize("players", [1, 2, 7, MAX_EXACT, MAX_EXACT + 1, 20])
def test_effects_add_up_and_a_player_without_a_say_has_none(players: int) -> None:
    plays, weights = coalitions(players)
    assert len(plays) <= 2**MAX_EXACT or len(plays) < 100 * players
    # each player's own part, and one of every pair but with the last player
    part = np.arange(players, 0, -1) - 1.0
    values = plays @ part + 0.1 * (plays[:, :-1].sum(axis=1) ** 2)
    effects = values @ weights
    everyone = part.sum() + 0.1 * (players - 1) ** 2
    assert effects.sum() == pytest.approx(everyone)
    assert effects[-1] == pytest.approx(0.0, abs=1e-9)
