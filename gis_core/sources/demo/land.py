"""The ground as settlement sees it: counties, buildable cells, and scattering of places on them."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numba import njit
from numpy.typing import NDArray
from rasterio.features import rasterize
from scipy.ndimage import gaussian_filter, minimum_filter

from gis_core.grid import Grid
from gis_core.sources.demo.cover import BUILDABLE_SLOPE_DEG, Ground
from gis_core.sources.demo.relief import Relief


@dataclass(frozen=True)
class Land:
    """Counties and ground on one grid.

    `counties` is indexed by code, in the grid's CRS; `label` is 0 outside and 1 + position of the
    county inside; `inner` the same but 0 in cells beside a border; `hollow` metres by which the
    surroundings (about 1.5 km) stand above the cell; `buildable` gentle, dry cells.
    """

    grid: Grid
    counties: gpd.GeoDataFrame
    label: NDArray[np.int16]
    inner: NDArray[np.int16]
    hollow: NDArray[np.float32]
    buildable: NDArray[np.bool_]
    relief: Relief
    ground: Ground

    def xy(self, cells: NDArray[np.int64]) -> tuple[NDArray, NDArray]:
        """Return x and y (m) of the centres of flat `cells`."""
        x = self.grid.min_x + (cells % self.grid.width + 0.5) * self.grid.cell_m
        y = self.grid.max_y - (cells // self.grid.width + 0.5) * self.grid.cell_m
        return x, y

    def cells(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the flat cells that hold the points x, y (m), the nearest ones outside."""
        col = np.floor((np.asarray(x) - self.grid.min_x) / self.grid.cell_m).astype(np.int64)
        row = np.floor((self.grid.max_y - np.asarray(y)) / self.grid.cell_m).astype(np.int64)
        col, row = np.clip(col, 0, self.grid.width - 1), np.clip(row, 0, self.grid.height - 1)
        out: NDArray[np.int64] = row * self.grid.width + col
        return out

    def number(self, code: str) -> int:
        """Return the label of the county `code`, 0 if the boundaries lack it."""
        found = np.flatnonzero(self.counties.index == code)
        return int(found[0]) + 1 if len(found) else 0


def survey_land(
    counties: gpd.GeoDataFrame, relief: Relief, ground: Ground, water: NDArray[np.bool_], grid: Grid
) -> Land:
    """Return the `Land` of `counties` (indexed by code, in the grid's CRS)."""
    label = rasterize(
        zip(counties.geometry, range(1, len(counties) + 1), strict=True),
        out_shape=grid.shape, transform=grid.transform, fill=0, dtype="int16",
    )  # fmt: skip
    low, high = minimum_filter(label, 3), -minimum_filter(-label, 3)
    inner = np.where((low == high), label, 0).astype(np.int16)
    hollow = (gaussian_filter(relief.z, 1500.0 / grid.cell_m) - relief.z).astype(np.float32)
    buildable = (ground.slope_deg < BUILDABLE_SLOPE_DEG - 0.5) & ~water & (label > 0)
    buildable &= np.isnan(relief.water_z)
    return Land(grid, counties, label, inner, hollow, buildable, relief, ground)


def nearest_site(land: Land, code: str, x: float, y: float) -> int:
    """Return the flat cell of county `code` nearest to x, y (m) that a town could stand on.

    Gentle ground is preferred; where a county has none, the gentlest cell is taken.
    """
    inside = np.flatnonzero(land.inner.ravel() == land.number(code))
    if not len(inside):
        inside = np.flatnonzero(land.label.ravel() == land.number(code))
    slope = land.ground.slope_deg.ravel()[inside]
    for limit in (4.0, 8.0, 14.0, BUILDABLE_SLOPE_DEG - 0.5):
        fit = inside[(slope < limit) & land.buildable.ravel()[inside]]
        if len(fit):
            px, py = land.xy(fit)
            distance = np.hypot(px - x, py - y)
            if distance.min() < 6000 or limit > 14.0:
                return int(fit[int(np.argmin(distance))])
    return int(inside[int(np.argmin(slope))])


@njit(cache=True)
def _darts(
    cells: NDArray[np.int64], x: NDArray[np.float64], y: NDArray[np.float64],
    taken_x: NDArray[np.float64], taken_y: NDArray[np.float64], count: int, spacing: float,
) -> NDArray[np.int64]:  # fmt: skip
    """Return positions of accepted cells, in order, none nearer than `spacing` to another."""
    min_x, min_y = min(x.min(), taken_x.min()), min(y.min(), taken_y.min())
    max_x, max_y = max(x.max(), taken_x.max()), max(y.max(), taken_y.max())
    width = int((max_x - min_x) / spacing) + 1
    height = int((max_y - min_y) / spacing) + 1
    head = np.full(width * height, -1, dtype=np.int64)
    total = taken_x.size + count
    after = np.full(total, -1, dtype=np.int64)
    px, py = np.empty(total), np.empty(total)
    held = 0
    accepted = np.empty(count, dtype=np.int64)
    done = 0
    for k in range(taken_x.size + cells.size):
        old = k < taken_x.size
        cx = taken_x[k] if old else x[k - taken_x.size]
        cy = taken_y[k] if old else y[k - taken_x.size]
        bx, by = int((cx - min_x) / spacing), int((cy - min_y) / spacing)
        free = True
        if not old:
            for ny in range(max(by - 1, 0), min(by + 2, height)):
                for nx in range(max(bx - 1, 0), min(bx + 2, width)):
                    other = head[ny * width + nx]
                    while other >= 0 and free:
                        if (px[other] - cx) ** 2 + (py[other] - cy) ** 2 < spacing * spacing:
                            free = False
                        other = after[other]
        if not free:
            continue
        px[held], py[held] = cx, cy
        after[held] = head[by * width + bx]
        head[by * width + bx] = held
        held += 1
        if not old:
            accepted[done] = k - taken_x.size
            done += 1
            if done == count:
                break
    return accepted[:done]


