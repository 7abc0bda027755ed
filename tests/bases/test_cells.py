"""Cells of a region, its outline, and its cells again: exactly the same."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS
from scipy import ndimage

from gis_core.bases.candidates import CandidateSettings, grow_candidates
from gis_core.bases.cells import Regions, candidate_cells
from gis_core.bases.outline import outline_regions
from gis_core.errors import InvalidLayerError
from gis_core.grid import Grid

GRID = Grid(CRS.from_epsg(4546), 500_000.0, 4_000_000.0, 100.0, 24, 31)


def ragged_regions(seed: int) -> Regions:
    """Every patch that hangs together by edges of a random raster: with holes, and corners."""
    rng = np.random.default_rng(seed)
    labels, _ = ndimage.label(rng.random(GRID.shape) < rng.uniform(0.3, 0.8))
    return Regions.of([np.flatnonzero(labels == n) for n in range(1, labels.max() + 1)])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_outlines_are_valid_and_give_the_same_cells_again(seed: int) -> None:
    regions = ragged_regions(seed)
    shapes = outline_regions(regions.split(), GRID)
    assert shapely.is_valid(shapes).all()
    assert shapely.is_ccw(shapely.get_exterior_ring(shapes)).all()
    np.testing.assert_allclose(shapely.area(shapes), regions.sizes * 100.0**2)
    roundness = 4 * np.pi * shapely.area(shapes) / shapely.length(shapes) ** 2
    np.testing.assert_allclose(regions.compactness(GRID.width), roundness)
    stored = gpd.GeoDataFrame(geometry=shapes, crs=GRID.crs).to_crs(4326)
    again = candidate_cells(stored, GRID)
    np.testing.assert_array_equal(again.cells, regions.cells)
    np.testing.assert_array_equal(again.starts, regions.starts)


def test_a_hole_that_touches_the_outline_at_a_corner_is_a_hole() -> None:
    ring = np.array([[0, 1, 1], [1, 0, 1], [1, 1, 1]])
    cells = np.flatnonzero(np.pad(ring, ((0, 21), (0, 28))))
    (shape,) = outline_regions([cells], GRID)
    assert (shape.is_valid, shape.area, len(shape.interiors)) == (True, 7e4, 1)


def test_grown_candidates_keep_the_cells_that_they_were_measured_on() -> None:
    rng = np.random.default_rng(5)
    score = rng.uniform(0.4, 1.0, GRID.shape).astype(np.float32)
    found = grow_candidates(
        GRID.wrap(score), zones=GRID.wrap(np.ones(GRID.shape, np.int32)), zone_codes={1: "a"},
        settings=CandidateSettings(60, 600, 0.5, min_width_m=0),
    )  # fmt: skip
    assert len(found) > 5
    cells = candidate_cells(found, GRID)
    np.testing.assert_allclose(cells.means(score), found["mean_score"], rtol=1e-12)
    np.testing.assert_allclose(cells.sizes * 15, found["area_mu"], rtol=1e-3)
    holed = score.copy()
    holed.ravel()[cells.split()[1][0]] = np.nan
    assert np.isnan(cells.means(holed)[1])


def test_shapes_of_another_grid_are_refused() -> None:
    speck = gpd.GeoDataFrame(geometry=[shapely.box(500_010, 3_999_960, 500_020, 3_999_990)],
                             crs=GRID.crs)  # fmt: skip
    with pytest.raises(InvalidLayerError, match="Candidate 1 covers no cell of the grid of 100 m"):
        candidate_cells(speck, GRID)
