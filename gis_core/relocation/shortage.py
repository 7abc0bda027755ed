"""Where a plan falls short of its goal: which limit, by how much, and what would be enough."""

import math

import numpy as np
from numpy.typing import NDArray

from gis_core.relocation.compiled import CompiledPlan, Floats
from gis_core.relocation.problem import Problem
from gis_core.relocation.result import Conflict
from gis_core.text import Text


def find_shortages(problem: Problem, compiled: CompiledPlan) -> list[Conflict]:
    """Return each limit that alone keeps some target village from moving within the years.

    Every finding is proved by counting, without a solver: the limit named cannot be met together
    with the goal, whatever the other rules. Several may hold at once.
    """
    found = [
        _quota_short(problem, compiled),
        _villages_over_quota(problem),
        _capacity_short(problem, compiled),
        _budget_short(problem, compiled),
        _nowhere_to_go(problem),
    ]
    return [conflict for conflict in found if conflict is not None]


def least_even_quota(people: Floats, years: int) -> tuple[int, bool]:
    """Return the quota a year that moves all `people` as whole villages, and if it is the least.

    The least possible is the mean a year, rounded up, or the largest village. Whole villages are
    dealt to the years, largest first, each to the emptiest year (Graham 1969), then exchanged
    between years while that evens them out. When the fullest year then equals the least possible,
    the figure is exact; otherwise it suffices and the least lies at most that much below.
    """
    floor = max(math.ceil(people.sum() / years - 1e-9), math.ceil(people.max(initial=0.0)))
    order = np.argsort(-people, kind="stable")
    loads, year = np.zeros(years), np.zeros(len(people), np.int64)
    for village in order:
        year[village] = loads.argmin()
        loads[year[village]] += people[village]
    while loads.max() > floor + 1e-9 and _even_out(people, year, loads):
        pass
    enough = math.ceil(loads.max() - 1e-9)
    return enough, enough == floor


def _even_out(people: Floats, year: NDArray[np.int64], loads: Floats) -> bool:
    """Exchange two villages of the fullest and another year; return False when none helps."""
    full = int(loads.argmax())
    ours = np.flatnonzero(year == full)
    for other in np.argsort(loads, kind="stable"):
        theirs = np.flatnonzero(year == other)
        if other == full or not len(theirs):
            continue
        give = people[ours][:, None] - people[theirs][None, :]
        wanted = (loads[full] - loads[other]) / 2
        useful = (give > 0) & (give < loads[full] - loads[other])
        if useful.any():
            i, j = np.unravel_index(np.where(useful, np.abs(give - wanted), np.inf).argmin(),
                                    give.shape)  # fmt: skip
            year[ours[i]], year[theirs[j]] = other, full
            loads[full] -= give[i, j]
            loads[other] += give[i, j]
            return True
    return False


def _quota_short(problem: Problem, compiled: CompiledPlan) -> Conflict | None:
    rules = problem.rules
    allowed, goal = sum(rules.yearly(rules.quota)), float(compiled.people.sum())
    if goal <= allowed:
        return None
    quota, exact = least_even_quota(compiled.people, rules.years)
    change: dict[str, float] = {"quota": quota}
    years_en = years_zh = ""
    if not isinstance(rules.quota, tuple):
        years = math.ceil(goal / float(rules.quota or 1))
        change["years"] = years
        years_en, years_zh = (
            f", or at least {years} years at this quota",
            f"，或按此指标至少{years}年",
        )
    about_en, about_zh = ("", "") if exact else ("about ", "约")
    per_year = rules.yearly(rules.quota)
    rate_en = (
        f"{per_year[0]:,.0f} people a year" if min(per_year) == max(per_year) else "The quotas"
    )
    rate_zh = f"每年{per_year[0]:.0f}人" if min(per_year) == max(per_year) else "各年指标"
    verb = "move" if rate_en == "The quotas" or per_year[0] != 1 else "moves"
    return Conflict(("quota", "years", "goal"), Text(
        f"{rate_en} {verb} at most {allowed:,.0f} people in {rules.years} years; the goal is "
        f"{goal:,.0f}. It needs {about_en}{quota:,} people a year{years_en}.",
        f"{rate_zh}，{rules.years}年最多搬迁{allowed:.0f}人，而目标为{goal:.0f}人；"
        f"需要每年{about_zh}{quota}人{years_zh}。",
    ), change)  # fmt: skip


