"""Where the table stands and which of its rows are villages."""

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest

from gis_core.errors import InvalidSurveyError
from gis_core.sources.survey.villages import SurveyReading, read_villages

Book = Callable[..., Path]
HEADER = ["县", "乡镇", "村名", "户数", "人口"]


def names(reading: SurveyReading) -> list[str]:
    return reading.layer.frame["name"].tolist()


def said(reading: SurveyReading, action: str) -> list[tuple[int | None, str]]:
    """Row and reason of every remark of an action."""
    return [(r.row, r.reason.en) for r in reading.layer.info.remarks if r.action == action]


def test_two_row_headers_and_merged_units(book: Book, units: gpd.GeoDataFrame) -> None:
    path = book(
        {"表": [
            ["小村调查表"],
            ["县", "乡镇", "村名", "规模", None, "位置", None],
            [None, None, None, "户数", "人口", "经度", "纬度"],
            ["东山县", "上镇", "甲", 10, 40, 110.1, 36.1],
            [None, None, "乙", 11, 41, 110.2, 36.2],
            [None, "下镇", "丙", 12, 42, 110.3, 36.3],
        ]},
        {"表": ["A1:G1", "A2:A3", "B2:B3", "C2:C3", "D2:E2", "F2:G2", "A4:A6", "B4:B5"]},
    )  # fmt: skip
    reading = read_villages(path, units=units)
    frame = reading.layer.frame
    assert frame["people"].tolist() == [40, 41, 42]
    assert frame["households"].tolist() == [10, 11, 12]
    assert frame["county_code"].tolist() == ["990001"] * 3
    assert frame["township"].tolist() == ["上镇", "上镇", "下镇"]
    assert [e["row"] for e in frame["extra"]] == [4, 5, 6]
    assert reading.columns.columns["people"] == "规模/人口"
    assert not [r for r in reading.layer.info.remarks if r.action != "note"]


def test_two_row_headers_of_a_csv(tmp_path: Path, units: gpd.GeoDataFrame) -> None:
    path = tmp_path / "s.csv"
    path.write_text(
        "县,村名,规模,,贫困,\n,,户数,人口,户数,人口\n东山县,甲,10,40,3,12\n西河县,乙,11,41,4,13\n",
        "utf-8",
    )
    frame = read_villages(path, units=units).layer.frame
    assert frame["people"].tolist() == [40, 41]
    assert frame["extra"][0]["poor_people"] == 12
    assert frame["extra"][1]["poor_households"] == 4


def test_totals_notes_and_repeated_headers_are_left_out(
    tmp_path: Path, units: gpd.GeoDataFrame
) -> None:
    path = tmp_path / "s.csv"
    path.write_text(
        "某市小村基本情况\n填报单位:办公室,,,2004年\n"
        "县,乡镇,村名,户数,人口\n甲,乙,1,2,3\n"
        "东山县,上镇,甲,10,40\n东山县,上镇,小计,10,40\n县,乡镇,村名,户数,人口\n"
        "西河县,下镇,合计庄,11,41\n西河县,合 计,,11,41\nTotal,,,21,81\n"
        "\n注:以上为年末数,,,,\n审核人:某某,,,,\n", "utf-8",
    )  # fmt: skip
    reading = read_villages(path, units=units)
    assert names(reading) == ["甲", "合计庄"]
    left_out = {row: why for row, why in said(reading, "note") if row}
    assert {row: why.split(",")[0].split(";")[0] for row, why in left_out.items()} == {
        4: "A row that numbers the columns",
        6: "A total row",
        7: "The header once more",
        9: "A total row",
        10: "A total row",
        12: "A note beside the table",
        13: "A note beside the table",
    }


def test_names_said_once_are_filled_down_with_a_remark(
    tmp_path: Path, units: gpd.GeoDataFrame
) -> None:
    path = tmp_path / "s.csv"
    path.write_text(
        "县,乡镇,村名,户数,人口\n东山县,上镇,甲,1,4\n,,乙,1,4\n西河县,,丙,1,4\n,下镇,丁,1,4\n,,戊,1,4\n",
        "utf-8",
    )
    reading = read_villages(path, units=units)
    frame = reading.layer.frame
    assert frame["county_code"].tolist() == ["990001"] * 2 + ["990002"] * 3
    assert frame["township"].tolist() == ["上镇", "上镇", "", "下镇", "下镇"]
    filled = [(r.row, r.column) for r in reading.layer.info.remarks
              if "taken as" in r.reason.en]  # fmt: skip
    assert filled == [(3, "县"), (3, "乡镇"), (5, "县"), (6, "乡镇")]


def test_a_few_missing_names_are_not_guessed(tmp_path: Path, units: gpd.GeoDataFrame) -> None:
    rows = [f"东山县,上镇,村{i},1,4" for i in range(9)]
    path = tmp_path / "s.csv"
    path.write_text("\n".join(["县,乡镇,村名,户数,人口", *rows, "东山县,,村九,1,4"]), "utf-8")
    assert read_villages(path, units=units).layer.frame["township"].tolist()[-1] == ""


