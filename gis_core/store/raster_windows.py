"""Single cells out of raster files, and their grid, without reading the rest."""

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

import rasterio
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


class OpenRasters:
    """Files of one grid held open, for single cells of them asked for again and again.

    Several threads may read at once. What the files held when they were opened is what is read,
    so they must be such as never change: a run's. GDAL keeps the tiles last read, as many as
    its own limit allows. Errors as `grid_of_file`.
    """

    def __init__(self, paths: Mapping[str, Path]) -> None:
        self._files: dict[str, tuple[Path, DatasetReader, Lock]] = {}
        with rasterio.Env(**ALONE):
            for name, path in paths.items():
                with _told(path):
                    self._files[name] = (path, rasterio.open(path), Lock())
        path, file, _ = next(iter(self._files.values()))
        self.grid = Grid.described(
            file.crs, file.transform, (file.height, file.width), name=path.name
        )

    def __contains__(self, name: object) -> bool:
        return name in self._files

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def cells(
        self, names: Iterable[str], *, row: int, col: int, readers: Executor
    ) -> dict[str, Any]:
        """Return a cell of each of the files `names`, by name, as Python numbers.

        Float files give NaN for no data. The cell lies inside; `readers` share the work.
        """
        wanted = list(names)
        found = readers.map(lambda name: self._cell(name, row, col), wanted)
        return dict(zip(wanted, found, strict=True))

    def _cell(self, name: str, row: int, col: int) -> Any:
        path, file, alone = self._files[name]
        with alone, _told(path):
            return file.read(1, window=Window(col, row, 1, 1))[0, 0].item()

    def close(self) -> None:
        """Close the files; what is dropped unclosed is closed when nobody reads it any more."""
        for _, file, alone in self._files.values():
            with alone:
                file.close()


@contextmanager
def _opened(path: Path) -> Iterator[DatasetReader]:
    with _told(path), rasterio.open(path) as file:
        yield file


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, RasterioError) as err:
        raise NotFoundError(
            f"{path}: the catalogue's raster file cannot be read ({err}). Import the layer or run "
            "the analysis again.",
            f"{path}：目录中的栅格文件无法读取（{err}）。请重新导入该图层或重新运行分析。",
        ) from err
