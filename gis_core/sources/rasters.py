"""Raster files in, checked rasters out: measured surfaces and classes."""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import rioxarray  # noqa: F401  (registers the .rio accessor)
import xarray as xr
from affine import Affine
from pyproj import CRS
from pyproj.exceptions import ProjError
from rasterio.enums import ColorInterp
from rasterio.errors import CRSError, NotGeoreferencedWarning, RasterioError
from rasterio.io import DatasetReader

from gis_core.errors import InvalidLayerError, InvalidParameterError, UnreadableFileError
from gis_core.layers import CheckedRaster, LayerInfo
from gis_core.remarks import Remark
from gis_core.sources.files import RASTER_SUFFIXES, file_hash, opened
from gis_core.sources.legends import read_legend
from gis_core.sources.raster_values import BandValues, RasterPlan, read_classes, read_surface
from gis_core.sources.reference_systems import check_bounds, datum_of, missing_crs, name_of
from gis_core.text import Text

CATEGORICAL_THEMES = ("landcover", "land_cover", "landuse", "land_use")
WORKING_COPIES = 3  # of the values, while a raster is read, checked and stored
MAX_LISTED = 12  # class values named in one sentence
MEMINFO = Path("/proc/meminfo")


def read_raster(
    path: Path | str,
    *,
    theme: str,
    band: int = 1,
    nodata: float | None = None,
    classes: Path | str | None = None,
) -> CheckedRaster:
    """Read one band of any GDAL raster and hand it over checked, in its own CRS and grid.

    A measured surface becomes float32 with NaN for no data (float64 where float32 would lose
    whole numbers); stored scale and offset are applied. A raster is one of classes when
    `classes` is given, `theme` is land cover or land use, or the band has a colour table: it
    keeps its integers, with ``_FillValue`` as missing value. Rows run north to south.

    Parameters
    ----------
    band
        From 1.
    nodata
        The value that means no data, instead of what the file says.
    classes
        CSV with the columns ``value`` and ``name`` or ``name_zh`` and ``name_en``.

    Returns
    -------
    raster
        Dims (y, x), coordinates of cell centres in the file's CRS; cells may be oblong.

    Raises
    ------
    UnreadableFileError
        If the file is missing, empty, truncated, no raster, or larger than free memory.
    MissingCrsError, CrsMismatchError
        If there is no CRS, or the raster cannot lie in the claimed one.
    InvalidLayerError
        If the raster is rotated, has no position, complex numbers or no data at all.
    InvalidParameterError
        If `band` or `nodata` lies outside what the file can hold.
    """
    path = Path(path)
    legend, remarks = read_legend(Path(classes)) if classes is not None else ({}, ())
    with (
        opened(path, suffixes=RASTER_SUFFIXES, member=None) as file,
        _dataset(path, file) as source,
    ):
        _refuse_unplaced(path, source)
        crs = _checked_crs(path, source)
        plan, more = _plan(path, source, theme=theme, band=band, nodata=nodata, legend=bool(legend))
        _refuse_too_large(path, source, plan)
        read = read_classes(source, plan) if plan.categorical else read_surface(source, plan)
        array, turned = _as_array(source, plan, read, crs)
    remarks += more + read.remarks + turned
    if legend:
        remarks += _unnamed_values(plan, array, legend)
    info = LayerInfo(
        theme=theme,
        kind="raster",
        file_name=path.name,
        file_hash=file_hash(path),
        source_crs=name_of(crs),
        source_datum=datum_of(crs),
        remarks=remarks,
        extra=_figures(plan, array, read),
    )
    return CheckedRaster(info, array.rename(theme), legend)


@contextmanager
def _dataset(path: Path, file: Path) -> Iterator[DatasetReader]:
    """Open a raster; what GDAL says against it while open becomes an own error."""
    with file.open("rb") as stream:
        virtual = stream.read(512).lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<VRTDataset")
    if virtual and (file != path or file.suffix.lower() != ".vrt"):
        raise UnreadableFileError(
            f"{path}: is a virtual raster that points to other files. Import those files, or "
            "convert it with gdal_translate.",
            f"{path}：这是引用其他文件的虚拟栅格。请导入原文件，或用 gdal_translate 转换。",
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)  # refused in words instead
            with rasterio.open(file) as source:
                yield source
    except (RasterioError, CRSError, UnicodeDecodeError) as err:
        said = " ".join(str(err.__cause__ or err).split())[:200]
        raise UnreadableFileError(
            f"{path}: is damaged, incomplete or no raster ({said}). Copy or export it again.",
            f"{path}：文件已损坏、不完整或不是栅格（{said}）。请重新复制或导出。",
        ) from err


