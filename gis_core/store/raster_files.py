"""Raster files of a workspace: cloud-optimised GeoTIFFs, written whole or not at all."""

import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import rasterio
import rioxarray
import xarray as xr
from rasterio._err import CPLE_BaseError  # what GDAL says while a file is closed
from rasterio.errors import RasterioError

from gis_core.errors import NotFoundError, StorageError
from gis_core.provenance import hash_file

BLOCK = 512  # cells; the side of a tile inside the file
ORPHAN_AGE_S = 3600.0  # a file this old without a catalogue row was left by a killed process


@dataclass(frozen=True)
class WrittenRaster:
    """A written file: name in the raster folder, SHA-256, and what the catalogue tells of it."""

    file_name: str
    file_hash: str
    crs: str
    transform: tuple[float, ...]
    height: int
    width: int
    dtype: str
    nodata: float | None
    statistics: dict[str, float | int | None]


def write_cog(array: xr.DataArray, path: Path) -> None:
    """Write `array` (dims y, x; with CRS) to `path` as a cloud-optimised GeoTIFF.

    Float surfaces carry NaN as nodata; integers their `_FillValue`, if any.

    Raises
    ------
    StorageError
        If the disk is full or the folder not writable; no file is left.
    """
    values = np.asarray(array)
    values = values.astype(np.uint8) if values.dtype == bool else values
    nodata = np.nan if values.dtype.kind == "f" else array.rio.nodata
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.part")
    profile = {
        "driver": "COG", "height": values.shape[0], "width": values.shape[1], "count": 1,
        "dtype": values.dtype.name, "crs": array.rio.crs, "transform": array.rio.transform(),
        "nodata": nodata, "compress": "ZSTD", "predictor": "YES", "blocksize": BLOCK,
        "level": 1, "overview_resampling": "nearest" if values.dtype.kind != "f" else "average",
        "num_threads": "ALL_CPUS", "bigtiff": "IF_SAFER",
    }  # fmt: skip
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with rasterio.open(part, "w", **profile) as file:
            file.write(values, 1)
        _check_whole(part, values)
        os.replace(part, path)
    except (OSError, RasterioError, CPLE_BaseError) as err:
        for left in path.parent.glob(f"{part.name}*"):
            left.unlink(missing_ok=True)
        raise StorageError(
            f"{path}: the raster could not be written ({err}). Free some space or choose another "
            "folder; nothing was changed.",
            f"{path}:栅格无法写入({err})。请清理磁盘空间或更换目录;数据未作任何更改。",
        ) from err


def _check_whole(path: Path, values: np.ndarray) -> None:
    """Read the last row back: GDAL may close a file on a full disk without an error."""
    with rasterio.open(path) as file:
        last = rasterio.windows.Window(0, file.height - 1, file.width, 1)
        if not np.array_equal(
            file.read(1, window=last)[0], values[-1], equal_nan=_is_float(values)
        ):
            raise OSError("what was written cannot be read back")


def _is_float(values: np.ndarray) -> bool:
    return values.dtype.kind == "f"


def read_cog(path: Path) -> xr.DataArray:
    """Read a raster file whole: dims (y, x), CRS set; float surfaces have NaN for no data.

    Raises
    ------
    NotFoundError
        If the catalogue's file is gone from the folder.
    """
    try:
        opened = rioxarray.open_rasterio(path, cache=False)
        array = cast(xr.DataArray, opened).squeeze("band", drop=True).load()
        array.close()
    except (OSError, RasterioError) as err:
        raise NotFoundError(
            f"{path}: the catalogue's raster file cannot be read ({err}). Import the layer again.",
            f"{path}:目录中的栅格文件无法读取({err})。请重新导入该图层。",
        ) from err
    array.attrs = {k: v for k, v in array.attrs.items() if k == "_FillValue"}
    return array


class RasterFolder:
    """The folder of a workspace's rasters."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def writing(self, arrays: dict[str, xr.DataArray]) -> Iterator[dict[str, WrittenRaster]]:
        """Write `arrays`; whatever fails inside the block takes the files away again."""
        written: dict[str, WrittenRaster] = {}
        try:
            for name, array in arrays.items():
                written[name] = self._write(name, array)
            yield written
        except BaseException:
            for raster in written.values():
                (self.folder / raster.file_name).unlink(missing_ok=True)
            raise

    def _write(self, name: str, array: xr.DataArray) -> WrittenRaster:
        safe = "".join(c if c.isalnum() or c in "-_" else "_" for c in name)[:40]
        path = self.folder / f"{safe}-{uuid.uuid4().hex[:12]}.tif"
        write_cog(array, path)
        nodata = None if array.dtype.kind == "f" else array.rio.nodata
        return WrittenRaster(
            path.name, hash_file(path), str(array.rio.crs.to_string()),
            tuple(float(v) for v in list(array.rio.transform())[:6]), array.shape[0],
            array.shape[1], array.dtype.name, None if nodata is None else float(nodata),
            statistics_of(array),
        )  # fmt: skip

    def remove_orphans(self, known: set[str]) -> list[str]:
        """Remove files that no catalogue row names and that are older than an hour."""
        removed: list[str] = []
        if not self.folder.is_dir():
            return removed
        for path in self.folder.iterdir():
            old = time.time() - path.stat().st_mtime > ORPHAN_AGE_S
            if path.is_file() and path.name not in known and old:
                path.unlink(missing_ok=True)
                removed.append(path.name)
        return removed


def statistics_of(array: xr.DataArray) -> dict[str, float | int | None]:
    """Return valid cells, minimum, maximum and mean over valid cells (None without any)."""
    values = np.asarray(array)
    nodata = array.rio.nodata
    if values.dtype.kind == "f":
        valid = values[np.isfinite(values)]
    else:
        valid = values.ravel() if nodata is None else values[values != nodata]
    if valid.size == 0:
        return {"valid_cells": 0, "min": None, "max": None, "mean": None}
    return {
        "valid_cells": int(valid.size),
        "min": float(valid.min()),
        "max": float(valid.max()),
        "mean": float(valid.mean(dtype=np.float64)),
    }
