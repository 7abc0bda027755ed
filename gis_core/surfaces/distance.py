"""Exact Euclidean distance on a grid."""

import math

import geopandas as gpd
import numpy as np
import xarray as xr
from numba import njit
from numpy.typing import NDArray

from gis_core.grid import Grid
from gis_core.surfaces.rasterise import burn
from gis_core.text import Text

FAR = np.int32(2**30)  # rows; farther than any grid is high


def distance_to(mask: xr.DataArray) -> xr.DataArray:
    """Distance from every cell's centre to the nearest cell of `mask`, in metres.

    Parameters
    ----------
    mask
        bool, dims (y, x), on a `Grid`.

    Returns
    -------
    distance
        float32 metres on the grid of `mask`, 0 on its cells; ``inf`` everywhere when it has none.

    References
    ----------
    Meijster, Roerdink, Hesselink (2000), A general algorithm for computing distance transforms in
    linear time.

    Raises
    ------
    MissingCrsError, CrsMismatchError
        If `mask` has no CRS, or one that is not projected in metres.
    """
    grid = Grid.of(mask)
    grid.require_metres(what=Text("Distance", "距离计算"))
    rows_away = _rows_away(np.asarray(mask, dtype=np.bool_))
    return grid.wrap(_across(rows_away, np.float32(grid.cell_m)), name="distance")


def distance_to_features(
    features: gpd.GeoDataFrame, grid: Grid, *, reach_m: float = 0.0
) -> xr.DataArray:
    """Distance from every cell's centre of `grid` to the nearest cell that a feature touches.

    A road just outside the grid is near the cells inside: features up to `reach_m` beyond the
    border are counted.

    Parameters
    ----------
    features
        Shapes in any CRS.
    reach_m
        Distances up to this many metres are right even at the border; longer ones there may be
        too long, never too short.

    Returns
    -------
    distance
        float32 metres, dims (y, x), on `grid`; ``inf`` everywhere when no feature is in reach.

    Raises
    ------
    MissingCrsError
        If `features` has no CRS.
    """
    wide, (north, west) = widened(features, grid, reach_m=reach_m)
    distance = distance_to(burn(features, wide).astype(bool)).to_numpy()
    inner = distance[north : north + grid.height, west : west + grid.width]
    return grid.wrap(np.ascontiguousarray(inner), name="distance")


def widened(
    features: gpd.GeoDataFrame, grid: Grid, *, reach_m: float
) -> tuple[Grid, tuple[int, int]]:
    """Return `grid` grown to where `features` lie, `reach_m` metres at most, and (row, col) of its
    upper left cell in it."""
    west, north, east, south = _beyond(features, grid, reach_m=reach_m)
    wide = Grid(
        grid.crs, grid.min_x - west * grid.cell_m, grid.max_y + north * grid.cell_m, grid.cell_m,
        grid.height + north + south, grid.width + west + east,
    )  # fmt: skip
    return wide, (north, west)


def _beyond(features: gpd.GeoDataFrame, grid: Grid, *, reach_m: float) -> tuple[int, int, int, int]:
    """Cells to add west, north, east, south: as far as features lie, `reach_m` at most."""
    if features.crs is None or not reach_m > 0:
        return 0, 0, 0, 0
    min_x, min_y, max_x, max_y = features.geometry.to_crs(grid.crs).total_bounds
    left, bottom, right, top = grid.bounds
    most = math.ceil(reach_m / grid.cell_m)
    outside = (left - min_x, max_y - top, max_x - right, bottom - min_y)
    west, north, east, south = (
        min(most, max(0, math.ceil(metres / grid.cell_m))) if math.isfinite(metres) else 0
        for metres in outside
    )
    return west, north, east, south


@njit(cache=True)
def _rows_away(mask: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Rows between each cell and the nearest cell of `mask` in its column."""
    height, width = mask.shape
    away = np.empty(mask.shape, np.int32)
    for col in range(width):
        away[0, col] = 0 if mask[0, col] else FAR
    for row in range(1, height):
        for col in range(width):
            away[row, col] = 0 if mask[row, col] else min(away[row - 1, col] + 1, FAR)
    for row in range(height - 2, -1, -1):
        for col in range(width):
            below = away[row + 1, col] + 1
            if below < away[row, col]:
                away[row, col] = below
    return away


@njit(cache=True)
def _across(away: NDArray[np.int32], cell_m: np.float32) -> NDArray[np.float32]:
    """Lower envelope of the columns' parabolas along each row."""
    height, width = away.shape
    out = np.full(away.shape, np.inf, np.float32)
    centre = np.empty(width, np.int64)
    until = np.empty(width + 1, np.float64)
    for row in range(height):
        count = 0
        for col in range(width):
            if away[row, col] >= FAR:
                continue
            own = np.int64(away[row, col])
            start = -np.inf
            while count > 0:
                other = centre[count - 1]
                its = np.int64(away[row, other])
                start = (col * col + own * own - other * other - its * its) / (2.0 * (col - other))
                if start > until[count - 1]:
                    break
                count -= 1
            until[count] = -np.inf if count == 0 else start
            centre[count] = col
            count += 1
        part = 0
        for col in range(width):
            if count == 0:
                break
            while part + 1 < count and until[part + 1] < col:
                part += 1
            sideways = np.float64(col - centre[part])
            upward = np.float64(away[row, centre[part]])
            out[row, col] = np.float32(np.sqrt(sideways * sideways + upward * upward)) * cell_m
    return out
