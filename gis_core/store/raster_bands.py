"""Raster files read and written by bands of rows, so that no raster is held in memory whole."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import rasterio
import rasterio.shutil
from numpy.typing import NDArray
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader
from rasterio.windows import Window

from gis_core.errors import NotFoundError, StorageError
from gis_core.grid import Grid
from gis_core.store.raster_files import BLOCK
from gis_core.writing import written_whole

CACHE_MIB = 64  # of GDAL's own cache of tiles; its standard is a twentieth of the machine's memory


class RasterBand:
    """A raster file whose rows are read as float32; NaN means no data."""

    def __init__(self, file: DatasetReader) -> None:
        self._file = file

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width) in cells."""
        return int(self._file.height), int(self._file.width)

    def read_rows(self, start: int, out: NDArray[np.float32]) -> None:
        """Fill `out` (rows, width) with the rows from `start` on.

        Raises
        ------
        NotFoundError
            If the file cannot be read.
        """
        try:
            self._file.read(1, window=Window(0, start, out.shape[1], out.shape[0]), out=out)
        except (OSError, RasterioError) as err:
            raise _unreadable(Path(self._file.name), err) from err
        nodata = self._file.nodata
        if nodata is not None and not np.isnan(nodata):
            out[out == np.float32(nodata)] = np.nan


@contextmanager
def opened_bands(paths: list[Path]) -> Iterator[list[RasterBand]]:
    """Open raster files for reading by bands.

    Raises
    ------
    NotFoundError
        If a file is gone or cannot be read.
    """
    with ExitStack() as stack:
        stack.enter_context(rasterio.Env(GDAL_CACHEMAX=CACHE_MIB))
        files = []
        for path in paths:
            try:
                files.append(stack.enter_context(rasterio.open(path)))
            except (OSError, RasterioError) as err:
                raise _unreadable(path, err) from err
        yield [RasterBand(file) for file in files]


class BandWriter:
    """Takes the rows of a raster from the north to the south."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self.written: list[tuple[int, int, int]] = []

    def write_rows(self, start: int, rows: NDArray[Any]) -> None:
        """Write `rows` (rows, width) from row `start` on."""
        self._file.write(rows, 1, window=Window(0, start, rows.shape[1], rows.shape[0]))
        self.written.append((start, rows.shape[0], crc32(np.ascontiguousarray(rows).data)))


@contextmanager
def cog_by_bands(
    path: Path, grid: Grid, *, dtype: str, nodata: float | None
) -> Iterator[BandWriter]:
    """Write a cloud-optimised GeoTIFF whose rows come one band after the other.

    The bands go to a plain file beside it first; overviews (the nearest cell for whole numbers,
    means else) and the order of a cloud-optimised file come at the end. Whatever fails leaves
    neither file.

    Raises
    ------
    StorageError
        If the folder is missing or not writable, or the disk is full.
    """
    profile = {
        "driver": "GTiff", "height": grid.height, "width": grid.width, "count": 1, "dtype": dtype,
        "crs": grid.crs.to_wkt(), "transform": grid.transform, "nodata": nodata, "tiled": True,
        "blockxsize": BLOCK, "blockysize": BLOCK, "bigtiff": "IF_SAFER",
    }  # fmt: skip
    plain = path.with_name(f".{path.name}.bands.tif")
    try:
        with rasterio.Env(GDAL_CACHEMAX=CACHE_MIB), written_whole(path) as part:
            with rasterio.open(plain, "w", **profile) as file:
                writer = BandWriter(file)
                yield writer
            rasterio.shutil.copy(
                plain, part, driver="COG", compress="ZSTD", level=1, predictor="YES",
                blocksize=BLOCK, bigtiff="IF_SAFER", num_threads="ALL_CPUS",
                overview_resampling="average" if np.dtype(dtype).kind == "f" else "nearest",
            )  # fmt: skip
            _compare(part, writer.written)
    except StorageError:
        raise
    except (OSError, RasterioError) as err:
        raise StorageError(
            f"{path}: the raster could not be written ({err}). Free some space or choose another "
            "folder; nothing was changed.",
            f"{path}：栅格无法写入（{err}）。请清理磁盘空间或更换目录；数据未作任何更改。",
        ) from err
    finally:
        plain.unlink(missing_ok=True)


def _compare(path: Path, written: list[tuple[int, int, int]]) -> None:
    """Read back what was written: GDAL may close a file on a full disk without an error."""
    with rasterio.open(path) as file:
        for start, rows, check in written:
            found = file.read(1, window=Window(0, start, file.width, rows))
            if crc32(np.ascontiguousarray(found).data) != check:
                raise OSError(f"rows {start} to {start + rows} differ when read back")


def _unreadable(path: Path, err: Exception) -> NotFoundError:
    return NotFoundError(
        f"{path}: the raster file cannot be read ({err}). Import the layer again.",
        f"{path}：栅格文件无法读取（{err}）。请重新导入该图层。",
    )
