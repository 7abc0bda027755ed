"""Places given as tables of coordinates."""

from pathlib import Path

import numpy as np
import pytest

from gis_core.errors import InvalidLayerError, InvalidParameterError
from gis_core.sources.datum import convert_lonlat
from gis_core.sources.points import read_points


def test_points_with_bad_rows_listed(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text(
        "id,name,lng,lat,pop\n007,a,110.5,36.5,10\n008,b,,36.5,\n009,c,110.5,136,3\n"
        "010,d,110°30′,36°30′0″,4\n", "utf-8",
    )  # fmt: skip
    layer = read_points(path, theme="town")
    assert layer.info.theme == "town"
    assert layer.frame["id"].tolist() == ["007", "010"]
    assert layer.frame["pop"].tolist() == [10, 4]
    assert [(p.x, p.y) for p in layer.frame.geometry] == [(110.5, 36.5)] * 2
    found = [(r.row, r.column, r.action) for r in layer.info.remarks]
    assert found == [(3, "lng", "refused"), (5, "lng", "mended"), (4, "lat", "refused"),
                     (5, "lat", "mended")]  # fmt: skip


def test_offset_datums_are_converted_when_told_and_doubted_when_not(tmp_path: Path) -> None:
    path = tmp_path / "sites_gcj02.csv"
    lon, lat = convert_lonlat(np.array([110.5]), np.array([36.5]), source="wgs84", target="gcj02")
    path.write_text(f"name,lon,lat\na,{lon[0]:.8f},{lat[0]:.8f}\n", "utf-8")
    layer = read_points(path, theme="site", datum="gcj02")
    assert layer.frame.geometry[0].x == pytest.approx(110.5, abs=1e-6)
    assert layer.info.source_datum == "gcj02"
    (remark,) = read_points(path, theme="site").info.remarks
    assert remark.action == "waiting"
    assert "--datum gcj02" in remark.cure.en
    with pytest.raises(InvalidParameterError, match="choose one"):
        read_points(path, theme="site", datum="x")


def test_many_rows_at_one_position_are_remarked(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("name,经度,纬度\n" + "".join(f"{n},110.5,36.5\n" for n in "abc"), "utf-8")
    (remark,) = read_points(path, theme="site").info.remarks
    assert "3 rows share one position (rows 2, 3, 4)" in remark.reason.en


def test_tables_without_positions_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("name,lat\na,1\n", "utf-8")
    with pytest.raises(InvalidLayerError, match="longitude"):
        read_points(path, theme="x")
    path.write_text("name,lon,lat\na,,\n", "utf-8")
    with pytest.raises(InvalidLayerError, match="no row has a sound position"):
        read_points(path, theme="x")


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("name", "datum", "count"),
    [
        ("geonames_places_box_wgs84", "wgs84", 69), ("linfen_township_points_wgs84", "wgs84", 38),
        ("national_heritage_sites_box_gcj02", "gcj02", 147),
        ("world_db_places_box_dirty_names", "wgs84", 38),
    ],
)  # fmt: skip
def test_the_published_places(shared_data: Path, name: str, datum: str, count: int) -> None:
    layer = read_points(shared_data / "places" / f"{name}.csv", theme="place", datum=datum)
    assert len(layer.frame) == count
    min_x, min_y, max_x, max_y = layer.frame.total_bounds
    assert min_x > 110.2
    assert max_x < 112.8
    assert min_y > 35.2
    assert max_y < 37.2
    assert not [r for r in layer.info.remarks if r.action in ("refused", "waiting")]
