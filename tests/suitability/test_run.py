"""Runs over small grids with answers known by hand, and properties that must hold."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Geod, Transformer

from gis_core.errors import InvalidCriterionError, InvalidModelError, NotFoundError
from gis_core.grid import Grid
from gis_core.suitability.membership import Categorical, Gaussian, Sigmoid, linear, piecewise
from gis_core.suitability.model import Criterion, Rule, SuitabilityModel
from gis_core.suitability.run import Surroundings, run_suitability
from gis_core.surfaces.areas import cell_areas_m2
from gis_core.text import Text

METRIC = CRS.from_epsg(4546)
GRID = Grid(METRIC, 500_000.0, 4_000_000.0, 100.0, 4, 5)
SAY = Text("x", "某")


def criterion(name: str, *, best: float = 10, worst: float = 0, weight: float = 1.0) -> Criterion:
    return Criterion(name, SAY, "soil", name, "value", "u", linear(best, worst), weight, "planner",
                     SAY)  # fmt: skip


def model_of(*criteria: Criterion, rules: tuple[Rule, ...] = ()) -> SuitabilityModel:
    return SuitabilityModel("m", SAY, SAY, criteria, rules, (0.8, 0.6, 0.4, 0.2), "hash")


def layer(values: object, grid: Grid = GRID) -> xr.DataArray:
    return grid.wrap(np.broadcast_to(np.asarray(values, np.float32), grid.shape).copy())


def test_a_weighted_sum_by_hand() -> None:
    model = model_of(criterion("a", weight=3), criterion("b", best=0, worst=10, weight=1))
    result = run_suitability(model, {"a": layer(8), "b": layer(4)}, grid=GRID)
    np.testing.assert_allclose(result.score, 0.75 * 0.8 + 0.25 * 0.6, rtol=1e-6)
    assert (result.class_codes == 2).all()
    assert result.classes[1].cells == 20
    assert result.classes[1].share == 1
    assert [c.weight for c in result.criteria] == [0.75, 0.25]


def test_classes_begin_at_their_limits() -> None:
    values = np.array([[8, 7.99, 6, 5, 4], [3, 2, 1.9, 0, 10]] * 2)
    result = run_suitability(model_of(criterion("a")), {"a": layer(values)}, grid=GRID)
    assert result.class_codes.values[:2].tolist() == [[1, 2, 2, 3, 3], [4, 4, 5, 5, 1]]


def test_rules_exclude_and_each_cell_knows_all_it_fails() -> None:
    point = gpd.GeoDataFrame(geometry=[shapely.Point(500_050, 3_999_950)], crs=METRIC).to_crs(4326)
    rules = (
        Rule("high", SAY, "a", "value", "planner", SAY, above=9),
        Rule("near", SAY, "p", "distance", "planner", SAY, within_m=150),
        Rule("kind", SAY, "k", "value", "planner", SAY, classes=("forest", "7")),
    )
    values = np.full(GRID.shape, 5.0)
    values[0, 0] = 9.5
    kinds = GRID.wrap(np.full(GRID.shape, 1, np.uint8))
    kinds[3, 4], kinds[3, 3] = 2, 7
    around = Surroundings(legends={"k": {1: Text("field", "田"), 2: Text("forest", "林")}})
    result = run_suitability(
        model_of(criterion("a"), rules=rules), {"a": layer(values), "p": point, "k": kinds},
        grid=GRID, surroundings=around,
    )  # fmt: skip
    failed = result.failed_rules.values
    assert failed[0, 0] == 0b011
    assert failed[0, 1] == failed[1, 0] == failed[1, 1] == 0b010
    assert failed[3, 4] == failed[3, 3] == 0b100
    assert failed[2, 2] == 0
    assert np.isnan(result.score.values[failed > 0]).all()
    assert (result.class_codes.values[failed > 0] == 9).all()
    assert [e.cells for e in result.excluded] == [1, 4, 2]


def test_missing_data_and_missing_layers() -> None:
    values = np.full(GRID.shape, 5.0)
    values[1, 1] = np.nan
    optional = replace(criterion("b", weight=9), optional=True)
    result = run_suitability(model_of(criterion("a"), optional), {"a": layer(values)}, grid=GRID)
    assert np.isnan(result.score.values[1, 1])
    assert result.class_codes.values[1, 1] == 0
    assert result.criteria[0].weight == 1
    assert "normalised again" in result.remarks[0].reason.en
    with pytest.raises(NotFoundError, match="upland import raster b FILE"):
        run_suitability(model_of(criterion("a"), criterion("b")), {"a": layer(5)}, grid=GRID)
    with pytest.raises(InvalidModelError, match="vectors give distance"):
        run_suitability(
            model_of(replace(criterion("a"), derive="distance")), {"a": layer(5)}, grid=GRID
        )


def test_weights_must_fit_the_criteria() -> None:
    model = model_of(criterion("a"), criterion("b"))
    layers = {"a": layer(5), "b": layer(6)}
    with pytest.raises(InvalidCriterionError, match="named c; without a weight are b"):
        run_suitability(model, layers, grid=GRID, weights={"a": 1.0, "c": 2.0})


def test_a_gap_counts_only_where_the_criterion_does_and_is_said() -> None:
    gaps = np.full(GRID.shape, 4.0)
    gaps[0, :2] = np.nan
    model = model_of(criterion("a"), replace(criterion("b"), title=Text("Soil", "土壤")))
    layers = {"a": layer(8), "b": layer(gaps)}
    without = run_suitability(model, layers, grid=GRID, weights={"a": 1.0, "b": 0.0})
    np.testing.assert_allclose(without.score, 0.8, rtol=1e-6)
    result = run_suitability(model, layers, grid=GRID)
    assert np.isnan(result.score.values).sum() == 2
    (note,) = result.remarks
    assert "'Soil' has no data on 10.0% of the area" in note.reason.en


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=15), st.sampled_from([0.2, 0.4, 0.6, 0.8]))
def test_equal_scores_at_a_limit_reach_its_class(weights: list[float], limit: float) -> None:
    model = model_of(*(criterion(f"c{i}", weight=w) for i, w in enumerate(weights)))
    layers = {f"c{i}": layer(10 * limit) for i in range(len(weights))}
    codes = run_suitability(model, layers, grid=GRID).class_codes.values
    assert (codes == {0.8: 1, 0.6: 2, 0.4: 3, 0.2: 4}[limit]).all()


def test_heights_in_whole_metres_are_no_classes() -> None:
    grid = Grid(METRIC, 500_000.0, 4_000_000.0, 30.0, 40, 40)
    source = Grid(METRIC, 499_900.0, 4_000_100.0, 20.0, 90, 90)
    east = np.tile(source.x_centres() - 500_000.0, (90, 1))
    heights = source.wrap(np.round(1000 + 2 * east).astype(np.int16), name="elevation")
    steep = replace(criterion("elevation", best=0, worst=90), derive="slope")
    score = run_suitability(model_of(steep), {"elevation": heights}, grid=grid).score.values
    np.testing.assert_allclose(90 * (1 - score[1:-1, 1:-1]), np.degrees(np.arctan(2)), atol=0.01)


def test_what_lies_just_outside_counts_for_distance() -> None:
    source = gpd.GeoDataFrame(geometry=[shapely.Point(499_750, 3_999_950)], crs=METRIC)
    rule = Rule("near", SAY, "p", "distance", "planner", SAY, within_m=450)
    away = replace(criterion("p", best=1000, worst=0), derive="distance")
    result = run_suitability(
        model_of(away, rules=(rule,)), {"p": source.to_crs(4326)}, grid=GRID
    )  # fmt: skip
    np.testing.assert_allclose(result.criterion_scores["p"].values[0], [0.3, 0.4, 0.5, 0.6, 0.7],
                               rtol=1e-5)  # fmt: skip
    assert result.failed_rules.values[0].tolist() == [1, 1, 0, 0, 0]


def test_level_land_has_the_score_it_is_given() -> None:
    values = np.full((9, 9), 5.0, np.float32)
    values[:, 5:] += 100 * np.arange(4, dtype=np.float32)  # rises to the east: faces west
    grid = Grid(METRIC, 500_000.0, 4_000_000.0, 100.0, 9, 9)
    facing = replace(
        criterion("a"), derive="aspect", flat=0.75,
        membership=piecewise([(0, 0.0), (180, 1.0), (360, 0.0)]),
    )  # fmt: skip
    score = run_suitability(model_of(facing), {"a": layer(values, grid)}, grid=grid).score.values
    assert score[4, 2] == 0.75
    assert score[4, 6] == pytest.approx(0.5, abs=1e-3)
    assert np.isfinite(score).all()  # the border of the grid too


def test_classes_that_model_and_map_do_not_share_are_said() -> None:
    cover = GRID.wrap(np.full(GRID.shape, 1, np.uint8))
    cover[0, 0], cover[0, 1] = 2, 3
    legend = {1: Text("Grasslands", "草地"), 2: Text("Urban", "城镇"), 4: Text("Sand", "沙地")}
    use = replace(
        criterion("k"), title=Text("Cover", "土地覆被"),
        membership=Categorical({"grasslands ": 0.8, "沙地": 0.1, "field": 1.0}, 0.25),
    )  # fmt: skip
    rule = Rule(
        "town", Text("Towns", "城镇"), "k", "value", "local", SAY, classes=("URBAN", "city")
    )
    result = run_suitability(
        model_of(use, rules=(rule,)), {"k": cover}, grid=GRID,
        surroundings=Surroundings(legends={"k": legend}),
    )  # fmt: skip
    assert result.score.values[0, 1] == 0.25
    assert result.score.values[1, 1] == pytest.approx(0.8)
    assert result.failed_rules.values[0, 0] == 1
    assert [r.reason.en for r in result.remarks] == [
        "Criterion 'Cover' does not name the classes Urban, 3; they got the score of all others, "
        "0.25.",
        "'Cover' names field, but the layer 'k' has no such class; it has Grasslands, Urban, 3, "
        "Sand.",
        "'Towns' names city, but the layer 'k' has no such class; it has Grasslands, Urban, 3, "
        "Sand.",
    ]


@pytest.mark.parametrize("weights", [{"a": float("nan")}, {"a": -1.0}, {"a": 0.0}, {"a": np.inf}])
def test_bad_weights_are_refused_never_mapped(weights: dict[str, float]) -> None:
    with pytest.raises(InvalidCriterionError, match="'a'|of a "):
        run_suitability(model_of(criterion("a")), {"a": layer(5)}, grid=GRID, weights=weights)


def test_units_bound_the_area_and_get_their_figures() -> None:
    left, bottom, right, top = GRID.bounds
    units = gpd.GeoDataFrame(
        {"code": ["01", "02"], "name_zh": ["甲", "乙"], "name_en": ["A", ""]},
        geometry=[shapely.box(left, bottom, left + 200, top),
                  shapely.box(left + 200, bottom, left + 400, top)], crs=METRIC,
    )  # fmt: skip
    values = np.tile([10, 8, 0, 2, 5], (4, 1))
    result = run_suitability(
        model_of(criterion("a")), {"a": layer(values)}, grid=GRID,
        surroundings=Surroundings(units=units.to_crs(4326)),
    )  # fmt: skip
    assert (result.class_codes.values[:, 4] == 0).all()
    first, second = result.units
    assert first.mean_score == pytest.approx(0.9, abs=1e-6)
    assert second.mean_score == pytest.approx(0.1, abs=1e-6)
    assert second.name.en == "乙"  # no English name: the Chinese one, not the code
    assert first.class_area_mu["S1"] == pytest.approx(8 * 15, rel=1e-3)
    assert result.document()["counties"][0]["s1_area_mu"] == first.class_area_mu["S1"]


def test_cell_areas_are_those_on_the_ellipsoid() -> None:
    grid = Grid(METRIC, 400_000.0, 4_050_000.0, 1000.0, 100, 200)
    areas = cell_areas_m2(grid).to_numpy()
    back = Transformer.from_crs(METRIC, 4490, always_xy=True)
    for row, col in ((0, 0), (50, 100), (99, 199)):
        x = grid.min_x + col * 1000 + np.array([0, 1000, 1000, 0])
        y = grid.max_y - row * 1000 - np.array([0, 0, 1000, 1000])
        exact = abs(Geod(ellps="GRS80").polygon_area_perimeter(*back.transform(x, y))[0])
        assert areas[row, col] == pytest.approx(exact, rel=2e-6)


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    better=st.floats(0, 5),
    scale=st.floats(0.01, 100),
    shift=st.integers(-50, 50),
)
def test_properties(seed: int, better: float, scale: float, shift: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = (rng.uniform(-2, 12, GRID.shape) for _ in range(2))
    a[rng.random(GRID.shape) < 0.1] = np.nan
    model = model_of(criterion("a", weight=2), criterion("b", weight=1))
    plain = run_suitability(model, {"a": layer(a), "b": layer(b)}, grid=GRID)
    assert (np.isnan(plain.score.values) == np.isnan(a)).all()
    raised = run_suitability(model, {"a": layer(a), "b": layer(b + better)}, grid=GRID)
    assert not (raised.score.values < plain.score.values - 1e-6).any()
    scaled = {"a": 2 * scale, "b": scale}
    again = run_suitability(model, {"a": layer(a), "b": layer(b)}, grid=GRID, weights=scaled)
    np.testing.assert_allclose(again.score, plain.score, rtol=1e-5)
    moved = replace(GRID, min_x=GRID.min_x + shift * 100)
    there = run_suitability(model, {"a": layer(a, moved), "b": layer(b, moved)}, grid=moved)
    np.testing.assert_array_equal(there.score.values, plain.score.values)


def test_memberships_by_hand() -> None:
    x = np.array([-1, 0, 5, 10, 20, np.nan, np.inf], np.float32)
    np.testing.assert_allclose(linear(10, 0).score(x), [0, 0, 0.5, 1, 1, np.nan, 1])
    np.testing.assert_allclose(linear(0, 10).score(x), [1, 1, 0.5, 0, 0, np.nan, 0])
    hat = piecewise([(0, 0), (5, 1), (10, 0)])
    np.testing.assert_allclose(hat.score(x), [0, 0, 1, 0, 0, np.nan, 0])
    assert Sigmoid(5, 2).score(np.array([5], np.float32)) == 0.5
    assert Sigmoid(5, -2).score(np.array([100], np.float32)) < 1e-6
    assert Gaussian(5, 2).score(np.array([7], np.float32)) == pytest.approx(np.exp(-0.5))
    kinds = Categorical({"field": 1.0, "林": 0.5, "9": 0.25}, 0.0)
    names = {1: ("field", "田"), 2: ("forest", "林")}
    values = np.array([1, 2, 9, 4, np.nan], np.float32)
    np.testing.assert_allclose(kinds.score_values(values, names), [1, 0.5, 0.25, 0, np.nan])
