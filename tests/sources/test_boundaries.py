"""Boundary files: fields found, codes exact, parts joined, faults measured."""

import json
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import LineString, MultiPolygon, Polygon, box

from gis_core.errors import (
    InvalidLayerError,
    InvalidParameterError,
    MissingCrsError,
    UnreadableFileError,
)
from gis_core.layers import BOUNDARY_COLUMNS
from gis_core.sources.boundaries import read_boundaries, topology_remarks
from gis_core.units import geodesic_area_m2

SQUARE = 0.1  # degrees: about 9 km × 11 km at 36 °N


def square(column: int, row: int = 0) -> Polygon:
    x, y = 111 + column * SQUARE, 36 + row * SQUARE
    return box(x, y, x + SQUARE, y + SQUARE)


def units(path: Path, shapes: list[object], **columns: list[object]) -> Path:
    gpd.GeoDataFrame(columns, geometry=shapes, crs=4326).to_file(path)
    return path


# --- published data -----------------------------------------------------------------------

COUNTY_FILES = {  # file: published area in km² (in UTM 49N, so ±0.2 %) and column of codes
    "linfen_counties_amap2022_gcj02.geojson": (20_296.8, "adcode"),
    "linfen_counties_datav_gcj02.geojson": (20_295.0, "adcode"),
    "linfen_counties_ctamap2021_wgs84.geojson": (20_291.6, "adcode"),
    "linfen_counties_coarse2016.geojson": (20_274.5, "id"),
}
CODES = {"141002", *(str(code) for code in range(141021, 141035)), "141081", "141082"}


@pytest.mark.shared_data
@pytest.mark.parametrize("name", COUNTY_FILES)
def test_each_published_county_file(shared_data: Path, name: str) -> None:
    area_km2, code_column = COUNTY_FILES[name]
    layer = read_boundaries(shared_data / "boundaries" / name)
    frame = layer.frame
    assert tuple(frame.columns) == BOUNDARY_COLUMNS
    assert (len(frame), frame.crs.to_epsg(), layer.info.theme) == (17, 4326, "county")
    assert set(frame.geom_type) == {"MultiPolygon"}
    assert frame.geometry.is_valid.all()
    assert set(frame["code"]) == CODES
    assert frame.set_index("code").loc["141031", "name_zh"] == "隰县"
    assert layer.info.extra["fields"]["code"] == code_column
    assert geodesic_area_m2(frame.geometry).sum() / 1e6 == pytest.approx(area_km2, rel=2e-3)


@pytest.mark.shared_data
def test_names_and_parents_that_the_files_have(shared_data: Path) -> None:
    folder = shared_data / "boundaries"
    english = read_boundaries(folder / "linfen_counties_ctamap2021_wgs84.geojson")
    assert english.frame.set_index("code").loc["141024", "name_en"] == "Hongdong"
    assert english.info.remarks == ()
    nested = read_boundaries(folder / "linfen_counties_datav_gcj02.geojson")
    assert set(nested.frame["parent_code"]) == {"141000"}
    [remark] = nested.info.remarks
    assert "17 of 17 units have no English name" in remark.reason.en
    outline = read_boundaries(
        folder / "linfen_prefecture_ctamap2023_wgs84.geojson", level="prefecture"
    )
    assert outline.frame[["code", "level", "name_zh"]].to_numpy().tolist() == [
        ["141000", "prefecture", "临汾市"]
    ]


@pytest.mark.shared_data
def test_broken_ring_and_gaps_of_the_coarse_file(shared_data: Path) -> None:
    layer = read_boundaries(shared_data / "boundaries" / "linfen_counties_coarse2016.geojson")
    mended = [r for r in layer.info.remarks if r.action == "mended"]
    assert len(mended) == 1
    assert "111.367345, 36.523843" in mended[0].reason.en
    gaps = [r for r in layer.info.remarks if r.reason.en.startswith("A gap")]
    sizes_m2 = [float(r.reason.en.split(": ")[1].split(" m²")[0].replace(",", "")) for r in gaps]
    assert sum(sizes_m2) == pytest.approx(2.1e6, rel=0.03)  # published: 2.1 km²
    assert gaps[0].value == "141030 大宁县 / 141028 吉县"


