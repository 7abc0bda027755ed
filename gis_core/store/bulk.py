"""Bulk load: rows of PostgreSQL's binary COPY built column by column, never row by row.

A row of the format is a count of fields and then, for each field, its length in bytes and the
bytes; numbers are big-endian, NULL is the length −1. Fields of one width are laid out by NumPy as
a block of bytes with their lengths; texts stay in Arrow's buffers; Arrow joins blocks and texts
row by row, and the joined buffer is what goes to the server.
See PostgreSQL's documentation of COPY, "Binary Format".
"""

import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd
import psycopg
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from gis_core.errors import InvalidLayerError
from gis_core.text import as_document

SRID = 4326
SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)  # signature, flags, no extension
TRAILER = b"\xff\xff"
CHUNK_ROWS = 50_000  # a few MB a chunk: stays in the cache, and the server works meanwhile
JSONB_VERSION = b"\x01"
NOTHING = pa.scalar(b"", pa.large_binary())
SRID_FLAG = 0x20000000  # EWKB: the type's bit that says an SRID follows
EWKB_POINT = np.dtype(
    [("order", "u1"), ("type", "<u4"), ("srid", "<u4"), ("x", "<f8"), ("y", "<f8")]
)

Block = NDArray[np.uint8]


@dataclass(frozen=True)
class Fixed:
    """A column of one width: bytes (rows, width), and where it is NULL (None: nowhere)."""

    data: Block
    null: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        return len(self.data)


@dataclass(frozen=True)
class Varied:
    """A column of any lengths: Arrow large_binary, its nulls NULL, after a constant prefix."""

    data: pa.Array
    prefix: bytes = b""

    def __len__(self) -> int:
        return len(self.data)


Field = Fixed | Varied


def integers(values: Any, *, width: int = 4) -> Fixed:
    """Encode whole numbers as int4 (`width` 4) or int8 (8); NaN and None become NULL."""
    series = pd.Series(values)
    null = series.isna().to_numpy(dtype=bool)
    if null.any():
        series = series.astype("Int64").fillna(0)
    numbers = series.to_numpy(dtype=np.int64).astype(f">i{width}")
    return Fixed(_bytes_of(numbers), null if null.any() else None)


def constant(value: bytes, rows: int) -> Fixed:
    """Encode the same bytes for every row."""
    return Fixed(_repeated(value, rows))


def texts(values: Any, *, name: str = "") -> Varied:
    """Encode text as UTF-8; NaN and None become NULL. `name` is the column's, for the message.

    Raises
    ------
    InvalidLayerError
        If a text holds a NUL character or half a character pair, which no database can store.
    """
    return Varied(checked_text(values, name=name).cast(pa.large_binary()))


def documents(values: Sequence[Mapping[str, Any] | None] | pa.Array) -> Varied:
    """Encode mappings, or texts that are JSON already (Arrow), as jsonb; None is ``{}``.

    Raises
    ------
    InvalidLayerError
        If a document holds what JSON or the database cannot.
    """
    if not isinstance(values, pa.Array):
        values = pa.array([dump_json(v) if v else "{}" for v in values], pa.large_string())
    return Varied(values.cast(pa.large_binary()), JSONB_VERSION)


def geometries(shapes: Any, *, multi: bool = False) -> Field:
    """Encode geometries in EPSG:4326 as EWKB, in two dimensions; None and empty become NULL.

    `multi` turns polygons into multipolygons, as a MultiPolygon column wants.
    """
    array = np.array(shapes, dtype=object)
    null = shapely.is_missing(array) | shapely.is_empty(array)
    kinds = shapely.get_type_id(array)
    if not multi and (null | (kinds == shapely.GeometryType.POINT)).all():
        return _points(array, null)
    array = np.asarray(shapely.force_2d(array), dtype=object)
    if multi:
        single = kinds == shapely.GeometryType.POLYGON
        order = np.arange(int(single.sum()))
        array[single] = shapely.multipolygons(array[single], indices=order)
    array[null] = None
    binary = shapely.to_wkb(shapely.set_srid(array, SRID), include_srid=True)
    return Varied(pa.array(binary, pa.large_binary(), from_pandas=True))


def checked_text(values: Any, *, name: str = "") -> pa.Array:
    """Return values as Arrow text, null where missing; errors as `texts`."""
    series = pd.Series(values)
    try:
        try:
            array = pa.array(series, pa.large_string(), from_pandas=True)
        except (pa.ArrowInvalid, pa.ArrowTypeError):  # other than text stands among it
            told = series.astype(object).map(str, na_action="ignore")
            array = pa.array(told, pa.large_string(), from_pandas=True)
    except UnicodeEncodeError as err:
        raise InvalidLayerError(
            f"Column {name}: a text is not valid Unicode ({err.reason}). Read the file again with "
            "the right encoding.",
            f"{name} 列：文字不是有效的 Unicode（{err.reason}）。请用正确的编码重新读取文件。",
        ) from err
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    nul = pc.match_substring(array, "\0")
    if pc.any(nul).as_py():
        row = pc.index(nul, True).as_py() + 1
        raise InvalidLayerError(
            f"Column {name}, row {row}: the text holds a NUL character, which the database cannot "
            "store. Remove it.",
            f"{name} 列第{row}行：文字中含有空字符（NUL），数据库无法保存。请删除。",
        )
    return array


