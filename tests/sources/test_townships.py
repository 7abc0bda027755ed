"""Lists of townships read, joined with points and held against each other."""

from pathlib import Path

import pytest

from gis_core.errors import InvalidLayerError
from gis_core.sources.townships import TownshipList, compare_townships, join_points, read_townships


def townships(tmp_path: Path, name: str, text: str) -> TownshipList:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return read_townships(path)


def test_two_small_lists(tmp_path: Path) -> None:
    first = townships(
        tmp_path, "a.csv",
        "code,name\n990001100,甲镇\n990001101,乙镇\n990001102,丙镇\n990001103,丁街道\n"
        "990001104,戊乡\n990001,东山县\n990001100,重复镇\n,无码镇\n",
    )  # fmt: skip
    assert first.frame["name"].tolist() == ["甲镇", "乙镇", "丙镇", "丁街道", "戊乡"]
    assert set(first.frame["county_code"]) == {"990001"}
    assert [(r.action, r.row) for r in first.remarks] == [("note", 7), ("refused", 8)]
    second = townships(
        tmp_path, "b.csv",
        "id,ext_name,pid,pinyin\n990001100000,乙镇,990001,yi\n990001101000,甲镇,990001,jia\n"
        "990001105000,丙镇,990001,bing\n990001103000,丁街街道,990001,ding\n",
    )  # fmt: skip
    said = [r.reason.en for r in compare_townships(first, second)]
    assert said == [
        "甲镇 and 乙镇 have swapped codes: 990001100 and 990001101 here, 990001101 and 990001100 "
        "in b.csv.",
        "丙镇 has the code 990001102 here and 990001105 in b.csv.",
        "990001103 is 丁街道 here and 丁街街道 in b.csv.",
        "990001104 戊乡 stands in this list only, not in b.csv.",
    ]
    assert compare_townships(first, first) == ()


def test_points_are_joined_where_code_and_name_agree(tmp_path: Path) -> None:
    first = townships(tmp_path, "a.csv", "code,name\n990001100,甲镇\n990001101,乙镇\n")
    points = townships(
        tmp_path, "p.csv",
        "township_code,township,lon_wgs84,lat_wgs84\n990001100,甲镇,110.1,36.1\n"
        "990001101,丙镇,110.2,36.2\n",
    )  # fmt: skip
    joined = join_points(first, points)
    assert joined.frame["lon"].notna().tolist() == [True, False]
    assert joined.frame["lat"].tolist()[0] == 36.1
    (remark,) = joined.remarks
    assert "丙镇 990001101 was not used: the list has 乙镇" in remark.reason.en


def test_a_table_without_codes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidLayerError, match="no column for the township's code"):
        townships(tmp_path, "a.csv", "x,y\n1,2\n")
    with pytest.raises(InvalidLayerError, match="stands twice"):
        townships(tmp_path, "a.csv", "code,code\n1,2\n")
    with pytest.raises(InvalidLayerError, match="no row"):
        townships(tmp_path, "a.csv", "code,name\n")


@pytest.mark.shared_data
def test_the_two_published_lists_disagree_as_known(shared_data: Path) -> None:
    places = shared_data / "places"
    first = read_townships(places / "linfen_townships_2023_stats.csv")
    second = read_townships(places / "linfen_townships_2023_amap_stats.csv")
    assert (len(first.frame), len(second.frame)) == (158, 157)
    said = [r.reason.en for r in compare_townships(first, second)]
    assert sum("swapped codes" in text for text in said) == 2
    assert sum("has the code" in text for text in said) == 2
    assert sum(" is " in text for text in said) == 7
    assert [text[:9] for text in said if "this list only" in text] == ["141002401"]
    assert len(said) == 12
    joined = join_points(second, read_townships(places / "linfen_township_points_wgs84.csv"))
    assert joined.frame["lon"].notna().sum() == 36
