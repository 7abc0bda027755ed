"""Class land window by window, so that rasters need not fit in memory.

Every cell gets the class that the whole gives it: memberships and sums look at one cell alone,
derivations are made for a whole band of rows, with as many rows around it as they look at.
"""

import math
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import reduce
from operator import add
from typing import Protocol

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gis_core.errors import InvalidModelError, InvalidParameterError
from gis_core.grid import Grid
from gis_core.progress import Progress, silent
from gis_core.suitability.kernel.blocks import Recipe
from gis_core.suitability.kernel.fused import (
    Method,
    TopsisSums,
    fused_scores,
    make_recipe,
    topsis_sums,
    with_ideals,
)
from gis_core.suitability.kernel.shapes import LEVEL
from gis_core.suitability.membership import Categorical, Membership, class_key, class_keys
from gis_core.suitability.model import Criterion, Rule, SuitabilityModel
from gis_core.suitability.result import EXCLUDED_CLASS
from gis_core.surfaces.areas import cell_areas_m2
from gis_core.surfaces.distance import DistanceStrips
from gis_core.surfaces.windows import LOCAL, derived, margin_cells
from gis_core.text import Text

Floats = NDArray[np.float32]
TILE = 512  # cells; windows end where the tiles of files do, so that no tile is read twice
WINDOW_BYTES = 40 << 20  # of values that a worker holds at once
DERIVED_BYTES = 160 << 20  # of derived rows, whole width, that a worker holds at once
WORKERS = 2
BANDWISE = ("value", *LOCAL, "distance")


class Windows(Protocol):
    """A raster that gives windows of itself; asked from several threads at once."""

    def read(self, row: int, col: int, out: Floats) -> None:
        """Write the cells from `row`, `col` on into `out` (rows, cols), float32; NaN no data."""


@dataclass(frozen=True)
class BandLayers:
    """Where the values come from, all on one grid.

    Attributes
    ----------
    rasters
        By theme.
    distances
        Strips of the distance to the nearest feature, by theme of a vector layer.
    legends
        Names of the values of rasters of classes, by theme.
    """

    rasters: Mapping[str, Windows]
    distances: Mapping[str, DistanceStrips] = field(default_factory=dict)
    legends: Mapping[str, Mapping[int, Text]] = field(default_factory=dict)

    def has(self, part: Criterion | Rule) -> bool:
        """Return whether the layer of `part` is here."""
        return part.layer in (self.distances if part.derive == "distance" else self.rasters)


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


@dataclass(frozen=True)
class ArrayWindows:
    """A raster in memory, float32 (height, width)."""

    values: Floats

    def read(self, row: int, col: int, out: Floats) -> None:
        """Write the cells from `row`, `col` on into `out`."""
        out[:] = self.values[row : row + out.shape[0], col : col + out.shape[1]]


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
    """
    used = [c for c in model.criteria if weights.get(c.name, 0.0) > 0]
    rules = [(bit, r) for bit, r in enumerate(model.rules) if layers.has(r)]
    _refuse_whole(model, [*used, *(r for _, r in rules)])
    method = Method(model.combination, tuple(model.class_limits), _levels(used))
    recipe = make_recipe([_membership(c, layers) for c in used], [weights[c.name] for c in used],
                         method)  # fmt: skip
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
            totals += BandTotals(*_totals(shaped, window.column_areas_m2()))
        band.forget()
        done.append(band.start)
        progress(len(done) / len(bands), Text(
            f"Scored {len(done)} of {len(bands)} bands", f"已评分 {len(done)}/{len(bands)} 带"
        ))  # fmt: skip
        return totals

    with ThreadPoolExecutor(WORKERS) as pool:
        return reduce(add, pool.map(work, bands))


class _Band:
    """A band of rows, whole width, with what is derived for all of it; one thread's own."""

    def __init__(self, layers: BandLayers, grid: Grid, start: int, stop: int) -> None:
        self.layers, self.grid, self.start, self.stop = layers, grid, start, stop
        self._derived: dict[tuple[str, str, float | None], Floats] = {}

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

    def _derive(self, part: Criterion | Rule) -> Floats:
        if part.derive == "distance":
            return self.layers.distances[part.layer].rows(self.start, self.stop)
        if part.derive != "aspect":
            return self._looking_around(part, part.derive)
        facing = self._looking_around(part, "aspect")
        return np.where(self._looking_around(part, "slope") == 0, LEVEL, facing)

    def _looking_around(self, part: Criterion | Rule, derive: str) -> Floats:
        cell_m, radius_m = self.grid.cell_m, part.radius_m
        margin = margin_cells(derive, cell_m=cell_m, radius_m=radius_m)
        return derived(
            derive, self._wide(part.layer, margin), cell_m=cell_m, radius_m=radius_m,
            ends=(self.start == 0, self.stop == self.grid.height),
        )  # fmt: skip

    def _wide(self, theme: str, margin: int) -> Floats:
        """The rows and `margin` cells around them, NaN beyond the grid."""
        first, last = max(0, self.start - margin), min(self.grid.height, self.stop + margin)
        wide = np.full(
            (self.stop - self.start + 2 * margin, self.grid.width + 2 * margin), np.nan, np.float32
        )
        held = np.empty((last - first, self.grid.width), np.float32)
        self.layers.rasters[theme].read(first, 0, held)
        top = first - (self.start - margin)
        wide[top : top + len(held), margin : margin + self.grid.width] = held
        return wide


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
            out[:] = self.band.derived(part)[:, self.col : self.col + self.shape[1]]

    def column_areas_m2(self) -> NDArray[np.float64]:
        """Ground area of the cells of each column, taken in the middle of the band's rows."""
        grid, middle = self.band.grid, (self.band.start + self.band.stop) / 2
        line = Grid(grid.crs, grid.min_x + self.col * grid.cell_m,
                    grid.max_y - (middle - 0.5) * grid.cell_m, grid.cell_m, 1,
                    self.shape[1])  # fmt: skip
        return cell_areas_m2(line).to_numpy()[0].astype(np.float64)


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
    same = {(c.layer, c.derive, c.radius_m): i for i, c in enumerate(used)}
    own = np.empty(window.shape, np.float32)
    for bit, rule in rules:
        place = same.get((rule.layer, rule.derive, rule.radius_m))
        looked_at = own if place is None else values[place]
        if place is None:
            window.values(rule, own)
        failed |= _fails(rule, looked_at, window).astype(np.uint32) << np.uint32(bit)
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


