"""Choice of 16 bases with spacing and county rules: ours beside HiGHS with a row for each pair.

Ours is timed from the candidates to the proof: finding the pairs that lie too near, compiling and
solving. The peer is timed from its finished problem, pairs found and rows built, to the proof;
`compile_s` is the part of ours that it is spared.
"""

import os
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from benchmarks.measure import peak_mib, timed_in_turns
from gis_core.bases.compile import CompiledSelection, Row, compile_selection
from gis_core.bases.highs import solve_binary
from gis_core.bases.rules import SelectionRules
from gis_core.bases.solve import Choice, solve_selection

LIMIT_S = 60.0
RULES = SelectionRules(count=16, per_county=(0, 3), spacing_m=5000.0)


def made_candidates(count: int, *, seed: int = 1) -> gpd.GeoDataFrame:
    """Return `count` candidates in 16 counties of a square of two degrees, EPSG:4326."""
    chance = np.random.default_rng(seed)
    lon, lat = chance.uniform(110, 112, count), chance.uniform(35, 37, count)
    county = (lon - 110) // 0.5 * 4 + (lat - 35) // 0.5
    return gpd.GeoDataFrame(
        {
            "base_id": [f"{number:06d}" for number in range(count)],
            "county_code": county.astype(int).astype(str),
            "area_mu": chance.uniform(1500, 15_000, count),
            "mean_score": chance.uniform(0.5, 0.9, count),
            "compactness": chance.uniform(0.3, 0.9, count),
        },
        geometry=shapely.buffer(shapely.points(lon, lat), 0.01, quad_segs=2), crs=4326,
    )  # fmt: skip


def with_plain_pairs(compiled: CompiledSelection) -> list[Row]:
    """Return the rows of the same problem with one for each pair that lies too near."""
    pairs = compiled.exclusion.pairs
    return [*compiled.rows, *(Row("spacing", pair, 0, 1) for pair in pairs)]


def solve(candidates: gpd.GeoDataFrame) -> Choice:
    """Compile and solve to proof, or stop at the limit."""
    compiled = compile_selection(candidates, RULES)
    return solve_selection(compiled, time_limit_s=LIMIT_S, gap=0.0)


def solve_plainly(compiled: CompiledSelection, plain: list[Row]) -> tuple[float, str]:
    """Give HiGHS all of it at once; return the objective and ``optimal`` or what else it was."""
    done = solve_binary(compiled.worth, plain, compiled.lower, compiled.upper, gap=0.0,
                        time_limit_s=LIMIT_S)  # fmt: skip
    if done.places is None:
        return float("nan"), done.status
    objective = float(compiled.worth[done.places].sum())
    return objective, "optimal" if done.bound - objective <= 1e-6 * objective else "feasible"


def rows() -> list[dict[str, Any]]:
    """Return the row of the table; `UPLAND_BENCH_SCALE` (0 to 1) makes it smaller."""
    count = max(100, int(5000 * float(os.environ.get("UPLAND_BENCH_SCALE", "1"))))
    candidates = made_candidates(count)
    compiled = compile_selection(candidates, RULES)
    plain = with_plain_pairs(compiled)
    peer = f"HiGHS with plain pairs (problem ready, limit {LIMIT_S:.0f} s)"
    found: dict[str, str] = {}

    def ours() -> None:
        found["ours"] = solve(candidates).status

    def theirs() -> None:
        found["theirs"] = solve_plainly(compiled, plain)[1]

    compile_s = timed_in_turns(
        {"compile": lambda: compile_selection(candidates, RULES)}, runs=3
    )["compile"]  # fmt: skip
    runs = 3
    times = timed_in_turns({"ours": ours, peer: theirs}, runs=runs)
    return [{
        "job": "choice of 16 bases, from candidates to proof",
        "size": f"{count:,} candidates, {len(compiled.exclusion.pairs):,} pairs too near",
        "ours_s": times["ours"], "peers": {peer: times[peer]}, "floor_s": None,
        "peak_mib": peak_mib(), "runs": runs,
        "compile_s": compile_s,
        "ours_status": found["ours"], "peer_status": found["theirs"],
    }]  # fmt: skip
