"""The least change of each rule in conflict that lets a choice of bases exist again."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np

from gis_core.bases.compile import CompiledSelection, on_the_plane
from gis_core.bases.deadline import Deadline
from gis_core.bases.exclusion import Exclusion, excluding_pairs
from gis_core.bases.rule_words import county_name
from gis_core.bases.rules import SelectionRules
from gis_core.bases.solve import solve_selection
from gis_core.text import Text

STEP_M = 100.0  # spacings are offered in steps of this


@dataclass(frozen=True)
class Change:
    """What to change, in words; `sure` unless time ended before it was known to be the least."""

    text: Text
    sure: bool = True
    county: Text | None = None  # the county whose least number falls to `number`
    number: int = 0


def least_changes(
    compiled: CompiledSelection,
    rules: SelectionRules,
    left: list[str],
    *,
    candidates: gpd.GeoDataFrame,
    names: Mapping[str, Text],
    deadline: Deadline,
) -> list[Text]:
    """Return one sentence for each rule of `left` that, changed alone, is enough.

    When none alone is enough there is more than one conflict, which is said; so is it when time
    ends before a change is found.
    """
    found: list[Change] = []
    in_time = True
    everywhere = [g for g in left if g.startswith("county:")]
    if isinstance(rules.per_county, Mapping) or len(everywhere) < 2:
        everywhere = []
    for group in left:
        if group == "overlap" or group in everywhere[1:]:
            continue
        if group in everywhere:
            changes, known = _freer_everywhere(compiled, rules, deadline)
        elif group == "spacing":
            changes, known = _freer_spacing(compiled, rules, candidates, deadline)
        elif group == "fixed":
            changes, known = _freer_decisions(compiled, rules, candidates, deadline)
        else:
            changes, known = _freer_number(compiled, group, names, deadline)
        found += changes
        in_time = in_time and known
    if found:
        return [_sentence(change) for change in _gathered(found)]
    if in_time:
        return [Text(
            "No single change is enough: there are further conflicts. Loosen one of these rules "
            "and run again to see the next.",
            "只改一条规则还不够：还有其他冲突。请先放宽其中一条，再次运行查看其余冲突。",
        )]  # fmt: skip
    return [Text(
        "Time ran out before a change that is enough was found; allow more time, or loosen one of "
        "these rules and run again.",
        "限时内未能找到足够的改动；请延长时间，或先放宽其中一条规则后再次运行。",
    )]  # fmt: skip


def _gathered(changes: list[Change]) -> list[Change]:
    """Say once what is the same for three counties or more."""
    alike: dict[tuple[int, bool], list[Change]] = {}
    for change in changes:
        if change.county is not None:
            alike.setdefault((change.number, change.sure), []).append(change)
    gathered = [c for c in changes if c.county is None]
    for (number, sure), same in alike.items():
        if len(same) < 3:
            gathered += same
            continue
        every = [c.county for c in same if c.county is not None]
        gathered.append(Change(Text(
            f"lower the least number of one of {', '.join(n.en for n in every)} to {number}",
            f"将{'、'.join(n.zh for n in every)}之一的数量下限降至 {number} 个",
        ), sure))  # fmt: skip
    return gathered


def _sentence(change: Change) -> Text:
    unsure = Text("", "") if change.sure else Text(
        " Time ran out: less may do.", "（限时所限，更小的改动或许也可行。）"
    )  # fmt: skip
    return Text(
        f"With the other rules kept, it is enough to {change.text.en}.{unsure.en}",
        f"其余规则不变时，{change.text.zh}即可。{unsure.zh}",
    )


def _freer_number(
    compiled: CompiledSelection, group: str, names: Mapping[str, Text], deadline: Deadline
) -> tuple[list[Change], bool]:
    """How far one limit of a number or area must move; whether the search came to its end."""
    row = next(r for r in compiled.rows if r.group == group)
    amounts = np.zeros(len(compiled.worth))
    amounts[row.places] = 1.0 if row.coefficients is None else row.coefficients
    whole = row.coefficients is None
    changes, known = [], True
    for sign, freed in (
        (1.0, replace(row, group="freed", least=-np.inf)),
        (-1.0, replace(row, group="freed", most=np.inf)),
    ):
        limit = row.least if sign > 0 else row.most
        if np.isinf(limit) or (sign > 0 and limit <= 0):
            continue
        gap = 0.99 / max(limit, len(row.places), 1) if whole else 1e-4
        found = solve_selection(compiled, time_limit_s=deadline.left_s(), gap=gap,
                                without={group}, extra=[freed], worth=sign * amounts)  # fmt: skip
        known = known and found.status != "unknown"
        if found.places is None:
            continue
        amount = float(amounts[found.places].sum())
        sure = found.status == "optimal"
        changes.append(_moved_limit(group, sign, amount, exact=row.least == row.most, names=names,
                                    sure=sure))  # fmt: skip
    return changes, known


def _moved_limit(
    group: str, sign: float, amount: float, *, exact: bool, names: Mapping[str, Text], sure: bool
) -> Change:
    verb = Text("lower", "降至") if sign > 0 else Text("raise", "提高到")
    end = Text("least", "下限") if sign > 0 else Text("largest", "上限")
    if group == "count":
        return Change(Text(f"{verb.en} the number of bases to {amount:.0f}",
                           f"将基地总数{verb.zh} {amount:.0f} 个"), sure)  # fmt: skip
    if group == "total_area":
        mu = np.floor(amount) if sign > 0 else np.ceil(amount)
        return Change(Text(f"{verb.en} the {end.en} total area to {mu:,.0f} mu",
                           f"将总面积{end.zh}{verb.zh} {mu:.0f} 亩"), sure)  # fmt: skip
    kind, _, product = group.partition(":")
    if kind == "budget":
        return Change(Text(f"raise the budget to {np.ceil(amount):,.0f} yuan",
                           f"将预算提高到 {np.ceil(amount):.0f} 元"), sure)  # fmt: skip
    if kind == "product_area":
        mu = np.floor(amount) if sign > 0 else np.ceil(amount)
        return Change(Text(f"{verb.en} the {end.en} area of {product} to {mu:,.0f} mu",
                           f"将{product}的面积{end.zh}{verb.zh} {mu:.0f} 亩"), sure)  # fmt: skip
    name = Text(product, product) if kind == "product" else county_name(group, names)
    which = Text("number", "数量") if exact else Text(f"{end.en} number", f"数量{end.zh}")
    text = Text(f"{verb.en} the {which.en} of {name.en} to {amount:.0f}",
                f"将{name.zh}的{which.zh}{verb.zh} {amount:.0f} 个")  # fmt: skip
    alike = kind == "county" and sign > 0 and not exact
    return Change(text, sure, name if alike else None, int(round(amount)))


def _freer_everywhere(
    compiled: CompiledSelection, rules: SelectionRules, deadline: Deadline
) -> tuple[list[Change], bool]:
    """How far the one limit that binds every county must move for all of them."""
    changes, known = [], True
    counties = [r for r in compiled.rows if r.group.startswith("county:")]
    least, most = int(counties[0].least), int(counties[0].most)
    for numbers, end in (
        (range(least - 1, -1, -1), "least"),
        (range(most + 1, rules.count + 1), "most"),
    ):
        possible, first, beyond = None, 0, len(numbers)
        while first < beyond:
            middle = (first + beyond) // 2
            low, high = (numbers[middle], most) if end == "least" else (least, numbers[middle])
            freed = [replace(r, group="freed", least=low, most=high) for r in counties]
            tried = solve_selection(compiled, time_limit_s=deadline.left_s(), gap=1.0,
                                    without={r.group for r in counties}, extra=freed)  # fmt: skip
            known = known and tried.status != "unknown"
            if tried.places is not None:
                possible, beyond = numbers[middle], middle
            else:
                first = middle + 1
        if possible is not None:
            verb = Text("lower", "降至") if end == "least" else Text("raise", "提高到")
            limit = Text("least", "下限") if end == "least" else Text("largest", "上限")
            changes.append(Change(Text(
                f"{verb.en} the {limit.en} number of every county to {possible}",
                f"将每县的数量{limit.zh}{verb.zh} {possible} 个",
            ), known))  # fmt: skip
    return changes, known


def _freer_spacing(
    compiled: CompiledSelection,
    rules: SelectionRules,
    candidates: gpd.GeoDataFrame,
    deadline: Deadline,
) -> tuple[list[Change], bool]:
    """The largest spacing, in whole steps, that the other rules allow; by halving."""
    plane = on_the_plane(candidates)
    steps_possible, steps_not, known = -1, int(np.ceil(rules.spacing_m / STEP_M)), True
    while steps_not - steps_possible > 1 and not deadline.passed():
        middle = (steps_possible + steps_not) // 2
        pairs = excluding_pairs(plane, spacing_m=middle * STEP_M)
        freer = replace(compiled, exclusion=Exclusion("spacing", pairs, len(plane)))
        tried = solve_selection(freer, time_limit_s=deadline.left_s() / 3, gap=1.0)
        known = known and tried.status != "unknown"
        if tried.places is not None:
            steps_possible = middle
        else:
            steps_not = middle
    known = known and steps_not - steps_possible == 1
    if steps_possible < 0:
        return [], known
    metres = steps_possible * STEP_M
    return [Change(Text(f"lower the spacing to {metres:,.0f} m",
                        f"将间距减至 {metres:.0f} 米"), known)], known  # fmt: skip


def _freer_decisions(
    compiled: CompiledSelection,
    rules: SelectionRules,
    candidates: gpd.GeoDataFrame,
    deadline: Deadline,
) -> tuple[list[Change], bool]:
    """The fewest decisions made by hand that would have to be given up."""
    place = {base: i for i, base in enumerate(candidates["base_id"])}
    worth = np.zeros(len(compiled.worth))
    worth[[place[b] for b in rules.fixed_in]] += 1.0
    worth[[place[b] for b in rules.fixed_out]] -= 1.0
    decisions = len(rules.fixed_in) + len(rules.fixed_out)
    found = solve_selection(compiled, time_limit_s=deadline.left_s(), gap=0.99 / decisions,
                            without={"fixed"}, worth=worth)  # fmt: skip
    if found.places is None:
        return [], found.status != "unknown"
    chosen = set(found.places.tolist())
    given_up = [b for b in rules.fixed_in if place[b] not in chosen]
    given_up += [b for b in rules.fixed_out if place[b] in chosen]
    return [Change(Text(f"leave {', '.join(given_up)} free", f"不再指定 {'、'.join(given_up)} "),
                   found.status == "optimal")], True  # fmt: skip