def scatter(
    land: Land,
    *,
    cells: NDArray[np.int64],
    weights: NDArray[np.float64],
    count: int,
    taken: NDArray[np.int64],
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Choose `count` of `cells`, likelier where `weights` are high, kept apart from each other.

    The distance between places shrinks until all find room; where there are more places than
    a quarter of the cells, several may share a cell.
    """
    if count == 0 or not len(cells):
        return np.empty(0, dtype=np.int64)
    weights = np.maximum(weights, 1e-12)
    if count > len(cells) // 4:
        cumulative = np.cumsum(weights)
        drawn = np.searchsorted(cumulative, rng.random(count) * cumulative[-1])
        return cells[np.minimum(drawn, len(cells) - 1)]
    order = np.argsort(rng.exponential(size=len(cells)) / weights, kind="stable")
    ranked = cells[order]
    x, y = land.xy(ranked)
    tx, ty = land.xy(taken) if len(taken) else (x[:1] - 1e7, y[:1])
    if not len(taken):
        tx, ty = np.array([x.min() - 1e4]), np.array([y.min() - 1e4])
    spacing = 0.75 * np.sqrt(len(cells) * land.grid.cell_m**2 / count)
    spacing = min(spacing, 1200.0)
    while spacing > 0.7 * land.grid.cell_m:
        found = _darts(ranked, x, y, tx, ty, count, spacing)
        if len(found) == count:
            return ranked[found]
        spacing *= 0.8
    return ranked[:count]


def jitter(
    land: Land, cells: NDArray[np.int64], rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return points inside `cells` and inside the cell's county (x, y in metres)."""
    x, y = land.xy(cells)
    half = land.grid.cell_m * 0.45
    px, py = x + rng.uniform(-half, half, x.size), y + rng.uniform(-half, half, y.size)
    number = land.label.ravel()[cells]
    for position, shape in enumerate(land.counties.geometry, start=1):
        mine = number == position
        if mine.any():
            outside = np.flatnonzero(mine)[~shapely.contains_xy(shape, px[mine], py[mine])]
            px[outside], py[outside] = x[outside], y[outside]
    return px, py


def place_towns(
    land: Land, townships: pd.DataFrame, seats: dict[str, int], *, seed: int
) -> NDArray[np.int64]:
    """Return a cell for each row of `townships` (code, county_code, name_zh), in that order.

    The first of a county lies at its seat, street offices round it, the others apart from each
    other on gentle ground in hollows.
    """
    out = np.zeros(len(townships), dtype=np.int64)
    flat_inner, slope = land.inner.ravel(), land.ground.slope_deg.ravel()
    for code, rows in townships.groupby("county_code", sort=True):
        seat = seats[str(code)]
        rng = np.random.default_rng([seed, 31, int(str(code)) % 100000])
        inside = np.flatnonzero((flat_inner == land.number(str(code))) & land.buildable.ravel())
        inside = inside if len(inside) else np.array([seat])
        gentle = inside[slope[inside] < max(9.0, float(np.quantile(slope[inside], 0.2)))]
        if len(gentle) > 5000:
            gentle = gentle[np.sort(rng.choice(len(gentle), 5000, replace=False))]
        street = rows["name_zh"].str.endswith("街道").to_numpy()
        towns = rows.index.to_numpy()[~street]
        streets = rows.index.to_numpy()[street]
        sx, sy = land.xy(np.array([seat]))
        for k, row in enumerate(streets):
            angle, reach = 2.399963 * k, 700.0 + 450.0 * np.sqrt(k)
            x, y = sx[0] + reach * np.cos(angle), sy[0] + reach * np.sin(angle)
            out[row] = nearest_site(land, str(code), x, y)
        start = 0
        if not len(streets):
            out[towns[0]] = seat
            start = 1
        px, py = land.xy(gentle)
        pull = 1.0 / (1.0 + np.exp(-land.hollow.ravel()[gentle] / 40.0))
        nearest = np.hypot(px - sx[0], py - sy[0])
        for row in towns[start:]:
            best = int(np.argmax(nearest * (0.35 + pull)))
            out[row] = gentle[best]
            nearest = np.minimum(nearest, np.hypot(px - px[best], py - py[best]))
    return out
