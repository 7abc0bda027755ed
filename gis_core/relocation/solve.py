"""Solve a compiled plan: a bound that holds for all moves, a plan, and the gap between them."""

import time
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from gis_core.progress import Progress, silent
from gis_core.relocation.compiled import DEFERRED, CompiledPlan, Ints
from gis_core.relocation.local_search import better, round_relaxation
from gis_core.relocation.master import Relaxation, solve_relaxation
from gis_core.relocation.mip import Budget, Stop, fewest_excess, solve_columns, with_moves
from gis_core.relocation.neighbourhood import better_by_parts
from gis_core.relocation.pricing import Duals, columns_within, price
from gis_core.text import Text

EXACT_COLUMNS = 30_000  # so many moves go to branch and bound at once, with proof
SOME_MOVES_A_UNIT = 14
SEARCHING = Text("bettering the plan", "改进方案")


def never() -> bool:
    """Never stop."""
    return False


@dataclass(frozen=True)
class SolveOptions:
    """When to stop: a gap (0 to 1), a time limit in seconds, or a call that returns True.

    `enough_bound`, in points, stops as soon as the bound reaches it: the question was only whether
    a plan cheaper than that can exist.
    """

    gap: float = 0.005
    time_limit_s: float = 60.0
    should_stop: Stop = never
    enough_bound: float = float("inf")


@dataclass(frozen=True)
class Solution:
    """Site and year of every unit (−1: not moved), the cost, a valid lower bound, how it ended.

    `status` is ``optimal`` (gap at most the one asked for), ``feasible`` (stopped before),
    ``infeasible`` (proved that not all who must move can) or ``unknown`` (stopped with no plan).
    Costs are in points (see `compile.compile_problem`); `time_s` is the search, once-only
    compiling not counted; `gap` is (objective − bound) / |objective|, ``inf`` without a plan.
    """

    status: str
    site: Ints
    year: Ints
    objective: float
    bound: float
    gap: float
    time_s: float


def solve(
    plan: CompiledPlan, *, options: SolveOptions | None = None, progress: Progress = silent
) -> Solution:
    """Find a plan within the asked gap of the best, or the best within the time.

    The relaxation gives the bound and rounds to a plan; local search, exact branch and bound on
    the moves that the bound cannot rule out, and parts solved exactly better it. Stopping at any
    moment keeps the best plan so far.
    """
    options = options or SolveOptions()
    _compile_kernels()
    return _Search(plan, options, progress).run()


@cache
def _compile_kernels() -> None:
    """Run a tiny search once, so that compiling (first use on a machine) eats no one's time."""
    inf = np.full(1, np.inf)
    tiny = CompiledPlan(
        people=np.array([6.0, 5.0, 4.0]), place_cost=np.array([[1.0, 2.0]] * 3),
        time_cost=np.array([[0.0, 1.0]] * 3), defer_cost=np.full(3, 9.0), load=np.ones((3, 2)),
        spending=np.ones((3, 2)), quota=np.full(2, 6.0), budget=np.repeat(inf, 2),
        capacity=np.array([1.0, 9.0]), intake=np.full((2, 2), np.inf),
        group=np.zeros(2, np.int64), group_limit=inf,
    )  # fmt: skip
    _Search(tiny, SolveOptions(gap=0.0), silent).run()
    duals = Duals.zero(tiny)
    columns_within(tiny, duals, price(tiny, duals), excess=1.0)


