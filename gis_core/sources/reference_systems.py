"""Reference systems of incoming layers: present, plausible, and taken to WGS 84 in the open."""

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.aoi import AreaOfInterest
from pyproj.exceptions import ProjError
from pyproj.transformer import TransformerGroup

from gis_core.crs import STORED, check_lonlat
from gis_core.errors import CrsMismatchError, MissingCrsError
from gis_core.grid import Bounds
from gis_core.remarks import Remark
from gis_core.text import Text

Coordinates = NDArray[np.float64]
FAR_OUTSIDE_DEG = 8.0  # beyond its area of use by more: the CRS is the wrong one
TOLERATED_M = 2.5  # a shift known better than this needs no remark (half a 5 m cell)


def missing_crs(what: str, *, beside: str = "") -> MissingCrsError:
    """Return the error for a layer without a reference system, with its cure."""
    return MissingCrsError(
        f"{what}: has no coordinate reference system{beside}. Set it in a GIS (in QGIS: Layer > "
        "Set CRS, then export), or with ogr2ogr -a_srs EPSG:4546 (a raster: gdal_edit.py -a_srs), "
        "with the code your data provider states, and import again.",
        f"{what}：没有坐标系。请按数据提供单位给出的代码，在 GIS 中设定坐标系后重新导出"
        "（QGIS：图层 > 设置坐标系；命令行：ogr2ogr -a_srs EPSG:4546，"
        "栅格用 gdal_edit.py -a_srs），"
        "再导入。",
    )


def name_of(crs: CRS) -> str:
    """Return the short name of a CRS: ``EPSG:4546`` where it has one, else its own name."""
    authority = crs.to_authority(min_confidence=70)
    if authority is not None:
        name = ":".join(authority)
        return "EPSG:4326" if name == "OGC:CRS84" else name
    return crs.name


def datum_of(crs: CRS) -> str:
    """Return ``wgs84`` or ``cgcs2000``, or the datum's own name for any other."""
    name = _datum_name(crs)
    if name.startswith("World Geodetic System 1984"):
        return "wgs84"
    if name.startswith("China 2000") or name.startswith("China Geodetic Coordinate System"):
        return "cgcs2000"
    return name or "unknown"


def _datum_name(crs: CRS) -> str:
    base = crs.geodetic_crs
    datum = base.datum if base is not None else None
    return str(datum.name).removesuffix(" ensemble") if datum is not None else ""


def check_bounds(bounds: Bounds, crs: CRS, *, what: str) -> None:
    """Refuse bounds that cannot lie in the CRS the file claims.

    Parameters
    ----------
    bounds
        In units of `crs`, x before y.

    Raises
    ------
    CrsMismatchError
        If degrees are out of range, metres look like degrees, or the place lies more than 8°
        outside the area the CRS is made for.
    """
    label = f"{what} ({name_of(crs)})"
    if crs.is_geographic:
        _refuse_swapped(bounds, what=label)
        check_lonlat(bounds, what=label)
        return
    min_x, min_y, max_x, max_y = bounds
    if max(abs(min_x), abs(max_x)) <= 180 and max(abs(min_y), abs(max_y)) <= 90:
        raise CrsMismatchError(
            f"{label}: coordinates {_rounded(bounds)} look like degrees, but the file claims "
            "metres. Set the CRS to EPSG:4326 (or EPSG:4490) in a GIS and import again.",
            f"{label}：坐标 {_rounded(bounds)} 像是经纬度，但文件声明的是平面坐标系。"
            "请在 GIS 中把坐标系改为 EPSG:4326（或 EPSG:4490）后重新导入。",
        )
    _refuse_far_outside(bounds, crs, label)


def _refuse_swapped(bounds: Bounds, *, what: str) -> None:
    min_x, min_y, max_x, max_y = bounds
    if -90 <= min_x <= max_x <= 90 and 90 < max(abs(min_y), abs(max_y)) <= 180:
        raise CrsMismatchError(
            f"{what}: coordinates {_rounded(bounds)} have latitude before longitude. Swap the "
            "axes (ogr2ogr -s_srs EPSG:4326 -t_srs OGC:CRS84, or Swap X and Y in QGIS) and import "
            "again.",
            f"{what}：坐标 {_rounded(bounds)} 的纬度写在经度之前。请交换 X、Y(QGIS 的“交换 X 和 Y"
            "坐标”工具）后重新导入。",
        )


def _refuse_far_outside(bounds: Bounds, crs: CRS, label: str) -> None:
    lonlat = rough_lonlat(bounds, crs)
    area = crs.area_of_use
    far = not np.isfinite(lonlat).all()
    if not far and area is not None:
        west, east = area.west, area.east if area.east >= area.west else area.east + 360
        x, y = (lonlat[0] + lonlat[2]) / 2, (lonlat[1] + lonlat[3]) / 2
        x = x + 360 if x < west - 180 else x
        beyond = max(west - x, x - east, area.south - y, y - area.north)
        far = beyond > FAR_OUTSIDE_DEG
    if far:
        hint_en, hint_zh = _zone_hint(bounds)
        place = f"{area.name}" if area is not None else "-"
        raise CrsMismatchError(
            f"{label}: coordinates {_rounded(bounds)} lie far outside the area of that CRS "
            f"({place}).{hint_en} Set the right CRS in a GIS and import again.",
            f"{label}：坐标 {_rounded(bounds)} 远在该坐标系的适用范围（{place}）之外。{hint_zh}"
            "请在 GIS 中改为正确的坐标系后重新导入。",
        )


