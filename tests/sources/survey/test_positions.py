"""Coordinates of every usual spelling, and villages placed without any."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS

from gis_core.crs import transformer
from gis_core.errors import InvalidParameterError
from gis_core.sources.datum import convert_lonlat
from gis_core.sources.survey.projected import choose_projection
from gis_core.sources.survey.villages import SurveyReading, read_villages

HEAD = "县,乡镇,村名,户数,人口,经度,纬度\n"
BOUNDS = (110.0, 36.0, 111.5, 36.5)


def read(tmp_path: Path, text: str, **options: object) -> SurveyReading:
    path = tmp_path / "s.csv"
    path.write_text(text, "utf-8")
    return read_villages(path, **options)  # type: ignore[arg-type]


def lonlat(reading: SurveyReading) -> list[tuple[float, float]]:
    return [(round(p.x, 5), round(p.y, 5)) for p in reading.layer.frame.geometry]


def reasons(reading: SurveyReading, action: str) -> list[str]:
    return [r.reason.en for r in reading.layer.info.remarks if r.action == action]


def test_swapped_dms_and_one_cell(tmp_path: Path, units: gpd.GeoDataFrame) -> None:
    reading = read(
        tmp_path,
        HEAD + "东山县,上镇,甲,1,4,36.25,110.25\n东山县,上镇,乙,1,4,110°15′,36度15分0秒\n",
        units=units,
    )
    assert lonlat(reading) == [(110.25, 36.25)] * 2
    swapped = next(r for r in reading.layer.info.remarks if "swapped" in r.reason.en)
    assert (swapped.row, swapped.column, swapped.value) == (2, "经度, 纬度", "36.25, 110.25")
    assert swapped.action == "mended"
    pairs = read(tmp_path, "县,村名,人口,坐标\n东山县,甲,4,\"36.25,110.25\"\n东山县,乙,4,"
                           "北纬36°15′东经110°15′\n东山县,丙,4,某处\n", units=units)  # fmt: skip
    assert lonlat(pairs)[:2] == [(110.25, 36.25)] * 2
    assert pairs.layer.frame["place_precision"].tolist() == ["point", "point", "county"]
    assert any("某处" in reason for reason in reasons(pairs, "refused"))


@pytest.mark.parametrize(
    ("epsg", "turned"),
    [(4546, False), (4546, True), (4525, False), (4525, True), (4497, True), (4508, True)],
)
def test_metres_are_told_by_magnitude_and_region(
    tmp_path: Path, units: gpd.GeoDataFrame, epsg: int, turned: bool
) -> None:
    x, y = transformer(CRS(4326), CRS(epsg)).transform([110.25, 110.75], [36.25, 36.3])
    if turned:
        x, y = y, x
    reading = read(
        tmp_path,
        f"县,村名,人口,X,Y\n东山县,甲,4,{x[0]:.3f},{y[0]:.3f}\n西河县,乙,4,{x[1]:.3f},{y[1]:.3f}\n",
        units=units,
    )
    assert lonlat(reading) == [(110.25, 36.25), (110.75, 36.3)]
    (said,) = [r for r in reasons(reading, "mended") if "metres" in r]
    assert ("northing first" in said) == turned
    assert "CGCS2000" in said


def test_a_named_crs_is_followed(tmp_path: Path, units: gpd.GeoDataFrame) -> None:
    x, y = transformer(CRS(4326), CRS(2434)).transform(111.4, 36.3)  # Beijing 1954, 111 °E
    text = f"县,村名,人口,X,Y\n蒲县,甲,4,{y:.2f},{x:.2f}\n"
    reading = read(
        tmp_path, text, units=units,
        mapping={"columns": {"people": "人口"}, "crs": "EPSG:2434"},
    )  # fmt: skip
    assert lonlat(reading) == [(111.4, 36.3)]
    assert reading.layer.info.source_crs == "EPSG:2434"
    with pytest.raises(InvalidParameterError, match="no coordinate reference system"):
        read(tmp_path, text, units=units, mapping={"columns": {}, "crs": "EPSG:0"})


def test_metres_that_fit_no_projection_wait(tmp_path: Path, units: gpd.GeoDataFrame) -> None:
    reading = read(tmp_path, "县,村名,人口,X,Y\n东山县,甲,4,500000,1200000\n", units=units)
    assert reading.layer.frame["place_precision"].tolist() == ["county"]
    assert any("no projection" in r for r in reasons(reading, "waiting"))


BACK = {code: transformer(CRS(code), CRS(4326)) for code in (4525, 4546, 4497)}
THERE = {code: transformer(CRS(4326), CRS(code)) for code in BACK}


@settings(max_examples=40)
@given(
    lon=st.floats(110.05, 111.45), lat=st.floats(36.05, 36.45),
    epsg=st.sampled_from(sorted(BACK)), turned=st.booleans(),
)  # fmt: skip
def test_every_place_of_the_region_comes_back(
    lon: float, lat: float, epsg: int, turned: bool
) -> None:
    x, y = (np.atleast_1d(v) for v in THERE[epsg].transform(lon, lat))
    chosen = choose_projection(*((y, x) if turned else (x, y)), bounds=BOUNDS)
    assert chosen is not None
    system, northing_first = chosen
    assert northing_first == turned
    back = BACK[system.to_epsg() or 0].transform(x, y)
    assert (back[0][0], back[1][0]) == pytest.approx((lon, lat), abs=1e-7)


def test_no_position_by_township_then_county_then_none(
    tmp_path: Path, units: gpd.GeoDataFrame
) -> None:
    townships = pd.DataFrame(
        {"code": ["990001100", "990001101"], "name": ["上镇", "下镇"],
         "county_code": ["990001"] * 2, "lon": [110.1, np.nan], "lat": [36.1, np.nan]}
    )  # fmt: skip
    reading = read(
        tmp_path,
        HEAD + "东山县,上镇,甲,1,4,,\n东山县,下镇,乙,1,4,0,0\n东山县,下镇,丙,1,4,110.2,36.2\n"
        "东山县,下镇,丁,1,4,110.4,36.4\n西河县,远乡,戊,1,4,110.7,\n某县,远乡,己,1,4,无,无\n",
        units=units, townships=townships,
    )  # fmt: skip
    frame = reading.layer.frame
    assert frame["place_precision"].tolist() == [
        "township", "township", "point", "point", "county", "none"
    ]  # fmt: skip
    assert lonlat_of(frame, 0) == (110.1, 36.1)
    assert lonlat_of(frame, 1) == pytest.approx((110.3, 36.3))
    assert units.geometry[1].contains(frame.geometry[4])
    assert frame.geometry[5] is None
    rows = {r.row: r.action for r in reading.layer.info.remarks if "has no position" in r.reason.en}
    assert rows == {2: "mended", 3: "mended", 6: "mended", 7: "waiting"}
    zero = [r for r in reading.layer.info.remarks if "zero or missing" in r.reason.en]
    assert [(r.row, r.value) for r in zero] == [(3, "0, 0"), (6, "110.7, ")]


def test_a_township_of_another_county_is_said_to_be_there(
    tmp_path: Path, units: gpd.GeoDataFrame
) -> None:
    townships = pd.DataFrame(
        {"code": ["990001100", "990002100"], "name": ["上镇", "远乡"],
         "county_code": ["990001", "990002"]}
    )  # fmt: skip
    reading = read(tmp_path, HEAD + "东山县,远乡,甲,1,4,110.2,36.2\n", units=units,
                   townships=townships)  # fmt: skip
    (said,) = [r for r in reading.layer.info.remarks if r.value == "远乡"]
    assert "is 990002100 of county 990002, not of the county" in said.reason.en
    assert "为 990002 所辖（990002100）" in said.reason.zh
    assert said.action == "waiting"


def lonlat_of(frame: gpd.GeoDataFrame, row: int) -> tuple[float, float]:
    return frame.geometry[row].x, frame.geometry[row].y


def test_outside_the_county_is_said_with_the_distance_and_kept(
    tmp_path: Path, units: gpd.GeoDataFrame
) -> None:
    reading = read(tmp_path, HEAD + "东山县,上镇,甲,1,4,110.51,36.25\n", units=units)
    (remark,) = reading.layer.info.remarks[-1:]
    outside = [r for r in reading.layer.info.remarks if "outside" in r.reason.en]
    assert [r.action for r in outside] == ["note"]
    assert "0.90 km outside Dongshan" in outside[0].reason.en
    assert "东山县界外 0.90 公里" in outside[0].reason.zh
    assert lonlat(reading) == [(110.51, 36.25)]
    assert remark.row in (None, 2)


def test_far_and_impossible_positions_are_not_taken(
    tmp_path: Path, units: gpd.GeoDataFrame
) -> None:
    reading = read(
        tmp_path,
        HEAD + "东山县,上镇,甲,1,4,110.2,3.62\n东山县,上镇,乙,1,4,1106,36.2\n"
        "东山县,上镇,丙,1,4,110.2,36.2\n",
        units=units,
    )
    assert reading.layer.frame["place_precision"].tolist() == ["township", "township", "point"]
    found = reasons(reading, "refused")
    assert any("far outside the region" in reason for reason in found)
    assert any("cannot be degrees" in reason for reason in found)


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_offset_datums_are_converted_when_told(
    tmp_path: Path, units: gpd.GeoDataFrame, datum: str
) -> None:
    lon, lat = convert_lonlat(np.array([110.25]), np.array([36.25]), source="wgs84", target=datum)
    text = HEAD + f"东山县,上镇,甲,1,4,{lon[0]:.8f},{lat[0]:.8f}\n"
    reading = read(tmp_path, text, units=units, datum=datum)
    assert lonlat(reading) == [(110.25, 36.25)]
    assert any(datum.upper() in reason for reason in reasons(reading, "mended"))
    assert reading.layer.info.source_datum == datum
    with pytest.raises(InvalidParameterError, match="choose one of"):
        read(tmp_path, text, datum="nad27")


def test_auto_says_that_coordinates_look_like_a_web_map(
    tmp_path: Path, units: gpd.GeoDataFrame
) -> None:
    lat = np.linspace(36.02, 36.48, 60)
    lon, lat = convert_lonlat(np.full(60, 110.499), lat, source="wgs84", target="gcj02")
    rows = [
        f"东山县,上镇,村{i},1,4,{x:.6f},{y:.6f}"
        for i, (x, y) in enumerate(zip(lon, lat, strict=True))
    ]
    reading = read(tmp_path, HEAD + "\n".join(rows), units=units, datum="auto")
    (said,) = [r for r in reading.layer.info.remarks if "look like GCJ02" in r.reason.en]
    assert said.action == "waiting"
    assert "60 of 60" in said.reason.en
    assert "--datum gcj02" in said.cure.en
    assert reading.layer.info.source_datum == "wgs84"
    right = read(tmp_path, HEAD + "\n".join(rows), units=units, datum="gcj02")
    assert not [r for r in right.layer.info.remarks if "outside" in r.reason.en]


def test_without_boundaries_only_the_impossible_is_mended(tmp_path: Path) -> None:
    reading = read(
        tmp_path, "县,村名,人口,经度,纬度\n141030,甲,4,36.2,110.7\n某县,乙,4,110.7,36.2\n"
    )
    assert lonlat(reading) == [(110.7, 36.2)] * 2
    assert reading.layer.frame["county_code"].tolist() == ["141030", ""]
