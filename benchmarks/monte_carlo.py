"""1,000 draws of weights and thresholds over a prefecture, beside 1,000 passes in memory.

A pass is the fused kernel on the same values: memberships, weighted sum and classes. The draws are
worked out on a strip of the prefecture's rows and scaled to all of them, for every cell costs the
same; `UPLAND_BENCH_FULL=1` works them out on all. The passes are timed at full size, the median of
five, and multiplied.
"""

import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.measure import peak_mib, timed_in_turns
from gis_core.suitability.kernel.fused import CellScores, Method, fused_scores, make_recipe
from gis_core.suitability.membership import linear
from gis_core.suitability.model import Criterion, Threshold
from gis_core.suitability.sensitivity import CriterionCells, DrawSettings, count_draws, draw
from gis_core.text import Text

SIDE = 6700  # cells, 30 m: a prefecture
STRIP = 0.05  # of the rows; the draws of all of them take about a minute
CRITERIA, DRAWS = 9, 1000
LIMITS = (0.8, 0.65, 0.5, 0.3)
WEIGHTS = np.arange(1, CRITERIA + 1) / np.arange(1, CRITERIA + 1).sum()
SAY = Text("made up", "虚构")


def made_values(rows: int, *, seed: int = 1) -> NDArray[np.float32]:
    """Return (criteria, cells) raw values of `rows` rows, some of them without data."""
    chance = np.random.default_rng(seed)
    values = np.empty((CRITERIA, rows * SIDE), np.float32)
    for row in values:
        chance.random(dtype=np.float32, out=row)
        row *= 40
    values[0, ::17] = np.nan
    return values


def made_cells(values: NDArray[np.float32], *, spread: float = 0.2) -> list[CriterionCells]:
    """Return the values as the criteria of a model look at them, two thresholds each."""
    cells = []
    for number, row in enumerate(values):
        name = f"c{number}"
        thresholds = tuple(
            Threshold(name, key, value, "u", "planner", SAY, spread * value)
            for key, value in (("best", 5.0), ("worst", 35.0))
        )
        cells.append(CriterionCells(
            Criterion(name, SAY, "soil", name, "value", "u", linear(5.0, 35.0), 1.0, "planner",
                      SAY, thresholds=thresholds), row,
        ))  # fmt: skip
    return cells


def count(values: NDArray[np.float32], *, spread: float = 0.2) -> NDArray[np.int32]:
    """Return in how many draws each cell reaches each class; `spread` 0 moves nothing."""
    settings = DrawSettings(draws=DRAWS, weight_spread=1.25 * spread)
    drawn = draw(WEIGHTS, np.full(CRITERIA, spread > 0), settings)
    return count_draws(made_cells(values, spread=spread), drawn, limits=LIMITS).at_least


def one_pass(values: NDArray[np.float32]) -> CellScores:
    """Score and class every cell once with the kernel that a run uses."""
    recipe = make_recipe([linear(5.0, 35.0)] * CRITERIA, WEIGHTS.tolist(), Method(limits=LIMITS))
    return fused_scores(values, recipe, threads=os.cpu_count() or 1)


def rows() -> list[dict[str, Any]]:
    """Return the row of the table; `UPLAND_BENCH_SCALE` (0 to 1) makes it smaller."""
    scale = float(os.environ.get("UPLAND_BENCH_SCALE", "1"))
    all_rows = max(1, int(SIDE * scale))
    full = os.environ.get("UPLAND_BENCH_FULL") == "1"
    strip = all_rows if full else max(1, int(all_rows * STRIP))
    values = made_values(all_rows)
    part = np.ascontiguousarray(values[:, : strip * SIDE])
    count(part[:, :SIDE])  # compile
    passes = timed_in_turns({"pass": lambda: one_pass(values)}, runs=5)["pass"]
    runs = 1 if full else 3
    ours = timed_in_turns({"ours": lambda: count(part)}, runs=runs)["ours"] * all_rows / strip
    scaled = "" if strip == all_rows else f"; timed on {strip:,} rows and scaled"
    return [{
        "job": "1,000 Monte Carlo draws of weights and thresholds, class counts in every cell",
        "size": f"{all_rows:,} × {SIDE:,} cells × {CRITERIA}{scaled}",
        "ours_s": ours, "peers": {"1,000 passes of our fused kernel": DRAWS * passes},
        "floor_s": None, "peak_mib": peak_mib(), "runs": runs, "pass_s": passes,
    }]  # fmt: skip
