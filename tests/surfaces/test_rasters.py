"""Terrain, distance, burning, aligning, sampling, zones: against hand and other programs."""

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS
from rasterio.warp import transform
from scipy import ndimage

from gis_core.errors import (
    CrsMismatchError,
    InvalidLayerError,
    InvalidParameterError,
    MissingCrsError,
)
from gis_core.grid import Grid
from gis_core.surfaces.align import to_grid
from gis_core.surfaces.areas import cell_areas_m2
from gis_core.surfaces.distance import distance_to, distance_to_features
from gis_core.surfaces.rasterise import burn, number_zones
from gis_core.surfaces.sampling import sample
from gis_core.surfaces.terrain import aspect, slope
from gis_core.surfaces.zonal import zonal_statistics
from gis_core.units import geodesic_area_m2

METRIC = CRS.from_epsg(4546)


def grid_of(height: int, width: int, *, cell_m: float = 10.0) -> Grid:
    return Grid(METRIC, 500_000.0, 4_000_000.0, cell_m, height, width)


@pytest.mark.parametrize(
    ("east", "north", "facing"), [(1, 0, 270), (-1, 0, 90), (0, 1, 180), (0, -1, 0), (-1, -1, 45)]
)
def test_a_plane_has_its_slope_and_aspect(east: int, north: int, facing: float) -> None:
    grid = grid_of(5, 6)
    x, y = np.meshgrid(grid.x_centres() - grid.min_x, grid.y_centres() - grid.max_y)
    plane = grid.wrap((0.5 * (east * x + north * y)).astype(np.float32))
    steep = np.degrees(np.arctan(0.5 * np.hypot(east, north)))
    np.testing.assert_allclose(slope(plane)[1:-1, 1:-1], steep, rtol=1e-5)
    np.testing.assert_allclose(aspect(plane)[1:-1, 1:-1], facing, atol=1e-3)
    assert np.isnan(slope(plane)[0]).all()
    assert np.isnan(slope(plane)[:, -1]).all()


def test_flat_ground_has_no_aspect_and_missing_cells_spread_by_one() -> None:
    values = np.full((7, 7), 5.0, np.float32)
    values[3, 3] = np.nan
    level = grid_of(7, 7).wrap(values)
    found = slope(level).values
    assert np.isnan(found[2:5, 2:5]).all()
    assert found[1, 1] == 0
    assert np.isnan(aspect(level)).all()


@pytest.mark.shared_data
def test_the_published_window(shared_data: Path) -> None:
    published = json.loads((shared_data / "reference" / "horn_slope_reference.json").read_text())
    z = np.array(published["elevation"], dtype=np.float32)
    elevation = grid_of(*z.shape, cell_m=published["cell_size"]).wrap(z)
    for found, key in ((slope(elevation), "slope_deg"), (aspect(elevation), "aspect_deg")):
        expected = np.array(published[key], dtype=float)[1:-1, 1:-1]
        inner = found.values[1:-1, 1:-1]
        both = np.isfinite(expected) & np.isfinite(inner)
        assert both.sum() >= 12
        np.testing.assert_allclose(inner[both], expected[both], atol=2e-3)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 30), st.integers(1, 30), st.integers(0, 2**32 - 1), st.floats(0.001, 0.9))
def test_distance_is_exact(height: int, width: int, seed: int, share: float) -> None:
    mask = np.random.default_rng(seed).random((height, width)) < share
    found = distance_to(grid_of(height, width).wrap(mask)).values
    if not mask.any():
        assert np.isinf(found).all()
        return
    np.testing.assert_allclose(found, ndimage.distance_transform_edt(~mask) * 10.0, rtol=1e-6)


def test_lines_touch_and_areas_share_a_border_without_overlap() -> None:
    grid = grid_of(10, 10)
    left, bottom, right, top = grid.bounds
    middle = (left + right) / 2 + 3
    halves = gpd.GeoDataFrame(
        geometry=[shapely.box(left, bottom, middle, top), shapely.box(middle, bottom, right, top)],
        crs=METRIC,
    ).to_crs(4326)
    zones = burn(halves, grid, values=[1, 2], all_touched=False)
    assert zones.values.min() == 1
    assert (zones.values[5] == [1, 1, 1, 1, 1, 2, 2, 2, 2, 2]).all()
    line = gpd.GeoDataFrame(
        geometry=[shapely.LineString([(left, top), (right, bottom)])], crs=METRIC
    )
    assert (np.diag(burn(line, grid).values) == 1).all()
    assert burn(halves.iloc[:0], grid).values.sum() == 0


