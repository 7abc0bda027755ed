"""Slope, aspect and ruggedness from elevation, by windows of nine cells."""

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
    return grid.wrap(slope_of(np.asarray(elevation, dtype=np.float32), grid.cell_m), name="slope")


def aspect(elevation: xr.DataArray) -> xr.DataArray:
    """Direction that the slope faces, in degrees clockwise from north.

    Input as `slope`. The result is float32, 0 up to 360; NaN on flat cells and where the slope is
    NaN. North is the grid's north. Errors as `slope`.
    """
    grid = Grid.of(elevation)
    grid.require_metres(what=Text("Aspect", "坡向计算"))
    return grid.wrap(aspect_of(np.asarray(elevation, dtype=np.float32), grid.cell_m), name="aspect")


def ruggedness(elevation: xr.DataArray) -> xr.DataArray:
    """Terrain ruggedness index: how much the eight cells around differ in height, in metres.

    The root of the sum of the squared differences to the middle cell. Input as `slope`; float32,
    0 or more, NaN where the slope is NaN. Errors as `slope`.

    References
    ----------
    Riley, DeGloria, Elliot (1999), A terrain ruggedness index that quantifies topographic
    heterogeneity, Intermountain Journal of Sciences 5.
    """
    grid = Grid.of(elevation)
    grid.require_metres(what=Text("Ruggedness", "地形起伏计算"))
    return grid.wrap(ruggedness_of(np.asarray(elevation, dtype=np.float32)), name="ruggedness")


def slope_of(z: Floats, cell_m: float) -> Floats:
    """Slope in degrees of heights `z` (m; rows, cols); NaN along the border and beside NaN."""
    degrees = steepness(z, cell_m)
    np.arctan(degrees, out=degrees)  # whole-array: several cells an instruction
    degrees *= np.float32(180.0 / np.pi)
    return degrees


def aspect_of(z: Floats, cell_m: float) -> Floats:
    """Aspect in degrees clockwise from north of heights `z` (m); NaN as slope and where flat."""
    east, north = _gradient(z, cell_m)
    facing = np.degrees(np.arctan2(-east, -north)) % 360.0
    facing[facing >= 360.0] = 0.0  # what lies a rounding west of north
    facing[(east == 0) & (north == 0)] = np.nan
    return facing.astype(np.float32)


def continued(z: Floats, *, top: bool = True, bottom: bool = True) -> Floats:
    """Return heights with their outermost ring, where it is NaN, going on as the ground inside.

    Each such cell lies on the line through the two cells inside of it, or as high as the nearer
    one where the farther is NaN. `top` and `bottom` say whether the first and last row are to be
    so filled, as a band of rows has neighbours there that are known to have no data. At least
    three rows and columns.
    """
    out = z.copy()
    for edge, near, far in ((0, 1, 2), (-1, -2, -3)):
        _go_on(out[:, edge], out[:, near], out[:, far])
    for edge, near, far, wanted in ((0, 1, 2, top), (-1, -2, -3, bottom)):
        if wanted:
            _go_on(out[edge], out[near], out[far])
    return out


def _go_on(edge: Floats, near: Floats, far: Floats) -> None:
    line = near + np.where(np.isnan(far), np.float32(0.0), near - far)
    np.copyto(edge, line, where=np.isnan(edge))


@njit(cache=True)
def steepness(z: Floats, cell_m: float) -> Floats:
    """Rise per metre along the slope of heights `z` (m); NaN along the border and beside NaN."""
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
def ruggedness_of(z: Floats) -> Floats:
    """Ruggedness in metres of heights `z` (m); NaN along the border and beside NaN."""
    height, width = z.shape
    out = np.full(z.shape, np.nan, np.float32)
    for row in range(1, height - 1):
        for col in range(1, width - 1):
            middle, total = z[row, col], np.float32(0.0)
            for down in range(-1, 2):
                for right in range(-1, 2):
                    difference = z[row + down, col + right] - middle
                    total += difference * difference
            out[row, col] = np.sqrt(total)
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
