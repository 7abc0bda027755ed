"""What is said of a datum that could not be tested, once a file, with the reason."""

from dataclasses import replace

import numpy as np

from gis_core.grid import Bounds
from gis_core.layers import LayerInfo
from gis_core.remarks import Remark
from gis_core.sources.datum import SHOWN, STILL_M, DatumFinding, wgs84_offset_m
from gis_core.text import Text

COLUMN = "datum"  # of every remark on a datum, so that no second one is added
OFFSET = ("gcj02", "bd09")
NO_REFERENCE = Text(
    "the workspace holds no other layer of this theme to compare with",
    "工作区中没有同一主题的图层可供比对",
)


def moved_by_web_maps(bounds: Bounds) -> bool:
    """True if Chinese web maps move some corner of `bounds` (degrees), as they do inside China."""
    min_x, min_y, max_x, max_y = bounds
    if not np.isfinite(bounds).all():
        return False
    corners = [(x, y) for x in (min_x, max_x) for y in (min_y, max_y)]
    corners.append(((min_x + max_x) / 2, (min_y + max_y) / 2))
    return any(wgs84_offset_m(lon, lat, "gcj02") >= STILL_M for lon, lat in corners)


def spoken_of(*words: str) -> str:
    """Return the offset datum (``gcj02``, ``bd09``) that a file's name or headers name, or ""."""
    text = " ".join(words).lower().replace("-", "").replace("_", "").replace(" ", "")
    return next((datum for datum in OFFSET if datum in text), "")


def untested(file_name: str, reason: Text, *, headers: tuple[str, ...] = ()) -> Remark:
    """Return the remark that a vector layer's datum was not tested; `reason` says why."""
    said = spoken_of(file_name, *headers)
    named = Text(
        f" The file itself speaks of {SHOWN[said]}." if said else "",
        f"文件名或字段提到 {SHOWN[said]}。" if said else "",
    )
    which = said or "gcj02 or bd09"
    return Remark(
        file_name, "waiting" if said else "note",
        Text(f"The datum was not tested: {reason.en}. The positions were taken as the file states "
             f"them.{named.en}",
             f"未检验坐标基准：{reason.zh}，坐标按文件声明采用。{named.zh}"),
        Text(f"If the file comes from a Chinese web map, import it with --datum {which}; --datum "
             "wgs84 says that it does not.",
             f"如数据来自国内网络地图，请用 --datum {said or 'gcj02 或 bd09'} 重新导入；"
             "如确非如此，可用 --datum wgs84 声明。"),
        column=COLUMN, value=said or "auto",
    )  # fmt: skip


def against_unsure(finding: DatumFinding, held: LayerInfo) -> DatumFinding:
    """Return a finding that says why the kept layer `held`, the reference, is no sure one."""
    if held.source_datum in OFFSET:
        shown = SHOWN[held.source_datum]
        why = Text(
            f"The layer compared with, {held.file_name}, was itself found in {shown} and was "
            "converted for this comparison only.",
            f"比对对象 {held.file_name} 此前判定为 {shown}，仅为本次比对作了转换。",
        )
    else:
        why = Text(
            f"The datum of the layer compared with, {held.file_name}, was never tested: this holds "
            "if that one is in WGS 84.",
            f"比对对象 {held.file_name} 的基准未经检验：仅当其为 WGS 84 时上述结论成立。",
        )
    text = Text(f"{finding.text.en} {why.en}", f"{finding.text.zh}{why.zh}")
    cure = Text(
        f"{finding.cure.en} If it is {held.file_name} that came from a web map, import that one "
        "again with its --datum.",
        f"{finding.cure.zh}如来自网络地图的是 {held.file_name}，请用 --datum 重新导入该文件。",
    )
    return replace(finding, text=text, cure=cure)


def untested_raster(file_name: str, crs: str, datum: str) -> Remark:
    """Return the remark that a raster in China cannot have its datum tested.

    `crs` and `datum` are what the file claims.
    """
    said = spoken_of(file_name)
    named = Text(
        f" The file itself speaks of {SHOWN[said]}." if said else "",
        f"文件名提到 {SHOWN[said]}。" if said else "",
    )
    return Remark(
        file_name, "waiting" if said else "note",
        Text("The datum was not tested: a raster has no lines or points to hold against a "
             f"reference. Its cells stand where the file says ({crs}, {datum}).{named.en}",
             "未检验坐标基准：栅格没有可与参考图层比对的线或点，像元位置按文件声明"
             f"（{crs}，{datum}）采用。{named.zh}"),
        Text("Elevation models and satellite products are usually in WGS 84: nothing to do. A "
             "picture saved from a Chinese web map lies some 500 m off: compare it with rivers "
             "and roads on the map, and if it does, georeference it again in a GIS and import it "
             "(a raster is never shifted here).",
             "高程模型和卫星产品一般为 WGS 84，无需处理。从国内网络地图保存的图像会偏移约 500 米："
             "请在地图上与河流、道路对照，如有偏移，请在 GIS 中重新配准后导入"
             "（栅格不会自动移动）。"),
        column=COLUMN, value=said or datum,
    )  # fmt: skip
