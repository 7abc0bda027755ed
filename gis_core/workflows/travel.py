"""Travel times over the workspace's own roads and terrain."""

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr

from gis_core.crs import parse_crs
from gis_core.grid import Grid
from gis_core.progress import Progress, silent
from gis_core.store.workspace import Workspace
from gis_core.surfaces.align import to_grid
from gis_core.surfaces.speeds import Speeds, load_speeds
from gis_core.surfaces.terrain import slope
from gis_core.surfaces.travel import friction_from, origin_destination_times
from gis_core.surfaces.ways import road_speeds
from gis_core.workflows.workspace import analysis_grid

TRAVEL_CELL_M = 300.0  # least; a village's way to town does not need the finest grid


def travel_grid(workspace: Workspace) -> Grid:
    """Return the grid that travel is reckoned on: the analysis grid, of cells of at least 300 m."""
    fine = analysis_grid(workspace)
    crs = parse_crs(str(workspace.region().analysis_crs))
    return Grid.covering(fine.bounds, crs=crs, cell_m=max(TRAVEL_CELL_M, fine.cell_m))


def elevation_on(workspace: Workspace, grid: Grid) -> xr.DataArray:
    """Return the workspace's elevation on `grid`, in metres."""
    return to_grid(workspace.raster("elevation"), grid, categorical=False)


def travel_times(
    workspace: Workspace,
    villages: gpd.GeoDataFrame,
    destinations: gpd.GeoDataFrame,
    *,
    progress: Progress = silent,
) -> pd.DataFrame:
    """Return minutes from every village to every destination.

    Index village_id, columns destination_id; NaN where a place is unknown or no way leads.
    """
    grid = travel_grid(workspace)
    friction = friction_from(
        slope(elevation_on(workspace, grid)),
        speeds=load_speeds(),
        road_kmh=_road_speeds(workspace, grid, load_speeds()),
    )
    minutes = origin_destination_times(
        friction, origins=_places(villages, grid), destinations=_places(destinations, grid),
        progress=progress,
    )  # fmt: skip
    return pd.DataFrame(
        minutes, index=pd.Index(villages["village_id"], name="village_id"),
        columns=list(destinations["destination_id"]),
    )  # fmt: skip


def _road_speeds(workspace: Workspace, grid: Grid, speeds: Speeds) -> xr.DataArray | None:
    if not workspace.has_layer("road"):
        return None
    return road_speeds(workspace.features("road"), grid, speeds)


def _places(frame: gpd.GeoDataFrame, grid: Grid) -> np.ndarray:
    points = frame.geometry.to_crs(grid.crs)
    return np.column_stack((points.x.to_numpy(float), points.y.to_numpy(float)))
