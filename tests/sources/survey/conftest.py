"""Small county boundaries and survey files built in code."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pytest
from shapely.geometry import box


@pytest.fixture
def units() -> gpd.GeoDataFrame:
    """Three counties side by side, each 0.5° wide: 110–110.5, 110.5–111, 111–111.5 °E."""
    return gpd.GeoDataFrame(
        {
            "code": ["990001", "990002", "990003"],
            "level": "county",
            "parent_code": "990000",
            "name_zh": ["东山县", "西河县", "蒲县"],
            "name_en": ["Dongshan", "Xihe", "Puxian"],
        },
        geometry=[box(110 + i / 2, 36, 110.5 + i / 2, 36.5) for i in range(3)],
        crs=4326,
    )


Book = Callable[..., Path]


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """Write sheets (name → rows) with merged ranges to an xlsx file."""

    def write(
        sheets: dict[str, Sequence[Sequence[Any]]], merged: dict[str, Sequence[str]] | None = None
    ) -> Path:
        workbook = openpyxl.Workbook()
        workbook.remove(workbook.active)
        for name, rows in sheets.items():
            sheet = workbook.create_sheet(name)
            for row in rows:
                sheet.append(list(row))
            for area in (merged or {}).get(name, ()):
                sheet.merge_cells(area)
        path = tmp_path / "survey.xlsx"
        workbook.save(path)
        return path

    return write
