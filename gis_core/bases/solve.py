"""Solve a compiled choice to proof: a relaxation that prices, then branch and bound on the core."""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gis_core.bases.compile import CompiledSelection, Row
from gis_core.bases.core import MOST_AT_ONCE, could_be_better, solve_by_core
from gis_core.bases.deadline import Deadline
from gis_core.bases.relaxation import Prices, relax

PROOF = 1e-7  # relative gap that rounding leaves: nothing better by more exists


@dataclass(frozen=True)
class Choice:
    """Chosen places, None without a choice; objective, its upper bound, and what was proved."""

    places: NDArray[np.int64] | None
    objective: float
    bound: float
    status: str
    time_s: float


def solve_selection(
    compiled: CompiledSelection,
    *,
    time_limit_s: float,
    gap: float,
    without: Collection[str] = (),
    extra: Sequence[Row] = (),
    worth: NDArray[np.float64] | None = None,
    start: NDArray[np.int64] | None = None,
    prices: Prices | None = None,
) -> Choice:
    """Maximise the worth of the chosen candidates.

    The relaxation, which allows parts of candidates, gives an upper bound and what choosing each
    candidate must at least cost against it. Branch and bound is given the cheapest few hundred;
    the best choice among them proves that a candidate which costs more than the difference to
    the bound is in no better one. Only where others are left is it run again on all of those.

    Parameters
    ----------
    compiled
        The problem.
    time_limit_s, gap
        Seconds at most; relative gap at which to stop.
    without
        Groups of rows to leave out, ``fixed`` for the fixed bases.
    extra
        More rows.
    worth
        Instead of the problem's own.
    start
        Places of a choice that keeps all rules, to begin from.
    prices
        Of the problem or of one with fewer rules, used where they leave few candidates that can
        be better than `start`.

    Raises
    ------
    ServiceError
        If HiGHS fails otherwise than by time or infeasibility.
    """
    started = time.monotonic()
    deadline = Deadline(time_limit_s)
    asked = _asked(compiled, without, extra, worth)
    whole = bool((asked.worth == np.rint(asked.worth)).all())

    def choice(places: NDArray[np.int64] | None, bound: float, status: str) -> Choice:
        objective = 0.0 if places is None else float(asked.worth[places].sum())
        if places is not None:
            bound = max(np.floor(bound + 1e-6) if whole else bound, objective)
            proved = bound - objective <= max(gap, PROOF) * abs(objective) + 1e-6
            status = "optimal" if proved else "feasible"
        return Choice(places, objective, bound, status, time.monotonic() - started)

    if any(len(r.places) == 0 and r.least > 0 for r in asked.rows):
        return choice(None, 0.0, "infeasible")
    if not len(asked.worth):
        return choice(np.zeros(0, np.int64), 0.0, "optimal")
    if prices is None or could_be_better(asked, prices, start) > MOST_AT_ONCE:
        prices = relax(asked, deadline=deadline)
    if prices is None:
        return choice(None, 0.0, "infeasible")
    if whole:  # nothing lies between two whole objectives
        prices = replace(prices, bound=float(np.floor(prices.bound + 1e-6)))
    found = solve_by_core(asked, prices, gap=max(gap, PROOF), deadline=deadline,
                          start=start)  # fmt: skip
    return choice(found.places, found.bound, found.status)


def _asked(
    compiled: CompiledSelection,
    without: Collection[str],
    extra: Sequence[Row],
    worth: NDArray[np.float64] | None,
) -> CompiledSelection:
    """The problem with the groups left out, the rows added and the worth put in."""
    number = len(compiled.worth)
    free, exclusion = "fixed" in without, compiled.exclusion
    return replace(
        compiled,
        worth=compiled.worth if worth is None else worth,
        rows=tuple(r for r in (*compiled.rows, *extra) if r.group not in without),
        lower=np.zeros(number) if free else compiled.lower,
        upper=np.ones(number) if free else compiled.upper,
        exclusion=exclusion.none() if exclusion.group in without else exclusion,
    )
