"""Every shape by hand, against the formula, and what must hold of all of them."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_core.errors import InvalidCriterionError
from gis_core.suitability import membership as shapes
from gis_core.suitability.kernel.curves import exp_of, log_of
from gis_core.suitability.membership import Membership

SHAPES: dict[str, Membership] = {
    "linear": shapes.linear(10, 0),
    "piecewise": shapes.piecewise([(0, 0.1), (5, 0.9), (10, 0.4)]),
    "triangular": shapes.triangular(0, 4, 10),
    "trapezoid": shapes.trapezoid(0, 2, 4, 10),
    "ecocrop": shapes.ecocrop(5, 15, 25, 40),
    "sigmoid": shapes.sigmoid(5, 2),
    "gaussian": shapes.gaussian(5, 2),
    "near": shapes.near(5, 2),
    "large": shapes.large(5, 3),
    "small": shapes.small(5, 3),
    "categorical": shapes.Categorical({"1": 1.0, "2": 0.5}, 0.25),
}
BY_HAND = {
    "linear": ([-1, 0, 5, 10, 11], [0, 0, 0.5, 1, 1]),
    "piecewise": ([-1, 2.5, 5, 7.5, 99], [0.1, 0.5, 0.9, 0.65, 0.4]),
    "triangular": ([0, 2, 4, 7, 10], [0, 0.5, 1, 0.5, 0]),
    "trapezoid": ([1, 2, 3, 4, 7], [0.5, 1, 1, 1, 0.5]),
    "ecocrop": ([5, 10, 20, 32.5, 41], [0, 0.5, 1, 0.5, 0]),
    "sigmoid": ([5, 7, 3], [0.5, 1 / (1 + math.exp(-2)), 1 / (1 + math.exp(2))]),
    "gaussian": ([5, 7, 9], [1, math.exp(-0.5), math.exp(-2)]),
    "near": ([5, 7, 11], [1, 0.5, 0.1]),
    "large": ([-1, 0, 5, 10], [0, 0, 0.5, 1 / (1 + 0.5**3)]),
    "small": ([-1, 0, 5, 10], [1, 1, 0.5, 1 / (1 + 2**3)]),
    "categorical": ([1, 2, 3], [1, 0.5, 0.25]),
}


@pytest.mark.parametrize("name", SHAPES)
def test_scores_are_those_worked_out_by_hand(name: str) -> None:
    values, wanted = BY_HAND[name]
    scores = SHAPES[name].score(np.array([[*values, np.nan]], np.float32))
    assert scores.shape == (1, len(values) + 1)
    np.testing.assert_allclose(scores[0], [*wanted, np.nan], rtol=3e-7, atol=1e-12)


@pytest.mark.parametrize("name", SHAPES)
def test_infinity_takes_the_last_score_and_every_score_is_within_its_range(name: str) -> None:
    shape = SHAPES[name]
    values = np.random.default_rng(3).normal(5, 30, 4001).astype(np.float32)
    scores = shape.score(np.concatenate([values, np.float32([3e38, -3e38, 0, -0.0])]))
    assert ((scores >= 0) & (scores <= 1)).all()
    if name != "categorical":
        ends = shape.score(np.array([np.inf, 1e30, shape.reach], np.float32))
        assert ends[0] == pytest.approx(ends[1], abs=1e-6)
        assert ends[1] == pytest.approx(ends[2], abs=1.1e-3)


@pytest.mark.parametrize("name", SHAPES)
def test_moved_to_its_own_parameters_a_shape_stays_as_it_is(name: str) -> None:
    shape = SHAPES[name]
    assert shape.moved(shape.parameters()) == shape
    with pytest.raises(InvalidCriterionError, match="'strange' cannot become 1"):
        shape.moved({"strange": 1.0})


def test_thresholds_are_named_as_the_model_file_names_them_and_mended_by_sorting() -> None:
    assert shapes.linear(0, 10).parameters() == {"best": 0, "worst": 10}
    assert list(shapes.trapezoid(0, 1, 2, 3).parameters()) == ["low", "from", "to", "high"]
    hat = shapes.triangular(0, 4, 10).moved({"peak": 12.0})
    assert hat.parameters() == {"low": 0, "peak": 10, "high": 12}
    assert shapes.linear(0, 10).moved({"best": 20}) == shapes.linear(10, 20)
    step = shapes.linear(10, 0).moved({"worst": 10.0})
    scored = step.score(np.array([9.99, 10, 10.01], np.float32)).tolist()
    assert scored == [0, 0, 1]
    assert shapes.sigmoid(5, -2).moved({"width": 3.0}).width < 0
    assert shapes.large(5, 2).moved({"middle": -1.0}).middle > 0


def test_numbers_that_make_no_shape_are_refused() -> None:
    with pytest.raises(InvalidCriterionError, match="low 0, from 5, to 4, high 9: wanted numbers"):
        shapes.trapezoid(0, 5, 4, 9)
    with pytest.raises(InvalidCriterionError, match="a width other than 0"):
        shapes.near(1, 0)
    with pytest.raises(InvalidCriterionError, match="'steepness' is -1"):
        shapes.small(5, -1)


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(["linear", "sigmoid", "large"]),
    st.lists(st.floats(-50, 60, width=32), min_size=2, max_size=40).map(sorted),
)
def test_a_rising_shape_never_falls_by_a_single_bit(name: str, values: list[float]) -> None:
    assert (np.diff(SHAPES[name].score(np.array(values, np.float32))) >= 0).all()


@settings(deadline=None, max_examples=200)
@given(st.floats(-700, 700), st.floats(1e-300, 1e300))
def test_exp_and_log_are_those_of_the_library(power: float, number: float) -> None:
    assert exp_of(power) == pytest.approx(math.exp(power), rel=1e-15)
    assert log_of(number) == pytest.approx(math.log(number), rel=1e-15, abs=1e-16)
    assert math.isnan(exp_of(math.nan))
    assert math.isnan(log_of(math.nan))
    assert log_of(0.0) == -math.inf