@pytest.mark.shared_data
def test_conversion_moves_the_counties_west(shared_data: Path) -> None:
    path = shared_data / "boundaries" / "linfen_counties_datav_gcj02.geojson"
    kept, moved = read_boundaries(path, datum="auto"), read_boundaries(path, datum="gcj02")
    east = kept.frame.total_bounds[0] - moved.frame.total_bounds[0]
    assert 480 < east * 90_000 < 600
    assert (kept.info.source_datum, moved.info.source_datum) == ("wgs84", "gcj02")


# --- columns ------------------------------------------------------------------------------


def test_named_columns_win(tmp_path: Path) -> None:
    path = units(
        tmp_path / "u.gpkg", [square(0), square(1)],
        adcode=[1, 2], mine=["0141", "0142"], local=["甲", "乙"], latin=["A", "B"], up=[14, 14],
    )  # fmt: skip
    layer = read_boundaries(
        path, level="township", code_field="mine", name_field="local", name_en_field="latin",
        parent_field="up",
    )  # fmt: skip
    assert layer.frame.iloc[0, :5].tolist() == ["0141", "township", "14", "甲", "A"]
    with pytest.raises(InvalidLayerError, match=r"u\.gpkg.*'nope' \(--code-field\).*mine"):
        read_boundaries(path, code_field="nope")
    with pytest.raises(InvalidParameterError, match="hamlet"):
        read_boundaries(path, level="hamlet")


def test_no_column_of_codes(tmp_path: Path) -> None:
    path = units(tmp_path / "u.gpkg", [square(0)], colour=["red"])
    with pytest.raises(InvalidLayerError, match=r"u\.gpkg.*colour.*--code-field"):
        read_boundaries(path)


def test_names_in_one_language_leave_the_other_empty(tmp_path: Path) -> None:
    path = units(tmp_path / "u.gpkg", [square(0), square(1)], code=["1", "2"], name=["Ash", "Elm"])
    layer = read_boundaries(path)
    assert layer.frame[["name_zh", "name_en"]].to_numpy().tolist() == [["", "Ash"], ["", "Elm"]]
    [remark] = layer.info.remarks
    assert "没有中文名称" in remark.reason.zh


def test_spearfish_zones_become_units(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"cat": [1, 2], "id": [1, 2], "zone": ["East", "West"]},
        geometry=[square(0), square(1)], crs=4326,
    )  # fmt: skip
    frame.to_file(tmp_path / "zones.gpkg")
    layer = read_boundaries(tmp_path / "zones.gpkg", name_field="zone")
    assert layer.frame["code"].tolist() == ["1", "2"]
    assert layer.frame["name_en"].tolist() == ["East", "West"]


# --- units --------------------------------------------------------------------------------


def test_parts_of_one_unit_are_joined(tmp_path: Path) -> None:
    path = units(
        tmp_path / "u.gpkg", [square(0), square(1), square(3)],
        code=["11", "12", "11"], name=["甲县", "乙县", "甲县"],
    )  # fmt: skip
    layer = read_boundaries(path)
    assert layer.frame["code"].tolist() == ["11", "12"]
    assert len(layer.frame.geometry.iloc[0].geoms) == 2
    joined = [r for r in layer.info.remarks if r.action == "mended"]
    assert len(joined) == 1
    assert "Features 1, 3" in joined[0].reason.en


def test_one_code_for_two_units_is_refused_with_their_rows(tmp_path: Path) -> None:
    path = units(
        tmp_path / "u.gpkg", [square(0), square(1), square(2)],
        code=["11", "12", "11"], name=["甲县", "乙县", "丙县"],
    )  # fmt: skip
    with pytest.raises(InvalidLayerError, match=r"u\.gpkg.*code 11.*features 1, 3.*甲县, 丙县"):
        read_boundaries(path)


def test_features_without_code_or_area_are_listed(tmp_path: Path) -> None:
    line = LineString([(111, 36), (112, 36)])
    path = units(
        tmp_path / "u.geojson", [square(0), square(1), line],
        code=["11", None, "13"], name=["甲县", "水域", "界线"],
    )  # fmt: skip
    layer = read_boundaries(path)
    assert layer.frame["code"].tolist() == ["11"]
    refused = {r.row: r.reason.en for r in layer.info.remarks if r.action == "refused"}
    assert refused == {2: "The feature has no code.", 3: "Not a polygon, so not a unit."}


