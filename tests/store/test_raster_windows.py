"""Single cells and windows come out as they were written, and only what is needed is read."""

from pathlib import Path

import numpy as np
import pytest
from pyproj import CRS

from gis_core.errors import NotFoundError
from gis_core.grid import Grid
from gis_core.store.raster_files import write_cog
from gis_core.store.raster_windows import grid_of_file, read_cells, read_window

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


def test_one_cell_of_several_files(files: dict[str, Path]) -> None:
    number = 1099 * GRID.width + 699
    assert read_cells(files, row=1099, col=699) == {"value": number, "class": number % 6}
    assert np.isnan(read_cells(files, row=3, col=4)["value"])


def test_a_window_is_cut_at_the_edge(files: dict[str, Path]) -> None:
    corner = read_window(files["class"], row=1098, col=698, height=5, width=5)
    first = 1098 * GRID.width + 698
    expected = (np.array([[0, 1], [GRID.width, GRID.width + 1]]) + first) % 6
    assert corner.tolist() == expected.tolist()


def test_a_lost_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"gone\.tif"):
        read_window(tmp_path / "gone.tif", row=0, col=0)
