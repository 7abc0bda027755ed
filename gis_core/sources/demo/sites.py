"""Point sites: services, pollution sources and destinations for those who move."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from gis_core.sources.demo.description import Description
from gis_core.sources.demo.land import Land, jitter, scatter
from gis_core.sources.demo.roads import Access
from gis_core.sources.demo.villages import Towns

SCHOOL_PEOPLE, CLINIC_PEOPLE = 900, 700  # villages above these have a school, a clinic
KINDS_ZH = {
    "town": "城镇安置", "new_village": "新村安置", "join_village": "并入大村",
    "scattered": "分散安置", "inter_county": "跨县安置",
}  # fmt: skip
KINDS_EN = {
    "town": "resettlement in town", "new_village": "new village", "join_village": "joins a village",
    "scattered": "scattered households", "inter_county": "to another county",
}  # fmt: skip


def place_services(
    land: Land, towns: Towns, *, cells: NDArray[np.int64], people: NDArray[np.int64]
) -> gpd.GeoDataFrame:
    """Return schools, clinics, hospitals and markets (kind, level, geometry), grid's CRS."""
    rows: list[tuple[str, str, NDArray[np.int64]]] = [
        ("school", "township", towns.cells),
        ("clinic", "township", towns.cells),
        ("market", "township", towns.cells),
        ("hospital", "county", np.array(list(towns.seats.values()))),
        ("school", "village", cells[people >= SCHOOL_PEOPLE]),
        ("clinic", "village", cells[people >= CLINIC_PEOPLE]),
    ]
    frames = []
    for kind, level, places in rows:
        x, y = land.xy(places)
        points = gpd.points_from_xy(x, y)
        frames.append(pd.DataFrame({"kind": kind, "level": level, "geometry": points}))
    return gpd.GeoDataFrame(
        pd.concat(frames, ignore_index=True), geometry="geometry", crs=land.grid.crs
    )


def place_pollution(
    land: Land, description: Description, access: Access, *, seed: int
) -> gpd.GeoDataFrame:
    """Return pollution sources (kind, severity, names, county), grid's CRS.

    Plants lie on gentle valley ground by the roads, mines and landfills in the hills near roads.
    """
    road, effort = (a.ravel() for a in access.on(land.grid))
    slope, floor = land.ground.slope_deg.ravel(), land.relief.floor.ravel()
    rows: list[dict[str, Any]] = []
    for order, item in enumerate(description.raw["pollution"]):
        valley = item["ground"] == "valley"
        for code, count in item["counties"].items():
            number = land.number(str(code))
            pool = np.flatnonzero((land.inner.ravel() == number) & land.buildable.ravel())
            if number == 0 or not len(pool):
                continue
            near = np.exp(-road[pool] / 700)
            lie = np.exp(-slope[pool] / 3 - 4 * floor[pool]) if valley else 0.05 + floor[pool]
            away = 1.0 - np.exp(-effort[pool] / 6000)
            rng = np.random.default_rng([seed, 81, order, int(str(code)) % 100000])
            cells = scatter(
                land, cells=pool, weights=near * lie * away, count=int(count),
                taken=np.empty(0, dtype=np.int64), rng=rng,
            )  # fmt: skip
            x, y = jitter(land, cells, rng)
            county = land.counties.loc[str(code)]
            for k in range(len(cells)):
                rows.append(
                    {
                        "kind": item["kind"],
                        "severity": int(item["severity"]),
                        "name_zh": f"{county.name_zh}虚构{item['name_zh']}{k + 1}号",
                        "name_en": f"{county.name_en} synthetic {item['name_en']} {k + 1}",
                        "county_code": str(code),
                        "x": x[k],
                        "y": y[k],
                    }
                )
    frame = pd.DataFrame(rows)
    points = gpd.points_from_xy(frame["x"], frame["y"])
    return gpd.GeoDataFrame(frame.drop(columns=["x", "y"]), geometry=points, crs=land.grid.crs)


def _picked(order: NDArray[np.int64], count: int, land: Land, gap_m: float) -> list[int]:
    """Return the first `count` of `order` (cells, best first) that lie `gap_m` apart."""
    kept: list[int] = []
    x, y = land.xy(order)
    for k in range(len(order)):
        far = all(np.hypot(x[k] - x[j], y[k] - y[j]) >= gap_m for j in kept)
        if far:
            kept.append(k)
        if len(kept) == count:
            break
    return [int(order[k]) for k in kept]


