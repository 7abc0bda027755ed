"""Derive the schematic county boundaries of `data/boundaries` from published facts.

The facts are in `data/boundaries/facts`: seats, areas, rough middles and spans of the counties, who
neighbours whom, and some thirty rounded points of the prefecture's outline. No boundary data is
read. Each county is an ellipse about its middle; a place belongs to the county whose ellipse it
lies deepest in, after weights have brought every county to its published area (a power diagram).
A search moves, stretches and turns the ellipses until the neighbours are exactly the published
ones and every seat lies in its county. The lines are then drawn, rounded as shared arcs, and the
whole plane is shifted by a smooth random field, so that lines wiggle but neither open nor cross.

Usage: python scripts/derive_boundaries.py [--search]

Without ``--search`` the shapes found before (`shapes.csv`) are drawn again: same files each time.
"""

import argparse
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio.features
import shapely
import yaml
from affine import Affine
from numba import njit
from pyproj import Geod, Transformer
from scipy import ndimage

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "data" / "boundaries"
SETTINGS = Path(__file__).with_suffix(".yaml")
PREFECTURE = {"code": "141000", "parent_code": "140000", "name_zh": "临汾市", "name_en": "Linfen"}
SHAPE = ["middle_x_km", "middle_y_km", "half_x_km", "half_y_km", "turn_deg"]
GEOD = Geod(ellps="WGS84")
WAVES = 5  # sines in one sum of the warp
COMPASS = np.array([[0, 0]] + [[np.cos(a), np.sin(a)] for a in np.arange(8) * np.pi / 4])


@dataclass(frozen=True)
class Facts:
    """The published facts, in kilometres of the metric plane."""

    counties: pd.DataFrame
    pairs: frozenset[frozenset[int]]
    seats: np.ndarray
    outline: shapely.Polygon
    shapes: np.ndarray
    to_plane: Transformer


class Warp:
    """A smooth shift of the plane: sums of sines in random directions, one sum a wavelength.

    The sums are applied one after the other, each too small against its wavelength to fold the
    plane (`swell` stays positive), so lines can neither cross nor open.
    """

    def __init__(self, settings: dict[str, Any], rng: np.random.Generator) -> None:
        self.levels = []
        for length, size in zip(settings["wavelengths_km"], settings["amplitudes_km"], strict=True):
            angles = rng.uniform(0, 2 * np.pi, WAVES)
            k = 2 * np.pi / length
            phases = rng.uniform(0, 2 * np.pi, (2, WAVES))
            self.levels.append((k * np.cos(angles), k * np.sin(angles), phases, size / WAVES**0.5))

    @staticmethod
    def shift(
        xy: np.ndarray, level: tuple[np.ndarray, np.ndarray, np.ndarray, float]
    ) -> np.ndarray:
        """Return one sum's shift (n, 2) in km at places (n, 2) in km."""
        kx, ky, (phases_x, phases_y), size = level
        phase = xy[:, :1] * kx + xy[:, 1:] * ky
        return size * np.column_stack(
            [np.sin(phase + phases_x).sum(1), np.sin(phase + phases_y).sum(1)]
        )

    def forth(self, xy: np.ndarray) -> np.ndarray:
        """Return where the places of the plain plane come to lie."""
        for level in self.levels:
            xy = xy + self.shift(xy, level)
        return xy

    def back(self, xy: np.ndarray) -> np.ndarray:
        """Return the places of the plain plane that come to lie at `xy` (fixed-point iteration)."""
        for level in reversed(self.levels):
            plain = xy.copy()
            for _ in range(100):
                plain += 0.5 * (xy - plain - self.shift(plain, level))
            xy = plain
        return xy

    def swell(self, xs: np.ndarray, ys: np.ndarray) -> np.ndarray:
        """Return how many times larger the warp makes the area at each cell (y, x)."""
        grid_x, grid_y = np.meshgrid(xs, ys)
        warped = self.forth(np.column_stack([grid_x.ravel(), grid_y.ravel()]))
        x, y = warped.T.reshape(2, *grid_x.shape)
        x_y, x_x = np.gradient(x, ys, xs)
        y_y, y_x = np.gradient(y, ys, xs)
        return x_x * y_y - x_y * y_x


