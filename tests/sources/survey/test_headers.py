"""Headers matched to fields."""

import pytest

from gis_core.sources.survey.fields import FIELDS
from gis_core.sources.survey.headers import USED_FROM, match_header, match_headers


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("村名", "name"), ("自然村名称", "name"), ("总人口", "people"), ("人口(人)", "people"),
        ("人口\uff08人\uff09", "people"), ("户 数", "households"), ("经度", "lon"), ("东经", "lon"),
        ("所属乡镇", "township"), ("乡(镇)", "township"), ("县\uff08市、区\uff09", "county"),
        ("Village name", "name"), ("village_name", "name"), ("POPULATION", "people"),
        ("Households", "households"), ("Longitude", "lon"), ("lat.", "lat"), ("County", "county"),
        ("经纬度", "coordinates"), ("X坐标", "x"), ("海拔(米)", "elevation_m"),
        ("耕地面积(亩)", "farmland_mu"), ("贫困人口数", "poor_people"),
        ("行政区划代码", "county_code"),
        ("距乡镇距离(公里)", "distance_to_town_km"), ("人均纯收入", "income_yuan"),
    ],
)  # fmt: skip
def test_known_headers(header: str, field: str) -> None:
    key, score, _ = match_header(header)
    assert key == field
    assert score >= USED_FROM


@pytest.mark.parametrize(
    ("header", "field"), [("Vilage name", "name"), ("Popluation", "people"), ("Longitud", "lon")]
)
def test_misspelt_headers_are_matched_below_exact_ones(header: str, field: str) -> None:
    key, score, _ = match_header(header)
    assert key == field
    assert USED_FROM <= score < 96


def test_a_doubtful_header_is_not_used() -> None:
    matches = match_headers(["村名", "预计迁出人口", "人口"])
    assert [m.field for m in matches] == ["name", "", "people"]
    alone = match_headers(["村名", "预计迁出人口"])[1]
    assert alone.field == "people"
    assert alone.doubtful
    assert not alone.used


@pytest.mark.parametrize("header", ["甲", "党员情况", "xyz", "", "负责人姓名", "建档时间"])
def test_unknown_headers_stay_unknown(header: str) -> None:
    assert match_header(header)[0] == ""


def test_two_rows_joined() -> None:
    assert match_header("规模/人口")[0] == "people"
    assert match_header("人口情况/总户数")[0] == "households"
    assert match_header("贫困情况/户数")[0] == "poor_households"
    assert match_header("贫困/人口")[0] == "poor_people"
    assert match_header("位置/经度")[:2] == ("lon", 100.0)


def test_the_preferred_of_two_columns_is_used() -> None:
    matches = match_headers(["村名", "常住人口", "总人口"])
    assert [(m.field, m.used) for m in matches[1:]] == [("", False), ("people", True)]


def test_the_second_of_two_equal_columns_waits() -> None:
    first, second = match_headers(["人口", "人口"])
    assert first.used
    assert second.doubtful


def test_the_unit_in_brackets_is_kept() -> None:
    assert match_header("耕地(公顷)")[2] == "公顷"


def test_no_name_stands_for_two_fields() -> None:
    names = [name.lower() for field in FIELDS for name in field.names]
    assert len(names) == len(set(names))
