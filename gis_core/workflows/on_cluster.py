"""Land scored on a Dask cluster: files read by its workers, classes written here."""

import logging
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import contextmanager
from functools import reduce
from itertools import product
from operator import add
from pathlib import Path
from typing import Any

import dask.array as da
import numpy as np
from distributed import Client, as_completed
from distributed.comm import CommClosedError
from distributed.scheduler import KilledWorker
from numpy.typing import NDArray

from gis_core.errors import ClusterError
from gis_core.grid import Grid
from gis_core.progress import Progress, silent
from gis_core.store.raster_bands import RasterRows
from gis_core.suitability.bands import BandTotals, totals_of_window
from gis_core.suitability.dask_land import LazyLayers, lazy_suitability
from gis_core.suitability.in_part import LayersInPart
from gis_core.suitability.model import SuitabilityModel
from gis_core.text import Text

PATIENCE_S = 10.0  # for a scheduler to answer and to have a worker
CHUNK = (512, 2048)  # cells: whole tiles of files, a few megabytes a criterion


@contextmanager
def connected(scheduler: str) -> Iterator[Client]:
    """Give a client of the cluster whose scheduler is at `scheduler`, such as tcp://host:8786.

    Raises
    ------
    ClusterError
        If none answers there, it has no worker, or it is lost while the block runs.
    """
    try:
        client = Client(scheduler, timeout=PATIENCE_S, set_as_default=False)
    except (OSError, ValueError, TypeError) as err:
        raise ClusterError(
            f"UPLAND_DASK_SCHEDULER is '{scheduler}', but no Dask scheduler answers there "
            f"({err}). Start it (dask scheduler), mend the address such as tcp://host:8786, or "
            "unset the variable to work in this process.",
            f"UPLAND_DASK_SCHEDULER 为“{scheduler}”，但该地址没有 Dask 调度器应答（{err}）。"
            "请启动调度器（dask scheduler），更正地址（如 tcp://host:8786），"
            "或取消该变量以在本进程内计算。",
        ) from err
    with client, _quiet():
        try:
            client.wait_for_workers(1, timeout=PATIENCE_S)
        except TimeoutError as err:
            raise ClusterError(
                f"The Dask scheduler at {scheduler} has no worker. Start one (dask worker "
                f"{scheduler}) where Upland is installed, and run again.",
                f"调度器 {scheduler} 没有工作进程。请在已安装 Upland 的机器上启动"
                f"（dask worker {scheduler}）后重新运行。",
            ) from err
        with client.as_current():
            yield client


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the client from logging what an error says in one sentence."""
    log = logging.getLogger("distributed.client")
    before = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(before)


@contextmanager
def _while_there(client: Client) -> Iterator[None]:
    """Say in plain words that the cluster was lost, if it is."""
    where = client.scheduler_info()["address"]
    try:
        yield
    except (CommClosedError, CancelledError, KilledWorker, TimeoutError) as err:
        raise ClusterError(
            f"The Dask cluster at {where} was lost while it worked ({err}). See its logs; if "
            "workers ran out of memory give them more. Then run again; nothing was written.",
            f"位于 {where} 的 Dask 集群在计算中断开（{err}）。请查看其日志；"
            "若工作进程内存不足，请增加内存。然后重新运行；未写入任何内容。",
        ) from err


def classes_on_cluster(
    client: Client,
    model: SuitabilityModel,
    layers: LayersInPart[RasterRows],
    *,
    grid: Grid,
    weights: Mapping[str, float],
    write: Callable[[int, int, NDArray[np.uint8]], None],
    progress: Progress = silent,
) -> BandTotals:
    """Class every cell on a cluster, as `classes_in_bands` does here, to the bit.

    Parameters
    ----------
    client
        Of a cluster whose workers see the files of `layers` under the same paths.
    layers
        Raster files on `grid`; strips on it.
    weights
        By criterion, sum 1; the criteria without one are left out, those of 0 not looked at.
    write
        Takes the first row and column of a chunk and its classes, uint8 (rows, cols).

    Returns
    -------
    totals
        Cells and ground area by class code.

    Raises
    ------
    InvalidModelError, NotFoundError
        As `lazy_suitability`, or if a worker cannot read a file.
    """
    with _while_there(client):
        codes = _lazy_codes(client, model, layers, grid, weights)
        rows, cols = (np.cumsum([0, *sizes])[:-1].tolist() for sizes in codes.chunks)
        futures = client.compute(codes.to_delayed().ravel().tolist())
        places = dict(zip((f.key for f in futures), product(rows, cols), strict=True))
        arriving = as_completed(futures, with_results=True)
        del futures  # a chunk that is written leaves the workers
        found: dict[tuple[int, int], BandTotals] = {}
        for future, classes in arriving:
            if isinstance(classes, BaseException):  # a chunk that the lost cluster called off
                raise classes
            row, col = place = places[future.key]
            write(row, col, classes)
            found[place] = totals_of_window(classes, grid, place)
            progress(len(found) / len(places), Text(
                f"Scored {len(found)} of {len(places)} chunks",
                f"已评分 {len(found)}/{len(places)} 块",
            ))  # fmt: skip
    return reduce(add, (found[place] for place in sorted(found)))


def _lazy_codes(
    client: Client,
    model: SuitabilityModel,
    layers: LayersInPart[RasterRows],
    grid: Grid,
    weights: Mapping[str, float],
) -> da.Array:
    lazy = LazyLayers(
        {theme: _lazy_raster(raster.path, grid) for theme, raster in layers.rasters.items()},
        {theme: client.scatter(held) for theme, held in layers.distances.items()},
        layers.legends, {theme: client.scatter(held) for theme, held in layers.areas.items()},
    )  # fmt: skip
    scored = lazy_suitability(model, lazy, grid=grid, weights=weights, limiting=False)
    return da.map_blocks(_codes, scored, dtype=np.uint8, meta=np.empty((0, 0), np.uint8))


def _codes(scored: NDArray[Any]) -> NDArray[np.uint8]:
    return np.ascontiguousarray(scored["code"])


def _lazy_raster(path: Path, grid: Grid) -> da.Array:
    """A raster file as a Dask array whose chunks workers read; NaN is no data."""
    chunks = da.core.normalize_chunks(CHUNK, grid.shape)
    return da.map_blocks(_read_chunk, path=path.resolve(), chunks=chunks, dtype=np.float32,
                         meta=np.empty((0, 0), np.float32))  # fmt: skip


def _read_chunk(path: Path, block_info: Any = None) -> NDArray[np.float32]:
    (top, bottom), (left, right) = block_info[None]["array-location"]
    out = np.empty((bottom - top, right - left), np.float32)
    file = RasterRows(path)
    try:
        file.read(top, left, out)
    finally:
        file.close()
    return out
