"""The workspace itself: made, described, and the grid that its analyses stand on."""

from pathlib import Path

import geopandas as gpd
from shapely.geometry import box

from gis_core.crs import choose_analysis_crs, parse_crs
from gis_core.errors import InvalidParameterError, NotComputedError
from gis_core.grid import Grid
from gis_core.region import Region, read_region
from gis_core.settings import Settings
from gis_core.store.workspace import Workspace, open_workspace

GRID_CELLS_LIMIT = 120_000_000  # about 0.5 GB a float32 layer; beyond it choose larger cells


def init_workspace(settings: Settings, region_file: Path | None) -> Region:
    """Make a new, empty workspace in `settings.home` for the region of `region_file`.

    Raises
    ------
    InvalidParameterError
        If the folder holds a workspace already, or the region file cannot be understood.
    """
    region = read_region(region_file) if region_file else Region()
    if region.analysis_crs is not None:
        _refuse_degrees(region.analysis_crs)
    with open_workspace(settings, create=True) as workspace:
        if workspace.layers():
            raise InvalidParameterError(
                f"{settings.home} holds a workspace with data already; choose another --workspace.",
                f"{settings.home} 中已有含数据的工作区；请用 --workspace 另选目录。",
            )
        workspace.save_region(region)
    return region


def _refuse_degrees(analysis_crs: str) -> None:
    crs = parse_crs(analysis_crs)
    if not crs.is_projected or any(axis.unit_conversion_factor != 1 for axis in crs.axis_info):
        raise InvalidParameterError(
            f"analysis_crs is {analysis_crs}, which is not in metres; name a projected CRS such as "
            "EPSG:4546, or leave it out: it is then chosen from the data.",
            f"analysis_crs 为 {analysis_crs}，不以米为单位；请改用投影坐标系（如 EPSG:4546），"
            "或省略该项，由数据自动选定。",
        )


def settle_analysis_crs(workspace: Workspace, frame: gpd.GeoDataFrame) -> Region:
    """Choose the region's metric CRS from the first data that comes in, and keep it."""
    region = workspace.region()
    if region.analysis_crs is None and len(frame):
        min_x, min_y, max_x, max_y = frame.to_crs(4326).total_bounds
        crs = choose_analysis_crs((min_x + max_x) / 2, (min_y + max_y) / 2)
        region = region.with_crs(f"EPSG:{crs.to_epsg()}")
        workspace.save_region(region)
    return region


def analysis_grid(workspace: Workspace) -> Grid:
    """Return the grid of the workspace: over its units, or else over its elevation.

    Raises
    ------
    NotComputedError
        If the workspace holds neither units nor elevation.
    InvalidParameterError
        If the region's cell size would make more cells than fit.
    """
    region = workspace.region()
    if has_units(workspace):
        extent = county_units(workspace)
    elif workspace.has_layer("elevation"):
        elevation = workspace.raster("elevation")
        extent = gpd.GeoDataFrame(geometry=[box(*elevation.rio.bounds())], crs=elevation.rio.crs)
    else:
        raise NotComputedError(
            "The workspace has no extent yet: import boundaries (upland import boundaries FILE) or "
            "an elevation model (upland import raster elevation FILE) first.",
            "工作区尚无范围：请先导入边界（upland import boundaries 文件）或高程"
            "（upland import raster elevation 文件）。",
        )
    region = settle_analysis_crs(workspace, extent)
    grid = Grid.over(extent, cell_m=region.cell_m, crs=parse_crs(str(region.analysis_crs)))
    cells = grid.height * grid.width
    if cells > GRID_CELLS_LIMIT:
        raise InvalidParameterError(
            f"Cells of {region.cell_m:g} m would make a grid of {cells:,} cells, wanted at most "
            f"{GRID_CELLS_LIMIT:,}. Set a larger cell_m in the region.",
            f"{region.cell_m:g} 米格网共 {cells} 个单元，上限为 {GRID_CELLS_LIMIT}。"
            "请在区域设置中加大 cell_m。",
        )
    return grid


def units_or_extent(workspace: Workspace) -> gpd.GeoDataFrame:
    """Return the units, or one rectangle named after the region where there are none.

    Raises
    ------
    NotComputedError
        If the workspace holds nothing that has an extent.
    """
    if has_units(workspace):
        return county_units(workspace)
    region, grid = workspace.region(), analysis_grid(workspace)
    frame = gpd.GeoDataFrame(
        {"code": [""], "level": ["extent"], "parent_code": [""], "name_zh": [region.name_zh],
         "name_en": [region.name_en]},
        geometry=[box(*grid.bounds)], crs=grid.crs,
    )  # fmt: skip
    return frame.to_crs(4326)


def county_units(workspace: Workspace) -> gpd.GeoDataFrame:
    """Return the units that villages and bases belong to: the counties, or else the finest level.

    Raises
    ------
    NotFoundError
        If the workspace holds no boundaries.
    """
    held = {r.info.theme for r in workspace.layers() if r.info.kind == "boundaries"}
    return workspace.boundaries("county" if "county" in held else None)


def has_units(workspace: Workspace) -> bool:
    """Return whether any boundaries were imported."""
    return any(record.info.kind == "boundaries" for record in workspace.layers())