def test_lines_alone_are_no_boundaries(tmp_path: Path) -> None:
    path = units(tmp_path / "u.gpkg", [LineString([(111, 36), (112, 36)])], code=["11"])
    with pytest.raises(InvalidLayerError, match=r"u\.gpkg.*polygons.*LineString"):
        read_boundaries(path)


def test_all_codes_missing(tmp_path: Path) -> None:
    path = units(tmp_path / "u.gpkg", [square(0)], code=[""], name=["甲县"])
    with pytest.raises(InvalidLayerError, match=r"u\.gpkg.*code"):
        read_boundaries(path)


def test_faults_of_files_come_through(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match=r"none\.gpkg"):
        read_boundaries(tmp_path / "none.gpkg")
    path = tmp_path / "u.shp"
    gpd.GeoDataFrame({"code": ["11"]}, geometry=[square(0)], crs=4326).to_file(path)
    path.with_suffix(".prj").unlink()
    with pytest.raises(MissingCrsError, match=r"u\.shp"):
        read_boundaries(path)


def test_nested_parent_and_codes_as_numbers(tmp_path: Path) -> None:
    feature = {
        "type": "Feature",
        "properties": {"adcode": 141002.0, "name": "尧都区", "parent": {"adcode": 141000}},
        "geometry": json.loads(gpd.GeoSeries([square(0)]).to_json())["features"][0]["geometry"],
    }
    path = tmp_path / "u.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    frame = read_boundaries(path).frame
    assert frame[["code", "parent_code"]].to_numpy().tolist() == [["141002", "141000"]]


# --- overlaps and gaps --------------------------------------------------------------------


def frame_of(*shapes: object) -> gpd.GeoDataFrame:
    count = len(shapes)
    return gpd.GeoDataFrame(
        {"code": [str(11 + i) for i in range(count)], "name_zh": list("甲乙丙丁戊己庚辛壬")[:count],
         "name_en": [""] * count},
        geometry=list(shapes), crs=4326,
    )  # fmt: skip


def area_m2(shape: object) -> float:
    return float(geodesic_area_m2(gpd.GeoSeries([shape], crs=4326))[0])


def test_an_overlap_is_measured_and_names_the_pair() -> None:
    wide = box(111, 36, 111 + 1.02 * SQUARE, 36 + SQUARE)
    [remark] = topology_remarks(frame_of(wide, square(1), square(5)), file_name="u.gpkg")
    assert remark.value == "11 甲 / 12 乙"
    common = area_m2(box(111 + SQUARE, 36, 111 + 1.02 * SQUARE, 36 + SQUARE))
    assert f"{common:,.0f} m²" in remark.reason.en
    assert "重叠" in remark.reason.zh
    assert common == pytest.approx(0.002 * 90_100 * 0.1 * 111_000, rel=0.01)  # 180 m × 11.1 km


def test_a_gap_is_measured_and_names_its_neighbours() -> None:
    ring = [square(c, r) for c in range(3) for r in range(3) if (c, r) != (1, 1)]
    [remark] = topology_remarks(frame_of(*ring), file_name="u.gpkg")
    assert f"{area_m2(square(1, 1)):,.0f} m²" in remark.reason.en
    assert "111.1500, 36.1500" in remark.reason.en
    assert remark.value.count(" / ") == 7  # all eight units touch it, four of them at a corner


def test_slivers_are_summed_not_listed() -> None:
    sliver = 1e-7  # degrees: 1 cm × 11 km is 100 m²
    pair = frame_of(box(111, 36, 111 + SQUARE + sliver, 36 + SQUARE), square(1))
    [remark] = topology_remarks(pair, file_name="u.gpkg")
    assert remark.reason.en.startswith("1 overlaps and gaps under 1 ha, together 100 m²")


def test_clean_units_and_islands_have_no_faults() -> None:
    islands = MultiPolygon([square(5), square(7)])
    assert topology_remarks(frame_of(square(0), square(1), islands), file_name="u.gpkg") == ()
