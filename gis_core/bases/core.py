"""Branch and bound on the few candidates that can be in a best choice, and proof for the rest."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gis_core.bases.cliques import broken_cliques, cover_by_cliques
from gis_core.bases.compile import CompiledSelection, Row
from gis_core.bases.deadline import Deadline
from gis_core.bases.highs import Solved, solve_binary
from gis_core.bases.relaxation import Prices

CORE = 400  # candidates that branch and bound is first given; enough for most proofs
MOST_AT_ONCE = 1600  # candidates that can be in a better choice than the one to begin from; up to
# this many are given to branch and bound at once, which is then the proof
CORE_GROWTH = 4  # by which the core grows where it holds no choice
MOST_PAIRS = 100_000  # above this, pairs get their rows only where a choice breaks them

Ints = NDArray[np.int64]


def solve_by_core(
    asked: CompiledSelection,
    prices: Prices,
    *,
    gap: float,
    deadline: Deadline,
    start: Ints | None = None,
) -> Solved:
    """Solve to within `gap` over the cheapest candidates, then over all that could be better.

    `start` are the places of a choice that keeps all rules, to begin from.
    """
    number = len(asked.worth)
    cheapest = np.lexsort((-prices.share, prices.cost, -asked.lower))
    size = CORE
    could = could_be_better(asked, prices, start)
    if could <= MOST_AT_ONCE:
        size = max(CORE, could)
    while True:
        core = np.union1d(cheapest[:size], [] if start is None else start).astype(np.int64)
        found = _solve_among(asked, core, prices, gap=gap, deadline=deadline, start=start)
        if found.places is not None or found.status == "unknown" or len(core) == number:
            break
        size *= CORE_GROWTH
    if found.places is None and start is not None:
        return Solved(start, prices.bound, "solved")
    if found.places is None:
        return found if found.status == "infeasible" else replace(found, bound=prices.bound)
    if len(core) == number:
        return replace(found, bound=min(found.bound, prices.bound))
    objective = float(asked.worth[found.places].sum())
    if prices.bound - objective <= gap * abs(objective) + 1e-6:
        return replace(found, bound=prices.bound)
    left = prices.cost <= prices.bound - objective + _slack(prices)
    outside = np.ones(number, bool)
    outside[core] = False
    if not left[outside].any():
        return replace(found, bound=min(max(found.bound, objective), prices.bound))
    left[core] = True
    again = _solve_among(asked, np.flatnonzero(left), prices, gap=gap, deadline=deadline,
                         start=found.places)  # fmt: skip
    best = again if again.places is not None else found
    return replace(best, bound=min(max(again.bound, objective), prices.bound))


def could_be_better(asked: CompiledSelection, prices: Prices, start: Ints | None) -> int:
    """Return how many candidates can be in a better choice than `start`; all where it is None."""
    if start is None:
        return len(asked.worth)
    lost = prices.bound - float(asked.worth[start].sum())
    return int((prices.cost <= lost + _slack(prices)).sum())


def _slack(prices: Prices) -> float:
    return 1e-7 * max(1.0, abs(prices.bound))


def _solve_among(
    asked: CompiledSelection,
    places: Ints,
    prices: Prices,
    *,
    gap: float,
    deadline: Deadline,
    start: Ints | None = None,
) -> Solved:
    """Branch and bound over the candidates at `places` (rising); the others are not chosen."""
    new = np.full(len(asked.worth), -1)
    new[places] = np.arange(len(places))
    rows = [_within(row, new) for row in asked.rows]
    exclusion = asked.exclusion.among(places)
    lazily = len(exclusion.pairs) > MOST_PAIRS
    cliques = list(prices.cliques) if lazily else []
    rows += [_within(Row(exclusion.group, c, 0, 1), new) for c in cliques]
    if not lazily and len(exclusion.pairs):
        rows += [Row(exclusion.group, c, 0, 1) for c in cover_by_cliques(exclusion.bits)]
    while True:
        found = solve_binary(
            asked.worth[places], rows, asked.lower[places], asked.upper[places], gap=gap,
            time_limit_s=deadline.left_s(), start=None if start is None else new[start],
        )  # fmt: skip
        if found.places is None or not lazily:
            break
        share = np.zeros(len(places))
        share[found.places] = 1.0
        order = np.argsort(prices.cost[places], kind="stable")
        broken = broken_cliques(exclusion.bits, share, order)
        if not broken:
            break
        if deadline.passed():
            return Solved(None, found.bound, "unknown")
        rows += [Row(exclusion.group, c, 0, 1) for c in broken]
    return replace(found, places=None if found.places is None else places[found.places])


def _within(row: Row, new: Ints) -> Row:
    """The row over the places that `new` keeps, in its numbers."""
    inside = new[row.places] >= 0
    some = None if row.coefficients is None else row.coefficients[inside]
    return replace(row, places=new[row.places][inside], coefficients=some)
