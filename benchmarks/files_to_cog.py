"""From nine raster files to a classed COG: ours beside rioxarray with Dask and gdal_calc.py.

Each runs in a process of its own, so that its peak of memory, imports included, is its own; its
time is taken inside, after the imports and one small run to warm up. All read the same tiled
float32 GeoTIFFs, score them by the same memberships and write the same classes.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import rasterio
from rasterio.transform import from_origin

SIDE = 6700
CELL_M = 30.0
LIMITS = (0.8, 0.65, 0.5, 0.3)
RUNS = 3
# low, from, to, high of each criterion, in its own unit; None has no such side
SHAPES: tuple[tuple[float | None, float | None, float | None, float | None], ...] = (
    (None, None, 6.0, 25.0), (300.0, 600.0, 1200.0, 1700.0), (4.0, 8.0, 13.0, 18.0),
    (350.0, 600.0, None, None), (5.0, 6.0, 8.0, 9.0), (4.0, 20.0, None, None),
    (None, None, 500.0, 6000.0), (2000.0, 15000.0, None, None), (None, None, 3000.0, 30000.0),
)  # fmt: skip
WEIGHTS = (0.2, 0.1, 0.1, 0.1, 0.1, 0.15, 0.05, 0.15, 0.05)
RANGES = ((0, 40), (100, 2000), (0, 20), (250, 700), (4, 10), (0, 30), (0, 9000), (0, 20000),
          (0, 40000))  # fmt: skip


def make_layers(folder: Path, *, rows: int, columns: int, seed: int = 1) -> list[Path]:
    """Write the layers, smooth with fine noise, with a margin of no data at the left."""
    chance = np.random.default_rng(seed)
    x = np.arange(columns, dtype=np.float32)
    paths = []
    for number, (low, high) in enumerate(RANGES):
        path = folder / f"layer-{number}.tif"
        profile = {
            "driver": "GTiff", "height": rows, "width": columns, "count": 1, "dtype": "float32",
            "crs": "EPSG:4546", "transform": from_origin(500_000, 4_100_000, CELL_M, CELL_M),
            "nodata": float("nan"), "tiled": True, "blockxsize": 512, "blockysize": 512,
            "bigtiff": "IF_SAFER",
        }  # fmt: skip
        with rasterio.open(path, "w", **profile) as file:
            for top in range(0, rows, 512):
                y = np.arange(top, min(top + 512, rows), dtype=np.float32)[:, None]
                wave = np.sin(y / (300 + 50 * number)) * np.cos(x / (200 + 40 * number))
                noise = chance.random((len(y), columns), dtype=np.float32) - np.float32(0.5)
                share = np.clip(0.5 + 0.45 * wave + 0.1 * noise, 0, 1)
                band = (low + (high - low) * share).astype(np.float32)
                band[:, : columns // 50] = np.nan
                file.write(band, 1, window=rasterio.windows.Window(0, top, columns, len(y)))
        paths.append(path)
    return paths


def shape_points(shape: tuple[float | None, ...]) -> list[tuple[float, float]]:
    """Return a trapezoid's corners as (value, score)."""
    scores = (0.0, 1.0, 1.0, 0.0)
    return [(v, s) for v, s in zip(shape, scores, strict=True) if v is not None]


def by_upland(layers: list[Path], out: Path) -> None:
    """Score in bands with the fused pass."""
    from gis_core.suitability.reader import model_from_values
    from gis_core.workflows.bands import class_files

    class_files(model_from_values(model_document()),
                {path.stem: path for path in layers}, out)  # fmt: skip


Shape = tuple[float | None, float | None, float | None, float | None]


def model_document(
    shapes: Sequence[Shape] = SHAPES, weights: Sequence[float] = WEIGHTS
) -> dict[str, Any]:
    """Return the model as its file would hold it."""
    word = {"en": "made up", "zh": "虚构"}
    criteria = [
        {"name": f"criterion_{number}", "title": word, "layer": f"layer-{number}", "unit": "m",
         "membership": {"kind": "piecewise", "points": [list(p) for p in shape_points(shape)]},
         "weight": weight, "tag": "planner", "source": word}
        for number, (shape, weight) in enumerate(zip(shapes, weights, strict=True))
    ]  # fmt: skip
    names = ("S1", "S2", "S3", "N1")
    return {"name": "benchmark", "title": word, "criteria": criteria,
            "classes": dict(zip(names, LIMITS, strict=True))}  # fmt: skip


def by_dask(layers: list[Path], out: Path) -> None:
    """Score as xarray expressions on Dask arrays, as rioxarray's documentation shows."""
    import rioxarray
    import xarray as xr

    total: Any = 0.0
    for path, weight, (low, start, end, high) in zip(layers, WEIGHTS, SHAPES, strict=True):
        opened: Any = rioxarray.open_rasterio(path, chunks={"x": 2048, "y": 2048}, lock=False)
        values = opened.squeeze("band", drop=True)
        sides = []
        if low is not None and start is not None:
            sides.append((values - np.float32(low)) / np.float32(start - low))
        if end is not None and high is not None:
            sides.append((np.float32(high) - values) / np.float32(high - end))
        score = sides[0] if len(sides) == 1 else np.minimum(*sides)
        total = total + score.clip(0, 1) * np.float32(weight)
    classes: Any = np.uint8(1)
    for limit in LIMITS:
        classes = classes + (total < np.float32(limit))
    classes = xr.where(np.isnan(total), np.uint8(0), classes).astype(np.uint8)
    classes.rio.write_crs("EPSG:4546", inplace=True)
    classes.rio.write_nodata(0, inplace=True)
    classes.rio.to_raster(out, driver="COG", compress="ZSTD", level=1, num_threads="ALL_CPUS",
                          overview_resampling="nearest")  # fmt: skip


