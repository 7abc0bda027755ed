"""Raster files read and written by bands of rows, for rasters that need not fit in memory."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import ENOSPC
from os import strerror
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import rasterio
import rasterio.shutil
from numpy.typing import NDArray
from rasterio.errors import RasterioError
from rasterio.windows import Window

from gis_core.errors import InvalidLayerError, NotFoundError
from gis_core.grid import Grid
from gis_core.store.raster_files import BLOCK
from gis_core.store.raster_windows import grid_of_file
from gis_core.writing import require_folder, written_whole

# of decoded tiles little is kept, as a band is read once; plain tiles are read past that cache
FRUGAL = {"GDAL_CACHEMAX": 32 << 20, "GTIFF_DIRECT_IO": True}


class RasterRows:
    """A single-band raster file on its own grid, read by windows, from any thread.

    Raises
    ------
    NotFoundError
        If the file cannot be opened as a raster.
    InvalidLayerError
        If it has several bands.
    MissingCrsError, InvalidParameterError
        If it has no CRS, or its cells are not square and north up.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._own = threading.local()
        self._opened: list[Any] = []
        self._adding = threading.Lock()
        file = self._file()
        if file.count != 1:
            raise InvalidLayerError(
                f"{path} has {file.count} bands, wanted one. Write the wanted band to a file of "
                "its own.",
                f"{path} 有 {file.count} 个波段，应为一个。请将所需波段另存为文件。",
            )
        self.grid = grid_of_file(path)
        self._missing = file.nodata

    def read(self, row: int, col: int, out: NDArray[np.float32]) -> None:
        """Write the cells from `row`, `col` on into `out` (rows, cols), float32; NaN is no data."""
        window = Window(col, row, out.shape[1], out.shape[0])  # type: ignore[call-arg]
        self._file().read(1, window=window, out=out)
        if self._missing is not None and not np.isnan(self._missing):
            out[out == np.float32(self._missing)] = np.nan

    def _file(self) -> Any:
        if getattr(self._own, "file", None) is None:
            try:
                self._own.file = rasterio.open(self.path)
            except (OSError, RasterioError) as err:
                raise NotFoundError(
                    f"{self.path} cannot be read as a raster ({err}). Give a raster file.",
                    f"{self.path} 无法作为栅格读取（{err}）。请给出栅格文件。",
                ) from err
            with self._adding:
                self._opened.append(self._own.file)
        return self._own.file

    def close(self) -> None:
        """Close the file in every thread that read it."""
        for file in self._opened:
            file.close()


class BandWriter:
    """Takes windows in any order, from any thread, and makes of them a COG."""

    def __init__(self, part: Path, grid: Grid, *, dtype: str, nodata: float | None) -> None:
        self._part, self._writing = part, threading.Lock()
        self._written: list[tuple[Window, int]] = []
        self._file = rasterio.open(
            part, "w", driver="GTiff", height=grid.height, width=grid.width, count=1, dtype=dtype,
            crs=grid.crs.to_wkt(), transform=grid.transform, nodata=nodata, tiled=True,
            blockxsize=BLOCK, blockysize=BLOCK, bigtiff="IF_SAFER", sparse_ok=True,
        )  # fmt: skip

    def write(self, row: int, col: int, values: NDArray[Any]) -> None:
        """Write the cells from `row`, `col` on; values (rows, cols)."""
        window = Window(col, row, values.shape[1], values.shape[0])  # type: ignore[call-arg]
        with self._writing:
            self._file.write(values, 1, window=window)
            self._written.append((window, crc32(np.ascontiguousarray(values).data)))

    def close(self) -> None:
        """Close the file of bands."""
        self._file.close()

    def finish(self, path: Path) -> None:
        """Write the bands to `path` as a cloud-optimised GeoTIFF with overviews."""
        self.close()
        classes = self._file.dtypes[0].startswith(("uint", "int"))
        rasterio.shutil.copy(
            self._part, path, driver="COG", compress="ZSTD", level=1, predictor="YES",
            blocksize=BLOCK, num_threads="ALL_CPUS", bigtiff="IF_SAFER",
            overview_resampling="nearest" if classes else "average",
        )  # fmt: skip
        self._read_back(path)

    def _read_back(self, path: Path) -> None:
        """Hold the file against what was written: GDAL may close a file on a full disk silently."""
        with rasterio.open(path) as file:
            for window, check in self._written:
                found = file.read(1, window=window)
                if crc32(np.ascontiguousarray(found).data) != check:
                    raise OSError(ENOSPC, strerror(ENOSPC))


@contextmanager
def writing_bands(
    path: Path, grid: Grid, *, dtype: str, nodata: float | None
) -> Iterator[BandWriter]:
    """Give a writer of bands; when the block ends, `path` is the whole COG.

    Whatever fails inside leaves what was at `path` as it was. The bands wait beside it in a file
    of their own, one byte a cell for classes, so that memory does not grow with the raster.

    Raises
    ------
    StorageError
        If the folder is missing or not writable, or the disk is full.
    """
    require_folder(path)
    with written_whole(path) as part, rasterio.Env(**FRUGAL):
        bands = part.with_name(part.name + ".bands")
        writer = BandWriter(bands, grid, dtype=dtype, nodata=nodata)
        try:
            yield writer
            writer.finish(part)
        finally:
            writer.close()
            with suppress(OSError):
                bands.unlink(missing_ok=True)
