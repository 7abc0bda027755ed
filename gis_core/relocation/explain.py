"""Why now or later, why there: reasons read from the finished plan, so that each can be checked."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gis_core.errors import NotFoundError
from gis_core.relocation.compiled import DEFERRED, CompiledPlan, Ints
from gis_core.relocation.problem import SCATTERED, Problem
from gis_core.relocation.result import FORMS, Alternative, RelocationPlan
from gis_core.text import Text

FIRST_CALENDAR_YEAR = 1000  # smaller numbers count the years of a plan, from 1


@dataclass(frozen=True)
class Reasons:
    """The room that a finished plan leaves, from which reasons are read."""

    problem: Problem
    compiled: CompiledPlan
    site: Ints
    year: Ints
    quota_left: NDArray[np.float64] = field(init=False)
    budget_left: NDArray[np.float64] = field(init=False)
    capacity_left: NDArray[np.float64] = field(init=False)
    form_left: NDArray[np.float64] = field(init=False)
    people_before: NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        plan, moves = self.compiled, np.flatnonzero(self.site != DEFERRED)
        s, y, people = self.site[moves], self.year[moves], plan.people[moves]
        spent = np.bincount(y, plan.spending[moves, s], plan.years)
        forms = np.bincount(plan.group[s], people, len(plan.group_limit))
        self._set("quota_left", plan.quota - np.bincount(y, people, plan.years))
        self._set("budget_left", plan.budget - spent)
        self._set("capacity_left", plan.capacity - np.bincount(s, plan.load[moves, s], plan.sites))
        self._set("form_left", plan.group_limit - forms)
        order = np.argsort(self.problem.units["rank"].to_numpy(), kind="stable")
        before = np.zeros(plan.units)
        before[order] = np.cumsum(plan.people[order])
        self._set("people_before", before)

    def _set(self, name: str, value: NDArray[np.float64]) -> None:
        object.__setattr__(self, name, value)

    def why_assigned(self, unit: int) -> Text:
        """Return the reason for the year and the reason for the place."""
        when, where = self._why_year(unit), self._why_place(unit)
        return Text(f"{when.en} {where.en}", when.zh + where.zh)

    def runner_up(self, unit: int) -> Alternative | None:
        """Return the best other destination allowed, room or not."""
        others = [s for s in self._by_cost(unit) if s != self.site[unit]]
        if not others:
            return None
        site, mine = others[0], self.site[unit]
        row = self.problem.sites.iloc[site]
        more = self.compiled.spending[unit, site] - self.compiled.spending[unit, mine]
        return Alternative(row["destination_id"], row["name"], float(more),
                           self.travel(unit, site))  # fmt: skip

    def travel(self, unit: int, site: int) -> float | None:
        """Return minutes from the village to the site, None where there is no meaning."""
        minutes = float(self.problem.travel_min[unit, site])
        return minutes if np.isfinite(minutes) else None

    def why_deferred(self, unit: int) -> Text:
        """Return why a village of the targets does not move within the years."""
        rules, row = self.problem.rules, self.problem.units.iloc[unit]
        rank, people = int(row["rank"]), int(row["people"])
        if not self.problem.allowed[unit].any():
            return self._why_nowhere(unit)
        if people > max(rules.yearly(rules.quota)):
            most = int(max(rules.yearly(rules.quota)))
            return Text(f"Its {people:,} people are more than a year's quota of {most:,}.",
                        f"该村{people}人，超过一年的指标{most}人。")  # fmt: skip
        sites = np.flatnonzero(self.problem.allowed[unit])
        roomy = sites[self.capacity_left[sites] >= people]
        total = sum(rules.yearly(rules.quota))
        if self.people_before[unit] > total and np.isfinite(total):
            return Text(
                f"Its priority rank {rank:,} comes after the {total:,.0f} people the quota allows "
                f"in {rules.years} years: with the villages ranked before it, "
                f"{self.people_before[unit]:,.0f} people would have to move.",
                f"该村优先顺序第{rank}位，排在{rules.years}年指标可搬迁的{total:.0f}人之后：连同排在前面的村"
                f"共需搬迁{self.people_before[unit]:.0f}人。",
            )  # fmt: skip
        if not len(roomy):
            return Text(
                f"None of the {len(sites)} destinations it may go to has room left for its "
                f"{people:,} people.",
                f"可去的{len(sites)}个安置点剩余容量都不足以安置该村{people}人。",
            )  # fmt: skip
        if (self.form_left[self.compiled.group[roomy]] < people).all():
            return Text("The forms it could use have reached their allowed share.",
                        "可用的安置方式已达到规定比例上限。")  # fmt: skip
        if (self.quota_left < people).all():
            return Text(
                f"No year has {people:,} people of its quota left; other villages were placed at "
                "less cost in waiting, money and travel together.",
                f"各年剩余指标都不足{people}人；综合等待、费用和路程，安置其他村更合算。",
            )  # fmt: skip
        cheapest = float(self.compiled.spending[unit, roomy].min())
        return Text(
            f"No year has both quota for its {people:,} people and the {cheapest:,.0f} yuan that "
            "its move costs at least.",
            f"没有一年既有该村{people}人的指标，又有搬迁至少需要的{cheapest:.0f}元资金。",
        )  # fmt: skip

    def _why_year(self, unit: int) -> Text:
        rules, row = self.problem.rules, self.problem.units.iloc[unit]
        rank, people, total = int(row["rank"]), int(row["people"]), len(self.problem.units)
        index = int(self.year[unit])
        year = rules.calendar[index]
        head = Text(f"Priority rank {rank:,} of {total:,}; moves in year {year}",
                    f"优先顺序第{rank}位（共{total}个村），{_year_zh(year)}搬迁")  # fmt: skip
        village = row["village_id"]
        if village in rules.fixed and rules.fixed[village].year is not None:
            return Text(head.en + " as already decided.", head.zh + "，属既定决定。")
        if index == 0:
            return Text(head.en + ", the first.", head.zh + "，即首年。")
        earlier = self.quota_left[:index]
        if (earlier < 1).all():
            return Text(head.en + " because the quota of the years before is used up.",
                        head.zh + "，因为此前各年指标已用完。")  # fmt: skip
        if (earlier < people).all():
            return Text(
                head.en + " because the quota of the years before has at most "
                f"{earlier.max():,.0f} people left, fewer than its {people:,}.",
                head.zh + f"，因为此前各年剩余指标至多{earlier.max():.0f}人，不足该村{people}人。",
            )  # fmt: skip
        money = self.budget_left[:index][earlier >= people]
        if (money < self.compiled.spending[unit, self.site[unit]]).all():
            return Text(
                head.en + " because the money left in the years before does not pay for its move.",
                head.zh + "，因为此前各年剩余资金不足。",
            )  # fmt: skip
        return Text(
            head.en + "; an earlier year still has room, within the plan's stated gap.",
            head.zh + "；此前年份尚有余量，属方案所述误差范围之内。",
        )  # fmt: skip

    def _by_cost(self, unit: int) -> list[int]:
        cost = self.compiled.place_cost[unit]
        order = np.argsort(cost, kind="stable")
        return [int(s) for s in order if np.isfinite(cost[s])]

    def _why_place(self, unit: int) -> Text:
        order, mine = self._by_cost(unit), int(self.site[unit])
        row, people = self.problem.sites.iloc[mine], int(self.compiled.people[unit])
        minutes = self.travel(unit, mine)
        way = Text("", "") if minutes is None else Text(f", {minutes:,.0f} min away",
                                                        f"，路程{minutes:.0f}分钟")  # fmt: skip
        place = Text(f"{row['name_en']}{way.en}", f"{row['name']}{way.zh}")
        if len(order) == 1:
            return Text(f"{place.en} is the only destination the rules allow.",
                        f"{place.zh}，是规则允许的唯一安置点。")  # fmt: skip
        position = order.index(mine)
        if position == 0:
            return Text(
                f"{place.en} is the best of {len(order)} allowed destinations by cost and journey; "
                + self._next_best(unit, order[1], "en"),
                f"{place.zh}，按费用和路程是{len(order)}个可选安置点中最优的；"
                + self._next_best(unit, order[1], "zh"),
            )  # fmt: skip
        better = order[:position]
        full = all(self.capacity_left[s] < people for s in better)
        first = self.problem.sites.iloc[better[0]]
        if full:
            return Text(
                f"{place.en} is the best with room: {first['name_en']}"
                + (f" and {position - 1} more" if position > 1 else "")
                + f" would be better by cost and journey but cannot take {people:,} more people.",
                f"{place.zh}，是有容量的安置点中最优的：{first['name']}"
                + (f"等{position}处" if position > 1 else "")
                + f"按费用和路程更优，但容不下再增{people}人。",
            )  # fmt: skip
        return Text(
            f"{place.en} is choice {position + 1} of {len(order)} by cost and journey: together "
            "with the other villages' places, the year's money and the shares of forms this costs "
            "least within the plan's gap.",
            f"{place.zh}，按费用和路程排第{position + 1}（共{len(order)}处）：与其他村的去处、"
            "当年资金和安置方式比例统筹，在方案误差范围内总体最省。",
        )  # fmt: skip

    def _next_best(self, unit: int, site: int, lang: str) -> str:
        row, mine = self.problem.sites.iloc[site], int(self.site[unit])
        more = float(self.compiled.spending[unit, site] - self.compiled.spending[unit, mine])
        here, there = self.travel(unit, mine), self.travel(unit, site)
        if here is None or there is None:  # one of the two has no site
            if lang == "zh":
                return f"其次是{row['name']}，费用{'多' if more >= 0 else '少'}{abs(more):.0f}元。"
            dearer = "dearer" if more >= 0 else "cheaper"
            return f"next comes {row['name_en']}, {abs(more):,.0f} yuan {dearer}."
        farther = there - here
        if lang == "zh":
            money = f"费用多{more:.0f}元" if more >= 0 else f"费用少{-more:.0f}元"
            way = f"路程多{farther:.0f}分钟" if farther >= 0 else f"路程少{-farther:.0f}分钟"
            return f"其次是{row['name']}，{money}，{way}。"
        money = f"{more:,.0f} yuan dearer" if more >= 0 else f"{-more:,.0f} yuan cheaper"
        way = f"{farther:,.0f} min farther" if farther >= 0 else f"{-farther:,.0f} min nearer"
        return f"next comes {row['name_en']}, {money} and {way}."

    def _why_nowhere(self, unit: int) -> Text:
        problem, rules = self.problem, self.problem.rules
        kind = problem.sites["kind"].to_numpy(str)
        minutes = problem.travel_min[unit]
        right_form = np.isin(kind, rules.forms)
        if not right_form.any():
            return Text("No destination has an allowed form.", "没有符合允许安置方式的安置点。")
        reachable = right_form & (np.isfinite(minutes) | (kind == SCATTERED))
        if not reachable.any():
            return Text("No way leads to any destination of an allowed form.",
                        "没有道路可到达允许方式的任何安置点。")  # fmt: skip
        if (
            rules.max_travel_min is not None
            and not ((minutes <= rules.max_travel_min) | (kind == SCATTERED))[reachable].any()
        ):
            nearest = float(minutes[reachable].min())
            return Text(
                f"No destination lies within {rules.max_travel_min:,.0f} min; the nearest is "
                f"{nearest:,.0f} min away.",
                f"{rules.max_travel_min:.0f}分钟内没有安置点；最近的需{nearest:.0f}分钟。",
            )  # fmt: skip
        return Text(
            "No destination that it can reach in time is open to its county.",
            "在时限内可到达的安置点都不接收该村所在的县。",
        )  # fmt: skip


def explain_village(plan: RelocationPlan, village_id: str) -> tuple[Text, ...]:
    """Return a village's page in plain sentences: what, when, where, why, what else.

    Raises
    ------
    NotFoundError
        If the plan does not deal with the village.
    """
    for move in plan.assignments:
        if move.village_id == village_id:
            form = FORMS[move.form]
            lines = [
                Text(f"{move.village} ({move.people:,} people, {move.households:,} households) is "
                     f"to move in year {move.year} to {move.destination}: {form.en}.",
                     f"{move.village}（{move.households}户{move.people}人）计划于{_year_zh(move.year)}搬至"
                     f"{move.destination}，方式为{form.zh}。"),
                move.why,
                Text(f"The move is reckoned at {move.cost_yuan:,.0f} yuan, "
                     f"{move.cost_yuan / move.people:,.0f} yuan a person.",
                     f"搬迁费用测算为{move.cost_yuan:.0f}元，"
                     f"人均{move.cost_yuan / move.people:.0f}元。"),
            ]  # fmt: skip
            return (*lines, *_closing(plan))
    for wait in plan.deferred:
        if wait.village_id == village_id:
            head = Text(f"{wait.village} does not move within this plan.",
                        f"{wait.village}在本方案年限内暂不搬迁。")  # fmt: skip
            return (head, wait.why, *_closing(plan))
    raise NotFoundError(
        f"The plan does not deal with village '{village_id}': it is not among the target villages.",
        f"方案未涉及村“{village_id}”：它不在目标村之内。",
    )


def _closing(plan: RelocationPlan) -> tuple[Text, ...]:
    voluntary = Text(
        "Moving is voluntary: the village decides.", "搬迁坚持群众自愿，由村民自己决定。"
    )
    return (voluntary, *plan.caveats)


def _year_zh(year: int) -> str:
    """Return 2004年 for a calendar year, 第1年 for one counted from the plan's first."""
    return f"{year}年" if year >= FIRST_CALENDAR_YEAR else f"第{year}年"
