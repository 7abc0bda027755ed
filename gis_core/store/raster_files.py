"""Raster files of a workspace: cloud-optimised GeoTIFFs, written whole or not at all."""

import fcntl
import hashlib
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import rioxarray
import xarray as xr
from numpy.typing import NDArray
from rasterio.errors import RasterioError
from rasterio.io import MemoryFile

from gis_core.errors import DatabaseError, MissingCrsError, NotFoundError, StorageError
from gis_core.words import refusal
from gis_core.writing import written_whole

BLOCK = 512  # cells; the side of a tile inside the file
CLASSES_COUNTED = 256  # whole numbers with at most so many values are counted by value
LOCK = ".writers.lock"


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
    statistics: dict[str, Any]


def write_cog(array: xr.DataArray, path: Path) -> str:
    """Write `array` (dims y, x; with CRS) to `path` as a cloud-optimised GeoTIFF.

    Float surfaces carry NaN as nodata (their `_FillValue` becomes NaN); integers their
    `_FillValue`, if any; truth values become 0 and 1. Returns the file's SHA-256.

    Raises
    ------
    MissingCrsError
        If the array has no CRS.
    StorageError
        If the folder is missing or not writable, or the disk is full; no file is left.
    """
    content = _encoded(array, *_values_and_nodata(array))
    with written_whole(path) as part:
        part.write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def _encoded(array: xr.DataArray, values: NDArray[Any], nodata: float | None) -> bytes:
    """Encode in memory: GDAL may close a file on a full disk without an error."""
    if array.rio.crs is None:
        raise MissingCrsError(
            "A raster has no CRS. Assign one, such as EPSG:4546, and try again.",
            "栅格没有坐标系。请指定坐标系（如 EPSG:4546）后重试。",
        )
    profile = {
        "driver": "COG", "height": values.shape[0], "width": values.shape[1], "count": 1,
        "dtype": values.dtype.name, "crs": array.rio.crs, "transform": array.rio.transform(),
        "nodata": nodata, "compress": "ZSTD", "predictor": "YES", "blocksize": BLOCK,
        "level": 1, "overview_resampling": "nearest" if values.dtype.kind != "f" else "average",
        "num_threads": "ALL_CPUS", "bigtiff": "IF_SAFER",
    }  # fmt: skip
    with MemoryFile() as memory:
        with memory.open(**profile) as file:
            file.write(values, 1)
        return bytes(memory.getbuffer())


def _values_and_nodata(array: xr.DataArray) -> tuple[NDArray[Any], float | None]:
    values = np.asarray(array)
    nodata = array.rio.nodata
    if values.dtype.kind == "f":
        if nodata is not None and not np.isnan(nodata):
            values = np.where(values == values.dtype.type(nodata), np.nan, values)
        return values, np.nan
    if values.dtype == bool:
        values = values.astype(np.uint8)
    return values, None if nodata is None else float(nodata)


def _unwritable(path: Path, err: OSError) -> StorageError:
    return StorageError(
        f"{path}: the raster could not be written ({refusal(err).en}). Free some space or choose "
        "another folder; nothing was changed.",
        f"{path}：栅格无法写入（{refusal(err).zh}）。请清理磁盘空间或更换目录；数据未作任何更改。",
    )


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
            f"{path}：目录中的栅格文件无法读取（{err}）。请重新导入该图层。",
        ) from err
    array.attrs = {k: v for k, v in array.attrs.items() if k == "_FillValue"}
    return array


class RasterFolder:
    """The folder of a workspace's rasters."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def writing(self, arrays: dict[str, xr.DataArray]) -> Iterator[dict[str, WrittenRaster]]:
        """Write `arrays`; whatever fails inside the block takes the files away again.

        A lost database leaves them: its commit may have happened. Who opens the workspace next
        removes them if no row names them.
        """
        if not arrays:
            yield {}
            return
        written: dict[str, WrittenRaster] = {}
        with self._lock(fcntl.LOCK_SH):
            try:
                for name, array in arrays.items():
                    written[name] = self._write(name, array)
                yield written
            except DatabaseError:
                raise
            except BaseException:
                for raster in written.values():
                    with suppress(OSError):
                        (self.folder / raster.file_name).unlink(missing_ok=True)
                raise

    def _write(self, name: str, array: xr.DataArray) -> WrittenRaster:
        safe = "".join(c if c.isalnum() or c in "-_" else "_" for c in name)[:40]
        path = self.folder / f"{safe}-{uuid.uuid4().hex[:12]}.tif"
        file_hash = write_cog(array, path)
        values, nodata = _values_and_nodata(array)
        return WrittenRaster(
            path.name, file_hash, str(array.rio.crs.to_string()),
            tuple(float(v) for v in list(array.rio.transform())[:6]), array.shape[0],
            array.shape[1], values.dtype.name, None if values.dtype.kind == "f" else nodata,
            statistics_of(values, nodata),
        )  # fmt: skip

    def files(self) -> list[Path]:
        """Return the raster files, whole or begun, that are in the folder."""
        return [*self.folder.glob("*.tif"), *self.folder.glob(".*.tif.*.part")]

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Give True, and keep writers waiting, where no process is writing rasters; else False."""
        if not self.folder.is_dir():
            yield False
            return
        try:
            with self._lock(fcntl.LOCK_EX | fcntl.LOCK_NB):
                yield True
        except BlockingIOError:
            yield False

    @contextmanager
    def _lock(self, how: int) -> Iterator[None]:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as err:
            raise _unwritable(self.folder, err) from err
        try:
            fcntl.flock(lock, how)
            yield
        finally:
            os.close(lock)


def statistics_of(values: NDArray[Any], nodata: float | None) -> dict[str, Any]:
    """Return cells, valid_cells, min, max, mean and std over valid cells (None without any).

    Whole numbers of few values are also counted by value. `nodata` NaN means NaN cells.
    """
    if values.dtype.kind == "f":
        valid = values[np.isfinite(values)]
    else:
        valid = values.ravel() if nodata is None else values[values != nodata]
    facts: dict[str, Any] = {"cells": int(values.size), "valid_cells": int(valid.size)}
    if valid.size == 0:
        return facts | {"min": None, "max": None, "mean": None, "std": None}
    facts |= {
        "min": float(valid.min()),
        "max": float(valid.max()),
        "mean": float(valid.mean(dtype=np.float64)),
        "std": float(valid.std(dtype=np.float64)),
    }
    if values.dtype.kind in "iu" and facts["max"] - facts["min"] < CLASSES_COUNTED:
        lowest = int(valid.min())
        counts = np.bincount((valid.astype(np.int64) - lowest).ravel())
        facts["counts"] = {str(lowest + i): int(n) for i, n in enumerate(counts) if n}
    return facts
