"""Climate, soil and land cover, from height, slope, aspect and wetness of the ground."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from gis_core.crs import STORED, transformer
from gis_core.grid import Grid
from gis_core.sources.demo.description import Description
from gis_core.sources.demo.noise import fractal_noise
from gis_core.sources.demo.relief import Relief
from gis_core.text import Text

CROPLAND, TERRACE, ORCHARD, FOREST, GRASS, BUILT, WATER, BARE = 1, 2, 3, 4, 5, 6, 7, 8
LEGEND = {
    CROPLAND: Text("cropland", "耕地"),
    TERRACE: Text("terraced cropland", "梯田"),
    ORCHARD: Text("orchard", "园地"),
    FOREST: Text("forest", "林地"),
    GRASS: Text("shrub and grass", "灌草地"),
    BUILT: Text("built-up land", "建设用地"),
    WATER: Text("water", "水域"),
    BARE: Text("bare loess gully", "裸土沟壑"),
}
BUILDABLE_SLOPE_DEG = 20.0


@dataclass(frozen=True)
class Ground:
    """Rasters of the ground, float32 on one grid.

    `slope_deg` degrees; `south` 1 on south slopes to -1 on north slopes; `precipitation` mm a year;
    `temperature` annual mean, °C; `soil_ph` unitless; `soil_organic_matter` g/kg; `patch` smooth
    noise, -1 to 1.
    """

    slope_deg: NDArray[np.float32]
    south: NDArray[np.float32]
    precipitation: NDArray[np.float32]
    temperature: NDArray[np.float32]
    soil_ph: NDArray[np.float32]
    soil_organic_matter: NDArray[np.float32]
    patch: NDArray[np.float32]


def _degrees(grid: Grid) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return lon of the columns and lat of the rows, taken along the grid's middle lines."""
    back = transformer(grid.crs, STORED)
    xs, ys = grid.x_centres(), grid.y_centres()
    lon, _ = back.transform(xs, np.full(xs.shape, ys[len(ys) // 2]))
    _, lat = back.transform(np.full(ys.shape, xs[len(xs) // 2]), ys)
    return np.asarray(lon), np.asarray(lat)


def describe_ground(description: Description, relief: Relief, grid: Grid, *, seed: int) -> Ground:
    """Return slope, climate and soil on `grid`; rain and warmth follow height by lapse rates."""
    z = relief.z
    down, east = np.gradient(z, grid.cell_m)
    steep = np.hypot(down, east)
    slope = np.degrees(np.arctan(steep)).astype(np.float32)
    south = (-down / np.maximum(steep, 0.02)).astype(np.float32)  # rows run south: falling is < 0
    climate = {k: float(v) for k, v in description.raw["climate"].items()}
    lon, lat = _degrees(grid)
    xs, ys = grid.x_centres(), grid.y_centres()
    smallest = max(2 * grid.cell_m, 900.0)
    patch = fractal_noise(xs, ys, wavelength_m=12000, smallest_m=smallest, seed=seed + 21)
    regional = gaussian_filter(z, 4000.0 / grid.cell_m, mode="nearest")
    above = (0.6 * regional + 0.4 * z - climate["reference_m"]) / 1000
    rain = (
        climate["precipitation_mm"]
        + climate["precipitation_mm_per_km"] * above
        + climate["precipitation_mm_per_degree_lon"] * (lon - climate["reference_lon"])[None, :]
        + 14.0 * patch
    )
    warmth = (
        climate["temperature_c"]
        + climate["lapse_c_per_km"] * (z - climate["reference_m"]) / 1000
        + climate["temperature_c_per_degree_lat"] * (lat - climate["reference_lat"])[:, None]
        + 0.25 * south * np.minimum(steep * 3, 1.0)
    )
    woods = _woodiness(z, slope, south, patch)
    fine = fractal_noise(xs, ys, wavelength_m=4000, smallest_m=smallest, seed=seed + 22)
    acid = np.clip((z - 1150.0) / 1000.0, 0.0, 1.0)
    ph = 8.02 + 0.30 * relief.loess - 0.95 * acid - 0.30 * woods + 0.14 * fine
    organic = 10.5 + 14.0 * woods + 13.0 * acid - 2.6 * relief.loess - 0.06 * slope + 2.2 * fine
    return Ground(
        slope, south, rain.astype(np.float32), warmth.astype(np.float32),
        np.clip(ph, 6.4, 8.8).astype(np.float32), np.clip(organic, 4.0, 60.0).astype(np.float32),
        patch,
    )  # fmt: skip


def _woodiness(z: NDArray, slope: NDArray, south: NDArray, patch: NDArray) -> NDArray[np.float32]:
    """Return 0 to 1, how readily forest grows: high, north-facing, not flat."""
    score = (z - 1280.0) / 420.0 - 0.35 * south + 0.03 * (slope - 8.0) + 0.9 * patch
    out: NDArray[np.float32] = (1.0 / (1.0 + np.exp(-3.0 * np.clip(score, -4, 4)))).astype(
        np.float32
    )
    out *= np.clip(slope / 5.0, 0.0, 1.0)
    return out


def water_cells(relief: Relief, grid: Grid, description: Description) -> NDArray[np.bool_]:
    """Return the cells that main rivers at least half a cell wide lie in."""
    wet = np.zeros(grid.shape, dtype=np.bool_)
    widest = max(r.width_m for r in description.rivers)
    channel = ~np.isnan(relief.water_z)
    # width grows with the square root of the catchment; the widest river has its described width
    width = widest * np.sqrt(relief.area_km2 / max(relief.area_km2.max(), 1.0))
    wet[channel & (width >= grid.cell_m / 3)] = True
    broad = channel & (width >= 1.5 * grid.cell_m)
    for dr, dc in ((0, 1), (1, 0), (0, -1), (-1, 0)):
        wet |= np.roll(broad, (dr, dc), axis=(0, 1))
    return wet


def classify_cover(
    relief: Relief,
    ground: Ground,
    *,
    water: NDArray[np.bool_],
    built: NDArray[np.bool_],
    grid: Grid,
    seed: int,
) -> NDArray[np.uint8]:
    """Return land cover classes (`LEGEND`), uint8, on the grid of `relief`."""
    z, slope = relief.z, ground.slope_deg
    smallest = max(2 * grid.cell_m, 300.0)
    fine = fractal_noise(
        grid.x_centres(), grid.y_centres(), wavelength_m=2400, smallest_m=smallest, seed=seed + 23
    )
    woods = _woodiness(z, slope, ground.south, ground.patch)
    cover = np.full(z.shape, GRASS, dtype=np.uint8)
    low = z < 1450.0 - 150.0 * fine
    cover[(slope < 12.0 + 8.0 * fine) & low & (ground.south > -0.75 + 0.3 * fine)] = TERRACE
    cover[(slope < 4.0 + 2.0 * fine) & (z < 1350.0)] = CROPLAND
    orchard = (cover == TERRACE) & (relief.loess > 0.6) & (ground.patch + 0.5 * fine > 0.42)
    cover[orchard] = ORCHARD
    cover[woods + 0.25 * fine > 0.55] = FOREST
    gully = (slope > 24.0 - 5.0 * fine) & (relief.loess > 0.5) & (ground.south > 0.1)
    cover[gully & (cover == GRASS)] = BARE
    cover[built] = BUILT
    cover[water] = WATER
    return cover
