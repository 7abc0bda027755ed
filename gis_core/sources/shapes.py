"""Geometries on the way in: what is missing is kept out, what is broken is mended, all listed."""

import re
from collections import Counter
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_core.remarks import Remark
from gis_core.text import Text

Shapes = NDArray[np.object_]
FIRST_ROW = 1  # features are numbered from 1, as a person counts them
PLACE = re.compile(r"^(?P<fault>[^\[]+)\[(?P<x>\S+) (?P<y>\S+)\]$")
FAULTS_ZH = {
    "Self-intersection": "自相交",
    "Ring Self-intersection": "环自相交",
    "Hole lies outside shell": "孔洞位于外环之外",
    "Holes are nested": "孔洞嵌套",
    "Nested shells": "外环嵌套",
    "Interior is disconnected": "内部不连通",
    "Too few points in geometry component": "点数不足",
    "Duplicate Rings": "环重复",
}
KINDS = {
    "Point": ("points", "点"), "MultiPoint": ("multi-points", "多点"),
    "LineString": ("lines", "线"), "LinearRing": ("rings", "环"),
    "MultiLineString": ("multi-lines", "多线"), "Polygon": ("polygons", "面"),
    "MultiPolygon": ("multi-polygons", "多面"), "GeometryCollection": ("collections", "集合"),
}  # fmt: skip


@dataclass(frozen=True)
class CleanShapes:
    """A frame whose geometries are all present, finite, flat and valid, and what was done."""

    frame: gpd.GeoDataFrame
    remarks: tuple[Remark, ...]


def keep_usable(frame: gpd.GeoDataFrame, *, file_name: str, layer: str = "") -> CleanShapes:
    """Keep features with a finite geometry out of null and empty ones; drop heights.

    Every feature kept out gives a ``refused`` remark with its number from 1. The kept
    features' index is that number. Coordinates are not touched.
    """
    shapes: Shapes = np.asarray(frame.geometry.array, dtype=object)
    numbers = np.arange(FIRST_ROW, len(frame) + FIRST_ROW)
    null, empty = shapely.is_missing(shapes), shapely.is_empty(shapes)
    strange = ~null & ~empty & ~finite(shapes)
    remarks = [
        *(_refused(file_name, layer, int(n), NULL_REASON) for n in numbers[null]),
        *(_refused(file_name, layer, int(n), EMPTY_REASON) for n in numbers[empty]),
        *(_refused(file_name, layer, int(n), STRANGE_REASON) for n in numbers[strange]),
    ]
    remarks.sort(key=lambda remark: remark.row or 0)
    kept = ~null & ~empty & ~strange
    shapes = shapes[kept]
    has_z = shapely.has_z(shapes)
    if has_z.any():
        remarks.append(_heights_dropped(file_name, layer, shapes[has_z]))
        shapes = shapely.force_2d(shapes)
    out = frame.loc[kept].copy()
    out.index = numbers[kept]
    out = out.set_geometry(gpd.GeoSeries(shapes, index=out.index, crs=frame.crs))
    return CleanShapes(out, tuple(remarks))


def finite(shapes: Shapes) -> NDArray[np.bool_]:
    """Tell of each geometry whether all its coordinates are finite numbers."""
    points, owner = shapely.get_coordinates(shapes, return_index=True)
    sound = np.ones(len(shapes), dtype=bool)
    sound[owner[~np.isfinite(points).all(axis=1)]] = False
    return sound


def unplaced(rows: pd.Index, *, file_name: str, layer: str = "") -> tuple[Remark, ...]:
    """Return a ``refused`` remark for each feature that its CRS cannot place on the earth."""
    return tuple(_refused(file_name, layer, int(row), UNPLACED_REASON) for row in rows)


NULL_REASON = Text("The feature has no geometry.", "该要素没有几何。")
EMPTY_REASON = Text("The feature's geometry is empty.", "该要素的几何为空。")
STRANGE_REASON = Text(
    "The feature has a coordinate that is not a number.", "该要素含有非数值（NaN 或无穷大）坐标。"
)
UNPLACED_REASON = Text(
    "The feature lies where its coordinate system has no place on the earth.",
    "该要素的坐标超出其坐标系可表示的范围。",
)
COLLAPSED_REASON = Text(
    "The feature's geometry collapses to a point or a line.", "该要素的几何退化为点或线。"
)


def _refused(file_name: str, layer: str, row: int, reason: Text, value: str = "") -> Remark:
    cure = Text(
        "Draw the feature in a GIS and import again, or delete it there.",
        "请在 GIS 中补绘该要素后重新导入，或将其删除。",
    )
    return Remark(file_name, "refused", reason, cure, sheet=layer, row=row, value=value)


def _heights_dropped(file_name: str, layer: str, shapes: Shapes) -> Remark:
    heights = shapely.get_coordinates(shapes, include_z=True)[:, 2]
    heights = heights[np.isfinite(heights)]
    span = f"{heights.min():g} – {heights.max():g}" if heights.size else "NaN"
    return Remark(
        file_name,
        "mended",
        Text(
            f"{len(shapes):,} features carried heights ({span}); layers are kept in two "
            "dimensions, so the heights were dropped.",
            f"有 {len(shapes):,} 个要素带高程（{span}）；图层按二维保存，高程已去除。",
        ),
        Text("Keep heights in a column if they matter.", "如需高程，请保存为属性字段。"),
        sheet=layer,
        value=span,
    )