def test_zones_and_samples_by_hand() -> None:
    grid = grid_of(3, 3)
    values = grid.wrap(np.array([[1, 2, 3], [4, np.nan, 6], [7, 8, 9]], np.float32))
    zones = grid.wrap(np.array([[1, 1, 1], [1, 1, 3], [0, 0, 3]], np.uint8))
    table = zonal_statistics(values, zones)
    assert table.loc[1].to_dict() == {"count": 4, "sum": 10, "min": 1, "max": 4, "mean": 2.5}
    assert table.loc[2, "count"] == 0
    assert np.isnan(table.loc[2, "mean"])
    assert table.loc[3, "mean"] == 7.5
    points = gpd.GeoDataFrame(
        geometry=[shapely.Point(500_005, 3_999_995), shapely.Point(500_029, 3_999_971),
                  shapely.Point(500_015, 3_999_985), shapely.Point(0, 0), None], crs=METRIC,
    ).to_crs(4326)  # fmt: skip
    np.testing.assert_array_equal(sample(values, points), [1, 9, np.nan, np.nan, np.nan])
    with pytest.raises(InvalidParameterError, match="another grid"):
        zonal_statistics(values, grid_of(3, 4).wrap(np.zeros((3, 4))))


def degrees_raster(values: np.ndarray) -> xr.DataArray:
    """A raster in degrees around 111 °E, 36 °N, cells of 0.001°."""
    height, width = values.shape
    y = 36.1 - (np.arange(height) + 0.5) * 0.001
    x = 110.9 + (np.arange(width) + 0.5) * 0.001
    return xr.DataArray(values, dims=("y", "x"), coords={"y": y, "x": x}).rio.write_crs(4326)


def test_a_raster_in_degrees_lands_where_it_lies() -> None:
    source = degrees_raster(np.tile(np.arange(200, dtype=np.float32), (200, 1)))
    grid = Grid.covering((493_000, 3_976_000, 507_000, 3_994_000), crs=METRIC, cell_m=50)
    aligned = to_grid(source, grid, categorical=False)
    x, y = grid.x_centres()[100], grid.y_centres()[100]
    (lon,), _ = transform(METRIC, "EPSG:4326", [x], [y])
    assert aligned.values[100, 100] == pytest.approx((lon - 110.9) / 0.001 - 0.5, abs=0.02)
    outside = Grid.covering((600_000, 3_976_000, 610_000, 3_994_000), crs=METRIC, cell_m=500)
    assert np.isnan(to_grid(source, outside, categorical=False)).all()


def test_classes_stay_classes_and_means_are_taken_when_coarsening() -> None:
    rng = np.random.default_rng(3)
    classes = degrees_raster(rng.choice([1, 7], (200, 200)).astype(np.uint8))
    classes = classes.rio.write_nodata(0)
    classes[:100] = 0
    grid = Grid.covering((494_000, 3_978_000, 506_000, 3_993_000), crs=METRIC, cell_m=500)
    aligned = to_grid(classes, grid, categorical=True).values
    assert set(np.unique(aligned[np.isfinite(aligned)])) == {1.0, 7.0}
    assert np.isnan(aligned[0]).all()
    noise = degrees_raster(rng.normal(100, 10, (200, 200)).astype(np.float32))
    coarse = to_grid(noise, grid, categorical=False).values
    assert np.nanstd(coarse) < 4
    assert np.nanmean(coarse) == pytest.approx(100, abs=0.5)


def test_the_same_grid_is_not_resampled() -> None:
    grid = grid_of(20, 30)
    values = np.random.default_rng(1).random(grid.shape).astype(np.float32)
    np.testing.assert_array_equal(to_grid(grid.wrap(values), grid, categorical=False), values)


def test_slope_needs_square_cells_in_metres() -> None:
    degrees = degrees_raster(np.zeros((5, 5), np.float32))
    for measure in (slope, aspect):
        with pytest.raises(CrsMismatchError, match="analysis grid"):
            measure(degrees)
    oblong = degrees.assign_coords(y=36.1 - np.arange(5) * 0.002)
    with pytest.raises(InvalidParameterError, match=r"0\.001 by 0\.002"):
        slope(oblong)
    bare = xr.DataArray(np.zeros((5, 5)), dims=("y", "x"), name="elevation")
    with pytest.raises(MissingCrsError, match="elevation"):
        slope(bare)
    with pytest.raises(CrsMismatchError, match="Distance"):
        distance_to(degrees.astype(bool))


def test_aspect_stays_below_a_full_turn() -> None:
    grid = grid_of(3, 3, cell_m=1.0)
    south = np.repeat(np.array([[0.0], [1000.0], [2000.0]], np.float32), 3, axis=1)
    south[:, 0] -= 1e-4  # faces north, a rounding west of it
    assert 0 <= aspect(grid.wrap(south)).values[1, 1] < 360


