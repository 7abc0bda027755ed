"""Hills, a road and areas, and a model that looks at all of them: for what scores land in parts."""

from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from gis_core.grid import Grid
from gis_core.suitability.model import SuitabilityModel
from gis_core.suitability.reader import model_from_values
from gis_core.suitability.result import SuitabilityResult
from gis_core.suitability.run import Surroundings, run_suitability
from gis_core.surfaces.distance import DistanceStrips
from gis_core.surfaces.inside import InsideStrips
from gis_core.text import Text

GRID = Grid(CRS(4546), 500_000.0, 4_000_000.0, 100.0, 61, 83)
WORD = {"en": "made up", "zh": "虚构"}
LEGEND = {1: Text("field", "耕地"), 2: Text("wood", "林地"), 4: Text("lake", "湖泊")}
RASTERS = ("elevation", "cover")


def part(name: str, layer: str, derive: str = "value", **more: Any) -> dict[str, Any]:
    unit = "°" if derive in ("slope", "aspect") else "m"
    return {"name": name, "title": WORD, "layer": layer, "unit": unit, "tag": "planner",
            "derive": derive, "source": WORD, **more}  # fmt: skip


def criterion(name: str, derive: str, points: list[list[float]], **more: Any) -> dict[str, Any]:
    shape = {"kind": "piecewise", "points": points}
    layer = "road" if derive == "distance" else "elevation"
    return part(name, layer, derive, membership=shape, **{"weight": len(name), **more})


def made_model(method: str = "weighted_sum", **more: Any) -> SuitabilityModel:
    return model_from_values({
        "name": "hills", "title": WORD, "combination": {"method": method},
        "criteria": [
            criterion("slope", "slope", [[0, 1], [5, 0.6], [20, 0]]),
            criterion("idle", "value", [[0, 1], [1, 0]], weight=0),
            criterion("faces", "aspect", [[0, 0], [180, 1], [360, 0]], flat=0.7),
            criterion("rough", "ruggedness", [[0, 1], [40, 0]]),
            criterion("around", "focal_mean", [[900, 1], [1100, 0]], radius_m=750),
            criterion("height", "value", [[800, 0], [1000, 1], [1200, 0]]),
            criterion("road", "distance", [[0, 0], [3000, 1]]),
            part("cover", "cover", weight=2,
                 membership={"kind": "categorical", "classes": {"field": 1, "3": 0.4}}),
        ],
        "rules": [
            part("steep", "elevation", "slope", exclude={"above": 24}),
            part("north", "elevation", "aspect", exclude={"below": 12}),
            part("low", "elevation", exclude={"below": 860}),
            part("taken", "cover", exclude={"classes": ["lake"]}),
            part("near", "road", "distance", exclude={"within_m": 250}),
            part("park", "park", exclude={"inside": True}),
        ], **more,
    })  # fmt: skip


def made_land() -> dict[str, Any]:
    """Hills with level land and gaps, classes, a road and areas whose edges cut cell centres."""
    chance = np.random.default_rng(4)
    row, col = np.mgrid[: GRID.height, : GRID.width]
    height = 1000 + 150 * np.sin(row / 9) * np.cos(col / 7) + chance.uniform(0, 6, row.shape)
    height[20:40, 20:50] = 980.0  # level land, which faces nowhere
    height[chance.random(row.shape) < 0.01] = np.nan
    cover = chance.integers(1, 5, row.shape).astype(np.float32)
    cover[50, 3] = np.nan
    left, bottom, right, top = GRID.bounds
    road = shapely.LineString([(left - 900, bottom + 700), (right, top - 4000)])
    parks = [shapely.box(left + 1050, top - 2050, left + 2050, top - 1050),
             shapely.Point(left + 5000, bottom + 2000).buffer(700)]  # fmt: skip
    return {
        "elevation": height.astype(np.float32), "cover": cover,
        "road": gpd.GeoDataFrame(geometry=[road], crs=GRID.crs),
        "park": gpd.GeoDataFrame(geometry=parks, crs=GRID.crs),
    }  # fmt: skip


def in_memory(model: SuitabilityModel, land: dict[str, Any]) -> SuitabilityResult:
    layers = {theme: GRID.wrap(values, name=theme) if isinstance(values, np.ndarray) else values
              for theme, values in land.items()}  # fmt: skip
    return run_suitability(model, layers, grid=GRID,
                           surroundings=Surroundings(legends={"cover": LEGEND}))  # fmt: skip


def strips(land: dict[str, Any]) -> dict[str, Any]:
    return {
        "distances": {"road": DistanceStrips(land["road"], GRID, reach_m=3000.0)},
        "areas": {"park": InsideStrips(land["park"], GRID)}, "legends": {"cover": LEGEND},
    }  # fmt: skip
