"""Counties' figures: by hand, adding up to the whole, and against exactextract on real outlines."""

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rioxarray
import shapely
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from numpy.typing import NDArray
from pyproj import CRS

from gis_core.grid import Grid
from gis_core.suitability.figures import CellLayers, shares_of, tally
from gis_core.suitability.kernel.fused import Method, fused_scores, make_recipe
from gis_core.suitability.membership import linear
from gis_core.suitability.model import Criterion, Rule, SuitabilityModel
from gis_core.suitability.result import SuitabilityResult
from gis_core.suitability.run import Surroundings, run_suitability
from gis_core.surfaces.areas import cell_areas_m2
from gis_core.text import Text

METRIC = CRS.from_epsg(4546)
SAY = Text("x", "某")
COUNTIES = Path(__file__).resolve().parents[2] / "data" / "boundaries" / "counties.geojson"


def criterion(name: str, layer: str, *, best: float, worst: float, weight: float) -> Criterion:
    return Criterion(name, SAY, "soil", layer, "value", "u", linear(best, worst), weight, "planner",
                     SAY)  # fmt: skip


def run_over(units: gpd.GeoDataFrame, grid: Grid, a: NDArray, b: NDArray) -> SuitabilityResult:
    model = SuitabilityModel(
        "m", SAY, SAY,
        (criterion("a", "a", best=1, worst=0, weight=3),
         criterion("b", "b", best=1, worst=0, weight=1)),
        (Rule("low", SAY, "a", "value", "planner", SAY, below=0.2),
         Rule("both", SAY, "b", "value", "standard", SAY, above=0.9)),
        (0.8, 0.6, 0.4, 0.2), "hash",
    )  # fmt: skip
    layers = {n: grid.wrap(v.astype(np.float32)) for n, v in (("a", a), ("b", b))}
    return run_suitability(model, layers, grid=grid, surroundings=Surroundings(units=units))


