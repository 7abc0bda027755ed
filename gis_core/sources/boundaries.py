"""Boundary files in, units with codes, names and parents out."""

from pathlib import Path
from typing import Unpack

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis_core.errors import InvalidLayerError, InvalidParameterError
from gis_core.layers import BOUNDARY_COLUMNS, CheckedFrame, LayerInfo, Nature
from gis_core.remarks import Remark
from gis_core.sources.boundary_fields import (
    BoundaryFields,
    NamedFields,
    find_fields,
    name_text,
    parent_text,
)
from gis_core.sources.files import file_hash
from gis_core.sources.reference_systems import name_of
from gis_core.sources.topology import SLIVER_M2, measure_faults
from gis_core.sources.vector_files import read_raw
from gis_core.sources.vectors import code_text, finish
from gis_core.text import Text
from gis_core.units import SQUARE_METRES_PER_MU

LEVELS = ("province", "prefecture", "county", "township", "village")


def read_boundaries(
    path: Path | str,
    *,
    level: str = "county",
    datum: str = "wgs84",
    layer: str | None = None,
    where: str | None = None,
    **named: Unpack[NamedFields],
) -> CheckedFrame:
    """Read the boundaries of one level of units.

    Files and geometries are treated as by `vectors.read_vector`. Codes are kept as text
    exactly. Parts of one unit (same code, same name) are joined; a missing name stays ''.
    Overlaps and gaps of at least 1 ha between units are listed with their area.

    Parameters
    ----------
    level
        One of ``province``, ``prefecture``, ``county``, ``township``, ``village``.
    datum, layer, where
        As in `vectors.read_vector`.
    named
        ``code_field``, ``name_field``, ``name_en_field``, ``parent_field``: columns to take;
        those not given are found by their usual names, then by content.

    Returns
    -------
    layer
        Columns `BOUNDARY_COLUMNS`, geometry MultiPolygon, in the order of the file; its theme
        is `level`; ``info.extra["fields"]`` tells the columns taken; ``info.nature`` is what a
        column ``nature`` of the file says (schematic, synthetic), else given.

    Raises
    ------
    UnreadableFileError, MissingCrsError, CrsMismatchError, InvalidParameterError
        As `vectors.read_vector`, and if `level` is unknown.
    InvalidLayerError
        If there is no polygon or no code, or two units share a code.
    """
    path = Path(path)
    if level not in LEVELS:
        raise InvalidParameterError(
            f"'{level}' is not a level; choose one of {', '.join(LEVELS)}.",
            f"“{level}”不是行政级别；请选 {'、'.join(LEVELS)} 之一。",
        )
    raw = read_raw(path, layer=layer, where=where, datum=datum)
    frame, remarks, source = finish(raw, path=path, datum=datum)
    frame, more = _keep_polygons(frame, path, raw.name)
    fields = find_fields(
        pd.DataFrame(frame.drop(columns="geometry")),
        what=str(path),
        **named,
    )
    named = _named_units(frame, fields, level)
    units, merged = _one_row_a_unit(named, path, raw.name)
    remarks += more + merged + missing_names(units, file_name=path.name, layer=raw.name)
    remarks += topology_remarks(units, file_name=path.name, layer=raw.name)
    info = LayerInfo(
        theme=level,
        kind="boundaries",
        file_name=path.name,
        file_hash=file_hash(path),
        source_crs=name_of(raw.crs),
        source_datum=source,
        nature=_stated_nature(frame),
        remarks=remarks,
        extra={"layer": raw.name, "fields": vars(fields)},
    )
    return CheckedFrame(info, units)


def _stated_nature(frame: gpd.GeoDataFrame) -> Nature:
    """Return what the file's own column `nature` says, so that a schematic line stays labelled."""
    said = set(frame["nature"]) if "nature" in frame else set()
    if "schematic" in said:
        return "schematic"
    return "synthetic" if "synthetic" in said else "given"


