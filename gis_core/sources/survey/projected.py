"""Coordinates in metres: the projection told by magnitude and by where the region lies.

Chinese surveys give Gauss-Krüger coordinates, with or without the zone number before the
easting, often with the northing called X. CGCS2000 is assumed; Xi'an 1980 and Beijing 1954
differ by about 100 m and cannot be told by magnitude.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from gis_core.crs import choose_analysis_crs, transformer

Floats = NDArray[np.float64]
Bounds = tuple[float, float, float, float]
LEAST_METRES = 1000.0  # smaller numbers are degrees
MARGIN_DEG = 0.1  # around the region's bounds
MOST_OUTSIDE = 0.2  # share of points a right projection may leave outside
ZONE_UNIT = 1_000_000.0  # metres: 37,472,000 is zone 37, easting 472,000
SIX_DEGREE_ZONE = 4478  # + zone (13 to 23): CGCS2000 6-degree, zone in the eastings
THREE_DEGREE_ZONE = 4488  # + zone (25 to 45): CGCS2000 3-degree, zone in the eastings
THREE_DEGREE_PLAIN = 4509  # + zone (25 to 45): the same without zone number
SIX_DEGREE_PLAIN = 4489  # + zone (13 to 23): 6-degree without zone number


def choose_projection(x: Floats, y: Floats, *, bounds: Bounds | None) -> tuple[CRS, bool] | None:
    """Find the projection of coordinates in metres.

    Parameters
    ----------
    x, y
        As found, in metres, either order.
    bounds
        The region's, in degrees.

    Returns
    -------
    chosen
        (projected CRS, True if northings stand first); None if none fits or several do.
    """
    for turned in (False, True):
        east, north = (y, x) if turned else (x, y)
        zone = int(np.median(east) // ZONE_UNIT)
        if zone:
            code = _zoned(zone)
            if code and (bounds is None or _fits(code, east, north, bounds)):
                return CRS.from_epsg(code), turned
        elif bounds is not None:
            found = _plain(east, north, bounds)
            if found is not None:
                return found, turned
    return None


def _zoned(zone: int) -> int | None:
    if 13 <= zone <= 23:
        return SIX_DEGREE_ZONE + zone
    if 25 <= zone <= 45:
        return THREE_DEGREE_ZONE + zone
    return None


def _plain(east: Floats, north: Floats, bounds: Bounds) -> CRS | None:
    """The one 3-degree zone, 6-degree zone or UTM zone that puts the points into the region."""
    middle = ((bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2)
    usual = choose_analysis_crs(*middle)
    code = usual.to_epsg()
    if "UTM" in usual.name:
        return usual if code and _fits(code, east, north, bounds) else None
    zone, wide = round(middle[0] / 3), int((middle[0] + 6) // 6)
    three = [THREE_DEGREE_PLAIN + z for z in range(zone - 2, zone + 3) if 25 <= z <= 45]
    six = [SIX_DEGREE_PLAIN + z for z in range(wide - 1, wide + 2) if 13 <= z <= 23]
    fitting = [c for c in three if _fits(c, east, north, bounds)]
    fitting = fitting or [c for c in six if _fits(c, east, north, bounds)]
    return CRS.from_epsg(fitting[0]) if len(fitting) == 1 else None


@lru_cache(maxsize=64)
def _to_degrees(code: int) -> Transformer:
    return transformer(CRS.from_epsg(code), CRS.from_epsg(4326))


def _fits(code: int, east: Floats, north: Floats, bounds: Bounds) -> bool:
    lon, lat = _to_degrees(code).transform(east, north)
    inside = (
        (lon >= bounds[0] - MARGIN_DEG) & (lon <= bounds[2] + MARGIN_DEG)
        & (lat >= bounds[1] - MARGIN_DEG) & (lat <= bounds[3] + MARGIN_DEG)
    )  # fmt: skip
    return bool(inside.mean() >= 1 - MOST_OUTSIDE)
