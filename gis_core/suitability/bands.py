"""Class land window by window, so that rasters need not fit in memory.

Every cell gets the class that the whole gives it: memberships and sums look at one cell alone,
derivations are made for a whole band of rows, with as many rows around it as they look at.
"""

import math
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Protocol

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gis_core.grid import Grid
from gis_core.progress import Progress, silent
from gis_core.suitability.in_part import (
    LayersInPart,
    fails,
    levels,
    membership_by_value,
    refuse_parts,
    rows_around,
    seen_around,
)
from gis_core.suitability.kernel.blocks import Recipe
from gis_core.suitability.kernel.fused import (
    Method,
    TopsisSums,
    fused_scores,
    make_recipe,
    topsis_sums,
    with_ideals,
)
from gis_core.suitability.model import Criterion, Rule, SuitabilityModel
from gis_core.suitability.result import EXCLUDED_CLASS
from gis_core.surfaces.areas import cell_areas_m2
from gis_core.text import Text

Floats = NDArray[np.float32]
TILE = 512  # cells; windows end where the tiles of files do, so that no tile is read twice
WINDOW_BYTES = 40 << 20  # of values that a worker holds at once
DERIVED_BYTES = 160 << 20  # of derived rows, whole width, that a worker holds at once
WORKERS = 2


class Windows(Protocol):
    """A raster that gives windows of itself; asked from several threads at once."""

    def read(self, row: int, col: int, out: Floats) -> None:
        """Write the cells from `row`, `col` on into `out` (rows, cols), float32; NaN no data."""


BandLayers = LayersInPart[Windows]


@dataclass(frozen=True)
class BandTotals:
    """Cells (10,) and ground area in m² (10,) by class code; geodesic, to a few parts in 1e6."""

    cells: NDArray[np.int64]
    area_m2: NDArray[np.float64]

    @classmethod
    def none(cls) -> "BandTotals":
        """Return the totals of no cell."""
        return cls(np.zeros(EXCLUDED_CLASS + 1, np.int64), np.zeros(EXCLUDED_CLASS + 1))

    def __add__(self, other: "BandTotals") -> "BandTotals":
        """Return the totals of both parts."""
        return BandTotals(self.cells + other.cells, self.area_m2 + other.area_m2)


def classes_in_bands(
    model: SuitabilityModel,
    layers: BandLayers,
    *,
    grid: Grid,
    weights: Mapping[str, float],
    write: Callable[[int, int, NDArray[np.uint8]], None],
    progress: Progress = silent,
) -> BandTotals:
    """Class every cell of `grid` and give each window of classes to `write`.

    Parameters
    ----------
    model
        Criteria, rules, class limits and combination.
    layers
        Rasters and distances on `grid`.
    weights
        By criterion, sum 1; the criteria without one are left out, those of 0 not looked at.
    write
        Takes the first row and column of a window and its classes, uint8 (rows, cols) as
        `SuitabilityResult.class_codes`; called from several threads, windows in any order.

    Returns
    -------
    totals
        Cells and ground area by class code.

    Raises
    ------
    InvalidModelError
        If a part needs the whole land at once.
    NotFoundError
        If the layer of a criterion with a weight is missing, or of a rule that is not optional.
    """
    used = [c for c in model.criteria if weights.get(c.name, 0.0) > 0]
    rules = [(bit, r) for bit, r in enumerate(model.rules) if layers.has(r)]
    refuse_parts(model, [*used, *(r for _, r in rules)], layers)
    method = Method(model.combination, tuple(model.class_limits), levels(used))
    recipe = make_recipe([membership_by_value(c, layers) for c in used],
                         [weights[c.name] for c in used], method)  # fmt: skip
    bands = _bands(layers, grid, [*used, *(r for _, r in rules)])
    if model.combination.method == "topsis":
        recipe = _with_ideals(recipe, bands, used, rules)
    done: list[int] = []

    room = _Room()

    def work(band: _Band) -> BandTotals:
        totals = BandTotals.none()
        for window in band.windows(len(used)):
            values, failed = _land(window, used, rules, room)
            codes = fused_scores(values, recipe, failed=failed, threads=1, limiting=False).codes
            shaped = codes.reshape(window.shape)
            write(band.start, window.col, shaped)
            totals += totals_of_window(shaped, grid, (band.start, window.col))
        band.forget()
        done.append(band.start)
        progress(len(done) / len(bands), Text(
            f"Scored {len(done)} of {len(bands)} bands", f"已评分 {len(done)}/{len(bands)} 带"
        ))  # fmt: skip
        return totals

    with ThreadPoolExecutor(WORKERS) as pool:
        return reduce(add, pool.map(work, bands))


def totals_of_window(codes: NDArray[np.uint8], grid: Grid, place: tuple[int, int]) -> BandTotals:
    """Return the totals of a window of class codes, (rows, cols), whose first cell is at `place`.

    The cells of a column count with the ground area of the one in the middle.
    """
    row, col = place
    middle = row + codes.shape[0] / 2
    line = Grid(grid.crs, grid.min_x + col * grid.cell_m,
                grid.max_y - (middle - 0.5) * grid.cell_m, grid.cell_m, 1,
                codes.shape[1])  # fmt: skip
    return BandTotals(*_totals(codes, cell_areas_m2(line).to_numpy()[0].astype(np.float64)))


