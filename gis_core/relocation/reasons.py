"""Why now or later, why there: reasons read from the finished plan, so that each can be checked."""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gis_core.relocation.compiled import DEFERRED, CompiledPlan, Ints
from gis_core.relocation.problem import SCATTERED, Problem
from gis_core.relocation.result import Alternative
from gis_core.text import Text

MOST_FACTORS = 3  # named on a village's page
LEAST_CALENDAR_YEAR = 1000  # smaller numbers count the plan's years


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

    def urgency(self, unit: int) -> Text:
        """Return how urgent the village is, what counts most in that, and what is not known."""
        village = self.problem.units["village_id"].iloc[unit]
        ranking = self.problem.ranking
        parts = ranking.parts.loc[village]
        titles = {f.name: f.title for f in ranking.model.factors}
        known = parts[parts > 0].sort_values(ascending=False, kind="stable")
        most = [titles[str(name)] for name in known.index[:MOST_FACTORS]]
        unknown = [titles[str(name)] for name in parts.index[parts.isna()]]
        score = float(ranking.table["score"].loc[village])
        en = f"Its urgency is {score:.2f} of 1" if score == score else "Its urgency is not known"
        zh = f"紧迫度为{score:.2f}（最高为1）" if score == score else "紧迫度不详"
        if most:
            en += "; what counts most: " + ", ".join(t.en for t in most)
            zh += "，主要因为" + "、".join(t.zh for t in most)
        en, zh = en + ".", zh + "。"
        if unknown:
            en += " Not known for it, and left out: " + ", ".join(t.en for t in unknown) + "."
            zh += "缺少资料而未计入的有：" + "、".join(t.zh for t in unknown) + "。"
        return Text(en, zh)

    def why_deferred(self, unit: int) -> Text:
        """Return why a village of the targets does not move within the years."""
        rules, row = self.problem.rules, self.problem.units.iloc[unit]
        people = int(row["people"])
        if not self.problem.allowed[unit].any():
            return self._why_nowhere(unit)
        most = max(rules.yearly(rules.quota))
        if people > most:
            return Text(f"Its {people:,} people are more than a year's quota of {most:,.0f}.",
                        f"该村{people}人，超过一年的指标{most:.0f}人。")  # fmt: skip
        sites = np.flatnonzero(self.problem.allowed[unit])
        roomy = sites[self.capacity_left[sites] >= people]
        if self.people_before[unit] > sum(rules.yearly(rules.quota)):
            return _joined(self._beyond_quota(unit), self._overtaken(unit))
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
            left = Text(f"No year has {people:,} people of its quota left.",
                        f"各年剩余指标都不足该村{people}人。")  # fmt: skip
            return _joined(left, self._overtaken(unit))
        cheapest = float(self.compiled.spending[unit, roomy].min())
        return Text(
            f"No year has both quota for its {people:,} people and the {cheapest:,.0f} yuan that "
            "its move costs at least.",
            f"没有一年既有该村{people}人的指标，又有搬迁至少需要的{cheapest:.0f}元资金。",
        )  # fmt: skip

    def _beyond_quota(self, unit: int) -> Text:
        """Say that the quota ends before the village's turn, and when that would come."""
        rules, rank = self.problem.rules, int(self.problem.units["rank"].iloc[unit])
        total, before = sum(rules.yearly(rules.quota)), self.people_before[unit]
        yearly = rules.yearly(rules.quota)[-1]
        turn = rules.first_year + rules.years - 1 + math.ceil((before - total) / yearly)
        when = in_year(turn)
        return Text(
            f"It has priority rank {rank:,}; the villages up to it hold {before:,.0f} people, and "
            f"the quota allows {total:,.0f} in {rules.years} years. By rank alone its turn would "
            f"come {when.en}, if the last year's quota went on.",
            f"该村优先顺序第{rank}位，到该村为止共{before:.0f}人，而{rules.years}年指标为{total:.0f}人。"
            f"如以后各年指标不变，仅按顺序推算，约在{when.zh}轮到该村。",
        )  # fmt: skip

    def _overtaken(self, unit: int) -> Text | None:
        """Say which villages of later rank move before it, and why; None where there are none."""
        plan, ranks = self.compiled, self.problem.units["rank"].to_numpy()
        later = np.flatnonzero((ranks > ranks[unit]) & (self.site != DEFERRED))
        if not len(later):
            return None
        theirs = float(plan.place_cost[later, self.site[later]].sum() / plan.people[later].sum())
        ours = float(plan.place_cost[unit].min() / plan.people[unit])
        head_en = f"{len(later):,} villages of later rank move"
        head_zh = f"有{len(later)}个排位靠后的村先搬"
        if theirs < ours:
            minute = self.problem.rules.weights.travel_yuan
            return Text(
                f"{head_en}, because money and journey (a minute counted as {minute:,.0f} yuan) "
                f"come to less for them: {theirs:,.0f} yuan a person on average, {ours:,.0f} for "
                "this village.",
                f"{head_zh}，因为其费用加路程（每人每分钟折{minute:.0f}元）较低：人均{theirs:.0f}元，"
                f"该村为{ours:.0f}元。",
            )
        return Text(
            f"{head_en} all the same: their numbers of people, money and journey taken together "
            "make better use of the quota, within the plan's gap.",
            f"{head_zh}：综合人数、费用和路程，在方案差距范围内更能用好指标。",
        )

    def _why_year(self, unit: int) -> Text:
        rules, row = self.problem.rules, self.problem.units.iloc[unit]
        rank, people = int(row["rank"]), int(row["people"])
        total, index = len(self.problem.ranking.table), int(self.year[unit])
        when = in_year(rules.calendar[index])
        head = Text(f"Priority rank {rank:,} of {total:,} villages; moves {when.en}",
                    f"优先顺序第{rank}位（共{total}个村），{when.zh}搬迁")  # fmt: skip
        village = row["village_id"]
        if village in rules.fixed and rules.fixed[village].year is not None:
            return Text(head.en + " as already decided.", head.zh + "，属既定决定。")
        if index == 0:
            return Text(head.en + ", the first year.", head.zh + "，即首年。")
        earlier = self.quota_left[:index]
        if (earlier < 1).all():
            return Text(head.en + " because other villages take up the quota of the years before.",
                        head.zh + "，因为此前各年指标已由其他村用完。")  # fmt: skip
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
            head.zh + "；此前年份尚有余量，属方案所述差距范围之内。",
        )  # fmt: skip

    def _by_cost(self, unit: int) -> list[int]:
        cost = self.compiled.place_cost[unit]
        order = np.argsort(cost, kind="stable")
        return [int(s) for s in order if np.isfinite(cost[s])]

    def _why_place(self, unit: int) -> Text:
        order, mine = self._by_cost(unit), int(self.site[unit])
        row, people = self.problem.sites.iloc[mine], int(self.compiled.people[unit])
        minutes = self.travel(unit, mine)
        way = Text("", "") if minutes is None else Text(
            f", {minutes:,.0f} min from the old village,", f"距原村{minutes:.0f}分钟，"
        )  # fmt: skip
        place = Text(f"{row['name_en']}{way.en}", f"{row['name']}，{way.zh}")
        if len(order) == 1:
            return Text(f"{place.en} is the only destination the rules allow.",
                        f"{place.zh}是规则允许的唯一安置点。")  # fmt: skip
        position = order.index(mine)
        if position == 0:
            return Text(
                f"{place.en} is the best of {len(order)} allowed destinations by cost and journey; "
                + self._next_best(unit, order[1]).en,
                f"{place.zh}按费用和路程是{len(order)}个可选安置点中最优的；"
                + self._next_best(unit, order[1]).zh,
            )  # fmt: skip
        better = order[:position]
        first = self.problem.sites.iloc[better[0]]
        if all(self.capacity_left[s] < people for s in better):
            more = position - 1
            return Text(
                f"{place.en} is the best with room: {first['name_en']}"
                + (f" and {more} more" if more else "")
                + f" would be better by cost and journey but cannot take {people:,} more people.",
                f"{place.zh}是有容量的安置点中最优的：{first['name']}"
                + (f"等{position}处" if more else "")
                + f"按费用和路程更优，但容不下再增{people}人。",
            )  # fmt: skip
        return Text(
            f"{place.en} is choice {position + 1} of {len(order)} by cost and journey: together "
            "with the other villages' places, the year's money and the shares of forms this costs "
            "least within the plan's gap.",
            f"{place.zh}按费用和路程排第{position + 1}（共{len(order)}处）：与其他村的去处、"
            "当年资金和安置方式比例统筹，在方案差距范围内总体最省。",
        )  # fmt: skip

    def _next_best(self, unit: int, site: int) -> Text:
        row, mine = self.problem.sites.iloc[site], int(self.site[unit])
        more = float(self.compiled.spending[unit, site] - self.compiled.spending[unit, mine])
        dearer, dearer_zh = ("dearer", "多") if more >= 0 else ("cheaper", "少")
        money = Text(f"{abs(more):,.0f} yuan {dearer}", f"费用{dearer_zh}{abs(more):.0f}元")
        here, there = self.travel(unit, mine), self.travel(unit, site)
        if here is None or there is None:  # one of the two has no site
            return Text(f"next comes {row['name_en']}, {money.en}.",
                        f"其次是{row['name']}，{money.zh}。")  # fmt: skip
        farther = there - here
        away, away_zh = ("farther", "远") if farther >= 0 else ("nearer", "近")
        return Text(
            f"next comes {row['name_en']}, {money.en} and {abs(farther):,.0f} min {away}.",
            f"其次是{row['name']}，{money.zh}，路程{away_zh}{abs(farther):.0f}分钟。",
        )

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


def in_year(year: int) -> Text:
    """Return the words for a year: a calendar one, or one counted from the plan's first."""
    if year >= LEAST_CALENDAR_YEAR:
        return Text(f"in {year}", f"{year}年")
    return Text(f"in year {year}", f"第{year}年")


def _joined(first: Text, second: Text | None) -> Text:
    return first if second is None else Text(f"{first.en} {second.en}", first.zh + second.zh)