def corner_cut(points: np.ndarray, *, rounds: int, closed: bool) -> np.ndarray:
    """Round a line by Chaikin's corner cutting; an open line keeps its ends."""
    for _ in range(rounds):
        following = np.roll(points, -1, axis=0) if closed else points[1:]
        before = points if closed else points[:-1]
        cut = np.stack([0.75 * before + 0.25 * following, 0.25 * before + 0.75 * following], 1)
        cut = cut.reshape(-1, 2)
        points = cut if closed else np.vstack([points[:1], cut[1:-1], points[-1:]])
    return points


def read_facts(settings: dict[str, Any], warp: Warp) -> Facts:
    """Read the fact files and bring them into the metric plane."""
    folder = FOLDER / "facts"
    counties = pd.read_csv(folder / "counties.csv", dtype={"code": str})
    pairs = pd.read_csv(folder / "neighbours.csv", dtype=str)
    outline = pd.read_csv(folder / "outline.csv")
    number = {code: i for i, code in enumerate(counties["code"])}
    to_plane = Transformer.from_crs("EPSG:4326", settings["plane"], always_xy=True)

    def plane(frame: pd.DataFrame, lon: str, lat: str) -> np.ndarray:
        return np.column_stack(to_plane.transform(frame[lon], frame[lat])) / 1000

    middles = plane(counties, "middle_lon", "middle_lat")
    halves = counties[["east_west_km", "north_south_km"]].to_numpy(float) / 2
    ring = corner_cut(
        plane(outline, "lon", "lat"), rounds=settings["outline"]["rounds"], closed=True
    )
    return Facts(
        counties=counties,
        pairs=frozenset(
            frozenset((number[a], number[b])) for a, b in pairs.itertuples(index=False)
        ),
        seats=plane(counties, "seat_lon", "seat_lat"),
        outline=to_area(shapely.Polygon(ring), counties["area_km2"].sum(), warp),
        shapes=np.column_stack([middles, halves, np.zeros(len(counties))]),
        to_plane=to_plane,
    )


def to_area(outline: shapely.Polygon, area_km2: float, warp: Warp) -> shapely.Polygon:
    """Move the outline in or out evenly until its warped figure holds the area."""
    for _ in range(8):
        warped = shapely.transform(shapely.segmentize(outline, 0.5), warp.forth)
        outline = outline.buffer((area_km2 - warped.area) / outline.length)
    return outline


def grid_of(
    outline: shapely.Polygon, cell: float, warp: Warp
) -> tuple[np.ndarray, np.ndarray, np.ndarray, Affine]:
    """Return the warped area of each cell in the outline (0 outside), x, y and the transform."""
    min_x, min_y, max_x, max_y = outline.bounds
    width, height = int((max_x - min_x) / cell) + 3, int((max_y - min_y) / cell) + 3
    transform = Affine(cell, 0, min_x - cell, 0, -cell, max_y + cell)
    mask = rasterio.features.rasterize([outline], (height, width), transform=transform)
    xs = transform.c + cell * (np.arange(width) + 0.5)
    ys = transform.f - cell * (np.arange(height) + 0.5)
    return mask * warp.swell(xs, ys) * cell**2, xs, ys, transform


@njit
def costs_of(xs, ys, mass, shapes):  # type: ignore[no-untyped-def]
    """Squared distance of each cell from each county's middle, in half spans."""
    costs = np.full((len(shapes), len(ys), len(xs)), np.inf)
    for k in range(len(shapes)):
        middle_x, middle_y, half_x, half_y, turn = shapes[k]
        cos, sin = np.cos(np.radians(turn)), np.sin(np.radians(turn))
        for i in range(len(ys)):
            for j in range(len(xs)):
                if mass[i, j] > 0:
                    dx, dy = xs[j] - middle_x, ys[i] - middle_y
                    u, v = (dx * cos + dy * sin) / half_x, (dy * cos - dx * sin) / half_y
                    costs[k, i, j] = u * u + v * v
    return costs


@njit
def assign(costs, mass, weights):  # type: ignore[no-untyped-def]
    """Give each cell to the county with the least cost less weight; -1 outside. Sum the areas."""
    count, height, width = costs.shape
    zones = np.full((height, width), -1, np.int32)
    areas = np.zeros(count)
    for i in range(height):
        for j in range(width):
            if mass[i, j] > 0:
                best = 0
                for k in range(1, count):
                    if costs[k, i, j] - weights[k] < costs[best, i, j] - weights[best]:
                        best = k
                zones[i, j] = best
                areas[best] += mass[i, j]
    return zones, areas


