"""Cliques cover every pair, hold nothing else, and are few."""

from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_core.bases.cliques import broken_cliques, cover_by_cliques
from gis_core.bases.exclusion import Exclusion

Pairs = list[tuple[int, int]]


def bits_of(pairs: Pairs, number: int) -> np.ndarray:
    return Exclusion("spacing", np.array(pairs, np.int64).reshape(-1, 2), number).bits


def inside(found: list[np.ndarray]) -> set[tuple[int, int]]:
    return {(int(a), int(b)) for clique in found for a, b in combinations(clique, 2)}


@st.composite
def graphs(draw: st.DrawFn) -> tuple[Pairs, int]:
    number, seed = draw(st.integers(2, 140)), draw(st.integers(0, 2**32 - 1))
    share = draw(st.sampled_from([0.0, 0.05, 0.3, 0.8, 1.0]))
    rng = np.random.default_rng(seed)
    return [p for p in combinations(range(number), 2) if rng.random() < share], number


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_every_pair_is_covered_and_nothing_else(graph: tuple[Pairs, int]) -> None:
    pairs, number = graph
    found = cover_by_cliques(bits_of(pairs, number))
    assert inside(found) == set(pairs)
    assert all(len(clique) > 1 and (np.diff(clique) > 0).all() for clique in found)
    assert len(found) <= len(pairs)


@settings(max_examples=60, deadline=None)
@given(graphs(), st.integers(0, 2**32 - 1))
def test_broken_cliques_are_cliques_that_are_broken(graph: tuple[Pairs, int], seed: int) -> None:
    pairs, number = graph
    rng = np.random.default_rng(seed)
    share = np.where(rng.random(number) < 0.3, rng.random(number), 0.0)
    found = broken_cliques(bits_of(pairs, number), share, np.arange(number))
    assert inside(found) <= set(pairs)
    assert all(share[clique].sum() > 1 for clique in found)
    assert len({clique.tobytes() for clique in found}) == len(found)
    whole = np.where(share > 0, 1.0, 0.0)
    broken = [p for p in pairs if whole[list(p)].all()]
    assert bool(broken) == bool(broken_cliques(bits_of(pairs, number), whole, np.arange(number)))


def test_a_broken_clique_takes_in_all_that_fits() -> None:
    share = np.array([0.9, 0.0, 0.9, 0.0, 0.0])
    pairs = [(0, 1), (0, 2), (1, 2), (0, 4), (2, 4), (3, 4)]  # 1 and 4 do not exclude each other
    assert [c.tolist() for c in broken_cliques(bits_of(pairs, 5), share, np.arange(5))] == [
        [0, 1, 2]
    ]
    assert [c.tolist() for c in broken_cliques(bits_of(pairs, 5), share, np.arange(5)[::-1])] == [
        [0, 2, 4]
    ]


def test_groups_that_exclude_each_other_whole_are_one_set_each() -> None:
    groups = [range(0, 9), range(9, 30), range(30, 32)]
    pairs = sorted(p for g in groups for p in combinations(g, 2))
    assert [c.tolist() for c in cover_by_cliques(bits_of(pairs, 40))] == [list(g) for g in groups]
    assert cover_by_cliques(bits_of([], 5)) == []


def test_discs_at_a_distance_need_far_fewer_sets_than_pairs() -> None:
    number = 300
    places = np.random.default_rng(4).uniform(0, 10, (number, 2))
    apart = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    pairs = [(i, j) for i, j in combinations(range(number), 2) if apart[i, j] < 2]
    found = cover_by_cliques(bits_of(pairs, number))
    assert inside(found) == set(pairs)
    assert len(found) < len(pairs) / 8
