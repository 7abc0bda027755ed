"""Cliques cover every pair, hold nothing else, and are few."""

from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_core.bases.cliques import cliques


def covered_by(found: list[np.ndarray]) -> set[tuple[int, int]]:
    return {(int(a), int(b)) for clique in found for a, b in combinations(clique, 2)}


@settings(max_examples=80, deadline=None)
@given(st.integers(2, 40), st.integers(0, 2**32 - 1), st.floats(0, 1))
def test_every_pair_is_covered_and_nothing_else(number: int, seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    pairs = [p for p in combinations(range(number), 2) if rng.random() < share]
    found = cliques(pairs, number)
    assert covered_by(found) == set(pairs)
    assert all(len(clique) > 1 and (np.diff(clique) > 0).all() for clique in found)
    assert len(found) <= len(pairs)


def test_groups_that_exclude_each_other_whole_are_one_set_each() -> None:
    groups = [range(0, 9), range(9, 30), range(30, 32)]
    pairs = sorted(p for g in groups for p in combinations(g, 2))
    assert [c.tolist() for c in cliques(pairs, 40)] == [list(g) for g in groups]
    assert cliques([], 5) == []


def test_discs_at_a_distance_need_far_fewer_sets_than_pairs() -> None:
    number = 300
    places = np.random.default_rng(4).uniform(0, 10, (number, 2))
    apart = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    pairs = [(i, j) for i, j in combinations(range(number), 2) if apart[i, j] < 2]
    found = cliques(pairs, number)
    assert covered_by(found) == set(pairs)
    assert len(found) < len(pairs) / 8