def test_a_road_outside_the_grid_is_near_up_to_the_reach() -> None:
    grid = grid_of(20, 30)
    west = grid.min_x - 95.0
    road = gpd.GeoDataFrame(
        geometry=[shapely.LineString([(west, 0.0), (west, 9_000_000.0)])], crs=METRIC
    )
    found = distance_to_features(road, grid, reach_m=200.0).values
    np.testing.assert_allclose(found, np.tile(100.0 + 10.0 * np.arange(30), (20, 1)))
    assert np.isinf(distance_to_features(road, grid, reach_m=50.0)).all()
    assert np.isinf(distance_to_features(road, grid)).all()
    assert np.isinf(distance_to_features(road.iloc[:0], grid, reach_m=50.0)).all()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 400))
def test_distance_near_the_border_is_that_of_a_wider_grid(seed: int, reach: int) -> None:
    rng = np.random.default_rng(seed)
    grid, wide = grid_of(12, 15), Grid(METRIC, 499_500.0, 4_000_500.0, 10.0, 112, 115)
    places = rng.uniform([499_500, 3_999_380], [500_650, 4_000_500], (4, 2))
    points = gpd.GeoDataFrame(geometry=shapely.points(places), crs=METRIC)
    found = distance_to_features(points, grid, reach_m=float(reach)).values
    whole = distance_to(burn(points, wide).astype(bool)).values[50:62, 50:65]
    assert (found >= whole - 1e-3).all()
    near = whole <= reach
    np.testing.assert_allclose(found[near], whole[near], rtol=1e-6)


def test_bilinear_sampling_follows_a_plane_and_keeps_to_what_counts() -> None:
    grid = grid_of(6, 8)
    x, y = np.meshgrid(grid.x_centres() - grid.min_x, grid.max_y - grid.y_centres())
    plane = (2 * x + 3 * y).astype(np.float32)
    plane[5, 7] = np.nan
    places = gpd.GeoDataFrame(
        geometry=[shapely.Point(500_013, 3_999_977), shapely.Point(500_065, 3_999_945),
                  shapely.Point(500_067, 3_999_947), shapely.Point(500_001, 3_999_999),
                  shapely.Point(500_081, 3_999_977), None],
        crs=METRIC,
    )  # fmt: skip
    found = sample(grid.wrap(plane), places, method="bilinear")
    np.testing.assert_allclose(found, [95, 295, np.nan, 25, np.nan, np.nan], rtol=1e-5)


def test_only_points_with_a_place_are_sampled() -> None:
    surface = grid_of(3, 3).wrap(np.zeros((3, 3), np.float32))
    areas = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)], crs=METRIC)
    with pytest.raises(InvalidLayerError, match="Only points"):
        sample(surface, areas)
    with pytest.raises(MissingCrsError, match="points have no CRS"):
        sample(surface, areas.centroid.to_frame("geometry").set_crs(None, allow_override=True))
    with pytest.raises(InvalidParameterError, match="cubic"):
        sample(surface, areas, method="cubic")  # type: ignore[arg-type]


def test_cells_have_the_area_of_their_outlines_on_the_ellipsoid() -> None:
    grid = Grid(METRIC, 380_000.0, 4_100_000.0, 5000.0, 40, 48)
    areas = cell_areas_m2(grid).values
    for row, col in ((0, 0), (20, 24), (39, 47), (7, 30)):
        left, top = grid.min_x + col * 5000, grid.max_y - row * 5000
        outline = shapely.segmentize(shapely.box(left, top - 5000, left + 5000, top), 250)
        exact = geodesic_area_m2(gpd.GeoSeries([outline], crs=METRIC))[0]
        assert areas[row, col] == pytest.approx(exact, rel=3e-7)
    assert cell_areas_m2(grid_of(1, 1)).shape == (1, 1)


def test_zones_are_numbered_in_the_order_of_their_rows() -> None:
    grid = grid_of(2, 4)
    left, bottom, _, top = grid.bounds
    units = gpd.GeoDataFrame(
        {"code": ["b", "a"]},
        geometry=[
            shapely.box(left, bottom, left + 14, top),  # past the border, short of the next centre
            shapely.box(left + 14, bottom, left + 30, top),
        ],
        crs=METRIC,
    )
    zones, codes = number_zones(units.to_crs(4326), grid)
    assert zones.values.tolist() == [[1, 2, 2, 0]] * 2
    assert codes == {1: "b", 2: "a"}
