"""Why no choice of bases exists: a smallest set of rules in conflict, and the least change."""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np

from gis_core.bases.compile import CompiledSelection
from gis_core.bases.freeing import Deadline, least_changes
from gis_core.bases.rules import SelectionRules
from gis_core.bases.solve import solve_selection
from gis_core.text import Text


def find_conflicts(
    compiled: CompiledSelection,
    rules: SelectionRules,
    *,
    candidates: gpd.GeoDataFrame,
    names: Mapping[str, Text],
) -> tuple[Text, ...]:
    """Return a smallest set of rules that cannot hold together, then what would free it.

    Rules are dropped one after the other; one without which the rest is still impossible stays
    dropped (deletion filter), so every rule named is needed for the conflict. Where
    `rules.time_limit_s` ends the search early, the set is still in conflict, and is said to be
    perhaps not the smallest.
    """
    deadline = Deadline(rules.time_limit_s)
    groups = list(dict.fromkeys(r.group for r in compiled.rows))
    if rules.fixed_in or rules.fixed_out:
        groups.append("fixed")
    dropped: set[str] = set()
    sure = True
    for group in sorted(groups, key=_last_named):
        tried = solve_selection(
            compiled, time_limit_s=deadline.left_s(), gap=1.0, without=dropped | {group},
            worth=np.zeros(len(compiled.worth)),
        )  # fmt: skip
        if tried.status == "infeasible":
            dropped.add(group)
        sure = sure and tried.status != "unknown"
    left = [g for g in groups if g not in dropped]
    said = [_rule_in_words(g, compiled, rules, names) for g in left]
    unsure = Text("", "") if sure else Text(
        " Time ran out before all were tried; fewer may already conflict.",
        "限时内未能逐一检验，冲突的规则可能更少。",
    )  # fmt: skip
    head = Text(
        f"These rules cannot hold together: {'; '.join(t.en for t in said)}.{unsure.en}",
        f"以下规则无法同时满足：{'；'.join(t.zh for t in said)}。{unsure.zh}",
    )
    return (head, *least_changes(compiled, rules, left, candidates=candidates, names=names,
                                 deadline=deadline))  # fmt: skip


def _last_named(group: str) -> tuple[int, str]:
    """Order of dropping: what a planner can change most easily is dropped last and so named."""
    order = {"overlap": 0, "total_area": 1, "fixed": 2, "spacing": 3, "count": 5}
    return order.get(group, 4), group


def _rule_in_words(
    group: str, compiled: CompiledSelection, rules: SelectionRules, names: Mapping[str, Text]
) -> Text:
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
    if group == "total_area":
        span = _span(row.least, row.most, unbounded=np.inf)
        return Text(f"a total area of {span.en} mu", f"总面积{span.zh}亩")
    code = group.partition(":")[2]
    name = names.get(code, Text(code, code))
    span = _span(row.least, row.most, unbounded=rules.count)
    candidates = f"{len(row.places)} candidate{'' if len(row.places) == 1 else 's'}"
    return Text(
        f"{span.en} {'base' if span.en.endswith(' 1') else 'bases'} in {name.en}, which has "
        f"{candidates}",
        f"{name.zh}基地数量{span.zh}个（该县候选 {len(row.places)} 个）",
    )


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