def balance(
    costs: np.ndarray, mass: np.ndarray, weights: np.ndarray, shares: np.ndarray, *, rounds: int
) -> tuple[np.ndarray, np.ndarray, float]:
    """Find the weights that give every county its share of the area; return zones and error."""
    wanted = shares * mass.sum()
    least = np.inf
    for _ in range(rounds):
        zones, areas = assign(costs, mass, weights)
        error = float(np.abs(areas / wanted - 1).max())
        if error < least:
            least, best = error, (zones, weights)
        if error < 0.001:
            break
        weights = weights + 0.5 * np.clip(np.log(wanted / np.maximum(areas, 1)), -0.5, 0.5)
    return *best, least


@njit
def shared_cells(zones, count, reach):  # type: ignore[no-untyped-def]
    """Count the cells of each pair of counties that lie `reach` cells apart in row or column."""
    shared = np.zeros((count, count))
    height, width = zones.shape
    for i in range(height - reach):
        for j in range(width - reach):
            a = zones[i, j]
            for b in (zones[i, j + reach], zones[i + reach, j]):
                if a >= 0 and b >= 0 and a != b:
                    shared[a, b] += 1
                    shared[b, a] += 1
    return shared


def stray_share(zones: np.ndarray, count: int) -> float:
    """Return the share of cells that lie apart from the main part of their county."""
    parts: list[list[float]] = [[] for _ in range(count)]
    for shape, value in rasterio.features.shapes(zones, mask=zones >= 0):
        parts[int(value)].append(shapely.geometry.shape(shape).area)
    total = sum(map(sum, parts))
    return sum(sum(p) - max(p, default=0.0) for p in parts) / total


class Search:
    """The search for shapes whose power diagram has the published neighbours and seats."""

    def __init__(self, facts: Facts, warp: Warp, settings: dict[str, Any]) -> None:
        self.facts, self.settings = facts, settings["search"]
        self.cell = settings["cells"]["search_km"]
        self.mass, self.xs, self.ys, _ = grid_of(facts.outline, self.cell, warp)
        seats = warp.back(facts.seats)
        ring = seats[:, None] + self.settings["seat_margin_km"] * COMPASS
        self.seat_cols = np.rint((ring[..., 0] - self.xs[0]) / self.cell).astype(int)
        self.seat_rows = np.rint((self.ys[0] - ring[..., 1]) / self.cell).astype(int)
        small = facts.shapes[:, 2:4].min(1) * self.settings["give"]
        self.spread = np.column_stack([small] * 4 + [np.full(len(small), 20.0)])
        area = facts.counties["area_km2"].to_numpy(float)
        self.shares = area / area.sum()
        self.published = np.zeros((len(area), len(area)), bool)
        for a, b in facts.pairs:
            self.published[a, b] = self.published[b, a] = True

    def loss(
        self, shapes: np.ndarray, weights: np.ndarray, *, rounds: int
    ) -> tuple[float, np.ndarray, np.ndarray]:
        """Return the loss, the weights, and each county's part in the faults."""
        costs = costs_of(self.xs, self.ys, self.mass, shapes)
        zones, weights, error = balance(costs, self.mass, weights, self.shares, rounds=rounds)
        shared = shared_cells(zones, len(shapes), 1) * self.cell * 0.8
        near = shared_cells(zones, len(shapes), 2) * self.cell * 0.8
        wanted = self.settings["shortest_shared_km"]
        short = np.where(self.published, np.clip(1 - shared / wanted, 0, None), 0)
        extra = np.where(~self.published & (near > 0), 0.3 + near / wanted, 0)
        faults = (short + extra).sum(1)
        around = zones[self.seat_rows, self.seat_cols]
        faults += 3.0 * (around != np.arange(len(shapes))[:, None]).mean(1)
        away = (shapes - self.facts.shapes) / self.spread
        loss = faults.sum() + 10 * error + self.settings["hold"] * (away**2).sum()
        return loss + 30 * stray_share(zones, len(shapes)), weights, faults

    def run(self, rng: np.random.Generator) -> np.ndarray:
        """Return the best shapes of the trials, by threshold accepting."""
        s = self.settings
        spread = np.array([s["move_km"], s["move_km"], s["stretch"], s["stretch"], s["turn_deg"]])
        shapes = self.facts.shapes.copy()
        loss, weights, faults = self.loss(shapes, np.zeros(len(shapes)), rounds=60)
        best, best_loss = shapes, loss
        for trial in range(s["trials"]):
            heat = (1 - trial / s["trials"]) ** 2
            chance = (faults + 0.05) / (faults + 0.05).sum()
            moved = rng.choice(len(shapes), size=rng.integers(1, 4), replace=False, p=chance)
            change = rng.normal(size=(len(moved), 5)) * spread * (0.3 + 0.7 * heat)
            tried = shapes.copy()
            tried[moved, :2] += change[:, :2]
            tried[moved, 2:4] *= np.exp(change[:, 2:4])
            tried[moved, 4] += change[:, 4]
            result = self.loss(tried, weights, rounds=25)
            if result[0] < loss + 0.04 * heat * rng.exponential():
                shapes, (loss, weights, faults) = tried, result
                if loss < best_loss:
                    best, best_loss = shapes.copy(), loss
            if trial % 500 == 0:
                print(f"trial {trial}: loss {loss:.2f}, best {best_loss:.2f}", flush=True)
        print(f"found loss {best_loss:.3f}")
        return best


