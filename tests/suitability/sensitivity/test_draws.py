"""Draws: spread evenly, normalised, the same for a seed; refused where they mean nothing."""

import numpy as np
import pytest

from gis_core.errors import InvalidParameterError
from gis_core.suitability.sensitivity import DrawSettings, draw

WEIGHTS = np.array([0.5, 0.3, 0.2])
MOVES = np.array([True, True, False])


@pytest.mark.parametrize("method", ["sobol", "lhs"])
def test_draws_are_spread_evenly_and_reproducible(method) -> None:
    settings = DrawSettings(draws=1024, method=method, seed=7)
    drawn = draw(WEIGHTS, MOVES, settings)
    np.testing.assert_allclose(drawn.weights.sum(axis=1), 1.0, rtol=1e-6)
    np.testing.assert_allclose(drawn.weights.mean(axis=0), WEIGHTS, atol=0.003)
    relative = drawn.weights / drawn.weights[:, :1] * WEIGHTS[0] / WEIGHTS
    assert relative.min() > 0.75 / 1.25 - 1e-6
    assert relative.max() < 1.25 / 0.75 + 1e-6
    for k in (0, 1):
        assert np.bincount(drawn.picks[:, k], minlength=16).tolist() == [64] * 16
    assert (drawn.picks[:, 2] == 0).all()
    np.testing.assert_allclose(drawn.shares, -drawn.shares[::-1])
    assert drawn.shares.max() == pytest.approx(15 / 16)
    again = draw(WEIGHTS, MOVES, settings)
    np.testing.assert_array_equal(again.weights, drawn.weights)
    other = draw(WEIGHTS, MOVES, DrawSettings(draws=1024, method=method, seed=8))
    assert (other.weights != drawn.weights).any()


def test_any_number_of_draws_is_drawn_without_a_warning() -> None:
    assert len(draw(WEIGHTS, MOVES, DrawSettings(draws=1000))) == 1000


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"draws": 1}, "draws"), ({"levels": 1}, "levels"), ({"weight_spread": 1.5}, "0.25"),
     ({"method": "grid"}, "sobol or lhs"), ({"seed": -1}, "seed")],
)  # fmt: skip
def test_settings_that_mean_nothing_are_refused(wrong, said) -> None:
    with pytest.raises(InvalidParameterError, match=said):
        DrawSettings(**wrong)
