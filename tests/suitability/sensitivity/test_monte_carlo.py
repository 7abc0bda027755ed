"""Counts of the draws beside plain NumPy, whatever the cut, the threads and the method."""

import numpy as np
import pytest

from gis_core.suitability.sensitivity import DrawSettings, area_units, count_draws, draw
from gis_core.suitability.sensitivity.counting import BLOCK, MEAN_AREA
from gis_core.suitability.sensitivity.monte_carlo import CHUNK
from tests.suitability.sensitivity.land import LIMITS, WEIGHTS, some_cells

MOVES = np.array([True, True, False])
DRAWN = draw(WEIGHTS, MOVES, DrawSettings(draws=64, seed=3))


def plain_scores(cells) -> np.ndarray:
    """Score of every draw and cell from the definitions: moved lines by np.interp."""
    totals = []
    for weights, picks in zip(DRAWN.weights, DRAWN.picks, strict=True):
        by_slope, by_soil = DRAWN.shares[picks[0]], DRAWN.shares[picks[1]]
        slope = np.interp(cells[0].values, [2 + 0.5 * by_slope, 35 + 7 * by_slope], [1, 0])
        soil = np.interp(cells[1].values, np.array([2, 5, 8]) + by_soil, [0, 0.8, 1])
        cover = np.select([cells[2].values == 1, cells[2].values == 2], [1.0, 0.7], 0.1)
        totals.append(weights.astype(float) @ np.stack((slope, soil, cover)))
    return np.array(totals)


def test_counts_are_those_of_plain_numpy() -> None:
    cells = some_cells(3000)
    area = np.random.default_rng(2).uniform(80, 120, 3000)
    units = area_units(area, mean_m2=100.0)
    counted = count_draws(cells, DRAWN, limits=LIMITS, area=units, threads=1)
    totals = plain_scores(cells)
    sure = np.abs(totals[:, :, None] - LIMITS).min(axis=(0, 2)) > 1e-5
    wanted = np.array([(totals >= limit).sum(axis=0) for limit in LIMITS])
    assert sure.mean() > 0.8
    np.testing.assert_array_equal(counted.at_least[:, sure], wanted[:, sure])
    known = np.isfinite(cells[0].values)
    np.testing.assert_allclose(counted.mean[known], totals.mean(axis=0)[known], atol=2e-6)
    np.testing.assert_allclose(counted.deviation[known], totals.std(axis=0)[known], atol=2e-5)
    assert np.isnan(counted.mean[~known]).all()
    assert (counted.class_counts()[:, ~known] == 0).all()
    assert (counted.class_counts()[:, known].sum(axis=0) == len(DRAWN)).all()
    areas = np.array([[(units * (t >= limit)).sum() for limit in LIMITS] for t in totals])
    np.testing.assert_allclose(counted.areas, areas, rtol=2e-3)
    total = counted.areas.sum(axis=0)
    assert total.tolist() == (counted.at_least * units.astype(np.int64)).sum(axis=1).tolist()


def test_nothing_depends_on_parts_or_threads() -> None:
    cells = some_cells(CHUNK + BLOCK + 7)
    whole = count_draws(cells, DRAWN, limits=LIMITS, threads=1)
    threaded = count_draws(cells, DRAWN, limits=LIMITS, threads=3)
    cut = [count_draws([c.part(a, b) for c in cells], DRAWN, limits=LIMITS)
           for a, b in ((0, 999), (999, CHUNK + BLOCK + 7))]  # fmt: skip
    for other in (
        threaded.at_least, np.hstack([c.at_least for c in cut])
    ):  # fmt: skip
        np.testing.assert_array_equal(other, whole.at_least)
    for name in ("mean", "deviation"):
        np.testing.assert_array_equal(getattr(threaded, name), getattr(whole, name))
        joined = np.concatenate([getattr(c, name) for c in cut])
        np.testing.assert_array_equal(joined, getattr(whole, name))
    np.testing.assert_array_equal(threaded.areas, whole.areas)
    np.testing.assert_array_equal(cut[0].areas + cut[1].areas, whole.areas)
    assert whole.areas.max() > MEAN_AREA


def test_another_combination_counts_draw_by_draw() -> None:
    cells = some_cells(500, gaps=0.0)

    def weighted(scores: np.ndarray, weights: np.ndarray) -> np.ndarray:
        return (weights[:, None] * scores).sum(axis=0)

    fast = count_draws(cells, DRAWN, limits=LIMITS)
    slow = count_draws(cells, DRAWN, limits=LIMITS, combine=weighted)
    assert (fast.at_least != slow.at_least).mean() < 1e-3
    np.testing.assert_allclose(slow.mean, fast.mean, atol=2e-6)
    np.testing.assert_allclose(slow.deviation, fast.deviation, atol=2e-5)
    worst = count_draws(cells, DRAWN, limits=LIMITS, combine=lambda s, w: s.min(axis=0))
    assert worst.mean.mean() < fast.mean.mean()


def test_agreement_is_the_share_of_draws_with_the_class() -> None:
    cells = some_cells(400)
    counted = count_draws(cells, DRAWN, limits=LIMITS)
    codes = np.ones(400, np.uint8)
    codes[:50], codes[50:100] = 9, 0
    share = counted.agreement(codes)
    assert np.isnan(share[:100]).all()
    known = np.isfinite(cells[0].values[100:])
    np.testing.assert_allclose(
        share[100:][known], counted.at_least[0, 100:][known] / len(DRAWN), rtol=1e-6
    )
    assert np.isnan(share[100:][~known]).all()


@pytest.mark.parametrize("spread", [0.0, 1.0])
def test_without_spread_nothing_moves(spread: float) -> None:
    cells = [cell for cell in some_cells(300, gaps=0.0) if not cell.moves]
    drawn = draw(np.array([1.0]), np.array([False]), DrawSettings(draws=16, weight_spread=spread))
    counted = count_draws(cells, drawn, limits=LIMITS)
    assert set(np.unique(counted.class_counts())) == {0, 16}
    np.testing.assert_allclose(counted.deviation, 0.0, atol=1e-6)
