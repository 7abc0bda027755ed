"""Distance to the nearest feature cell: ours beside SciPy's exact transform and GDAL's command."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import xarray as xr
from pyproj import CRS
from rasterio.windows import Window
from scipy import ndimage

from benchmarks.measure import peak_mib, timed_in_turns
from gis_core.grid import Grid
from gis_core.surfaces.distance import distance_to
from gis_core.surfaces.strips import BAND, in_bands

CELL_M = 30.0
SIDE = 6700  # cells; a prefecture at 30 m
ROWS = 2 * BAND  # written at a time
GDAL = "gdal_proximity.py"


def made_mask(side: int, *, share: float = 0.001, seed: int = 1) -> xr.DataArray:
    """Return a square mask of `side` cells of which `share` are features."""
    bounds = (500_000.0, 4_000_000.0, 500_000 + side * CELL_M, 4_000_000 + side * CELL_M)
    grid = Grid.covering(bounds, crs=CRS(4547), cell_m=CELL_M)
    return grid.wrap(np.random.default_rng(seed).random(grid.shape) < share)


def by_scipy(mask: xr.DataArray) -> np.ndarray:
    """Return distances in metres by SciPy."""
    return np.asarray(ndimage.distance_transform_edt(~mask.to_numpy(), sampling=CELL_M))


def from_file_to_file(folder: Path) -> None:
    """Read the mask of `folder`, write its distances, some rows at a time."""
    with rasterio.open(folder / "mask.tif") as source:
        cells = source.read(1).view(np.bool_)
        profile = {**source.profile, "dtype": "float32", "nodata": None}
    bands = in_bands(lambda k: cells[k * BAND : (k + 1) * BAND], cells.shape)
    height, width = cells.shape
    with rasterio.open(folder / "ours.tif", "w", **profile) as target:
        for start in range(0, height, ROWS):
            stop = min(start + ROWS, height)
            metres = bands.distance((start, stop), (0, width), CELL_M)
            target.write(metres, 1, window=Window(0, start, width, stop - start))


def by_gdal(folder: Path) -> None:
    """Do the same by GDAL's command."""
    command = [GDAL, "mask.tif", "gdal.tif", "-distunits", "GEO", "-ot", "Float32", "-q"]
    (folder / "gdal.tif").unlink(missing_ok=True)
    subprocess.run(command, check=True, cwd=folder)


def wrong_cells(folder: Path) -> tuple[int, float]:
    """Return in how many cells GDAL's distance is off by over a centimetre, and the worst in m."""
    with rasterio.open(folder / "ours.tif") as ours, rasterio.open(folder / "gdal.tif") as theirs:
        off = np.abs(ours.read(1) - theirs.read(1))
    return int((off > 0.01).sum()), float(off.max())


def against_gdal(mask: xr.DataArray, size: str) -> list[dict[str, Any]]:
    """Return the row of the table from file to file; none where GDAL's command is missing."""
    if shutil.which(GDAL) is None:
        print(f"{GDAL} is not installed: distance is not measured beside it", file=sys.stderr)
        return []
    with tempfile.TemporaryDirectory(prefix="upland-bench-") as name:
        folder = Path(name)
        mask.astype("uint8").rio.to_raster(folder / "mask.tif")
        times = timed_in_turns(
            {"ours": lambda: from_file_to_file(folder), "GDAL": lambda: by_gdal(folder)}, runs=5
        )
        cells, worst = wrong_cells(folder)
    peer = f"{GDAL} ({cells:,} cells wrong, by up to {worst:.0f} m)"
    return [{
        "job": "distance to the nearest feature, from file to file", "size": size,
        "ours_s": times["ours"], "peers": {peer: times["GDAL"]}, "floor_s": None,
        "peak_mib": peak_mib(), "runs": 5,
    }]  # fmt: skip


def rows() -> list[dict[str, Any]]:
    """Return the rows of the table; `UPLAND_BENCH_SCALE` (0 to 1) makes them smaller."""
    scale = float(os.environ.get("UPLAND_BENCH_SCALE", "1"))
    side = max(50, int(SIDE * scale**0.5))
    mask, size = made_mask(side), f"{side:,} × {side:,} cells"
    by_files = against_gdal(mask, size)
    times = timed_in_turns(
        {"ours": lambda: distance_to(mask), "SciPy": lambda: by_scipy(mask)}, runs=5
    )
    in_memory = {
        "job": "distance to the nearest feature", "size": size,
        "ours_s": times["ours"], "peers": {"SciPy distance_transform_edt": times["SciPy"]},
        "floor_s": None, "peak_mib": peak_mib(), "runs": 5,
    }  # fmt: skip
    return [in_memory, *by_files]
