"""Which cells lie inside of areas, some rows at a time."""

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.grid import Grid
from gis_core.surfaces.rasterise import burned_cells, require_crs
from gis_core.surfaces.strips import BAND

Cells = NDArray[np.bool_]


class InsideStrips:
    """Whether each cell's centre lies inside of an area, for grids larger than memory.

    Areas are burned in bands of a fixed height from the grid's top, so that a cell on the very
    edge of one is inside or not whatever rows are asked for.

    Raises
    ------
    MissingCrsError
        If `areas` has no CRS.
    """

    def __init__(self, areas: gpd.GeoDataFrame, grid: Grid) -> None:
        self.grid = grid
        require_crs(areas)
        self._areas = gpd.GeoDataFrame(geometry=areas.geometry.to_crs(grid.crs))
        self._tree = shapely.STRtree(self._areas.geometry.to_numpy())

    def rows(self, start: int, stop: int) -> Cells:
        """Return bool (rows, width) for the grid's rows from `start` to before `stop`."""
        out = np.empty((stop - start, self.grid.width), np.bool_)
        for top in range(start // BAND * BAND, stop, BAND):
            band = self._band(top)
            first, last = max(start, top), min(stop, top + len(band))
            out[first - start : last - start] = band[first - top : last - top]
        return out

    def _band(self, top: int) -> Cells:
        grid = self.grid
        band = Grid(grid.crs, grid.min_x, grid.max_y - top * grid.cell_m, grid.cell_m,
                    min(BAND, grid.height - top), grid.width)  # fmt: skip
        near = self._tree.query(shapely.box(*band.bounds).buffer(grid.cell_m))
        met = self._areas.iloc[np.sort(near)]
        return burned_cells(met, band, all_touched=False).astype(np.bool_)