def mend_invalid(frame: gpd.GeoDataFrame, *, file_name: str, layer: str = "") -> CleanShapes:
    """Repair invalid geometries (bow-ties, crossing rings) and list each with ring and place.

    A repaired geometry keeps its dimension: of a polygon only polygons stay. What collapses
    to less is refused. Outer rings end counter-clockwise. `frame` is in EPSG:4326 and its
    index holds the feature numbers, as `keep_usable` makes it.

    References
    ----------
    RFC 7946, section 3.1.6: winding of rings.
    """
    shapes: Shapes = np.asarray(frame.geometry.array, dtype=object).copy()
    remarks: list[Remark] = []
    kept = np.ones(len(shapes), dtype=bool)
    for position in np.flatnonzero(~shapely.is_valid(shapes)):
        broken, row = shapes[position], int(frame.index[position])
        fault = _describe_fault(broken)
        mended = _of_dimension(shapely.make_valid(broken), int(shapely.get_dimensions(broken)))
        if mended is None:
            kept[position] = False
            remarks.append(_refused(file_name, layer, row, COLLAPSED_REASON, fault.en))
            continue
        shapes[position] = mended
        remarks.append(_mended(file_name, layer, row, fault, broken, mended))
    out = frame.loc[kept].copy()
    oriented = shapely.orient_polygons(shapes[kept])
    out = out.set_geometry(gpd.GeoSeries(oriented, index=out.index, crs=frame.crs))
    return CleanShapes(out, tuple(remarks))


def _of_dimension(shape: BaseGeometry, dimension: int) -> BaseGeometry | None:
    """Return the parts of `shape` with `dimension` as one geometry; None if there are none."""
    if shape.geom_type != "GeometryCollection":
        return shape if shapely.get_dimensions(shape) == dimension else None
    parts = [p for p in shapely.get_parts(shape) if shapely.get_dimensions(p) == dimension]
    if not parts:
        return None
    return shapely.union_all(parts) if dimension == 2 else shapely.multilinestrings(parts)


def _mended(
    file_name: str, layer: str, row: int, fault: Text, broken: BaseGeometry, mended: BaseGeometry
) -> Remark:
    parts = int(shapely.get_num_geometries(mended))
    share = abs(mended.area - broken.area) / broken.area if broken.area > 0 else 1.0
    change_en = "" if share < 1e-6 else f" Its signed area changed by {share:.2%}."
    change_zh = "" if share < 1e-6 else f"有向面积变化 {share:.2%}。"
    return Remark(
        file_name,
        "mended",
        Text(
            f"Invalid geometry: {fault.en}. Repaired; it now has {parts} part(s).{change_en}",
            f"几何无效：{fault.zh}。已修复，现有 {parts} 个部分。{change_zh}",
        ),
        Text(
            "Look at the place on the map and correct it in the source if the repair is wrong.",
            "请在地图上核对该处；如修复不当，请在原始数据中改正。",
        ),
        sheet=layer,
        row=row,
        column="geometry",
        value=fault.en,
    )


def _describe_fault(shape: BaseGeometry) -> Text:
    """Say what is wrong, where (degrees) and in which ring."""
    reason = str(shapely.is_valid_reason(shape))
    match = PLACE.match(reason)
    if match is None:
        return Text(reason, FAULTS_ZH.get(reason, reason))
    x, y = float(match["x"]), float(match["y"])
    fault = match["fault"].strip()
    ring = _ring_at(shape, x, y)
    return Text(
        f"{fault} at {x:.6f}, {y:.6f}{ring.en}",
        f"{FAULTS_ZH.get(fault, fault)}，位于 {x:.6f}, {y:.6f}{ring.zh}",
    )


def _ring_at(shape: BaseGeometry, x: float, y: float) -> Text:
    """Return which ring of which part passes nearest to a place; empty for lines."""
    if shapely.get_dimensions(shape) != 2 or not (np.isfinite(x) and np.isfinite(y)):
        return Text("", "")
    point, best, found = shapely.Point(x, y), np.inf, (0, 0)
    for part_number, part in enumerate(shapely.get_parts(shape), start=1):
        if part.geom_type != "Polygon":
            continue
        for ring_number, ring in enumerate([part.exterior, *part.interiors]):
            distance = shapely.distance(point, ring)
            if distance < best:
                best, found = distance, (part_number, ring_number)
    part_number, ring_number = found
    ring_en = f"hole {ring_number}" if ring_number else "outer ring"
    ring_zh = f"第 {ring_number} 个孔洞" if ring_number else "外环"
    return Text(f" ({ring_en} of part {part_number})", f"（第 {part_number} 部分的{ring_zh}）")


def mixed_types(frame: gpd.GeoDataFrame, *, file_name: str, layer: str = "") -> tuple[Remark, ...]:
    """Note a layer whose features are of different dimension, with how many of each."""
    if len(set(shapely.get_dimensions(np.asarray(frame.geometry.array)).tolist())) <= 1:
        return ()
    counts = Counter(frame.geom_type)
    en = ", ".join(f"{n:,} {KINDS.get(k, (k, k))[0]}" for k, n in counts.most_common())
    zh = "、".join(f"{KINDS.get(k, (k, k))[1]} {n:,} 个" for k, n in counts.most_common())
    return (
        Remark(
            file_name,
            "note",
            Text(f"The layer mixes geometry types: {en}.", f"图层混有多种几何类型：{zh}。"),
            Text(
                "Keep one type a layer if its analysis needs one; --where chooses features.",
                "如分析只需一种类型，请分层保存；可用 --where 选择要素。",
            ),
            sheet=layer,
            column="geometry",
            value=en,
        ),
    )
