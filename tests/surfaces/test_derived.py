"""Ruggedness, wetness, density and means around a cell: by hand, by GDAL, and by plain windows."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rioxarray
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS

from gis_core.errors import CrsMismatchError, InvalidLayerError, InvalidParameterError
from gis_core.grid import Grid
from gis_core.surfaces.density import density
from gis_core.surfaces.focal import focal_mean, focal_mean_of, window_margin
from gis_core.surfaces.terrain import aspect, continued, ruggedness, slope
from gis_core.surfaces.wetness import drained_cells, wetness
from gis_core.surfaces.windows import LOCAL, derived, margin_cells

METRIC = CRS.from_epsg(4546)
HEIGHTS = [[812, 820, 815, 801, 790], [830, 844, 838, 812, 795],
           [828, 861, 870, 840, 803], [815, 850, 866, 858, 820]]  # fmt: skip


def grid_of(height: int, width: int, *, cell_m: float = 10.0) -> Grid:
    return Grid(METRIC, 500_000.0, 4_000_000.0, cell_m, height, width)


def test_ruggedness_slope_and_aspect_are_those_of_gdal() -> None:
    """GDAL 3.6.2 on `HEIGHTS` with cells of 30 m, inner cells only.

    gdaldem TRI -alg Riley; gdaldem slope; gdaldem aspect.
    """
    hills = grid_of(4, 5, cell_m=30.0).wrap(np.array(HEIGHTS, np.float32))
    for measure, expected in (
        (ruggedness, [[62.401924, 67.01492, 76.210236], [72.187256, 81.27115, 80.51087]]),
        (slope, [[34.46179, 42.066387, 43.80815], [31.168497, 27.80607, 47.941063]]),
        (aspect, [[338.26318, 28.694904, 50.64055], [279.9165, 31.429565, 56.967102]]),
    ):
        found = measure(hills).values
        np.testing.assert_allclose(found[1:-1, 1:-1], expected, rtol=1e-5)
        assert np.isnan(found[[0, -1]]).all()


def test_ruggedness_by_hand() -> None:
    z = np.zeros((3, 3), np.float32)
    z[1, 1] = 2.0  # eight neighbours, each 2 m lower
    assert ruggedness(grid_of(3, 3).wrap(z)).values[1, 1] == pytest.approx(np.sqrt(8 * 4))
    z[0, 2] = np.nan
    assert np.isnan(ruggedness(grid_of(3, 3).wrap(z))).all()


def test_a_plane_goes_on_beyond_its_border() -> None:
    rows, cols = np.mgrid[0:8, 0:9].astype(np.float32)
    plane = 3 * rows - 2 * cols
    wide = np.pad(plane[1:-1, 1:-1], 1, constant_values=np.nan)
    np.testing.assert_allclose(continued(wide), plane)
    kept = continued(wide, bottom=False)
    np.testing.assert_allclose(kept[:-1], plane[:-1])
    assert np.isnan(kept[-1, 1:-1]).all()
    wide[3, 2] = np.nan  # the second cell in: the row goes on level
    assert continued(wide)[3, 0] == wide[3, 1]


@pytest.mark.parametrize("derive", LOCAL)
def test_bands_of_rows_equal_the_whole(derive: str) -> None:
    z = np.random.default_rng(2).normal(0, 20, (41, 43)).astype(np.float32)
    z[30:, 20:] = np.nan
    margin = margin_cells(derive, cell_m=30.0, radius_m=70.0)
    wide = np.pad(z, margin, constant_values=np.nan)
    whole = derived(derive, wide, cell_m=30.0, radius_m=70.0)
    assert whole.shape == z.shape
    for start, stop in ((0, 1), (0, 20), (20, 21), (31, 41)):
        band = derived(derive, wide[start : stop + 2 * margin], cell_m=30.0, radius_m=70.0,
                       ends=(start == 0, stop == 41))  # fmt: skip
        np.testing.assert_array_equal(band, whole[start:stop])


def plain_mean(values: np.ndarray, radius: float) -> np.ndarray:
    """Mean within a circle, cell by cell."""
    rows, cols = np.indices(values.shape)
    out = np.full(values.shape, np.nan)
    for row, col in np.ndindex(values.shape):
        near = (rows - row) ** 2 + (cols - col) ** 2 <= radius**2
        if np.isfinite(values[row, col]):
            out[row, col] = np.nanmean(values[near])
    return out


@settings(max_examples=25)
@given(st.integers(1, 14), st.integers(1, 14), st.integers(3, 90), st.integers(0, 2**32 - 1))
def test_the_mean_around_is_that_of_a_plain_window(
    height: int, width: int, tenths: int, seed: int
) -> None:
    radius = tenths / 10 + 0.05  # no cell lies on the circle, where rounding would decide
    rng = np.random.default_rng(seed)
    values = rng.normal(100, 30, (height, width)).astype(np.float32)
    values[rng.random(values.shape) < 0.2] = np.nan
    found = focal_mean(grid_of(height, width).wrap(values), radius_m=radius * 10.0).values
    np.testing.assert_allclose(found, plain_mean(values, radius), rtol=1e-5)


def test_the_mean_around_does_not_depend_on_bands_and_fills_gaps_if_asked() -> None:
    values = np.random.default_rng(5).normal(0, 1, (40, 30)).astype(np.float32)
    values[20, 10] = np.nan
    whole = focal_mean_of(values, 45.0, cell_m=10.0)
    margin = window_margin(45.0, cell_m=10.0)
    assert margin == 4
    band = focal_mean_of(values[7 : 7 + 5 + 8], 45.0, cell_m=10.0)
    np.testing.assert_array_equal(band, whole[7:12])
    assert np.isnan(whole[16, 6])
    assert np.isfinite(focal_mean_of(values, 45.0, cell_m=10.0, gaps=False)).all()
    for radius_m in (0.0, -5.0, np.nan, np.inf):
        with pytest.raises(InvalidParameterError, match="above 0"):
            focal_mean(grid_of(40, 30).wrap(values), radius_m=radius_m)


def test_points_lines_and_areas_per_square_kilometre() -> None:
    grid = grid_of(100, 100)  # a square kilometre
    x, y = grid.x_centres()[50], grid.y_centres()[50]
    points = gpd.GeoDataFrame(geometry=[shapely.Point(x, y)] * 3, crs=METRIC)
    found = density(points, grid, radius_m=25.0).values
    cells = 21  # centres within 2.5 cells
    assert found[50, 50] == found[48, 51] == pytest.approx(3 / (cells * 1e-4))
    assert found[50, 53] == 0
    assert found.sum() == pytest.approx(cells * found[50, 50], rel=1e-6)
    line = shapely.LineString([(grid.min_x, y + 1.0), (grid.min_x + 1000, y + 1.0)])
    roads = gpd.GeoDataFrame(geometry=[line], crs=METRIC)
    assert density(roads, grid, radius_m=25.0).values[50, 50] == pytest.approx(
        5 * 0.01 / (cells * 1e-4), rel=1e-6
    )
    half = gpd.GeoDataFrame(
        geometry=[shapely.box(x, *grid.bounds[1:]), shapely.box(x, y, x + 100, y + 100)], crs=METRIC
    )
    assert density(half, grid, radius_m=25.0).values[10, 50] == pytest.approx(0.5, rel=1e-6)
    assert density(half, grid, radius_m=25.0).values[50, 60] == pytest.approx(1.0)


def test_density_is_whole_at_the_border_and_counts_what_lies_beyond() -> None:
    grid = grid_of(30, 30)
    everywhere = gpd.GeoDataFrame(geometry=[shapely.box(*grid.bounds)], crs=METRIC)
    np.testing.assert_allclose(density(everywhere, grid, radius_m=80.0).values, 1.0, rtol=1e-6)
    wide = Grid(METRIC, 499_900.0, 4_000_100.0, 10.0, 50, 50)
    rng = np.random.default_rng(7)
    xs, ys = rng.uniform(499_900, 500_400, 40), rng.uniform(3_999_600, 4_000_100, 40)
    corners = ([499_901.0, 500_399.0], [3_999_601.0, 4_000_099.0])
    points = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy([*xs, *corners[0]], [*ys, *corners[1]]), crs=METRIC
    )
    whole = density(points, wide, radius_m=80.0).values[10:40, 10:40]
    np.testing.assert_allclose(density(points, grid, radius_m=80.0).values, whole, rtol=1e-6)
    mixed = gpd.GeoDataFrame(geometry=[points.geometry[0], shapely.box(*grid.bounds)], crs=METRIC)
    with pytest.raises(InvalidLayerError, match="mixes"):
        density(mixed, grid, radius_m=80.0)
    assert (density(points.iloc[:0], grid, radius_m=80.0).values == 0).all()


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_lines_keep_their_length_cell_by_cell(seed: int) -> None:
    rng, grid = np.random.default_rng(seed), grid_of(6, 7)

    def in_cells(ends: np.ndarray) -> np.ndarray:
        line = shapely.LineString(ends * [10.0, -10.0] + [grid.min_x, grid.max_y])
        lines = gpd.GeoDataFrame(geometry=[line], crs=METRIC)
        return density(lines, grid, radius_m=5.0).values * 1e-4 / 0.01

    ends = rng.uniform(-2, 9, (6, 2))
    cols, rows = np.meshgrid(np.arange(7), np.arange(6))
    boxes = shapely.box(cols, rows, cols + 1, rows + 1)
    ways = [shapely.LineString(ends[k : k + 2]) for k in range(5)]
    lengths = np.sum([shapely.length(shapely.intersection(boxes, way)) for way in ways], axis=0)
    np.testing.assert_allclose(in_cells(ends), lengths, atol=1e-5)
    along_sides = rng.integers(0, 6, (6, 2)).astype(float)  # each counts in one cell only
    expected = np.hypot(*np.diff(along_sides, axis=0).T).sum()
    assert in_cells(along_sides + 0.0).sum() == pytest.approx(expected, abs=1e-4)


def test_a_tilted_plane_gathers_row_by_row() -> None:
    z = np.repeat(50.0 - 2.0 * np.arange(12), 41).reshape(12, 41).astype(np.float32)
    cells = drained_cells(z)
    np.testing.assert_allclose(cells[:, 20], np.arange(1, 13))  # sides are too far to matter
    found = wetness(grid_of(12, 41).wrap(z)).values
    np.testing.assert_allclose(found[1:-1, 20], np.log(np.arange(2, 12) * 10.0 / 0.2), rtol=1e-5)
    assert np.isnan(found[0]).all()


def test_a_cone_sheds_evenly_and_water_is_never_lost() -> None:
    rows, cols = np.mgrid[-40:41, -40:41]
    away = np.hypot(rows, cols)
    cells = drained_cells((1000.0 - away).astype(np.float32))
    ring = (away > 15) & (away < 30)
    # a disc's area over its rim is r / 2; slantwise flow crosses less than a cell's width
    assert 1.0 < cells[ring].mean() / (away[ring] / 2).mean() < 1.2
    np.testing.assert_allclose(np.rot90(cells), cells, rtol=1e-4)
    bowl = away.astype(np.float32)
    bowl[40, 40] = np.nan  # everything ends in the four cells beside the hole
    beside = drained_cells(bowl)[[39, 41, 40, 40], [40, 40, 39, 41]]
    assert beside.sum() == pytest.approx(81 * 81 - 1, rel=1e-9)


def test_a_pit_spills_at_its_lowest_side() -> None:
    z = np.full((5, 7), 9.0, np.float32)
    z[1:4, 1:4] = 1.0
    z[2, 4], z[2, 5], z[2, 6] = 5.0, 4.0, 3.0
    cells = drained_cells(z)
    assert cells[2, 6] >= 12  # the pit's nine cells, the spill and the two below it
    assert np.nansum(drained_cells(np.full((3, 3), 1.0, np.float32))) >= 9
    level = wetness(grid_of(3, 3).wrap(np.full((3, 3), 1.0, np.float32))).values[1, 1]
    assert level == pytest.approx(np.log(1 * 10.0 / 0.001))


@pytest.mark.shared_data
def test_valleys_are_wetter_than_ridges(shared_data: Path) -> None:
    with rioxarray.open_rasterio(shared_data / "dem" / "srtm_bigtujunga30m_utm11.tif") as raw:
        hills = raw[0, 200:420, 500:760].astype("float32")
        hills = hills.drop_vars("spatial_ref").rio.write_crs(32611).load()
    index = wetness(hills).values
    place = hills.values - focal_mean(hills, radius_m=300.0).values
    inner = (slice(15, -15), slice(15, -15))
    low, high = np.quantile(place[inner], (0.1, 0.9))
    valleys, ridges = index[inner][place[inner] <= low], index[inner][place[inner] >= high]
    assert np.median(valleys) > np.median(ridges) + 1.5
    assert np.isfinite(index[1:-1, 1:-1]).all()


def test_wetness_and_ruggedness_need_metres() -> None:
    degrees = grid_of(4, 4).wrap(np.zeros((4, 4), np.float32)).rio.write_crs(4326)
    for measure in (wetness, ruggedness):
        with pytest.raises(CrsMismatchError, match="metres"):
            measure(degrees)
