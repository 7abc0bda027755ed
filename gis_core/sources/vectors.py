"""Vector files in, checked layers out: every theme but boundaries and villages."""

import json
import struct
import warnings
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyarrow.lib import ArrowException
from pyogrio.errors import CRSError, DataLayerError, DataSourceError, FeatureError, FieldError
from pyproj import CRS
from pyproj.exceptions import ProjError

from gis_core.errors import InvalidLayerError, InvalidParameterError, UnreadableFileError
from gis_core.layers import CheckedFrame, LayerInfo
from gis_core.remarks import Remark
from gis_core.sources.datum import DATUMS, convert_frame
from gis_core.sources.dbf_text import RAW, decode_frame
from gis_core.sources.files import (
    VECTOR_SUFFIXES,
    check_magic,
    file_hash,
    opened,
    shapefile_part,
)
from gis_core.sources.reference_systems import (
    check_bounds,
    datum_of,
    missing_crs,
    name_of,
    way_to_wgs84,
)
from gis_core.sources.shapes import finite, keep_usable, mend_invalid, mixed_types, unplaced
from gis_core.text import Text

PARQUET = (".parquet", ".geoparquet")
AUTO = "auto"
CODE_NAMES = {
    "adcode", "code", "gb", "gbcode", "pac", "pcode", "citycode", "areacode", "county_code",
    "parent_code", "village_id", "代码", "编码", "行政区划代码", "区划代码", "行政代码",
}  # fmt: skip
CODE_ENDINGS = ("_code", "_pcode", "_adcode", "代码", "编码")


@dataclass(frozen=True)
class RawLayer:
    """A layer as read: its frame in its own CRS, its name in the file, remarks so far."""

    frame: gpd.GeoDataFrame
    crs: CRS
    name: str
    remarks: tuple[Remark, ...]


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


def read_raw(
    path: Path, *, layer: str | None = None, where: str | None = None, datum: str = "wgs84"
) -> RawLayer:
    """Read a layer as it stands, with a CRS and at least one feature; errors as `read_vector`."""
    if datum not in (*DATUMS, AUTO):
        raise InvalidParameterError(
            f"'{datum}' is not a datum; choose one of {', '.join((*DATUMS, AUTO))}.",
            f"“{datum}”不是已知基准;请选 {'、'.join((*DATUMS, AUTO))} 之一。",
        )
    with (
        opened(path, suffixes=VECTOR_SUFFIXES, member=layer) as file,
        np.errstate(invalid="ignore"),  # NaN coordinates are listed and kept out later
    ):
        inside = file != path
        _check_kind(path, file)
        if file.suffix.lower() in PARQUET:
            raw = _read_parquet(path, file, where)
        else:
            named = layer if not inside or layer not in (file.name, file.stem) else None
            raw = _read_ogr(path, file, named, where)
    if raw.frame.empty:
        raise InvalidLayerError(
            f"{path}: the layer '{raw.name}' holds no feature"
            + (f" where {where}. Change the condition." if where else ". Choose another."),
            f"{path}:图层“{raw.name}”"
            + (f"没有满足条件“{where}”的要素。请修改条件。" if where else "没有任何要素。请另选。"),
        )
    return raw


