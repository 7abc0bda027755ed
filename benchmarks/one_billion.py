"""A billion cells from nine raster files to a classed COG, in little memory on one machine.

There is no peer: those of `files_to_cog` hold a multiple of the raster in memory. The layers hold
bytes, as stored scores and indices do; peak memory is that of a process of its own.
"""

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.transform import from_origin
from rasterio.windows import Window

from benchmarks.files_to_cog import WEIGHTS, apart_job, model_document, one

SIDE = 31_623
CELL_M = 10.0
SHAPES = ((20.0, 120.0, None, None), (None, None, 60.0, 200.0), (10.0, 90.0, 150.0, 240.0)) * 3


def make_layers(folder: Path, *, side: int) -> None:
    """Write nine byte rasters, smooth waves with a margin of no data."""
    x = np.arange(side, dtype=np.float32)
    for number in range(len(SHAPES)):
        profile = {
            "driver": "GTiff", "height": side, "width": side, "count": 1, "dtype": "uint8",
            "crs": "EPSG:4546", "transform": from_origin(400_000, 4_300_000, CELL_M, CELL_M),
            "nodata": 255, "tiled": True, "blockxsize": 512, "blockysize": 512,
            "compress": "ZSTD", "zstd_level": 1, "num_threads": "ALL_CPUS", "bigtiff": "IF_SAFER",
        }  # fmt: skip
        across = np.cos(x / (200 + 40 * number))[None, :]
        with rasterio.open(folder / f"layer-{number}.tif", "w", **profile) as file:
            for top in range(0, side, 512):
                y = np.arange(top, min(top + 512, side), dtype=np.float32)[:, None]
                band = (126 + 125 * np.sin(y / (300 + 50 * number)) * across).astype(np.uint8)
                band[:, : side // 50] = 255
                file.write(band, 1, window=Window(0, top, side, len(y)))


def rows() -> list[dict[str, Any]]:
    """Return the row of the table; `UPLAND_BENCH_SCALE` (0 to 1) makes it smaller."""
    scale = float(os.environ.get("UPLAND_BENCH_SCALE", "1"))
    side = max(256, int(SIDE * scale**0.5))
    with tempfile.TemporaryDirectory() as root:
        large, small = Path(root) / "large", Path(root) / "small"
        for folder, size in ((large, side), (small, 256)):
            folder.mkdir()
            make_layers(folder, side=size)
        found = apart_job("one_billion", "ours", large, small)
    return [{
        "job": "a billion cells to a classed COG" if scale == 1 else "cells to a classed COG",
        "size": f"{side:,} × {side:,} cells × {len(SHAPES)}, bytes", "ours_s": found["s"],
        "peers": {}, "floor_s": None, "peak_mib": found["mib"], "runs": 1,
    }]  # fmt: skip


def by_upland(layers: list[Path], out: Path) -> None:
    """Score window by window with the fused pass."""
    from gis_core.suitability.reader import model_from_values
    from gis_core.workflows.bands import class_files

    model = model_from_values(model_document(SHAPES, WEIGHTS))
    class_files(model, {path.stem: path for path in layers}, out)


if __name__ == "__main__":
    print(json.dumps(one({"ours": by_upland}, *sys.argv[1:])))