def _levels(used: Sequence[Criterion]) -> tuple[float, ...]:
    return tuple(np.nan if c.flat is None else c.flat for c in used)


def _fails(rule: Rule, values: Floats, window: _Window) -> NDArray[np.bool_]:
    if rule.within_m is not None:
        return values < np.float32(rule.within_m)
    if rule.above is not None:
        return values > np.float32(rule.above)
    if rule.below is not None:
        return values < np.float32(rule.below)
    names = _names(window.band.layers, rule.layer)
    wanted = {class_key(name) for name in rule.classes}
    chosen = [v for v in _known(rule.classes, names) if class_keys(v, names) & wanted]
    return np.isin(values, chosen)


def _membership(criterion: Criterion, layers: BandLayers) -> Membership:
    """The membership, with the classes of a categorical one by value."""
    membership = criterion.membership
    if not isinstance(membership, Categorical):
        return membership
    names = _names(layers, criterion.layer)
    return membership.by_value(_known(membership.scores, names), names)


def _names(layers: BandLayers, theme: str) -> dict[int, tuple[str, str]]:
    return {value: (t.en, t.zh) for value, t in layers.legends.get(theme, {}).items()}


def _known(written: Sequence[str] | Mapping[str, float], names: Mapping[int, object]) -> list[int]:
    """Values that the legend or the model itself names."""
    return sorted({*names, *(int(name) for name in written if name.strip().isdecimal())})


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


def _refuse_whole(model: SuitabilityModel, parts: Sequence[Criterion | Rule]) -> None:
    """Refuse what cannot be worked out from a band of rows."""
    for part in parts:
        if part.derive not in BANDWISE or getattr(part, "inside", False):
            what = "inside" if getattr(part, "inside", False) else part.derive
            raise InvalidModelError(
                f"'{part.name}' of model '{model.name}' looks at the {what} of '{part.layer}', "
                f"which needs the whole land at once; in bands only {', '.join(BANDWISE)} can be "
                "worked out. Run the model in memory, or make that surface first and name it as a "
                "raster.",
                f"模型“{model.name}”的“{part.name}”需要“{part.layer}”的 {what}，须一次读入全域；"
                f"分带计算仅支持 {'、'.join(BANDWISE)}。"
                "请在内存中运行该模型，或先生成该栅格再引用。",
            )


def refuse_other_grid(name: str, found: Grid, wanted: Grid) -> None:
    """Refuse a raster on another grid than the first.

    Raises
    ------
    InvalidParameterError
        If the grids differ.
    """
    if found != wanted:
        raise InvalidParameterError(
            f"'{name}' stands on another grid ({found.width} × {found.height} cells of "
            f"{found.cell_m:g} m) than the others ({wanted.width} × {wanted.height} of "
            f"{wanted.cell_m:g} m). Bring all rasters onto one grid first, as gdalwarp does.",
            f"“{name}”的格网（{found.width}×{found.height}，{found.cell_m:g} 米）与其他栅格"
            f"（{wanted.width}×{wanted.height}，{wanted.cell_m:g} 米）不一致；请先对齐到同一格网"
            "（如用 gdalwarp）。",
        )
