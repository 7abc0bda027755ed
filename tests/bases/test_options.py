"""Products as options of the same land, and costs."""

import math

import geopandas as gpd
import numpy as np
import pytest
from pyproj import CRS

from gis_core.bases.candidates import CandidateSettings, grow_candidates
from gis_core.bases.options import add_costs, offer_products
from gis_core.bases.rules import ProductLimits, SelectionRules
from gis_core.bases.selection import select_bases
from gis_core.errors import InvalidParameterError
from gis_core.grid import Grid
from tests.bases.squares import candidates_at

GRID = Grid(CRS.from_epsg(4546), 500_000.0, 4_000_000.0, 100.0, 40, 60)
SETTINGS = CandidateSettings(890, 1000, 0.6)  # a whole field of 60 cells


def grown(score: np.ndarray) -> gpd.GeoDataFrame:
    zones = GRID.wrap(np.ones(GRID.shape, np.int32))
    return grow_candidates(GRID.wrap(score), zones=zones, zone_codes={1: "01"}, settings=SETTINGS)


def two_fields() -> dict[str, np.ndarray]:
    """Apple likes both fields, the west more; millet the west one alone, and the east is closed."""
    apple = np.full(GRID.shape, 0.1, np.float32)
    apple[10:16, 5:15], apple[10:16, 40:50] = 0.9, 0.8
    millet = np.full(GRID.shape, 0.1, np.float32)
    millet[10:16, 5:15], millet[10:16, 40:50] = 0.7, np.nan
    return {"apple": apple, "millet": millet}


def test_every_land_is_offered_to_every_product_that_it_suits() -> None:
    scores = two_fields()
    found = offer_products({name: grown(score) for name, score in scores.items()},
                           {name: GRID.wrap(score) for name, score in scores.items()},
                           min_score=0.6)  # fmt: skip
    assert found["base_id"].tolist() == ["01-001-apple", "01-002-apple", "01-001-millet"]
    assert found["mean_score"].tolist() == pytest.approx([0.9, 0.8, 0.7], abs=1e-6)
    assert found["product"].tolist() == ["apple", "apple", "millet"]
    both = SelectionRules(count=2, products={"millet": ProductLimits(1)})
    chosen = select_bases(found, rules=both)
    assert set(chosen.bases["base_id"]) == {"01-002-apple", "01-001-millet"}
    two = select_bases(found, rules=SelectionRules(count=3))  # one land takes one product
    assert two.status == "infeasible"


def test_no_land_for_any_product_and_different_grids() -> None:
    poor = np.full(GRID.shape, 0.1, np.float32)
    none = offer_products({"apple": grown(poor)}, {"apple": GRID.wrap(poor)}, min_score=0.6)
    assert none.empty
    assert "product" in none
    other = Grid(GRID.crs, GRID.min_x, GRID.max_y, 200.0, 20, 30)
    scores = {"apple": GRID.wrap(poor), "millet": other.wrap(poor[:20, :30])}
    with pytest.raises(InvalidParameterError, match="different grids"):
        offer_products({}, scores, min_score=0.6)


def test_costs_by_the_mu_and_by_the_base() -> None:
    frame = candidates_at([(0, 0), (3, 0)], product=["apple", "millet"], area_mu=[10.0, 20.0])
    plain = add_costs(frame, yuan_per_mu=5.0, yuan_per_base=7.0)
    assert plain["cost_yuan"].tolist() == [57.0, 107.0]
    each = add_costs(frame, yuan_per_mu={"apple": 1.0, "millet": 2.0})
    assert each["cost_yuan"].tolist() == [10.0, 40.0]
    with pytest.raises(InvalidParameterError, match="no cost per mu of millet"):
        add_costs(frame, yuan_per_mu={"apple": 1.0})
    with pytest.raises(InvalidParameterError, match="wanted 0 or more"):
        add_costs(frame, yuan_per_mu=-1.0)


@pytest.mark.parametrize(
    "given",
    [{"spacing_m": math.nan}, {"spacing_m": 1e9}, {"tolerance": math.nan}, {"gap": -1.0},
     {"gap": math.nan}, {"time_limit_s": math.nan}, {"max_budget_yuan": math.inf},
     {"min_total_area_mu": math.nan}, {"compactness_weight": 1e308}, {"count": 10**20}],
)  # fmt: skip
def test_a_rule_outside_its_range_is_refused(given: dict[str, float]) -> None:
    with pytest.raises(InvalidParameterError, match=r"is .*; wanted .* to ") as caught:
        SelectionRules(**given)
    assert "应为" in caught.value.text.zh
