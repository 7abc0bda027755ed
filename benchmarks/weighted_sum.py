"""Weighted sum, exclusions and classes of many cells: the fused pass beside NumPy's steps."""

import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.measure import peak_mib, timed_in_turns
from gis_core.suitability.combine import weighted_classes
from gis_core.suitability.result import EXCLUDED_CLASS, NO_DATA_CLASS

CRITERIA = 10
LIMITS = np.array([0.8, 0.65, 0.5, 0.3], np.float32)
Made = tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.uint32], NDArray[np.bool_]]


def made_scores(cells: int, *, seed: int = 1) -> Made:
    """Return scores (criteria, cells) with gaps, weights, failed rules and what lies inside."""
    chance = np.random.default_rng(seed)
    scores = chance.random((CRITERIA, cells), dtype=np.float32)
    scores[0, chance.random(cells) < 0.05] = np.nan
    weights = chance.random(CRITERIA).astype(np.float32)
    failed = (chance.random(cells) < 0.3).astype(np.uint32)
    return scores, weights / weights.sum(), failed, chance.random(cells) < 0.9


def by_numpy(made: Made) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Return score and class of every cell by whole-array steps."""
    scores, weights, failed, inside = made
    total = weights @ scores
    codes = (5 - np.searchsorted(LIMITS[::-1], total, side="right")).astype(np.uint8)
    nowhere = ~inside | np.isnan(total)
    codes[failed != 0] = EXCLUDED_CLASS
    codes[nowhere] = NO_DATA_CLASS
    total[nowhere | (failed != 0)] = np.nan
    return total, codes


def rows() -> list[dict[str, Any]]:
    """Return the row of the table; `UPLAND_BENCH_SCALE` (0 to 1) makes it smaller."""
    cells = max(1000, int(4_000_000 * float(os.environ.get("UPLAND_BENCH_SCALE", "1"))))
    made = made_scores(cells)
    times = timed_in_turns(
        {
            "ours": lambda: weighted_classes(*made, LIMITS),
            "NumPy": lambda: by_numpy(made),
            "floor": lambda: made[0].sum(),
        },
        runs=5,
    )
    return [{
        "job": "weighted sum, exclusions and classes", "size": f"{cells:,} cells × {CRITERIA}",
        "ours_s": times["ours"], "peers": {"NumPy": times["NumPy"]}, "floor_s": times["floor"],
        "peak_mib": peak_mib(), "runs": 5,
    }]  # fmt: skip
