"""Distance to the nearest feature cell: ours beside SciPy's exact transform."""

import os
from typing import Any

import numpy as np
import xarray as xr
from pyproj import CRS
from scipy import ndimage

from benchmarks.measure import peak_mib, timed_in_turns
from gis_core.grid import Grid
from gis_core.surfaces.distance import distance_to

CELL_M = 100.0


def made_mask(side: int, *, share: float = 0.001, seed: int = 1) -> xr.DataArray:
    """Return a square mask of `side` cells of which `share` are features."""
    bounds = (500_000.0, 4_000_000.0, 500_000 + side * CELL_M, 4_000_000 + side * CELL_M)
    grid = Grid.covering(bounds, crs=CRS(4547), cell_m=CELL_M)
    return grid.wrap(np.random.default_rng(seed).random(grid.shape) < share)


def by_scipy(mask: xr.DataArray) -> np.ndarray:
    """Return distances in metres by SciPy."""
    return np.asarray(ndimage.distance_transform_edt(~mask.to_numpy(), sampling=CELL_M))


def rows() -> list[dict[str, Any]]:
    """Return the row of the table; `UPLAND_BENCH_SCALE` (0 to 1) makes it smaller."""
    scale = float(os.environ.get("UPLAND_BENCH_SCALE", "1"))
    side = max(50, int(2000 * scale**0.5))
    mask = made_mask(side)
    times = timed_in_turns(
        {"ours": lambda: distance_to(mask), "SciPy": lambda: by_scipy(mask)}, runs=5
    )
    return [{
        "job": "distance to the nearest feature", "size": f"{side:,} × {side:,} cells",
        "ours_s": times["ours"], "peers": {"SciPy distance_transform_edt": times["SciPy"]},
        "floor_s": None, "peak_mib": peak_mib(), "runs": 5,
    }]  # fmt: skip
