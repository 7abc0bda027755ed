"""Why no plan exists: a smallest set of rules that contradict, and the least change of each."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from gis_core.progress import Progress, silent
from gis_core.relocation.compile import compile_problem
from gis_core.relocation.compiled import CompiledPlan
from gis_core.relocation.problem import Problem, under_rules
from gis_core.relocation.result import FORMS, Conflict
from gis_core.relocation.solve import SolveOptions, solve
from gis_core.text import Text

ONE_CHECK_S = 6.0  # longest single check of whether a plan exists
TITLES = {
    "quota": Text("the quota of people a year", "每年搬迁人数指标"),
    "budget": Text("the budget a year", "每年资金"),
    "capacity": Text("the capacities of the destinations", "安置点容量"),
    "form_shares": Text("the largest shares of forms", "安置方式比例上限"),
    "forms": Text("the allowed forms", "允许的安置方式"),
    "max_travel_min": Text("the longest travel time", "最长路程时间"),
    "within_county": Text("destinations within the own county", "县域内安置"),
    "fixed": Text("the decisions already taken", "既定决定"),
}


@dataclass(frozen=True)
class _Clock:
    """Time and stop of the whole search for a conflict."""

    deadline: float
    stop: Callable[[], bool]

    def over(self) -> bool:
        """Return whether the time is up or the user stopped it."""
        return time.monotonic() >= self.deadline or self.stop()

    def options(self) -> SolveOptions:
        """Return the options of one check: exact, and no longer than is left."""
        left = max(0.1, self.deadline - time.monotonic())
        return SolveOptions(0.0, min(ONE_CHECK_S, left), self.stop, enough_bound=0.5)


def find_conflict(
    problem: Problem, *, options: SolveOptions, progress: Progress = silent
) -> Conflict:
    """Return a smallest set of rules that no plan can meet together, and each one's least change.

    Rules are lifted one by one; a rule without which there is still no plan is no part of the
    conflict (deletion filter, Chinneck 2008). Where a check cannot be decided within its time the
    rule is kept, and the sentence says that the set may not be the smallest.
    """
    clock = _Clock(time.monotonic() + options.time_limit_s, options.should_stop)
    kept, lifted, sure = list(_active(problem)), list[str](), True
    for number, rule in enumerate(list(kept)):
        progress(
            number / len(kept), Text("looking for the rules in conflict", "查找相互冲突的规则")
        )
        answer = None if clock.over() else exists_plan(_lift(problem, [*lifted, rule]), clock)
        if answer is False:
            lifted.append(rule)
        sure &= answer is not None
    core = [rule for rule in kept if rule not in lifted]
    # other rules stay in force while one rule's least change is sought
    change: dict[str, float] = {}
    for rule in core:
        change |= _least_change(problem, rule, clock)
    return Conflict((*core, "goal"), _sentence(core, change, sure), change)


def exists_plan(problem: Problem, clock: _Clock) -> bool | None:
    """Return whether all who must move can, None when that was not decided in time."""
    compiled = compile_problem(problem)
    must = np.flatnonzero(~np.isfinite(compiled.defer_cost))
    if not problem.allowed[must].any(axis=1).all():
        return False
    found = solve(_only_feasible(compiled, must), options=clock.options())
    if np.isfinite(found.objective) and found.objective < 0.5:
        return True
    return False if found.bound > 0.5 else None


def _only_feasible(compiled: CompiledPlan, must: np.ndarray) -> CompiledPlan:
    """Return the problem of those who must move: each person left behind costs 1, moves nothing."""
    zero_where_allowed = np.where(np.isfinite(compiled.place_cost[must]), 0.0, np.inf)
    return replace(
        compiled,
        people=compiled.people[must],
        place_cost=zero_where_allowed,
        time_cost=np.where(np.isfinite(compiled.time_cost[must]), 0.0, np.inf),
        defer_cost=compiled.people[must].copy(),
        load=compiled.load[must],
        spending=compiled.spending[must],
    )


def _active(problem: Problem) -> list[str]:
    rules = problem.rules
    active = {
        "fixed": bool(rules.fixed),
        "within_county": rules.within_county,
        "forms": set(rules.forms) != set(FORMS),
        "form_shares": bool(rules.form_shares),
        "max_travel_min": rules.max_travel_min is not None,
        "budget": rules.budget_yuan is not None,
        "capacity": bool(problem.sites["capacity_people"].notna().any()),
        "quota": rules.quota is not None,
    }
    return [name for name, on in active.items() if on]


def _lift(problem: Problem, lifted: list[str]) -> Problem:
    rules = problem.rules
    for name in lifted:
        if name == "fixed":  # the villages still move, but anywhere and any year
            rules = replace(rules, fixed={v: replace(m, destination_id=None, year=None)
                                          for v, m in rules.fixed.items()})  # fmt: skip
        elif name == "forms":
            rules = replace(rules, forms=tuple(FORMS))
        elif name == "form_shares":
            rules = replace(rules, form_shares={})
        elif name == "within_county":
            rules = replace(rules, within_county=False)
        elif name == "budget":
            rules = replace(rules, budget_yuan=None)
        elif name == "max_travel_min":
            rules = replace(rules, max_travel_min=None)
        elif name == "quota":
            rules = replace(rules, quota=None)
    return under_rules(problem, rules, more_room=math.inf if "capacity" in lifted else 0.0)


def _least_change(problem: Problem, rule: str, clock: _Clock) -> dict[str, float]:
    """Return the smallest value of the rule that lets a plan exist, all others in force."""
    rules, people = problem.rules, problem.target_people
    if rule == "quota" and not isinstance(rules.quota, tuple):
        low, high = float(rules.quota or 0), float(people)
        need = _bisect(lambda q: under_rules(problem, replace(rules, quota=q)), low, high, 1, clock)
        return {} if need is None else {"quota": need}
    if rule == "budget" and not isinstance(rules.budget_yuan, tuple):
        low = float(rules.budget_yuan or 0)
        high = float(problem.sites["cost_per_person_yuan"].max()) * people
        step = max(1.0, round(high / 1000))
        need = _bisect(lambda b: under_rules(problem, replace(rules, budget_yuan=b)), low, high,
                       step, clock)  # fmt: skip
        return {} if need is None else {"budget_yuan": need}
    if rule == "capacity":
        need = _bisect(lambda r: under_rules(problem, rules, more_room=r), 0.0, float(people), 1,
                       clock)  # fmt: skip
        return {} if need is None else {"more_capacity_people_each": need}
    if rule == "max_travel_min" and np.isfinite(problem.travel_min).any():
        low, high = float(rules.max_travel_min or 0), float(np.nanmax(problem.travel_min))
        need = _bisect(lambda t: under_rules(problem, replace(rules, max_travel_min=t)), low,
                       math.ceil(high), 1, clock)  # fmt: skip
        return {} if need is None else {"max_travel_min": need}
    return {}


def _bisect(
    change: Callable[[float], Problem], low: float, high: float, step: float, clock: _Clock
) -> float | None:
    """Return the least value, to `step`, at which a plan was shown to exist; None without any."""
    if clock.over() or high <= low or exists_plan(change(high), clock) is not True:
        return None
    while high - low > step and not clock.over():
        middle = low + math.floor((high - low) / 2 / step) * step
        middle = middle if middle > low else low + step
        if middle >= high:
            break
        if exists_plan(change(middle), clock) is True:
            high = middle
        else:
            low = middle
    return high


def _sentence(core: list[str], change: dict[str, float], sure: bool) -> Text:
    en = "; ".join(TITLES[rule].en for rule in core) or "the goal alone"
    zh = "、".join(TITLES[rule].zh for rule in core) or "目标本身"
    words = {
        "quota": Text("a quota of {:,.0f} people a year", "每年指标{:.0f}人"),
        "budget_yuan": Text("a budget of {:,.0f} yuan a year", "每年资金{:.0f}元"),
        "more_capacity_people_each": Text("room for {:,.0f} more people at every destination",
                                          "每个安置点增加{:.0f}人的容量"),
        "max_travel_min": Text("a travel time of {:,.0f} min", "路程放宽到{:.0f}分钟"),
    }  # fmt: skip
    ways_en = " or ".join(words[k].en.format(v) for k, v in change.items())
    ways_zh = "或".join(words[k].zh.format(v) for k, v in change.items())
    cure = Text(f" Any one of these is shown to be enough: {ways_en}.",
                f"以下任一项经验证可行：{ways_zh}。") if change else Text("", "")  # fmt: skip
    doubt = Text("", "") if sure else Text(
        " Not every check was decided in time, so a smaller set may exist.",
        "部分检验未能在时限内完成，可能存在更小的冲突集合。",
    )  # fmt: skip
    return Text(
        f"Not every village that must move can, under these rules together: {en}."
        f"{cure.en}{doubt.en}",
        f"以下规则同时成立时，无法使应搬的村全部搬迁：{zh}。{cure.zh}{doubt.zh}",
    )
