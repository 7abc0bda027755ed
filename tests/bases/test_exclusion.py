"""Pairs that exclude each other: as measured one by one, whatever the shapes."""

from itertools import combinations

import numpy as np
import pytest
import shapely

from gis_core.bases import deadline, exclusion
from gis_core.bases.exclusion import Exclusion, excluding_pairs
from gis_core.errors import TimeLimitError


def shapes_of(seed: int) -> np.ndarray:
    """Discs, long boxes, rings and hooks whose middle lies outside them, thrown about."""
    rng = np.random.default_rng(seed)
    made = []
    for number in range(40):
        x, y = rng.uniform(0, 10_000, 2)
        disc = shapely.Point(x, y).buffer(rng.uniform(100, 900), quad_segs=4)
        hook = shapely.union_all([shapely.box(x, y, x + 1500, y + 100),
                                  shapely.box(x, y, x + 100, y + 1500)])  # fmt: skip
        ring = disc.difference(disc.buffer(-60))
        made.append((disc, shapely.box(x, y, x + 3000, y + 60), ring, hook)[number % 4])
    return np.array(made)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("spacing_m", [0.0, 50.0, 700.0, 4000.0])
def test_pairs_are_those_measured_one_by_one(seed: int, spacing_m: float) -> None:
    shapes = shapes_of(seed)
    wanted = [
        (i, j)
        for i, j in combinations(range(len(shapes)), 2)
        if (shapes[i].distance(shapes[j]) <= spacing_m if spacing_m
            else shapes[i].intersection(shapes[j]).area > 1)
    ]  # fmt: skip
    assert excluding_pairs(shapes, spacing_m=spacing_m).tolist() == [list(p) for p in wanted]


def test_nothing_excludes_where_nothing_is() -> None:
    assert excluding_pairs(np.array([], dtype=object), spacing_m=10).shape == (0, 2)
    assert excluding_pairs(np.array([shapely.box(0, 0, 9, 9)]), spacing_m=10).shape == (0, 2)


def test_the_search_for_pairs_stops_when_time_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(deadline, "monotonic", lambda: now[0])
    monkeypatch.setattr(exclusion, "BLOCK", 8)
    near = exclusion._near
    blocks = []

    def slow(*arguments: object) -> object:
        now[0] += 3.0
        blocks.append(arguments[2])
        return near(*arguments)

    monkeypatch.setattr(exclusion, "_near", slow)
    with pytest.raises(TimeLimitError):
        excluding_pairs(shapes_of(1), spacing_m=4000.0, deadline=deadline.Deadline(8))
    assert blocks == [0, 8, 16]  # of five


def test_a_part_keeps_its_own_pairs_renumbered() -> None:
    whole = Exclusion("overlap", np.array([[0, 3], [1, 2], [2, 3]]), 4)
    part = whole.among(np.array([0, 2, 3]))
    assert (part.number, part.pairs.tolist()) == (3, [[0, 2], [1, 2]])
    assert whole.beside(3).tolist() == [0, 2]
    assert whole.none().pairs.shape == (0, 2)
    assert whole.bits.tolist() == [[8], [4], [10], [5]]
