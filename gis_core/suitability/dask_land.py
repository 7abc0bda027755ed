"""A whole model over Dask arrays: land past one machine, equal to that in memory to the bit."""

from collections.abc import Mapping, Sequence
from typing import Any

import dask
import dask.array as da
import numpy as np
import xarray as xr
from numpy.typing import DTypeLike, NDArray

from gis_core.errors import InvalidParameterError
from gis_core.grid import Grid
from gis_core.suitability.dask_arrays import lazy_scores
from gis_core.suitability.in_part import (
    LayersInPart,
    fails,
    levels,
    membership_by_value,
    refuse_other_grid,
    refuse_parts,
    rows_around,
    seen_around,
)
from gis_core.suitability.kernel.fused import Method, make_recipe
from gis_core.suitability.model import Criterion, Rule, SuitabilityModel
from gis_core.text import Text

LazyRaster = da.Array | xr.DataArray
LazyLayers = LayersInPart[LazyRaster]
ROWS = 512  # of a chunk, whole width, where no raster says how the land is cut

Floats = NDArray[np.float32]


def lazy_suitability(
    model: SuitabilityModel,
    layers: LazyLayers,
    *,
    grid: Grid,
    weights: Mapping[str, float],
    inside: da.Array | None = None,
    limiting: bool = True,
) -> da.Array:
    """Return score, code and limiting criterion of every cell, worked out where the chunks are.

    Parameters
    ----------
    model
        Criteria, rules, class limits and combination.
    layers
        Rasters (height, width) on `grid`, NaN where there is no data: Dask arrays, or DataArrays
        upon them, in any chunks; the result has those of the first. Strips of distances and areas
        on `grid`, or a cluster's futures of them. Slope and the like, focal means, distances and
        areas are made for the same rows, whole width: chunks of few rows cost more.
    weights
        By criterion, as `resolve_weights` gives them; the criteria without one are left out,
        those of 0 not looked at.
    inside
        The area of study, bool (height, width); None takes all.
    limiting
        Whether the limiting criteria are wanted; without them they are 0.

    Returns
    -------
    scored
        Lazy, (height, width), fields ``score`` (float32), ``code`` and ``limiting`` (uint8) as in
        `SuitabilityResult`: the limiting criterion counts from 1 those that `weights` names. The
        values depend neither on chunks nor on which worker does which. TOPSIS looks at all the
        land once here.

    Raises
    ------
    InvalidModelError
        If a part needs the whole land at once.
    NotFoundError
        If the layer of a criterion with a weight is missing, or of a rule that is not optional.
    InvalidParameterError
        If a raster is not on `grid`.
    InvalidCriterionError
        If a weight is bad.
    """
    used = [c for c in model.criteria if c.name in weights]
    shares = [weights[c.name] for c in used]
    rules = [(bit, r) for bit, r in enumerate(model.rules) if layers.has(r)]
    seen = [c for c in used if weights[c.name] != 0]
    refuse_parts(model, [*seen, *(r for _, r in rules)], layers)
    recipe = make_recipe(
        [membership_by_value(c, layers) for c in used], shares,
        Method(model.combination, tuple(model.class_limits), levels(used)),
    )  # fmt: skip
    land = _LazyLand(layers, grid)
    return lazy_scores(
        [land.values(c) if share else None for c, share in zip(used, shares, strict=True)], recipe,
        failed=land.failed(rules), inside=inside, limiting=limiting,
    )  # fmt: skip


