"""Slope and aspect from elevation, by Horn's window of nine cells."""

import numpy as np
import xarray as xr
from numba import njit
from numpy.typing import NDArray

from gis_core.grid import Grid
from gis_core.text import Text

Floats = NDArray[np.float32]


def slope(elevation: xr.DataArray) -> xr.DataArray:
    """Slope in degrees.

    Parameters
    ----------
    elevation
        Metres, dims (y, x), on a `Grid`. NaN means no data.

    Returns
    -------
    slope
        Degrees, 0 to 90, float32, on the grid of `elevation`; NaN where any of the nine cells is
        NaN, and along the border, where the window is not whole (as GDAL's `gdaldem slope`).

    Raises
    ------
    MissingCrsError, CrsMismatchError
        If `elevation` has no CRS, or one that is not projected in metres.
    InvalidParameterError
        If its cells are not square.

    References
    ----------
    Horn (1981), Hill shading and the reflectance map, Proceedings of the IEEE 69.
    """
    grid = Grid.of(elevation)
    grid.require_metres(what=Text("Slope", "坡度计算"))
    degrees = _steepness(np.asarray(elevation, dtype=np.float32), grid.cell_m)
    np.arctan(degrees, out=degrees)  # whole-array: several cells an instruction
    degrees *= np.float32(180.0 / np.pi)
    return grid.wrap(degrees, name="slope")


def aspect(elevation: xr.DataArray) -> xr.DataArray:
    """Direction that the slope faces, in degrees clockwise from north.

    Input as `slope`. The result is float32, 0 up to 360; NaN on flat cells and where the slope is
    NaN. North is the grid's north. Errors as `slope`.
    """
    grid = Grid.of(elevation)
    grid.require_metres(what=Text("Aspect", "坡向计算"))
    east, north = _gradient(np.asarray(elevation, dtype=np.float32), grid.cell_m)
    facing = np.degrees(np.arctan2(-east, -north)) % 360.0
    facing[facing >= 360.0] = 0.0  # what lies a rounding west of north
    facing[(east == 0) & (north == 0)] = np.nan
    return grid.wrap(facing.astype(np.float32), name="aspect")


@njit(cache=True)
def _steepness(z: Floats, cell_m: float) -> Floats:
    """Rise per metre along the slope; NaN along the border."""
    height, width = z.shape
    out = np.full(z.shape, np.nan, np.float32)
    scale = np.float32(1.0 / (8.0 * cell_m))
    two = np.float32(2.0)
    for row in range(1, height - 1):
        for col in range(1, width - 1):
            nw, n, ne = z[row - 1, col - 1], z[row - 1, col], z[row - 1, col + 1]
            w, middle, e = z[row, col - 1], z[row, col], z[row, col + 1]
            sw, s, se = z[row + 1, col - 1], z[row + 1, col], z[row + 1, col + 1]
            missing = middle * np.float32(0.0)  # NaN where the middle cell is; no branch
            east = ((ne + two * e + se) - (nw + two * w + sw)) * scale + missing
            north = ((nw + two * n + ne) - (sw + two * s + se)) * scale
            out[row, col] = np.sqrt(east * east + north * north)
    return out


@njit(cache=True)
def _gradient(z: Floats, cell_m: float) -> tuple[Floats, Floats]:
    """Rise per metre towards east and towards north; NaN along the border."""
    height, width = z.shape
    east = np.full(z.shape, np.nan, np.float32)
    north = np.full(z.shape, np.nan, np.float32)
    scale = np.float32(1.0 / (8.0 * cell_m))
    two = np.float32(2.0)
    for row in range(1, height - 1):
        for col in range(1, width - 1):
            if np.isnan(z[row, col]):
                continue
            nw, n, ne = z[row - 1, col - 1], z[row - 1, col], z[row - 1, col + 1]
            w, e = z[row, col - 1], z[row, col + 1]
            sw, s, se = z[row + 1, col - 1], z[row + 1, col], z[row + 1, col + 1]
            east[row, col] = ((ne + two * e + se) - (nw + two * w + sw)) * scale
            north[row, col] = ((nw + two * n + ne) - (sw + two * s + se)) * scale
    return east, north
