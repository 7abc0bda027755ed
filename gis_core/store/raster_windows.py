"""Single cells and small windows out of raster files, without reading the rest."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader
from rasterio.windows import Window

from gis_core.errors import NotFoundError
from gis_core.grid import Grid

ALONE = {"GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR"}  # no file beside ours tells more of it


def grid_of_file(path: Path) -> Grid:
    """Return the grid a raster file stands on, from its header alone.

    Raises
    ------
    NotFoundError
        If the file is gone or cannot be read.
    MissingCrsError, InvalidParameterError
        If it has no CRS, or its cells are not square and north up.
    """
    with _opened(path) as file:
        shape = (file.height, file.width)
        return Grid.described(file.crs, file.transform, shape, name=path.name)


def read_window(path: Path, *, row: int, col: int, height: int = 1, width: int = 1) -> NDArray[Any]:
    """Return the cells (height, width) of a raster file from `row`, `col` on, as they are stored.

    Only the tiles that the window touches are read. Cells beyond the raster are left out, so the
    answer may be smaller.

    Raises
    ------
    NotFoundError
        If the file is gone or cannot be read.
    """
    with _opened(path) as file:
        window = Window(col, row, width, height)
        inside = window.intersection(Window(0, 0, file.width, file.height))
        return np.asarray(file.read(1, window=inside))


def read_cells(paths: Mapping[str, Path], *, row: int, col: int) -> dict[str, Any]:
    """Return one cell of each of several files on one grid, by their name, as Python numbers.

    Float files give NaN for no data. Errors as `read_window`; the cell lies inside.
    """
    with rasterio.Env(**ALONE):
        return {
            name: read_window(path, row=row, col=col)[0, 0].item() for name, path in paths.items()
        }


@contextmanager
def _opened(path: Path) -> Iterator[DatasetReader]:
    try:
        with rasterio.open(path) as file:
            yield file
    except (OSError, RasterioError) as err:
        raise NotFoundError(
            f"{path}: the catalogue's raster file cannot be read ({err}). Import the layer or run "
            "the analysis again.",
            f"{path}：目录中的栅格文件无法读取（{err}）。请重新导入该图层或重新运行分析。",
        ) from err
