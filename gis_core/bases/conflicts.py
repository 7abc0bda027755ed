"""Why no choice of bases exists: a smallest set of rules in conflict, and the least change."""

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np

from gis_core.bases.compile import CompiledSelection, Row
from gis_core.bases.deadline import Deadline
from gis_core.bases.freeing import county_name, least_changes
from gis_core.bases.rules import SelectionRules
from gis_core.bases.solve import solve_selection
from gis_core.text import Text


def find_conflicts(
    compiled: CompiledSelection,
    rules: SelectionRules,
    *,
    candidates: gpd.GeoDataFrame,
    names: Mapping[str, Text],
    deadline: Deadline,
) -> tuple[Text, ...]:
    """Return a smallest set of rules that cannot hold together, then what would free it.

    Counties with fewer candidates than they must have bases are all named at once. Otherwise
    rules are dropped one after the other; one without which the rest is still impossible stays
    dropped (deletion filter), so every rule named is needed for the conflict. Where `deadline`
    ends the search early, the set is still in conflict, and is said to be perhaps not the
    smallest.
    """
    short = [r for r in compiled.rows
             if r.group.startswith("county:") and len(r.places) < r.least]  # fmt: skip
    if len(short) > 1:
        return _too_little_land(short, rules, names)
    left, sure = smallest_conflict(compiled, rules, deadline)
    said = _rules_in_words(left, compiled, rules, names)
    unsure = Text("", "") if sure else Text(
        " Time ran out before all were tried; fewer may already conflict.",
        "限时内未能逐一检验，冲突的规则可能更少。",
    )  # fmt: skip
    lead = Text("These rules cannot hold together", "以下规则无法同时满足")
    if len(said) == 1:
        lead = Text("This rule cannot be met", "以下规则无法满足")
    head = Text(
        f"{lead.en}: {'; '.join(t.en for t in said)}.{unsure.en}",
        f"{lead.zh}：{'；'.join(t.zh for t in said)}。{unsure.zh}",
    )
    return (head, *least_changes(compiled, rules, left, candidates=candidates, names=names,
                                 deadline=deadline))  # fmt: skip


def smallest_conflict(
    compiled: CompiledSelection, rules: SelectionRules, deadline: Deadline
) -> tuple[list[str], bool]:
    """Return groups of rules in conflict, and whether each is known to be needed for it."""
    groups = list(dict.fromkeys(r.group for r in compiled.rows))
    if len(compiled.exclusion.pairs):
        groups.append(compiled.exclusion.group)
    if rules.fixed_in or rules.fixed_out:
        groups.append("fixed")
    dropped: set[str] = set()
    sure = True
    for group in sorted(groups, key=_last_named):
        tried = solve_selection(
            compiled, time_limit_s=deadline.left_s(), gap=1.0, without=dropped | {group}
        )
        if tried.status == "infeasible":
            dropped.add(group)
        sure = sure and tried.status != "unknown"
    return [g for g in groups if g not in dropped], sure


def _last_named(group: str) -> tuple[int, str]:
    """Order of dropping: what a planner can change most easily is dropped last and so named."""
    order = {"overlap": 0, "total_area": 1, "fixed": 2, "spacing": 3, "count": 5}
    return order.get(group, 4), group


def _too_little_land(
    short: Sequence[Row], rules: SelectionRules, names: Mapping[str, Text]
) -> tuple[Text, ...]:
    said = [_county_in_words(row, rules, names) for row in short]
    least = [(county_name(row.group, names), len(row.places)) for row in short]
    return (
        Text(
            f"None of these rules can be met: {'; '.join(t.en for t in said)}.",
            f"以下规则均无法满足：{'；'.join(t.zh for t in said)}。",
        ),
        Text(
            "Ask for no more than "
            + ", ".join(f"{number} in {name.en}" for name, number in least)
            + ", or let more land become a candidate: a lower least score or smaller least area.",
            "请将下限降至："
            + "，".join(f"{name.zh} {number} 个" for name, number in least)
            + "；或降低最低得分、减小最小面积，使更多土地成为候选。",
        ),
    )


