"""The destinations of a relocation, under the names that the planning wants."""

import geopandas as gpd
import pandas as pd

from gis_core.errors import InvalidLayerError, NotFoundError
from gis_core.relocation.result import FORMS
from gis_core.store.workspace import Workspace
from gis_core.workflows.workspace import county_units, has_units

COLUMNS = {
    "destination_id": ("destination_id", "id", "code", "编号", "安置点编号"),
    "name": ("name", "name_zh", "name_en", "名称", "安置点", "安置点名称"),
    "kind": ("kind", "form", "安置方式", "类型"),
    "county_code": ("county_code", "县代码"),
    "capacity_people": ("capacity_people", "capacity", "容量", "可安置人数", "安置人数"),
}
SCATTERED = "scattered"  # the one form that needs no room


def destinations_of(workspace: Workspace) -> gpd.GeoDataFrame:
    """Return the destinations kept: destination_id, name, kind, county_code, capacity_people.

    Usual other headers are known; identifiers that lack are numbered, counties that lack are those
    that the places lie in. `kind` is one of `FORMS` or its Chinese or English title.

    Raises
    ------
    NotFoundError
        If no destinations were imported.
    InvalidLayerError
        If `kind` or `capacity_people` lack, or a kind or a number cannot be read.
    """
    if not workspace.has_layer("destination"):
        raise NotFoundError(
            "The workspace holds no destinations to move to: upland import layer destination FILE "
            "(columns destination_id, name, kind, county_code, capacity_people).",
            "工作区中没有安置点：请运行 upland import layer destination 文件"
            "（字段 destination_id、name、kind、county_code、capacity_people）。",
        )
    found = name_columns(workspace.features("destination"))
    if "county_code" not in found:
        found["county_code"] = _counties(workspace, found)
    return found


def name_columns(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return `layer` with the planning's columns, its county only where the layer tells it.

    Raises
    ------
    InvalidLayerError
        As `destinations_of`.
    """
    found = layer.reset_index(drop=True)
    for name, headers in COLUMNS.items():
        given = next((h for h in headers if h in found), None)
        if given is not None and given != name:
            found[name] = found[given]
    missing = [c for c in ("kind", "capacity_people") if c not in found]
    if missing:
        columns = ", ".join(str(c) for c in layer.columns if c != layer.geometry.name)
        raise InvalidLayerError(
            f"The destinations have no column {' and '.join(missing)} (found: {columns}). Add it "
            f"and import again; kind is one of {', '.join(FORMS)}, capacity_people a number.",
            f"安置点数据缺少字段 {'、'.join(missing)}（现有：{columns}）。请补充后重新导入；"
            f"kind 取 {'、'.join(FORMS)} 之一，capacity_people 为可安置人数。",
        )
    if "destination_id" not in found:
        found["destination_id"] = [str(number) for number in range(1, len(found) + 1)]
    if "name" not in found:
        found["name"] = found["destination_id"]
    titles = {t: form for form, title in FORMS.items() for t in (title.en, title.zh)}
    found["kind"] = found["kind"].map(lambda kind: titles.get(kind, kind))
    found["capacity_people"] = _capacity(found)
    return found


def _capacity(found: gpd.GeoDataFrame) -> pd.Series:
    numbers = pd.to_numeric(found["capacity_people"], errors="coerce")
    bad = ~(numbers >= 0) & ((found["kind"] != SCATTERED) | found["capacity_people"].notna())
    if bad.any():
        first = found[bad].iloc[0]
        raise InvalidLayerError(
            f"Destination '{first['name']}' has the capacity '{first['capacity_people']}'; wanted "
            "a number of people, 0 or more. Correct it and import again.",
            f"安置点“{first['name']}”的容量为“{first['capacity_people']}”；应为不小于 0 的人数。"
            "请改正后重新导入。",
        )
    return numbers


def _counties(workspace: Workspace, found: gpd.GeoDataFrame) -> list[str]:
    """Return the code of the county that each destination lies in, empty outside of all."""
    if not has_units(workspace):
        return [""] * len(found)
    units = county_units(workspace)[["code", "geometry"]].rename(columns={"code": "_unit"})
    lies = gpd.sjoin(found, units, how="left", predicate="intersects")
    return list(lies.groupby(level=0)["_unit"].first().fillna("").astype(str))
