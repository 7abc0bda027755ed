"""Roads and railways: least-cost paths between towns, then to villages, as one network."""

from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, zoom
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry
from shapely.prepared import prep

from gis_core.crs import STORED, transformer
from gis_core.grid import Grid
from gis_core.sources.demo.description import Description
from gis_core.sources.demo.land import Land
from gis_core.sources.demo.network import chain_edges, spread, trace
from gis_core.sources.demo.noise import fractal_noise

ROAD_CELL_M = 250.0
CLASSES = ("motorway", "national", "provincial", "county", "township")
WIDTH_M = {"motorway": 26.0, "national": 14.0, "provincial": 10.0, "county": 7.0, "township": 4.5}
NAMES = {"county": ("县道(虚构)", "County road (synthetic)"),
         "township": ("乡道(虚构)", "Township road (synthetic)")}  # fmt: skip
ROAD_GRADE, RAIL_GRADE, MOTORWAY_GRADE = 0.045, 0.010, 0.022
WOBBLE_M = 320.0  # roads on flat ground swing this far about the cells they run over
WINDOW_SHARE, WINDOW_M = 0.3, 9000.0  # how far beyond two places a way between them is sought
REUSE = 0.45  # cost of a metre along a road that is there already


@dataclass
class Network:
    """The grid roads are sought on, and the edges laid so far by class and name.

    `shift_m` moves what is drawn in each cell (x, y), so that lines do not follow the grid.
    """

    grid: Grid
    z: NDArray[np.float32]
    friction: NDArray[np.float32]
    used: NDArray[np.uint8]
    shift_m: NDArray[np.float32]
    edges: list[tuple[str, str, str, NDArray[np.int64]]] = field(default_factory=list)

    def cell(self, x: float, y: float) -> int:
        """Return the flat cell that holds x, y (m), clipped to the grid."""
        col = min(max(int((x - self.grid.min_x) / self.grid.cell_m), 0), self.grid.width - 1)
        row = min(max(int((self.grid.max_y - y) / self.grid.cell_m), 0), self.grid.height - 1)
        return row * self.grid.width + col

    def paths(
        self, sources: list[int], goals: list[int], *, grade: float = ROAD_GRADE,
        reuse: float = REUSE,
    ) -> list[NDArray[np.int64]]:  # fmt: skip
        """Return the cheapest path from the nearest source to each of `goals`.

        The search keeps to a window some way beyond the places it joins.
        """
        cols = self.grid.width
        ends = np.asarray([*sources, *goals], dtype=np.int64)
        row, col = ends // cols, ends % cols
        span = max(int(np.ptp(row)), int(np.ptp(col)))
        margin = int(WINDOW_SHARE * span + WINDOW_M / self.grid.cell_m)
        top, left = max(int(row.min()) - margin, 0), max(int(col.min()) - margin, 0)
        window = np.s_[top : int(row.max()) + margin + 1, left : int(col.max()) + margin + 1]
        part = self.z[window]
        here = (row - top) * part.shape[1] + col - left
        _, before = spread(
            part.ravel(), self.friction[window].ravel(), self.used[window].ravel(),
            here[: len(sources)], here[len(sources) :], part.shape, self.grid.cell_m, grade, reuse,
        )  # fmt: skip
        found = [trace(before, goal) for goal in here[len(sources) :]]
        return [(p // part.shape[1] + top) * cols + p % part.shape[1] + left for p in found]

    def effort(self, sources: list[int], *, reuse: float) -> NDArray[np.float64]:
        """Return the cost from the nearest source to every cell, shape of the grid."""
        cost, _ = spread(
            self.z.ravel(), self.friction.ravel(), self.used.ravel(),
            np.asarray(sources, dtype=np.int64), np.empty(0, dtype=np.int64),
            self.grid.shape, self.grid.cell_m, ROAD_GRADE, reuse,
        )  # fmt: skip
        return cost.reshape(self.grid.shape)

    def lay(self, kind: str, names: tuple[str, str], path: NDArray[np.int64]) -> None:
        """Add a path to the network."""
        if len(path) > 1:
            pairs = np.sort(np.column_stack([path[:-1], path[1:]]), axis=1)
            self.edges.append((kind, *names, pairs))
            self.used.ravel()[path] = 1


def _block_mean(values: NDArray, factor: int) -> NDArray[np.float32]:
    rows, cols = values.shape
    padded = np.pad(values, ((0, -rows % factor), (0, -cols % factor)), mode="edge")
    shape = (padded.shape[0] // factor, factor, padded.shape[1] // factor, factor)
    out: NDArray[np.float32] = padded.reshape(shape).mean(axis=(1, 3)).astype(np.float32)
    return out


def open_network(land: Land, water: NDArray[np.bool_], *, seed: int) -> Network:
    """Return an empty network on cells of about 250 m (or the grid's own, if larger).

    Ground is a little better or worse from place to place, so that roads bend on plains too.
    """
    factor = max(1, round(ROAD_CELL_M / land.grid.cell_m))
    z = _block_mean(land.relief.z, factor)
    cell = land.grid.cell_m * factor
    grid = Grid(land.grid.crs, land.grid.min_x, land.grid.max_y, cell, *z.shape)
    slope = _block_mean(land.ground.slope_deg, factor)
    wet = _block_mean(water.astype(np.float32), factor)
    inside = _block_mean((land.label > 0).astype(np.float32), factor) > 0
    xs, ys = grid.x_centres(), grid.y_centres()
    lie = fractal_noise(xs, ys, wavelength_m=5000, smallest_m=max(600.0, 2 * cell), seed=seed + 7)
    friction = (1.0 + (slope / 7.0) ** 2 + 8.0 * (wet > 0.3)) * np.exp(1.1 * lie)
    friction = np.where(inside, friction, 3.0 * friction + 1.0).astype(np.float32)
    shift = np.stack(
        [
            fractal_noise(xs, ys, wavelength_m=2200, smallest_m=max(1100.0, cell), seed=seed + k)
            for k in (8, 9)
        ]
    )
    shift *= WOBBLE_M * np.exp(-slope / 3.0)
    return Network(grid, z, friction, np.zeros(grid.shape, dtype=np.uint8), shift)


def _stops(via: list[Any], seats: dict[str, tuple[float, float]], network: Network) -> list[int]:
    """Return the cells of a line's stops; a stop whose county is missing is left out."""
    to_plane = transformer(STORED, network.grid.crs)
    cells = []
    for stop in via:
        if isinstance(stop, str):
            if stop in seats:
                cells.append(network.cell(*seats[stop]))
        else:
            cells.append(network.cell(*to_plane.transform(float(stop[0]), float(stop[1]))))
    return cells


def lay_main_roads(
    network: Network, description: Description, seats: dict[str, tuple[float, float]]
) -> None:
    """Lay the described motorways, national and provincial roads from seat to seat."""
    for item in description.raw["roads"]:
        kind = str(item["class"])
        motorway = kind == "motorway"
        before_used = network.used.copy()
        stops = _stops(item["via"], seats, network)
        for a, b in zip(stops[:-1], stops[1:], strict=True):
            grade = MOTORWAY_GRADE if motorway else ROAD_GRADE
            reuse = 0.8 if motorway else REUSE
            for path in network.paths([a], [b], grade=grade, reuse=reuse):
                network.lay(kind, (str(item["name_zh"]), str(item["name_en"])), path)
        if motorway:  # others neither join a motorway anywhere nor save by running on it
            network.used[:] = before_used


def lay_county_roads(
    network: Network, seats: dict[str, tuple[float, float]],
    towns: dict[str, list[tuple[float, float]]],
) -> None:  # fmt: skip
    """Lay a road from each county's seat to each of its towns (x, y in metres)."""
    for code, places in towns.items():
        goals = [network.cell(x, y) for x, y in places]
        start = network.cell(*seats[code])
        for path in network.paths([start], goals):
            network.lay("county", NAMES["county"], path)


def lay_village_roads(network: Network, x: NDArray[np.float64], y: NDArray[np.float64]) -> None:
    """Lay a township road from each place to the nearest road, by cost."""
    sources = np.flatnonzero(network.used.ravel()).tolist()
    goals = [network.cell(px, py) for px, py in zip(x, y, strict=True)]
    if sources and goals:
        for path in network.paths(sources, goals):
            network.lay("township", NAMES["township"], path)


def rounded(points: NDArray[np.float64], times: int = 2) -> NDArray[np.float64]:
    """Return a line with its corners cut (Chaikin 1974), ends kept."""
    for _ in range(times):
        if len(points) < 3:
            return points
        a, b = points[:-1], points[1:]
        cut = np.empty((2 * len(a), 2))
        cut[0::2], cut[1::2] = 0.75 * a + 0.25 * b, 0.25 * a + 0.75 * b
        points = np.vstack([points[:1], cut[1:-1], points[-1:]])
    return points


def _lines(network: Network, pairs: NDArray[np.int64]) -> list[LineString]:
    grid = network.grid
    out = []
    for cells in chain_edges(pairs):
        shift = network.shift_m.reshape(2, -1)[:, cells]
        x = grid.min_x + (cells % grid.width + 0.5) * grid.cell_m + shift[0]
        y = grid.max_y - (cells // grid.width + 0.5) * grid.cell_m + shift[1]
        out.append(LineString(rounded(np.column_stack([x, y]))))
    return out


def road_frame(network: Network) -> gpd.GeoDataFrame:
    """Return the roads as lines in the grid's CRS: class, name_zh, name_en, width_m, paved.

    Where roads share an edge the higher class keeps it; motorways have their own.
    """
    rows = []
    total = network.grid.height * network.grid.width
    seen = np.empty(0, dtype=np.int64)
    for kind in CLASSES:
        for names in dict.fromkeys((e[1], e[2]) for e in network.edges if e[0] == kind):
            pairs = np.vstack([e[3] for e in network.edges if e[0] == kind and e[1:3] == names])
            keys = np.unique(pairs[:, 0] * total + pairs[:, 1])
            if kind != "motorway":
                keys = np.setdiff1d(keys, seen)
                seen = np.union1d(seen, keys)
            if not len(keys):
                continue
            for line in _lines(network, np.column_stack([keys // total, keys % total])):
                rows.append(
                    {
                        "class": kind,
                        "name_zh": names[0],
                        "name_en": names[1],
                        "width_m": WIDTH_M[kind],
                        "geometry": line,
                    }
                )
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=network.grid.crs)


def railway_frame(
    network: Network, description: Description, seats: dict[str, tuple[float, float]]
) -> gpd.GeoDataFrame:
    """Return the described railways as lines in the grid's CRS: name_zh, name_en."""
    rows = []
    for item in description.raw["railways"]:
        stops = _stops(item["via"], seats, network)
        parts: list[NDArray[np.int64]] = []
        for a, b in zip(stops[:-1], stops[1:], strict=True):
            (path,) = network.paths([a], [b], grade=RAIL_GRADE, reuse=1.0)
            parts.append(path[0 if not parts else 1 :])
        if not parts:
            continue
        cells = np.concatenate(parts)
        x = network.grid.min_x + (cells % network.grid.width + 0.5) * network.grid.cell_m
        y = network.grid.max_y - (cells // network.grid.width + 0.5) * network.grid.cell_m
        line = LineString(rounded(np.column_stack([x, y]), 3))
        rows.append(
            {
                "name_zh": str(item["name_zh"]),
                "name_en": str(item["name_en"]),
                "geometry": line,
            }
        )
    return gpd.GeoDataFrame(
        rows, columns=["name_zh", "name_en", "geometry"], geometry="geometry", crs=network.grid.crs
    )


@dataclass(frozen=True)
class Access:
    """On the network's grid: metres to the nearest road, and effort (flat metres) to a town."""

    grid: Grid
    road_m: NDArray[np.float32]
    town_effort_m: NDArray[np.float32]

    def at(self, x: NDArray, y: NDArray) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return road distance and effort to town at points x, y (m)."""
        col = np.clip(
            ((x - self.grid.min_x) / self.grid.cell_m).astype(int), 0, self.grid.width - 1
        )
        row = np.clip(
            ((self.grid.max_y - y) / self.grid.cell_m).astype(int), 0, self.grid.height - 1
        )
        return self.road_m[row, col], self.town_effort_m[row, col]

    def on(self, grid: Grid) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return both on a finer grid with the same corner, each cell that of its block."""
        factor = round(self.grid.cell_m / grid.cell_m)
        both = []
        for values in (self.road_m, self.town_effort_m):
            fine = zoom(values, factor, order=0) if factor > 1 else values
            both.append(fine[: grid.height, : grid.width])
        return both[0], both[1]


def measure_access(network: Network, towns: list[tuple[float, float]]) -> Access:
    """Return how far each cell lies from a road and from `towns` (x, y in metres)."""
    road = distance_transform_edt(network.used == 0, sampling=network.grid.cell_m)
    cells = sorted({network.cell(x, y) for x, y in towns})
    effort = network.effort(cells, reuse=0.35)
    return Access(network.grid, road.astype(np.float32), effort.astype(np.float32))


def cut_lines(lines: gpd.GeoDataFrame, area: BaseGeometry) -> gpd.GeoDataFrame:
    """Return the parts of `lines` inside `area` (same CRS), each a LineString."""
    prepared = prep(area)
    crossing = [not prepared.contains(g) for g in lines.geometry]
    out = lines.copy()
    out.loc[crossing, "geometry"] = lines.geometry[crossing].intersection(area)
    out = out[~out.geometry.is_empty].explode(ignore_index=True)
    return out[out.geometry.geom_type == "LineString"].reset_index(drop=True)
