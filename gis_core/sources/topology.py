"""Overlaps and gaps between neighbouring units, measured on the ground."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis_core.units import geodesic_area_m2

SLIVER_M2 = 10_000.0  # 1 ha, 15 mu: smaller faults are drawing noise, counted but not listed
CLOSED_DEG = 5e-7  # about 5 cm: lines no farther apart than twice this are one line


@dataclass(frozen=True)
class Overlap:
    """Area that two units both claim; `first` and `second` are positions in the frame."""

    first: int
    second: int
    area_m2: float


@dataclass(frozen=True)
class Gap:
    """A hole between units: its area, a place inside it and the units around it."""

    area_m2: float
    lon: float
    lat: float
    around: tuple[int, ...]


@dataclass(frozen=True)
class TopologyFaults:
    """Overlaps and gaps of at least `SLIVER_M2`, largest first, and the sum of smaller ones."""

    overlaps: tuple[Overlap, ...]
    gaps: tuple[Gap, ...]
    slivers: int
    sliver_area_m2: float


def measure_faults(units: gpd.GeoDataFrame) -> TopologyFaults:
    """Measure overlaps between units and gaps enclosed by them.

    A gap is a hole in the union of all units; one that opens to the outside by more than
    10 cm is not seen.
    Areas are geodesic, in square metres.

    Parameters
    ----------
    units
        Valid polygons in EPSG:4326.
    """
    shapes = np.asarray(units.geometry.array, dtype=object)
    overlaps, overlap_slivers = _overlaps(shapes)
    gaps, gap_slivers = _gaps(shapes)
    slivers = overlap_slivers + gap_slivers
    return TopologyFaults(tuple(overlaps), tuple(gaps), len(slivers), float(sum(slivers)))


def _areas(shapes: list[BaseGeometry]) -> np.ndarray:
    oriented = shapely.orient_polygons(np.asarray(shapes, dtype=object))
    return geodesic_area_m2(gpd.GeoSeries(oriented, crs=4326))


def _overlaps(shapes: np.ndarray) -> tuple[list[Overlap], list[float]]:
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = first < second
    first, second = first[pairs], second[pairs]
    common = shapely.intersection(shapes[first], shapes[second])
    areal = shapely.area(common) > 0
    first, second, common = first[areal], second[areal], common[areal]
    areas = _areas([_polygons(shape) for shape in common])
    found = [
        Overlap(int(a), int(b), float(m2)) for a, b, m2 in zip(first, second, areas, strict=True)
    ]
    large = sorted((o for o in found if o.area_m2 >= SLIVER_M2), key=lambda o: -o.area_m2)
    return large, [o.area_m2 for o in found if o.area_m2 < SLIVER_M2]


def _polygons(shape: BaseGeometry) -> BaseGeometry:
    parts = [p for p in shapely.get_parts(shape) if p.geom_type == "Polygon"]
    return shapely.multipolygons(parts) if parts else shapely.MultiPolygon()


def _gaps(shapes: np.ndarray) -> tuple[list[Gap], list[float]]:
    """Find holes in the union of all units, with slits up to 10 cm wide taken as closed."""
    grown = shapely.buffer(shapes, CLOSED_DEG, join_style="mitre")
    parts = shapely.get_parts(shapely.union_all(grown))
    rings = [ring for part in parts for ring in part.interiors]
    if not rings:
        return [], []
    tree = shapely.STRtree(shapes)
    reach = shapely.buffer(shapely.polygons(rings), 2 * CLOSED_DEG, join_style="mitre")
    around = [np.sort(tree.query(hole, predicate="intersects")) for hole in reach]
    holes = [
        _polygons(shapely.difference(hole, shapely.union_all(shapes[near])))
        for hole, near in zip(reach, around, strict=True)
    ]
    gaps: list[Gap] = []
    areas = _areas(holes)
    for hole, near, area_m2 in zip(holes, around, areas, strict=True):
        if area_m2 < SLIVER_M2:
            continue
        inside = shapely.point_on_surface(hole)
        touching = tuple(int(i) for i in near)
        gaps.append(Gap(float(area_m2), float(inside.x), float(inside.y), touching))
    gaps.sort(key=lambda gap: -gap.area_m2)
    return gaps, [float(a) for a in areas if a < SLIVER_M2]
