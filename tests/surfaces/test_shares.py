"""Shares of cells that areas cover: by hand, against outlines' own areas and exactextract."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS

from gis_core.errors import InvalidLayerError, MissingCrsError
from gis_core.grid import Grid
from gis_core.surfaces.shares import cell_shares, zone_shares

METRIC = CRS.from_epsg(4546)


def grid_of(height: int, width: int, *, cell_m: float = 10.0) -> Grid:
    return Grid(METRIC, 500_000.0, 4_000_000.0, cell_m, height, width)


def in_cells(*shapes: shapely.Geometry | None, grid: Grid) -> gpd.GeoDataFrame:
    """Put shapes drawn in cells (col, row from the upper left corner) onto the grid."""
    moved = [
        shape and shapely.transform(
            shape, lambda p: p * [grid.cell_m, -grid.cell_m] + [grid.min_x, grid.max_y]
        )
        for shape in shapes
    ]  # fmt: skip
    return gpd.GeoDataFrame(geometry=moved, crs=METRIC)


def test_shares_by_hand() -> None:
    grid = grid_of(3, 4)
    left = shapely.box(-5, -5, 1.25, 1.5)
    right = shapely.Polygon([(1.25, -1), (9, -1), (9, 1.5), (1.25, 1.5)])
    found = zone_shares(in_cells(left, None, right, grid=grid), grid)
    assert found.labels.values.tolist() == [[1, 0, 3, 3], [0, 0, 0, 0], [0, 0, 0, 0]]
    shares = {
        (int(c), int(z)): s for c, z, s in zip(found.cells, found.zones, found.shares, strict=True)
    }
    assert shares == pytest.approx(
        {(1, 1): 0.25, (1, 3): 0.75, (4, 1): 0.5, (5, 1): 0.125, (5, 3): 0.375,
         (6, 3): 0.5, (7, 3): 0.5}, abs=1e-12,
    )  # fmt: skip
    values = np.arange(12, dtype=np.float32).reshape(3, 4)
    values[1, 2] = np.nan
    expected = [0.25 + 2 + 0.125 * 5, 0, 0.75 + 2 + 3 + 0.375 * 5 + 0.5 * 7]
    np.testing.assert_allclose(found.sums(values), expected)


def test_holes_slants_and_overlaps() -> None:
    grid = grid_of(4, 4)
    ring = shapely.Polygon([(0, 0), (4, 0), (4, 4), (0, 4)], [[(1, 1), (1, 3), (3, 3), (3, 1)]])
    assert cell_shares(in_cells(ring, grid=grid), grid).values.tolist() == [
        [1, 1, 1, 1], [1, 0, 0, 1], [1, 0, 0, 1], [1, 1, 1, 1]
    ]  # fmt: skip
    slant = shapely.Polygon([(0, 0), (4, 4), (0, 4)])
    expected = np.tril(np.ones((4, 4)), -1) + 0.5 * np.eye(4)
    np.testing.assert_allclose(cell_shares(in_cells(slant, grid=grid), grid).values, expected)
    twice = in_cells(slant, slant, grid=grid)
    np.testing.assert_allclose(cell_shares(twice, grid).values, expected)
    assert (cell_shares(twice.iloc[:0], grid).values == 0).all()


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_shares_add_up_to_the_clipped_area(seed: int) -> None:
    rng = np.random.default_rng(seed)
    grid = grid_of(17, 23)
    angle = np.sort(rng.uniform(0, 2 * np.pi, 25))
    reach = rng.uniform(1, 14, 25)
    star = shapely.Polygon(
        np.column_stack((11 + reach * np.cos(angle), 8 + reach * np.sin(angle)))
    ).buffer(0)
    hole = shapely.Point(11, 8).buffer(0.7)
    shape = star.difference(hole)
    found = cell_shares(in_cells(shape, grid=grid), grid).values
    cols, rows = np.meshgrid(np.arange(23), np.arange(17))
    exact = shapely.area(shapely.intersection(shapely.box(cols, rows, cols + 1, rows + 1), shape))
    np.testing.assert_allclose(found, exact, atol=1e-6)


def test_sums_equal_those_of_exactextract() -> None:
    rng = np.random.default_rng(4)
    grid = grid_of(400, 300)
    seeds = shapely.MultiPoint(rng.uniform(-20, 420, (17, 2)))
    cells = shapely.get_parts(
        shapely.voronoi_polygons(seeds, extend_to=shapely.box(0, 0, 300, 400))
    )
    units = in_cells(*cells, grid=grid)
    values = rng.random(grid.shape)
    source = NumPyRasterSource(values, *(float(b) for b in grid.bounds), srs_wkt=METRIC.to_wkt())
    theirs = exact_extract(source, units, ["sum"], output="pandas")["sum"].to_numpy()
    ours = zone_shares(units, grid).sums(values)
    np.testing.assert_allclose(ours, theirs, rtol=1e-9)
    area = zone_shares(units, grid).sums(np.ones(grid.shape))
    clipped = units.geometry.intersection(shapely.box(*grid.bounds)).area.to_numpy()
    np.testing.assert_allclose(area * 100.0, clipped, rtol=1e-12)


def test_only_areas_with_a_crs_have_shares() -> None:
    grid = grid_of(3, 3)
    line = gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 0), (1, 1)])], crs=METRIC)
    with pytest.raises(InvalidLayerError, match="polygons"):
        zone_shares(line, grid)
    with pytest.raises(MissingCrsError, match="areas have no CRS"):
        cell_shares(line.set_crs(None, allow_override=True), grid)
