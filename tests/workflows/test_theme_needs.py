"""What planning needs of the themes it reads: refused or remarked on the way in."""

from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import xarray as xr
from shapely.geometry import LineString, Point, box

from gis_core.errors import InvalidLayerError
from gis_core.layers import CheckedFrame, CheckedRaster, LayerInfo
from gis_core.text import Text
from gis_core.workflows.theme_needs import (
    NEEDS,
    check_cells,
    check_features,
    refuse_wrong_kind,
    told_needs,
)

AT = [Point(111.1, 36.1), Point(111.2, 36.1)]
LINES = [LineString([(111, 36), (111.1, 36)]), LineString([(111, 36.1), (111.1, 36.1)])]


def layer(theme: str, geometry: list[Any] = AT, **columns: list[Any]) -> CheckedFrame:
    frame = gpd.GeoDataFrame(columns, geometry=geometry, crs=4326, index=[1, 2])
    return CheckedFrame(LayerInfo(theme, "vector", "given.gpkg", "0"), frame)


def cells(theme: str, legend: dict[int, Text] | None = None, **figures: float) -> CheckedRaster:
    info = LayerInfo(theme, "raster", "given.tif", "0", extra=dict(figures))
    return CheckedRaster(info, xr.DataArray(np.zeros((2, 2)), dims=("y", "x")), legend or {})


GOOD = {"kind": ["town", "自主分散迁移"], "capacity_people": [100, None]}


@pytest.mark.parametrize(
    ("change", "geometry", "said"),
    [
        ({"kind": None}, AT, "no column kind"),
        ({"capacity_people": None}, AT, "no column capacity_people"),
        ({"kind": ["town", "village"], "capacity_people": [1, 2]}, AT, "unknown kind 'village'"),
        ({"kind": ["town", None], "capacity_people": [1, 2]}, AT, "unknown kind ''"),
        ({"capacity_people": [100, -1]}, AT, "capacity '-1'"),
        ({"destination_id": ["a", "a"]}, AT, "destination_id a stands twice"),
        ({}, [Point(111, 36), box(111, 36, 111.1, 36.1)], "feature 2, Polygon"),
    ],
)
def test_destinations_that_no_plan_can_use_are_refused(
    change: dict[str, list[Any] | None], geometry: list[Any], said: str
) -> None:
    columns = {k: v for k, v in {**GOOD, **change}.items() if v is not None}
    with pytest.raises(InvalidLayerError, match=said) as refused:
        check_features(layer("destination", geometry, **columns))
    assert refused.value.text.en.startswith("given.gpkg: ")
    assert refused.value.text.zh.startswith("given.gpkg：")


def test_what_is_missing_is_answered_with_what_the_theme_needs() -> None:
    with pytest.raises(InvalidLayerError) as refused:
        check_features(layer("destination", name=["甲", "乙"]))
    assert NEEDS["destination"].text.en in refused.value.text.en
    assert NEEDS["destination"].text.zh in refused.value.text.zh
    told = told_needs("vector").en + told_needs("raster").en
    assert all(f"{theme}: {need.text.en}" in told for theme, need in NEEDS.items())


def test_sound_destinations_and_other_themes_are_left_alone() -> None:
    for given in (layer("destination", **GOOD), layer("river", LINES), layer("new_name")):
        assert check_features(given).info.remarks == ()


@pytest.mark.parametrize(("theme", "kind"), [("elevation", "vector"), ("destination", "raster")])
def test_a_theme_that_planning_reads_otherwise_is_refused(theme: str, kind: str) -> None:
    with pytest.raises(InvalidLayerError, match=f"another theme, such as {theme}_{kind}"):
        refuse_wrong_kind(theme, kind, "given")
    refuse_wrong_kind(f"{theme}_{kind}", kind, "given")
    refuse_wrong_kind(theme, NEEDS[theme].kind, "given")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (layer("road", LINES), "No column tells the class"),
        (layer("road", LINES, highway=["国道", "大路"]), "classes '大路' are not known"),
        (layer("road", AT, highway=["国道", "省道"]), "no line among"),
        (layer("road", LINES, highway=["国道", "primary"]), ""),
        (layer("protected", LINES), "no area among"),
        (cells("elevation", min=-32768.0, max=2000.0), "from -32768 to 2000"),
        (cells("elevation", min=200.0, max=2000.0), ""),
        (cells("landcover"), "classes have no names"),
        (cells("landcover", {1: Text("a", "甲")}), ""),
    ],
)
def test_what_planning_would_assume_is_said(given: CheckedFrame | CheckedRaster, said: str) -> None:
    checked = check_features(given) if isinstance(given, CheckedFrame) else check_cells(given)
    reasons = [remark.reason.en for remark in checked.info.remarks]
    assert len(reasons) == bool(said)
    assert all(said in reason for reason in reasons)
    assert all(remark.action == "waiting" for remark in checked.info.remarks)