def _refuse_unplaced(path: Path, source: DatasetReader) -> None:
    if source.count == 0:
        inside = ", ".join(s.rsplit(":", 1)[-1] for s in source.subdatasets) or "-"
        raise InvalidLayerError(
            f"{path}: holds no band itself but {inside}. Export the one you want as GeoTIFF "
            "(gdal_translate).",
            f"{path}：文件本身没有波段，内含 {inside}。"
            "请将所需变量导出为 GeoTIFF（gdal_translate）。",
        )
    transform = source.transform
    if source.crs is not None and transform == Affine.identity():
        raise InvalidLayerError(
            f"{path}: has a CRS but no position (its corner and cell size are missing). "
            "Georeference it in a GIS.",
            f"{path}：有坐标系但没有位置信息（缺少角点坐标与像元大小）。请在 GIS 中配准。",
        )
    if transform.b or transform.d:
        raise InvalidLayerError(
            f"{path}: its rows do not run west to east (the raster is rotated). Straighten it with "
            "gdalwarp and import again.",
            f"{path}：栅格存在旋转，行方向不是东西向。请用 gdalwarp 校正后重新导入。",
        )


def _checked_crs(path: Path, source: DatasetReader) -> CRS:
    if source.crs is None:
        raise missing_crs(str(path))
    try:
        crs = CRS.from_user_input(source.crs.to_wkt())
    except ProjError as err:
        raise missing_crs(str(path)) from err
    left, bottom, right, top = source.bounds
    bounds = (min(left, right), min(bottom, top), max(left, right), max(bottom, top))
    if crs.is_geographic:  # whole-earth rasters reach half a cell past the date line or a pole
        half_x, half_y = abs(source.transform.a) / 2, abs(source.transform.e) / 2
        min_x, min_y, max_x, max_y = bounds
        bounds = (
            -180.0 if -180 - half_x <= min_x < -180 else min_x,
            -90.0 if -90 - half_y <= min_y < -90 else min_y,
            180.0 if 180 < max_x <= 180 + half_x else max_x,
            90.0 if 90 < max_y <= 90 + half_y else max_y,
        )
    check_bounds(bounds, crs, what=str(path))
    return crs


def _plan(
    path: Path,
    source: DatasetReader,
    *,
    theme: str,
    band: int,
    nodata: float | None,
    legend: bool,
) -> tuple[RasterPlan, tuple[Remark, ...]]:
    if not 1 <= band <= source.count:
        raise InvalidParameterError(
            f"{path}: has no band {band}; choose 1 to {source.count} with --band.",
            f"{path}：没有第 {band} 波段；请用 --band 指定 1 至 {source.count}。",
        )
    kind = source.dtypes[band - 1]
    if kind.startswith("complex"):
        raise InvalidLayerError(
            f"{path}, band {band}: holds complex numbers ({kind}). Export amplitude or the like "
            "as real numbers.",
            f"{path} 第 {band} 波段：为复数（{kind}）。请导出为实数（如幅值）。",
        )
    dtype = np.dtype(kind)
    remarks: tuple[Remark, ...] = ()
    if nodata is not None and not _representable(nodata, dtype):
        raise InvalidParameterError(
            f"{path}: --nodata {nodata:g} cannot occur in band {band} of type {dtype}"
            f"{_range_of(dtype)}. Name a value that occurs.",
            f"{path}：--nodata {nodata:g} 不可能出现在 {dtype} 类型的第 {band} 波段中"
            f"{_range_of(dtype)}。请指定实际出现的值。",
        )
    stated = source.nodatavals[band - 1] if nodata is None else nodata
    if stated is not None and not _representable(stated, dtype):
        remarks = (_impossible_nodata(path.name, float(stated), dtype),)
        stated = None
    palette = source.colorinterp[band - 1] == ColorInterp.palette
    categorical = legend or theme.lower() in CATEGORICAL_THEMES or palette
    scale, offset = float(source.scales[band - 1]), float(source.offsets[band - 1])
    plan = RasterPlan(
        str(path), path.name, band, stated, categorical, dtype,
        1.0 if categorical else scale, 0.0 if categorical else offset,
    )  # fmt: skip
    return plan, remarks


def _representable(value: float, dtype: np.dtype[Any]) -> bool:
    if dtype.kind == "f":
        return bool(np.isnan(value) or np.isinf(value) or abs(value) <= np.finfo(dtype).max)
    limits = np.iinfo(dtype)
    return bool(np.isfinite(value)) and limits.min <= value <= limits.max and value == int(value)


def _range_of(dtype: np.dtype[Any]) -> str:
    if dtype.kind == "f":
        return ""
    return f" ({np.iinfo(dtype).min} – {np.iinfo(dtype).max})"