def test_merged_people_are_refused_not_repeated(book: Book, units: gpd.GeoDataFrame) -> None:
    path = book(
        {"表": [HEADER, ["东山县", "上镇", "甲", 10, 90], ["东山县", "上镇", "乙", 12, None]]},
        {"表": ["E2:E3"]},
    )
    reading = read_villages(path, units=units)
    assert names(reading) == ["甲"]
    assert said(reading, "refused") == [
        (3, "The cell is merged with the one above; its number cannot be shared out. "
            "The row was not taken.")
    ]  # fmt: skip


def test_the_only_survey_sheet_is_chosen_and_said(book: Book, units: gpd.GeoDataFrame) -> None:
    row = ["东山县", "上镇", "甲", 10, 40]
    path = book({"说明": [["填表说明", "很长"]], "数据": [HEADER, row]})
    reading = read_villages(path, units=units)
    assert names(reading) == ["甲"]
    assert "Sheet 数据 was read" in reading.layer.info.remarks[0].reason.en
    assert reading.layer.info.remarks[0].sheet == "数据"


def test_two_survey_sheets_must_be_told_apart(book: Book, units: gpd.GeoDataFrame) -> None:
    path = book({n: [HEADER, ["东山县", "上镇", n, 10, 40]] for n in ("一组", "二组")})
    with pytest.raises(InvalidSurveyError, match=r"2 sheets.*一组, 二组.*--sheet"):
        read_villages(path, units=units)
    assert names(read_villages(path, units=units, sheet="二组")) == ["二组"]
    assert names(read_villages(path, units=units, sheet="1")) == ["一组"]
    with pytest.raises(InvalidSurveyError, match="no sheet '三组'.*一组, 二组"):
        read_villages(path, units=units, sheet="三组")


def test_a_table_that_is_no_survey_names_what_was_looked_for(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("date,price\n2004-01-01,3\n", "utf-8")
    with pytest.raises(InvalidSurveyError) as refused:
        read_villages(path)
    assert "a village name (村名, village) and a number of people" in refused.value.text.en
    assert "date, price" in refused.value.text.en
    assert "--mapping" in refused.value.text.en
    assert "村名" in refused.value.text.zh


def test_a_doubtful_column_is_named_in_the_refusal(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("村名,预计迁出人口\n甲,3\n", "utf-8")
    with pytest.raises(InvalidSurveyError, match="'预计迁出人口' may be people"):
        read_villages(path)


def test_a_header_without_villages(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("村名,人口\n", "utf-8")
    with pytest.raises(InvalidSurveyError, match="no village could be taken"):
        read_villages(path)


def test_headings_between_the_rows_give_county_and_township(
    book: Book, units: gpd.GeoDataFrame
) -> None:
    path = book(
        {"表": [
            ["序号", "村名", "户数", "人口"], ["东山县"], ["一、上镇(2个村)"], [1, "甲", 10, 40],
            [2, "乙", 10, 41], ["二、下乡"], [1, "丙", 10, 42], ["西河县"], [1, "丁", 10, 43],
        ]},
        {"表": ["A2:D2", "A3:D3", "A6:D6", "A8:D8"]},
    )  # fmt: skip
    reading = read_villages(path, units=units)
    frame = reading.layer.frame
    assert frame["name"].tolist() == ["甲", "乙", "丙", "丁"]
    assert frame["county_code"].tolist() == ["990001"] * 3 + ["990002"]
    assert frame["township"].tolist() == ["上镇", "上镇", "下乡", ""]
    headings = [r.row for r in reading.layer.info.remarks if "heading" in r.reason.en]
    assert headings == [2, 3, 6, 8]


def test_a_subtotal_named_as_a_township_is_not_counted_twice(
    tmp_path: Path, units: gpd.GeoDataFrame
) -> None:
    path = tmp_path / "s.csv"
    path.write_text(
        "县,村名,户数,人口\n东山县,上镇,20,81\n东山县,甲,10,40\n东山县,乙,10,41\n"
        "东山县,下镇,9,77\n东山县,丙,5,30\n东山县,丁,5,40\n", "utf-8",
    )  # fmt: skip
    reading = read_villages(path, units=units)
    assert names(reading) == ["甲", "乙", "下镇", "丙", "丁"]
    (note,) = [r for r in reading.layer.info.remarks if "sum of the rows below" in r.reason.en]
    assert (note.row, note.value) == (2, "上镇")


def test_columns_with_one_header_are_all_kept(tmp_path: Path, units: gpd.GeoDataFrame) -> None:
    path = tmp_path / "s.csv"
    path.write_text("县,村名,人口,羊,羊,row\n东山县,甲,4,1,2,3\n", "utf-8")
    extra = read_villages(path, units=units).layer.frame["extra"][0]
    assert extra == {"row": 2, "county": "东山县", "羊": "1", "羊 (2)": "2", "row_": "3"}
