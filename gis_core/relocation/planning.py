"""Plan the relocation: from survey, destinations and times to village × destination × year."""

import hashlib
from dataclasses import asdict, dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis_core.progress import Progress, silent
from gis_core.provenance import Provenance, hash_document
from gis_core.relocation.compile import compile_problem
from gis_core.relocation.compiled import DEFERRED, CompiledPlan
from gis_core.relocation.conflict import find_conflict
from gis_core.relocation.factors import load_priority_model
from gis_core.relocation.priority import Ranking, factors_from_survey, rank_villages
from gis_core.relocation.problem import SCATTERED, Problem, make_problem
from gis_core.relocation.reasons import Reasons
from gis_core.relocation.result import (
    FORMS,
    Assignment,
    Conflict,
    Deferred,
    DestinationUse,
    FormFigures,
    ObjectiveParts,
    PlanYear,
    RelocationPlan,
)
from gis_core.relocation.rules import PlanRules
from gis_core.relocation.shortage import find_shortages
from gis_core.relocation.solve import Solution, SolveOptions, solve
from gis_core.relocation.standards import Standards, load_standards
from gis_core.text import Text


@dataclass(frozen=True)
class PlanOptions:
    """What a plan is made with beside its rules; the shipped models where nothing is given."""

    ranking: Ranking | None = None
    standards: Standards | None = None
    search: SolveOptions = field(default_factory=SolveOptions)


def plan_relocation(
    villages: pd.DataFrame,
    destinations: pd.DataFrame,
    travel_time_min: pd.DataFrame | NDArray[np.float64],
    *,
    rules: PlanRules,
    options: PlanOptions | None = None,
    progress: Progress = silent,
) -> RelocationPlan:
    """Plan which target village moves where and when.

    The objective, minimised, in points, of which a yuan of cost counts one: cost of the moves +
    weighted journeys + weighted waiting, the more urgent a village the more (see
    `compile.compile_problem`). The plan is within the
    stated gap of the best possible, independent of the order of rows.

    Parameters
    ----------
    villages
        village_id, name, county_code, people (persons, NaN unknown), households; `extra` may hold
        factors of the priority model.
    destinations
        destination_id, name, kind (one of the five forms), county_code, capacity_people; optional
        name_en, cost_per_person_yuan (yuan).
    travel_time_min
        Minutes from villages (rows) to destinations (columns); NaN or ``inf`` unreachable.
    rules
        Quota, budget, years, forms, limits, decisions.
    options
        Ranking (else by what the survey and the times to the nearest town tell), standards table,
        and when to stop searching.

    Returns
    -------
    plan
        With `status` ``infeasible`` and the conflicts in words when the goal ``all`` or the
        fixed decisions cannot be met; under the goal ``most_urgent`` who is deferred and why.

    Raises
    ------
    InvalidLayerError, InvalidParameterError
        If an input cannot be taken; see `problem.make_problem`.
    """
    options = options or PlanOptions()
    ranking = options.ranking or _own_ranking(villages, destinations, travel_time_min)
    standards = options.standards or load_standards()
    problem = make_problem(
        villages, destinations, travel_time_min, ranking=ranking, rules=rules, standards=standards
    )
    compiled = compile_problem(problem)
    shortages = find_shortages(problem, compiled)
    if rules.goal == "all" and shortages:
        solution = _impossible(compiled)
    else:
        solution = solve(compiled, options=options.search, progress=progress)
    if solution.status == "infeasible" and not shortages:
        shortages = [find_conflict(problem, options=options.search, progress=progress)]
    provenance = _provenance(problem, options.search)
    return _describe(problem, compiled, solution, shortages, provenance)


