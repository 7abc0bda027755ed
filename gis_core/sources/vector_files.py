"""Vector files opened: the layer chosen, its text decoded, its CRS known, nothing changed yet."""

import re
import sqlite3
import struct
import tempfile
import warnings
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

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
from gis_core.remarks import Remark
from gis_core.sources.datum import DATUMS
from gis_core.sources.dbf_text import RAW, decode_frame
from gis_core.sources.files import VECTOR_SUFFIXES, check_magic, opened, shapefile_part
from gis_core.sources.reference_systems import missing_crs
from gis_core.text import Text

KML = (".kml", ".kmz")
KML_DISPLAY = ("tessellate", "extrude", "visibility", "drawOrder", "altitudeMode", "icon")
MAPINFO = (".tab", ".mif")
PARQUET = (".parquet", ".geoparquet")
DAMAGED_PARQUET = (  # the last three from damaged metadata
    OSError, ValueError, ArrowException, ProjError, LookupError, TypeError, AttributeError,
)  # fmt: skip
AUTO = "auto"
QUOTED = re.compile(r"""('[^']*'|"[^"]*")""")


@dataclass(frozen=True)
class RawLayer:
    """A layer as read: its frame in its own CRS, its name in the file, remarks so far."""

    frame: gpd.GeoDataFrame
    crs: CRS
    name: str
    remarks: tuple[Remark, ...]


def read_raw(
    path: Path, *, layer: str | None = None, where: str | None = None, datum: str = "wgs84"
) -> RawLayer:
    """Read a layer as it stands, with a CRS and at least one feature; errors as `read_vector`."""
    if datum not in (*DATUMS, AUTO):
        raise InvalidParameterError(
            f"'{datum}' is not a datum; choose one of {', '.join((*DATUMS, AUTO))}.",
            f"“{datum}”不是已知基准；请选 {'、'.join((*DATUMS, AUTO))} 之一。",
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
            f"{path}：图层“{raw.name}”"
            + (f"没有满足条件“{where}”的要素。请修改条件。" if where else "没有任何要素。请另选。"),
        )
    return raw


def _check_kind(path: Path, file: Path) -> None:
    suffix = file.suffix.lower()
    if suffix in (".dbf", ".shx", ".prj", ".cpg"):
        raise UnreadableFileError(
            f"{path}: is one part of a shapefile. Name its .shp file.",
            f"{path}：这是 Shapefile 的一个组成文件。请指定 .shp 文件。",
        )
    if suffix not in VECTOR_SUFFIXES:
        raise UnreadableFileError(
            f"{path}: files ending in '{suffix}' are not taken as vector layers; taken are "
            f"{', '.join(VECTOR_SUFFIXES)} and .zip. Export the layer as GeoPackage.",
            f"{path}：不支持以“{suffix}”结尾的矢量文件；支持 {'、'.join(VECTOR_SUFFIXES)} 和 .zip。"
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
            f"{path}：Shapefile 缺少 {'、'.join(missing)} 文件。请将全部组成文件"
            "（.shp、.shx、.dbf、.prj、.cpg）一并复制。",
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
            f"{path}：其组成文件 {part.name} 仅有 {size:,} 字节，应为 {wanted:,} 字节。"
            "请重新复制 Shapefile 的全部文件。",
        )


def _damaged(path: Path, err: Exception) -> UnreadableFileError:
    said = " ".join(str(err).split())[:200]
    return UnreadableFileError(
        f"{path}: is damaged or incomplete ({said}). Copy or export it again.",
        f"{path}：文件已损坏或不完整（{said}）。请重新复制或导出。",
    )


