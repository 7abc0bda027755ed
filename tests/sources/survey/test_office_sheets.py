"""Sheets as offices send them: every cell mended or refused is listed with place, reason, cure."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pytest

from gis_core.remarks import Remark
from gis_core.sources.survey.villages import SurveyReading, read_villages

Book = Callable[..., Path]
HEAD = ["县", "乡镇", "村名", "户数", "人口", "经度", "纬度"]


def village(name: Any, people: Any = 20, lon: Any = 110.2, lat: Any = 36.2) -> list[Any]:
    return ["东山县", "上镇", name, 5, people, lon, lat]


def said(reading: SurveyReading, words: str) -> Remark:
    (found,) = [r for r in reading.layer.info.remarks if words in r.reason.en]
    return found


def test_every_remark_on_a_row_names_its_column_value_reason_and_cure(
    book: Book, units: gpd.GeoDataFrame
) -> None:
    reading = read_villages(book({"表": [
        HEAD, village("甲"), village("甲"), village("甲村", lon=110.3), village("乙", "约120人"),
        village("丙", "120-130"), village("丁", 0), village("戊", lon="110.12.30", lat="36.12.30"),
        village("己", lon=36.1, lat=110.3), village("庚", lon=110.9), village("辛", lon="", lat=""),
        ["东山县", "上镇", "小计", 50, 250], ["东出县", "上镇", "壬", 5, 20, 110.2, 36.2],
        ["东山", "上镇", "癸", 5, 20, 110.21, 36.2], village("子", 12.5), village(None),
    ]}), units=units)  # fmt: skip
    remarks = [r for r in reading.layer.info.remarks if r.row is not None]
    assert {r.row for r in remarks} == {*range(3, 17)}
    for r in remarks:
        assert (r.file, r.sheet) == ("survey.xlsx", "表")
        assert r.column in HEAD or r.column == "经度, 纬度"
        assert r.value or r.row == 16  # whose cell is empty
        assert r.reason.en and r.reason.zh and r.cure.en and r.cure.zh  # noqa: PT018
    assert (said(reading, "total row").column, said(reading, "total row").value) == ("村名", "小计")
    assert said(reading, "has 0 people").action == "waiting"
    assert said(reading, "called nearly like 甲").row == 4
    frame = reading.layer.frame.set_index("name")
    assert frame.loc["戊"].geometry.x == pytest.approx(110 + 12 / 60 + 30 / 3600)
    assert "（匹配度" in said(reading, "matched to none").reason.zh


def test_a_title_over_the_head_is_no_part_of_it(book: Book, units: gpd.GeoDataFrame) -> None:
    rows = [["东山县小村庄调查表"], HEAD, village("甲", -3), village("乙")]
    for merged in ([], ["A1:G1"]):
        reading = read_villages(book({"表": rows}, {"表": merged}), units=units)
        assert set(reading.mapping) == set(HEAD)
        assert said(reading, "is negative").column == "人口"


def test_headings_lose_their_ordinals_in_brackets(book: Book, units: gpd.GeoDataFrame) -> None:
    rows = [["编号", "村名", "人口"]]
    for heading in ("一、东山县", "（一）上镇（2个村）", "(二)下镇", "三)十里镇"):
        rows += [[heading], [1, f"{heading[-2]}甲", 20], [2, f"{heading[-2]}乙", 30]]
    reading = read_villages(book({"表": rows}), units=units)
    towns = reading.layer.frame["township"].tolist()
    assert towns == ["", "", "上镇", "上镇", "下镇", "下镇", "十里镇", "十里镇"]
    serial = said(reading, "they are no ids")
    assert serial.column == "编号"
    assert reading.layer.frame["village_id"].str.startswith("v").all()


def test_a_cell_with_its_own_unit_is_not_read_in_the_headers(
    book: Book, units: gpd.GeoDataFrame
) -> None:
    reading = read_villages(book({"表": [
        [*HEAD, "距公路（里）", "耕地"], [*village("甲"), 4, "30亩"],
        [*village("乙"), "3公里", "2公顷"], [*village("丙"), "5里", "0.3万亩"],
    ]}), units=units)  # fmt: skip
    extra = reading.layer.frame["extra"].tolist()
    assert [e["distance_to_road_km"] for e in extra] == [2.0, 3.0, 2.5]
    assert [e["farmland_mu"] for e in extra] == [30.0, 30.0, 3000.0]
    assert said(reading, "taken as 3 km").row == 3


def test_one_swapped_pair_among_others_is_listed(book: Book, units: gpd.GeoDataFrame) -> None:
    cells = ["110.2,36.2", "110.21,36.2", "36.2,110.22"]
    rows = [["县", "村名", "人口", "坐标"], *(["东山县", f"村{c}", 20, c] for c in cells)]
    assert said(read_villages(book({"表": rows}), units=units), "were swapped").row == 4
    rows[1:] = [["东山县", f"村{i}", 20, f"36.2,110.2{i}"] for i in range(3)]
    found = read_villages(book({"表": rows}), units=units)
    assert not [r for r in found.layer.info.remarks if "swapped" in r.reason.en]
    assert found.layer.frame.geometry.x.round().tolist() == [110, 110, 110]


def test_a_hidden_sheet_is_said(book: Book, units: gpd.GeoDataFrame) -> None:
    path = book({"说明": [["填表说明"]], "旧表": [HEAD, village("甲")]})
    workbook = openpyxl.load_workbook(path)
    workbook["旧表"].sheet_state = "hidden"
    workbook.save(path)
    assert said(read_villages(path, units=units), "is hidden").action == "waiting"
