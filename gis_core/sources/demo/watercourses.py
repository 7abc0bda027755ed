"""Main rivers as lines on the ground: bent, joined to each other, with a height at each vertex."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
from numba import njit
from numpy.typing import NDArray
from shapely.geometry import LineString, Point, Polygon
from shapely.ops import substring

from gis_core.crs import STORED, transformer
from gis_core.grid import Grid
from gis_core.sources.demo.description import Description, RiverSketch

BORDER_REACH_M = 15_000.0  # how far a border river's sketch may lie from the border it follows
LEAST_FALL = 2e-4  # a river falls at least this much, m per m


@dataclass(frozen=True)
class Watercourse:
    """A main river in the analysis CRS: x, y, z (m) and floor width (m), source first."""

    sketch: RiverSketch
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    z: NDArray[np.float64]
    floor_m: NDArray[np.float64]


def outline_of(counties: gpd.GeoDataFrame, description: Description) -> Polygon:
    """Return the largest part of the counties' union in the analysis CRS, slivers closed."""
    union = counties.to_crs(description.crs).union_all().buffer(100).buffer(-100)
    parts = list(union.geoms) if union.geom_type == "MultiPolygon" else [union]
    return Polygon(max(parts, key=lambda p: p.area).exterior)


def _bend(points: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Return `points` (x, y, further columns) with midpoints displaced until 400 m apart.

    Displacement is a share of the segment's length, smaller on wide floors' long reaches.
    """
    while True:
        delta = np.diff(points[:, :2], axis=0)
        length = np.hypot(delta[:, 0], delta[:, 1])
        if len(length) == 0 or length.max() < 700:
            return points
        middle = (points[:-1] + points[1:]) / 2
        shift = rng.uniform(-0.16, 0.16, len(length)) * (length > 700)
        middle[:, 0] += -delta[:, 1] * shift
        middle[:, 1] += delta[:, 0] * shift
        out = np.empty((2 * len(points) - 1, points.shape[1]))
        out[0::2], out[1::2] = points, middle
        points = out


def _along_border(
    points: NDArray[np.float64], outline: Polygon, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return the vertices moved onto the outline where the sketch runs beside it."""
    ring = outline.exterior
    away = np.array([ring.distance(Point(p[0], p[1])) for p in points])
    near = np.flatnonzero(away < BORDER_REACH_M)
    if len(near) < 2:
        return _bend(points, rng)
    first, last = near[0], near[-1]
    start, end = (ring.project(Point(*points[k, :2])) for k in (first, last))
    one = substring(ring, start, end)
    low, high = sorted((start, end))
    rest = np.vstack(
        [
            np.asarray(substring(ring, high, ring.length).coords),
            np.asarray(substring(ring, 0, low).coords)[1:],
        ]
    )
    other = LineString(rest if start == high else rest[::-1])
    sketch = LineString(points[first : last + 1, :2])
    border = min((one, other), key=lambda arc: arc.hausdorff_distance(sketch))
    border = border.simplify(60).segmentize(600)
    xy = np.asarray(border.coords)
    along = np.array([sketch.project(Point(p), normalized=True) for p in xy])
    along = np.maximum.accumulate(along)
    knots = np.array(
        [sketch.project(Point(p[0], p[1]), normalized=True) for p in points[first : last + 1]]
    )
    more = [np.interp(along, knots, points[first : last + 1, k]) for k in (2, 3)]
    middle = np.column_stack([xy, *more])
    above = _bend(np.vstack([points[:first], middle[:1]]), rng)[:-1]
    below = _bend(np.vstack([middle[-1:], points[last + 1 :]]), rng)[1:]
    return np.vstack([above, middle, below])


def lay_watercourses(
    description: Description, *, outline: Polygon, seed: int
) -> dict[str, Watercourse]:
    """Return the region's main rivers, each bent by the seed and ending on the river it joins.

    Heights fall strictly from source to mouth; a tributary ends at the height of its river.
    """
    to_plane = transformer(STORED, description.crs)
    laid: dict[str, Watercourse] = {}
    for number, sketch in enumerate(description.rivers):
        x, y = to_plane.transform(sketch.vertices[:, 0], sketch.vertices[:, 1])
        points = np.column_stack([x, y, sketch.vertices[:, 2], sketch.vertices[:, 3] * 1000])
        rng = np.random.default_rng([seed, 11, number])
        border = sketch.along_border
        points = _along_border(points, outline, rng) if border else _bend(points, rng)
        if sketch.into is not None:
            points = _join(points, laid[sketch.into])
        distance = np.concatenate(
            [[0.0], np.cumsum(np.hypot(np.diff(points[:, 0]), np.diff(points[:, 1])))]
        )
        from_mouth = distance[-1] - distance
        z = points[:, 2] - LEAST_FALL * from_mouth
        z = np.maximum.accumulate(z[::-1])[::-1] + LEAST_FALL * from_mouth
        laid[sketch.id] = Watercourse(sketch, points[:, 0], points[:, 1], z, points[:, 3])
    return laid


def _join(points: NDArray[np.float64], main: Watercourse) -> NDArray[np.float64]:
    """Cut or extend a tributary so that it ends on `main`, at the height of its water."""
    line = LineString(np.column_stack([main.x, main.y]))
    course = LineString(points[:, :2])
    hits = course.intersection(line)
    if hits.is_empty:
        mouth = line.interpolate(line.project(Point(points[-1, :2])))
        kept = points[:-1]
    else:
        parts = list(hits.geoms) if hasattr(hits, "geoms") else [hits]
        mouth = min((p.centroid for p in parts), key=course.project)
        along = np.array([course.project(Point(p)) for p in points[:, :2]])
        kept = points[along < course.project(mouth) - 1.0]
    metres = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(main.x), np.diff(main.y)))])
    height = float(np.interp(line.project(mouth), metres, main.z))
    kept = kept[kept[:, 2] > height]
    return np.vstack([kept, [mouth.x, mouth.y, height, points[-1, 3]]])


@njit(cache=True)
def _chain(
    col: NDArray[np.float64], row: NDArray[np.float64], z: NDArray[np.float64],
    height: NDArray[np.float32], rows: int, cols: int,
) -> None:  # fmt: skip
    """Write the height of a line into every cell it touches, lowest wins."""
    for k in range(col.size - 1):
        steps = int(np.ceil(max(abs(col[k + 1] - col[k]), abs(row[k + 1] - row[k])) * 4)) + 1
        for s in range(steps + 1):
            t = s / steps
            c = int(np.floor(col[k] + t * (col[k + 1] - col[k])))
            r = int(np.floor(row[k] + t * (row[k + 1] - row[k])))
            if r < 0 or c < 0 or r >= rows or c >= cols:
                continue
            value = np.float32(z[k] + t * (z[k + 1] - z[k]))
            if not height[r, c] <= value:
                height[r, c] = value


def burn_heights(courses: dict[str, Watercourse], grid: Grid) -> NDArray[np.float32]:
    """Return the water's height (m) in the cells of the main rivers, NaN elsewhere."""
    height = np.full(grid.shape, np.nan, dtype=np.float32)
    for course in courses.values():
        col = (course.x - grid.min_x) / grid.cell_m
        row = (grid.max_y - course.y) / grid.cell_m
        _chain(col, row, course.z, height, grid.height, grid.width)
    return height
