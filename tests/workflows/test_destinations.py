"""Destinations as planning offices keep them: other headers, no ids, words for numbers."""

import json
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import Point, box

from gis_core.errors import InvalidLayerError
from gis_core.store.workspace import Workspace
from gis_core.workflows.destinations import destinations_of, name_columns
from gis_core.workflows.imports import VectorSource, import_boundaries, import_layer


def layer(**columns: list[object]) -> gpd.GeoDataFrame:
    count = len(next(iter(columns.values())))
    places = [Point(111.1 + 0.2 * i, 36.1) for i in range(count)]
    return gpd.GeoDataFrame(columns, geometry=places, crs=4326)


def test_usual_headers_and_titles_are_known() -> None:
    named = name_columns(
        layer(名称=["幸福小区", "新村"], 安置方式=["城镇安置", "a new village"], 容量=["900", 50])
    )
    assert list(named["destination_id"]) == ["1", "2"]
    assert list(named["name"]) == ["幸福小区", "新村"]
    assert list(named["kind"]) == ["town", "new_village"]
    assert list(named["capacity_people"]) == [900.0, 50.0]


def test_own_columns_stay_as_they_are() -> None:
    named = name_columns(layer(
        destination_id=["b", "a"], id=[1, 2], name=["B", "A"], kind=["scattered", "town"],
        capacity_people=[None, 0],
    ))  # fmt: skip
    assert list(named["destination_id"]) == ["b", "a"]
    assert named["capacity_people"].isna().tolist() == [True, False]


def test_what_lacks_is_named_with_what_was_found() -> None:
    with pytest.raises(InvalidLayerError) as refused:
        name_columns(layer(title=["X"], kind=["town"]))
    assert "no column capacity_people (found: title, kind)" in refused.value.text.en
    assert "缺少字段 capacity_people" in refused.value.text.zh


@pytest.mark.parametrize("capacity", ["约500", -3, None, "nan"])
def test_a_capacity_that_is_no_number_is_refused(capacity: object) -> None:
    with pytest.raises(InvalidLayerError, match="Destination 'X' has the capacity"):
        name_columns(layer(name=["X"], kind=["town"], capacity=[capacity]))


@pytest.mark.postgis
def test_the_county_is_the_one_that_the_place_lies_in(workspace: Workspace, tmp_path: Path) -> None:
    units = gpd.GeoDataFrame(
        {"code": ["900001", "900002"], "name": ["甲县", "乙县"]},
        geometry=[box(111, 36, 111.2, 36.2), box(111.2, 36, 111.4, 36.2)], crs=4326,
    )  # fmt: skip
    units.to_file(tmp_path / "units.geojson", driver="GeoJSON")
    import_boundaries(workspace, tmp_path / "units.geojson")
    sites = layer(name=["A", "B", "out"], kind=["town"] * 3, capacity=[1, 2, 3])
    (tmp_path / "sites.geojson").write_text(json.dumps(json.loads(sites.to_json())), "utf-8")
    import_layer(workspace, "destination", VectorSource(tmp_path / "sites.geojson"))
    found = destinations_of(workspace)
    assert list(found["county_code"]) == ["900001", "900002", ""]
