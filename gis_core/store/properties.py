"""Columns of a frame as JSON, column by column, and back with their order and types."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from gis_core.errors import InvalidLayerError
from gis_core.store.bulk import checked_text, dump_json

NEEDS_ESCAPE = r'["\\\x00-\x1f]'
NULL = pa.scalar("null", pa.large_string())
INFINITE = {np.inf: "inf", -np.inf: "-inf"}  # JSON has no infinity; a float column reads these


def column_types(frame: pd.DataFrame) -> list[dict[str, str]]:
    """Return the name and type of each column besides the geometry, in order."""
    return [
        {"name": str(name), "dtype": str(frame[name].dtype)} for name in property_columns(frame)
    ]


def property_columns(frame: pd.DataFrame) -> list[str]:
    """Return the columns besides the active geometry.

    Raises
    ------
    InvalidLayerError
        If a name stands twice, or there is a second geometry column.
    """
    geometry = getattr(frame, "active_geometry_name", None)
    names = [name for name in frame.columns if name != geometry]
    if len(set(map(str, names))) < len(names):
        raise InvalidLayerError(
            f"Columns share a name: {', '.join(map(str, names))}. Rename one.",
            f"有重名的列：{'、'.join(map(str, names))}。请改名。",
        )
    second = [str(name) for name in names if str(frame[name].dtype) == "geometry"]
    if second:
        raise InvalidLayerError(
            f"Column {second[0]} is a second geometry; a layer has one. Drop it.",
            f"{second[0]} 列是第二个几何列；一个图层只能有一个。请删除。",
        )
    return names


def json_rows(frame: pd.DataFrame) -> pa.Array:
    """Return each row, besides its geometry, as the text of a JSON object (Arrow large_string).

    Raises
    ------
    InvalidLayerError
        If a value cannot stand in JSON; see `gis_core.store.bulk.dump_json`.
    """
    names = property_columns(frame)
    if not names:
        return pa.array(["{}"] * len(frame), pa.large_string())
    parts: list[Any] = []
    for position, name in enumerate(names):
        lead = ("{" if position == 0 else ",") + dump_json(str(name)) + ":"
        parts += [pa.scalar(lead, pa.large_string()), json_values(str(name), frame[name])]
    parts += [pa.scalar("}", pa.large_string()), pa.scalar("", pa.large_string())]
    return pc.binary_join_element_wise(*parts)


def json_values(name: str, column: pd.Series) -> pa.Array:
    """Return each value as JSON text; NaN, NaT and None as ``null``; errors as `json_rows`."""
    kind = column.dtype
    if pd.api.types.is_bool_dtype(kind) or pd.api.types.is_integer_dtype(kind):
        array = pc.cast(pa.array(column, from_pandas=True), pa.large_string())
        return pc.fill_null(_whole(array), NULL)
    if pd.api.types.is_float_dtype(kind):
        return _floats(column)
    if isinstance(kind, pd.StringDtype):
        return _strings(name, column)
    if pd.api.types.is_datetime64_any_dtype(kind):
        column = column.map(lambda time: time.isoformat(), na_action="ignore")
    plain = column.astype(object).where(column.notna(), None)
    return pa.array(["null" if v is None else dump_json(v) for v in plain], pa.large_string())


def restore(rows: list[Any], types: list[dict[str, str]]) -> pd.DataFrame:
    """Return stored JSON objects as a frame with the columns of `types`, in order and type."""
    columns = {}
    for column in types:
        name, dtype = column["name"], column["dtype"]
        values = pd.Series([row.get(name) for row in rows], dtype=object)
        columns[name] = _restored(values, dtype)
    return pd.DataFrame(columns, index=pd.RangeIndex(len(rows)))


def _restored(values: pd.Series, dtype: Any) -> pd.Series:
    if dtype.startswith("datetime64"):
        zoned = "," in dtype
        return pd.to_datetime(values, format="ISO8601", utc=zoned).astype(dtype)
    if dtype in ("object", "category"):
        return values.astype(dtype)
    try:
        return values.astype(dtype)
    except (TypeError, ValueError):
        return values


def _whole(array: Any) -> pa.Array:
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def _floats(column: pd.Series) -> pa.Array:
    numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
    texts = pc.cast(pa.array(numbers, from_pandas=True), pa.large_string())
    infinite = np.isinf(numbers)
    if infinite.any():
        words = [f'"{INFINITE[number]}"' for number in numbers[infinite]]
        texts = pc.replace_with_mask(
            texts, pa.array(infinite), pa.array(words, pa.large_string())
        )  # fmt: skip
    return pc.fill_null(texts, NULL)


def _strings(name: str, column: pd.Series) -> pa.Array:
    array = checked_text(column, name=name)
    quote, empty = pa.scalar('"', pa.large_string()), pa.scalar("", pa.large_string())
    quoted = pc.binary_join_element_wise(quote, array, quote, empty)
    special = pc.fill_null(pc.match_substring_regex(array, NEEDS_ESCAPE), False)
    if pc.any(special).as_py():
        words = [json.dumps(text, ensure_ascii=False) for text in array.filter(special).to_pylist()]
        quoted = pc.replace_with_mask(quoted, special, pa.array(words, pa.large_string()))
    return pc.fill_null(quoted, NULL)
