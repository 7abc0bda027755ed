"""Values of a raster band, read block by block: missing, infinite and scaled ones settled."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import MaskFlags
from rasterio.io import DatasetReader
from rasterio.windows import Window

from gis_core.errors import InvalidLayerError
from gis_core.remarks import Remark
from gis_core.text import Text

BLOCK_CELLS = 4_000_000  # read at once: 32 MB as float64
EXACT_IN_FLOAT32 = 2**24  # whole numbers up to here survive as float32


@dataclass(frozen=True)
class RasterPlan:
    """What is read and how: the band, its missing value and whether values are classes."""

    file: str
    file_name: str
    band: int
    nodata: float | None
    categorical: bool
    dtype: np.dtype[Any]
    scale: float = 1.0
    offset: float = 0.0


@dataclass
class _Counts:
    nan: int = 0
    infinite: int = 0
    fractions: int = 0
    present: set[int] = field(default_factory=set)
    cells: int = 0
    low: float = math.inf
    high: float = -math.inf
    total: float = 0.0

    def take(self, given: NDArray[Any]) -> None:
        """Add a block's values (those with data) to the figures."""
        if given.size:
            self.cells += given.size
            self.low = min(self.low, float(given.min()))
            self.high = max(self.high, float(given.max()))
            self.total += float(given.sum(dtype=np.float64))

    def settle_floats(self, raw: NDArray[Any], missing: NDArray[np.bool_]) -> None:
        """Count NaN and infinite cells and add them to `missing`."""
        finite = np.isfinite(raw)
        if finite.all():
            return
        nan = np.isnan(raw)
        self.nan += int(np.count_nonzero(nan & ~missing))
        self.infinite += int(np.count_nonzero(~finite & ~nan & ~missing))
        missing |= ~finite

    def figures(self, *, with_mean: bool) -> dict[str, Any]:
        found: dict[str, Any] = {"cells_with_data": self.cells, "min": self.low, "max": self.high}
        return found | ({"mean": self.total / self.cells} if with_mean else {})


@dataclass(frozen=True)
class BandValues:
    """Values as kept, the missing value of classes (None for surfaces: NaN), and remarks.

    `figures` holds cells_with_data, min and max, and for surfaces the mean.
    """

    values: NDArray[Any]
    nodata: int | None
    remarks: tuple[Remark, ...]
    figures: dict[str, Any]


