"""Travel time over the grid: friction, time to the nearest target, villages × destinations.

Friction is minutes per metre of way, the same in every direction (isotropic), so the time to a
target equals the time from it; results are nevertheless named by direction, village → target.
A step between neighbouring cells, 8 of them, costs its length times the mean of both frictions.
Barriers are NaN or ``inf``.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import xarray as xr
from numba import njit
from numpy.typing import NDArray

from gis_core.errors import InvalidParameterError
from gis_core.grid import Grid
from gis_core.progress import Progress, silent
from gis_core.surfaces.speeds import Speeds
from gis_core.text import Text

MINUTES_PER_METRE_AT_1_KMH = 60.0 / 1000.0
TOBLER_TOP_KMH, TOBLER_DECAY, TOBLER_BEST_SLOPE = 6.0, 3.5, 0.05
MAX_BUCKETS = 4096  # of the circular queue; wider buckets are re-scanned, the result is the same
SNAP_CELLS = 3  # a point on a barrier starts from the nearest passable cell this near
WORKERS = 2

Floats = NDArray[np.float64]


def friction_from(
    slope: xr.DataArray,
    *,
    speeds: Speeds,
    road_kmh: xr.DataArray | None = None,
    barrier: xr.DataArray | None = None,
    walking_factor: xr.DataArray | None = None,
) -> xr.DataArray:
    """Return friction in minutes per metre: roads at their speed, elsewhere walking by slope.

    Parameters
    ----------
    slope
        Degrees, 0 to 90, dims (y, x); NaN is no data and becomes a barrier off the roads.
    speeds
        Walking parameters.
    road_kmh
        Speed of the fastest road in the cell, km/h, on the same grid; NaN or 0 without a road.
    barrier
        True where nobody passes off the road (rivers, closed areas); roads bridge it.
    walking_factor
        Multiplies walking speed by land cover, above 0 to 1; NaN counts as 1.

    Returns
    -------
    friction
        float64, minutes per metre; NaN is a barrier.

    Raises
    ------
    InvalidParameterError
        If a layer stands on another grid than `slope`.

    References
    ----------
    Tobler (1993), Three presentations on geographical analysis and modeling: walking speed
    6 exp(−3.5 |s + 0.05|) km/h at slope s; the mean pace of going up and going down is taken, so
    friction has no direction.
    """
    grid = Grid.of(slope)
    for name, layer in (("road_kmh", road_kmh), ("barrier", barrier),
                        ("walking_factor", walking_factor)):  # fmt: skip
        if layer is not None and Grid.of(layer) != grid:
            raise InvalidParameterError(
                f"Layer {name} stands on another grid than the slope; align it first.",
                f"图层 {name} 与坡度的格网不一致；请先对齐。",
            )
    pace = walking_pace(slope.to_numpy().astype(float)) / speeds.off_road_factor
    pace[slope.to_numpy() > speeds.steepest_deg] = np.nan
    if walking_factor is not None:
        factor = walking_factor.to_numpy().astype(float)
        pace /= np.where(factor > 0, factor, 1.0)
    if barrier is not None:
        pace[barrier.to_numpy().astype(bool)] = np.nan
    if road_kmh is not None:
        kmh = road_kmh.to_numpy().astype(float)
        on_road = kmh > 0
        pace[on_road] = MINUTES_PER_METRE_AT_1_KMH / kmh[on_road]
    return grid.wrap(pace, name="friction")


def walking_pace(slope_deg: Floats) -> Floats:
    """Return minutes per metre on foot on a path: mean of up and down; NaN stays NaN."""
    rise = np.tan(np.deg2rad(slope_deg))
    up, down = (
        TOBLER_TOP_KMH * np.exp(-TOBLER_DECAY * np.abs(s + TOBLER_BEST_SLOPE))
        for s in (rise, -rise)
    )
    return MINUTES_PER_METRE_AT_1_KMH * (1.0 / up + 1.0 / down) / 2.0


def travel_time(friction: xr.DataArray, *, targets: xr.DataArray) -> xr.DataArray:
    """Return minutes from every cell to the nearest target cell.

    Parameters
    ----------
    friction
        Minutes per metre, above 0, dims (y, x); NaN or ``inf`` is a barrier.
    targets
        True at target cells, same grid; a target on a barrier is reached from nowhere.

    Returns
    -------
    minutes
        float64 on the same grid; NaN on barriers and where no target can be reached.

    Raises
    ------
    InvalidParameterError
        If grids differ, a friction is 0 or negative, or there is no target.
    """
    grid = Grid.of(friction)
    mask = targets.to_numpy().astype(bool)
    if Grid.of(targets) != grid or not mask.any():
        raise InvalidParameterError(
            "The targets must stand on the grid of the friction and hold at least one cell.",
            "目标栅格应与阻力格网一致，且至少有一个目标像元。",
        )
    padded = _pad(friction)
    rows, cols = np.nonzero(mask)
    starts = (rows + 1) * (grid.width + 2) + cols + 1
    minutes = _spread(padded, starts.astype(np.int64), grid.width + 2, grid.cell_m,
                      *_buckets(padded, grid.cell_m))  # fmt: skip
    inner = minutes.reshape(grid.height + 2, grid.width + 2)[1:-1, 1:-1]
    return grid.wrap(np.where(np.isfinite(inner), inner, np.nan), name="travel_time_min")


def origin_destination_times(
    friction: xr.DataArray,
    *,
    origins: Floats,
    destinations: Floats,
    progress: Progress = silent,
) -> Floats:
    """Return minutes from every origin to every destination.

    One spread over the grid a destination, on two threads. A point on a barrier starts from the
    nearest passable cell within 3 cells. Both in the same cell: 0 minutes.

    Parameters
    ----------
    friction
        Minutes per metre, above 0, dims (y, x); NaN or ``inf`` is a barrier.
    origins, destinations
        (n, 2) and (m, 2): x, y in the grid's CRS; NaN for a point without a place.

    Returns
    -------
    minutes
        (n, m) float64; NaN where no way leads, or a point lies off the grid.

    Raises
    ------
    InvalidParameterError
        If a friction is 0 or negative, or the points are not pairs.
    """
    for name, points in (("origins", origins), ("destinations", destinations)):
        if np.ndim(points) != 2 or np.shape(points)[1] != 2:
            raise InvalidParameterError(
                f"The {name} have shape {np.shape(points)}, wanted (n, 2): x and y.",
                f"{name} 的形状为 {np.shape(points)}，应为 （n, 2）：x 与 y。",
            )
    grid, padded = Grid.of(friction), _pad(friction)
    width = grid.width + 2
    from_cell, to_cell = (_cells(points, grid, padded, width) for points in (origins, destinations))
    queue = _buckets(padded, grid.cell_m)
    placed = np.flatnonzero(to_cell >= 0)
    starts, owner = np.unique(to_cell[placed], return_inverse=True)
    owner = np.asarray(owner)
    reached = np.full((len(starts), len(origins)), np.nan)
    here = from_cell >= 0

    def one(start: int) -> None:
        cell = starts[start : start + 1]
        minutes = _spread(padded, cell, width, grid.cell_m, *queue)[from_cell[here]]
        reached[start, here] = np.where(np.isfinite(minutes), minutes, np.nan)

    _run_all(one, len(starts), progress)
    times = np.full((len(origins), len(destinations)), np.nan)
    times[:, placed] = reached[owner].T
    return times


def _run_all(one: Callable[[int], None], count: int, progress: Progress) -> None:
    with ThreadPoolExecutor(WORKERS) as pool:
        for done, _ in enumerate(pool.map(one, range(count)), 1):
            progress(done / count, Text(f"travel times, {done} of {count} destinations",
                                        f"计算出行时间：{done}/{count}个安置点"))  # fmt: skip


def _pad(friction: xr.DataArray) -> Floats:
    """Return the friction as a flat array with a border of barriers; barriers are ``inf``."""
    values = friction.to_numpy().astype(float)
    if (values <= 0).any():
        raise InvalidParameterError(
            f"Friction must be above 0 minutes per metre; the least is {np.nanmin(values)}.",
            f"阻力应大于0分钟/米；最小值为 {np.nanmin(values)}。",
        )
    values = np.where(np.isfinite(values), values, np.inf)
    return np.pad(values, 1, constant_values=np.inf).ravel()


def _buckets(padded: Floats, cell_m: float) -> tuple[float, int]:
    """Return the width of a bucket in minutes and their number, enough for the dearest step."""
    finite = padded[np.isfinite(padded)]
    if not finite.size:
        return 1.0, 2
    least, most = float(finite.min()) * cell_m, float(finite.max()) * cell_m * 2**0.5
    width = max(least, most / (MAX_BUCKETS - 2))
    return width, int(most / width) + 2


def _cells(points: Floats, grid: Grid, padded: Floats, width: int) -> NDArray[np.int64]:
    """Return each point's cell in the padded array, −1 off the grid or far from any way."""
    points = np.asarray(points, dtype=float)
    inside = np.asarray(np.isfinite(points).all(axis=1), dtype=bool)
    safe = np.where(inside[:, None], points, 0.0)
    col = np.floor((safe[:, 0] - grid.min_x) / grid.cell_m)
    row = np.floor((grid.max_y - safe[:, 1]) / grid.cell_m)
    inside &= (col >= 0) & (col < grid.width) & (row >= 0) & (row < grid.height)
    cells = np.where(inside, (row + 1) * width + col + 1, -1).astype(np.int64)
    for i in np.flatnonzero(inside):
        if not np.isfinite(padded[cells[i]]):
            cells[i] = _nearest_passable(padded, int(cells[i]), width)
    return cells


