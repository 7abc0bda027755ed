"""The elevation model: an envelope of hilltops and floors, dissected by running water.

The envelope says how high the land may stand; each step lifts it a little towards the envelope
and lets the stream-power law carve it, coarse grid first, each finer grid starting from the last.
Hilltops so keep the heights of the description while valleys branch as water makes them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import RBFInterpolator
from scipy.ndimage import distance_transform_edt, gaussian_filter, map_coordinates
from scipy.spatial import cKDTree

from gis_core.crs import STORED, transformer
from gis_core.grid import Grid
from gis_core.progress import Progress
from gis_core.sources.demo.description import Description
from gis_core.sources.demo.drainage import accumulate, carve, route, soften
from gis_core.sources.demo.noise import fractal_noise
from gis_core.sources.demo.watercourses import Watercourse, burn_heights
from gis_core.text import Text

LEVELS = ((1600.0, 60), (800.0, 30), (400.0, 16), (200.0, 4))  # cell (m) and carving steps
LAST_STEPS = 1  # carving steps on the grid asked for
AREA_EXPONENT = 0.45  # m of the stream-power law, usual 0.35 to 0.6
NARROW_FLOOR_M = 700.0  # running water itself makes floors up to this width
LIFT = 0.16  # share of the gap to the envelope that a step closes
ERODIBILITY = 1.2  # step x K, for areas in m²: sets how deep valleys cut
CHANNEL_HEAD_M2 = 6e4  # water cuts channels only from this catchment on
CREEP = 0.3  # share by which soil creep evens a cell with its neighbours in a step
HEAD_M = 16_000.0  # a valley widens over this length from its head
BEND_M = 1800.0  # by how much the foot of a valley's side wanders
BANK_REACH_M, BANK_RISE = 2500.0, 0.007  # land beside a main river stands above its water
TANGLE = 0.35  # roughness from cell to cell, in cells: keeps gullies from running parallel
STEEPEST_LOESS, STEEPEST_ROCK = 0.62, 0.80  # angle of rest as fall over run


@dataclass(frozen=True)
class Relief:
    """Elevation and drainage on a grid.

    `z` metres (float64, filled: every cell drains); `receivers`, `order` as `drainage.route`;
    `area_km2` drained through each cell; `loess` 0 to 1; `water_z` the main rivers' height, NaN
    off them; `floor` 0 on valley floors to 1 beyond their ramps.
    """

    z: NDArray[np.float64]
    receivers: NDArray[np.int64]
    order: NDArray[np.int64]
    area_km2: NDArray[np.float64]
    loess: NDArray[np.float32]
    water_z: NDArray[np.float32]
    floor: NDArray[np.float32]


def _control_points(description: Description) -> NDArray[np.float64]:
    """Return x, y (m) and height (m) of the description's ridges, densified, and points."""
    dense = [description.heights]
    for line in description.ridges:
        for a, b in zip(line[:-1], line[1:], strict=True):
            count = max(1, int(np.hypot(*(b - a)[:2]) / 0.03))
            dense.append(a + (b - a) * (np.arange(count) / count)[:, None])
        dense.append(line[-1:])
    points = np.vstack(dense)
    x, y = transformer(STORED, description.crs).transform(points[:, 0], points[:, 1])
    return np.column_stack([x, y, points[:, 2]])


