"""The same pass over Dask arrays: land past one machine, equal to that in memory to the bit."""

from collections.abc import Sequence
from typing import Any

import dask
import dask.array as da
import numpy as np
from numpy.typing import NDArray

from gis_core.suitability.kernel.blocks import Recipe
from gis_core.suitability.kernel.fused import (
    TopsisSums,
    fused_scores,
    topsis_sums,
    with_ideals,
)
from gis_core.suitability.kernel.methods import TOPSIS

SCORED = np.dtype([("score", "f4"), ("code", "u1"), ("limiting", "u1")])


def lazy_scores(
    layers: Sequence[da.Array | None],
    recipe: Recipe,
    *,
    failed: da.Array | None = None,
    inside: da.Array | None = None,
    limiting: bool = True,
) -> da.Array:
    """Return score, code and limiting criterion of every cell, worked out where the chunks are.

    Parameters
    ----------
    layers
        float32 (height, width), one a criterion of the recipe, in any chunks; those of weight 0
        are not looked at and may be None.
    recipe
        As `make_recipe` gives it. TOPSIS computes its sums over all land at once, here.
    failed, inside
        Bits of failed rules and the area of study, (height, width), in any chunks.
    limiting
        Whether the limiting criteria are wanted; without them they are 0.

    Returns
    -------
    scored
        Lazy, (height, width), fields ``score`` ``code`` ``limiting`` as in `CellScores`. The
        values depend neither on chunks nor on which worker does which.
    """
    land = [a for a in (failed, inside) if a is not None]
    seen = [layer for row in recipe.rows if (layer := layers[row]) is not None]
    arrays = _aligned([*(layer.astype(np.float32) for layer in seen), *land])
    has = (failed is not None, inside is not None)
    if recipe.method == TOPSIS:
        parts = da.map_blocks(_sums_block, *arrays, recipe=recipe, has=has, dtype=object,
                              meta=np.empty((0, 0), object))  # fmt: skip
        found = dask.compute(*parts.to_delayed().ravel())
        total: TopsisSums = found[0][0, 0]
        for part in found[1:]:
            total = total + part[0, 0]
        recipe = with_ideals(recipe, total)
    return da.map_blocks(_score_block, *arrays, recipe=recipe, has=has, limiting=limiting,
                         dtype=SCORED, meta=np.empty((0, 0), SCORED))  # fmt: skip


def _aligned(arrays: list[da.Array]) -> list[da.Array]:
    chunks = arrays[0].chunks
    return [array if array.chunks == chunks else array.rechunk(chunks) for array in arrays]


def _stacked(
    blocks: tuple[NDArray[Any], ...], recipe: Recipe, has: tuple[bool, bool]
) -> tuple[NDArray[np.float32], NDArray[np.uint32] | None, NDArray[np.bool_] | None]:
    """Values by place in the recipe, failed rules and the area of study, of one chunk."""
    rest = list(blocks)
    inside = np.ascontiguousarray(rest.pop(), np.bool_).reshape(-1) if has[1] else None
    failed = np.ascontiguousarray(rest.pop(), np.uint32).reshape(-1) if has[0] else None
    values = np.empty((int(recipe.rows[-1]) + 1, rest[0].size), np.float32)
    for row, block in zip(recipe.rows, rest, strict=True):
        values[row] = block.reshape(-1)
    return values, failed, inside


def _score_block(
    *blocks: NDArray[Any], recipe: Recipe, has: tuple[bool, bool], limiting: bool
) -> NDArray[Any]:
    values, failed, inside = _stacked(blocks, recipe, has)
    found = fused_scores(values, recipe, failed=failed, inside=inside, limiting=limiting,
                         threads=1)  # fmt: skip
    scored = np.zeros(values.shape[1], SCORED)
    scored["score"], scored["code"] = found.score, found.codes
    if limiting:
        scored["limiting"] = found.limiting
    return scored.reshape(blocks[0].shape)


def _sums_block(*blocks: NDArray[Any], recipe: Recipe, has: tuple[bool, bool]) -> NDArray[Any]:
    values, failed, inside = _stacked(blocks, recipe, has)
    out = np.empty((1, 1), object)
    out[0, 0] = topsis_sums(values, recipe, failed=failed, inside=inside, threads=1)
    return out