def _keep_polygons(
    frame: gpd.GeoDataFrame, path: Path, layer: str
) -> tuple[gpd.GeoDataFrame, tuple[Remark, ...]]:
    areal = frame.geom_type.isin(["Polygon", "MultiPolygon"])
    if not areal.any():
        kinds = ", ".join(sorted(set(frame.geom_type)))
        raise InvalidLayerError(
            f"{path}: boundaries must be polygons, but layer '{layer}' holds {kinds}. Choose the "
            "polygon layer.",
            f"{path}：边界必须是面，但图层“{layer}”为 {kinds}。请选择面图层。",
        )
    remarks = tuple(
        Remark(
            path.name,
            "refused",
            Text("Not a polygon, so not a unit.", "不是面要素，不能作为行政区。"),
            Text("Import it as a layer of its own.", "请作为其他图层导入。"),
            sheet=layer,
            row=int(row),
            column="geometry",
            value=str(kind),
        )
        for row, kind in frame.geom_type[~areal].items()
    )
    return frame.loc[areal], remarks


def _named_units(frame: gpd.GeoDataFrame, fields: BoundaryFields, level: str) -> gpd.GeoDataFrame:
    def texts(field: str) -> list[str]:
        return [name_text(v) for v in frame[field]] if field else [""] * len(frame)

    parents = [parent_text(v) for v in frame[fields.parent]] if fields.parent else ""
    return gpd.GeoDataFrame(
        {
            "code": [code_text(v) for v in frame[fields.code]],
            "level": level,
            "parent_code": parents,
            "name_zh": texts(fields.name_zh),
            "name_en": texts(fields.name_en),
            "row": frame.index.to_numpy(),
        },
        geometry=np.asarray(frame.geometry.array),
        crs=4326,
    )


def _one_row_a_unit(
    named: gpd.GeoDataFrame, path: Path, layer: str
) -> tuple[gpd.GeoDataFrame, tuple[Remark, ...]]:
    """Refuse features without a code and join the parts of each unit."""
    remarks = [
        _no_code(path.name, layer, int(row)) for row in named.loc[named["code"] == "", "row"]
    ]
    coded = named[named["code"] != ""]
    if coded.empty:
        raise InvalidLayerError(
            f"{path}: no feature has a code. Name the column of codes with --code-field.",
            f"{path}：所有要素均无代码。请用 --code-field 指定代码字段。",
        )
    rows = []
    for code, parts in coded.groupby("code", sort=False):
        _refuse_different_names(path, str(code), parts)
        if len(parts) > 1:
            remarks.append(_joined(path.name, layer, str(code), parts))
        first = parts.iloc[0]
        shape = _multipolygon(shapely.union_all(np.asarray(parts.geometry.array)))
        rows.append({**{c: first[c] for c in BOUNDARY_COLUMNS[:-1]}, "geometry": shape})
    units = gpd.GeoDataFrame(rows, columns=list(BOUNDARY_COLUMNS), geometry="geometry", crs=4326)
    return units, tuple(remarks)


def _multipolygon(shape: shapely.Geometry) -> shapely.MultiPolygon:
    return shapely.multipolygons(shapely.get_parts(shapely.orient_polygons(shape)))


def _refuse_different_names(path: Path, code: str, parts: gpd.GeoDataFrame) -> None:
    names = list(dict.fromkeys(zip(parts["name_zh"], parts["name_en"], strict=True)))
    if len(names) == 1:
        return
    rows = ", ".join(str(r) for r in parts["row"])
    shown = ", ".join(zh or en or "''" for zh, en in names)
    raise InvalidLayerError(
        f"{path}: the code {code} stands on features {rows} with different names ({shown}). Give "
        "each unit its own code, or name the right column with --code-field.",
        f"{path}：第 {rows} 个要素名称不同（{shown}）但代码同为 {code}。请为各单元赋予唯一代码，"
        "或用 --code-field 指定正确的字段。",
    )


def _no_code(file_name: str, layer: str, row: int) -> Remark:
    return Remark(
        file_name,
        "refused",
        Text("The feature has no code.", "该要素没有代码。"),
        Text("Enter its code and import again.", "请补填代码后重新导入。"),
        sheet=layer,
        row=row,
        column="code",
    )


