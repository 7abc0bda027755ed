"""Rows, columns, duplicates and ids of a survey; every bad cell is named."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import Point

from gis_core.region import Bracket
from gis_core.relocation.survey_check import check_survey
from gis_core.sources.gazetteer import Gazetteer
from gis_core.sources.names import KnownNames
from gis_core.sources.survey.duplicates import made_id
from gis_core.sources.survey.villages import SurveyReading, read_villages

Book = Callable[..., Path]
HEAD = "县,乡镇,村名,户数,人口\n"


def read(tmp_path: Path, text: str, **options: object) -> SurveyReading:
    path = tmp_path / "s.csv"
    path.write_text(text, "utf-8")
    return read_villages(path, **options)  # type: ignore[arg-type]


def test_bad_people_refuse_the_row_bad_households_the_cell(
    tmp_path: Path, units: gpd.GeoDataFrame
) -> None:
    cells = ["NaN", "inf", "-5", "x" * 10_000, "=SUM(E2:E9)", "5.5", "", "45人"]
    text = HEAD + "".join(f"东山县,上镇,村{i},-1,{cell}\n" for i, cell in enumerate(cells))
    reading = read(tmp_path, text, units=units)
    frame = reading.layer.frame
    assert frame[["name", "people", "households"]].to_numpy().tolist() == [["村7", 45, 0]]
    remarks = reading.layer.info.remarks
    refused = [r for r in remarks if r.column == "人口" and r.action == "refused"]
    assert [r.row for r in refused] == [2, 3, 4, 5, 6, 7, 8]
    assert all("The row was not taken." in r.reason.en for r in refused)
    assert all("该行未导入。" in r.reason.zh for r in refused)
    assert all(len(r.value) <= 200 and r.cure.en and r.cure.zh for r in refused)
    assert refused[2].value == "-5"
    assert [r.row for r in remarks if r.column == "户数"] == list(range(2, 10))
    mended = [r for r in remarks if r.action == "mended" and r.column == "人口"]
    assert [(r.row, r.value, r.file, r.sheet) for r in mended] == [(9, "45人", "s.csv", "")]


def test_formulas_of_xlsx(book: Book, units: gpd.GeoDataFrame) -> None:
    path = book({"表": [
        ["县", "乡镇", "村名", "户数", "人口"], ["东山县", "上镇", "甲", 10, "=4*10"],
        ["东山县", "上镇", "乙", 10, 40],
    ]})  # fmt: skip
    reading = read_villages(path, units=units)
    assert reading.layer.frame["name"].tolist() == ["乙"]
    (refused,) = [r for r in reading.layer.info.remarks if r.action == "refused"]
    assert (refused.sheet, refused.row, refused.column) == ("表", 2, "人口")
    assert "without a stored result" in refused.reason.en
    assert "paste the values" in refused.cure.en


def test_long_broken_and_dated_names(book: Book, units: gpd.GeoDataFrame) -> None:
    row = ["东山县", "上镇", "甲", 10, 40]
    path = book({"表": [
        ["县", "乡镇", "村名", "户数", "人口", "备注"], row,
        ["东山县", "上镇", "长" * 10_000, 10, 40], ["东山县", "上镇", "锟斤拷", 10, 40],
        ["东山县", "上镇", dt.date(2004, 3, 5), 10, 40], ["东山县", "镇" * 10_000, "乙", 10, 40],
        ["东山县", "上镇", None, 10, 40], ["东山县", "上镇", "张 家 庄", 10, 40, "字" * 10_000],
    ]})  # fmt: skip
    reading = read_villages(path, units=units)
    frame = reading.layer.frame
    assert frame["name"].tolist() == ["甲", "乙", "张家庄"]
    assert frame["township"].tolist() == ["上镇", "", "上镇"]
    assert "note" not in frame["extra"][2]
    refused = {r.row: r.reason.en for r in reading.layer.info.remarks if r.action == "refused"}
    assert "10,000 characters" in refused[3]
    assert "broken" in refused[4]
    assert "date" in refused[5]
    assert "10,000 characters; a name has at most 100. The cell" in refused[6]
    assert "empty" in refused[7]
    assert "10,000 characters" in refused[8]


def test_further_columns_are_kept(tmp_path: Path, units: gpd.GeoDataFrame) -> None:
    reading = read(
        tmp_path,
        "序号,县,村名,户数,人口,海拔(米),耕地(公顷),是否通水,距乡镇(里),地质灾害,养羊只数\n"
        "1,东山县,甲,10,40,1200,2,有,6,滑坡,35\n2,东山县,乙,10,40,,,否,,,\n",
        units=units,
    )
    first, second = reading.layer.frame["extra"]
    assert first == {
        "row": 2, "county": "东山县", "elevation_m": 1200.0, "farmland_mu": 30.0, "water": True,
        "distance_to_town_km": 3.0, "hazard": "滑坡", "养羊只数": "35",
    }  # fmt: skip
    assert second == {"row": 3, "county": "东山县", "water": False}
    json.dumps(list(reading.layer.frame["extra"]), allow_nan=False)
    factors = [r for r in reading.layer.info.remarks if "multiplied" in r.reason.en]
    assert {r.column for r in factors} == {"耕地(公顷)", "距乡镇(里)"}


def test_duplicates(tmp_path: Path, units: gpd.GeoDataFrame) -> None:
    reading = read(
        tmp_path,
        "编号,县,乡镇,村名,户数,人口,经度,纬度\n"
        "1,东山县,上镇,张家庄,10,40,110.1,36.1\n1,东山县,上镇,张家庄,10,40,110.1,36.1\n"
        "1,东山县,上镇,河底,10,40,110.2,36.1\n3,东山县,上镇,河底,11,44,110.3,36.1\n"
        "4,东山县,上镇,张家庄村,12,41,110.1,36.1\n5,东山县,上镇,李家庄,12,41,110.3,36.1\n",
        units=units,
    )
    frame = reading.layer.frame
    assert frame["village_id"].tolist() == ["1", "1-2", "3", "4", "5"]
    assert frame["village_id"].is_unique
    by_row = {r.row: (r.action, r.reason.en) for r in reading.layer.info.remarks}
    assert by_row[3][0] == "refused"
    assert "row 2 already, alike in everything" in by_row[3][1]
    assert by_row[4][0] == "waiting"
    assert "id 1 stands in row 2" in by_row[4][1]
    assert by_row[5][0] == "waiting"
    assert "same county, township and name (row 4)" in by_row[5][1]
    assert by_row[6][0] == "waiting"
    assert "same position and nearly the same name as 张家庄 (row 2)" in by_row[6][1]
    assert 7 not in by_row


def test_made_ids_do_not_depend_on_the_order(tmp_path: Path, units: gpd.GeoDataFrame) -> None:
    rows = [f"东山县,上镇,村{i},10,{40 + i}\n" for i in range(5)]
    ids = [
        dict(zip(f["name"], f["village_id"], strict=True))
        for f in (
            read(tmp_path, HEAD + "".join(order), units=units).layer.frame
            for order in (rows, rows[::-1])
        )
    ]
    assert ids[0] == ids[1]
    assert ids[0]["村0"] == made_id("990001", "东山县", "上镇", "村0")
    noted = [r for r in read(tmp_path, HEAD + rows[0], units=units).layer.info.remarks
             if "have no id" in r.reason.en]  # fmt: skip
    assert len(noted) == 1


def test_doubtful_counties_wait_and_a_confirmation_settles_them(
    tmp_path: Path, units: gpd.GeoDataFrame
) -> None:
    text = "县,村名,户数,人口,经度,纬度\n东山县,甲,1,4,110.1,36.1\n冬山,乙,1,4,110.2,36.1\n"
    reading = read(tmp_path, text, units=units)
    assert reading.layer.frame["county_code"].tolist() == ["990001", ""]
    (match,) = reading.unresolved
    assert (match.name, match.state, match.candidates[0].code) == ("冬山", "doubtful", "990001")
    waiting = [r for r in reading.layer.info.remarks if r.action == "waiting"]
    assert "may be 东山县 Dongshan 990001" in waiting[0].reason.en
    assert any("lie in 东山县 990001: 1" in r.reason.en for r in reading.layer.info.remarks)
    known = KnownNames().with_names([("冬山", "990001")])
    again = read(tmp_path, text, units=Gazetteer(units, known=known))
    assert again.layer.frame["county_code"].tolist() == ["990001", "990001"]
    assert again.unresolved == ()


def test_code_and_name_that_disagree(tmp_path: Path, units: gpd.GeoDataFrame) -> None:
    reading = read(
        tmp_path, "县代码,县,村名,户数,人口\n990002,东山县,甲,1,4\n777,东山县,乙,1,4\n", units=units
    )
    assert reading.layer.frame["county_code"].tolist() == ["990002", "990001"]
    waiting = [r.reason.en for r in reading.layer.info.remarks if r.action == "waiting"]
    assert "code 990002 and the name 东山县 are different" in waiting[0]
    assert "'777'" in waiting[1]


def test_without_a_county_column_the_position_tells(
    tmp_path: Path, units: gpd.GeoDataFrame
) -> None:
    reading = read(tmp_path, "村名,户数,人口,经度,纬度\n甲,1,4,110.7,36.1\n乙,1,4,,\n", units=units)
    assert reading.layer.frame["county_code"].tolist() == ["990002", ""]
    said = [
        (r.action, r.row) for r in reading.layer.info.remarks if "name no county" in r.reason.en
    ]
    assert said == [("note", None), ("waiting", 3)]
    one = read(tmp_path, "村名,户数,人口\n甲,1,4\n", units=units.iloc[[0]])
    assert one.layer.frame["county_code"].tolist() == ["990001"]


def test_no_households_column_waits(tmp_path: Path, units: gpd.GeoDataFrame) -> None:
    reading = read(tmp_path, "县,村名,人口\n东山县,甲,4\n", units=units)
    assert reading.layer.frame["households"].tolist() == [0]
    assert any("no column of households" in r.reason.en and r.action == "waiting"
               for r in reading.layer.info.remarks)  # fmt: skip


def test_the_administrative_village_stands_in(tmp_path: Path, units: gpd.GeoDataFrame) -> None:
    reading = read(
        tmp_path, "县,行政村,自然村,人口\n东山县,大村,甲,4\n东山县,大村,,5\n", units=units
    )
    assert reading.layer.frame["name"].tolist() == ["甲", "大村"]
    assert reading.layer.frame["extra"][0]["administrative_village"] == "大村"
    only = read(tmp_path, "县,行政村,人口\n东山县,大村,4\n", units=units)
    assert only.layer.frame["name"].tolist() == ["大村"]


@pytest.mark.parametrize("suffix", [".geojson", ".gpkg"])
def test_village_points_from_a_gis(tmp_path: Path, units: gpd.GeoDataFrame, suffix: str) -> None:
    path = tmp_path / f"v{suffix}"
    gpd.GeoDataFrame(
        {"village": ["A", "B"], "county": ["Dongshan County", "Xihe"], "population": [40, -2],
         "households": [10, 1]},
        geometry=[Point(110.1, 36.1), Point(110.6, 36.1)], crs=4326,
    ).to_file(path)  # fmt: skip
    reading = read_villages(path, units=units)
    assert reading.layer.frame["county_code"].tolist() == ["990001"]
    assert reading.layer.frame.geometry[0] == Point(110.1, 36.1)
    (refused,) = [r for r in reading.layer.info.remarks if r.action == "refused"]
    assert (refused.row, refused.column, refused.value) == (2, "population", "-2")


def test_row_order_does_not_change_the_villages(tmp_path: Path, units: gpd.GeoDataFrame) -> None:
    rng = np.random.default_rng(5)
    rows = [f"东山县,上镇,村{i},{i},{i}人,110.{i},36.1\n" for i in range(1, 9)]
    head = "县,乡镇,村名,户数,人口,经度,纬度\n"
    first = read(tmp_path, head + "".join(rows), units=units).layer.frame
    order = rng.permutation(len(rows))
    second = read(tmp_path, head + "".join(rows[i] for i in order), units=units).layer.frame
    columns = ["village_id", "people", "households", "county_code", "place_precision"]
    assert (
        first.sort_values("village_id")[columns].to_numpy().tolist()
        == second.sort_values("village_id")[columns].to_numpy().tolist()
    )


def test_the_reading_passes_into_the_survey_check(tmp_path: Path, units: gpd.GeoDataFrame) -> None:
    text = HEAD + "东山县,上镇,甲,10,40\n东山县,上镇,甲,10,41\n西河县,下镇,乙,9,100\n"
    reading = read(tmp_path, text, units=units)
    check = check_survey(reading.layer.frame, [Bracket("small", 1, 99)])
    assert [p.code for p in check.problems] == ["village_in_no_bracket", "duplicate_village"]
    assert check.brackets[0].people == 81


def test_whole_floats_are_shown_as_the_sheet_shows_them(
    book: Book, units: gpd.GeoDataFrame
) -> None:
    path = book({"表": [
        ["县", "乡镇", "村名", "户数", "人口"], ["东山县", "上镇", "甲", 10, 40],
        ["东山县", "上镇", "乙", 10, -4.0], ["东山县", "上镇", "丙", 10, "4" * 300],
    ]})  # fmt: skip
    negative, long = read_villages(path, units=units).layer.info.remarks[-2:]
    assert negative.value == "-4"
    assert "'-4' is negative" in negative.reason.en
    assert "a number has at most 200" in long.reason.en
    assert "最多200个字符" in long.reason.zh


def test_without_boundaries_it_is_said_what_could_not_be_done(book: Book) -> None:
    path = book({"表": [
        ["县", "乡镇", "村名", "户数", "人口", "经度", "纬度"],
        ["东山县", "上镇", "甲", 10, 40, 110.2, 36.2], ["990001", "下镇", "乙", 10, 40, None, None],
    ]})  # fmt: skip
    said = [r for r in read_villages(path, datum="auto").layer.info.remarks if r.column == "county"]
    assert len(said) == 1
    assert "1 keep the county code as it is written" in said[0].reason.en
    assert "their datum was not tested; 1 villages without coordinates" in said[0].reason.en
    assert "upland import boundaries" in said[0].cure.en
    assert "重新导入本调查表" in said[0].cure.zh
    placed = book({"表": [["村名", "人口", "经度", "纬度"], ["甲", 40, 110.2, 36.2]]})
    (note,) = [r for r in read_villages(placed).layer.info.remarks if r.column == "county"]
    assert "no county was matched" in note.reason.en
    assert "datum" not in note.reason.en
    assert "no map" not in note.reason.en
