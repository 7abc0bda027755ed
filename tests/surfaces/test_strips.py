"""Distances by strips of rows: exact, and the same to the bit whatever strips are asked for."""

import pickle

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS
from scipy import ndimage

from gis_core.errors import MissingCrsError
from gis_core.grid import Grid
from gis_core.surfaces import distance as whole
from gis_core.surfaces.distance import DistanceStrips, distance_to, distance_to_features

METRIC = CRS.from_epsg(4546)


def grid_of(height: int, width: int) -> Grid:
    return Grid(METRIC, 500_000.0, 4_000_000.0, 10.0, height, width)


@settings(max_examples=25)
@given(st.integers(250, 780), st.integers(1, 9), st.integers(0, 2**32 - 1), st.integers(0, 5))
def test_high_masks_are_exact_across_bands(height: int, width: int, seed: int, cells: int) -> None:
    rng = np.random.default_rng(seed)
    mask = np.zeros((height, width), bool)
    mask[rng.integers(0, height, cells), rng.integers(0, width, cells)] = True
    found = distance_to(grid_of(height, width).wrap(mask)).values
    if not cells:
        assert np.isinf(found).all()
        return
    exact = (ndimage.distance_transform_edt(~mask) * 10.0).astype(np.float32)
    np.testing.assert_allclose(found, exact, rtol=2e-7)


@pytest.mark.parametrize("share", [0.0005, 0.02, 0.5])
def test_wide_masks_are_exact(share: float) -> None:
    mask = np.random.default_rng(3).random((300, 517)) < share
    found = distance_to(grid_of(300, 517).wrap(mask)).values
    np.testing.assert_allclose(found, ndimage.distance_transform_edt(~mask) * 10.0, rtol=2e-7)


def roads(grid: Grid, *, seed: int = 1) -> gpd.GeoDataFrame:
    """Lines across and beyond the grid, in degrees."""
    rng = np.random.default_rng(seed)
    left, bottom, right, top = grid.bounds
    ends = rng.uniform([left - 900, bottom - 900], [right + 900, top + 900], (12, 2, 2))
    return gpd.GeoDataFrame(geometry=shapely.linestrings(ends), crs=METRIC).to_crs(4326)


@pytest.mark.parametrize("kept", [10**9, 0])
def test_strips_of_any_height_equal_the_whole(kept: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole, "KEPT_CELLS", kept)
    grid = grid_of(600, 90)
    features = roads(grid)
    expected = distance_to_features(features, grid, reach_m=700.0).values
    assert np.isfinite(expected).all()
    strips = DistanceStrips(features, grid, reach_m=700.0)
    for height in (1, 149, 256, 599):
        starts = range(0, grid.height, height) if height > 1 else (0, 255, 256, 511, 599)
        for start in starts:
            stop = min(start + height, grid.height)
            np.testing.assert_array_equal(strips.rows(start, stop), expected[start:stop])


def test_strips_can_be_sent_to_another_process() -> None:
    grid = grid_of(300, 20)
    strips = DistanceStrips(roads(grid), grid, reach_m=500.0)
    sent = pickle.loads(pickle.dumps(strips))
    np.testing.assert_array_equal(sent.rows(100, 300), strips.rows(100, 300))


def test_strips_without_features_or_crs() -> None:
    grid = grid_of(300, 20)
    none = roads(grid).iloc[:0]
    assert np.isinf(DistanceStrips(none, grid, reach_m=500.0).rows(250, 300)).all()
    with pytest.raises(MissingCrsError):
        DistanceStrips(roads(grid).set_crs(None, allow_override=True), grid)