def _nearest_passable(padded: Floats, cell: int, width: int) -> int:
    row, col = divmod(cell, width)
    table = padded.reshape(-1, width)
    top, left = max(row - SNAP_CELLS, 0), max(col - SNAP_CELLS, 0)
    rows, cols = np.nonzero(np.isfinite(table[top : row + SNAP_CELLS + 1,
                                              left : col + SNAP_CELLS + 1]))  # fmt: skip
    if not len(rows):
        return -1
    away = (rows + top - row) ** 2 + (cols + left - col) ** 2
    nearest = int(np.argmin(away))
    return int((rows[nearest] + top) * width + cols[nearest] + left)


@njit(cache=True, nogil=True)
def _spread(
    friction: Floats,
    starts: NDArray[np.int64],
    width: int,
    cell_m: float,
    step: float,
    buckets: int,
) -> Floats:
    """Spread from the starts over the padded grid; ``inf`` where nothing leads.

    A circular bucket queue (Dial 1969) of linked entries. A cell may be queued more than once and
    is scanned again when it was bettered within its bucket, so the width of buckets does not
    touch the result.
    """
    minutes = np.full(friction.size, np.inf)
    scanned = np.full(friction.size, np.inf)
    offsets = np.array([-width, width, -1, 1, -width - 1, -width + 1, width - 1, width + 1])
    head = np.full(buckets, -1, np.int64)
    cell_of = np.empty(4 * friction.size // 3 + 8, np.int32)
    next_of = np.empty(cell_of.size, np.int32)
    free, used, waiting = -1, 0, 0
    for i in range(len(starts)):
        if np.isfinite(friction[starts[i]]) and minutes[starts[i]] > 0.0:
            minutes[starts[i]] = 0.0
            cell_of[used], next_of[used], head[0] = starts[i], head[0], used
            used += 1
            waiting += 1
    bucket = 0
    while waiting:
        entry = head[bucket % buckets]
        if entry < 0:
            bucket += 1
            continue
        head[bucket % buckets] = next_of[entry]
        cell = cell_of[entry]
        next_of[entry], free = free, entry
        waiting -= 1
        now = minutes[cell]
        if now >= scanned[cell]:
            continue
        scanned[cell] = now
        for k in range(8):
            near = cell + offsets[k]
            length = cell_m if k < 4 else cell_m * 2.0**0.5
            reach = now + length * 0.5 * (friction[cell] + friction[near])
            if reach < minutes[near]:
                minutes[near] = reach
                if free >= 0:
                    slot = free
                    free = next_of[free]
                else:
                    if used == cell_of.size:
                        cell_of, next_of = _double(cell_of), _double(next_of)
                    slot = used
                    used += 1
                place = int(reach / step) % buckets
                cell_of[slot], next_of[slot], head[place] = near, head[place], slot
                waiting += 1
    return minutes


@njit(cache=True, nogil=True)
def _double(values: NDArray[np.int32]) -> NDArray[np.int32]:
    larger = np.empty(2 * values.size, values.dtype)
    larger[: values.size] = values
    return larger
