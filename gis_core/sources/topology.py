"""Overlaps and gaps between neighbouring units, measured on the ground."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis_core.units import geodesic_area_m2

SLIVER_M2 = 10_000.0  # 1 ha, 15 mu: smaller faults are drawing noise, counted but not listed
DIGITISING_DEG = 1e-9  # about 0.1 mm: closer lines are one line


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

    A gap is a hole in the union of all units; one that opens to the outside is not seen.
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
    return shapely.multipolygons(parts)


def _gaps(shapes: np.ndarray) -> tuple[list[Gap], list[float]]:
    parts = shapely.get_parts(shapely.union_all(shapes))
    holes = [shapely.polygons(ring) for part in parts for ring in part.interiors]
    if not holes:
        return [], []
    tree, areas = shapely.STRtree(shapes), _areas(holes)
    gaps: list[Gap] = []
    for hole, area_m2 in zip(holes, areas, strict=True):
        if area_m2 < SLIVER_M2:
            continue
        inside = shapely.point_on_surface(hole)
        around = tree.query(hole, predicate="dwithin", distance=DIGITISING_DEG)
        touching = tuple(int(i) for i in sorted(around))
        gaps.append(Gap(float(area_m2), float(inside.x), float(inside.y), touching))
    gaps.sort(key=lambda gap: -gap.area_m2)
    return gaps, [float(a) for a in areas if a < SLIVER_M2]
