"""A real prefecture's files through the importers, and onto a map page."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gis_core.errors import InvalidLayerError, NotFoundError
from gis_core.settings import Settings
from gis_core.store.records import LayerRecord
from gis_core.store.workspace import Workspace, open_workspace
from gis_core.workflows import bases, demonstration, relocation, suitability
from gis_core.workflows.imports import VectorSource, import_boundaries, import_layer
from gis_core.workflows.maps import make_map
from gis_core.workflows.tables import import_townships, import_unit_table, townships_of
from tests.conftest import fresh_settings

pytestmark = [pytest.mark.postgis, pytest.mark.shared_data]
WGS84 = "linfen_counties_ctamap2021_wgs84.geojson"
GCJ02 = ["linfen_counties_amap2022_gcj02.geojson", "linfen_counties_datav_gcj02.geojson"]
AREA_KM2 = pytest.approx(20_290, rel=0.002)


def said(record: LayerRecord) -> str:
    return " ".join(remark.reason.en + " " + remark.cure.en for remark in record.info.remarks)


def area_km2(workspace: Workspace, level: str) -> float:
    units = workspace.boundaries(level)
    return float(units.to_crs(workspace.region().analysis_crs).area.sum() / 1e6)


@pytest.mark.parametrize("name", GCJ02)
def test_the_offset_of_web_maps_is_said_and_converted_when_told(
    workspace: Workspace, shared_data: Path, name: str
) -> None:
    folder = shared_data / "boundaries"
    assert import_boundaries(workspace, folder / WGS84).count == 17
    true = workspace.boundaries("county").set_index("code").to_crs(4546).centroid
    noted = import_boundaries(workspace, folder / name)
    assert (noted.count, noted.info.source_datum) == (17, "gcj02")
    assert "probably in GCJ-02" in said(noted)
    assert "--datum gcj02" in said(noted)
    as_given = workspace.boundaries("county").set_index("code").to_crs(4546).centroid
    assert 400 < float((as_given.x - true.x).median()) < 650  # kept as it is, never shifted
    converted = import_boundaries(workspace, folder / name, datum="gcj02")
    assert "converted from GCJ-02" in said(converted)
    moved = workspace.boundaries("county").set_index("code").to_crs(4546).centroid
    assert abs(float((moved.x - true.x).median())) < 60
    assert area_km2(workspace, "county") == AREA_KM2
    names = workspace.boundaries("county").set_index("code")["name_zh"]
    assert names["141031"] == "隰县"


def test_the_coarse_file_is_taken_with_its_faults_named(
    workspace: Workspace, shared_data: Path
) -> None:
    folder = shared_data / "boundaries"
    import_boundaries(workspace, folder / WGS84)
    record = import_boundaries(workspace, folder / "linfen_counties_coarse2016.geojson")
    assert record.count == 17
    assert "111.367345, 36.523843" in said(record)
    assert "A gap at" in said(record)
    assert "probably in WGS 84" in said(record)
    assert area_km2(workspace, "county") == AREA_KM2


def test_the_prefecture_stands_beside_its_counties(workspace: Workspace, shared_data: Path) -> None:
    folder = shared_data / "boundaries"
    import_boundaries(workspace, folder / WGS84)
    outline = folder / "linfen_prefecture_ctamap2023_wgs84.geojson"
    record = import_boundaries(workspace, outline, level="prefecture")
    assert (record.count, record.info.source_datum) == (1, "wgs84")
    assert "is in WGS 84" in said(record)
    assert len(workspace.boundaries()) == 17
    assert area_km2(workspace, "prefecture") == AREA_KM2


def test_census_figures_stand_on_the_units(workspace: Workspace, shared_data: Path) -> None:
    census = shared_data / "census" / "linfen_census2020_county.csv"
    with pytest.raises(NotFoundError, match="import boundaries"):
        import_unit_table(workspace, "census", census)
    import_boundaries(workspace, shared_data / "boundaries" / WGS84)
    assert import_unit_table(workspace, "census", census).count == 17
    kept = workspace.features("census")
    assert kept["POPU"].sum() == 3_976_481
    units = workspace.boundaries("county").set_index("code").geometry
    assert kept.set_index("code").geometry.geom_equals(units).all()


def test_two_lists_of_townships_are_held_against_each_other(
    workspace: Workspace, shared_data: Path
) -> None:
    places = shared_data / "places"
    points = places / "linfen_township_points_wgs84.csv"
    first = places / "linfen_townships_2023_amap_stats.csv"
    assert import_townships(workspace, first, points=points).count == 157
    table = townships_of(workspace)
    assert table is not None
    assert int(table["lon"].notna().sum()) == 36
    second = import_townships(workspace, places / "linfen_townships_2023_stats.csv")
    assert second.count == 158
    for name in ("临汾经济开发区", "王庄镇", "乔家湾镇", "张庄镇", "望海寺乡"):
        assert name in " ".join(remark.reason.zh for remark in second.info.remarks)


@pytest.mark.parametrize(
    ("theme", "name", "datum", "count"),
    [
        ("settlement", "places/geonames_places_box_wgs84.csv", "auto", 69),
        ("settlement", "places/world_db_places_box_dirty_names.csv", "auto", 38),
        ("heritage", "places/national_heritage_sites_box_gcj02.csv", "gcj02", 147),
        ("river", "hydro_transport/rivers_1to4M_box.geojson", "auto", 24),
        ("railway", "hydro_transport/railways_vmap0_box.geojson", "auto", 29),
        ("railway", "hydro_transport/highspeed_rail_box.geojson", "auto", 1),
        ("town", "hydro_transport/highspeed_stations_box.geojson", "auto", 8),
    ],
)
def test_places_and_lines_are_taken(
    workspace: Workspace, shared_data: Path, theme: str, name: str, datum: str, count: int
) -> None:
    source = VectorSource(shared_data / name)
    record = import_layer(workspace, theme, source, datum=datum)
    assert (record.count, len(workspace.features(theme))) == (count, count)


@pytest.fixture
def on_real_counties(database_server: str, tmp_path: Path, shared_data: Path) -> Iterator[Settings]:
    """A workspace of the demonstration survey whose counties are a web map's real ones."""
    with fresh_settings(tmp_path / "real", database_server) as settings:
        with open_workspace(settings, create=True) as workspace:
            demonstration.load(workspace, demonstration.Size(villages=200, cell_m=2000))
            import_boundaries(workspace, shared_data / "boundaries" / GCJ02[1], datum="gcj02")
        yield settings


