"""The offset datums of Chinese web maps: GCJ-02 and BD-09, to and from WGS 84.

CGCS2000 and WGS 84 agree to centimetres and are taken as one. The offset formulas are
public knowledge; inside them stands the Krassovsky ellipsoid. Outside China (72.004–137.8347
°E, 0.8293–55.8271 °N) GCJ-02 is WGS 84 by definition.
"""

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.errors import InvalidParameterError, MissingCrsError

Floats = NDArray[np.float64]
DATUMS = ("wgs84", "cgcs2000", "gcj02", "bd09")
SEMI_MAJOR_M = 6378245.0  # Krassovsky 1940
ECCENTRICITY_SQUARED = 0.00669342162296594323  # Krassovsky 1940
BD_ANGLE = np.pi * 3000.0 / 180.0
INVERSE_STEPS = 12  # each step gains about two digits; 1 cm needs four


def _ripple(x: Floats, *, first: float, second: float, third: float) -> Floats:
    """Sum of the three sine pairs along one axis, in metres."""
    pi = np.pi
    return (
        (20.0 * np.sin(6.0 * x * pi) + 20.0 * np.sin(2.0 * x * pi)) * 2.0 / 3.0
        + (20.0 * np.sin(x * pi) + 40.0 * np.sin(x / 3.0 * pi)) * 2.0 / 3.0
        + (first * np.sin(x / 12.0 * pi) + second * np.sin(x / third * pi)) * 2.0 / 3.0
    )


def _offset_east_m(x: Floats, y: Floats) -> Floats:
    base = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x))
    return base + _ripple(x, first=150.0, second=300.0, third=30.0)


def _offset_north_m(x: Floats, y: Floats) -> Floats:
    base = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x))
    pi = np.pi
    return (
        base
        + (20.0 * np.sin(6.0 * x * pi) + 20.0 * np.sin(2.0 * x * pi)) * 2.0 / 3.0
        + (20.0 * np.sin(y * pi) + 40.0 * np.sin(y / 3.0 * pi)) * 2.0 / 3.0
        + (160.0 * np.sin(y / 12.0 * pi) + 320.0 * np.sin(y * pi / 30.0)) * 2.0 / 3.0
    )


def _gcj02_from_wgs84(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    x, y = lon - 105.0, lat - 35.0
    phi = np.radians(lat)
    curvature = 1.0 - ECCENTRICITY_SQUARED * np.sin(phi) ** 2
    meridian_m = SEMI_MAJOR_M * (1.0 - ECCENTRICITY_SQUARED) / curvature**1.5
    parallel_m = SEMI_MAJOR_M / np.sqrt(curvature) * np.cos(phi)
    inside = (lon >= 72.004) & (lon <= 137.8347) & (lat >= 0.8293) & (lat <= 55.8271)
    east = np.where(inside, np.degrees(_offset_east_m(x, y) / parallel_m), 0.0)
    north = np.where(inside, np.degrees(_offset_north_m(x, y) / meridian_m), 0.0)
    return lon + east, lat + north


def _bd09_from_gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * BD_ANGLE)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * BD_ANGLE)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


Forward = Callable[[Floats, Floats], tuple[Floats, Floats]]


def _inverse(forward: Forward, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Invert `forward` by fixed-point iteration; it moves points less than 0.02°."""
    x, y = lon.copy(), lat.copy()
    for _ in range(INVERSE_STEPS):
        made_x, made_y = forward(x, y)
        x, y = x + lon - made_x, y + lat - made_y
    return x, y


def convert_lonlat(lon: Floats, lat: Floats, *, source: str, target: str) -> tuple[Floats, Floats]:
    """Convert positions between datums.

    Parameters
    ----------
    lon, lat
        Degrees, same shape. NaN stays NaN.
    source, target
        One of ``wgs84``, ``cgcs2000``, ``gcj02``, ``bd09``.

    Returns
    -------
    lon, lat
        Degrees in `target`. The way back is accurate to better than 1 cm.

    Raises
    ------
    InvalidParameterError
        If a datum is unknown.
    """
    for datum in (source, target):
        if datum not in DATUMS:
            raise InvalidParameterError(
                f"'{datum}' is not a datum; choose one of {', '.join(DATUMS)}.",
                f"“{datum}”不是已知基准;请选 {'、'.join(DATUMS)} 之一。",
            )
    x, y = np.array(lon, dtype=float), np.array(lat, dtype=float)
    if source == "bd09" and target != "bd09":
        x, y = _inverse(_bd09_from_gcj02, x, y)
    if source in ("bd09", "gcj02") and target in ("wgs84", "cgcs2000"):
        x, y = _inverse(_gcj02_from_wgs84, x, y)
    if source in ("wgs84", "cgcs2000") and target in ("gcj02", "bd09"):
        x, y = _gcj02_from_wgs84(x, y)
    if target == "bd09" and source != "bd09":
        x, y = _bd09_from_gcj02(x, y)
    return x, y


def convert_frame(frame: gpd.GeoDataFrame, *, source: str, target: str) -> gpd.GeoDataFrame:
    """Return `frame` in EPSG:4326 with every vertex taken from datum `source` to `target`.

    Raises
    ------
    MissingCrsError
        If `frame` has no CRS.
    InvalidParameterError
        If a datum is unknown.
    """
    if frame.crs is None:
        raise MissingCrsError(
            "The layer has no CRS, so its datum cannot be converted; set the CRS first.",
            "图层没有坐标系,无法转换基准;请先指定坐标系。",
        )
    lonlat = frame.to_crs(4326)

    def shift(points: Floats) -> Floats:
        return np.column_stack(
            convert_lonlat(points[:, 0], points[:, 1], source=source, target=target)
        )

    shapes = shapely.transform(lonlat.geometry.to_numpy(), shift)
    return lonlat.set_geometry(gpd.GeoSeries(shapes, index=lonlat.index, crs=4326))
