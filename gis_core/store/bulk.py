"""Bulk load: rows built as PostgreSQL's binary COPY format with NumPy, not one by one.

A row is a field count (int16) and, for each field, its length (int32, −1 for NULL) and bytes,
all big-endian. Every column is turned into one byte buffer with offsets; rows are then put
together by copying each column's pieces to its place.

References
----------
PostgreSQL documentation, COPY, section "Binary Format"; PostGIS documentation, EWKB.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import psycopg
import pyarrow as pa
import shapely
from numba import njit
from numpy.typing import NDArray

SIGNATURE = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
TRAILER = b"\xff\xff"
ROWS_A_CHUNK = 65_536
EWKB_POINT = np.dtype(
    [("order", "u1"), ("kind", "<u4"), ("srid", "<u4"), ("x", "<f8"), ("y", "<f8")]
)
EWKB_POINT_WITH_SRID = 0x20000001
JSONB_VERSION = b"\x01"


@dataclass(frozen=True)
class Field:
    """A column as bytes: value i is data[offsets[i]:offsets[i + 1]]; NULL where `null`."""

    data: NDArray[np.uint8]
    offsets: NDArray[np.int64]
    null: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.null)


def integers(values: Sequence[int] | pd.Series | NDArray, *, width: int = 4) -> Field:
    """Encode whole numbers as int4 (`width` 4) or int8 (8); no NULL."""
    encoded = np.ascontiguousarray(np.asarray(values).astype(f">i{width}"))
    return _fixed(encoded.view(np.uint8), len(encoded), width)


def texts(values: pd.Series | Sequence[str | None]) -> Field:
    """Encode text as UTF-8; None and NaN are NULL."""
    array = pa.array(pd.Series(values, dtype=object), type=pa.large_utf8(), from_pandas=True)
    return _from_arrow(array)


def constant(value: bytes, rows: int) -> Field:
    """Encode the same bytes for every row."""
    data = np.frombuffer(value, dtype=np.uint8)
    return _fixed(np.tile(data, rows), rows, len(value))


def documents(values: Sequence[Mapping | None]) -> Field:
    """Encode mappings as jsonb; None is the empty document."""
    rows = len(values)
    if not any(values):
        return constant(JSONB_VERSION + b"{}", rows)
    encoded = [
        JSONB_VERSION + json.dumps(v or {}, ensure_ascii=False, default=str).encode()
        for v in values
    ]
    return _from_bytes(encoded)


def geometries(shapes: gpd.GeoSeries, *, srid: int = 4326) -> Field:
    """Encode shapes as EWKB with `srid`; None is NULL, empty shapes are kept as such."""
    array = shapes.to_numpy()
    null = shapely.is_missing(array)
    kinds = shapely.get_type_id(array)
    plain = (kinds == 0) & ~shapely.is_empty(array) & ~shapely.has_z(array)
    if bool((plain | null).all()):
        return _points(array, null, srid)
    encoded = shapely.to_wkb(shapely.set_srid(array, srid), include_srid=True, byte_order=1)
    return _from_bytes(list(encoded))


def _points(array: NDArray, null: NDArray[np.bool_], srid: int) -> Field:
    points = np.zeros(len(array), dtype=EWKB_POINT)
    points["order"], points["kind"], points["srid"] = 1, EWKB_POINT_WITH_SRID, srid
    points["x"], points["y"] = shapely.get_x(array), shapely.get_y(array)
    field = _fixed(points.view(np.uint8).reshape(-1), len(points), EWKB_POINT.itemsize)
    return Field(field.data, field.offsets, null)


def _fixed(data: NDArray[np.uint8], rows: int, width: int) -> Field:
    offsets = np.arange(rows + 1, dtype=np.int64) * width
    return Field(data, offsets, np.zeros(rows, dtype=bool))


def _from_bytes(values: Sequence[bytes | None]) -> Field:
    return _from_arrow(pa.array(values, type=pa.large_binary()))


def _from_arrow(array: pa.Array) -> Field:
    _, offsets, data = array.buffers()
    first = array.offset
    bounds = np.frombuffer(offsets, dtype=np.int64)[first : first + len(array) + 1]
    content = np.frombuffer(data, dtype=np.uint8) if data is not None else np.zeros(0, np.uint8)
    null = np.asarray(array.is_null())
    return Field(content, bounds, null)


@njit(cache=True)
def _put(
    out: NDArray[np.uint8],
    place: NDArray[np.int64],
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    null: NDArray[np.bool_],
) -> None:
    """Write length and bytes of each value at `place`, and move `place` behind them."""
    for row in range(len(null)):
        at = place[row]
        length = -1 if null[row] else offsets[row + 1] - offsets[row]
        out[at] = (length >> 24) & 255
        out[at + 1] = (length >> 16) & 255
        out[at + 2] = (length >> 8) & 255
        out[at + 3] = length & 255
        at += 4
        if length > 0:
            start = offsets[row]
            for i in range(length):
                out[at + i] = data[start + i]
            at += length
        place[row] = at


def build_rows(columns: Sequence[Field], start: int, stop: int) -> NDArray[np.uint8]:
    """Return rows `start` to `stop` of `columns` in binary COPY format, without header."""
    lengths = np.full(stop - start, 2, dtype=np.int64)
    parts = []
    for column in columns:
        offsets, null = column.offsets[start : stop + 1], column.null[start:stop]
        lengths += 4 + np.where(null, 0, np.diff(offsets))
        parts.append((column.data, offsets, null))
    ends = np.cumsum(lengths)
    place = ends - lengths
    out = np.empty(int(ends[-1]) if len(ends) else 0, dtype=np.uint8)
    out[place], out[place + 1] = len(columns) >> 8, len(columns) & 255
    place = place + 2
    for data, offsets, null in parts:
        _put(out, place, data, offsets, null)
    return out


def copy_rows(cursor: psycopg.Cursor, table: str, columns: Mapping[str, Field]) -> int:
    """Load `columns` into `table` by binary COPY; return the number of rows.

    Raises
    ------
    psycopg.Error
        Whatever the server refuses; the caller's transaction is then aborted.
    """
    fields = list(columns.values())
    rows = len(fields[0])
    if any(len(field) != rows for field in fields):
        raise ValueError(f"columns of {table} differ in length")
    names = psycopg.sql.SQL(", ").join(psycopg.sql.Identifier(name) for name in columns)
    statement = psycopg.sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(
        psycopg.sql.Identifier(table), names
    )
    with cursor.copy(statement) as copy:
        copy.write(SIGNATURE)
        for start in range(0, rows, ROWS_A_CHUNK):
            stop = min(start + ROWS_A_CHUNK, rows)
            copy.write(memoryview(build_rows(fields, start, stop)))  # type: ignore[arg-type]
        copy.write(TRAILER)
    return rows