def named(units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    codes = [f"{i:02d}" for i in range(len(units))]
    return units[["geometry"]].assign(code=codes, name_zh=codes, name_en=codes)


def test_a_cut_cell_counts_by_its_share() -> None:
    grid = Grid(METRIC, 500_000.0, 4_000_000.0, 100.0, 1, 3)
    left, bottom, right, top = grid.bounds
    units = named(gpd.GeoDataFrame(geometry=[
        shapely.box(left, bottom, left + 125, top), shapely.box(left + 125, bottom, right, top),
    ], crs=METRIC))  # fmt: skip
    found = run_over(units, grid, np.array([[0.5, 0.9, 0.1]]), np.array([[0.5, 0.5, 0.95]]))
    one, two = found.units
    cell = float(found.units[0].class_area_mu["S3"])  # the first cell, whole
    assert cell == pytest.approx(15, rel=1e-3)
    assert one.class_area_mu["S1"] == pytest.approx(cell / 4, rel=1e-6)
    assert two.class_area_mu["S1"] == pytest.approx(cell * 3 / 4, rel=1e-6)
    assert two.excluded_area_mu == pytest.approx(cell, rel=1e-6)
    assert two.excluded_by_rule == pytest.approx({"low": cell, "both": cell}, rel=1e-6)
    assert one.mean_score == pytest.approx((0.5 + 0.25 * 0.8) / 1.25, rel=1e-6)
    assert [(p.criterion, round(p.share, 6)) for p in one.limiting] == [("a", 0.8), ("b", 0.2)]
    row = found.document()["counties"][0]
    assert row["s1_area_ha"] == pytest.approx(row["s1_area_mu"] / 15)
    assert row["limiting_factors"][0]["area_ha"] == pytest.approx(cell / 15, rel=1e-6)


def test_the_best_land_is_the_largest_piece_of_the_best_class() -> None:
    grid = Grid(METRIC, 500_000.0, 4_000_000.0, 100.0, 4, 6)
    good = np.full(grid.shape, 0.5)
    good[0, 0] = 0.9  # alone
    good[2, 1:4], good[3, 2] = (0.9, 1.0, 0.9), 0.9  # four together
    unit = named(gpd.GeoDataFrame(geometry=[shapely.box(*grid.bounds)], crs=METRIC))
    best = run_over(unit, grid, good, good * 0.85).units[0].best_land
    assert best is not None
    assert best.class_name == "S1"
    assert best.area_mu == pytest.approx(60, rel=1e-3)
    point = gpd.GeoSeries([shapely.Point(best.lon, best.lat)], crs=4326).to_crs(METRIC)[0]
    assert (point.x, point.y) == (
        pytest.approx(500_250, abs=0.1),
        pytest.approx(3_999_750, abs=0.1),
    )
    nowhere = run_over(unit, grid, good * 0, good)
    assert nowhere.units[0].best_land is None
    assert nowhere.units[0].mean_score is None


def test_the_first_of_equal_criteria_limits_and_full_scores_do_not() -> None:
    scores = np.array([[0.5, 1, np.nan, 0.9], [0.5, 1, 0.5, 0.2]], np.float32)
    found = fused_scores(scores, make_recipe([None, None], [1, 1], Method())).limiting
    assert found.tolist() == [1, 0, 2, 2]


def check_against_exactextract(units: gpd.GeoDataFrame, grid: Grid, result: SuitabilityResult
                               ) -> None:  # fmt: skip
    area_mu = cell_areas_m2(grid).to_numpy().astype(np.float64) * 15 / 10_000
    codes, score = result.class_codes.to_numpy(), result.score.to_numpy().astype(np.float64)
    limits = result.limiting.to_numpy()

    def theirs(values: NDArray) -> NDArray[np.float64]:
        source = NumPyRasterSource(values, *(float(b) for b in grid.bounds),
                                   srs_wkt=grid.crs.to_wkt())  # fmt: skip
        shapes = units.to_crs(grid.crs)
        return exact_extract(source, shapes, ["sum"], output="pandas")["sum"].to_numpy()  # type: ignore[no-any-return]

    whole = theirs(area_mu)
    np.testing.assert_allclose([u.area_mu for u in result.units], whole, rtol=1e-6)
    for code, name in ((1, "S1"), (2, "S2"), (3, "S3")):
        ours = [u.class_area_mu[name] for u in result.units]
        np.testing.assert_allclose(ours, theirs(area_mu * (codes == code)), rtol=1e-6, atol=1e-6)
    scored = theirs(area_mu * np.isfinite(score))
    mean = theirs(area_mu * np.nan_to_num(score)) / scored
    np.testing.assert_allclose([u.mean_score for u in result.units], mean, rtol=1e-6)
    held = theirs(area_mu * (np.isfinite(score) & (limits == 1)))
    ours = [next(p.area_mu for p in u.limiting if p.criterion == "a") for u in result.units]
    np.testing.assert_allclose(ours, held, rtol=1e-6)
    for found in result.classes:
        assert found.area_mu == pytest.approx(
            sum(u.class_area_mu[found.class_name] for u in result.units), rel=1e-12
        )
    for i, rule in enumerate(result.excluded):
        units_sum = sum(u.excluded_by_rule.get(rule.rule, 0.0) for u in result.units)
        assert rule.area_mu == pytest.approx(units_sum, rel=1e-12), i


def test_demonstration_counties_equal_exactextract() -> None:
    units = named(gpd.read_file(COUNTIES))
    grid = Grid.over(units, cell_m=2000.0, crs=METRIC)
    random = np.random.default_rng(1)
    result = run_over(units, grid, random.random(grid.shape), random.random(grid.shape))
    check_against_exactextract(units, grid, result)


@pytest.mark.shared_data
def test_spearfish_zones_equal_exactextract(shared_data: Path) -> None:
    folder = shared_data / "spearfish"
    units = named(gpd.read_file(folder / "spearfish_vectors.gpkg", layer="zones"))
    grid = Grid.over(units, cell_m=60.0, crs=CRS.from_epsg(26713))
    dem = rioxarray.open_rasterio(folder / "dem.tif", masked=True).squeeze("band", drop=True)  # type: ignore[union-attr]
    height = dem.sel(x=grid.x_centres(), y=grid.y_centres(), method="nearest").to_numpy()
    dem.close()
    share = (height - np.nanmin(height)) / (np.nanmax(height) - np.nanmin(height))
    result = run_over(units, grid, 1 - share, share)
    assert any(u.no_data_area_mu > 0 for u in result.units)
    check_against_exactextract(units, grid, result)


def test_one_tally_of_all_cells_without_units() -> None:
    grid = Grid(METRIC, 500_000.0, 4_000_000.0, 100.0, 2, 2)
    codes = np.array([[1, 2], [9, 0]], np.uint8)
    cells = CellLayers(
        np.array([[0.9, 0.7], [np.nan, np.nan]], np.float32), codes,
        np.array([[0, 0], [2, 0]], np.uint32), np.array([[1, 2], [0, 0]], np.uint8),
        np.full((2, 2), 15.0, np.float32),
    )  # fmt: skip
    found = tally(shares_of(None, grid), cells, criteria=2, rules=2)
    assert found.by_class[0, [0, 1, 2, 9]].tolist() == [15, 15, 15, 15]
    assert found.by_rule.tolist() == [[0, 15]]
    assert found.by_limiting.tolist() == [[0, 15, 15]]
    assert found.score_area[0] == pytest.approx(15 * 1.6)
    doubled = replace(cells, area_mu=cells.area_mu * 2)
    twice = tally(shares_of(None, grid), doubled, criteria=2, rules=2)
    assert (twice.by_class == 2 * found.by_class).all()