def _smoothstep(t: NDArray) -> NDArray:
    t = np.clip(t, 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def _envelope(
    description: Description, courses: dict[str, Watercourse], grid: Grid, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the envelope (m) and the floor share (0 floor … 1 hills) on a coarse grid."""
    control = _control_points(description)
    xs, ys = grid.x_centres(), grid.y_centres()
    gx, gy = np.meshgrid(xs, ys)
    here = np.column_stack([gx.ravel(), gy.ravel()])
    # the land's plan is warped a little, so that drawn lines do not show as straight lines
    warp_x = fractal_noise(xs, ys, wavelength_m=16000, smallest_m=3000, seed=seed + 1).ravel()
    warp_y = fractal_noise(xs, ys, wavelength_m=9000, smallest_m=1600, seed=seed + 2).ravel()
    warped = here + 2600.0 * np.column_stack([warp_x, warp_y])
    land = RBFInterpolator(
        control[:, :2] / 1000, control[:, 2], kernel="linear", neighbors=60, smoothing=0.3
    )(warped / 1000)
    land = gaussian_filter(land.reshape(grid.shape), 1200 / grid.cell_m)
    floor = np.ones(grid.shape)
    height = land.copy()
    for course in courses.values():
        distance, near = cKDTree(np.column_stack([course.x, course.y])).query(here)
        run = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(course.x), np.diff(course.y)))])
        grown = 1.0 if course.sketch.inflow_km2 else 0.15 + 0.85 * _smoothstep(run / HEAD_M)[near]
        wobble = (1.0 + 0.5 * warp_x) * grown
        half = np.maximum(course.floor_m[near] - NARROW_FLOOR_M, 0.0) / 2 * wobble
        distance = np.maximum(distance + BEND_M * warp_y, 0.0) * np.minimum(distance / 800.0, 1.0)
        share = _smoothstep((distance - half) / (course.sketch.ramp_km * 1000 * wobble)) ** 0.8
        fall = np.clip(0.0035 * 8000.0 / np.maximum(course.floor_m[near], 1.0), 0.0035, 0.03)
        bottom = course.z[near] + fall * np.minimum(distance, half) + 2.0
        share, bottom = share.reshape(grid.shape), bottom.reshape(grid.shape)
        height = np.minimum(height, bottom + share * np.maximum(land - bottom, 20.0))
        floor = np.minimum(floor, share)
    return height, floor


def _resample(values: NDArray, old: Grid, new: Grid, order: int = 1) -> NDArray[np.float64]:
    """Interpolate `values` on `old` at the cell centres of `new`; edges extended."""
    rows = (old.max_y - new.y_centres()) / old.cell_m - 0.5
    cols = (new.x_centres() - old.min_x) / old.cell_m - 0.5
    rr, cc = np.meshgrid(rows, cols, indexing="ij")
    out: NDArray[np.float64] = map_coordinates(
        values.astype(np.float64), [rr, cc], order=order, mode="nearest"
    )
    return out


def _edges(shape: tuple[int, int]) -> NDArray[np.bool_]:
    edge = np.zeros(shape, dtype=np.bool_)
    edge[0], edge[-1], edge[:, 0], edge[:, -1] = True, True, True, True
    return edge


def _inflows(courses: dict[str, Watercourse], grid: Grid) -> NDArray[np.float64]:
    """Return the catchment (m²) that enters each cell from outside; flat."""
    extra = np.zeros(grid.shape)
    for course in courses.values():
        if course.sketch.inflow_km2 <= 0:
            continue
        col = np.floor((course.x - grid.min_x) / grid.cell_m).astype(int)
        row = np.floor((grid.max_y - course.y) / grid.cell_m).astype(int)
        inside = (col > 0) & (row > 0) & (col < grid.width - 1) & (row < grid.height - 1)
        first = int(np.flatnonzero(inside)[0]) if inside.any() else -1
        if first >= 0:
            extra[row[first], col[first]] += course.sketch.inflow_km2 * 1e6
    return extra.ravel()


def loess_share(description: Description, z: NDArray) -> NDArray[np.float32]:
    """Return how much of the ground is loess, 0 to 1: most between the described heights."""
    low, high = (float(description.raw["loess"][k]) for k in ("from_m", "to_m"))
    rising = _smoothstep((z - low) / 60.0)
    falling = 1.0 - _smoothstep((z - (high - 350.0)) / 500.0)
    return (rising * falling).astype(np.float32)


@dataclass
class _Level:
    grid: Grid
    envelope: NDArray[np.float64]
    water: NDArray[np.float32]
    outlets: NDArray[np.bool_]
    erodibility: NDArray[np.float64]
    lowest: NDArray[np.float32]
    steepest: float
    inflow: NDArray[np.float64]


def _evolve(level: _Level, z: NDArray[np.float64], steps: int) -> NDArray[np.float64]:
    """Lift and carve `z` for `steps` steps."""
    wet = ~np.isnan(level.water)
    cell = level.grid.cell_m
    own = np.full(z.size, cell * cell) + level.inflow
    low = level.lowest.ravel()
    for _ in range(steps):
        z = z + LIFT * (level.envelope - z)
        z[wet] = level.water[wet]
        receivers, order = route(z, level.outlets)
        area = np.minimum(accumulate(receivers, order, own), 3e9)
        gathered = np.maximum(area - CHANNEL_HEAD_M2, 1.0)
        rate = level.erodibility.ravel() * gathered**AREA_EXPONENT
        rate[wet.ravel()] = 0.0
        carve(z.ravel(), receivers, order, rate, low, z.shape, level.steepest, cell)
        z = soften(z, wet, CREEP)
    return z


def _banks(water: NDArray[np.float32], cell_m: float) -> NDArray[np.float32]:
    """Return the height (m) below which the land beside a main river is not cut."""
    distance, (row, col) = distance_transform_edt(
        np.isnan(water), sampling=cell_m, return_indices=True
    )
    bank = water[row, col] + BANK_RISE * distance
    return np.where(distance < BANK_REACH_M, bank, -1e6).astype(np.float32)


def _prepare(
    description: Description, courses: dict[str, Watercourse], grid: Grid, seed: int,
    coarse: tuple[Grid, NDArray[np.float64], NDArray[np.float64]],
) -> tuple[_Level, NDArray[np.float64]]:  # fmt: skip
    """Return a level of the pyramid and its floor share."""
    base, height, floor = coarse
    share = np.clip(_resample(floor, base, grid), 0.0, 1.0)
    envelope = _resample(height, base, grid, order=1)
    xs, ys = grid.x_centres(), grid.y_centres()
    smallest = max(2 * grid.cell_m, 300.0)
    rough = fractal_noise(xs, ys, wavelength_m=9000, smallest_m=smallest, seed=seed + 3, gain=0.64)
    amplitude = np.minimum(1.0, 3.0 * share) * np.clip((envelope - 380.0) * 0.26, 8.0, 330.0)
    lost = share * np.clip((envelope - 450.0) * 0.15, 0.0, 60.0)  # what carving takes off the tops
    envelope = envelope + lost + amplitude * rough + 5.0 * (1 - share) * rough
    tangle = fractal_noise(
        xs, ys, wavelength_m=2.6 * grid.cell_m, smallest_m=2 * grid.cell_m, seed=seed + 5
    )
    envelope += share * TANGLE * grid.cell_m * tangle
    water = burn_heights(courses, grid)
    edge = _edges(grid.shape)
    loess = loess_share(description, envelope)
    hard = fractal_noise(xs, ys, wavelength_m=20000, smallest_m=2500, seed=seed + 4)
    strength = ERODIBILITY * (0.35 + 0.65 * loess) * np.exp(0.5 * hard)
    inflow = _inflows(courses, grid)
    steepest = STEEPEST_ROCK if grid.cell_m > 300 else STEEPEST_LOESS
    outlets = edge.copy()
    lowest = np.minimum(_banks(water, grid.cell_m), envelope - 0.5).astype(np.float32)
    level = _Level(grid, envelope, water, outlets, strength, lowest, steepest, inflow)
    return level, share


def build_relief(
    description: Description,
    courses: dict[str, Watercourse],
    *,
    grid: Grid,
    seed: int,
    progress: Progress,
) -> Relief:
    """Return the elevation model and its drainage on `grid`.

    The pyramid's grids are fixed, so that another cell size shows the same land more or less
    finely. Deterministic for a seed.
    """
    bounds = grid.bounds
    base = Grid.covering(bounds, crs=grid.crs, cell_m=800.0)
    height, floor = _envelope(description, courses, base, seed)
    coarse = (base, height, floor)
    sizes = [pair for pair in LEVELS if pair[0] > grid.cell_m * 1.01]
    steps = [*sizes, (grid.cell_m, LAST_STEPS if sizes else 60)]
    z: NDArray[np.float64] | None = None
    before = base
    for number, (cell, count) in enumerate(steps):
        progress(number / len(steps), Text("carving the valleys", "生成沟谷地形"))
        last = number == len(steps) - 1
        here = grid if last else Grid.covering(bounds, crs=grid.crs, cell_m=cell)
        level, share = _prepare(description, courses, here, seed, coarse)
        z = level.envelope.copy() if z is None else _resample(z, before, here)
        z = _evolve(level, z, count)
        before = here
    assert z is not None
    return _finish(description, level, z, share)


def _finish(
    description: Description, level: _Level, z: NDArray[np.float64], share: NDArray[np.float64]
) -> Relief:
    wet = ~np.isnan(level.water)
    z[wet] = level.water[wet]
    z = z.astype(np.float32).astype(np.float64)
    receivers, order = route(z, level.outlets)
    own = np.full(z.size, level.grid.cell_m**2) + level.inflow
    area = accumulate(receivers, order, own) / 1e6
    loess = loess_share(description, z)
    return Relief(
        z, receivers, order, area.reshape(z.shape), loess, level.water, share.astype(np.float32)
    )