def _own_ranking(
    villages: pd.DataFrame,
    destinations: pd.DataFrame,
    travel_time_min: pd.DataFrame | NDArray[np.float64],
) -> Ranking:
    model = load_priority_model()
    factors = factors_from_survey(villages, model)
    towns = (destinations["kind"] == "town").to_numpy()
    times = np.asarray(travel_time_min, dtype=float)
    if isinstance(travel_time_min, pd.DataFrame):
        ids = destinations["destination_id"].astype(str)
        times = travel_time_min.reindex(index=villages["village_id"], columns=ids).to_numpy(float)
    if "travel_time_town" not in factors and towns.any() and len(times) == len(factors):
        nearest = np.where(np.isfinite(times), times, np.inf)[:, towns].min(axis=1)
        factors["travel_time_town"] = np.where(np.isfinite(nearest), nearest, np.nan)
    return rank_villages(villages, factors, model)


def _impossible(compiled: CompiledPlan) -> Solution:
    nobody = np.full(compiled.units, DEFERRED, np.int64)
    return Solution("infeasible", nobody, nobody, np.inf, np.inf, np.inf, 0.0)


def _describe(
    problem: Problem,
    compiled: CompiledPlan,
    solution: Solution,
    conflicts: list[Conflict],
    provenance: Provenance,
) -> RelocationPlan:
    reasons = Reasons(problem, compiled, solution.site, solution.year)
    planned = np.isfinite(solution.objective)
    assignments = _assignments(reasons) if planned else ()
    return RelocationPlan(
        status=solution.status,
        objective=solution.objective,
        bound=solution.bound,
        gap=solution.gap,
        time_s=solution.time_s,
        years=_years(problem, assignments),
        forms=_forms(problem, assignments),
        assignments=assignments,
        deferred=_deferred(reasons) if planned else (),
        conflicts=tuple(conflicts),
        caveats=_caveats(problem),
        provenance=provenance,
        parts=_parts(compiled, solution),
        destinations=_uses(problem, assignments),
        target_villages=len(problem.units) + len(problem.left_out),
        target_people=int(problem.target_people + problem.left_out["people"].fillna(0).sum()),
    )


def _assignments(reasons: Reasons) -> tuple[Assignment, ...]:
    problem = reasons.problem
    units, sites = problem.units, problem.sites
    moves = [u for u in np.lexsort((units["rank"], reasons.year)) if reasons.site[u] != DEFERRED]
    rows = []
    for u in moves:
        unit, site = units.iloc[u], sites.iloc[reasons.site[u]]
        rows.append(Assignment(
            village_id=unit["village_id"], village=unit["name"],
            county_code=unit["county_code"], destination_id=site["destination_id"],
            destination=site["name"], year=problem.rules.calendar[reasons.year[u]],
            form=site["kind"], people=int(unit["people"]), households=int(unit["households"]),
            cost_yuan=float(reasons.compiled.spending[u, reasons.site[u]]),
            travel_time_min=reasons.travel(u, int(reasons.site[u])),
            why=reasons.why_assigned(u), rank=int(unit["rank"]),
            runner_up=reasons.runner_up(u), destination_en=site["name_en"],
            cost_assumed=bool(site["assumed"]), urgency=reasons.urgency(u),
        ))  # fmt: skip
    return tuple(rows)


def _deferred(reasons: Reasons) -> tuple[Deferred, ...]:
    units = reasons.problem.units
    waits = [u for u in np.argsort(units["rank"]) if reasons.site[u] == DEFERRED]
    rows = [
        Deferred(units["village_id"][u], units["name"][u], units["county_code"][u],
                 int(units["people"][u]), reasons.why_deferred(u), int(units["rank"][u]),
                 reasons.urgency(u))
        for u in waits
    ]  # fmt: skip
    left = reasons.problem.left_out.sort_values("rank")
    rows += [
        Deferred(row["village_id"], row["name"], row["county_code"],
                 int(row["people"]) if row["people"] >= 0 else None, row["why"], int(row["rank"]))
        for row in left.to_dict("records")
    ]  # fmt: skip
    return tuple(rows)