class _Band:
    """A band of rows, whole width, with what is derived for all of it; one thread's own."""

    def __init__(self, layers: BandLayers, grid: Grid, start: int, stop: int) -> None:
        self.layers, self.grid, self.start, self.stop = layers, grid, start, stop
        self._derived: dict[tuple[str, str, float | None], Floats] = {}
        self._inside: dict[str, NDArray[np.bool_]] = {}

    def windows(self, criteria: int) -> Iterator["_Window"]:
        """Give the band's windows from west to east, as wide as memory allows."""
        most = WINDOW_BYTES // (4 * max(1, criteria) * (self.stop - self.start))
        width = max(1, most // TILE * TILE or most)
        for col in range(0, self.grid.width, width):
            yield _Window(self, col, min(width, self.grid.width - col))

    def derived(self, part: Criterion | Rule) -> Floats:
        """Return what is derived for `part`, (rows, width)."""
        key = (part.layer, part.derive, part.radius_m)
        if key not in self._derived:
            self._derived[key] = self._derive(part)
        return self._derived[key]

    def forget(self) -> None:
        """Let go of what was derived."""
        self._derived.clear()
        self._inside.clear()

    def inside(self, theme: str) -> NDArray[np.bool_]:
        """Return which cells lie inside of the areas of `theme`, (rows, width)."""
        if theme not in self._inside:
            self._inside[theme] = self.layers.areas[theme].rows(self.start, self.stop)
        return self._inside[theme]

    def _derive(self, part: Criterion | Rule) -> Floats:
        if part.derive == "distance":
            return self.layers.distances[part.layer].rows(self.start, self.stop)
        rows = (self.start, self.stop)
        first, last = rows_around(part, rows, self.grid)
        held = np.empty((last - first, self.grid.width), np.float32)
        self.layers.rasters[part.layer].read(first, 0, held)
        return seen_around(part, held, rows, self.grid)


class _Window:
    """Some columns of a band."""

    def __init__(self, band: _Band, col: int, width: int) -> None:
        self.band, self.col = band, col
        self.shape = (band.stop - band.start, width)

    def values(self, part: Criterion | Rule, out: Floats) -> None:
        """Write what `part` looks at into `out`, shaped as the window."""
        if part.derive == "value":
            self.band.layers.rasters[part.layer].read(self.band.start, self.col, out)
        else:
            out[:] = self.band.derived(part)[:, self._cols()]

    def inside(self, theme: str) -> NDArray[np.bool_]:
        """Return which cells lie inside of the areas of `theme`, shaped as the window."""
        return self.band.inside(theme)[:, self._cols()]

    def _cols(self) -> slice:
        return slice(self.col, self.col + self.shape[1])


def _bands(layers: BandLayers, grid: Grid, parts: Sequence[Criterion | Rule]) -> list[_Band]:
    derived = {(p.layer, p.derive, p.radius_m) for p in parts if p.derive != "value"}
    rows = TILE
    while rows > 1 and 4 * grid.width * rows * (len(derived) + 2) > DERIVED_BYTES and derived:
        rows //= 2
    return [_Band(layers, grid, start, min(start + rows, grid.height))
            for start in range(0, grid.height, rows)]  # fmt: skip


class _Room(threading.local):
    """Memory that a thread fills again for every window: fresh memory costs more than the pass."""

    def __init__(self) -> None:
        self._held = np.empty(0, np.float32)

    def of(self, shape: tuple[int, ...]) -> Floats:
        """Return an array of `shape`, its values left from before."""
        size = math.prod(shape)
        if self._held.size < size:
            self._held = np.empty(size, np.float32)
        return self._held[:size].reshape(shape)


def _land(
    window: _Window,
    used: Sequence[Criterion],
    rules: Sequence[tuple[int, Rule]],
    room: _Room,
) -> tuple[Floats, NDArray[np.uint32] | None]:
    """Values (criteria, cells) and failed rules (cells,) of a window."""
    values = room.of((len(used), *window.shape))
    for held, criterion in zip(values, used, strict=True):
        window.values(criterion, held)
    if not rules:
        return values.reshape(len(used), -1), None
    failed = np.zeros(window.shape, np.uint32)
    looked_at = {(c.layer, c.derive, c.radius_m): v for c, v in zip(used, values, strict=True)}
    for bit, rule in rules:
        key = (rule.layer, rule.derive, rule.radius_m)
        if rule.inside:
            failing = window.inside(rule.layer)
        else:
            if key not in looked_at:
                looked_at[key] = np.empty(window.shape, np.float32)
                window.values(rule, looked_at[key])
            failing = fails(rule, looked_at[key], window.band.layers)
        failed |= failing.astype(np.uint32) << np.uint32(bit)
    return values.reshape(len(used), -1), failed.ravel()


def _with_ideals(
    recipe: Recipe,
    bands: Sequence[_Band],
    used: Sequence[Criterion],
    rules: Sequence[tuple[int, Rule]],
) -> Recipe:
    """The recipe of TOPSIS with what it needs of all the land; the sums are exact."""

    room = _Room()

    def sums(band: _Band) -> TopsisSums:
        found = []
        for window in band.windows(len(used)):
            values, failed = _land(window, used, rules, room)
            found.append(topsis_sums(values, recipe, failed=failed, threads=1))
        band.forget()
        return reduce(add, found)

    with ThreadPoolExecutor(WORKERS) as pool:
        return with_ideals(recipe, reduce(add, pool.map(sums, bands)))


@njit(cache=True, nogil=True)
def _totals(
    codes: NDArray[np.uint8], column_m2: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Cells and ground area by code."""
    cells, area = np.zeros(EXCLUDED_CLASS + 1, np.int64), np.zeros(EXCLUDED_CLASS + 1)
    for row in range(codes.shape[0]):
        for col in range(codes.shape[1]):
            code = codes[row, col]
            cells[code] += 1
            area[code] += column_m2[col]
    return cells, area