def _joined(file_name: str, layer: str, code: str, parts: gpd.GeoDataFrame) -> Remark:
    rows = ", ".join(str(r) for r in parts["row"])
    return Remark(
        file_name,
        "mended",
        Text(
            f"Features {rows} share code and name; they were joined into one unit.",
            f"第 {rows} 个要素代码与名称相同，已合并为一个多部件单元。",
        ),
        Text("Nothing to do if they are parts of one unit.", "如确为同一单元，无需处理。"),
        sheet=layer,
        row=int(parts["row"].iloc[0]),
        column="code",
        value=code,
    )


def missing_names(
    units: gpd.GeoDataFrame, *, file_name: str, layer: str = ""
) -> tuple[Remark, ...]:
    """Return a remark for each language in which units have no name."""
    remarks = []
    for column, kind in (
        ("name_zh", Text("Chinese", "中文")),
        ("name_en", Text("English", "英文")),
    ):
        missing = int((units[column] == "").sum())
        if not missing:
            continue
        remarks.append(Remark(
            file_name, "note",
            Text(f"{missing} of {len(units)} units have no {kind.en} name.",
                 f"{len(units)} 个单元中有 {missing} 个没有{kind.zh}名称。"),
            Text(f"Maps show the other name. To add it, give the file a column such as {column}.",
                 f"地图将显示另一语言的名称。如需补充，请在文件中增加 {column} 字段。"),
            sheet=layer, column=column,
        ))  # fmt: skip
    return tuple(remarks)


def topology_remarks(
    units: gpd.GeoDataFrame, *, file_name: str, layer: str = ""
) -> tuple[Remark, ...]:
    """List overlaps and gaps between units (columns of `BOUNDARY_COLUMNS`) as remarks.

    Those under 1 ha are summed in one remark.
    """
    faults = measure_faults(units)
    label = _labels(units)
    remarks = [
        _fault(
            file_name, layer, f"{label[o.first]} / {label[o.second]}", o.area_m2,
            Text(f"{label[o.first]} and {label[o.second]} overlap",
                 f"{label[o.first]}与{label[o.second]}重叠"),
        )
        for o in faults.overlaps
    ]  # fmt: skip
    for gap in faults.gaps:
        around = [label[i] for i in gap.around]
        place = f"{gap.lon:.4f}, {gap.lat:.4f}"
        what = Text(
            f"A gap at {place} between {', '.join(around)}",
            f"{'、'.join(around)}之间在 {place} 有空隙",
        )
        remarks.append(_fault(file_name, layer, " / ".join(around), gap.area_m2, what))
    if faults.slivers:
        remarks.append(
            Remark(
                file_name,
                "note",
                Text(
                    f"{faults.slivers:,} overlaps and gaps under {SLIVER_M2 / 1e4:g} ha, together "
                    f"{faults.sliver_area_m2:,.0f} m².",
                    f"小于 {SLIVER_M2 / 1e4:g} 公顷的重叠与空隙共 {faults.slivers:,} 处，"
                    f"合计 {faults.sliver_area_m2:,.0f} 平方米。",
                ),
                Text("Too small to matter for planning.", "对规划影响甚微，可忽略。"),
                sheet=layer,
                column="geometry",
                value=f"{faults.sliver_area_m2:.0f} m²",
            )
        )
    return tuple(remarks)


def _labels(units: gpd.GeoDataFrame) -> list[str]:
    return [
        f"{code} {zh or en}".strip()
        for code, zh, en in zip(units["code"], units["name_zh"], units["name_en"], strict=True)
    ]


def _fault(file_name: str, layer: str, pair: str, area_m2: float, what: Text) -> Remark:
    mu = area_m2 / SQUARE_METRES_PER_MU
    return Remark(
        file_name,
        "note",
        Text(
            f"{what.en}: {area_m2:,.0f} m² ({mu:,.0f} mu).",
            f"{what.zh}：{area_m2:,.0f} 平方米（{mu:,.0f} 亩）。",
        ),
        Text(
            "Areas and sums by unit are off by that much; correct the line in the source.",
            "各单元面积与合计会有相应误差；请在原始数据中修正界线。",
        ),
        sheet=layer,
        column="geometry",
        value=pair,
    )
