"""Single moves beside whole recomputation."""

import numpy as np
import pytest

from gis_core.suitability.classes import class_numbers
from gis_core.suitability.sensitivity import one_at_a_time
from gis_core.suitability.sensitivity.one_at_a_time import weight_moves
from tests.suitability.sensitivity.land import LIMITS, WEIGHTS, some_cells

LEAST = np.array(LIMITS, np.float32)


def test_weights_keep_their_sum_and_the_others_their_proportions() -> None:
    moves = weight_moves(("a", "b", "c"), WEIGHTS)
    assert len(moves) == 18
    for move, shared in moves:
        assert shared.sum() == pytest.approx(1.0)
        assert shared["abc".index(move.criterion)] == pytest.approx(move.after)
        others = [i for i in range(3) if "abc"[i] != move.criterion]
        assert shared[others[0]] / shared[others[1]] == pytest.approx(
            WEIGHTS[others[0]] / WEIGHTS[others[1]]
        )
    assert moves[0][0].after == pytest.approx(0.25)
    assert weight_moves(("a",), np.array([1.0])) == []


def test_effects_are_those_of_scoring_anew() -> None:
    cells = some_cells(70_000)
    area = np.random.default_rng(5).integers(50, 150, 70_000)
    found = one_at_a_time(cells, WEIGHTS, limits=LIMITS, area=area)
    scores = np.stack([c.scores() for c in cells])

    def classes(rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
        return class_numbers((weights.astype(np.float32)[:, None] * rows).sum(axis=0), LEAST)

    base = classes(scores, WEIGHTS)
    assert found.cells == (base > 0).sum()
    np.testing.assert_allclose(
        found.areas, [area[base == code].sum() for code in range(1, 6)], rtol=1e-3
    )
    assert [e.move.kind for e in found.effects] == ["weight"] * 18 + ["threshold"] * 10
    for effect in (found.effects[5], found.effects[-1], found.effects[18]):
        move = effect.move
        k = ("slope", "soil", "cover").index(move.criterion)
        rows, weights = scores.copy(), WEIGHTS
        if move.kind == "weight":
            weights = WEIGHTS * (1 - move.after) / (1 - move.before)
            weights[k] = move.after
        elif move.key == "best":
            rows[k] = np.interp(cells[0].values, [move.after, 35], [1, 0])
        else:
            rows[k] = np.interp(cells[1].values, [2, 5, move.after], [0, 0.8, 1])
        after = classes(rows, weights)
        changed = (after != base) & (base > 0)
        assert effect.changed_cells == pytest.approx(changed.sum(), rel=2e-3)
        assert effect.changed_area == pytest.approx(area[changed].sum(), rel=2e-3)
        assert sum(effect.areas) == sum(found.areas)
    assert max(e.changed_cells for e in found.effects) > 1000


def test_classes_are_those_of_a_run() -> None:
    score = np.array([0.8, 0.7999999, 0.79, 0.65, 0.5, 0.3, 0.1, np.nan], np.float32)
    assert class_numbers(score, LEAST).tolist() == [1, 1, 2, 2, 3, 4, 5, 0]