def _villages_over_quota(problem: Problem) -> Conflict | None:
    most = max(problem.rules.yearly(problem.rules.quota))
    large = problem.units[problem.units["people"] > most]
    if large.empty:
        return None
    need = int(large["people"].max())
    names = _names(large["name"].tolist())
    return Conflict(("quota", "whole_villages"), Text(
        f"{len(large)} villages have more people than a year's quota of {most:,.0f} and would have "
        f"to be split: {names.en}. A year of {need:,} people would take them whole.",
        f"{len(large)}个村的人口超过一年指标{most:.0f}人，须拆分才能搬迁：{names.zh}。"
        f"某年指标达到{need}人即可整村搬迁。",
    ), {"quota": need})  # fmt: skip


def _capacity_short(problem: Problem, compiled: CompiledPlan) -> Conflict | None:
    """Hall's condition on the whole and county by county: people who must fit what is open."""
    goal = float(compiled.people[problem.allowed.any(axis=1)].sum())
    used = problem.allowed.any(axis=0)
    room = float(compiled.capacity[used].sum())
    worst = ("", goal, room)
    if goal <= room:
        worst = _worst_county(problem, compiled)
    county, goal, room = worst
    if goal <= room:
        return None
    en, zh = (f" of county {county}", f"{county}县域") if county else ("", "")
    return Conflict(("capacity", "goal"), Text(
        f"The destinations open to the target villages{en} hold {room:,.0f} people; "
        f"{goal:,.0f} are to move. Room for at least {goal - room:,.0f} more is needed.",
        f"{zh}目标村可去的安置点共可容纳{room:.0f}人，而需搬迁{goal:.0f}人；"
        f"至少还需增加{goal - room:.0f}人的容量。",
    ), {"capacity_people": math.ceil(goal - room)})  # fmt: skip


def _worst_county(problem: Problem, compiled: CompiledPlan) -> tuple[str, float, float]:
    worst = ("", 0.0, 0.0)
    counties = problem.units["county_code"].to_numpy(str)
    for county in sorted(set(counties)):
        ours = (counties == county) & problem.allowed.any(axis=1)
        goal = float(compiled.people[ours].sum())
        room = float(compiled.capacity[problem.allowed[ours].any(axis=0)].sum()) if goal else 0.0
        if goal - room > worst[1] - worst[2]:
            worst = (county, goal, room)
    return worst


def _budget_short(problem: Problem, compiled: CompiledPlan) -> Conflict | None:
    money = float(compiled.budget.sum())
    if not np.isfinite(money):
        return None
    spending = np.where(problem.allowed, compiled.spending, np.inf).min(axis=1)
    need = float(spending[np.isfinite(spending)].sum())
    if need <= money:
        return None
    year = math.ceil(need / problem.rules.years)
    return Conflict(("budget", "years", "goal"), Text(
        f"The budget gives {money:,.0f} yuan in {problem.rules.years} years; moving every target "
        f"village to its cheapest destination costs {need:,.0f}. It needs at least {year:,} yuan a "
        "year.",
        f"{problem.rules.years}年资金共{money:.0f}元，而全部目标村按最省去处搬迁需{need:.0f}元；"
        f"每年至少需要{year}元。",
    ), {"budget_yuan": year})  # fmt: skip


def _nowhere_to_go(problem: Problem) -> Conflict | None:
    lost = np.flatnonzero(~problem.allowed.any(axis=1))
    if not len(lost):
        return None
    names = _names(problem.units["name"].iloc[lost].tolist())
    rules, change = problem.rules, dict[str, float]()
    en, zh = "Allow more forms or add destinations", "请放宽安置方式或增加安置点"
    if rules.max_travel_min is not None:
        nearest = np.nanmin(np.where(_form_ok(problem), problem.travel_min, np.nan)[lost],
                            axis=1, initial=np.inf)  # fmt: skip
        if np.isfinite(nearest).all():
            change = {"max_travel_min": float(math.ceil(nearest.max()))}
            en = f"A limit of {change['max_travel_min']:,.0f} min would reach them"
            zh = f"时限放宽到{change['max_travel_min']:.0f}分钟即可到达"
    return Conflict(("destinations", "forms", "max_travel_min", "within_county"), Text(
        f"{len(lost)} target villages have no destination that form, county and travel time "
        f"allow: {names.en}. {en}.",
        f"{len(lost)}个目标村没有符合安置方式、县域和路程要求的安置点：{names.zh}。{zh}。",
    ), change)  # fmt: skip


def _form_ok(problem: Problem) -> np.ndarray:
    return np.isin(problem.sites["kind"].to_numpy(str), problem.rules.forms)[None, :]


def _names(names: list[str]) -> Text:
    shown = names[:5]
    more = len(names) - len(shown)
    return Text(", ".join(shown) + (f" and {more} more" if more else ""),
                "、".join(shown) + (f"等{len(names)}个" if more else ""))  # fmt: skip