def dump_json(value: Any) -> str:
    """Return `value` as JSON that PostgreSQL takes: `Text` as a dict, NaN as null.

    Raises
    ------
    InvalidLayerError
        If it holds an infinite number, a NUL character or half a character pair.
    """
    try:
        text = json.dumps(as_document(value), ensure_ascii=False, allow_nan=False, default=_plain)
        text.encode()
    except ValueError as err:
        raise InvalidLayerError(
            f"A value cannot be stored ({err}): numbers must be finite and text valid. Correct it.",
            f"有数值无法保存（{err}）：数字必须有限，文字必须有效。请改正。",
        ) from err
    if "\\u0000" in text:
        raise InvalidLayerError(
            "A text holds a NUL character, which the database cannot store. Remove it.",
            "文字中含有空字符（NUL），数据库无法保存。请删除。",
        )
    return text


def _plain(value: Any) -> Any:
    if value is pd.NaT or value is pd.NA:
        return None
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return as_document(value.tolist()) if hasattr(value, "tolist") else str(value)


def copy_rows(cursor: psycopg.Cursor[Any], table: str, columns: Mapping[str, Field]) -> int:
    """Load `columns` into `table` by binary COPY; return the number of rows.

    The fields must be of the columns' own types: int4, int8, text, jsonb or geometry.

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
        for chunk in _built_ahead(fields, rows):
            copy.write(memoryview(chunk))  # type: ignore[arg-type]
        copy.write(TRAILER)
    return rows


def _built_ahead(fields: Sequence[Field], rows: int) -> Iterator[pa.Buffer]:
    """Give the rows in chunks, the next one built while the one before is sent."""
    starts = iter(range(0, rows, CHUNK_ROWS))

    def build(start: int) -> pa.Buffer:
        return build_rows(fields, start, min(start + CHUNK_ROWS, rows))

    with ThreadPoolExecutor(1) as builder:
        ahead = deque(builder.submit(build, start) for start in islice(starts, 2))
        while ahead:
            yield ahead.popleft().result()
            ahead.extend(builder.submit(build, start) for start in islice(starts, 1))


def build_rows(columns: Sequence[Field], start: int, stop: int) -> pa.Buffer:
    """Return rows `start` to `stop` of `columns` in binary COPY format, without header.

    Neighbouring columns of one width are laid together in one block of bytes.
    """
    part, rows = slice(start, stop), stop - start
    if rows == 0:
        return pa.py_buffer(b"")
    blocks: list[Block] = [_repeated(np.array(len(columns), ">i2").tobytes(), rows)]
    pieces: list[pa.Array] = []
    for column in columns:
        if isinstance(column, Fixed) and column.null is None:
            width = np.array(column.data.shape[1], ">i4").tobytes()
            blocks += [_repeated(width, rows), column.data[part]]
            continue
        data, lengths = (
            _fixed_part(column, part) if isinstance(column, Fixed) else _varied_part(column, part)
        )
        blocks.append(_bytes_of(lengths.astype(">i4")))
        pieces += [_as_arrow(np.hstack(blocks)), data]
        blocks = []
    if blocks:
        pieces.append(_as_arrow(np.hstack(blocks)))
    joined = pc.binary_join_element_wise(*pieces, NOTHING)
    offsets = np.frombuffer(joined.buffers()[1], np.int64)
    first, last = int(offsets[joined.offset]), int(offsets[joined.offset + rows])
    return joined.buffers()[2].slice(first, last - first)


def _fixed_part(column: Fixed, part: slice) -> tuple[pa.Array, NDArray[np.int64]]:
    """Return bytes by row, none for NULL, and the lengths to write, −1 for NULL."""
    data = column.data[part]
    null = np.zeros(len(data), bool) if column.null is None else column.null[part]
    lengths = np.where(null, 0, data.shape[1])
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    kept = np.ascontiguousarray(data[~null])
    return _arrow(len(data), offsets, kept), np.where(null, -1, lengths)


def _varied_part(column: Varied, part: slice) -> tuple[pa.Array, NDArray[np.int64]]:
    """Return bytes by row, none for NULL, and the lengths to write, −1 for NULL."""
    array = column.data.slice(part.start, part.stop - part.start)
    null = np.asarray(array.is_null())
    if column.prefix:
        prefix = pa.scalar(column.prefix, pa.large_binary())
        array = pc.binary_join_element_wise(prefix, array, NOTHING)
    array = pc.fill_null(array, NOTHING)
    lengths = pc.binary_length(array).to_numpy(zero_copy_only=False).astype(np.int64)
    return array, np.where(null, -1, lengths)


def _points(array: NDArray[Any], null: NDArray[np.bool_]) -> Fixed:
    points = np.empty(len(array), EWKB_POINT)
    points["order"] = 1  # little-endian
    points["type"] = 1 | SRID_FLAG
    points["srid"] = SRID
    points["x"], points["y"] = shapely.get_x(array), shapely.get_y(array)
    return Fixed(_bytes_of(points), null if null.any() else None)


def _bytes_of(values: NDArray[Any]) -> Block:
    return np.ascontiguousarray(values).view(np.uint8).reshape(len(values), values.dtype.itemsize)


def _repeated(word: bytes, rows: int) -> Block:
    return np.broadcast_to(np.frombuffer(word, np.uint8), (rows, len(word)))


def _as_arrow(block: Block) -> pa.Array:
    offsets = np.arange(len(block) + 1, dtype=np.int64) * block.shape[1]
    return _arrow(len(block), offsets, np.ascontiguousarray(block))


def _arrow(rows: int, offsets: NDArray[np.int64], data: Block) -> pa.Array:
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(data)]
    return pa.LargeBinaryArray.from_buffers(pa.large_binary(), rows, buffers)