def _check_kind(path: Path, file: Path) -> None:
    suffix = file.suffix.lower()
    if suffix in (".dbf", ".shx", ".prj", ".cpg"):
        raise UnreadableFileError(
            f"{path}: is one part of a shapefile. Name its .shp file.",
            f"{path}:这是 Shapefile 的一个组成文件。请指定 .shp 文件。",
        )
    if suffix not in VECTOR_SUFFIXES:
        raise UnreadableFileError(
            f"{path}: files ending in '{suffix}' are not taken as vector layers; taken are "
            f"{', '.join(VECTOR_SUFFIXES)} and .zip. Export the layer as GeoPackage.",
            f"{path}:不支持以“{suffix}”结尾的矢量文件;支持 {'、'.join(VECTOR_SUFFIXES)} 和 .zip。"
            "请导出为 GeoPackage。",
        )
    check_magic(file)
    if suffix != ".shp":
        return
    missing = [s for s in (".dbf", ".shx") if shapefile_part(file, s) is None]
    if missing:
        raise UnreadableFileError(
            f"{path}: the shapefile lacks its {' and '.join(missing)} file. Copy all its parts "
            "(.shp, .shx, .dbf, .prj, .cpg) together.",
            f"{path}:Shapefile 缺少 {'、'.join(missing)} 文件。请将全部组成文件"
            "(.shp、.shx、.dbf、.prj、.cpg)一并复制。",
        )
    for part in (file, shapefile_part(file, ".shx"), shapefile_part(file, ".dbf")):
        if part is not None:
            _refuse_short_part(path, part)


def _refuse_short_part(path: Path, part: Path) -> None:
    """Refuse a shapefile's part that is shorter than its header says."""
    size = part.stat().st_size
    with part.open("rb") as stream:
        head = stream.read(32)
    if len(head) < 32:
        wanted = 32
    elif part.suffix.lower() == ".dbf":
        records, head_bytes, record_bytes = struct.unpack("<IHH", head[4:12])
        wanted = head_bytes + records * record_bytes
    else:
        wanted = struct.unpack(">I", head[24:28])[0] * 2  # counted in 16-bit words
    if size < wanted:
        raise UnreadableFileError(
            f"{path}: its part {part.name} holds {size:,} bytes of {wanted:,}. Copy all parts of "
            "the shapefile again.",
            f"{path}:其组成文件 {part.name} 仅有 {size:,} 字节,应为 {wanted:,} 字节。"
            "请重新复制 Shapefile 的全部文件。",
        )


def _damaged(path: Path, err: Exception) -> UnreadableFileError:
    said = " ".join(str(err).split())[:200]
    return UnreadableFileError(
        f"{path}: is damaged or incomplete ({said}). Copy or export it again.",
        f"{path}:文件已损坏或不完整({said})。请重新复制或导出。",
    )


def _read_parquet(path: Path, file: Path, where: str | None) -> RawLayer:
    if where:
        raise InvalidParameterError(
            f"{path}: --where works on GeoPackage, Shapefile and GeoJSON, not on GeoParquet. "
            "Choose the features before, or convert the file.",
            f"{path}:--where 适用于 GeoPackage、Shapefile 和 GeoJSON,不适用于 GeoParquet。"
            "请事先筛选要素或转换格式。",
        )
    try:
        frame = gpd.read_parquet(file)
    except (OSError, ValueError, ArrowException, ProjError) as err:
        if "geo metadata" in str(err).lower():
            raise InvalidLayerError(
                f"{path}: is a Parquet table without geometry. Export it as GeoParquet.",
                f"{path}:该 Parquet 表没有几何。请导出为 GeoParquet。",
            ) from err
        raise _damaged(path, err) from err
    if frame.crs is None:
        raise missing_crs(str(path))
    frame = frame.reset_index(drop=True)
    others = [c for c in frame.columns if frame[c].dtype == "geometry" and c != frame.geometry.name]
    frame = frame.drop(columns=others)
    if frame.geometry.name != "geometry":
        frame = frame.rename_geometry("geometry")
    return RawLayer(frame, CRS(frame.crs), file.stem, ())