def by_gdal_calc(layers: list[Path], out: Path) -> None:
    """Score by gdal_calc.py, then make a COG by gdal_translate."""
    letters = "ABCDEFGHI"
    terms = []
    for letter, weight, (low, start, end, high) in zip(letters, WEIGHTS, SHAPES, strict=True):
        sides = []
        if low is not None and start is not None:
            sides.append(f"({letter}-float32({low}))*float32({1 / (start - low)})")
        if end is not None and high is not None:
            sides.append(f"(float32({high})-{letter})*float32({1 / (high - end)})")
        inner = sides[0] if len(sides) == 1 else f"minimum({','.join(sides)})"
        terms.append(f"float32({weight})*clip({inner},0,1)")
    limits = ",".join(str(-limit) for limit in LIMITS)
    total = "+".join(terms)
    calc = f"where(isnan(A),0,1+digitize(-({total}),[{limits}],right=True))"
    plain = out.with_suffix(".plain.tif")
    named = [part for letter, path in zip(letters, layers, strict=True)
             for part in (f"-{letter}", str(path))]  # fmt: skip
    subprocess.run(["gdal_calc.py", *named, "--outfile", str(plain), "--calc", calc, "--type",
                    "Byte", "--NoDataValue", "0", "--overwrite", "--quiet", "--hideNoData",
                    "--co", "TILED=YES"], check=True, stdout=subprocess.DEVNULL)  # fmt: skip
    subprocess.run(["gdal_translate", "-q", "-of", "COG", "-co", "COMPRESS=ZSTD", "-co", "LEVEL=1",
                    "-co", "NUM_THREADS=ALL_CPUS", "-co", "OVERVIEW_RESAMPLING=NEAREST",
                    str(plain), str(out)], check=True)  # fmt: skip
    plain.unlink()


Job = Callable[[list[Path], Path], None]
JOBS: dict[str, Job] = {
    "ours": by_upland,
    "rioxarray + Dask": by_dask,
    "gdal_calc.py": by_gdal_calc,
}


def one(jobs: Mapping[str, Job], job: str, large: str, small: str) -> dict[str, float]:
    """Run a job in this process: warm up on the small layers, then time the large ones."""
    out = Path(large) / f"{job.split()[0]}.tif"
    jobs[job](sorted(Path(small).glob("layer-*.tif")), out)
    started = time.perf_counter()
    jobs[job](sorted(Path(large).glob("layer-*.tif")), out)
    took = time.perf_counter() - started
    of = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return {"s": took, "mib": max(resource.getrusage(who).ru_maxrss for who in of) / 1024}


def apart_job(module: str, job: str, large: Path, small: Path) -> dict[str, float]:
    """Run a job of a benchmark in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{module}", job, str(large), str(small)],
        check=True, stdout=subprocess.PIPE, cwd=Path(__file__).resolve().parents[1],
    )  # fmt: skip
    return dict(json.loads(done.stdout))


def read_all(layers: list[Path]) -> None:
    """Read the bytes of the layers, as one stream."""
    piece = bytearray(1 << 22)
    for path in layers:
        with path.open("rb", buffering=0) as file:
            while file.readinto(piece):
                pass


def rows() -> list[dict[str, Any]]:
    """Return the row of the table; `UPLAND_BENCH_SCALE` (0 to 1) makes it smaller."""
    scale = float(os.environ.get("UPLAND_BENCH_SCALE", "1"))
    side = max(256, int(SIDE * scale**0.5))
    jobs = [job for job in JOBS if job != "gdal_calc.py" or shutil.which("gdal_calc.py")]
    with tempfile.TemporaryDirectory() as root:
        large, tall, small = (Path(root) / name for name in ("large", "tall", "small"))
        for folder, height in ((large, side), (small, 256)):
            folder.mkdir()
            make_layers(folder, rows=height, columns=side if folder is large else 256)
        found: dict[str, list[dict[str, float]]] = {job: [] for job in jobs}
        floors = []
        for turn in range(RUNS + 1):
            for job in jobs:
                measured = apart_job("files_to_cog", job, large, small)
                if turn:  # the first round fills the page cache
                    found[job].append(measured)
            started = time.perf_counter()
            read_all(sorted(large.glob("layer-*.tif")))
            floors.append(time.perf_counter() - started)
        for path in large.glob("layer-*.tif"):
            path.unlink()
        tall.mkdir()
        make_layers(tall, rows=2 * side, columns=side)
        twice = apart_job("files_to_cog", "ours", tall, small)
    peers = {job: median(m["s"] for m in found[job]) for job in jobs if job != "ours"}
    return [{
        "job": "files to a classed COG", "size": f"{side:,} × {side:,} cells × {len(SHAPES)}",
        "ours_s": median(m["s"] for m in found["ours"]), "peers": peers,
        "floor_s": median(floors[1:]), "peak_mib": max(m["mib"] for m in found["ours"]),
        "peak_mib_of_twice_the_rows": twice["mib"], "twice_the_rows_s": twice["s"],
        "peers_peak_mib": {job: max(m["mib"] for m in found[job]) for job in peers},
        "runs": RUNS,
    }]  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(one(JOBS, *sys.argv[1:])))