def blocks(source: DatasetReader) -> Iterator[Window]:
    """Give full-width windows of about `BLOCK_CELLS` cells, from the first row to the last."""
    height, width = source.shape
    rows = max(1, BLOCK_CELLS // max(width, 1))
    tile_rows = source.block_shapes[0][0]
    if rows > tile_rows:
        rows -= rows % tile_rows
    for row in range(0, height, rows):
        yield Window(0, row, width, min(rows, height - row))


def _read_block(
    source: DatasetReader, plan: RasterPlan, window: Window
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Return a block's raw values and where it has no data by nodata value or mask."""
    raw = source.read(plan.band, window=window)
    missing = np.zeros(raw.shape, dtype=bool)
    if plan.nodata is not None and not np.isnan(plan.nodata):
        missing |= raw == raw.dtype.type(plan.nodata)
    if MaskFlags.per_dataset in source.mask_flag_enums[plan.band - 1]:
        missing |= source.read_masks(plan.band, window=window) == 0
    return raw, missing


def read_surface(source: DatasetReader, plan: RasterPlan) -> BandValues:
    """Read a measured band as float32, NaN where there is no data.

    Integers beyond 2²⁴ are kept as float64. Infinite cells become NaN. Stored scale and
    offset are applied.

    Raises
    ------
    InvalidLayerError
        If no cell has data.
    """
    wide = plan.dtype.kind in "iu" and plan.dtype.itemsize > 2 and _exceeds(source, plan)
    values = np.empty(source.shape, dtype=np.float64 if wide else np.float32)
    counts = _Counts()
    for window in blocks(source):
        raw, missing = _read_block(source, plan, window)
        if raw.dtype.kind == "f":
            counts.settle_floats(raw, missing)
        out = values[window.row_off : window.row_off + window.height]
        with np.errstate(over="ignore", invalid="ignore"):
            out[:] = raw if plan.scale == 1.0 and plan.offset == 0.0 else (
                raw.astype(np.float64) * plan.scale + plan.offset
            )  # fmt: skip
        if raw.dtype != out.dtype:
            beyond = np.isinf(out) & ~missing  # a float64 beyond the range of float32
            counts.infinite += int(np.count_nonzero(beyond))
            missing |= beyond
        if missing.any():
            out[missing] = np.nan
            counts.take(out[~missing])
        else:
            counts.take(out)
    if counts.cells == 0:
        raise _nothing(plan)
    return BandValues(values, None, _surface_remarks(plan, counts), counts.figures(with_mean=True))


def _exceeds(source: DatasetReader, plan: RasterPlan) -> bool:
    for window in blocks(source):
        raw, missing = _read_block(source, plan, window)
        if np.any((np.abs(raw.astype(np.float64)) > EXACT_IN_FLOAT32) & ~missing):
            return True
    return False


def read_classes(source: DatasetReader, plan: RasterPlan) -> BandValues:
    """Read a band of classes as integers with one missing value.

    The file's type and missing value are kept; a float band becomes int32. Where the file
    has a mask but no missing value, a free value at the end of the type's range is taken.

    Raises
    ------
    InvalidLayerError
        If values are fractions, no cell has data, or no value is free to mean missing.
    """
    dtype = plan.dtype if plan.dtype.kind in "iu" else np.dtype(np.int32)
    values = np.empty(source.shape, dtype=dtype)
    absent = np.zeros(source.shape, dtype=bool)
    counts = _Counts()
    for window in blocks(source):
        raw, missing = _read_block(source, plan, window)
        rows = slice(window.row_off, window.row_off + window.height)
        if raw.dtype.kind == "f":
            counts.settle_floats(raw, missing)
            given = raw[~missing]
            limits = np.iinfo(dtype)
            whole = (given == np.round(given)) & (given > limits.min) & (given < limits.max)
            counts.fractions += int(np.count_nonzero(~whole))
            raw = np.where(missing, 0, raw)
        if counts.fractions == 0:
            values[rows] = raw
            present = raw[~missing]
            counts.take(present)
            counts.present.update(np.unique(present).tolist())
        absent[rows] = missing
    if counts.fractions:
        raise InvalidLayerError(
            f"{plan.file}, band {plan.band}: {counts.fractions:,} cells are fractions, so they are "
            "no classes. Import it without --classes.",
            f"{plan.file} 第 {plan.band} 波段：{counts.fractions:,} 个像元为小数，不是分类值。"
            "请去掉 --classes 后导入。",
        )
    if absent.all():
        raise _nothing(plan)
    nodata = _missing_value(plan, dtype, counts.present, needed=bool(absent.any()))
    if nodata is not None:
        values[absent] = nodata
    return BandValues(
        values, nodata, _surface_remarks(plan, counts), counts.figures(with_mean=False)
    )


def _missing_value(
    plan: RasterPlan, dtype: np.dtype[Any], present: set[int], *, needed: bool
) -> int | None:
    limits = np.iinfo(dtype)
    stated = plan.nodata
    if stated is not None and np.isfinite(stated) and limits.min <= stated <= limits.max:
        return int(stated)
    if not needed:
        return None
    for value in (limits.max, limits.min):
        if int(value) not in present:
            return int(value)
    raise InvalidLayerError(
        f"{plan.file}: its mask hides cells, but {limits.max} and {limits.min} are both classes, "
        "so nothing is free to mean no data. Convert the raster to a wider integer type.",
        f"{plan.file}：存在掩膜，但 {limits.max} 和 {limits.min} 均为分类值，无法表示无数据。"
        "请将栅格转换为更宽的整数类型。",
    )


def _nothing(plan: RasterPlan) -> InvalidLayerError:
    nodata = "" if plan.nodata is None else f" (nodata {plan.nodata:g})"
    return InvalidLayerError(
        f"{plan.file}, band {plan.band}: no cell has data{nodata}. Choose another band with --band "
        "or another --nodata.",
        f"{plan.file} 第 {plan.band} 波段：所有像元均无数据{nodata}。请用 --band 另选波段，"
        "或用 --nodata 指定无数据值。",
    )


def _surface_remarks(plan: RasterPlan, counts: _Counts) -> tuple[Remark, ...]:
    remarks = []
    stated_nan = plan.nodata is not None and np.isnan(plan.nodata)
    if counts.nan and not stated_nan:
        remarks.append(
            Remark(
                plan.file_name,
                "note",
                Text(
                    f"{counts.nan:,} cells are NaN; they count as no data.",
                    f"有 {counts.nan:,} 个像元为 NaN，按无数据处理。",
                ),
                Text("Nothing to do if they have no data.", "如确无数据，无需处理。"),
                value="NaN",
            )
        )
    if counts.infinite:
        remarks.append(
            Remark(
                plan.file_name,
                "mended",
                Text(
                    f"{counts.infinite:,} cells are infinite; they were set to no data.",
                    f"有 {counts.infinite:,} 个像元为无穷大，已设为无数据。",
                ),
                Text(
                    "Look for a division by zero where the raster was made.",
                    "请检查生成该栅格时是否有除以零。",
                ),
                value="inf",
            )
        )
    if plan.scale != 1.0 or plan.offset != 0.0:
        remarks.append(
            Remark(
                plan.file_name,
                "note",
                Text(
                    f"Stored values were multiplied by {plan.scale:g} and {plan.offset:+g} added, "
                    "as the file says.",
                    f"已按文件声明将存储值乘以 {plan.scale:g} 再加 {plan.offset:g}。",
                ),
                Text("Nothing to do.", "无需处理。"),
                value=f"{plan.scale:g}, {plan.offset:g}",
            )
        )
    return tuple(remarks)