def _years(problem: Problem, moves: tuple[Assignment, ...]) -> tuple[PlanYear, ...]:
    rows = []
    for year in problem.rules.calendar:
        mine = [m for m in moves if m.year == year]
        rows.append(PlanYear(
            year, len(mine), sum(m.people for m in mine), sum(m.households for m in mine),
            float(sum(m.cost_yuan for m in mine)),
        ))  # fmt: skip
    return tuple(rows)


def _forms(problem: Problem, moves: tuple[Assignment, ...]) -> tuple[FormFigures, ...]:
    rows = []
    for form in problem.rules.forms:
        mine = [m for m in moves if m.form == form]
        rows.append(FormFigures(form, FORMS[form], len(mine), sum(m.people for m in mine),
                                float(sum(m.cost_yuan for m in mine))))  # fmt: skip
    return tuple(rows)


def _uses(problem: Problem, moves: tuple[Assignment, ...]) -> tuple[DestinationUse, ...]:
    people: dict[str, int] = {}
    for move in moves:
        people[move.destination_id] = people.get(move.destination_id, 0) + move.people
    return tuple(
        DestinationUse(
            row["destination_id"], row["name"], row["kind"], row["county_code"],
            people.get(row["destination_id"], 0),
            int(row["capacity_people"]) if np.isfinite(row["capacity_people"]) else None,
        )
        for row in problem.sites.to_dict("records")
    )  # fmt: skip


def _parts(compiled: CompiledPlan, solution: Solution) -> ObjectiveParts:
    if not np.isfinite(solution.objective):
        return ObjectiveParts(0.0, 0.0, 0.0, 0.0)
    moves = np.flatnonzero(solution.site != DEFERRED)
    s, y = solution.site[moves], solution.year[moves]
    spent = float(compiled.spending[moves, s].sum())
    place = float(compiled.place_cost[moves, s].sum())
    waiting = float(compiled.time_cost[moves, y].sum())
    stays = solution.site == DEFERRED
    return ObjectiveParts(spent, place - spent, waiting, float(compiled.defer_cost[stays].sum()))


def _caveats(problem: Problem) -> tuple[Text, ...]:
    rules, caveats = problem.rules, list(problem.ranking.remarks)
    if problem.sites["assumed"].any():
        caveats.append(Text(
            "Costs per person are planner's assumptions where a destination gives none; replace "
            "them in the standards table.",
            "安置点未给出人均费用的，采用规划假设值，请在标准表中替换。",
        ))  # fmt: skip
    caveats.append(Text(
        "The planner's weights: a person's year of waiting at urgency 1 counts as much as "
        f"{rules.weights.waiting_yuan:,.0f} yuan of cost, a person's minute of journey as much as "
        f"{rules.weights.travel_yuan:,.0f} yuan.",
        f"权重由规划者设定：紧迫度为1的每人每年等待，相当于费用{rules.weights.waiting_yuan:.0f}元；"
        f"每人每分钟路程，相当于费用{rules.weights.travel_yuan:.0f}元。",
    ))  # fmt: skip
    if (problem.sites["kind"] == SCATTERED).any():
        caveats.append(Text(
            "The scattered form has no site: its journey is counted as that to the nearest "
            "destination in reach.",
            "自主分散迁移没有固定地点，路程按到最近可达安置点计。",
        ))  # fmt: skip
    return tuple(caveats)


def _provenance(problem: Problem, search: SolveOptions) -> Provenance:
    parameters = asdict(problem.rules)
    parameters["declined"] = sorted(problem.rules.declined)
    parameters |= {"gap": search.gap, "time_limit_s": search.time_limit_s}
    columns = [c for c in problem.units if c != "why"]
    hashes = {
        "villages": hash_document(problem.units[columns].to_dict("records")),
        "destinations": hash_document(problem.sites.to_dict("records")),
        "travel_time_min": hashlib.sha256(problem.travel_min.tobytes()).hexdigest(),
    }
    return Provenance(problem.ranking.model.model_hash, hashes, parameters)
