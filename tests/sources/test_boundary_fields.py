"""Columns of boundary files: found by name first, then by what they hold."""

import pandas as pd
import pytest

from gis_core.sources.boundary_fields import BoundaryFields, find_fields, parent_text

CODES = [141002, 141021, 141022]
ZH = ["尧都区", "曲沃县", "翼城县"]
EN = ["Yaodu", "Quwo", "Yicheng"]


@pytest.mark.parametrize(
    ("columns", "wanted"),
    [
        ({"adcode": CODES, "name": ZH}, BoundaryFields("adcode", "name")),
        ({"id": [1, 2, 3], "PAC": CODES, "NAME": ZH}, BoundaryFields("PAC", "NAME")),
        ({"XZQDM": CODES, "XZQMC": ZH}, BoundaryFields("XZQDM", "XZQMC")),
        ({"行政区划代码": CODES, "名称": ZH, "拼音": EN},
         BoundaryFields("行政区划代码", "名称", "拼音")),
        (
            {"ADM2_PCODE": ["CN1410"] * 3, "ADM3_PCODE": ["CN1", "CN2", "CN3"],
             "ADM3_ZH": ZH, "ADM3_EN": EN},
            BoundaryFields("ADM3_PCODE", "ADM3_ZH", "ADM3_EN", "ADM2_PCODE"),
        ),
        ({"GID_3": ["a", "b", "c"], "NAME_3": EN, "NL_NAME_3": ZH},
         BoundaryFields("GID_3", "NL_NAME_3", "NAME_3")),
        ({"adcode": CODES, "name": EN}, BoundaryFields("adcode", "", "name")),
        ({"gb": CODES, "NAME_ZH": ZH, "NAME_EN": EN, "pid": [1410] * 3},
         BoundaryFields("gb", "NAME_ZH", "NAME_EN", "pid")),
        # unknown names: by content
        ({"x": [1, 2, 3], "k": CODES, "t": ZH}, BoundaryFields("k", "t")),
        ({"area": [1.5, 2.5, 3.5], "id": [1, 2, 3]}, BoundaryFields("id")),
        # a code column that is empty is no code column
        ({"code": [None] * 3, "adcode_": CODES}, BoundaryFields("adcode_")),
    ],
)  # fmt: skip
def test_usual_tables(columns: dict[str, list[object]], wanted: BoundaryFields) -> None:
    assert find_fields(pd.DataFrame(columns), what="u.gpkg") == wanted


def test_a_named_latin_column_is_the_english_name() -> None:
    table = pd.DataFrame({"code": CODES, "a": EN, "b": ZH})
    assert find_fields(table, what="u", name_field="a") == BoundaryFields("code", "b", "a")


@pytest.mark.parametrize(
    ("value", "text"),
    [({"adcode": 141000}, "141000"), (141000.0, "141000"), ("CN14", "CN14"), (None, ""), ({}, "")],
)
def test_parent_in_any_form(value: object, text: str) -> None:
    assert parent_text(value) == text
