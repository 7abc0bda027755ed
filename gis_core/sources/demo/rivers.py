"""Rivers as lines, traced from the drained area: they only run down."""

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from shapely.geometry import LineString, Polygon
from shapely.prepared import prep

from gis_core.grid import Grid
from gis_core.sources.demo.relief import Relief
from gis_core.sources.demo.watercourses import Watercourse

STREAM_KM2, RIVER_KM2, MAIN_KM2 = 12.0, 120.0, 1000.0  # catchments where a class begins


def _classes(area_km2: NDArray, threshold_km2: float) -> NDArray[np.int8]:
    """Return 0 no stream, 1 stream, 2 river, 3 main river by catchment."""
    steps = (threshold_km2, RIVER_KM2, MAIN_KM2)
    return sum((area_km2 >= s).astype(np.int8) for s in steps)  # type: ignore[return-value]


def _name_of(
    xy: NDArray[np.float64], courses: list[Watercourse], trees: list[cKDTree], reach_m: float
) -> tuple[str, str, float]:
    for course, tree in zip(courses, trees, strict=True):
        distance, _ = tree.query(xy)
        if float(np.mean(distance)) < reach_m:
            return course.sketch.name_zh, course.sketch.name_en, course.sketch.width_m
    return "", "", 0.0


def trace_rivers(
    relief: Relief, grid: Grid, *, courses: dict[str, Watercourse], outline: Polygon
) -> gpd.GeoDataFrame:
    """Return the streams in and along `outline`, in the grid's CRS, drawn downstream.

    Columns: class (main, river, stream), name_zh and name_en (empty for unnamed ones), width_m,
    catchment_km2 at the lower end, z_from and z_to (m), geometry (LineString).
    """
    area = relief.area_km2.ravel()
    threshold = max(STREAM_KM2, 40 * grid.cell_m**2 / 1e6)
    kind = _classes(area, threshold)
    receivers = relief.receivers
    inflow = np.zeros(area.size, dtype=np.int32)
    stream = np.flatnonzero(kind > 0)
    down = receivers[stream]
    np.add.at(inflow, down[down != stream], 1)
    # a line starts at a head, below a junction, or where the class changes
    changes = np.zeros(area.size, dtype=np.bool_)
    changes[down] = kind[down] != kind[stream]
    starts = stream[(inflow[stream] != 1) | changes[stream]]
    near = prep(outline.buffer(1500))
    named = list(courses.values())
    trees = [cKDTree(np.column_stack([c.x, c.y])) for c in named]
    reach = max(400.0, 1.2 * grid.cell_m)
    rows = []
    for start in starts.tolist():
        cells = [start]
        while True:
            cell = cells[-1]
            onward = int(receivers[cell])
            if onward == cell:
                break
            cells.append(onward)
            if inflow[onward] != 1 or changes[onward]:
                break
        if len(cells) < 2:
            continue
        index = np.asarray(cells)
        x = grid.min_x + (index % grid.width + 0.5) * grid.cell_m
        y = grid.max_y - (index // grid.width + 0.5) * grid.cell_m
        line = LineString(np.column_stack([x, y]))
        if not near.intersects(line):
            continue
        level = int(kind[start])
        zh, en, width = _name_of(np.column_stack([x, y]), named, trees, reach)
        rows.append(
            {
                "class": ("stream", "river", "main")[level - 1],
                "name_zh": zh,
                "name_en": en,
                "width_m": width or float(np.round(1.2 * np.sqrt(area[start]), 1)),
                "catchment_km2": round(float(area[index[-2]]), 1),
                "z_from": round(float(relief.z.ravel()[index[0]]), 1),
                "z_to": round(float(relief.z.ravel()[index[-1]]), 1),
                "geometry": line,
            }
        )
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=grid.crs)
