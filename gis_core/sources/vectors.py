"""Vector files in, checked layers out: every theme but boundaries and villages."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis_core.errors import InvalidLayerError
from gis_core.layers import CheckedFrame, LayerInfo
from gis_core.remarks import Remark
from gis_core.sources.datum import convert_frame
from gis_core.sources.files import (
    file_hash,
)
from gis_core.sources.reference_systems import (
    check_bounds,
    datum_of,
    name_of,
    way_to_wgs84,
)
from gis_core.sources.shapes import finite, keep_usable, mend_invalid, mixed_types, unplaced
from gis_core.sources.vector_files import AUTO, RawLayer, read_raw
from gis_core.text import Text

CODE_NAMES = {
    "adcode", "code", "gb", "gbcode", "pac", "pcode", "citycode", "areacode", "county_code",
    "parent_code", "village_id", "代码", "编码", "行政区划代码", "区划代码", "行政代码",
}  # fmt: skip
CODE_ENDINGS = ("_code", "_pcode", "_adcode", "代码", "编码")


def read_vector(
    path: Path | str,
    *,
    theme: str,
    layer: str | None = None,
    where: str | None = None,
    datum: str = "wgs84",
) -> CheckedFrame:
    """Read one vector layer and hand it over checked, in EPSG:4326.

    Takes GeoJSON, GeoPackage, Shapefile, GeoParquet, KML, FlatGeobuf, GML and what else
    stands in `files.VECTOR_SUFFIXES`, each also inside a zip. Null and empty geometries are
    kept out and broken ones mended, each with a remark; heights are dropped. Codes (columns
    named like ``adcode`` or ``…_code``) become text exactly; dates become ISO text.

    Parameters
    ----------
    theme
        What the layer is for (``road``, ``river``, any name).
    layer
        Layer of a file with several, or file of an archive with several.
    where
        SQL condition on the attributes, such as ``class = 1001``.
    datum
        Datum the coordinates really have: ``wgs84``, ``cgcs2000``, ``gcj02``, ``bd09``;
        offset ones are converted, with a remark. ``auto`` keeps them as they are.

    Returns
    -------
    layer
        The frame's index is the feature's number in the file, from 1 (after `where`).

    Raises
    ------
    UnreadableFileError
        If the file is missing, empty, damaged, incomplete or unsafe.
    MissingCrsError, CrsMismatchError
        If there is no CRS, or coordinates cannot lie in the claimed one.
    InvalidLayerError
        If the layer is unknown, not chosen, empty, or has no usable geometry.
    InvalidParameterError
        If `datum` or `where` cannot be understood.
    """
    path = Path(path)
    raw = read_raw(path, layer=layer, where=where, datum=datum)
    frame, remarks, source = finish(raw, path=path, datum=datum)
    info = LayerInfo(
        theme=theme,
        kind="vector",
        file_name=path.name,
        file_hash=file_hash(path),
        source_crs=name_of(raw.crs),
        source_datum=source,
        remarks=remarks,
        extra={"layer": raw.name, **({"where": where} if where else {})},
    )
    return CheckedFrame(info, json_ready(frame))


def finish(
    raw: RawLayer, *, path: Path, datum: str
) -> tuple[gpd.GeoDataFrame, tuple[Remark, ...], str]:
    """Check a raw layer's geometries and take them to WGS 84.

    Returns
    -------
    frame, remarks, source_datum
        The frame in EPSG:4326, indexed by feature number from 1.

    Raises
    ------
    InvalidLayerError
        If no feature has a usable geometry.
    CrsMismatchError
        If coordinates cannot lie in the claimed CRS.
    """
    name, sheet = path.name, raw.name
    usable = keep_usable(raw.frame, file_name=name, layer=sheet)
    _refuse_without_shapes(path, raw, usable.frame)
    min_x, min_y, max_x, max_y = (float(v) for v in usable.frame.total_bounds)
    place = (min_x, min_y, max_x, max_y)
    check_bounds(place, raw.crs, what=str(path))
    frame, remarks = usable.frame, raw.remarks + usable.remarks
    if name_of(raw.crs) != "EPSG:4326":
        way = way_to_wgs84(raw.crs, place, file_name=name)
        moved = shapely.transform(np.asarray(frame.geometry.array), way.apply)
        placed = finite(moved)
        remarks += way.remarks + unplaced(frame.index[~placed], file_name=name, layer=sheet)
        shapes = gpd.GeoSeries(moved[placed], index=frame.index[placed], crs=4326)
        frame = frame.loc[placed].set_geometry(shapes)
    frame = frame.set_crs(4326, allow_override=True)
    source = datum_of(raw.crs) if datum in ("wgs84", AUTO) else datum
    if datum in ("gcj02", "bd09"):
        frame = convert_frame(frame, source=datum, target="wgs84")
        remarks += (converted_remark(name, datum, len(frame)),)
    mended = mend_invalid(frame, file_name=name, layer=sheet)
    _refuse_without_shapes(path, raw, mended.frame)
    remarks += mended.remarks + mixed_types(mended.frame, file_name=name, layer=sheet)
    return mended.frame, remarks, source


def _refuse_without_shapes(path: Path, raw: RawLayer, frame: gpd.GeoDataFrame) -> None:
    if frame.empty:
        raise InvalidLayerError(
            f"{path}: none of the {len(raw.frame):,} features of layer '{raw.name}' has a usable "
            "geometry. Export the layer with its geometry.",
            f"{path}：图层“{raw.name}”的 {len(raw.frame):,} 个要素均没有可用的几何。"
            "请连同几何重新导出。",
        )


def converted_remark(file_name: str, datum: str, count: int) -> Remark:
    """Return the remark that a layer was converted from an offset datum, as told."""
    shown = {"gcj02": "GCJ-02", "bd09": "BD-09"}[datum]
    return Remark(
        file_name,
        "mended",
        Text(
            f"{count:,} features converted from {shown} to WGS 84, as told.",
            f"已按要求将 {count:,} 个要素由 {shown} 转换为 WGS 84。",
        ),
        Text("Import again with --datum wgs84 to undo.", "如需撤销，请用 --datum wgs84 重新导入。"),
        value=datum,
    )


def is_code_name(name: str) -> bool:
    """Tell whether a column of this name holds codes, which are text whatever they look like."""
    plain = name.strip().lower()
    return plain in CODE_NAMES or plain.endswith(CODE_ENDINGS)


def code_text(value: object) -> str:
    """Return a code as text: 141002 and 141002.0 give ``141002``; text keeps its zeros."""
    if value is None or (isinstance(value, float) and not np.isfinite(value)) or value is pd.NA:
        return ""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    text = str(value).strip()
    whole, dot, rest = text.partition(".")
    return whole if dot and whole.isdecimal() and not rest.strip("0") else text


def json_ready(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return `frame` with codes and dates as text and nested values as plain lists and dicts."""
    out = frame.copy()
    for column in out.columns:
        if column == "geometry":
            continue
        values = out[column]
        if is_code_name(str(column)):
            out[column] = values.map(code_text).astype(object)
        elif pd.api.types.is_datetime64_any_dtype(values) or values.dtype == object:
            out[column] = pd.Series([_plain(v) for v in values], index=out.index, dtype=object)
    return out


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray | list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, datetime | date | pd.Timestamp):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, str | int | float | bool):
        return value
    return json.loads(json.dumps(value, default=str))
