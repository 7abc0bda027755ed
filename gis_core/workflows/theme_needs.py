"""What planning needs of the themes it reads, held against a layer on its way in.

A layer that no plan could use is refused before it takes the place of one that can; what a
plan would pass over or assume is remarked. Themes of other names are never touched.
"""

from dataclasses import dataclass, replace
from typing import Literal

import geopandas as gpd

from gis_core.errors import InvalidLayerError
from gis_core.layers import CheckedFrame, CheckedRaster, LayerInfo
from gis_core.relocation.result import FORMS
from gis_core.remarks import Remark
from gis_core.surfaces.speeds import load_speeds
from gis_core.surfaces.ways import ROAD_CLASS_COLUMNS
from gis_core.text import Text
from gis_core.workflows.destinations import name_columns

HIGHEST_M, LOWEST_M = 9_000.0, -500.0  # beyond any land: the raster is not in metres
MOST_LISTED = 5  # words or features named in one sentence
POINTS = ("Point",)
KINDS = {"vector": Text("a vector layer", "矢量图层"), "raster": Text("a raster", "栅格")}


@dataclass(frozen=True)
class Need:
    """The kind of layer that planning reads under a theme, and what it must hold, in words."""

    kind: Literal["vector", "raster"]
    text: Text


NEEDS: dict[str, Need] = {
    "destination": Need("vector", Text(
        f"points with kind (one of {', '.join(FORMS)}) and capacity_people (a number of people; "
        "only scattered may leave it empty), and where known destination_id, name, county_code, "
        "cost_per_person_yuan",
        f"点要素，须有 kind（{'、'.join(FORMS)} 之一）和 capacity_people（可安置人数，仅 scattered "
        "可不填），可有 destination_id、name、county_code、cost_per_person_yuan",
    )),
    "road": Need("vector", Text(
        f"lines, with the road class in {' or '.join(ROAD_CLASS_COLUMNS)} for travel times",
        f"线要素，道路等级写在 {'、'.join(ROAD_CLASS_COLUMNS)} 之一，用于计算出行时间",
    )),
    **{theme: Need("vector", Text("any shapes, distances to them are reckoned",
                                  "任意几何类型，用于计算距离"))
       for theme in ("river", "town", "pollution", "railway")},
    "protected": Need("vector", Text("areas (polygons), what lies inside is excluded",
                                     "面要素，范围内的土地将被排除")),
    "elevation": Need("raster", Text("metres above the sea", "海拔，单位为米")),
    "landcover": Need("raster", Text("classes, their names in the file given with --classes",
                                     "分类值，类别名称由 --classes 文件给出")),
    "temperature": Need("raster", Text("°C, mean of the year", "年平均气温，单位为 °C")),
    "precipitation": Need("raster", Text("mm a year", "年降水量，单位为毫米")),
    "soil_ph": Need("raster", Text("pH, 0 to 14", "pH 值，0 至 14")),
    "soil_organic_matter": Need("raster", Text("g/kg", "单位为 g/kg")),
}  # fmt: skip


def told_needs(kind: str) -> Text:
    """Return what planning needs of themes of a kind, vector or raster, as one paragraph."""
    needs = [(theme, need.text) for theme, need in NEEDS.items() if need.kind == kind]
    en = "; ".join(f"{theme}: {text.en}" for theme, text in needs)
    zh = "；".join(f"{theme}：{text.zh}" for theme, text in needs)
    return Text(f"{en}.", f"{zh}。")


def refuse_wrong_kind(theme: str, kind: str, file_name: str) -> None:
    """Refuse a vector layer under a theme that planning reads as a raster, or the reverse.

    Raises
    ------
    InvalidLayerError
        The message says what the theme needs.
    """
    need = NEEDS.get(theme)
    if need is None or need.kind == kind:
        return
    raise InvalidLayerError(
        f"{file_name}: is {KINDS[kind].en}, but planning reads '{theme}' as {KINDS[need.kind].en} "
        f"({need.text.en}). Import such a file, or give this one another theme, such as "
        f"{theme}_{kind}.",
        f"{file_name}：是{KINDS[kind].zh}，而规划分析按{KINDS[need.kind].zh}读取“{theme}”"
        f"（{need.text.zh}）。请导入相应文件，或为本文件另取主题名，如 {theme}_{kind}。",
    )


def check_features(layer: CheckedFrame) -> CheckedFrame:
    """Return a vector layer with remarks on what planning would pass over or assume.

    Raises
    ------
    InvalidLayerError
        If destinations are no points, lack kind or capacity, or repeat an identifier.
    """
    info = layer.info
    if info.theme == "destination":
        _refuse_unusable_destinations(layer)
    elif info.theme == "road":
        info = info.with_remarks(*_road_remarks(layer))
    elif info.theme == "protected" and not _has(layer.frame, "Polygon"):
        info = info.with_remarks(_waiting(
            info, "geometry", "",
            Text("There is no area among the features, so nothing is excluded.",
                 "没有面要素，不会排除任何土地。"),
            Text("Import the areas' outlines as polygons.", "请导入保护地范围的面要素。"),
        ))  # fmt: skip
    return replace(layer, info=info)


def check_cells(raster: CheckedRaster) -> CheckedRaster:
    """Return a raster with remarks on what planning would pass over or misread."""
    info = raster.info
    if info.theme == "elevation":
        info = info.with_remarks(*_elevation_remarks(info))
    elif info.theme == "landcover" and not raster.legend:
        info = info.with_remarks(_waiting(
            info, "classes", "",
            Text("The classes have no names, so a model that names classes knows none of them.",
                 "类别没有名称，模型中按名称列出的类别均无法对应。"),
            Text("Import again with --classes FILE.csv (columns value and name).",
                 "请用 --classes 文件.csv（列为 value 和 name）重新导入。")))  # fmt: skip
    return replace(raster, info=info)


