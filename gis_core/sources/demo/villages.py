"""Small and larger villages: where they lie, how large they are, what they have."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter
from scipy.spatial import cKDTree

from gis_core.sources.demo.cover import CROPLAND, ORCHARD, TERRACE
from gis_core.sources.demo.description import Description
from gis_core.sources.demo.land import Land, jitter, scatter
from gis_core.sources.demo.names import name_villages
from gis_core.sources.demo.roads import Access
from gis_core.sources.demo.sizes import Sizes, _largest_remainder

PEOPLE_PER_LARGER_VILLAGE = {False: 1100, True: 600}  # rural people a village, by poverty
LEAST_LARGER = 301
TOWNSHIP_PEOPLE = (1500, 6000)
WATER = ("自来水", "水窖", "无")
WELL_REACH_M, CISTERN_REACH_M = 45.0, 170.0  # height above the nearest stream


@dataclass(frozen=True)
class Towns:
    """Seats and townships: code, name, county and cell, parallel arrays by township row."""

    frame: pd.DataFrame
    cells: NDArray[np.int64]
    seats: dict[str, int]


def terrain_of(land: Land, cells: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return 0 plain, 1 valley, 2 slope, 3 ridge for each cell."""
    slope = land.ground.slope_deg.ravel()[cells]
    floor = land.relief.floor.ravel()[cells]
    hollow = land.hollow.ravel()[cells]
    kind = np.full(len(cells), 2, dtype=np.int64)
    kind[hollow > 22] = 1
    kind[hollow < -22] = 3
    kind[(slope < 4) & (floor < 0.25)] = 0
    return kind


