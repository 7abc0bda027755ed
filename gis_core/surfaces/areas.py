"""True ground area of grid cells."""

import numpy as np
import xarray as xr
from pyproj import CRS, Proj, Transformer
from scipy.interpolate import RegularGridInterpolator

from gis_core.grid import Grid

LATTICE = 24  # points a side; the areal scale of a map projection is smooth


def cell_areas_m2(grid: Grid) -> xr.DataArray:
    """Return every cell's area on the ellipsoid, in square metres, dims (y, x), float32.

    The nominal cell area divided by the projection's areal scale, which is taken exactly on a
    lattice and interpolated between.

    References
    ----------
    Snyder (1987), Map Projections: A Working Manual, section 4 (distortion).
    """
    rows = np.linspace(0, grid.height - 1, LATTICE)
    cols = np.linspace(0, grid.width - 1, LATTICE)
    x = grid.min_x + (cols + 0.5) * grid.cell_m
    y = grid.max_y - (rows + 0.5) * grid.cell_m
    mesh_x, mesh_y = np.meshgrid(x, y)
    geodetic = grid.crs.geodetic_crs or CRS.from_epsg(4326)
    lon, lat = Transformer.from_crs(grid.crs, geodetic, always_xy=True).transform(mesh_x, mesh_y)
    scale = np.asarray(Proj(grid.crs).get_factors(lon, lat).areal_scale)
    interpolate = RegularGridInterpolator((rows, cols), scale)
    out = np.empty(grid.shape, np.float32)
    all_cols = np.arange(grid.width, dtype=float)
    for row in range(grid.height):
        points = np.column_stack((np.full(grid.width, float(row)), all_cols))
        out[row] = grid.cell_m**2 / interpolate(points)
    return grid.wrap(out, name="cell_area_m2")
