"""Areas: nature reserves round high wooded ground, and ground that is prone to landslides."""

from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from rasterio.features import shapes
from scipy.ndimage import binary_closing, binary_opening, gaussian_filter
from shapely.geometry import MultiPolygon, shape
from shapely.geometry.base import BaseGeometry

from gis_core.crs import STORED, transformer
from gis_core.sources.demo.cover import FOREST
from gis_core.sources.demo.description import Description
from gis_core.sources.demo.land import Land

LEAST_SLIDE_KM2 = 0.4
BROAD_RIVER_M = 40.0


def _polygons(mask: NDArray[np.bool_], land: Land, least_m2: float) -> list[BaseGeometry]:
    found = shapes(mask.astype(np.uint8), mask=mask, transform=land.grid.transform)
    parts = [shape(geometry) for geometry, _ in found]
    cell = land.grid.cell_m
    smooth = [p.buffer(0.6 * cell).buffer(-0.6 * cell).simplify(0.7 * cell) for p in parts]
    return [p for p in smooth if not p.is_empty and p.area >= least_m2]


def draw_reserves(land: Land, description: Description, cover: NDArray) -> gpd.GeoDataFrame:
    """Return protected areas (name_zh, name_en, kind), grid's CRS."""
    wooded = gaussian_filter((cover == FOREST).astype(np.float32), 1200 / land.grid.cell_m)
    xs, ys = land.grid.x_centres(), land.grid.y_centres()
    to_plane = transformer(STORED, land.grid.crs)
    rows: list[dict[str, Any]] = []
    for item in description.raw["protected"]:
        x, y = to_plane.transform(float(item["at"][0]), float(item["at"][1]))
        away = np.hypot(xs[None, :] - x, ys[:, None] - y) / (float(item["reach_km"]) * 1000)
        inside = land.label > 0
        mask = (
            inside & (away < 1.25) & (1.1 * wooded - 0.9 * away**2 + 0.9 * land.ground.patch > 0.22)
        )
        radius = max(1, round(600 / land.grid.cell_m))
        mask = binary_closing(binary_opening(mask, iterations=radius), iterations=radius) & inside
        parts = sorted(_polygons(mask, land, 2e6), key=lambda p: -p.area)[:1]
        if parts:
            rows.append(
                {
                    "name_zh": item["name_zh"],
                    "name_en": item["name_en"],
                    "kind": item["kind"],
                    "geometry": parts[0],
                }
            )
    return gpd.GeoDataFrame(
        rows,
        columns=["name_zh", "name_en", "kind", "geometry"],
        geometry="geometry",
        crs=land.grid.crs,
    )


def hazard_cells(land: Land) -> NDArray[np.bool_]:
    """Return the cells near ground prone to landslides: steep loess or mine-worn hillsides."""
    steep = gaussian_filter(
        np.maximum(land.ground.slope_deg - 6.0, 0.0) * (0.35 + 0.65 * land.relief.loess),
        350.0 / land.grid.cell_m,
    )
    prone = steep * (1.0 + 0.5 * land.ground.patch)
    inside = land.label > 0
    limit = float(np.quantile(prone[inside], 0.93))
    out: NDArray[np.bool_] = (prone > limit) & inside
    return out


def draw_hazards(land: Land, mask: NDArray[np.bool_]) -> gpd.GeoDataFrame:
    """Return landslide-prone areas (kind, area_km2), grid's CRS."""
    least = max(LEAST_SLIDE_KM2 * 1e6, 3 * land.grid.cell_m**2)
    parts = _polygons(mask, land, least)
    parts = [
        p for whole in parts for p in (whole.geoms if isinstance(whole, MultiPolygon) else [whole])
    ]
    return gpd.GeoDataFrame(
        {"kind": ["landslide"] * len(parts), "area_km2": [round(p.area / 1e6, 2) for p in parts]},
        geometry=parts,
        crs=land.grid.crs,
    )


def draw_water(rivers: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the surfaces of the broad rivers in `rivers` (kind, area_km2), same CRS."""
    broad = rivers[rivers["width_m"] >= BROAD_RIVER_M]
    banks = broad.geometry.buffer(broad["width_m"].to_numpy() / 2)
    surface = shapely.get_parts(banks.union_all())
    return gpd.GeoDataFrame(
        {
            "kind": ["river"] * len(surface),
            "area_km2": np.round(shapely.area(surface) / 1e6, 2),
        },
        geometry=surface,
        crs=rivers.crs,
    )
