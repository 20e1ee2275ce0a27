"""Shapley values over a few groups, from the values of a game in which some of them play.

Source: Shapley 1953, A value for n-person games; Castro et al. 2009 for the sampled orders.
"""

from itertools import product
from math import comb

import numpy as np

MAX_EXACT = 9
"""Players up to which every coalition is asked for."""
ORDERS = 32
"""Orders of more players, each taken there and back."""


def coalitions(players: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Coalitions to ask for, and what each one's value adds to the effect of each player.

    Effects add up to the value of all players less that of none, exactly; up to `MAX_EXACT` players they are exact,
    beyond that means over random orders.

    Returns:
        Whether each player plays, and the weights of the values: both of shape (coalitions, players).
    """
    if players <= MAX_EXACT:
        plays = np.array(list(product((False, True), repeat=players)), dtype=bool).reshape(-1, players)
        size = plays.sum(axis=1)[:, None]
        # by how many others play beside the player
        others = np.where(plays, size - 1, size)
        share = 1 / (players * np.vectorize(comb, otypes=[float])(players - 1, others))
        return plays, np.where(plays, share, -share)
    random = np.random.default_rng(seed)
    orders = [random.permutation(players) for _ in range(ORDERS)]
    playing, steps_of = [], []
    for order in (*orders, *(order[::-1] for order in orders)):
        steps = np.zeros((players + 1, players))
        steps[np.arange(1, players + 1), order] = 1.0
        playing.append(np.cumsum(steps, axis=0) > 0)
        steps_of.append(steps - np.vstack([steps[1:], np.zeros(players)]))
    return np.vstack(playing), np.vstack(steps_of) / (2 * ORDERS)
