"""People on the land: towns, roads, villages, services and the survey (a build's second half)."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from gis_core.crs import STORED, transformer
from gis_core.progress import Progress
from gis_core.sources.demo.areas import draw_hazards, draw_reserves, draw_water, hazard_cells
from gis_core.sources.demo.cover import LEGEND, classify_cover
from gis_core.sources.demo.demonstration import Demonstration
from gis_core.sources.demo.description import Description
from gis_core.sources.demo.land import Land, nearest_site, place_towns
from gis_core.sources.demo.names import name_villages
from gis_core.sources.demo.population import spread_towns
from gis_core.sources.demo.roads import (
    Access,
    Network,
    cut_lines,
    lay_county_roads,
    lay_main_roads,
    lay_village_roads,
    measure_access,
    open_network,
    railway_frame,
    road_frame,
)
from gis_core.sources.demo.sites import (
    add_distances,
    place_destinations,
    place_pollution,
    place_services,
)
from gis_core.sources.demo.sizes import Sizes, draw_sizes, scale_classes, totals_frame
from gis_core.sources.demo.villages import (
    Towns,
    nearest_township,
    place_larger,
    place_small,
    survey_frame,
    terrain_of,
)
from gis_core.text import Text

ROAD_MARGIN_M = 3000.0  # roads are shown this far beyond the counties


@dataclass(frozen=True)
class Stage:
    """What the first half of a build made: the land with its towns, main roads and rivers."""

    told: Description
    land: Land
    towns: Towns
    network: Network
    access: Access
    water: NDArray[np.bool_]
    rivers: gpd.GeoDataFrame


@dataclass(frozen=True)
class _Living:
    """Where people live: small villages by cell, larger ones as a frame, towns' people."""

    small: NDArray[np.int64]
    sizes: Sizes
    larger: gpd.GeoDataFrame
    larger_cells: NDArray[np.int64]
    built: NDArray[np.bool_]
    people: NDArray[np.float64]
    town_people: NDArray[np.int64]


def place_all_towns(land: Land, told: Description, seed: int) -> Towns:
    """Return seats and townships on buildable ground of their counties."""
    to_plane = transformer(STORED, land.grid.crs)
    seats = {
        code: nearest_site(land, code, *to_plane.transform(*sketch.seat))
        for code, sketch in sorted(told.counties.items())
    }
    frame = told.townships[told.townships["county_code"].isin(seats)]
    frame = frame.sort_values("code", kind="stable").reset_index(drop=True)
    return Towns(frame, place_towns(land, frame, seats, seed=seed), seats)


def _seat_points(land: Land, towns: Towns) -> dict[str, tuple[float, float]]:
    x, y = land.xy(np.array(list(towns.seats.values())))
    return {c: (float(x[k]), float(y[k])) for k, c in enumerate(towns.seats)}


def lay_main_network(
    land: Land, told: Description, towns: Towns, water: NDArray[np.bool_], *, seed: int
) -> tuple[Network, Access]:
    """Lay main and county roads; return the network and how far each cell lies from it."""
    network = open_network(land, water, seed=seed)
    seats = _seat_points(land, towns)
    lay_main_roads(network, told, seats)
    x, y = land.xy(towns.cells)
    codes = towns.frame["county_code"].to_numpy()
    lay_county_roads(
        network, seats, {c: list(zip(x[codes == c], y[codes == c], strict=True)) for c in seats}
    )
    return network, measure_access(network, list(zip(x, y, strict=True)))


def _people(stage: Stage, villages: int, seed: int) -> tuple[_Living, Access]:
    """Place villages of both kinds and the last roads."""
    told, land, towns = stage.told, stage.land, stage.towns
    classes = scale_classes(told, villages)
    sizes = draw_sizes(classes, seed=seed)
    poverty = [c for c, s in told.counties.items() if s.poverty]
    each = int(sizes.people.sum()) // max(len(poverty), 1)
    cells, people, in_towns = place_larger(
        land, told, stage.access, towns, small_people=dict.fromkeys(poverty, each), seed=seed
    )
    lay_village_roads(stage.network, *land.xy(cells))
    x, y = land.xy(towns.cells)
    access = measure_access(stage.network, list(zip(x, y, strict=True)))
    taken = np.concatenate([towns.cells, cells])
    small = place_small(land, told, access, taken=taken, count=villages, seed=seed)
    in_town, built, town_people = spread_towns(land, told, towns, in_towns)
    if land.grid.cell_m <= 300:
        built[cells[people > 500 * (land.grid.cell_m / 100) ** 2]] = True
    np.add.at(in_town, cells, people.astype(float))
    np.add.at(in_town, small, sizes.people.astype(float))
    larger = _larger_frame(stage, cells, people, seed)
    shape = land.grid.shape
    return (
        _Living(small, sizes, larger, cells, built.reshape(shape), in_town, town_people),
        access,
    )


def _larger_frame(
    stage: Stage, cells: NDArray[np.int64], people: NDArray[np.int64], seed: int
) -> gpd.GeoDataFrame:
    """Return the larger villages: names, county, township, people, households, elevation."""
    rng = np.random.default_rng([seed, 55])
    land, towns = stage.land, stage.towns
    township = nearest_township(land, towns, cells)
    zh, en = name_villages(
        stage.told.names, terrain=terrain_of(land, cells), township=township, rng=rng
    )
    x, y = land.xy(cells)
    return gpd.GeoDataFrame(
        {
            "name_zh": zh,
            "name_en": en,
            "county_code": towns.frame["county_code"].to_numpy()[township],
            "township": towns.frame["name_zh"].to_numpy()[township],
            "people": people,
            "households": np.round(people / 3.8).astype(np.int64),
            "elevation_m": np.round(land.relief.z.ravel()[cells]).astype(np.int64),
        },
        geometry=gpd.points_from_xy(x, y),
        crs=land.grid.crs,
    )


