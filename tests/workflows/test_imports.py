"""Imports into a workspace: what is kept, what is said, what stays as it was."""

import json
from pathlib import Path

import numpy as np
import pytest
import rasterio

from gis_core.errors import GisCoreError
from gis_core.sources.datum import convert_lonlat
from gis_core.store.workspace import Workspace
from gis_core.workflows.imports import (
    FieldNames,
    RasterSource,
    SurveySource,
    VectorSource,
    import_boundaries,
    import_layer,
    import_raster,
    import_villages,
)

pytestmark = pytest.mark.postgis


def counties(path: Path, *, shift: bool = False, english: bool = True) -> Path:
    """Two wiggly counties around 111 °E, 36 °N, in WGS 84 or moved to GCJ-02."""

    def ring(west: float) -> list[list[float]]:
        side = np.linspace(0, 1, 60)
        wave = 0.02 * np.sin(side * 40)
        east = np.column_stack((west + 0.4 + wave, 36 + 0.5 * side))
        back = np.column_stack((west + wave[::-1], 36.5 - 0.5 * side))
        points = np.vstack((east, back, east[:1]))
        lon, lat = points[:, 0], points[:, 1]
        if shift:
            lon, lat = convert_lonlat(lon, lat, source="wgs84", target="gcj02")
        return np.column_stack((lon, lat)).tolist()

    features = [
        {"type": "Feature",
         "properties": {"adcode": 900001 + i, "name_zh": name,
                        **({"name_en": en} if english else {})},
         "geometry": {"type": "Polygon", "coordinates": [ring(110.8 + 0.4 * i)]}}
        for i, (name, en) in enumerate((("甲县", "Jia"), ("乙县", "Yi")))
    ]  # fmt: skip
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


def said(workspace: Workspace, theme: str) -> str:
    return " ".join(r.reason.en + r.cure.en for r in workspace.layer(theme).info.remarks)


def test_the_first_boundaries_settle_the_crs_and_say_that_no_datum_was_tested(
    workspace: Workspace, tmp_path: Path
) -> None:
    import_boundaries(workspace, counties(tmp_path / "a.geojson"))
    assert workspace.region().analysis_crs == "EPSG:4546"
    assert "datum was not tested" in said(workspace, "county")


def test_an_offset_layer_is_told_kept_and_converted_only_when_told(
    workspace: Workspace, tmp_path: Path
) -> None:
    import_boundaries(workspace, counties(tmp_path / "a.geojson"), datum="wgs84")
    true = workspace.boundaries("county").total_bounds
    offset = counties(tmp_path / "b.geojson", shift=True, english=False)
    import_boundaries(workspace, offset)
    assert "--datum gcj02" in said(workspace, "county")
    assert workspace.boundaries("county").total_bounds[0] - true[0] > 0.004
    import_boundaries(workspace, offset, datum="gcj02")
    assert workspace.boundaries("county").total_bounds == pytest.approx(true, abs=1e-7)
    import_boundaries(workspace, offset)  # the converted layer serves as a true reference
    assert "--datum gcj02" in said(workspace, "county")


def test_a_layer_whose_datum_was_never_tested_is_no_sure_reference(
    workspace: Workspace, tmp_path: Path
) -> None:
    offset = counties(tmp_path / "b.geojson", shift=True)
    import_boundaries(workspace, offset)  # nothing to compare with: kept as the file claims
    import_boundaries(workspace, offset)
    assert "b.geojson, was never tested" in said(workspace, "county")
    true = counties(tmp_path / "a.geojson")
    import_boundaries(workspace, true)
    assert "b.geojson, was never tested" in said(workspace, "county")
    import_boundaries(workspace, true, datum="wgs84")
    import_boundaries(workspace, offset)
    assert "compared with" not in said(workspace, "county")
    assert "--datum gcj02" in said(workspace, "county")


def test_a_layer_found_off_and_kept_so_serves_the_next_one_converted(
    workspace: Workspace, tmp_path: Path
) -> None:
    import_boundaries(workspace, counties(tmp_path / "a.geojson"), datum="wgs84")
    offset = counties(tmp_path / "b.geojson", shift=True)
    for file in (offset, offset):  # the second is held against the first, as it was found
        record = import_boundaries(workspace, file)
        assert record.info.source_datum == "gcj02"
    assert "b.geojson, was itself found in GCJ-02" in said(workspace, "county")
    assert import_boundaries(workspace, tmp_path / "a.geojson").info.source_datum == "wgs84"


