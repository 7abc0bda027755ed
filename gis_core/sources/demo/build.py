"""Build the demonstration prefecture: one step a line, from county boundaries to the survey."""

from pathlib import Path

import geopandas as gpd
import pandas as pd

from gis_core.errors import InvalidLayerError, InvalidParameterError, MissingCrsError
from gis_core.grid import Grid
from gis_core.progress import Progress, silent
from gis_core.sources.demo.cover import describe_ground, water_cells
from gis_core.sources.demo.demonstration import Demonstration
from gis_core.sources.demo.description import DEFAULT, Description, read_description
from gis_core.sources.demo.land import survey_land
from gis_core.sources.demo.relief import build_relief
from gis_core.sources.demo.rivers import trace_rivers
from gis_core.sources.demo.settle import Stage, lay_main_network, place_all_towns, settle
from gis_core.sources.demo.watercourses import lay_watercourses, outline_of
from gis_core.text import Text

CELL_LIMITS_M = (20.0, 2000.0)
VILLAGE_LIMITS = (4, 1_000_000)


def _check(villages: int, cell_m: float, seed: int) -> None:
    wanted = (
        ("villages", "村庄数", villages, VILLAGE_LIMITS),
        ("cell", "格网", cell_m, CELL_LIMITS_M),
        ("seed", "种子", seed, (0, 2**31 - 1)),
    )
    for name, name_zh, value, (low, high) in wanted:
        if not low <= value <= high:
            raise InvalidParameterError(
                f"{name} is {value:g}, wanted {low:g} to {high:g}.",
                f"{name_zh}为 {value:g}，应在 {low:g} 至 {high:g} 之间。",
            )


def _counties(boundaries: gpd.GeoDataFrame, description: Description) -> gpd.GeoDataFrame:
    """Return the described counties, indexed and sorted by code, in the analysis CRS."""
    if boundaries.crs is None:
        raise MissingCrsError(
            "The county boundaries have no CRS; set one before making the demonstration.",
            "县界没有坐标系；请先指定坐标系再生成演示区域。",
        )
    frame = boundaries
    if "level" in frame.columns:
        frame = frame[frame["level"] == "county"]
    frame = frame[frame["code"].astype(str).isin(description.counties)].copy()
    missing = sorted(set(description.counties) - set(frame["code"].astype(str)))
    if missing:
        raise InvalidLayerError(
            f"The boundaries lack the counties {', '.join(missing)} of the demonstration; import "
            "boundaries with these codes.",
            f"边界中缺少演示区域的县 {'、'.join(missing)}；请导入含这些代码的边界。",
        )
    frame.index = pd.Index(frame["code"].astype(str), name=None)
    return frame.sort_index().to_crs(description.crs)


def build_demonstration(
    *,
    boundaries: gpd.GeoDataFrame,
    villages: int | None = None,
    cell_m: float = 100.0,
    seed: int = 1,
    progress: Progress = silent,
    description: Path = DEFAULT,
) -> Demonstration:
    """Build a synthetic prefecture inside county boundaries; the same arguments, the same bytes.

    Parameters
    ----------
    boundaries
        Counties with the columns code, level, name_zh, name_en and a CRS (rows of other levels are
        left out); schematic or real ones.
    villages
        Number of small villages of the survey, 4 to 1,000,000; None for the published number. Other
        numbers scale the published table.
    cell_m
        Cell of the grid, 20 to 2000 metres.
    seed
        0 to 2³¹ - 1.
    progress
        Told of each step.
    description
        YAML file that describes the region.

    Raises
    ------
    InvalidParameterError
        If a number is out of range or the description cannot be used.
    MissingCrsError, InvalidLayerError
        If the boundaries have no CRS or lack a county of the description.
    """
    told = read_description(description)
    count = told.default_villages if villages is None else villages
    _check(count, cell_m, seed)
    counties = _counties(boundaries, told)
    outline = outline_of(counties, told)
    grid = Grid.covering(outline.buffer(told.margin_m).bounds, crs=told.crs, cell_m=cell_m)

    courses = lay_watercourses(told, outline=outline, seed=seed)
    relief = build_relief(
        told, courses, grid=grid, seed=seed, progress=lambda s, w: progress(0.5 * s, w)
    )
    progress(0.5, Text("soil, climate and land", "生成土壤、气候与地表"))
    ground = describe_ground(told, relief, grid, seed=seed)
    water = water_cells(relief, grid, told)
    land = survey_land(counties, relief, ground, water, grid)
    progress(0.6, Text("towns and roads", "布设城镇与道路"))
    towns = place_all_towns(land, told, seed)
    network, access = lay_main_network(land, told, towns, water, seed=seed)
    stage = Stage(told, land, towns, network, access, water, trace_rivers(
        relief, grid, courses=courses, outline=outline
    ))  # fmt: skip
    progress(0.75, Text("villages", "布设村庄"))
    return settle(stage, villages=count, seed=seed, progress=progress)
