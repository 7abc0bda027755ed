"""Choices of 16 bases, gap and time to proof: ours beside HiGHS with a row for each pair.

Ours is timed from the candidates to the proof: finding the pairs that lie too near, compiling and
solving. The peer is timed from its finished problem, pairs found and rows built, to the proof;
`compile_s` is the part of ours that it is spared. Three cases: spacing and county rules over
5,000 candidates to gap 0 and over 20,000 to 0.1 %; and over 5,000 of three sizes, three products,
spacing and a tight budget to gap 0. Each stops at a limit; `ours_gap` is what was left to prove,
and so is `peer_gap` where the peer was stopped; None without a choice.
"""

import os
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from benchmarks.measure import peak_mib, timed_in_turns
from gis_core.bases.compile import CompiledSelection, Row, compile_selection
from gis_core.bases.greedy import choose_greedily
from gis_core.bases.highs import solve_binary
from gis_core.bases.rules import ProductLimits, SelectionRules
from gis_core.bases.solve import Choice, solve_selection

LIMIT_S = 60.0
RULES = SelectionRules(count=16, per_county=(0, 3), spacing_m=5000.0)
ROUGHLY = SelectionRules(count=16, per_county=(0, 3), spacing_m=5000.0, gap=0.001)
TIGHT = SelectionRules(
    count=16, per_county=(0, 2), spacing_m=10_000.0, max_budget_yuan=6.0e7,
    products={"apple": ProductLimits(3, 8, 20_000, 60_000), "millet": ProductLimits(3, 8),
              "herbs": ProductLimits(3, 8, 0.0, 50_000)},
)  # fmt: skip
YUAN_PER_MU = {"apple": 1200.0, "millet": 400.0, "herbs": 800.0}


@dataclass(frozen=True)
class Case:
    """A choice to make, and how many rounds are timed."""

    job: str
    candidates: gpd.GeoDataFrame
    rules: SelectionRules
    runs: int


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


def of_three_sizes(candidates: gpd.GeoDataFrame, *, seed: int = 2) -> gpd.GeoDataFrame:
    """Return the candidates as grown ones are: of full, half and quarter area; with products."""
    chance = np.random.default_rng(seed)
    number = len(candidates)
    area = 15_000.0 / chance.choice([1, 2, 4], number)
    product = chance.choice(list(YUAN_PER_MU), number)
    cost = area * np.array([YUAN_PER_MU[name] for name in product])
    return candidates.assign(area_mu=area, product=product, cost_yuan=cost)


def with_plain_pairs(compiled: CompiledSelection) -> list[Row]:
    """Return the rows of the same problem with one for each pair that lies too near."""
    pairs = compiled.exclusion.pairs
    return [*compiled.rows, *(Row("spacing", pair, 0, 1) for pair in pairs)]


def solve(candidates: gpd.GeoDataFrame, rules: SelectionRules = RULES) -> Choice:
    """Compile and solve to proof, or stop at the limit."""
    compiled = compile_selection(candidates, rules)
    plain = choose_greedily(compiled)
    return solve_selection(compiled, time_limit_s=LIMIT_S, gap=rules.gap,
                           start=None if plain.broken else plain.places)  # fmt: skip


def solve_plainly(
    compiled: CompiledSelection, plain: list[Row], gap: float = 0.0
) -> tuple[float, float]:
    """Give HiGHS all of it at once; return the objective and the gap, NaN without a choice."""
    done = solve_binary(compiled.worth, plain, compiled.lower, compiled.upper, gap=gap,
                        time_limit_s=LIMIT_S, by_size=False)  # fmt: skip
    if done.places is None:
        return float("nan"), float("nan")
    objective = float(compiled.worth[done.places].sum())
    return objective, max(0.0, done.bound - objective) / objective


def cases() -> list[Case]:
    """Return the cases; `UPLAND_BENCH_SCALE` (0 to 1) makes them smaller."""
    scale = float(os.environ.get("UPLAND_BENCH_SCALE", "1"))
    some, many = max(100, int(5000 * scale)), max(200, int(20_000 * scale))
    few = made_candidates(some)
    return [
        Case("choice of 16 bases, from candidates to proof", few, RULES, 3),
        Case("choice of 16 bases, to a gap of 0.1 %", made_candidates(many), ROUGHLY, 1),
        Case("choice of 16 bases of 3 products in a tight budget, to proof",
             of_three_sizes(few), TIGHT, 1),
    ]  # fmt: skip


def row_of(case: Case) -> dict[str, Any]:
    """Time one case beside the peer."""
    compiled = compile_selection(case.candidates, case.rules)
    plain = with_plain_pairs(compiled)
    peer = f"HiGHS with plain pairs (problem ready, limit {LIMIT_S:.0f} s)"
    gaps: dict[str, float] = {}

    def compile_only() -> None:
        compile_selection(case.candidates, case.rules)

    def ours() -> None:
        choice = solve(case.candidates, case.rules)
        found = choice.places is not None
        left = choice.bound - choice.objective
        gaps["ours"] = max(0.0, left) / choice.objective if found else float("nan")

    def theirs() -> None:
        gaps["theirs"] = solve_plainly(compiled, plain, case.rules.gap)[1]

    compile_s = timed_in_turns({"compile": compile_only}, runs=case.runs)["compile"]
    times = timed_in_turns({"ours": ours, peer: theirs}, runs=case.runs)
    proven = gaps["theirs"] <= max(case.rules.gap, 1e-6)
    return {
        "job": case.job,
        "size": f"{len(case.candidates):,} candidates, {len(compiled.exclusion.pairs):,} pairs "
                "too near",
        "ours_s": times["ours"], "peers": {peer: times[peer]}, "floor_s": None,
        "peak_mib": peak_mib(), "runs": case.runs, "compile_s": compile_s,
        "ours_gap": _known(gaps["ours"]),
        **({} if proven else {"peer_gap": _known(gaps["theirs"])}),
    }  # fmt: skip


def _known(gap: float) -> float | None:
    return None if np.isnan(gap) else gap


def rows() -> list[dict[str, Any]]:
    """Return the rows of the table, one a case."""
    return [row_of(case) for case in cases()]
