"""A run keeps what criteria and rules looked at, each once."""

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from gis_core.grid import Grid
from gis_core.suitability.looked_at import criterion_of_rule
from gis_core.suitability.membership import Categorical, linear
from gis_core.suitability.model import Criterion, Rule, SuitabilityModel
from gis_core.suitability.run import run_suitability
from gis_core.text import Text

GRID = Grid(CRS.from_epsg(4546), 500_000.0, 4_000_000.0, 100.0, 2, 3)
SAY = Text("x", "某")


def test_values_in_their_own_unit_and_none_twice() -> None:
    criteria = (
        Criterion("wet", SAY, "soil", "a", "value", "u", linear(10, 0), 1.0, "planner", SAY),
        Criterion("use", SAY, "ecology", "k", "value", "class", Categorical({"7": 1.0}, 0.5), 1.0,
                  "planner", SAY),
    )  # fmt: skip
    rules = (
        Rule("low", SAY, "a", "value", "planner", SAY, below=2),
        Rule("taken", SAY, "k", "value", "local", SAY, classes=("9",)),
        Rule("near", SAY, "p", "distance", "planner", SAY, within_m=120),
        Rule("inside", SAY, "z", "value", "local", SAY, inside=True),
        Rule("gone", SAY, "q", "value", "planner", SAY, above=1, optional=True),
    )
    model = SuitabilityModel("m", SAY, SAY, criteria, rules, (0.8, 0.6, 0.4, 0.2), "hash")
    a = np.array([[1, 5, np.nan], [8, 9, 10]], np.float32)
    k = np.array([[7, 7, 9], [8, 7, 7]], np.uint8)
    point = gpd.GeoDataFrame(geometry=[shapely.Point(500_050, 3_999_950)], crs=GRID.crs)
    area = gpd.GeoDataFrame(geometry=[shapely.box(500_200, 3_999_800, 500_300, 3_999_900)],
                            crs=GRID.crs)  # fmt: skip
    layers = {"a": GRID.wrap(a), "k": GRID.wrap(k), "p": point, "z": area}
    result = run_suitability(model, layers, grid=GRID)
    np.testing.assert_array_equal(result.criterion_values["wet"], a)
    np.testing.assert_array_equal(result.criterion_values["use"], k)
    assert list(result.rule_values) == ["near"]
    np.testing.assert_allclose(result.rule_values["near"].values[0], [0, 100, 200], atol=0.01)
    same = [criterion_of_rule(model, rule, ["wet", "use"]) for rule in rules]
    assert same == ["wet", "use", None, None, None]
    assert criterion_of_rule(model, rules[0], ["use"]) is None