def _read_parquet(path: Path, file: Path, where: str | None) -> RawLayer:
    if where:
        raise InvalidParameterError(
            f"{path}: --where works on GeoPackage, Shapefile and GeoJSON, not on GeoParquet. "
            "Choose the features before, or convert the file.",
            f"{path}：--where 适用于 GeoPackage、Shapefile 和 GeoJSON，不适用于 GeoParquet。"
            "请事先筛选要素或转换格式。",
        )
    try:
        frame = gpd.read_parquet(file)
    except DAMAGED_PARQUET as err:
        if "geo metadata" in str(err).lower():
            raise InvalidLayerError(
                f"{path}: is a Parquet table without geometry. Export it as GeoParquet.",
                f"{path}：该 Parquet 表没有几何。请导出为 GeoParquet。",
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
    _refuse_view(path, file, chosen)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            frame, remarks = _read_decoded(path, file, chosen, where)
        except (CRSError, ProjError, UnboundLocalError) as err:
            # UnboundLocalError: what pyogrio 0.13 does with a .prj that GDAL cannot export
            raise missing_crs(str(path)) from err
        except UnicodeDecodeError as err:
            raise UnreadableFileError(
                f"{path}: its text is not UTF-8 ({err.reason} at byte {err.start}). Export it "
                "again as UTF-8.",
                f"{path}：文字不是 UTF-8 编码（第 {err.start} 字节）。请以 UTF-8 重新导出。",
            ) from err
        except (DataSourceError, DataLayerError, FeatureError, FieldError) as err:
            raise (
                _bad_where(path, file, chosen, where, err) if where else _damaged(path, err)
            ) from err
        except shapely.errors.GEOSException as err:
            raise _damaged(path, err) from err
    if not isinstance(frame, gpd.GeoDataFrame):
        raise InvalidLayerError(
            f"{path}: the layer '{chosen}' is a table without geometry. Choose a layer with one.",
            f"{path}：图层“{chosen}”是没有几何的表。请选择带几何的图层。",
        )
    if frame.crs is None:
        lost = file.suffix.lower() == ".shp" and not shapefile_part(file, ".prj")
        raise missing_crs(str(path), beside=" (its .prj is missing)" if lost else "")
    return RawLayer(frame, CRS(frame.crs), chosen, _library_remarks(path.name, said) + remarks)


def _refuse_view(path: Path, file: Path, layer: str) -> None:
    """Refuse a GeoPackage's view: a stored query of the file's author that may never end."""
    if file.suffix.lower() != ".gpkg":
        return
    asked = "SELECT 1 FROM sqlite_master WHERE type = 'view' AND lower(name) = lower(?)"
    try:
        with closing(
            sqlite3.connect(f"{file.absolute().as_uri()}?immutable=1", uri=True)
        ) as database:
            view = database.execute(asked, (layer,)).fetchone()
    except sqlite3.Error as err:
        raise _damaged(path, err) from err
    if view is not None:
        raise InvalidLayerError(
            f"{path}: the layer '{layer}' is a view, a query stored in the file, which is not run. "
            "Export its features as a layer of their own (in QGIS: Export > Save Features As).",
            f"{path}：图层“{layer}”是视图，即文件中存储的查询，不予执行。"
            "请将其要素导出为独立图层（QGIS：导出 > 要素另存为）。",
        )


def _read_decoded(
    path: Path, file: Path, layer: str, where: str | None
) -> tuple[gpd.GeoDataFrame, tuple[Remark, ...]]:
    """Read a layer with its text in the encoding it really has; library errors pass through."""
    suffix = file.suffix.lower()

    def read(condition: str | None, encoding: str | None, source: Path = file) -> gpd.GeoDataFrame:
        if condition is not None and not condition.isascii():
            fields = pyogrio.read_info(source, layer=layer)["fields"]
            condition = quote_fields(condition, [str(field) for field in fields])
        try:
            return pyogrio.read_dataframe(
                source, layer=layer, where=condition, encoding=encoding, on_invalid="ignore"
            )
        except UnicodeDecodeError:
            raise
        except ValueError as err:  # pyogrio's word for a condition it cannot parse
            raise FeatureError(str(err)) from err

    if suffix == ".shp":
        whole = read(where if where is None or where.isascii() else None, RAW)
        table, remarks, encoding = decode_frame(whole, file)
        if where is not None and not where.isascii():
            with tempfile.TemporaryDirectory(prefix="upland-") as folder:
                return read(where, None, _stating(file, encoding, Path(folder))), remarks
        if not isinstance(whole, gpd.GeoDataFrame):
            return whole, remarks
        return gpd.GeoDataFrame(table, geometry="geometry", crs=whole.crs), remarks
    if suffix in MAPINFO:
        try:
            return read(where, None), ()
        except UnicodeDecodeError:
            return read(where, "GB18030"), (_mapinfo_remark(path),)
    frame = read(where, None)
    if suffix in KML:
        frame = frame.drop(columns=[c for c in KML_DISPLAY if c in frame.columns])
    return frame, ()


def quote_fields(where: str, fields: list[str]) -> str:
    """Put double quotes round unquoted Chinese field names, as OGR's SQL needs them."""
    named = sorted((f for f in fields if not f.isascii()), key=len, reverse=True)
    if not named:
        return where
    pattern = re.compile("|".join(re.escape(field) for field in named))
    pieces = QUOTED.split(where)  # every second piece is a quoted text or name
    pieces[::2] = [pattern.sub(lambda found: f'"{found[0]}"', piece) for piece in pieces[::2]]
    return "".join(pieces)


def _stating(file: Path, encoding: str, folder: Path) -> Path:
    """Link a shapefile's parts in `folder` beside a .cpg with its true encoding.

    GDAL compares a condition with text decoded by what the .cpg states.
    """
    for suffix in (".shp", ".shx", ".dbf", ".prj"):
        part = shapefile_part(file, suffix)
        if part is not None:
            (folder / f"{file.stem}{suffix}").symlink_to(part.resolve())
    (folder / f"{file.stem}.cpg").write_text(encoding.upper(), "ascii")
    return folder / f"{file.stem}.shp"


def _mapinfo_remark(path: Path) -> Remark:
    return Remark(
        path.name,
        "mended",
        Text(
            "The MapInfo file's text is not UTF-8; it was read as GB18030.",
            "MapInfo 文件的文字不是 UTF-8 编码，已按 GB18030 读取。",
        ),
        Text(
            "Check the names; if they are wrong, export the layer as GeoPackage.",
            "请核对名称；如有误，请导出为 GeoPackage。",
        ),
        value="gb18030",
    )


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
                f"{path}：没有名为“{layer}”的图层；现有：{'、'.join(names) or '无'}。",
            )
        return layer
    if len(spatial) == 1:
        return spatial[0]
    if not names:
        raise _damaged(path, ValueError("no layer can be found in it"))
    if not spatial:
        raise InvalidLayerError(
            f"{path}: holds no layer with geometry. Export the layer again.",
            f"{path}：没有带几何的图层。请重新导出。",
        )
    raise InvalidLayerError(
        f"{path}: holds several layers: {', '.join(spatial)}. Choose one with --layer.",
        f"{path}：包含多个图层：{'、'.join(spatial)}。请用 --layer 指定其一。",
    )


