"""Exact Euclidean distance on a grid."""

import numpy as np
import xarray as xr
from numba import njit
from numpy.typing import NDArray

from gis_core.grid import Grid

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
    """
    grid = Grid.of(mask)
    rows_away = _rows_away(np.asarray(mask, dtype=np.bool_))
    return grid.wrap(_across(rows_away, np.float32(grid.cell_m)), name="distance")


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
