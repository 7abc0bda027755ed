"""Nine criteria of a prefecture in memory to score and class: the fused pass beside its peers.

All begin with raw values in float32 and the same straight-line memberships, and give the score and
its class. Here numexpr gets one expression and a buffer for its result, xarray
is written as its users write it. The floor is one compiled sum over the same bytes, on all
processors.
"""

import os
from typing import Any

import numba
import numexpr
import numpy as np
import xarray as xr
from numpy.typing import NDArray

from benchmarks.measure import peak_mib, timed_in_turns
from gis_core.suitability.kernel.blocks import Recipe
from gis_core.suitability.kernel.fused import Method, fused_scores, make_recipe
from gis_core.suitability.membership import linear

CRITERIA = 9
SIDE = 6700
LIMITS = (0.8, 0.6, 0.4, 0.2)
Floats = NDArray[np.float32]
Made = tuple[Floats, list[tuple[float, float]], list[float]]


def made_values(cells: int, *, seed: int = 1) -> Made:
    """Return values (criteria, cells) with gaps, the best and worst of each, and weights."""
    chance = np.random.default_rng(seed)
    values = np.empty((CRITERIA, cells), np.float32)
    for row in values:
        row[:] = chance.random(cells, dtype=np.float32)
        row *= 100
    values[0, ::97] = np.nan
    ends = [(90.0, 10.0 + k) if k % 2 else (5.0, 95.0 - k) for k in range(CRITERIA)]
    weights = chance.random(CRITERIA) + 0.1
    return values, ends, list(weights / weights.sum())


def our_recipe(made: Made) -> Recipe:
    """Return what the fused pass is to do."""
    _, ends, weights = made
    shapes = [linear(best, worst) for best, worst in ends]
    return make_recipe(shapes, weights, Method(limits=LIMITS))


def by_numexpr(made: Made, score: Floats, codes: NDArray[np.uint8]) -> None:
    """Score and class by numexpr: one expression for the score, one for the class."""
    values, ends, weights = made
    names = {f"v{k}": row for k, row in enumerate(values)}
    numbers: dict[str, np.float32] = {"zero": np.float32(0), "one": np.float32(1)}
    parts = []
    for k, ((best, worst), weight) in enumerate(zip(ends, weights, strict=True)):
        numbers |= {f"a{k}": np.float32(1 / (best - worst)), f"b{k}": np.float32(worst),
                    f"w{k}": np.float32(weight)}  # fmt: skip
        line = f"(v{k} - b{k}) * a{k}"
        parts.append(f"w{k} * where({line} > one, one, where({line} < zero, zero, {line}))")
    given = names | numbers
    numexpr.evaluate(" + ".join(parts), local_dict=given, out=score)
    least = {f"l{i}": np.float32(limit - 1e-6) for i, limit in enumerate(LIMITS)}
    steps = " + ".join(f"where(s < l{i}, 1, 0)" for i in range(len(LIMITS)))
    numexpr.evaluate(f"where(s == s, 1 + {steps}, 0)", local_dict={"s": score, **least}, out=codes,
                     casting="unsafe")  # fmt: skip


def by_xarray(made: Made, side: tuple[int, int]) -> tuple[xr.DataArray, xr.DataArray]:
    """Score and class by whole-array steps of xarray."""
    values, ends, weights = made
    total = xr.DataArray(np.zeros(side, np.float32), dims=("y", "x"))
    for row, (best, worst), weight in zip(values, ends, weights, strict=True):
        layer = xr.DataArray(row.reshape(side), dims=("y", "x"))
        line = (layer - np.float32(worst)) * np.float32(1 / (best - worst))
        total = total + np.float32(weight) * line.clip(0, 1)
    lower = sum((total < np.float32(limit - 1e-6)).astype(np.uint8) for limit in LIMITS)
    return total, (1 + lower).where(total.notnull(), 0).astype(np.uint8)


@numba.njit(parallel=True, fastmath=True, cache=True)
def stream(values: Floats) -> float:
    """Return the sum of all values: one pass over the bytes."""
    total = np.float32(0)
    for i in numba.prange(values.size):
        total += values[i]
    return total


def rows() -> list[dict[str, Any]]:
    """Return the row of the table; `UPLAND_BENCH_SCALE` (0 to 1) makes it smaller."""
    side = max(64, int(SIDE * float(os.environ.get("UPLAND_BENCH_SCALE", "1")) ** 0.5))
    made = made_values(side * side)
    recipe, flat = our_recipe(made), made[0].reshape(-1)
    score, codes = np.empty(side * side, np.float32), np.empty(side * side, np.uint8)
    runs = 5
    times = timed_in_turns(
        {
            "ours": lambda: fused_scores(made[0], recipe, limiting=False),
            "numexpr": lambda: by_numexpr(made, score, codes),
            "xarray": lambda: by_xarray(made, (side, side)),
            "floor": lambda: stream(flat),
        },
        runs=runs,
    )
    return [{
        "job": "memberships, weighted sum and classes, in memory",
        "size": f"{side:,} × {side:,} cells × {CRITERIA}", "ours_s": times["ours"],
        "peers": {"numexpr": times["numexpr"], "xarray": times["xarray"]},
        "floor_s": times["floor"], "peak_mib": peak_mib(), "runs": runs,
    }]  # fmt: skip