def _read_ogr(path: Path, file: Path, layer: str | None, where: str | None) -> RawLayer:
    chosen = _choose_layer(path, file, layer)
    shapefile = file.suffix.lower() == ".shp"
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            frame = pyogrio.read_dataframe(
                file,
                layer=chosen,
                where=where,
                encoding=RAW if shapefile else None,
                on_invalid="ignore",
            )
        except UnicodeDecodeError as err:
            raise UnreadableFileError(
                f"{path}: its text is not UTF-8 ({err.reason} at byte {err.start}). Export it "
                "again as UTF-8.",
                f"{path}:文字不是 UTF-8 编码(第 {err.start} 字节)。请以 UTF-8 重新导出。",
            ) from err
        except (CRSError, ProjError, UnboundLocalError) as err:
            # UnboundLocalError: what pyogrio 0.13 does with a .prj that GDAL cannot export
            raise missing_crs(str(path)) from err
        except (DataSourceError, DataLayerError, FeatureError, FieldError, ValueError) as err:
            raise (
                _bad_where(path, file, chosen, where, err) if where else _damaged(path, err)
            ) from err
        except shapely.errors.GEOSException as err:
            raise _damaged(path, err) from err
    if not isinstance(frame, gpd.GeoDataFrame):
        raise InvalidLayerError(
            f"{path}: the layer '{chosen}' is a table without geometry. Choose a layer with one.",
            f"{path}:图层“{chosen}”是没有几何的表。请选择带几何的图层。",
        )
    if frame.crs is None:
        beside = " (its .prj is missing)" if shapefile and not shapefile_part(file, ".prj") else ""
        raise missing_crs(str(path), beside=beside)
    remarks = _library_remarks(path.name, said)
    if shapefile:
        table, more = decode_frame(frame, file)
        frame, remarks = gpd.GeoDataFrame(table, geometry="geometry", crs=frame.crs), remarks + more
    return RawLayer(frame, CRS(frame.crs), chosen, remarks)


def _choose_layer(path: Path, file: Path, layer: str | None) -> str:
    try:
        listed = pyogrio.list_layers(file)
    except (DataSourceError, DataLayerError, UnicodeDecodeError) as err:
        raise _damaged(path, err) from err
    names = [str(name) for name, _ in listed]
    spatial = [str(name) for name, kind in listed if kind is not None]
    if layer is not None:
        if layer not in names:
            raise InvalidLayerError(
                f"{path}: has no layer '{layer}'; it holds {', '.join(names) or 'none'}.",
                f"{path}:没有名为“{layer}”的图层;现有:{'、'.join(names) or '无'}。",
            )
        return layer
    if len(spatial) == 1:
        return spatial[0]
    if not names:
        raise _damaged(path, ValueError("no layer can be found in it"))
    if not spatial:
        raise InvalidLayerError(
            f"{path}: holds no layer with geometry. Export the layer again.",
            f"{path}:没有带几何的图层。请重新导出。",
        )
    raise InvalidLayerError(
        f"{path}: holds several layers: {', '.join(spatial)}. Choose one with --layer.",
        f"{path}:包含多个图层:{'、'.join(spatial)}。请用 --layer 指定其一。",
    )


def _bad_where(
    path: Path, file: Path, layer: str, where: str | None, err: Exception
) -> InvalidParameterError:
    fields = ", ".join(str(f) for f in pyogrio.read_info(file, layer=layer)["fields"])
    said = str(err).rsplit(": ", 1)[-1]
    return InvalidParameterError(
        f'{path}: the condition --where "{where}" cannot be used ({said}); the fields are '
        f"{fields or 'none'}. Write it like: class = 1001 or name = '黄河'.",
        f"{path}:条件 --where “{where}”无法使用({said});现有字段:{fields or '无'}。"
        "写法如 class = 1001 或 name = '黄河'。",
    )


def _library_remarks(file_name: str, said: list[warnings.WarningMessage]) -> tuple[Remark, ...]:
    texts = dict.fromkeys(" ".join(str(w.message).split()) for w in said)
    return tuple(
        Remark(
            file_name,
            "note",
            Text(f"The reading library says: {text[:300]}", f"读取库提示:{text[:300]}"),
            Text("Check the layer on the map.", "请在地图上核对图层。"),
        )
        for text in texts
    )


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
            f"{path}:图层“{raw.name}”的 {len(raw.frame):,} 个要素均没有可用的几何。"
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
        Text("Import again with --datum wgs84 to undo.", "如需撤销,请用 --datum wgs84 重新导入。"),
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