def nearest_township(land: Land, towns: Towns, cells: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the row of the nearest township of the same county for each cell."""
    out = np.full(len(cells), -1, dtype=np.int64)
    number = land.label.ravel()[cells]
    tx, ty = land.xy(towns.cells)
    x, y = land.xy(cells)
    codes = towns.frame["county_code"].to_numpy()
    for code in np.unique(codes):
        rows = np.flatnonzero(codes == code)
        mine = number == land.number(str(code))
        if mine.any():
            _, near = cKDTree(np.column_stack([tx[rows], ty[rows]])).query(
                np.column_stack([x[mine], y[mine]])
            )
            out[mine] = rows[near]
    return out


def place_larger(
    land: Land, description: Description, access: Access, towns: Towns, *,
    small_people: dict[str, int], seed: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64], dict[str, NDArray[np.int64]]]:  # fmt: skip
    """Return cells and people of the larger villages, and people of each county's townships.

    The people of each county add up to the described ones less `small_people`, as far as every
    village keeps more people than the survey's limit.
    """
    road, effort = access.on(land.grid)
    typical = float(np.median(effort[land.label > 0]))
    slope, z = land.ground.slope_deg, land.relief.z
    liking = np.exp(-road / 1500 - effort / typical / 0.9 - slope / 4.5 - (z - 400) / 700)
    liking = (liking * np.clip((land.relief.area_km2 < 50) + 0.2, 0, 1)).ravel()
    cells, people = [], []
    in_towns: dict[str, NDArray[np.int64]] = {}
    for code in land.counties.index:
        rng = np.random.default_rng([seed, 51, int(code) % 100000])
        sketch = description.counties.get(str(code))
        rows = np.flatnonzero((towns.frame["county_code"] == code).to_numpy())
        if sketch is None:
            continue
        rural = sketch.people * (1 - sketch.urban)
        shares = rng.uniform(*TOWNSHIP_PEOPLE, len(rows))
        shares *= min(1.0, 0.3 * rural / max(shares.sum(), 1.0))
        in_towns[str(code)] = np.round(shares).astype(np.int64)
        rest = int(rural - in_towns[str(code)].sum() - small_people.get(str(code), 0))
        count = max(rest // PEOPLE_PER_LARGER_VILLAGE[sketch.poverty], len(rows), 3)
        inside = np.flatnonzero(
            (land.inner.ravel() == land.number(str(code))) & land.buildable.ravel()
        )
        chosen = scatter(
            land, cells=inside, weights=liking[inside], count=count,
            taken=towns.cells[rows], rng=rng,
        )  # fmt: skip
        spread = rng.lognormal(0.0, 0.55, len(chosen))
        above = max(rest - LEAST_LARGER * len(chosen), 0)
        cells.append(chosen)
        people.append(LEAST_LARGER + _largest_remainder(spread, above))
    return np.concatenate(cells), np.concatenate(people), in_towns


def place_small(
    land: Land, description: Description, access: Access, *,
    taken: NDArray[np.int64], count: int, seed: int,
) -> NDArray[np.int64]:  # fmt: skip
    """Return cells for `count` small villages in the survey's counties, the remotest first.

    They lie on buildable land, likelier the farther from roads and towns.
    """
    road, effort = (a.ravel() for a in access.on(land.grid))
    codes = [
        str(c)
        for c in land.counties.index
        if (s := description.counties.get(str(c))) is not None and s.poverty
    ]
    pools = [
        np.flatnonzero((land.inner.ravel() == land.number(c)) & land.buildable.ravel())
        for c in codes
    ]
    room = np.array([len(p) for p in pools], dtype=float)
    counts = _largest_remainder(room**0.8, count)
    typical = float(np.median(effort[land.label.ravel() > 0]))
    chosen, remoteness = [], []
    for code, pool, mine in zip(codes, pools, counts.tolist(), strict=True):
        rng = np.random.default_rng([seed, 61, int(code) % 100000])
        far = road[pool] / 1500 + effort[pool] / typical
        weights = far**0.9 * np.exp(-land.ground.slope_deg.ravel()[pool] / 9.0)
        weights = weights * np.exp(-np.maximum(land.relief.z.ravel()[pool] - 1500, 0) / 150)
        cells = scatter(land, cells=pool, weights=weights, count=mine, taken=taken, rng=rng)
        chosen.append(cells)
        far_here = road[cells] / 1500 + effort[cells] / typical
        remoteness.append(far_here + rng.normal(0.0, 0.5 * float(far_here.std()) + 1e-9, mine))
    cells = np.concatenate(chosen)
    return cells[np.argsort(-np.concatenate(remoteness), kind="stable")]


def _nearest_km(
    x: NDArray, y: NDArray, services: gpd.GeoDataFrame, kind: str
) -> NDArray[np.float64]:
    places = services[services["kind"] == kind]
    tree = cKDTree(np.column_stack([places.geometry.x, places.geometry.y]))
    distance, _ = tree.query(np.column_stack([x, y]))
    return np.asarray(distance / 1000.0)


def height_above_stream(land: Land, cells: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return metres from each cell down to the nearest stream (catchment over 12 km²)."""
    least = max(12.0, 40 * land.grid.cell_m**2 / 1e6)
    streams = np.flatnonzero(land.relief.area_km2.ravel() >= least)
    _, near = cKDTree(np.column_stack(land.xy(streams))).query(np.column_stack(land.xy(cells)))
    z = land.relief.z.ravel()
    return np.asarray(np.maximum(z[cells] - z[streams[near]], 0.0))


def survey_frame(
    land: Land, description: Description, access: Access, towns: Towns, *,
    cells: NDArray[np.int64], sizes: Sizes, cover: NDArray[np.uint8],
    services: gpd.GeoDataFrame, hazards: gpd.GeoDataFrame, seed: int,
) -> gpd.GeoDataFrame:  # fmt: skip
    """Return the small villages with all that the survey asks, in the grid's CRS.

    Sizes are given to `cells` in order: the smallest villages take the first, remotest ones.
    Distances are straight lines in km; what can be derived comes from the ground.
    """
    rng = np.random.default_rng([seed, 71])
    x, y = jitter(land, cells, rng)
    township = nearest_township(land, towns, cells)
    number = land.label.ravel()[cells]
    order = np.lexsort((rng.permutation(len(cells)), township, number))
    cells, x, y, township = cells[order], x[order], y[order], township[order]
    people, households = sizes.people[order], sizes.households[order]
    terrain = terrain_of(land, cells)
    zh, en = name_villages(description.names, terrain=terrain, township=township, rng=rng)
    serial = pd.Series(township).groupby(township).cumcount().to_numpy() + 1
    digits = max(3, len(str(int(serial.max()))))
    road, effort = access.at(x, y)
    far = pd.Series(road / 1500 + effort / np.median(effort)).rank(pct=True).to_numpy()
    fields = np.isin(cover, (CROPLAND, TERRACE, ORCHARD)).astype(np.float32)
    tilled = uniform_filter(fields, max(3, round(1500 / land.grid.cell_m))).ravel()[cells]
    slope = land.ground.slope_deg.ravel()[cells]
    mu_per_head = 1.6 + 3.4 * tilled + 0.04 * slope + 0.25 * rng.standard_normal(len(cells))
    above = height_above_stream(land, cells) + 25.0 * rng.standard_normal(len(cells))
    poor_share = np.clip(0.28 + 0.42 * far + 0.08 * rng.standard_normal(len(cells)), 0.05, 0.95)
    water = np.where(above < WELL_REACH_M, 0, np.where(above < CISTERN_REACH_M, 1, 2))
    tree = shapely.STRtree(hazards.geometry.to_numpy())
    prone = np.zeros(len(cells), dtype=bool)
    prone[tree.query(shapely.points(x, y), predicate="intersects")[0]] = True
    frame = towns.frame
    codes = frame["code"].to_numpy()[township]
    return gpd.GeoDataFrame(
        {
            "village_id": [f"{c}{s:0{digits}d}" for c, s in zip(codes, serial, strict=True)],
            "name": zh,
            "name_en": en,
            "county_code": frame["county_code"].to_numpy()[township],
            "township": frame["name_zh"].to_numpy()[township],
            "township_code": codes,
            "households": households,
            "people": people,
            "poor_people": np.round(people * poor_share).astype(np.int64),
            "elevation_m": np.round(land.relief.z.ravel()[cells]).astype(np.int64),
            "slope_deg": np.round(slope.astype(float), 1),
            "water": np.array(WATER)[water],
            "power": np.where(far + 0.08 * rng.standard_normal(len(cells)) < 0.93, "已通", "未通"),
            "road_km": np.round(road.astype(float) / 1000, 1),
            "school_km": np.round(_nearest_km(x, y, services, "school"), 1),
            "clinic_km": np.round(_nearest_km(x, y, services, "clinic"), 1),
            "farmland_mu": np.round(people * np.maximum(mu_per_head, 0.8)).astype(np.int64),
            "hazard": np.where(prone, "有", "无"),
        },
        geometry=gpd.points_from_xy(x, y),
        crs=land.grid.crs,
    )
