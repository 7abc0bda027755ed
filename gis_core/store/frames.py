"""Frames to COPY columns and rows back to frames."""

import json
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import sqlalchemy as sa

from gis_core.store import bulk, tables
from gis_core.text import as_document

CRS = f"EPSG:{tables.SRID}"


def boundary_columns(frame: gpd.GeoDataFrame, layer_id: int) -> dict[str, bulk.Field]:
    """Return the COPY columns of boundaries."""
    names = ("code", "level", "parent_code", "name_zh", "name_en")
    columns = {name: bulk.texts(frame[name].fillna("").astype(str)) for name in names}
    return {
        **_layer_column(layer_id, len(frame)),
        **columns,
        "geom": bulk.geometries(frame.geometry),
    }


def village_columns(frame: gpd.GeoDataFrame, layer_id: int) -> dict[str, bulk.Field]:
    """Return the COPY columns of villages."""
    names = ("village_id", "name", "township", "county_code", "place_precision")
    return {
        **_layer_column(layer_id, len(frame)),
        **{name: bulk.texts(frame[name].fillna("")) for name in names},
        "people": bulk.integers(frame["people"]),
        "households": bulk.integers(frame["households"]),
        "extra": bulk.documents(frame["extra"].tolist()),
        "geom": bulk.geometries(frame.geometry),
    }


def feature_columns(frame: gpd.GeoDataFrame) -> dict[str, bulk.Field]:
    """Return the COPY columns of any features: properties as jsonb, and the shape."""
    return {
        "properties": bulk.documents(properties_of(frame)),
        "geom": bulk.geometries(frame.geometry),
    }


def properties_of(frame: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Return every row's columns but the geometry as plain values; NaN becomes None."""
    plain = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    columns = {str(name): [_plain(v) for v in plain[name].tolist()] for name in plain.columns}
    return [
        dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)
    ] or [{} for _ in range(len(plain))]


def _plain(value: Any) -> Any:
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, str | int | bool):
        return value
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return as_document(value)


def _layer_column(layer_id: int, rows: int) -> dict[str, bulk.Field]:
    return {"layer_id": bulk.integers(np.full(rows, layer_id))}


def read_frame(
    connection: sa.Connection, query: sa.Select, *, spread: str | None
) -> gpd.GeoDataFrame:
    """Return the rows of `query` (its geometry as WKB in `geom`) as a frame in EPSG:4326.

    `spread` names a jsonb column whose keys become columns.
    """
    rows = connection.execute(query)
    table = pd.DataFrame(rows.fetchall(), columns=list(rows.keys()))
    shapes = gpd.GeoSeries.from_wkb(
        [None if g is None else bytes(g) for g in table["geom"]], index=table.index, crs=CRS
    )
    table = table.drop(columns="geom")
    if spread is not None:
        documents = [d if isinstance(d, dict) else json.loads(d) for d in table[spread]]
        extra = pd.DataFrame(documents, index=table.index)
        table = pd.concat([table.drop(columns=spread), extra], axis=1)
    return gpd.GeoDataFrame(table, geometry=shapes, crs=CRS)
