"""Columns as JSON: what json.loads reads back is what stood in the frame."""

import json
import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_core.errors import InvalidLayerError
from gis_core.store import properties

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"))


@given(st.lists(st.one_of(st.none(), TEXT), min_size=1))
def test_any_text_is_read_back(values: list[str | None]) -> None:
    frame = pd.DataFrame({"k": pd.Series(values, dtype="str")})
    rows = [json.loads(text)["k"] for text in properties.json_rows(frame).to_pylist()]
    assert rows == values


@given(st.lists(st.floats(), min_size=1))
def test_any_number_is_read_back_to_the_bit(values: list[float]) -> None:
    frame = pd.DataFrame({"k": values})
    rows = [json.loads(text) for text in properties.json_rows(frame).to_pylist()]
    back = properties.restore(rows, properties.column_types(frame))
    assert all(
        a == b or (math.isnan(a) and math.isnan(b)) for a, b in zip(back["k"], values, strict=True)
    )


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([2**62, -1]),
        pd.Series([1, None], dtype="Int64"),
        pd.Series([True, False]),
        pd.Series([True, None], dtype="boolean"),
        pd.Series(["a", "b", "a"], dtype="category"),
        pd.Series(pd.to_datetime(["2004-07-01T08:30:00.25", None])),
        pd.Series(pd.to_datetime(["2004-07-01T08:30:00+08:00"])).dt.tz_convert("UTC"),
        pd.Series([{"a": [1, "二"]}, None, [1.5]], dtype=object),
        pd.Series([], dtype="float64"),
        pd.Series([1.5, None], dtype="float32"),
    ],
    ids=lambda column: str(column.dtype),
)
def test_a_column_keeps_its_type(column: pd.Series) -> None:
    frame = pd.DataFrame({"k": column, "after": range(len(column))})
    rows = [json.loads(text) for text in properties.json_rows(frame).to_pylist()]
    back = properties.restore(rows, properties.column_types(frame))
    pd.testing.assert_frame_equal(back, frame)


def test_what_cannot_stand_in_json_is_refused() -> None:
    for bad in ({"a": math.inf}, {"a": "\0"}, {"a": "\ud800"}):
        with pytest.raises(InvalidLayerError):
            properties.json_rows(pd.DataFrame({"k": pd.Series([bad], dtype=object)}))
    twice = pd.DataFrame([[1, 2]], columns=["k", "k"])
    with pytest.raises(InvalidLayerError, match="share a name: k, k"):
        properties.json_rows(twice)


def test_a_frame_without_columns_is_empty_objects() -> None:
    frame = pd.DataFrame(index=range(2))
    assert properties.json_rows(frame).to_pylist() == ["{}", "{}"]