def place_destinations(
    land: Land, description: Description, access: Access, towns: Towns, *,
    settlements: gpd.GeoDataFrame, scale: float, seed: int,
) -> gpd.GeoDataFrame:  # fmt: skip
    """Return destinations of all five forms with capacity and cost, grid's CRS.

    `scale` multiplies capacities, so that they keep pace with the number of small villages.
    """
    rules = description.raw["destinations"]
    road, effort = (a.ravel() for a in access.on(land.grid))
    rows: list[dict[str, Any]] = []

    def add(kind: str, code: str, cells: list[int], zh: list[str], en: list[str]) -> None:
        rule = rules[kind]
        rng = np.random.default_rng([seed, 91, list(KINDS_ZH).index(kind), int(code) % 100000])
        for k, cell in enumerate(cells):
            low, high = rule["capacity"]
            rows.append(
                {
                    "destination_id": f"{code}-{kind}-{k + 1}",
                    "name_zh": zh[k],
                    "name_en": en[k],
                    "kind": kind,
                    "county_code": code,
                    "capacity_people": int(round(rng.uniform(low, high) * scale, -1)) or 10,
                    "cost_per_person_yuan": round(rule["cost"] * rng.uniform(0.92, 1.08), -1),
                    "farmland_mu_per_head": round(rule["mu_per_head"] * rng.uniform(0.8, 1.2), 2),
                    "cell": cell,
                }
            )

    town_codes = towns.frame["county_code"].to_numpy()
    for code in (str(c) for c in land.counties.index):
        sketch = description.counties.get(code)
        if sketch is None:
            continue
        county = land.counties.loc[code]
        mine = np.flatnonzero(town_codes == code)
        mine = mine[np.argsort(effort[towns.cells[mine]] + road[towns.cells[mine]], kind="stable")]
        rank = [int(towns.cells[r]) for r in mine]
        zh = [str(towns.frame["name_zh"].iloc[r]) for r in mine]
        en = [str(towns.frame["name_en"].iloc[r]) for r in mine]
        kinds = ("inter_county",) if not sketch.poverty else ("town",)
        for kind in kinds:
            count = min(int(rules[kind]["per_county"]), len(rank))
            add(kind, code, rank[:count], zh[:count], en[:count])
        if not sketch.poverty:
            continue
        pool = np.flatnonzero((land.inner.ravel() == land.number(code)) & land.buildable.ravel())
        gentle = np.where(land.ground.slope_deg.ravel()[pool] < 6, 0.0, 5000.0)
        best = pool[np.argsort(effort[pool] + 2 * road[pool] + gentle, kind="stable")]
        best = best[:: max(1, round(200 / land.grid.cell_m))]
        sites = _picked(best[:4000], int(rules["new_village"]["per_county"]), land, 2500.0)
        numbers = range(1, len(sites) + 1)
        zh = [f"{county.name_zh}虚构新村{k}" for k in numbers]
        en = [f"{county.name_en} synthetic new village {k}" for k in numbers]
        add("new_village", code, sites, zh, en)
        host = settlements[settlements["county_code"] == code]
        host = host.iloc[np.argsort(-host["people"].to_numpy(), kind="stable")]
        cells = land.cells(host.geometry.x.to_numpy(), host.geometry.y.to_numpy())
        chosen = _picked(cells, int(rules["join_village"]["per_county"]), land, 3000.0)
        at = [int(np.flatnonzero(cells == c)[0]) for c in chosen]
        add("join_village", code, chosen, host["name_zh"].iloc[at].tolist(),
            host["name_en"].iloc[at].tolist())  # fmt: skip
        add("scattered", code, [towns.seats[code]], [f"{county.name_zh}分散安置"],
            [f"{county.name_en}, scattered"])  # fmt: skip
    frame = pd.DataFrame(rows)
    x, y = land.xy(frame.pop("cell").to_numpy())
    frame["kind_zh"] = frame["kind"].map(KINDS_ZH)
    frame["kind_en"] = frame["kind"].map(KINDS_EN)
    return gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(x, y), crs=land.grid.crs)


def add_distances(frame: gpd.GeoDataFrame, services: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return `frame` with straight-line school_km, clinic_km and market_km."""
    out = frame.copy()
    here = np.column_stack([frame.geometry.x, frame.geometry.y])
    for kind in ("school", "clinic", "market"):
        places = services[services["kind"] == kind]
        tree = cKDTree(np.column_stack([places.geometry.x, places.geometry.y]))
        out[f"{kind}_km"] = np.round(tree.query(here)[0] / 1000.0, 1)
    return out