def _impossible_nodata(file_name: str, value: float, dtype: np.dtype[Any]) -> Remark:
    return Remark(
        file_name,
        "note",
        Text(
            f"The file says {value:g} means no data, which a band of type {dtype} cannot hold; it "
            "was ignored.",
            f"文件声明的无数据值 {value:g} 超出 {dtype} 类型的范围，已忽略。",
        ),
        Text("Name the real one with --nodata.", "请用 --nodata 指定实际的无数据值。"),
        value=f"{value:g}",
    )


def available_bytes() -> int:
    """Return the memory, in bytes, that can be taken without swapping."""
    try:
        for line in MEMINFO.read_text("ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass  # not Linux
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _refuse_too_large(path: Path, source: DatasetReader, plan: RasterPlan) -> None:
    height, width = source.shape
    item = plan.dtype.itemsize if plan.categorical else max(4, min(plan.dtype.itemsize, 8))
    needed, free = height * width * item * WORKING_COPIES, available_bytes()
    if needed > free:
        raise UnreadableFileError(
            f"{path}: {width:,} x {height:,} cells need {needed / 1024**3:.1f} GiB of memory, "
            f"{free / 1024**3:.1f} are free. Cut it to the region (gdal_translate -projwin) or "
            "make its cells larger (gdalwarp -tr), and import again.",
            f"{path}："
            f"{width:,} × {height:,} 个像元需要 {needed / 1024**3:.1f} GiB 内存，"
            f"现仅有 {free / 1024**3:.1f} GiB。"
            "请裁剪至区域范围（gdal_translate -projwin）或增大像元"
            "（gdalwarp -tr）后重新导入。",
        )


def _as_array(
    source: DatasetReader, plan: RasterPlan, read: BandValues, crs: CRS
) -> tuple[xr.DataArray, tuple[Remark, ...]]:
    """Return the values as a north-up DataArray; a raster stored otherwise is turned."""
    values, transform = read.values, source.transform
    height, width = values.shape
    remarks: tuple[Remark, ...] = ()
    if transform.e > 0:
        values = values[::-1]
        transform = Affine(transform.a, 0, transform.c, 0, -transform.e,
                           transform.f + transform.e * height)  # fmt: skip
        remarks = (_turned(plan, Text("south to north", "自南向北")),)
    if transform.a < 0:
        values = values[:, ::-1]
        transform = Affine(-transform.a, 0, transform.c + transform.a * width, 0,
                           transform.e, transform.f)  # fmt: skip
        remarks += (_turned(plan, Text("east to west", "自东向西")),)
    array = xr.DataArray(
        np.ascontiguousarray(values),
        dims=("y", "x"),
        coords={
            "y": transform.f + (np.arange(height) + 0.5) * transform.e,
            "x": transform.c + (np.arange(width) + 0.5) * transform.a,
        },
    )
    array = array.rio.write_crs(crs).rio.write_transform(transform)
    if not plan.categorical:
        array = array.rio.write_nodata(np.nan)
    elif read.nodata is not None:
        array = array.rio.write_nodata(read.nodata)
    return array, remarks


def _turned(plan: RasterPlan, how: Text) -> Remark:
    return Remark(
        plan.file_name,
        "mended",
        Text(
            f"The raster was stored {how.en}; it was turned. Every cell keeps its place.",
            f"栅格按{how.zh}方向存储，已翻转；各像元位置不变。",
        ),
        Text("Nothing to do.", "无需处理。"),
    )


def _unnamed_values(
    plan: RasterPlan, array: xr.DataArray, legend: dict[int, Text]
) -> tuple[Remark, ...]:
    present = set(np.unique(array.to_numpy()).tolist()) - {array.attrs.get("_FillValue")}
    unnamed = sorted(int(v) for v in present - set(legend))
    if not unnamed:
        return ()
    listed = ", ".join(str(v) for v in unnamed[:MAX_LISTED])
    more = len(unnamed) - MAX_LISTED
    listed += f" … (+{more})" if more > 0 else ""
    return (
        Remark(
            plan.file_name,
            "note",
            Text(f"The legend does not name the values {listed}.", f"图例未说明以下值：{listed}。"),
            Text("Add them to the file given with --classes.", "请在 --classes 文件中补充。"),
            value=listed,
        ),
    )


def _figures(plan: RasterPlan, array: xr.DataArray, read: BandValues) -> dict[str, Any]:
    transform = array.rio.transform()
    return {
        "band": plan.band,
        "width": int(array.shape[1]),
        "height": int(array.shape[0]),
        "cell_x": float(transform.a),
        "cell_y": float(-transform.e),
        "stored_type": str(plan.dtype),
        "stored_nodata": None if plan.nodata is None else float(plan.nodata),
        "categorical": plan.categorical,
        **read.figures,
    }
