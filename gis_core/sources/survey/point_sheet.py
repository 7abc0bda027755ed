"""Village points of a vector file (GeoJSON, GeoPackage, Shapefile …) as sheets of cells."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import shapely
from pyogrio.errors import DataSourceError

from gis_core.errors import InvalidLayerError
from gis_core.sources.files import VECTOR_SUFFIXES
from gis_core.sources.survey.workbook import RawSheet
from gis_core.sources.vectors import RawLayer, read_raw
from gis_core.text import Text

SQLITE = b"SQLite format 3\0"
ARCHIVES = (".zip", ".parquet", ".geoparquet")
LON, LAT = "lon", "lat"


def is_point_layer(path: Path, head: bytes) -> bool:
    """True if `path` is to be read as a vector layer; `head` is its first 16 bytes."""
    return path.suffix.lower() in (*VECTOR_SUFFIXES, ".zip") or head == SQLITE


def read_point_rows(path: Path) -> list[RawSheet]:
    """Read each layer: the attribute names as header row 0, features numbered from 1.

    Positions become two columns, lon and lat (EPSG:4326); other shapes than points stand
    by a point inside them, with a note. Layers without features or geometry are passed over
    when there are others.

    Raises
    ------
    UnreadableFileError, MissingCrsError, InvalidLayerError
        As `vectors.read_vector`.
    """
    names = _layer_names(path)
    sheets: list[RawSheet] = []
    for name in names or [None]:
        try:
            sheets.append(_rows_of(read_raw(path, layer=name)))
        except InvalidLayerError:
            if len(names) < 2:
                raise
    return sheets


def _layer_names(path: Path) -> list[str | None]:
    """Names of a file's spatial layers; empty where the file itself must tell what is wrong."""
    if path.suffix.lower() in ARCHIVES:
        return []
    try:
        return [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
    except (DataSourceError, UnicodeDecodeError):
        return []


def _rows_of(raw: RawLayer) -> RawSheet:
    frame = raw.frame
    points, notes = _points_of(gpd.GeoSeries(frame.geometry).to_crs(4326))
    table = frame.drop(columns=frame.geometry.name)
    keep = [c for c in table.columns if str(c).lower() not in (LON, LAT)]
    cells = table[keep].astype(object).to_numpy().tolist()
    x, y = shapely.get_x(points), shapely.get_y(points)
    x, y = (np.where(np.isfinite(v), v, np.nan).tolist() for v in (x, y))
    rows = [[*(str(c) for c in keep), LON, LAT]]
    rows += [[*row, lon, lat] for row, lon, lat in zip(cells, x, y, strict=True)]
    return RawSheet(
        raw.name, [(i, [_plain(cell) for cell in row]) for i, row in enumerate(rows)],
        notes=(*notes, *(remark.reason for remark in raw.remarks)),
        source_crs=raw.crs.to_string(),
    )  # fmt: skip


def _points_of(shapes: gpd.GeoSeries) -> tuple[np.ndarray, tuple[Text, ...]]:
    found = shapes.to_numpy()
    others = int((~shapely.is_missing(found) & (shapely.get_type_id(found) != 0)).sum())
    if not others:
        return found, ()
    return shapely.point_on_surface(found), (Text(
        f"{others:,} features are no points; a point inside each was taken.",
        f"{others}个要素不是点，取其内部一点作为位置。",
    ),)  # fmt: skip


def _plain(cell: object) -> object:
    """A cell as a sheet would hold it: missing values None, NumPy scalars plain."""
    if cell is None or (cell != cell) is True or type(cell).__name__ in ("NAType", "NaTType"):
        return None
    return cell.item() if isinstance(cell, np.generic) else cell
