"""What must hold for every membership, every set of weights and every rule."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_core.errors import InvalidCriterionError
from gis_core.suitability.kernel.fused import Method, fused_scores, make_recipe
from gis_core.suitability.membership import Gaussian, Membership, Sigmoid, linear, piecewise
from gis_core.suitability.result import EXCLUDED_CLASS, NO_DATA_CLASS
from gis_core.suitability.weights import normalised

VALUES = st.lists(st.floats(-1e4, 1e4, width=32), min_size=2, max_size=30).map(sorted)
ENDS = st.tuples(st.integers(-2000, 2000), st.integers(-2000, 2000)).filter(lambda e: e[0] != e[1])
WIDTHS = st.floats(0.5, 500).flatmap(lambda w: st.sampled_from([w, -w]))


def scores_of(membership: Membership, values: list[float]) -> np.ndarray:
    scores = membership.score(np.array(values, np.float32))  # type: ignore[union-attr]
    assert ((scores >= 0) & (scores <= 1)).all()
    return scores


@given(ENDS, VALUES)
def test_a_line_never_falls_towards_its_best(ends: tuple[int, int], values: list[float]) -> None:
    best, worst = ends
    steps = np.diff(scores_of(linear(best, worst), values))
    assert (steps * np.sign(best - worst) >= 0).all()
    assert scores_of(linear(best, worst), [best, worst]).tolist() == [1, 0]


@given(st.floats(-1000, 1000), WIDTHS, VALUES)
def test_a_sigmoid_rises_with_its_width_and_falls_against_it(
    middle: float, width: float, values: list[float]
) -> None:
    steps = np.diff(scores_of(Sigmoid(middle, width), values))
    assert (steps * np.sign(width) >= 0).all()


@given(st.floats(-1000, 1000), WIDTHS, st.floats(0, 1e4))
def test_a_bell_is_the_same_on_both_sides_and_falls_away(
    centre: float, width: float, away: float
) -> None:
    bell = Gaussian(centre, width)
    left, right, farther = scores_of(bell, [centre - away, centre + away, centre + away + 1])
    assert left == pytest.approx(right, abs=1e-3)
    assert farther <= right + 1e-6


@given(
    st.lists(st.tuples(st.integers(-500, 500), st.floats(0, 1)), min_size=2, max_size=8,
             unique_by=lambda point: point[0]).map(sorted), VALUES,
)  # fmt: skip
def test_lines_through_points_stay_between_their_neighbours(
    points: list[tuple[float, float]], values: list[float]
) -> None:
    hat = piecewise(points)
    scores = scores_of(hat, values)
    for value, score in zip(np.float32(values), scores, strict=True):
        before = [s for v, s in points if v <= value][-1:] or [points[0][1]]
        after = [s for v, s in points if v >= value][:1] or [points[-1][1]]
        low, high = sorted(before + after)
        assert low - 1e-5 <= score <= high + 1e-5


@pytest.mark.parametrize(
    "membership", [linear(500, 6000), piecewise([(0, 0), (90, 1)]), Sigmoid(40, -7), Gaussian(5, 9)]
)
def test_beyond_its_reach_a_score_hardly_changes_and_nan_stays(membership: Membership) -> None:
    reach = membership.reach  # type: ignore[union-attr]
    near, far = scores_of(membership, [reach, 1e6])
    assert abs(near - far) < 1e-3
    assert np.isnan(membership.score(np.array([np.nan], np.float32)))  # type: ignore[union-attr]


@given(st.lists(st.just(0.0) | st.floats(1e-9, 1e6), min_size=1, max_size=12), st.floats(1e-3, 1e3))
def test_weights_add_up_to_one_whatever_their_scale(weights: list[float], scale: float) -> None:
    named = {str(i): w for i, w in enumerate(weights)}
    if not sum(weights) > 0:
        with pytest.raises(InvalidCriterionError):
            normalised(named)
        return
    shares = normalised(named)
    assert math.isclose(sum(shares.values()), 1.0, abs_tol=1e-9)
    assert all(share >= 0 for share in shares.values())
    again = normalised({name: w * scale for name, w in named.items()})
    assert all(math.isclose(shares[n], again[n], rel_tol=1e-6, abs_tol=1e-12) for n in shares)


@settings(deadline=None)  # compiled at first use
@given(st.data(), st.integers(1, 40), st.integers(1, 4))
def test_what_a_rule_excludes_is_excluded_whatever_it_scores(
    data: st.DataObject, cells: int, criteria: int
) -> None:
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    scores = rng.random((criteria, cells)).astype(np.float32)
    scores[rng.random(scores.shape) < 0.1] = np.nan
    failed = (rng.integers(0, 2**32, cells) * (rng.random(cells) < 0.4)).astype(np.uint32)
    inside = rng.random(cells) < 0.9
    limits = (0.8, 0.6, 0.4, 0.2)
    recipe = make_recipe([None] * criteria, [1.0] * criteria, Method(limits=limits))
    found = fused_scores(scores, recipe, failed=failed, inside=inside)
    score, codes = found.score, found.codes
    known = inside & np.isfinite(scores).all(axis=0)
    assert (codes[known & (failed > 0)] == EXCLUDED_CLASS).all()
    assert (codes[~known] == NO_DATA_CLASS).all()
    assert np.isnan(score[(failed > 0) | ~known]).all()
    free = known & (failed == 0)
    np.testing.assert_allclose(score[free], scores[:, free].mean(axis=0), atol=1e-6)
    assert ((codes[free] >= 1) & (codes[free] <= len(limits) + 1)).all()