def _bad_where(
    path: Path, file: Path, layer: str, where: str | None, err: Exception
) -> InvalidParameterError | UnreadableFileError:
    shapefile = file.suffix.lower() == ".shp"
    try:
        info = pyogrio.read_info(file, layer=layer, encoding=RAW if shapefile else None)
    except (DataSourceError, DataLayerError, UnicodeDecodeError):
        return _damaged(path, err)
    table = pd.DataFrame(columns=[str(field) for field in info["fields"]])
    fields = ", ".join(decode_frame(table, file)[0].columns if shapefile else table.columns)
    said = str(err).rsplit(": ", 1)[-1]
    return InvalidParameterError(
        f'{path}: the condition --where "{where}" cannot be used ({said}); the fields are '
        f"{fields or 'none'}. Write it like: class = 1001 or name = '黄河'.",
        f"{path}：条件 --where “{where}”无法使用（{said}）；现有字段：{fields or '无'}。"
        "写法如 class = 1001 或 name = '黄河'。",
    )


def _library_remarks(file_name: str, said: list[warnings.WarningMessage]) -> tuple[Remark, ...]:
    texts = dict.fromkeys(" ".join(str(w.message).split()) for w in said)
    return tuple(
        Remark(
            file_name,
            "note",
            Text(f"The reading library says: {text[:300]}", f"读取库提示：{text[:300]}"),
            Text("Check the layer on the map.", "请在地图上核对图层。"),
        )
        for text in texts
    )