def test_both_analyses_on_real_counties_reach_the_map(
    on_real_counties: Settings, tmp_path: Path, upland: Callable[..., Any]
) -> None:
    with open_workspace(on_real_counties) as workspace:
        run = suitability.run_model(workspace, "organic_base").document
        assert len(run["counties"]) == 17
        rules = bases.ChoiceRules(count=3, max_area_mu=40_000, per_county=(0, 1), time_limit_s=20)
        assert len(bases.choose(workspace, None, rules)["bases"]) == 3
        plan = relocation.plan(workspace, relocation.PlanRequest(quota=300))
        assert plan["status"] in ("optimal", "feasible")
        for name in ("overview", "organic", "relocation"):
            make_map(workspace, name, out=tmp_path / f"{name}.html", lang="zh")
            page = (tmp_path / f"{name}.html").read_text("utf-8")
            missing = [z for z in workspace.boundaries()["name_zh"] if z not in page]
            assert missing == []
    told = json.loads(upland("layers", "--json", on=on_real_counties).out)
    county = next(layer for layer in told["layers"] if layer["theme"] == "county")
    assert (county["nature"], county["source_datum"]) == ("given", "gcj02")


def test_a_boundary_file_is_no_census(workspace: Workspace, shared_data: Path) -> None:
    import_boundaries(workspace, shared_data / "boundaries" / WGS84)
    with pytest.raises(InvalidLayerError):
        import_unit_table(workspace, "census", shared_data / "optimisation" / "pmed" / "optima.csv")
    assert [r.info.theme for r in workspace.layers()] == ["county"]
