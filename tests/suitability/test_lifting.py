"""What improvements alone would lift: by hand, and cell by cell against the cheapest works."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import CRS

from gis_core.grid import Grid
from gis_core.suitability.figures import shares_of
from gis_core.suitability.improve import Place, best_score
from gis_core.suitability.lifting import LiftedArea, lifted_areas
from gis_core.suitability.membership import Gaussian, Membership, linear, piecewise
from gis_core.suitability.model import (
    Combination,
    Criterion,
    Direction,
    Improvement,
    Rule,
    SuitabilityModel,
)
from gis_core.text import Text

GRID = Grid(CRS.from_epsg(4546), 500_000.0, 4_000_000.0, 100.0, 3, 40)
SAY = Text("x", "某")
LIMITS = (0.8, 0.6, 0.4, 0.2)


def model_of(membership: Membership, *, limit: float, rules: tuple[Rule, ...] = (),
             combination: Combination | None = None, only: Direction | None = None,
             ) -> SuitabilityModel:  # fmt: skip
    works = Improvement(SAY, 30.0, 2.0, limit, "planner", SAY, only)
    criterion = Criterion("a", SAY, "soil", "a", "value", "u", membership, 1.0, "planner", SAY,
                          improvement=works)  # fmt: skip
    return SuitabilityModel("m", SAY, SAY, (criterion,), rules, LIMITS, "hash",
                            combination=combination or Combination())  # fmt: skip


def lifted(model: SuitabilityModel, values: np.ndarray, units: gpd.GeoDataFrame | None = None
           ) -> list[tuple[LiftedArea, ...]]:  # fmt: skip
    values = np.broadcast_to(values.astype(np.float32), GRID.shape).copy()
    score = model.criteria[0].membership.score(values)  # type: ignore[union-attr]
    return lifted_areas(
        model, {"a": 1.0}, {"a": values}, score=score, shares=shares_of(units, GRID),
        area_mu=np.full(GRID.shape, 15.0, np.float32),
    )  # fmt: skip


def test_area_and_cost_by_hand_in_two_units() -> None:
    left, bottom, right, top = GRID.bounds
    units = gpd.GeoDataFrame(geometry=[shapely.box(left, bottom, left + 150, top),
                                       shapely.box(left + 150, bottom, right, top)],
                             crs=GRID.crs)  # fmt: skip
    values = np.full(40, np.nan)
    values[:4] = [3, 5, 7, 5.5]  # to 6 at most: N1 to S2, S3 to S2, kept, S3 to S2
    first, second = lifted(model_of(linear(10, 0), limit=6), values, units)
    assert first[0].area_mu == pytest.approx(15 * 3 * 1.5)
    assert first[0].cost_yuan_per_mu == pytest.approx((15 * 3 + 15 * 1 * 0.5) / 1.5, rel=1e-5)
    assert second[0].area_mu == pytest.approx(15 * 3 * 1.5)
    assert first[0].row()["area_ha"] == pytest.approx(first[0].area_mu / 15)


@pytest.mark.parametrize("only", [None, "raise", "lower"])
@pytest.mark.parametrize(
    ("membership", "limit"),
    [
        (piecewise([(1, 0.1), (3, 0.9), (5, 0.3), (9, 1.0)]), 8.0),
        (piecewise([(1, 0.1), (3, 0.9), (5, 0.3), (9, 1.0)]), 2.0),
        (Gaussian(4, 1.5), 9.0),
        (linear(2, 8), 0.0),
    ],
)
def test_it_agrees_with_the_best_of_each_cell(
    membership: Membership, limit: float, only: Direction | None
) -> None:
    rule = Rule("r", SAY, "a", "value", "planner", SAY, above=7.5)
    model = model_of(membership, limit=limit, rules=(rule,), only=only)
    values = np.linspace(0.1, 9.9, 40)
    now = membership.score(values.astype(np.float32))  # type: ignore[union-attr]
    rises = 0
    for value, score in zip(values, now, strict=True):
        best = best_score(model, Place({"a": 1.0}, {"a": value}, {"a": float(score)}))
        assert best is not None
        below = [sum(s + 1e-6 < limit for limit in LIMITS) for s in (float(score), best)]
        rises += below[1] < below[0]
    area = sum(part.area_mu for part in lifted(model, values)[0])
    assert area == pytest.approx(rises * 3 * 15)
    assert rises > 0 or only is not None


def test_land_on_the_far_side_of_the_works_is_not_counted() -> None:
    values = np.full(40, np.nan)
    values[:3] = [5.5, 8.5, 8.6]  # sour and alkaline soil: 0.5 and, to 7.5, 1
    ph = piecewise([(5, 0), (6, 1), (8, 1), (9, 0)])
    for only, cells in (("lower", 2), ("raise", 1), (None, 3)):
        (found,) = lifted(model_of(ph, limit=7.5, only=only), values)  # type: ignore[arg-type]
        assert found[0].area_mu == pytest.approx(15 * 3 * cells)
        if only == "lower":
            assert found[0].cost_yuan_per_mu == pytest.approx((0.5 + 0.6) / 2 * 15, rel=1e-4)


def test_other_combinations_give_nothing() -> None:
    model = model_of(linear(10, 0), limit=9, combination=Combination("topsis"))
    assert lifted(model, np.full(40, 3.0)) == [()]
