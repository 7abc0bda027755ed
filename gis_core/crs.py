"""Coordinate reference systems: the stored one, the analysis one, and safe transforms."""

import numpy as np
from pyproj import CRS, Transformer
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_utm_crs_info
from pyproj.exceptions import CRSError

from gis_core.errors import CrsMismatchError, InvalidParameterError

STORED = CRS.from_epsg(4326)
CGCS2000_GAUSS_KRUGER_3_DEGREE = {  # central meridian (°E): EPSG code without zone prefix
    75 + 3 * i: 4534 + i for i in range(21)
}


def parse_crs(value: str) -> CRS:
    """Return the CRS named by an EPSG code or WKT.

    Raises
    ------
    InvalidParameterError
        If PROJ does not know `value`.
    """
    try:
        return CRS.from_user_input(value)
    except CRSError as err:
        raise InvalidParameterError(
            f"'{value}' names no coordinate reference system; use a code such as EPSG:4546.",
            f"“{value}”不是坐标系名称；请使用如 EPSG:4546 的代码。",
        ) from err


def choose_analysis_crs(lon: float, lat: float) -> CRS:
    """Return the metric CRS for a place: CGCS2000 3-degree in China, else WGS 84 UTM.

    China is taken as 73.5–135 °E, 18–54 °N, the area of use of the CGCS2000 zones.
    """
    meridian = round(lon / 3) * 3
    if 73.5 <= lon <= 135 and 18 <= lat <= 54 and meridian in CGCS2000_GAUSS_KRUGER_3_DEGREE:
        return CRS.from_epsg(CGCS2000_GAUSS_KRUGER_3_DEGREE[meridian])
    found = query_utm_crs_info("WGS 84", AreaOfInterest(lon, lat, lon, lat), contains=True)
    if not found:
        raise CrsMismatchError(
            f"No metric CRS covers {lon}, {lat}; are these degrees?",
            f"没有覆盖 {lon}, {lat} 的平面坐标系；这些坐标是经纬度吗？",
        )
    return CRS.from_epsg(int(found[0].code))


def transformer(source: CRS, target: CRS) -> Transformer:
    """Return a transformer that takes and gives x, y (lon, lat) order."""
    return Transformer.from_crs(source, target, always_xy=True)


def check_lonlat(bounds: tuple[float, float, float, float], *, what: str) -> None:
    """Refuse bounds that cannot be degrees.

    Raises
    ------
    CrsMismatchError
        If a bound is not finite or lies outside ±180, ±90.
    """
    min_x, min_y, max_x, max_y = bounds
    finite = bool(np.isfinite(bounds).all())
    if not finite or min_x < -180 or max_x > 180 or min_y < -90 or max_y > 90:
        raise CrsMismatchError(
            f"{what}: coordinates {tuple(round(b, 3) for b in bounds)} cannot be degrees; the file "
            "claims the wrong CRS. Set the right one in a GIS and import again.",
            f"{what}：坐标 {tuple(round(b, 3) for b in bounds)} 不可能是经纬度，文件声明的坐标系"
            "有误；请在 GIS 中改正后重新导入。",
        )
