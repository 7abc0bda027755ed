"""Frames to COPY columns and rows back to frames."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import sqlalchemy as sa

from gis_core.errors import InvalidLayerError, MissingCrsError
from gis_core.store import bulk, properties, tables

CRS = f"EPSG:{tables.SRID}"


def boundary_columns(frame: gpd.GeoDataFrame, layer_id: int) -> dict[str, bulk.Field]:
    """Return the COPY columns of boundaries."""
    names = ("code", "level", "parent_code", "name_zh", "name_en")
    return {
        **_layer_column(layer_id, len(frame)),
        **{name: bulk.texts(frame[name].fillna(""), name=name) for name in names},
        "geom": bulk.geometries(frame.geometry, multi=True),
    }


def village_columns(frame: gpd.GeoDataFrame, layer_id: int) -> dict[str, bulk.Field]:
    """Return the COPY columns of villages."""
    names = ("village_id", "name", "township", "county_code", "place_precision")
    return {
        **_layer_column(layer_id, len(frame)),
        **{name: bulk.texts(frame[name].fillna(""), name=name) for name in names},
        "people": bulk.integers(frame["people"]),
        "households": bulk.integers(frame["households"]),
        "extra": bulk.documents(frame["extra"].tolist()),
        "geom": bulk.geometries(frame.geometry),
    }


def feature_columns(frame: gpd.GeoDataFrame) -> dict[str, bulk.Field]:
    """Return the COPY columns of any features: properties as jsonb, and the shape."""
    shapes = np.full(len(frame), None) if _bare(frame) else frame.geometry
    return {
        "properties": bulk.documents(properties.json_rows(frame)),
        "geom": bulk.geometries(shapes),
    }


def layer_feature_columns(frame: gpd.GeoDataFrame, layer_id: int) -> dict[str, bulk.Field]:
    """Return the COPY columns of a vector layer."""
    return {**_layer_column(layer_id, len(frame)), **feature_columns(frame)}


def run_feature_columns(frame: gpd.GeoDataFrame, run_id: str, role: str) -> dict[str, bulk.Field]:
    """Return the COPY columns of a run's frame."""
    return {
        "run_id": bulk.constant(run_id.encode(), len(frame)),
        "role": bulk.constant(role.encode(), len(frame)),
        **feature_columns(frame),
    }


def refuse_repeated(frame: gpd.GeoDataFrame, column: str, *, what: str) -> None:
    """Refuse units or villages that share the code by which everything else finds them.

    Raises
    ------
    InvalidLayerError
        If a value of `column` stands twice; it names the value and both rows (counted from 1).
    """
    values = frame[column].astype(str)
    again = values.duplicated().to_numpy()
    if not again.any():
        return
    second = int(np.flatnonzero(again)[0])
    code = values.iloc[second]
    first = int(np.flatnonzero((values == code).to_numpy())[0])
    more = int(again.sum()) - 1
    raise InvalidLayerError(
        f"{what}: {column} {code} stands in row {first + 1} and in row {second + 1}"
        + (f", and {more:,} more rows repeat one" if more else "")
        + ". Give each its own code, or delete the row that is too many, and import again; "
        "nothing was written.",
        f"{what}：第{first + 1}行与第{second + 1}行的 {column} 同为 {code}"
        + (f"，另有{more}行重复" if more else "")
        + "。请为其分别编码，或删除多余的一行，再重新导入；未写入任何数据。",
    )


def in_stored_crs(frame: gpd.GeoDataFrame, *, what: str) -> gpd.GeoDataFrame:
    """Return the frame in EPSG:4326.

    Raises
    ------
    MissingCrsError
        If it has shapes but no CRS; `what` names it.
    """
    if _bare(frame) or (frame.crs is None and frame.geometry.isna().all()):
        return frame
    if frame.crs is None:
        raise MissingCrsError(
            f"{what}: the features have no CRS. Assign one and save them again.",
            f"{what}：要素没有坐标系。请指定坐标系后重新保存。",
        )
    return frame if frame.crs == CRS else frame.to_crs(CRS)


def summary_of(frame: gpd.GeoDataFrame) -> dict[str, Any]:
    """Return what a layer's record tells of a frame in EPSG:4326.

    ``bounds_lon_lat`` (min_x, min_y, max_x, max_y; absent where nothing has a place),
    ``geometry_types``, ``without_geometry`` and ``columns``, each with name and type.
    """
    shapes = np.full(len(frame), None) if _bare(frame) else frame.geometry.to_numpy()
    present = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    kinds = np.unique(shapely.get_type_id(present))
    told: dict[str, Any] = {
        "geometry_types": [shapely.GeometryType(kind).name.lower() for kind in kinds],
        "without_geometry": len(shapes) - len(present),
        "columns": properties.column_types(frame),
    }
    if len(present):
        told["bounds_lon_lat"] = [float(b) for b in shapely.total_bounds(present)]
    return told


def read_frame(connection: sa.Connection, query: sa.Select) -> gpd.GeoDataFrame:
    """Return the rows of `query` (its geometry as WKB in `geom`) as a frame in EPSG:4326."""
    rows = connection.execute(query)
    table = pd.DataFrame(rows.fetchall(), columns=list(rows.keys()))
    return gpd.GeoDataFrame(table.drop(columns="geom"), geometry=_shapes(table["geom"]), crs=CRS)


def read_features(
    connection: sa.Connection, query: sa.Select, types: list[dict[str, str]]
) -> gpd.GeoDataFrame:
    """Return features (`query` gives properties and geom) as they were saved, in EPSG:4326.

    `types` are the columns of `gis_core.store.properties.column_types`, kept beside the rows.
    """
    rows = connection.execute(query).all()
    table = properties.restore([row.properties for row in rows], types)
    return gpd.GeoDataFrame(table, geometry=_shapes([row.geom for row in rows]), crs=CRS)


def _shapes(binary: Any) -> gpd.GeoSeries:
    values = [None if shape is None else bytes(shape) for shape in binary]
    return gpd.GeoSeries.from_wkb(values, index=pd.RangeIndex(len(values)), crs=CRS)


def _bare(frame: pd.DataFrame) -> bool:
    return getattr(frame, "active_geometry_name", None) is None


def _layer_column(layer_id: int, rows: int) -> dict[str, bulk.Field]:
    return {"layer_id": bulk.constant(int(layer_id).to_bytes(4, "big"), rows)}
