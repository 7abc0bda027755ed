"""Derivations that look only so far around a cell, for whole grids and for bands of rows alike."""

import numpy as np
from numpy.typing import NDArray

from gis_core.surfaces.focal import focal_mean_of, window_margin
from gis_core.surfaces.terrain import aspect_of, continued, ruggedness_of, slope_of

TERRAIN = ("slope", "aspect", "ruggedness")
LOCAL = (*TERRAIN, "focal_mean")

Floats = NDArray[np.float32]


def margin_cells(derive: str, *, cell_m: float, radius_m: float | None = None) -> int:
    """Return how many cells more on every side `derived` takes for one of `LOCAL`.

    Raises
    ------
    InvalidParameterError
        If a focal mean has no radius above 0.
    """
    if derive in TERRAIN:
        return 2  # the window, and one more to see how the ground goes on beyond the grid
    return window_margin(float("nan") if radius_m is None else radius_m, cell_m=cell_m)


def derived(
    derive: str,
    wide: Floats,
    *,
    cell_m: float,
    radius_m: float | None = None,
    ends: tuple[bool, bool] = (True, True),
) -> Floats:
    """Return one of `LOCAL` for the inner cells of an array.

    Parameters
    ----------
    wide
        Measured values, float32 (rows, cols), with `margin_cells` more on every side; NaN where
        there is no data or nothing at all. All columns of the grid; of its rows any band.
    cell_m, radius_m
        Width of a cell, and of focal means how far they look around, metres.
    ends
        Whether the band begins at the grid's first row, and whether it ends at its last: there
        the ground is taken to go on where the raster ends.

    Returns
    -------
    values
        float32, without the margin; the same to the bit for a band as in the whole.

    Raises
    ------
    InvalidParameterError
        If a focal mean has no radius above 0.
    """
    if derive == "focal_mean":
        radius = float("nan") if radius_m is None else radius_m
        return focal_mean_of(wide, radius, cell_m=cell_m)
    heights = continued(wide[1:-1, 1:-1], top=ends[0], bottom=ends[1])
    if derive == "ruggedness":
        values = ruggedness_of(heights)
    else:
        values = slope_of(heights, cell_m) if derive == "slope" else aspect_of(heights, cell_m)
    return np.ascontiguousarray(values[1:-1, 1:-1])