def _zone_hint(bounds: Bounds) -> tuple[str, str]:
    """Say so when eastings carry a Gauss-Krüger zone number, as 37,500,000 does."""
    zone = int(bounds[0] // 1_000_000)
    if 13 <= zone <= 45 and int(bounds[2] // 1_000_000) == zone:
        return (
            f" The eastings begin with the zone number {zone}: use the Gauss-Kruger CRS whose "
            "name has 'zone', not 'CM'.",
            f"横坐标带有带号 {zone}：应选用名称中含 zone（带号）的高斯-克吕格坐标系，而非 CM。",
        )
    return "", ""


def rough_lonlat(bounds: Bounds, crs: CRS) -> Bounds:
    """Return `bounds` in degrees, to a few hundred metres; infinite where PROJ cannot."""
    try:
        to_degrees = Transformer.from_crs(crs, STORED, always_xy=True)
        west, south, east, north = to_degrees.transform_bounds(*bounds, densify_pts=5)
    except ProjError:
        return (math.inf, math.inf, math.inf, math.inf)
    return west, south, east, north


def _rounded(bounds: Bounds) -> str:
    return "(" + ", ".join(f"{b:.10g}" for b in np.round(bounds, 3)) + ")"


@dataclass(frozen=True)
class WayToWgs84:
    """The one transformation that a layer takes, and what a person must know about it."""

    apply: Callable[[Coordinates], Coordinates]
    remarks: tuple[Remark, ...]


def way_to_wgs84(crs: CRS, bounds: Bounds, *, file_name: str) -> WayToWgs84:
    """Choose the best installed transformation from `crs` to WGS 84 for the layer's place.

    Nothing is fetched. A datum shift known to less than 2.5 m, or not known at all, gives a
    remark with its name and accuracy. CGCS2000 and WGS 84 are taken as one (centimetres).

    Parameters
    ----------
    bounds
        Of the layer, in units of `crs`, x before y.

    Returns
    -------
    way
        `way.apply` takes coordinates of shape (n, 2), x before y, and gives degrees.

    Raises
    ------
    CrsMismatchError
        If PROJ knows no way at all.
    """
    area = rough_lonlat(bounds, crs)
    place = AreaOfInterest(*(float(v) for v in area)) if np.isfinite(area).all() else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # said in a remark of our own below
        group = TransformerGroup(crs, STORED, always_xy=True, area_of_interest=place)  # type: ignore[arg-type]  # same class, two stubs
    if not group.transformers:
        raise CrsMismatchError(
            f"{file_name}: no transformation from {name_of(crs)} to WGS 84 is known. Reproject the "
            "layer to EPSG:4326 in a GIS and import again.",
            f"{file_name}：没有从 {name_of(crs)} 到 WGS 84 的转换方法。请在 GIS 中转换为 EPSG:4326 "
            "后重新导入。",
        )
    chosen = group.transformers[0]

    def apply(points: Coordinates) -> Coordinates:
        return np.column_stack(chosen.transform(points[:, 0], points[:, 1]))

    same = datum_of(crs) in ("wgs84", "cgcs2000")
    remarks = () if same else _accuracy_remarks(crs, group, file_name)
    return WayToWgs84(apply, remarks)


def _accuracy_remarks(crs: CRS, group: TransformerGroup, file_name: str) -> tuple[Remark, ...]:
    chosen, datum = group.transformers[0], _datum_name(crs)
    unknown = chosen.accuracy < 0
    if not unknown and chosen.accuracy <= TOLERATED_M:
        return ()
    better = [o for o in group.unavailable_operations if 0 <= o.accuracy < chosen.accuracy]
    grids = sorted({g.short_name for o in better for g in o.grids if not g.available})
    method = _operation_name(chosen)
    if unknown:
        reason = Text(
            f"No datum shift from {datum} to WGS 84 is known; coordinates were taken as they are, "
            "and may lie up to a few hundred metres off.",
            f"没有从 {datum} 到 WGS 84 的基准转换参数；坐标按原值采用，可能偏差数百米。",
        )
        cure = Text(
            "Convert the layer with your surveying office's parameters, or check it on a map.",
            "请用测绘部门的参数转换图层，或在地图上核对。",
        )
    else:
        reason = Text(
            f"Taken from {datum} to WGS 84 by '{method}', accurate to {chosen.accuracy:g} m.",
            f"由 {datum} 转换至 WGS 84，采用“{method}”，精度 {chosen.accuracy:g} 米。",
        )
        cure = (
            Text(
                f"For better, install the PROJ grids {', '.join(grids)} and import again.",
                f"如需更高精度，请安装 PROJ 格网 {'、'.join(grids)} 后重新导入。",
            )
            if grids
            else Text("Nothing to do if that is enough.", "如精度足够，无需处理。")
        )
    return (Remark(file_name, "note", reason, cure, value=name_of(crs)),)


def _operation_name(chosen: Transformer) -> str:
    """Return the datum step of an operation's description, without its projection steps."""
    steps = [s for s in chosen.description.split(" + ") if " to " in s.lower()]
    return " + ".join(steps) or chosen.description
