"""Files are written whole or not at all, and folders are never made on the way."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pyproj import CRS

from gis_core.errors import StorageError
from gis_core.grid import Grid
from gis_core.remarks import write_remarks
from gis_core.sources.names import KnownNames, write_known_names
from gis_core.sources.survey.mapping import ColumnMapping, write_mapping
from gis_core.store.raster_files import write_cog
from gis_core.writing import require_folder, written_whole


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def test_what_fails_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "f.txt"
    file.write_text("old")

    def write_half() -> None:
        with written_whole(file) as part:
            part.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()
    assert file.read_text() == "old"
    assert names_in(tmp_path) == ["f.txt"]
    with written_whole(file) as part:
        part.write_text("new")
        assert file.read_text() == "old"
    assert file.read_text() == "new"
    assert names_in(tmp_path) == ["f.txt"]


def test_a_folder_in_the_way_is_said(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="it is a folder"):
        require_folder(tmp_path)


def write_a_raster(path: Path) -> None:
    grid = Grid(CRS(4546), 500_000.0, 4_000_000.0, 100.0, 4, 5)
    write_cog(grid.wrap(np.zeros(grid.shape, np.float32)), path)


@pytest.mark.parametrize(
    "write",
    [
        write_a_raster,
        lambda path: write_remarks(path, []),
        lambda path: write_mapping(path, ColumnMapping({"people": "人口"})),
        lambda path: write_known_names(path, KnownNames({})),
    ],
)
def test_no_writer_makes_a_folder(tmp_path: Path, write: Callable[[Path], None]) -> None:
    with pytest.raises(StorageError, match="there is no folder"):
        write(tmp_path / "none" / "f")
    assert names_in(tmp_path) == []
    write(tmp_path / "f")
    assert names_in(tmp_path) == ["f"]
