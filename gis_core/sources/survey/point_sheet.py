"""Village points of a vector file (GeoJSON, GeoPackage, Shapefile) as sheets of cells."""

from pathlib import Path

import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from gis_core.errors import MissingCrsError, UnreadableFileError
from gis_core.sources.survey.workbook import RawSheet
from gis_core.text import Text

SUFFIXES = (".geojson", ".json", ".gpkg", ".shp", ".kml", ".fgb")
SQLITE = b"SQLite format 3\0"
LON, LAT = "lon", "lat"


def is_point_layer(path: Path, head: bytes) -> bool:
    """True if `path` is to be read as a vector layer; `head` is its first 16 bytes."""
    return path.suffix.lower() in SUFFIXES or head == SQLITE


def read_point_rows(path: Path) -> list[RawSheet]:
    """Read each layer: the attribute names as header row 0, features numbered from 1.

    Positions become two columns, lon and lat (EPSG:4326); other shapes than points stand
    by a point inside them, with a note.

    Raises
    ------
    UnreadableFileError
        If GDAL cannot read the file.
    MissingCrsError
        If a layer has no CRS.
    """
    try:
        names = [str(name) for name, _ in pyogrio.list_layers(path)]
        return [_read_layer(path, name) for name in names]
    except (DataSourceError, DataLayerError, ValueError) as err:
        if isinstance(err, MissingCrsError):
            raise
        raise UnreadableFileError(
            f"{path}: cannot be read as a vector layer ({str(err)[:120]}); it may be truncated. "
            "Export it again.",
            f"{path}:无法作为矢量图层读取({str(err)[:120]}),文件可能不完整。请重新导出。",
        ) from err


def _read_layer(path: Path, name: str) -> RawSheet:
    frame = pyogrio.read_dataframe(path, layer=name)
    if not hasattr(frame, "geometry"):
        rows = [list(frame.columns), *frame.astype(object).to_numpy().tolist()]
        return RawSheet(name, [(i, _without_nan(r)) for i, r in enumerate(rows)])
    if frame.crs is None:
        raise MissingCrsError(
            f"{path}, layer {name}: has no CRS. Set it in a GIS (the one the coordinates were "
            "measured in) and export again.",
            f"{path} 图层“{name}”:没有坐标系。请在 GIS 中设置数据所用坐标系后重新导出。",
        )
    source_crs = frame.crs.to_string()
    shapes = frame.geometry.to_crs(4326).to_numpy()
    notes: tuple[Text, ...] = ()
    others = int((~shapely.is_missing(shapes) & (shapely.get_type_id(shapes) != 0)).sum())
    if others:
        shapes = shapely.point_on_surface(shapes)
        notes = (Text(
            f"{others:,} features are no points; a point inside each was taken.",
            f"{others}个要素不是点,取其内部一点作为位置。",
        ),)  # fmt: skip
    table = frame.drop(columns=frame.geometry.name)
    keep = [c for c in table.columns if str(c).lower() not in (LON, LAT)]
    cells = table[keep].astype(object).to_numpy().tolist()
    x, y = shapely.get_x(shapes).tolist(), shapely.get_y(shapes).tolist()
    rows = [[*(str(c) for c in keep), LON, LAT]]
    rows += [[*row, lon, lat] for row, lon, lat in zip(cells, x, y, strict=True)]
    return RawSheet(
        name, [(i, _without_nan(r)) for i, r in enumerate(rows)], notes=notes,
        source_crs=source_crs,
    )  # fmt: skip


def _without_nan(row: list[object]) -> list[object]:
    return [None if cell is None or cell != cell else cell for cell in row]
