"""Other combinations are drawn as a run combines them; level land is scored at every level."""

from dataclasses import replace

import numpy as np
import pytest

from gis_core.suitability.kernel.fused import Method, fused_scores, make_recipe
from gis_core.suitability.model import Combination, SuitabilityModel
from gis_core.suitability.sensitivity import (
    CriterionCells,
    DrawSettings,
    count_draws,
    draw,
    find_influence,
    one_at_a_time,
)
from gis_core.suitability.sensitivity.combining import combiner
from tests.suitability.sensitivity.land import LIMITS, SAY, WEIGHTS, some_cells


def model_of(combination: Combination) -> SuitabilityModel:
    return SuitabilityModel("m", SAY, SAY, (), (), LIMITS, "hash", combination=combination)


def test_the_weighted_sum_needs_no_combining() -> None:
    assert combiner(model_of(Combination())) is None


@pytest.mark.parametrize(
    "combination",
    [Combination("owa", alpha=2.0), Combination("weighted_product"), Combination("topsis"),
     Combination("fuzzy_gamma", gamma=0.7), Combination("limiting_factor")],
    ids=lambda c: c.method,
)  # fmt: skip
def test_draws_are_combined_as_in_a_run(combination: Combination) -> None:
    cells = some_cells(400, gaps=0.0)[:2]
    weights = WEIGHTS[:2] / WEIGHTS[:2].sum()
    combine = combiner(model_of(combination))
    drawn = draw(weights, np.array([True, True]), DrawSettings(draws=8, levels=4))
    counted = count_draws(cells, drawn, limits=LIMITS, combine=combine)
    reached = np.zeros((4, 400), int)
    for shares, picks in zip(drawn.weights, drawn.picks, strict=True):
        recipe = make_recipe(
            [c.membership_at(drawn.shares[p]) for c, p in zip(cells, picks, strict=True)],
            shares.tolist(), Method(combination, LIMITS),
        )  # fmt: skip
        codes = fused_scores(np.stack([c.values for c in cells]), recipe).codes
        reached += codes[None] <= np.arange(1, 5)[:, None]
    assert (counted.at_least == reached).mean() > 0.999
    assert 0 < counted.at_least.mean() < 8
    zones = np.arange(400) % 3
    found = find_influence(cells, weights, zones=zones, good=0.3, rows=8, combine=combine,
                           settings=DrawSettings(levels=4))  # fmt: skip
    assert found.whole.total.shape == (2, 6)
    single = one_at_a_time(cells, weights, limits=LIMITS, area=np.ones(400, int), combine=combine)
    assert single.cells == sum(single.areas) == 400


def test_level_land_keeps_its_score_at_every_level() -> None:
    cell = some_cells(6000, gaps=0.3)[0]
    aspect = CriterionCells(replace(cell.criterion, derive="aspect", flat=0.7), cell.values)
    drawn = draw(np.array([1.0]), np.array([True]), DrawSettings(draws=16))
    counted = count_draws([aspect], drawn, limits=LIMITS)
    level = np.isnan(cell.values)
    assert 0.2 < level.mean() < 0.4
    np.testing.assert_allclose(counted.mean[level], 0.7, rtol=1e-6)
    assert (counted.class_counts()[1, level] == 16).all()
    for share, picked in ((drawn.shares[0], 0), (drawn.shares[-1], 15)):
        steep = aspect.shifted(share)[~level].mean()
        assert steep != pytest.approx(cell.scores()[~level].mean(), abs=1e-4)
        assert (drawn.picks == picked).sum() == 1
    wanted = np.mean([aspect.shifted(drawn.shares[p]) for p in drawn.picks[:, 0]], axis=0)
    np.testing.assert_allclose(counted.mean, wanted, atol=2e-6)
