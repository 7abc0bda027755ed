"""Choice of 16 bases with spacing and county rules: ours beside HiGHS with a row for each pair.

Both are timed from the compiled problem to the proof; `compile_s` is what ours needs before that,
of which finding the pairs that lie too near, which the peer needs as well, is a part.
"""

import os
import time
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from benchmarks.measure import peak_mib, timed_in_turns
from gis_core.bases.compile import CompiledSelection, Row, compile_selection
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


def with_plain_pairs(compiled: CompiledSelection) -> CompiledSelection:
    """Return the same problem with one row for each pair that lies too near."""
    others = tuple(row for row in compiled.rows if row.group != "spacing")
    pairs = tuple(Row("spacing", np.array(pair), 0, 1) for pair in compiled.conflicts)
    return replace(compiled, rows=(*others, *pairs))


def solve(compiled: CompiledSelection) -> Choice:
    """Solve to proof, or stop at the limit."""
    return solve_selection(compiled, time_limit_s=LIMIT_S, gap=0.0)


def rows() -> list[dict[str, Any]]:
    """Return the row of the table; `UPLAND_BENCH_SCALE` (0 to 1) makes it smaller."""
    count = max(100, int(5000 * float(os.environ.get("UPLAND_BENCH_SCALE", "1"))))
    candidates = made_candidates(count)
    compile_selection(candidates, RULES)
    begun = time.perf_counter()
    compiled = compile_selection(candidates, RULES)
    compile_s = time.perf_counter() - begun
    plain = with_plain_pairs(compiled)
    peer = f"HiGHS with plain pairs (limit {LIMIT_S:.0f} s)"
    found: dict[str, Choice] = {}

    def ours() -> None:
        found["ours"] = solve(compiled)

    def theirs() -> None:
        found["theirs"] = solve(plain)

    runs = 3
    times = timed_in_turns({"ours": ours, peer: theirs}, runs=runs)
    return [{
        "job": "choice of 16 bases, solved to proof",
        "size": f"{count:,} candidates, {len(plain.conflicts):,} pairs too near",
        "ours_s": times["ours"], "peers": {peer: times[peer]}, "floor_s": None,
        "peak_mib": peak_mib(), "runs": runs,
        "compile_s": compile_s,
        "ours_status": found["ours"].status, "peer_status": found["theirs"].status,
    }]  # fmt: skip
