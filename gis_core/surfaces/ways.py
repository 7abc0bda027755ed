"""Ways over the land: friction from the layers that a region has, and travel time to features."""

import math
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from gis_core.grid import Grid
from gis_core.surfaces.align import to_grid
from gis_core.surfaces.distance import widened
from gis_core.surfaces.rasterise import burn
from gis_core.surfaces.speeds import Speeds
from gis_core.surfaces.terrain import slope
from gis_core.surfaces.travel import friction_from, travel_time
from gis_core.text import Text

ROAD_CLASS_COLUMNS = ("class", "highway", "kind", "type")
BEYOND_M = 20_000.0  # ways are followed at most this far beyond the grid
MOST_CELLS = 12_000_000  # a larger grid is travelled on cells some whole times as wide


@dataclass(frozen=True)
class Land:
    """What ways lead over: elevation, and where the region has them roads, water, land cover.

    `elevation` (m) and `landcover` (classes, named in `cover_names`) are rasters of any grid,
    `roads` and `water` vectors of any CRS. Water is crossed on roads only.
    """

    elevation: xr.DataArray
    roads: gpd.GeoDataFrame | None = None
    water: tuple[gpd.GeoDataFrame, ...] = ()
    landcover: xr.DataArray | None = None
    cover_names: dict[int, Text] = field(default_factory=dict)


def road_speeds(roads: gpd.GeoDataFrame, grid: Grid, speeds: Speeds) -> xr.DataArray:
    """Return km/h where a road runs, the fastest where several do, 0 elsewhere; float32.

    The class of a road is looked for in the columns `ROAD_CLASS_COLUMNS`.

    Raises
    ------
    MissingCrsError
        If `roads` has no CRS.
    """
    column = next((c for c in ROAD_CLASS_COLUMNS if c in roads), None)
    words = roads[column] if column is not None else pd.Series("", index=roads.index)
    kmh, _ = speeds.of_roads(words.to_numpy(object))
    slow_first = np.argsort(kmh, kind="stable")
    return burn(roads.iloc[slow_first], grid, values=kmh[slow_first], dtype="float32")


def friction_over(land: Land, grid: Grid, *, speeds: Speeds) -> xr.DataArray:
    """Return friction in minutes per metre over `land` on `grid`; NaN is a barrier.

    Roads at their speed; elsewhere walking by slope and land cover; water, land cover that nobody
    crosses, and ground too steep or without elevation are barriers off the roads.

    Raises
    ------
    MissingCrsError
        If a layer has no CRS.
    """
    around = Grid(grid.crs, grid.min_x - grid.cell_m, grid.max_y + grid.cell_m, grid.cell_m,
                  grid.height + 2, grid.width + 2)  # fmt: skip
    steep = slope(to_grid(land.elevation, around, categorical=False)).to_numpy()[1:-1, 1:-1]
    # along the border of the elevation the window is not whole: go on as steep as just inside
    known = to_grid(land.elevation, grid, categorical=False).notnull().to_numpy()
    steep = _filled_by_neighbours(steep, known)
    barrier = np.zeros(grid.shape, bool)
    for water in land.water:
        barrier |= burn(water, grid).to_numpy().astype(bool)
    factor = None
    if land.landcover is not None:
        cover = to_grid(land.landcover, grid, categorical=True).to_numpy()
        factor = _cover_factors(cover, land.cover_names, speeds)
        barrier |= factor == 0
    return friction_from(
        grid.wrap(steep), speeds=speeds, barrier=grid.wrap(barrier),
        road_kmh=None if land.roads is None else road_speeds(land.roads, grid, speeds),
        walking_factor=None if factor is None else grid.wrap(factor),
    )  # fmt: skip


def travel_time_to(
    features: gpd.GeoDataFrame, land: Land, grid: Grid, *, speeds: Speeds, reach_min: float = 0.0
) -> xr.DataArray:
    """Return minutes from every cell of `grid` to the nearest feature, over `land`.

    Features beyond the grid are gone to as well, over what is known of the land there, up to
    20 km out. A grid above 12 million cells is travelled on wider cells, a whole number of times
    as wide, and each cell takes the time of the wider one it lies in.

    Parameters
    ----------
    features
        Shapes in any CRS; a cell that one touches is reached.
    reach_min
        Times up to this many minutes count features beyond the grid.

    Returns
    -------
    minutes
        float32, dims (y, x), on `grid`; ``inf`` where no way leads to a feature, NaN where the
        elevation is not known and no road runs. A barrier has the time of the nearest bank, and
        ``inf`` beyond the first cell.

    Raises
    ------
    MissingCrsError
        If a layer has no CRS.
    """
    times = max(1, math.ceil(math.sqrt(grid.height * grid.width / MOST_CELLS)))
    coarse = Grid(grid.crs, grid.min_x, grid.max_y, grid.cell_m * times,
                  -(-grid.height // times), -(-grid.width // times))  # fmt: skip
    fastest = max(speeds.road_kmh.values()) if land.roads is not None else 6.0  # on foot
    reach_m = min(reach_min / 60.0 * fastest * 1000.0, BEYOND_M)
    wide, (north, west) = widened(features, coarse, reach_m=reach_m)
    targets = burn(features, wide).astype(bool)
    friction = friction_over(land, wide, speeds=speeds)
    if targets.any():
        minutes = travel_time(friction, targets=targets).to_numpy()
    else:
        minutes = np.full(wide.shape, np.nan)
    known = to_grid(land.elevation, wide, categorical=False).notnull().to_numpy()
    passable = friction.notnull().to_numpy()
    minutes = _filled_by_neighbours(minutes, known & ~passable)  # one comes as far as the bank
    minutes = np.where(np.isnan(minutes) & (known | passable), np.inf, minutes)
    inner = minutes[north : north + coarse.height, west : west + coarse.width]
    fine = np.repeat(np.repeat(inner.astype(np.float32), times, axis=0), times, axis=1)
    return grid.wrap(np.ascontiguousarray(fine[: grid.height, : grid.width]), name="travel_time")


def _filled_by_neighbours(values: NDArray, where: NDArray[np.bool_]) -> NDArray:
    """Give NaN cells of `where` the least value of their neighbours, NaN without any."""
    gaps = where & np.isnan(values)
    rows, cols = np.nonzero(gaps)
    padded = np.pad(values, 1, constant_values=np.nan)
    around = np.stack([padded[rows + r, cols + c] for r in range(3) for c in range(3)])
    out = values.copy()
    out[gaps] = np.fmin.reduce(around, axis=0)
    return out


def _cover_factors(cover: NDArray, names: dict[int, Text], speeds: Speeds) -> NDArray:
    """Walking factor of each cell's land cover; 1 for classes without a word in the table."""
    out = np.ones(cover.shape, np.float32)
    for value, name in names.items():
        words = (name.en.strip().casefold(), name.zh.strip().casefold())
        found = [speeds.cover_factor[word] for word in words if word in speeds.cover_factor]
        if found:
            out[cover == value] = found[0]
    return out