def faces_of(lines: list[Any], anchors: list[Any]) -> list[Any]:
    """Return the faces that lines with common ends enclose, each holding its anchor point."""
    faces = shapely.get_parts(shapely.polygonize(lines))
    tree = shapely.STRtree(faces)
    return [faces[tree.query(anchor, predicate="within")[0]] for anchor in anchors]


def coverage_of(zones: np.ndarray, transform: Affine) -> list[Any]:
    """Return the zones' polygons with a vertex in every neighbour wherever lines meet."""
    shapes = rasterio.features.shapes(zones, mask=zones >= 0, transform=transform)
    blocks = {int(value): shapely.geometry.shape(shape) for shape, value in shapes}
    ordered = [blocks[k] for k in sorted(blocks)]
    lines = shapely.get_parts(shapely.union_all([block.boundary for block in ordered]))
    return faces_of(list(lines), [block.representative_point() for block in ordered])


def without_strays(zones: np.ndarray) -> np.ndarray:
    """Give the cells that lie apart from the main part of their county to the nearest one."""
    main = np.zeros(zones.shape, bool)
    for k in range(int(zones.max()) + 1):
        parts, _ = ndimage.label(zones == k)
        main |= parts == 1 + np.argmax(np.bincount(parts.ravel())[1:])
    rows, cols = ndimage.distance_transform_edt(~main, return_distances=False, return_indices=True)
    return np.where(zones >= 0, zones[rows, cols], np.int32(-1))


def draw(zones: np.ndarray, transform: Affine, warp: Warp, settings: dict[str, Any]) -> list[Any]:
    """Turn cells into polygons (km of the plane) with rounded, then wiggled, shared lines."""
    blocks = coverage_of(without_strays(zones), transform)
    plain = list(shapely.coverage_simplify(blocks, settings["simplify_km"]))
    shared = shapely.line_merge(shapely.union_all([polygon.boundary for polygon in plain]))
    lines = []
    for arc in shapely.get_parts(shared):
        points = corner_cut(np.array(arc.coords), rounds=settings["rounds"], closed=False)
        line = shapely.segmentize(shapely.LineString(points), settings["spacing_km"])
        lines.append(shapely.transform(line, warp.forth))
    inner = [np.array(polygon.representative_point().coords) for polygon in plain]
    return faces_of(lines, [shapely.Point(warp.forth(point)) for point in inner])


def to_degrees(polygons: list[Any], facts: Facts, tolerance_km: float) -> list[Any]:
    """Bring polygons to longitude and latitude, rounded to 0.0001 degrees, still a coverage."""

    def degrees(xy: np.ndarray) -> np.ndarray:
        lon, lat = facts.to_plane.transform(*(xy.T * 1000), direction="INVERSE")
        return np.round(np.column_stack([lon, lat]), 4)

    slim = shapely.coverage_simplify(polygons, tolerance_km)
    return [shapely.transform(p, degrees) for p in slim]