class _Search:
    """One search: the incumbent and the bound, both only ever bettered."""

    def __init__(self, plan: CompiledPlan, options: SolveOptions, progress: Progress) -> None:
        self.plan, self.options, self.progress = plan, options, progress
        self.begun = time.monotonic()
        self.limit = Budget(self.begun + options.time_limit_s, options.gap, options.should_stop)
        self.site = np.full(plan.units, DEFERRED, np.int64)
        self.year = self.site.copy()
        self.cost = plan.cost_of(self.site, self.year)
        self.bound = -np.inf
        self.no_plan = False

    def run(self) -> Solution:
        """Bound the plan, round the bound's moves to a plan, better it; return the best."""
        self.progress(0.02, Text("bounding the plan", "计算方案下界"))
        relaxation = solve_relaxation(
            self.plan, start=Duals.zero(self.plan), deadline=self.limit.deadline,
            stop=self.options.should_stop,
        )  # fmt: skip
        self.raise_bound(relaxation.bound)
        if self.bound == np.inf:
            self.no_plan = True
        elif not self.limit.over():
            self.progress(0.3, Text("rounding to whole villages", "取整为整村"))
            self.take(*round_relaxation(self.plan, relaxation, over=self.limit.over))
            self.search(relaxation)
        return self.solution()

    def search(self, relaxation: Relaxation) -> None:
        """Better the plan step by step, the cheap steps first, until the gap is reached."""
        if not self.done():
            self.some_moves(relaxation)
        if not self.done():
            self.progress(0.6, SEARCHING)
            self.exact(relaxation)
        if not self.done() and np.isfinite(self.cost):
            self.progress(0.8, SEARCHING)
            self.take(*better_by_parts(
                self.plan, (self.site, self.year), duals=relaxation.duals,
                prices=relaxation.prices, budget=self.limit,
                good_enough=self.wanted_cost(),
            ))  # fmt: skip
        if not self.done():
            self.exact(relaxation, last=True)

    def some_moves(self, relaxation: Relaxation) -> None:
        """Branch and bound on each unit's best priced moves: a better plan, no bound."""
        self.progress(0.4, SEARCHING)
        every = columns_within(self.plan, relaxation.duals, relaxation.prices,
                               excess=self.spread(relaxation))  # fmt: skip
        chosen = fewest_excess(every, per_unit=SOME_MOVES_A_UNIT, units=self.plan.units)
        if len(every) <= EXACT_COLUMNS:
            return
        part = replace(self.limit, deadline=time.monotonic() + 0.25 * self.limit.left())
        chosen = with_moves(chosen, self.site, self.year)
        outcome = solve_columns(self.plan, chosen, budget=part, start=self.start())
        if outcome.site is not None and outcome.year is not None:
            self.take(*better(self.plan, outcome.site, outcome.year, over=self.limit.over))

    def exact(self, relaxation: Relaxation, *, last: bool = False) -> None:
        """Branch and bound on every move the bound cannot rule out, if they are few enough."""
        excess = self.cost - relaxation.bound if np.isfinite(self.cost) else np.inf
        columns = columns_within(self.plan, relaxation.duals, relaxation.prices, excess=excess)
        if len(columns) > EXACT_COLUMNS * (8 if last else 1):
            return
        columns = with_moves(columns, self.site, self.year)
        outcome = solve_columns(self.plan, columns, budget=self.limit, start=self.start())
        if outcome.site is not None and outcome.year is not None:
            self.take(outcome.site, outcome.year)
        if outcome.infeasible:
            self.no_plan = not np.isfinite(self.cost)
        else:
            self.raise_bound(min(outcome.bound, self.cost))

    def spread(self, relaxation: Relaxation) -> float:
        """Return the points between the plan and the relaxation's bound; ``inf`` without a plan."""
        if np.isfinite(self.cost):
            return self.cost - relaxation.bound
        return float(np.inf)

    def start(self) -> tuple[Ints, Ints] | None:
        """Return the plan so far for a solver to start from, None without one."""
        return (self.site, self.year) if np.isfinite(self.cost) else None

    def take(self, site: Ints, year: Ints) -> None:
        """Keep a plan where it is better than the best so far."""
        cost = self.plan.cost_of(site, year)
        if cost < self.cost:
            self.site, self.year, self.cost = site, year, cost

    def raise_bound(self, bound: float) -> None:
        """Keep a bound where it is higher than the best so far."""
        self.bound = max(self.bound, bound)

    def gap(self) -> float:
        """Return (cost − bound) / |cost|; ``inf`` without a plan or a bound."""
        if not np.isfinite(self.cost) or not np.isfinite(self.bound):
            return float(np.inf)
        return max(0.0, self.cost - self.bound) / max(abs(self.cost), 1e-9)

    def wanted_cost(self) -> float:
        """Return the cost, in points, at which the gap asked for is reached."""
        return self.bound + self.options.gap * abs(self.bound)

    def done(self) -> bool:
        """Return whether the gap is reached, nothing is left to find, or time is up."""
        enough = self.bound >= self.options.enough_bound
        return self.no_plan or enough or self.limit.over() or self.gap() <= self.options.gap + 1e-9

    def solution(self) -> Solution:
        """Return the best plan and bound with how the search ended."""
        gap = self.gap()
        if self.no_plan:
            status = "infeasible"
        elif not np.isfinite(self.cost):
            status = "unknown"
        else:
            status = "optimal" if gap <= self.options.gap + 1e-9 else "feasible"
        self.progress(1.0, Text("plan found", "方案已求得"))
        return Solution(status, self.site, self.year, self.cost, self.bound, gap,
                        time.monotonic() - self.begun)  # fmt: skip
