"""True ground area of grid cells."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from pyproj import CRS, Proj, Transformer

from gis_core.grid import Grid

LATTICE_M = 5_000.0  # between the places whose areal scale is computed

Floats = NDArray[np.float64]


def cell_areas_m2(grid: Grid) -> xr.DataArray:
    """Return every cell's area on the ellipsoid, in square metres, dims (y, x), float32.

    The nominal cell area divided by the projection's areal scale, which is computed every 5 km
    and interpolated between: below 2e-7 of the area off for a transverse Mercator.

    References
    ----------
    Snyder (1987), Map Projections: A Working Manual, section 4 (distortion).
    """
    x, y = grid.x_centres(), grid.y_centres()
    knots_x, knots_y = _knots(x), _knots(y)
    geodetic = grid.crs.geodetic_crs or CRS.from_epsg(4326)
    to_degrees = Transformer.from_crs(grid.crs, geodetic, always_xy=True)
    lon, lat = to_degrees.transform(*np.meshgrid(knots_x, knots_y))
    scale = np.asarray(Proj(grid.crs).get_factors(lon, lat).areal_scale)
    # what is interpolated is the small difference from the nominal area: float32 keeps it whole
    difference = _weights(y, knots_y) @ (1.0 / scale - 1.0) @ _weights(x, knots_x).T
    areas = (grid.cell_m**2 * (1.0 + difference)).astype(np.float32)
    return grid.wrap(areas, name="cell_area_m2")


def _knots(centres: Floats) -> Floats:
    """Places from the first cell centre to the last, at most `LATTICE_M` apart."""
    steps = int(np.ceil(abs(centres[-1] - centres[0]) / LATTICE_M))
    return np.linspace(centres[0], centres[-1], steps + 1)


def _weights(centres: Floats, knots: Floats) -> Floats:
    """Linear interpolation as a matrix: a row a centre, a column a knot."""
    every = np.arange(centres.size)
    out = np.zeros((centres.size, knots.size))
    if knots.size == 1:
        out[:, 0] = 1.0
        return out
    place = (centres - knots[0]) / (knots[1] - knots[0])
    left = np.clip(np.floor(place).astype(np.int64), 0, knots.size - 2)
    out[every, left] = 1.0 - (place - left)
    out[every, left + 1] = place - left
    return out
