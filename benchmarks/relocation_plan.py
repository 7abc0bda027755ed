"""The relocation plan beside HiGHS on the whole model at once, on the same instance."""

import resource
import statistics
import sys
import time
from typing import Any

import numpy as np

from gis_core.relocation.compiled import CompiledPlan
from gis_core.relocation.mip import Budget, solve_columns
from gis_core.relocation.pricing import Duals, columns_within, price
from gis_core.relocation.solve import SolveOptions, never, solve

PEER_LIMIT_S = 60.0
RUNS = 3


def published_size(*, sites: int, quota: float, seed: int = 1) -> CompiledPlan:
    """Return 1,261 villages of 45,135 people, some sites and five years, made from a seed.

    Costs in yuan: moves at 3,000 to 9,000 a person, 20 a person's minute, 20,000 a person's year of
    waiting at urgency 1; capacities in all twice what the quota moves.
    """
    random = np.random.default_rng(seed)
    units, years = 1261, 5
    people = np.clip(np.round(random.lognormal(3.45, 0.5, units)), 5, 99)
    while people.sum() != 45_135:
        step = np.sign(45_135 - people.sum())
        movable = np.flatnonzero((people + step >= 5) & (people + step <= 99))
        people[random.permutation(movable)[: int(abs(45_135 - people.sum()))]] += step
    villages, places = random.uniform(0, 100, (units, 2)), random.uniform(0, 100, (sites, 2))
    away = villages[:, None, :] - places[None, :, :]
    minutes = 2 * np.hypot(away[..., 0], away[..., 1])
    spending = people[:, None] * random.uniform(3000, 9000, sites)[None, :]
    place = spending + 20 * people[:, None] * minutes
    waiting = people * random.beta(3, 3, units) * 20_000
    dearest = float((place / people[:, None]).max())
    capacity = np.full(sites, np.ceil(2 * min(quota * years, people.sum()) / sites))
    return CompiledPlan(
        people=people, place_cost=place, time_cost=waiting[:, None] * np.arange(years),
        defer_cost=waiting * years + people * dearest,
        load=np.repeat(people[:, None], sites, axis=1), spending=spending,
        quota=np.full(years, quota), budget=np.full(years, np.inf), capacity=capacity,
        intake=np.full((sites, years), np.inf), group=np.zeros(sites, np.int64),
        group_limit=np.array([np.inf]),
    )  # fmt: skip


def rows() -> list[dict[str, Any]]:
    """Return a row for 60 and for 200 destinations under the published quota.

    Ours run first for every size: the peak memory of the process is then ours alone.
    """
    plans = {sites: published_size(sites=sites, quota=3300) for sites in (60, 200)}
    made = {sites: _ours(plan, sites) for sites, plan in plans.items()}
    return [row | _peer(plans[sites], row["bound"]) for sites, row in made.items()]


def _ours(plan: CompiledPlan, sites: int) -> dict[str, Any]:
    solve(plan)
    found = [solve(plan, options=SolveOptions(gap=0.005)) for _ in range(RUNS)]
    begun = time.monotonic()
    price(plan, Duals.zero(plan))
    floor = time.monotonic() - begun
    return {
        "job": "relocation plan, gap 0.5 %",
        "size": f"1,261 villages × {sites} destinations × 5 years",
        "ours_s": statistics.median(f.time_s for f in found),
        "floor_s": floor,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "runs": RUNS,
        "ours_gap": found[0].gap,
        "bound": found[0].bound,
    }


def _peer(plan: CompiledPlan, bound: float) -> dict[str, Any]:
    """Time HiGHS on every move at once; its gap is against the better of both bounds."""
    duals = Duals.zero(plan)
    every = columns_within(plan, duals, price(plan, duals), excess=np.inf)
    begun = time.monotonic()
    found = solve_columns(plan, every, budget=Budget(begun + PEER_LIMIT_S, 0.005, never))
    spent, gap = time.monotonic() - begun, None
    if found.site is not None and found.year is not None:
        cost = plan.cost_of(found.site, found.year)
        gap = (cost - max(bound, found.bound)) / cost
    name = f"HiGHS on the whole model (limit {PEER_LIMIT_S:.0f} s)"
    return {"peers": {name: spent}, "peer_gap": gap}


if __name__ == "__main__":
    for row in rows():
        print(row, file=sys.stdout)