def _town_frame(stage: Stage, town_people: NDArray[np.int64]) -> gpd.GeoDataFrame:
    """Return towns: level (prefecture, county, township), names, code, people."""
    land, towns = stage.land, stage.towns
    frame = towns.frame
    seats = set(towns.seats.values())
    rows = []
    for code, cell in towns.seats.items():
        county, sketch = land.counties.loc[code], stage.told.counties[code]
        rows.append(
            {
                "code": code,
                "county_code": code,
                "level": "prefecture" if sketch.capital else "county",
                "name_zh": stage.told.name_zh if sketch.capital else county.name_zh,
                "name_en": stage.told.name_en if sketch.capital else county.name_en,
                "people": round(sketch.people * sketch.urban),
                "cell": cell,
            }
        )
    for k in range(len(frame)):
        if int(towns.cells[k]) in seats:
            continue
        rows.append(
            {
                "code": frame["code"].iloc[k],
                "county_code": frame["county_code"].iloc[k],
                "level": "township",
                "name_zh": frame["name_zh"].iloc[k],
                "name_en": frame["name_en"].iloc[k],
                "people": int(town_people[k]),
                "cell": int(towns.cells[k]),
            }
        )
    table = pd.DataFrame(rows)
    x, y = land.xy(table.pop("cell").to_numpy())
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(x, y), crs=land.grid.crs)


def _townships(stage: Stage) -> gpd.GeoDataFrame:
    x, y = stage.land.xy(stage.towns.cells)
    frame = stage.towns.frame.rename(columns={"name_zh": "name", "name_en": "pinyin"})
    points = gpd.points_from_xy(x, y)
    placed = gpd.GeoDataFrame(frame, geometry=points, crs=stage.land.grid.crs)
    return placed.to_crs(STORED)[["code", "name", "county_code", "pinyin", "geometry"]]


def settle(stage: Stage, *, villages: int, seed: int, progress: Progress) -> Demonstration:
    """Place people and what they use on the land, and return the finished prefecture."""
    told, land = stage.told, stage.land
    living, access = _people(stage, villages, seed)
    progress(0.9, Text("land cover, services and the survey", "生成地表覆盖、服务设施与调查表"))
    cover = classify_cover(
        land.relief, land.ground, water=stage.water, built=living.built, grid=land.grid, seed=seed
    )
    services = place_services(
        land, stage.towns, cells=living.larger_cells, people=living.larger["people"].to_numpy()
    )
    hazards = draw_hazards(land, hazard_cells(land))
    destinations = place_destinations(
        land, told, access, stage.towns, settlements=living.larger,
        scale=villages / told.default_villages, seed=seed,
    )  # fmt: skip
    survey = survey_frame(
        land, told, access, stage.towns, cells=living.small, sizes=living.sizes, cover=cover,
        services=services, hazards=hazards, seed=seed,
    )  # fmt: skip
    seats = _seat_points(land, stage.towns)
    around = land.counties.union_all().buffer(ROAD_MARGIN_M)
    features = {
        "river": stage.rivers,
        "water": draw_water(stage.rivers),
        "road": cut_lines(road_frame(stage.network), around),
        "railway": cut_lines(railway_frame(stage.network, told, seats), around),
        "town": _town_frame(stage, living.town_people),
        "settlement": living.larger,
        "pollution": place_pollution(land, told, access, seed=seed),
        "protected": draw_reserves(land, told, cover),
        "hazard": hazards,
        "service": services,
        "destination": add_distances(destinations, services),
    }
    progress(1.0, Text("done", "完成"))
    return Demonstration(
        name=Text(told.name_en, told.name_zh),
        grid=land.grid,
        seed=seed,
        rasters=_rasters(land, cover, living.people),
        legend=dict(LEGEND),
        features={theme: frame.to_crs(STORED) for theme, frame in features.items()},
        townships=_townships(stage),
        villages=survey.to_crs(STORED),
        totals=totals_frame(scale_classes(told, villages)),
        scaled=villages != told.default_villages,
        survey_year=int(told.raw["survey"]["year"]),
        county_names=land.counties["name_zh"].to_dict(),
    )


def _rasters(
    land: Land, cover: NDArray[np.uint8], people: NDArray[np.float64]
) -> dict[str, xr.DataArray]:
    ground, grid = land.ground, land.grid
    inhabited = np.where(land.label > 0, people.reshape(grid.shape), np.nan).astype(np.float32)
    surfaces: dict[str, NDArray] = {
        "elevation": land.relief.z.astype(np.float32),
        "soil_ph": ground.soil_ph,
        "soil_organic_matter": ground.soil_organic_matter,
        "precipitation": ground.precipitation,
        "temperature": ground.temperature,
        "population": inhabited,
    }
    out = {
        theme: grid.wrap(values, name=theme).rio.write_nodata(np.nan)
        for theme, values in surfaces.items()
    }
    out["landcover"] = grid.wrap(cover, name="landcover").rio.write_nodata(0)
    return out
