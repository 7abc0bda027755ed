"""Regions as cells: what they measure, and the cells of a candidate again from its outline."""

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from rasterio.features import rasterize

from gis_core.bases.outline import edge_count
from gis_core.errors import InvalidLayerError
from gis_core.grid import Grid

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Regions:
    """Regions of cells: flat indices one region after the other, and where each begins."""

    cells: Ints
    starts: Ints

    @classmethod
    def of(cls, regions: Sequence[Ints]) -> "Regions":
        """Return `regions`, none of them empty, end to end."""
        sizes = np.array([len(r) for r in regions], dtype=np.int64)
        cells = np.concatenate(regions) if len(regions) else np.zeros(0, np.int64)
        return cls(cells, np.cumsum(sizes) - sizes)

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def sizes(self) -> Ints:
        """How many cells each region has."""
        return np.diff(np.append(self.starts, len(self.cells)))

    def split(self) -> list[Ints]:
        """Return the cells of each region."""
        return np.split(self.cells, self.starts[1:]) if len(self) else []

    def sums(self, values: NDArray[np.floating]) -> Floats:
        """Return the sum of `values` (one a cell of the grid, any shape) over each region."""
        if not len(self):
            return np.zeros(0)
        taken = values.ravel()[self.cells].astype(np.float64)
        return np.add.reduceat(taken, self.starts)

    def means(self, values: NDArray[np.floating]) -> Floats:
        """Return the mean of `values` over each region's cells; NaN where one of them is NaN."""
        return self.sums(values) / self.sizes

    def compactness(self, width: int) -> Floats:
        """Return 4π·area / perimeter² of each, 0 to 1, along the edges of the cells."""
        edges = np.array([edge_count(cells, width) for cells in self.split()], dtype=float)
        return 4 * np.pi * self.sizes / edges**2

    def by_zone(self, zones: NDArray[np.integer], weights: NDArray[np.floating]) -> Floats:
        """Return the sum of `weights` in each region (row) by number of its zone (column)."""
        numbers = zones.ravel()[self.cells].astype(np.int64)
        most = int(numbers.max(initial=0)) + 1
        region = np.repeat(np.arange(len(self)), self.sizes)
        total = np.zeros((len(self), most))
        np.add.at(total, (region, numbers), weights.ravel()[self.cells])
        return total


def candidate_cells(candidates: gpd.GeoDataFrame, grid: Grid) -> Regions:
    """Return the cells of each candidate that was grown on `grid`.

    Outlines follow the edges of cells, so the cells whose centres lie inside are exactly those
    that the candidate was grown of; they need not be kept beside it.

    Parameters
    ----------
    candidates
        Shapes in any CRS, as grown, in the order wanted.
    grid
        The grid of the scores that they were grown from.

    Returns
    -------
    regions
        The cells of each, rising.

    Raises
    ------
    InvalidLayerError
        If a shape covers no cell's centre: it was grown on another grid.
    """
    shapes = candidates.geometry.to_crs(grid.crs).to_numpy()
    found = [_cells_inside(shape, grid) for shape in shapes]
    for number, cells in enumerate(found):
        if not len(cells):
            raise InvalidLayerError(
                f"Candidate {number + 1} covers no cell of the grid of {grid.cell_m:g} m; give the "
                "grid of the run that the candidates were grown from.",
                f"第 {number + 1} 个候选未覆盖 {grid.cell_m:g} 米格网的任何单元；"
                "请使用生成候选时所用的格网。",
            )
    return Regions.of(found)


def _cells_inside(shape: shapely.Geometry, grid: Grid) -> Ints:
    west, south, east, north = shape.bounds
    left = max(0, round((west - grid.min_x) / grid.cell_m) - 1)
    top = max(0, round((grid.max_y - north) / grid.cell_m) - 1)
    right = min(grid.width, round((east - grid.min_x) / grid.cell_m) + 1)
    bottom = min(grid.height, round((grid.max_y - south) / grid.cell_m) + 1)
    if right <= left or bottom <= top:
        return np.zeros(0, np.int64)
    inside = rasterize(
        [(shape, 1)], out_shape=(bottom - top, right - left), dtype="uint8",
        transform=grid.transform @ grid.transform.translation(left, top),
    )  # fmt: skip
    row, col = np.nonzero(inside)
    return (row + top) * grid.width + col + left