def test_the_note_on_an_untested_datum_comes_once_with_its_reason(
    workspace: Workspace, tmp_path: Path
) -> None:
    for name, lon, notes in (("p", 111.1, 1), ("p_gcj02", 111.1, 1), ("p", -103.8, 0)):
        path = tmp_path / f"{name}.csv"
        path.write_text(f"name,lon,lat\n甲,{lon},36.2\n乙,{lon},36.3\n", "utf-8")
        record = import_layer(workspace, f"{name}{notes}", VectorSource(path))
        assert len([r for r in record.info.remarks if r.column == "datum"]) == notes
    assert "no other layer of this theme" in said(workspace, "p1")
    assert "--datum gcj02" in said(workspace, "p_gcj021")
    path = counties(tmp_path / "counties_gcj-02.geojson")
    (note,) = [r for r in import_boundaries(workspace, path).info.remarks if r.column == "datum"]
    assert (note.action, note.value) == ("waiting", "gcj02")
    assert "speaks of GCJ-02" in note.reason.en


@pytest.mark.parametrize(
    ("crs", "corner", "said"),
    [
        ("EPSG:4326", (111.0, 36.5), ["a raster has no lines or points"]),
        ("EPSG:4546", (500_000, 3_990_000), ["a raster has no lines or points"]),
        ("EPSG:4326", (-103.8, 44.4), []),
        ("EPSG:26713", (600_000, 4_920_000), ["North American Datum 1927"]),
    ],
)
def test_what_is_said_of_a_rasters_datum(
    workspace: Workspace, tmp_path: Path, crs: str, corner: tuple[float, float], said: list[str]
) -> None:
    cell = 30.0 if corner[0] > 1000 else 0.001
    with rasterio.open(tmp_path / "dem.tif", "w", driver="GTiff", width=4, height=4, count=1,
                       dtype="int16", crs=crs, transform=rasterio.Affine(
                           cell, 0, corner[0], 0, -cell, corner[1])) as made:  # fmt: skip
        made.write(np.arange(16, dtype="int16").reshape(1, 4, 4))
    record = import_raster(workspace, "elevation", RasterSource(tmp_path / "dem.tif"))
    assert len(record.info.remarks) == len(said)
    for words, remark in zip(said, record.info.remarks, strict=True):
        assert words in remark.reason.en


def test_names_that_a_file_lacks_come_from_the_units_before(
    workspace: Workspace, tmp_path: Path
) -> None:
    import_boundaries(workspace, counties(tmp_path / "a.geojson"), datum="wgs84")
    import_boundaries(workspace, counties(tmp_path / "b.geojson", english=False), datum="wgs84")
    assert list(workspace.boundaries("county")["name_en"]) == ["Jia", "Yi"]
    assert "2 names that the file lacks" in said(workspace, "county")
    assert "no English name" not in said(workspace, "county")


def test_points_come_from_a_table(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("name,lon,lat\n甲,111.1,36.2\n乙,111.2,36.3\n", "utf-8")
    import_layer(workspace, "heritage", VectorSource(tmp_path / "p.csv"))
    assert list(workspace.features("heritage")["name"]) == ["甲", "乙"]


def test_a_survey_goes_through_the_gazetteer(workspace: Workspace, tmp_path: Path) -> None:
    import_boundaries(workspace, counties(tmp_path / "a.geojson"), datum="wgs84")
    (tmp_path / "s.csv").write_text(
        "县,乡镇,村名,人口,户数,经度,纬度\n甲县,东乡,上村,80,20,110.95,36.2\n"
        "乙县,西乡,下村,-3,2,111.3,36.2\n乙县,西乡,中村,120,30,111.3,36.3\n", "utf-8",
    )  # fmt: skip
    (tmp_path / "t.csv").write_text(
        "label,min_people,max_people,villages,households,people\nsmall,1,99,2,30,100\n", "utf-8"
    )
    source = SurveySource(tmp_path / "s.csv", totals=tmp_path / "t.csv")
    record, reading = import_villages(workspace, source)
    assert record.count == 2
    assert list(workspace.villages()["county_code"]) == ["900001", "900002"]
    assert any(r.action == "refused" and r.value == "-3" for r in record.info.remarks)
    assert workspace.region().brackets[0].label == "small"
    assert {taken["field"] for taken in reading.mapping.values()} >= {"name", "people"}


def test_a_refused_file_changes_nothing(workspace: Workspace, tmp_path: Path) -> None:
    import_boundaries(workspace, counties(tmp_path / "a.geojson"), datum="wgs84")
    before = workspace.layers()
    (tmp_path / "empty.geojson").write_text("")
    (tmp_path / "none.geojson").write_text('{"type":"FeatureCollection","features":[]}')
    for name in ("empty.geojson", "none.geojson", "missing.geojson"):
        with pytest.raises(GisCoreError, match=name):
            import_boundaries(workspace, tmp_path / name)
    with pytest.raises(GisCoreError, match="nothing_like_it"):
        import_boundaries(
            workspace, tmp_path / "a.geojson", fields=FieldNames(code="nothing_like_it")
        )
    assert workspace.layers() == before