class _LazyLand:
    """What criteria and rules look at, in the same chunks, each made once."""

    def __init__(self, layers: LazyLayers, grid: Grid) -> None:
        self.layers, self.grid = layers, grid
        self._rasters = {t: _on_grid(t, raster, grid) for t, raster in layers.rasters.items()}
        cut = da.core.normalize_chunks((ROWS, -1), grid.shape)
        self._chunks = next((raster.chunks for raster in self._rasters.values()), cut)
        ends = np.cumsum([0, *self._chunks[0]]).tolist()
        self._rows = list(zip(ends, ends[1:], strict=False))
        self._made: dict[tuple[str, str, float | None], da.Array] = {}

    def values(self, part: Criterion | Rule) -> da.Array:
        """Return what `part` looks at, float32."""
        key = (part.layer, part.derive, part.radius_m)
        if key not in self._made:
            self._made[key] = self._make(part).rechunk(self._chunks)
        return self._made[key]

    def failed(self, rules: Sequence[tuple[int, Rule]]) -> da.Array | None:
        """Return the bits of the rules that each cell fails, uint32; None without rules."""
        bits = None
        for bit, rule in rules:
            own = self._fails(rule).astype(np.uint32) << np.uint32(bit)
            bits = own if bits is None else bits | own
        return bits

    def _fails(self, rule: Rule) -> da.Array:
        if rule.inside:
            inside = self._by_strips(self.layers.areas[rule.layer], np.bool_)
            return inside.rechunk(self._chunks)
        return da.map_blocks(_fails_block, self.values(rule), rule=rule,
                             legends=self.layers.legends, dtype=np.bool_,
                             meta=np.empty((0, 0), np.bool_))  # fmt: skip

    def _make(self, part: Criterion | Rule) -> da.Array:
        if part.derive == "value":
            return self._rasters[part.layer]
        if part.derive == "distance":
            return self._by_strips(self.layers.distances[part.layer], np.float32)
        return da.concatenate([self._around(part, rows) for rows in self._rows])

    def _around(self, part: Criterion | Rule, rows: tuple[int, int]) -> da.Array:
        """Derive some rows from as many around them as they look at, whole width."""
        first, last = rows_around(part, rows, self.grid)
        held = self._rasters[part.layer][first:last].rechunk((last - first, self.grid.width))
        return da.map_blocks(
            _around_block, held, part=part, rows=rows, grid=self.grid, dtype=np.float32,
            chunks=((rows[1] - rows[0],), (self.grid.width,)), meta=np.empty((0, 0), np.float32),
        )  # fmt: skip

    def _by_strips(self, strips: Any, dtype: DTypeLike) -> da.Array:
        """Ask for rows where they are wanted; the strips go to each worker once."""
        held = dask.delayed(strips, pure=False, traverse=False)
        asked = dask.delayed(_rows_of, pure=False)
        return da.concatenate([
            da.from_delayed(asked(held, start, stop), (stop - start, self.grid.width), dtype)
            for start, stop in self._rows
        ])  # fmt: skip


def _fails_block(
    block: Floats, *, rule: Rule, legends: Mapping[str, Mapping[int, Text]]
) -> NDArray[np.bool_]:
    return fails(rule, block, LayersInPart[Any]({}, legends=legends))


def _around_block(
    block: Floats, *, part: Criterion | Rule, rows: tuple[int, int], grid: Grid
) -> Floats:
    return seen_around(part, block, rows, grid)


def _rows_of(strips: Any, start: int, stop: int) -> NDArray[Any]:
    return np.asarray(strips.rows(start, stop))


def _on_grid(theme: str, raster: LazyRaster, grid: Grid) -> da.Array:
    if isinstance(raster, xr.DataArray):
        refuse_other_grid(theme, Grid.of(raster), grid)
    cells: da.Array = da.asarray(raster.data if isinstance(raster, xr.DataArray) else raster)
    if cells.shape != grid.shape:
        raise InvalidParameterError(
            f"'{theme}' has {cells.shape} cells, the grid (rows, columns) {grid.shape}. Bring all "
            "rasters onto one grid first.",
            f"“{theme}”的单元为 {cells.shape}，格网（行、列）为 {grid.shape}；"
            "请先将所有栅格对齐到同一格网。",
        )
    return cells.astype(np.float32)
