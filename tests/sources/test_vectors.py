"""Vector files: every format taken, every fault in words."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.geometry import (
    GeometryCollection,
    LineString,
    MultiPolygon,
    Point,
    Polygon,
    box,
)

from gis_core.errors import (
    CrsMismatchError,
    InputError,
    InvalidLayerError,
    InvalidParameterError,
    MissingCrsError,
    UnreadableFileError,
)
from gis_core.sources.vector_files import quote_fields
from gis_core.sources.vectors import code_text, read_vector

BOW_TIE = Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])


def roads(crs: object = 4326) -> gpd.GeoDataFrame:
    """Two roads near 111.5 °E, 36 °N with a number, a code and a Chinese name."""
    lines = [LineString([(111.5, 36.0), (111.6, 36.1)]), LineString([(111.5, 36.0), (111.5, 36.2)])]
    frame = gpd.GeoDataFrame(
        {"road_class": [1001, 1002], "adcode": [141002, 141021], "名称": ["大运路", "霍侯路"]},
        geometry=lines,
        crs=4326,
    )
    return frame.set_crs(crs, allow_override=True) if crs is None else frame.to_crs(crs)


def write_shapefile(folder: Path, **options: object) -> Path:
    path = folder / "roads.shp"
    roads().to_file(path, **options)
    return path


def write_zip(path: Path, *members: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for member in members:
            archive.write(member, member.name)
    return path


def geojson(folder: Path, *geometries: object, **properties: object) -> Path:
    path = folder / "layer.geojson"
    features = [{"type": "Feature", "properties": properties, "geometry": g} for g in geometries]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


def refused(error: type[InputError], path: Path, **options: object) -> InputError:
    """Read, expect `error`; its two sentences name the file."""
    with pytest.raises(error) as caught:
        read_vector(path, theme="road", **options)  # type: ignore[arg-type]
    assert type(caught.value) is error
    assert path.name in caught.value.text.en
    assert path.name in caught.value.text.zh
    return caught.value


WRITERS: dict[str, Callable[[gpd.GeoDataFrame, Path], object]] = {
    "roads.geojson": lambda frame, path: frame.to_file(path),
    "roads.gpkg": lambda frame, path: frame.to_file(path),
    "roads.shp": lambda frame, path: frame.to_file(path, encoding="UTF-8"),
    "roads.parquet": lambda frame, path: frame.to_parquet(path),
    "roads.kml": lambda frame, path: frame.to_file(path, driver="KML"),
    "roads.fgb": lambda frame, path: frame.to_file(path),
}


@pytest.mark.parametrize("name", WRITERS)
def test_each_format_gives_the_same_layer(tmp_path: Path, name: str) -> None:
    WRITERS[name](roads(), tmp_path / name)
    layer = read_vector(tmp_path / name, theme="road")
    assert layer.frame.crs.to_epsg() == 4326
    # formats may order features by place
    lines = sorted(layer.frame.geometry, key=lambda line: line.bounds)
    wanted = sorted(roads().geometry, key=lambda line: line.bounds)
    assert all(a.equals_exact(b, 1e-9) for a, b in zip(lines, wanted, strict=True))
    assert sorted(layer.frame["adcode"]) == ["141002", "141021"]
    assert sorted(layer.frame["名称"]) == ["大运路", "霍侯路"]
    assert (layer.info.theme, layer.info.kind, layer.info.file_name) == ("road", "vector", name)
    assert len(layer.info.file_hash) == 64


def test_mapinfo_from_a_chinese_system(tmp_path: Path) -> None:
    head = (
        'Version 300\nCharset "Neutral"\nDelimiter ","\nCoordSys Earth Projection 1, 104\n'
        "Columns 1\n  name Char(20)\nData\n\nLine 111.5 36.0 111.6 36.1\n"
    )
    (tmp_path / "roads.mif").write_text(head, "ascii")
    (tmp_path / "roads.mid").write_bytes('"大运路"\n'.encode("gb18030"))
    layer = read_vector(tmp_path / "roads.mif", theme="road")
    assert list(layer.frame["name"]) == ["大运路"]
    assert [r.value for r in layer.info.remarks] == ["gb18030"]


def test_kml_keeps_data_and_drops_display_flags(tmp_path: Path) -> None:
    roads().to_file(tmp_path / "roads.kml", driver="KML")
    columns = set(read_vector(tmp_path / "roads.kml", theme="road").frame.columns)
    assert {"road_class", "名称", "geometry"} <= columns
    assert not {"tessellate", "visibility"} & columns


def test_zipped_shapefile_is_the_shapefile(tmp_path: Path) -> None:
    write_shapefile(tmp_path, encoding="UTF-8")
    archive = write_zip(tmp_path / "roads.zip", *tmp_path.glob("roads.*"))
    layer = read_vector(archive, theme="road")
    assert list(layer.frame["名称"]) == ["大运路", "霍侯路"]
    assert layer.info.file_name == "roads.zip"


def test_metres_become_degrees(tmp_path: Path) -> None:
    roads("EPSG:4546").to_file(tmp_path / "roads.gpkg")
    layer = read_vector(tmp_path / "roads.gpkg", theme="road")
    assert (layer.info.source_crs, layer.info.source_datum) == ("EPSG:4546", "cgcs2000")
    assert layer.info.remarks == ()
    assert layer.frame.geometry.iloc[0].equals_exact(roads().geometry.iloc[0], 1e-7)


# --- bad files ----------------------------------------------------------------------------


def test_missing_empty_and_foreign_files(tmp_path: Path) -> None:
    assert "Check the path" in refused(UnreadableFileError, tmp_path / "no.gpkg").text.en
    (tmp_path / "nil.geojson").write_bytes(b"")
    assert "0 bytes" in refused(UnreadableFileError, tmp_path / "nil.geojson").text.en
    (tmp_path / "roads.dwg").write_bytes(b"AC1027")
    assert "GeoPackage" in refused(UnreadableFileError, tmp_path / "roads.dwg").text.en
    (tmp_path / "page.gpkg").write_bytes(b"<html>not found</html>")
    assert "wrong ending" in refused(UnreadableFileError, tmp_path / "page.gpkg").text.en
    (tmp_path / "sub").mkdir()
    assert "folder" in refused(UnreadableFileError, tmp_path / "sub").text.en


@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.98])
def test_truncated_geopackage(tmp_path: Path, share: float) -> None:
    many = pd.concat([roads()] * 500, ignore_index=True)
    many.to_file(tmp_path / "roads.gpkg")
    whole = (tmp_path / "roads.gpkg").read_bytes()
    (tmp_path / "roads.gpkg").write_bytes(whole[: int(len(whole) * share)])
    assert "again" in refused(UnreadableFileError, tmp_path / "roads.gpkg").text.en


@pytest.mark.parametrize("name", ["roads.geojson", "roads.parquet", "roads.fgb", "roads.kml"])
def test_other_truncated_files(tmp_path: Path, name: str) -> None:
    WRITERS[name](roads(), tmp_path / name)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) * 2 // 3])
    assert "again" in refused(UnreadableFileError, tmp_path / name).text.en


@pytest.mark.parametrize("suffix", [".dbf", ".shx"])
def test_shapefile_without_a_part(tmp_path: Path, suffix: str) -> None:
    path = write_shapefile(tmp_path)
    path.with_suffix(suffix).unlink()
    said = refused(UnreadableFileError, path).text
    assert suffix in said.en
    assert "Copy all its parts" in said.en
    assert "一并复制" in said.zh


def test_shapefile_parts_that_are_empty_or_named_instead(tmp_path: Path) -> None:
    path = write_shapefile(tmp_path)
    assert ".shp" in refused(UnreadableFileError, path.with_suffix(".dbf")).text.en
    path.with_suffix(".dbf").write_bytes(b"")
    assert "roads.dbf holds 0 bytes of 32" in refused(UnreadableFileError, path).text.en


@pytest.mark.parametrize("suffix", [".shp", ".shx", ".dbf"])
def test_shapefile_cut_short(tmp_path: Path, suffix: str) -> None:
    path = write_shapefile(tmp_path)
    part = path.with_suffix(suffix)
    whole = part.read_bytes()
    part.write_bytes(whole[: len(whole) - 20])
    said = refused(UnreadableFileError, path).text
    assert f"roads{suffix} holds {len(whole) - 20:,} bytes of" in said.en


def test_unusable_prj_is_no_crs(tmp_path: Path) -> None:
    path = write_shapefile(tmp_path)
    path.with_suffix(".prj").write_text('GEOGCS["x",DATUM["y",SPHEROID["z",0,0]]]')
    refused(MissingCrsError, path)
    path.with_suffix(".prj").write_text("nothing")
    refused(MissingCrsError, path)


def test_damaged_bytes_end_in_an_own_error(tmp_path: Path) -> None:
    """Flip bytes at random in every kind of file: it is read, or refused in words."""
    rng = np.random.default_rng(11)
    for name in WRITERS:
        WRITERS[name](roads(), tmp_path / name)
    archive = write_zip(tmp_path / "roads.zip", tmp_path / "roads.gpkg")
    outcomes = set()
    for path in [*(tmp_path / name for name in WRITERS), archive]:
        whole = np.frombuffer(path.read_bytes(), dtype=np.uint8)
        for _ in range(12):
            damaged = whole.copy()
            damaged[rng.integers(0, len(whole), 5)] = rng.integers(0, 256, 5)
            path.write_bytes(damaged.tobytes())
            try:
                read_vector(path, theme="road")
                outcomes.add("read")
            except InputError:
                outcomes.add("refused")
    assert outcomes == {"read", "refused"}


def test_zip_that_unpacks_outside_its_folder(tmp_path: Path) -> None:
    write_shapefile(tmp_path)
    archive = tmp_path / "bad.zip"
    with zipfile.ZipFile(archive, "w") as out:
        out.write(tmp_path / "roads.shp", "../../roads.shp")
    said = refused(UnreadableFileError, archive).text
    assert "../../roads.shp" in said.en
    assert "outside" in said.en
    assert not (tmp_path.parent / "roads.shp").exists()


# --- reference systems --------------------------------------------------------------------


def test_no_crs_is_refused_with_the_cure(tmp_path: Path) -> None:
    path = write_shapefile(tmp_path)
    path.with_suffix(".prj").unlink()
    said = refused(MissingCrsError, path).text
    assert ".prj is missing" in said.en
    assert "Set CRS" in said.en
    assert "设定坐标系" in said.zh
    with pytest.warns(UserWarning, match="crs"):
        roads(None).to_file(tmp_path / "none.gpkg")
    refused(MissingCrsError, tmp_path / "none.gpkg")
    roads(None).to_parquet(tmp_path / "none.parquet")
    refused(MissingCrsError, tmp_path / "none.parquet")


def test_metres_that_claim_to_be_degrees(tmp_path: Path) -> None:
    line = {"type": "LineString", "coordinates": [[545000.0, 3985000.0], [546000.0, 3986000.0]]}
    said = refused(CrsMismatchError, geojson(tmp_path, line)).text
    assert "545000" in said.en
    assert "cannot be degrees" in said.en


def test_degrees_that_claim_to_be_metres(tmp_path: Path) -> None:
    roads().set_crs("EPSG:4546", allow_override=True).to_file(tmp_path / "roads.gpkg")
    said = refused(CrsMismatchError, tmp_path / "roads.gpkg").text
    assert "look like degrees" in said.en
    assert "EPSG:4326" in said.en


def test_latitude_before_longitude(tmp_path: Path) -> None:
    line = {"type": "LineString", "coordinates": [[36.0, 111.5], [36.1, 111.6]]}
    assert "latitude before longitude" in refused(CrsMismatchError, geojson(tmp_path, line)).text.en


def test_zone_number_in_the_eastings(tmp_path: Path) -> None:
    zoned = roads("EPSG:4525").set_crs("EPSG:4546", allow_override=True)
    zoned.to_file(tmp_path / "roads.gpkg")
    assert "zone number 37" in refused(CrsMismatchError, tmp_path / "roads.gpkg").text.en


def test_unknown_datum_shift_is_said(tmp_path: Path) -> None:
    roads("EPSG:2383").to_file(tmp_path / "roads.gpkg")  # Xian 1980: PROJ knows no shift
    layer = read_vector(tmp_path / "roads.gpkg", theme="road")
    [remark] = layer.info.remarks
    assert "No datum shift from Xian 1980" in remark.reason.en
    assert layer.info.source_datum == "Xian 1980"


def test_offset_datum_is_converted_when_told(tmp_path: Path) -> None:
    roads().to_file(tmp_path / "roads.gpkg")
    kept = read_vector(tmp_path / "roads.gpkg", theme="road", datum="auto")
    moved = read_vector(tmp_path / "roads.gpkg", theme="road", datum="gcj02")
    assert kept.frame.geometry.iloc[0].equals(roads().geometry.iloc[0])
    [remark] = moved.info.remarks
    assert "converted from GCJ-02" in remark.reason.en
    assert moved.info.source_datum == "gcj02"
    east = kept.frame.geometry.iloc[0].coords[0][0] - moved.frame.geometry.iloc[0].coords[0][0]
    assert 480 < east * 90_000 < 600  # metres: a degree of longitude at 36 °N is about 90 km
    with pytest.raises(InvalidParameterError, match="beijing54"):
        read_vector(tmp_path / "roads.gpkg", theme="road", datum="beijing54")


# --- layers and conditions ----------------------------------------------------------------


def test_several_layers_and_none_chosen(tmp_path: Path) -> None:
    path = tmp_path / "many.gpkg"
    for name in ("roads", "paths"):
        roads().to_file(path, layer=name)
    said = refused(InvalidLayerError, path).text
    assert "roads, paths" in said.en
    assert "--layer" in said.en
    assert "paths" in refused(InvalidLayerError, path, layer="streets").text.en
    assert len(read_vector(path, theme="road", layer="paths").frame) == 2


def test_several_layers_in_an_archive(tmp_path: Path) -> None:
    for name in ("a.geojson", "b.geojson"):
        roads().to_file(tmp_path / name)
    archive = write_zip(tmp_path / "both.zip", tmp_path / "a.geojson", tmp_path / "b.geojson")
    assert "a.geojson, b.geojson" in refused(InvalidLayerError, archive).text.en
    assert len(read_vector(archive, theme="road", layer="b").frame) == 2


def test_table_without_geometry(tmp_path: Path) -> None:
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "table.parquet")
    assert "without geometry" in refused(InvalidLayerError, tmp_path / "table.parquet").text.en


def test_condition(tmp_path: Path) -> None:
    path = tmp_path / "roads.gpkg"
    roads().to_file(path)
    layer = read_vector(path, theme="road", where="road_class = 1002")
    assert list(layer.frame["adcode"]) == ["141021"]
    assert layer.info.extra["where"] == "road_class = 1002"
    said = refused(InvalidParameterError, path, where="klass = 1").text
    assert "klass" in said.en
    assert "road_class" in said.en
    refused(InvalidParameterError, path, where="((")
    assert "no feature" in refused(InvalidLayerError, path, where="road_class = 7").text.en
    roads().to_parquet(tmp_path / "roads.parquet")
    refused(InvalidParameterError, tmp_path / "roads.parquet", where="road_class = 1002")


@pytest.mark.parametrize("name", ["roads.gpkg", "roads.geojson", "roads.fgb"])
def test_condition_in_chinese(tmp_path: Path, name: str) -> None:
    WRITERS[name](roads(), tmp_path / name)
    for where in ("名称 = '霍侯路'", "\"名称\" LIKE '霍%'", "名称 <> '大运路' AND road_class > 1"):
        assert list(read_vector(tmp_path / name, theme="road", where=where).frame["adcode"]) == [
            "141021"
        ]
    assert quote_fields("名 = '名称' OR 名称 = 1", ["名", "名称", "a"]) == (
        '"名" = \'名称\' OR "名称" = 1'
    )


def test_bad_condition_on_geojson_and_shapefile(tmp_path: Path) -> None:
    roads().to_file(tmp_path / "roads.geojson")
    refused(InvalidParameterError, tmp_path / "roads.geojson", where="klass = 1")
    refused(InvalidParameterError, write_shapefile(tmp_path), where="klass = 1")


def test_empty_layer(tmp_path: Path) -> None:
    path = geojson(tmp_path)
    said = refused(InvalidLayerError, path).text
    assert "no feature" in said.en
    roads().iloc[:0].to_file(tmp_path / "none.gpkg")
    refused(InvalidLayerError, tmp_path / "none.gpkg")


# --- geometries ---------------------------------------------------------------------------


def test_null_empty_and_nan_geometries_are_kept_out_and_listed(tmp_path: Path) -> None:
    with np.errstate(invalid="ignore"):
        strange = LineString([(111, 36), (np.nan, 36)])
    shapes = [Point(111, 36), None, Point(), Point(111, 37), strange]
    gpd.GeoDataFrame({"n": range(5)}, geometry=shapes, crs=4326).to_parquet(tmp_path / "p.parquet")
    layer = read_vector(tmp_path / "p.parquet", theme="service")
    assert list(layer.frame.index) == [1, 4]
    assert list(layer.frame["n"]) == [0, 3]
    assert [(r.row, r.action) for r in layer.info.remarks] == [
        (2, "refused"), (3, "refused"), (5, "refused"),
    ]  # fmt: skip
    gpd.GeoDataFrame(geometry=[None, Point()], crs=4326).to_parquet(tmp_path / "n.parquet")
    said = refused(InvalidLayerError, tmp_path / "n.parquet").text
    assert "none of the 2 features" in said.en


def test_bow_tie_is_repaired_and_listed(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(geometry=[box(5, 5, 6, 6), BOW_TIE], crs=4326)
    frame.to_file(tmp_path / "ties.gpkg")
    layer = read_vector(tmp_path / "ties.gpkg", theme="protected")
    [remark] = layer.info.remarks
    assert (remark.row, remark.action) == (2, "mended")
    assert "Self-intersection at 0.500000, 0.500000 (outer ring of part 1)" in remark.reason.en
    assert "自相交" in remark.reason.zh
    assert layer.frame.geometry.is_valid.all()
    assert layer.frame.geometry.iloc[1].area == pytest.approx(0.5)  # two triangles of 1/4


def test_repair_keeps_the_dimension(tmp_path: Path) -> None:
    spike = Polygon([(0, 0), (2, 0), (2, 2), (0, 2), (0, 1), (-1, 1), (0, 1)])
    flat = Polygon([(0, 0), (1, 1), (2, 2)])
    gpd.GeoDataFrame(geometry=[spike, flat], crs=4326).to_file(tmp_path / "s.gpkg")
    layer = read_vector(tmp_path / "s.gpkg", theme="protected")
    assert list(layer.frame.index) == [1]
    assert layer.frame.geometry.iloc[0].equals(box(0, 0, 2, 2))
    assert [r.action for r in layer.info.remarks] == ["mended", "refused"]


def test_heights_are_dropped_with_a_remark(tmp_path: Path) -> None:
    gpd.GeoDataFrame(geometry=[Point(111, 36, 812.5), Point(111, 36)], crs=4326).to_file(
        tmp_path / "p.gpkg"
    )
    layer = read_vector(tmp_path / "p.gpkg", theme="service")
    assert not layer.frame.has_z.any()
    assert any("812.5" in r.reason.en for r in layer.info.remarks)


def test_mixed_types_are_noted(tmp_path: Path) -> None:
    shapes = [Point(111, 36), LineString([(111, 36), (112, 36)]), Point(111, 37)]
    gpd.GeoDataFrame(geometry=shapes, crs=4326).to_file(tmp_path / "m.geojson")
    [remark] = read_vector(tmp_path / "m.geojson", theme="pollution").info.remarks
    assert "2 points, 1 lines" in remark.reason.en


def test_collections_pass_and_rings_wind_one_way(tmp_path: Path) -> None:
    clockwise = shapely.orient_polygons(MultiPolygon([box(0, 0, 1, 1)]), exterior_cw=True)
    frame = gpd.GeoDataFrame(geometry=[clockwise, GeometryCollection([box(3, 3, 4, 4)])], crs=4326)
    frame.to_parquet(tmp_path / "c.parquet")
    shapes = read_vector(tmp_path / "c.parquet", theme="town").frame.geometry
    assert shapes.iloc[0].geoms[0].exterior.is_ccw
    assert shapes.iloc[1].area == 1.0


# --- attributes ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [(141002, "141002"), (141002.0, "141002"), ("0141002", "0141002"), (" 141002 ", "141002"),
     ("141002.0", "141002"), ("141002.50", "141002.50"), ("A.1", "A.1"), (None, ""),
     (float("nan"), ""), (np.int64(7), "7"), (np.float64(7.0), "7"), (pd.NA, "")],
)  # fmt: skip
def test_codes_become_text_exactly(value: object, text: str) -> None:
    assert code_text(value) == text


def test_attributes_can_be_stored_as_json(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {
            "built": pd.to_datetime(["2020-05-01 08:00", None]),
            "town_code": [141002.0, None],
            "parts": [[1, 2], [3]],
        },
        geometry=[Point(111, 36), Point(111, 37)],
        crs=4326,
    )
    frame.to_parquet(tmp_path / "a.parquet")
    out = read_vector(tmp_path / "a.parquet", theme="service").frame
    rows = out.drop(columns="geometry").to_dict("records")
    assert json.loads(json.dumps(rows)) == [
        {"built": "2020-05-01T08:00:00", "town_code": "141002", "parts": [1, 2]},
        {"built": None, "town_code": "", "parts": [3]},
    ]


def test_geojson_that_is_not_utf8(tmp_path: Path) -> None:
    path = geojson(tmp_path, {"type": "Point", "coordinates": [111, 36]}, name="@")
    path.write_bytes(path.read_bytes().replace(b"@", "尧都区".encode("gb18030")))
    assert "UTF-8" in refused(UnreadableFileError, path).text.en


# --- published data -----------------------------------------------------------------------


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("name", "count", "kind"),
    [("rivers_1to4M_box", 24, "LineString"), ("railways_vmap0_box", 29, "LineString"),
     ("highspeed_rail_box", 1, "LineString"), ("highspeed_stations_box", 8, "Point")],
)  # fmt: skip
def test_published_lines_and_stations(shared_data: Path, name: str, count: int, kind: str) -> None:
    layer = read_vector(shared_data / "hydro_transport" / f"{name}.geojson", theme="railway")
    assert len(layer.frame) == count
    assert {t.removeprefix("Multi") for t in layer.frame.geom_type} == {kind}
    min_x, min_y, max_x, max_y = layer.frame.total_bounds
    assert 110.29 < min_x < max_x < 112.71
    assert 35.29 < min_y < max_y < 37.11
    assert all("heights" in remark.reason.en for remark in layer.info.remarks)


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("layer", "count"),
    [("roads", 825), ("rivers", 107), ("restricted_areas", 4), ("zones", 3), ("facilities", 6)],
)
def test_spearfish_layers_tell_how_they_were_transformed(
    shared_data: Path, layer: str, count: int
) -> None:
    read = read_vector(
        shared_data / "spearfish" / "spearfish_vectors.gpkg", theme="road", layer=layer
    )
    assert (len(read.frame), read.info.source_crs) == (count, "EPSG:26713")
    assert read.info.source_datum == "North American Datum 1927"
    transformed = [r for r in read.info.remarks if "accurate to" in r.reason.en]
    assert len(transformed) == 1
    assert "NAD27 to" in transformed[0].reason.en
    assert read.frame.geometry.is_valid.all()
    # NAD27 lies some 40 m from WGS 84 here; a ballpark transformation would give 0
    assert read.frame.total_bounds == pytest.approx([-103.75, 44.437, -103.75, 44.437], abs=0.14)
