"""Single cells come out as they were written, from files that stay open."""

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from pyproj import CRS

from gis_core.errors import NotFoundError
from gis_core.grid import Grid
from gis_core.store.raster_files import write_cog
from gis_core.store.raster_windows import OpenRasters, grid_of_file

GRID = Grid(CRS.from_epsg(4546), 500_000.0, 4_000_000.0, 30.0, 1100, 700)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("rasters")
    values = np.arange(GRID.height * GRID.width, dtype=np.float32).reshape(GRID.shape)
    values[3, 4] = np.nan
    codes = (np.arange(GRID.height * GRID.width) % 6).astype(np.uint8).reshape(GRID.shape)
    paths = {"value": folder / "value.tif", "class": folder / "class.tif"}
    write_cog(GRID.wrap(values), paths["value"])
    write_cog(GRID.wrap(codes), paths["class"])
    return paths


def test_the_grid_is_read_from_the_header(files: dict[str, Path]) -> None:
    assert grid_of_file(files["value"]) == GRID


@pytest.fixture(scope="module")
def readers() -> Iterator[Executor]:
    with ThreadPoolExecutor(3) as pool:
        yield pool


def test_one_cell_of_several_files(files: dict[str, Path], readers: Executor) -> None:
    held = OpenRasters(files)
    assert held.grid == GRID
    number = 1099 * GRID.width + 699
    told = held.cells(held, row=1099, col=699, readers=readers)
    assert told == {"value": number, "class": number % 6}
    assert list(held.cells(["class"], row=0, col=1, readers=readers).items()) == [("class", 1)]
    assert np.isnan(held.cells(["value"], row=3, col=4, readers=readers)["value"])
    held.close()


def test_many_may_read_at_once(files: dict[str, Path], readers: Executor) -> None:
    held = OpenRasters(files)
    places = [(row, col) for row in range(0, 1100, 37) for col in range(0, 700, 53)]
    with ThreadPoolExecutor(8) as askers:
        told = askers.map(lambda p: held.cells(held, row=p[0], col=p[1], readers=readers), places)
    numbers = [row * GRID.width + col for row, col in places if (row, col) != (3, 4)]
    assert list(told) == [{"value": n, "class": n % 6} for n in numbers]
    held.close()


def test_a_lost_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"gone\.tif"):
        OpenRasters({"value": tmp_path / "gone.tif"})