def _has(frame: gpd.GeoDataFrame, kind: str) -> bool:
    return bool(frame.geom_type.isin([kind, f"Multi{kind}", "GeometryCollection"]).any())


def _refuse_unusable_destinations(layer: CheckedFrame) -> None:
    file, frame, need = layer.info.file_name, layer.frame, NEEDS["destination"].text
    try:
        named = name_columns(frame)
    except InvalidLayerError as err:
        raise InvalidLayerError(
            f"{file}: {err.text.en} Planning needs {need.en}.",
            f"{file}：{err.text.zh}规划需要：{need.zh}。",
        ) from err
    others = frame[~frame.geom_type.isin(POINTS)]
    if len(others):
        kind = others.geom_type.iloc[0]
        raise InvalidLayerError(
            f"{file}: {len(others):,} destinations are no points (first: feature "
            f"{others.index[0]}, {kind}), but travel times lead to a point. Take a point of each "
            "(in QGIS: Centroids, or Multipart to singleparts) and import again.",
            f"{file}：有{len(others)}个安置点不是点要素（首个为第{others.index[0]}个要素，{kind}），"
            "而出行时间须算到点。请各取一点（QGIS：质心，或多部件转单部件）后重新导入。",
        )
    unknown = named[~named["kind"].isin(list(FORMS))]
    if len(unknown):
        kinds = dict.fromkeys(unknown["kind"].fillna(""))
        shown = ", ".join(f"'{kind}'" for kind in list(kinds)[:MOST_LISTED])
        raise InvalidLayerError(
            f"{file}: {len(unknown):,} destinations have the unknown kind {shown} (first: "
            f"'{unknown['name'].iloc[0]}'); wanted {', '.join(FORMS)}, or their titles. Correct "
            "the column and import again.",
            f"{file}：有{len(unknown)}个安置点的 kind 为未知的 {shown}（首个为"
            f"“{unknown['name'].iloc[0]}”）；应为 {'、'.join(FORMS)} 或其中文名称。"
            "请改正后重新导入。",
        )
    again = named[named["destination_id"].duplicated(keep=False)]
    if len(again):
        code = again["destination_id"].iloc[0]
        names = again.loc[again["destination_id"] == code, "name"].astype(str)
        raise InvalidLayerError(
            f"{file}: the destination_id {code} stands twice ('{names.iloc[0]}' and "
            f"'{names.iloc[1]}'). Give each destination its own and import again.",
            f"{file}：安置点编号 {code} 重复（“{names.iloc[0]}”和“{names.iloc[1]}”）。"
            "请分别编号后重新导入。",
        )


def _road_remarks(layer: CheckedFrame) -> list[Remark]:
    info, frame = layer.info, layer.frame
    remarks = []
    if not _has(frame, "LineString"):
        remarks.append(_waiting(
            info, "geometry", "",
            Text("There is no line among the features, so no way leads along them.",
                 "没有线要素，无法沿其通行。"),
            Text("Import the roads' centre lines.", "请导入道路中心线。")))  # fmt: skip
    speeds = load_speeds()
    slowest = speeds.road_kmh["track"]
    column = next((c for c in ROAD_CLASS_COLUMNS if c in frame), None)
    if column is None:
        remarks.append(_waiting(
            info, "class", "",
            Text(f"No column tells the class of a road ({', '.join(ROAD_CLASS_COLUMNS)}), so "
                 f"travel on all of them is reckoned at {slowest:g} km/h.",
                 f"没有说明道路等级的字段（{'、'.join(ROAD_CLASS_COLUMNS)}），"
                 f"所有道路均按每小时 {slowest:g} 公里计算。"),
            Text("Add a column class, such as 国道 or primary, and import again.",
                 "请增加 class 字段（如“国道”或 primary）后重新导入。")))  # fmt: skip
        return remarks
    _, words = speeds.of_roads(frame[column].to_numpy(object))
    if words:
        shown = ", ".join(f"'{word}'" for word in words[:MOST_LISTED])
        shown += " …" if len(words) > MOST_LISTED else ""
        remarks.append(_waiting(
            info, column, "",
            Text(f"The road classes {shown} are not known; travel on them is reckoned at "
                 f"{slowest:g} km/h.",
                 f"未知的道路等级 {shown}；这些道路按每小时 {slowest:g} 公里计算。"),
            Text("Write the usual words (国道, 省道, 县道, 乡道, 村道; primary, secondary …).",
                 "请改用通行的名称（国道、省道、县道、乡道、村道或 primary、secondary 等）。"),
        ))  # fmt: skip
    return remarks


def _elevation_remarks(info: LayerInfo) -> list[Remark]:
    low, high = info.extra.get("min"), info.extra.get("max")
    if low is None or high is None or (low >= LOWEST_M and high <= HIGHEST_M):
        return []
    return [_waiting(
        info, "elevation", f"{low:g} – {high:g}",
        Text(f"The values reach from {low:g} to {high:g}; metres above the sea lie between "
             f"{LOWEST_M:g} and {HIGHEST_M:g}.",
             f"数值为 {low:g} 至 {high:g}；海拔（米）应在 {LOWEST_M:g} 至 {HIGHEST_M:g} 之间。"),
        Text("Name the value that means no data with --nodata, or convert the raster to metres.",
             "请用 --nodata 指定无数据值，或将栅格换算为米。"))]  # fmt: skip


def _waiting(info: LayerInfo, column: str, value: str, reason: Text, cure: Text) -> Remark:
    return Remark(info.file_name, "waiting", reason, cure, column=column, value=value)