def _rules_in_words(
    left: Sequence[str],
    compiled: CompiledSelection,
    rules: SelectionRules,
    names: Mapping[str, Text],
) -> list[Text]:
    """One part of the sentence for each rule; counties with the same limits share one."""
    alike: dict[tuple[float, float], list[Row]] = {}
    said = []
    for group in left:
        if group.startswith("county:"):
            row = next(r for r in compiled.rows if r.group == group)
            alike.setdefault((row.least, row.most), []).append(row)
        else:
            said.append(_rule_in_words(group, compiled, rules))
    for rows in alike.values():
        if len(rows) < 3:
            said += [_county_in_words(row, rules, names) for row in rows]
            continue
        every = [county_name(row.group, names) for row in rows]
        span = _span(rows[0].least, rows[0].most, unbounded=rules.count)
        said.append(Text(
            f"{_bases(span)} in each of {', '.join(n.en for n in every)}",
            f"{'、'.join(n.zh for n in every)}各{span.zh}个基地",
        ))  # fmt: skip
    return said


def _rule_in_words(group: str, compiled: CompiledSelection, rules: SelectionRules) -> Text:
    if group == "count":
        bases = "base" if rules.count == 1 else "bases"
        return Text(f"{rules.count} {bases}", f"共 {rules.count} 个基地")
    if group == "spacing":
        return Text(f"at least {rules.spacing_m:,.0f} m between bases",
                    f"基地间距不小于 {rules.spacing_m:.0f} 米")  # fmt: skip
    if group == "overlap":
        return Text("bases do not overlap", "基地互不重叠")
    if group == "fixed":
        return _fixed_in_words(rules)
    row = next(r for r in compiled.rows if r.group == group)
    span = _span(row.least, row.most, unbounded=np.inf)
    return Text(f"a total area of {span.en} mu", f"总面积{span.zh}亩")


def _county_in_words(row: Row, rules: SelectionRules, names: Mapping[str, Text]) -> Text:
    name = county_name(row.group, names)
    span = _span(row.least, row.most, unbounded=rules.count)
    number = len(row.places)
    return Text(
        f"{_bases(span)} in {name.en}, which has {number or 'no'} "
        f"candidate{'' if number == 1 else 's'}",
        f"{name.zh}{span.zh}个基地（" + (f"该县候选 {number} 个）" if number else "该县没有候选）"),
    )


def _bases(span: Text) -> str:
    return f"{span.en} {'base' if span.en.endswith(' 1') else 'bases'}"


def _span(least: float, most: float, *, unbounded: float) -> Text:
    """The limits in words; a `most` of `unbounded` or more is none."""
    if least == most:
        return Text(f"exactly {least:,.0f}", f"恰为 {least:.0f} ")
    if least <= 0:
        return Text(f"at most {most:,.0f}", f"至多 {most:.0f} ")
    if most >= unbounded:
        return Text(f"at least {least:,.0f}", f"至少 {least:.0f} ")
    return Text(f"{least:,.0f} to {most:,.0f}", f" {least:.0f} 至 {most:.0f} ")


def _fixed_in_words(rules: SelectionRules) -> Text:
    parts = []
    if rules.fixed_in:
        parts.append(Text(f"{', '.join(rules.fixed_in)} chosen by hand",
                          f"指定选入 {'、'.join(rules.fixed_in)}"))  # fmt: skip
    if rules.fixed_out:
        parts.append(Text(f"{', '.join(rules.fixed_out)} ruled out by hand",
                          f"指定排除 {'、'.join(rules.fixed_out)}"))  # fmt: skip
    return Text(" and ".join(p.en for p in parts), "，".join(p.zh for p in parts))