def areas_of(polygons: list[Any]) -> np.ndarray:
    """Return geodesic areas in km²."""
    return np.array([abs(GEOD.geometry_area_perimeter(p)[0]) for p in polygons]) / 1e6


def build(
    facts: Facts, shapes: np.ndarray, warp: Warp, settings: dict[str, Any]
) -> gpd.GeoDataFrame:
    """Draw the counties and bring their areas to the published ones."""
    published = facts.counties["area_km2"].to_numpy(float)
    outline, target = facts.outline, published.copy()
    weights, total, least = np.zeros(len(published)), published.sum(), np.inf
    for _ in range(settings["draw"]["area_rounds"]):
        mass, xs, ys, transform = grid_of(outline, settings["cells"]["draw_km"], warp)
        costs = costs_of(xs, ys, mass, shapes)
        zones, weights, _ = balance(costs, mass, weights, target / target.sum(), rounds=80)
        plain = draw(zones, transform, warp, settings["draw"])
        polygons = to_degrees(plain, facts, settings["draw"]["tolerance_km"])
        areas = areas_of(polygons)
        error = np.abs(areas / published - 1).max()
        if error < least:
            least, best = error, polygons
        target = target * published / areas
        total *= published.sum() / areas.sum()
        outline = to_area(outline, total, warp)
    frame = facts.counties[["code", "name_zh", "name_en"]].copy()
    frame.insert(1, "level", "county")
    frame.insert(2, "parent_code", PREFECTURE["code"])
    frame["nature"] = "schematic"
    return gpd.GeoDataFrame(frame, geometry=best, crs="EPSG:4326")


def write_geojson(frame: gpd.GeoDataFrame, path: Path) -> None:
    """Write a compact GeoJSON file, one feature a line."""
    features = []
    for row in frame.itertuples(index=False):
        values = row._asdict()
        geometry = shapely.geometry.mapping(shapely.orient_polygons(values.pop("geometry")))
        features.append({"type": "Feature", "properties": values, "geometry": geometry})
    lines = ",\n".join(
        json.dumps(feature, ensure_ascii=False, separators=(",", ":")) for feature in features
    )
    head = f'{{"type":"FeatureCollection","name":"{path.stem}","features":[\n'
    path.write_text(head + lines + "\n]}\n", encoding="utf-8")


def write_checksums(names: list[str]) -> None:
    """Write the files' SHA-256 in the form that `sha256sum --check` reads."""
    sums = [hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() for name in names]
    lines = [f"{checksum}  {name}\n" for checksum, name in zip(sums, names, strict=True)]
    (FOLDER / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")


def main() -> None:
    """Search if asked, draw, write the files and tell how near the facts they come."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--search", action="store_true", help="search the shapes anew (minutes)")
    arguments = parser.parse_args()
    settings = yaml.safe_load(SETTINGS.read_text("utf-8"))
    warp = Warp(settings["warp"], np.random.default_rng(settings["seed"]))
    facts = read_facts(settings, warp)
    file = FOLDER / "shapes.csv"
    if arguments.search:
        found = Search(facts, warp, settings).run(np.random.default_rng(settings["seed"] + 1))
        table = pd.DataFrame(found.round(2), columns=SHAPE)
        table.insert(0, "code", facts.counties["code"])
        table.to_csv(file, index=False)
    shapes = pd.read_csv(file)[SHAPE].to_numpy(float)
    counties = build(facts, shapes, warp, settings)
    write_geojson(counties, FOLDER / "counties.geojson")
    whole = shapely.coverage_union_all(counties.geometry.to_numpy())
    prefecture = gpd.GeoDataFrame(
        [PREFECTURE | {"level": "prefecture", "nature": "schematic"}],
        geometry=[whole],
        crs="EPSG:4326",
    )[["code", "level", "parent_code", "name_zh", "name_en", "nature", "geometry"]]
    write_geojson(prefecture, FOLDER / "prefecture.geojson")
    write_checksums(["counties.geojson", "prefecture.geojson"])
    ratio = areas_of(list(counties.geometry)) / facts.counties["area_km2"] - 1
    print(f"areas within {100 * ratio.abs().max():.2f} % of the published ones")


if __name__ == "__main__":
    main()
