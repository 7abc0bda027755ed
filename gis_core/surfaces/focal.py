"""Means within a circle around each cell."""

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import xarray as xr
from numba import njit
from numpy.typing import NDArray

from gis_core.errors import InvalidParameterError
from gis_core.grid import Grid
from gis_core.text import Text

WORKERS = 2
ROUNDING = 1e-9  # of a cell: a centre this little beyond the radius is within it

Floats = NDArray[np.float32]


def focal_mean(array: xr.DataArray, *, radius_m: float) -> xr.DataArray:
    """Mean of the cells whose centres lie within `radius_m` metres of each cell's centre.

    Parameters
    ----------
    array
        Measured values, dims (y, x), on a `Grid`. NaN means no data.
    radius_m
        Above 0; below one cell the mean is the cell itself.

    Returns
    -------
    mean
        float32, in the unit of `array`, on its grid. Cells without data, and what lies beyond the
        grid, are left out of the means around them; a cell without data has none itself.

    Raises
    ------
    InvalidParameterError
        If `radius_m` is not a number above 0.
    MissingCrsError, CrsMismatchError
        If `array` has no CRS, or one that is not projected in metres.
    """
    grid = Grid.of(array)
    grid.require_metres(what=Text("The mean around a cell", "邻域均值计算"))
    margin = window_margin(radius_m, cell_m=grid.cell_m)
    wide = np.pad(np.asarray(array, np.float32), margin, constant_values=np.nan)
    return grid.wrap(focal_mean_of(wide, radius_m, cell_m=grid.cell_m), name="focal_mean")


def window_margin(radius_m: float, *, cell_m: float) -> int:
    """Return how many cells the circle of `radius_m` reaches beyond its middle cell.

    Raises
    ------
    InvalidParameterError
        If `radius_m` is not a number above 0.
    """
    if not (math.isfinite(radius_m) and radius_m > 0):
        raise InvalidParameterError(
            f"The radius to look around a cell is {radius_m}; wanted metres above 0.",
            f"邻域半径为 {radius_m}；应为大于0的米数。",
        )
    return int(radius_m / cell_m + ROUNDING)


def focal_mean_of(wide: Floats, radius_m: float, *, cell_m: float, gaps: bool = True) -> Floats:
    """Return the means of an array that holds `window_margin` more cells on every side.

    Rows of a band have the values they have in the whole. With `gaps` a cell that is NaN stays so;
    without it gets the mean of the others. NaN where the circle holds no value.
    """
    margin = window_margin(radius_m, cell_m=cell_m)
    radius = radius_m / cell_m
    down = np.arange(-margin, margin + 1)
    half = np.floor(np.sqrt(np.maximum(radius**2 - down**2, 0.0)) + ROUNDING).astype(np.int64)
    height, width = wide.shape[0] - 2 * margin, wide.shape[1] - 2 * margin
    out = np.empty((height, width), np.float32)
    cuts = np.linspace(0, height, WORKERS + 1).astype(int)
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(lambda part: _means(wide, half, out, *part), zip(cuts, cuts[1:])))  # noqa: B905
    if gaps:
        out[np.isnan(wide[margin : margin + height, margin : margin + width])] = np.nan
    return out


@njit(cache=True, nogil=True)
def _means(wide: Floats, half: NDArray[np.int64], out: Floats, start: int, stop: int) -> None:
    """Fill rows `start` to `stop` of `out` from running sums along the rows.

    Only sums along single rows run, so no row's result depends on where the band begins.
    """
    size = len(half)
    margin = size // 2
    width = out.shape[1]
    sums = np.zeros((size, wide.shape[1] + 1))
    known = np.zeros((size, wide.shape[1] + 1), np.int32)
    total, count = np.empty(width), np.empty(width, np.int32)
    for row in range(start, stop + size - 1):  # of `wide`
        slot = row % size
        for col in range(wide.shape[1]):
            value = wide[row, col]
            here = value == value
            sums[slot, col + 1] = sums[slot, col] + (np.float64(value) if here else 0.0)
            known[slot, col + 1] = known[slot, col] + (1 if here else 0)
        if row < start + size - 1:
            continue
        total[:] = 0.0
        count[:] = 0
        for k in range(size):
            slot, reach = (row - size + 1 + k) % size, half[k]
            left, right = margin - reach, margin + reach + 1
            for col in range(width):
                total[col] += sums[slot, col + right] - sums[slot, col + left]
                count[col] += known[slot, col + right] - known[slot, col + left]
        for col in range(width):
            out[row - size + 1, col] = total[col] / count[col] if count[col] > 0 else np.nan
