"""The survey's workbook and the totals file read back as they were."""

from pathlib import Path

import pytest
from openpyxl import load_workbook

from gis_core.errors import StorageError
from gis_core.sources.demo import Demonstration, write_survey_workbook, write_totals_csv
from gis_core.sources.survey.totals import read_totals


def test_workbook_has_a_merged_two_row_header(prefecture: Demonstration, tmp_path: Path) -> None:
    path = write_survey_workbook(prefecture, tmp_path / "survey.xlsx")
    book = load_workbook(path)
    (sheet,) = book.worksheets
    merged = {str(r) for r in sheet.merged_cells.ranges}
    assert {"A1:A2", "B1:D1", "E1:G1", "H1:K1"} <= merged
    upper = [c.value for c in sheet[1]]
    lower = [c.value for c in sheet[2]]
    assert upper[1] == "行政区划"
    assert lower[1:6] == ["县(市、区)", "乡镇", "村名", "户数(户)", "人口(人)"]
    assert sheet.max_row == len(prefecture.villages) + 2
    first = [c.value for c in sheet[3]]
    village = prefecture.villages.iloc[0]
    assert first[0] == village["village_id"]
    assert first[3] == village["name"]
    assert first[5] == village["people"]
    assert first[7] == pytest.approx(village.geometry.x, abs=1e-6)
    assert sum(row[5] for row in sheet.iter_rows(min_row=3, values_only=True)) == (
        prefecture.villages["people"].sum()
    )


def test_totals_read_back(prefecture: Demonstration, tmp_path: Path) -> None:
    path = write_totals_csv(prefecture, tmp_path / "totals.csv")
    totals = read_totals(path)
    assert totals.frame["people"].tolist() == [45135, 17395, 15428, 7162]
    assert totals.overall == {"villages": 1581, "households": 19452, "people": 85120}


def test_says_when_a_file_cannot_be_written(prefecture: Demonstration, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be written"):
        write_totals_csv(prefecture, tmp_path / "missing" / "totals.csv")
    with pytest.raises(StorageError, match="cannot be written"):
        write_survey_workbook(prefecture, tmp_path / "missing" / "survey.xlsx")
