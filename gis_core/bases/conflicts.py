"""Why no choice of bases exists: a smallest set of rules in conflict, and the least change."""

from collections.abc import Mapping

import numpy as np

from gis_core.bases.compile import CompiledSelection, Row
from gis_core.bases.rules import SelectionRules
from gis_core.bases.solve import solve_selection
from gis_core.text import Text


def find_conflicts(
    compiled: CompiledSelection,
    rules: SelectionRules,
    *,
    names: Mapping[str, Text],
    time_limit_s: float,
) -> tuple[Text, ...]:
    """Return a smallest set of rules that cannot hold together, then what would free it.

    Rules are dropped one after the other; one without which the rest is still impossible stays
    dropped (deletion filter), so every rule named is needed for the conflict.
    """
    groups = list(dict.fromkeys(r.group for r in compiled.rows))
    if rules.fixed_in or rules.fixed_out:
        groups.append("fixed")
    dropped: set[str] = set()
    for group in sorted(groups, key=_last_named):
        tried = solve_selection(
            compiled, time_limit_s=time_limit_s, gap=1.0, without=dropped | {group}
        )
        if tried.status == "infeasible":
            dropped.add(group)
    left = [g for g in groups if g not in dropped]
    said = [_rule_in_words(g, compiled, rules, names) for g in left]
    head = Text(
        "These rules cannot hold together: " + "; ".join(t.en for t in said) + ".",
        "以下规则无法同时满足：" + "；".join(t.zh for t in said) + "。",
    )
    return (head, *_least_changes(compiled, rules, left, names, time_limit_s))


def _last_named(group: str) -> tuple[int, str]:
    """Order of dropping: what a planner can change most easily is dropped last and so named."""
    order = {"overlap": 0, "total_area": 1, "fixed": 2, "spacing": 3, "count": 5}
    return order.get(group, 4), group


def _rule_in_words(
    group: str, compiled: CompiledSelection, rules: SelectionRules, names: Mapping[str, Text]
) -> Text:
    if group == "count":
        return Text(f"{rules.count} bases", f"共 {rules.count} 个基地")
    if group == "spacing":
        return Text(f"at least {rules.spacing_m:,.0f} m between bases",
                    f"基地间距不小于 {rules.spacing_m:.0f} 米")  # fmt: skip
    if group == "overlap":
        return Text("bases do not overlap", "基地互不重叠")
    if group == "total_area":
        low, high = rules.min_total_area_mu or 0.0, rules.max_total_area_mu
        top = "∞" if high is None else f"{high:,.0f}"
        return Text(f"total area {low:,.0f} to {top} mu", f"总面积 {low:,.0f} 至 {top} 亩")
    if group == "fixed":
        return Text("the fixed bases", "指定的基地")
    row = next(r for r in compiled.rows if r.group == group)
    name = names.get(group.partition(":")[2], Text(group, group))
    return Text(
        f"{row.least:g} to {row.most:g} bases in {name.en}, which has {len(row.places)} candidates",
        f"{name.zh}设 {row.least:g} 至 {row.most:g} 个基地（该县候选 {len(row.places)} 个）",
    )


def _least_changes(
    compiled: CompiledSelection,
    rules: SelectionRules,
    left: list[str],
    names: Mapping[str, Text],
    time_limit_s: float,
) -> list[Text]:
    """For the number and each county's least: how far it would have to go, all else kept."""
    ones = np.ones(len(compiled.worth))
    said = []
    for row in compiled.rows:
        counted = row.group == "count" or row.group.startswith("county:")
        if row.group not in left or not counted:
            continue
        places = np.zeros(len(ones))
        places[row.places] = 1.0
        free = Row(row.group + " freed", row.places, 0, np.inf)
        most = solve_selection(
            compiled, time_limit_s=time_limit_s, gap=0.0, without={row.group}, extra=[free],
            worth=places,
        )  # fmt: skip
        if most.places is None or most.objective >= row.least:
            continue
        allowed = int(round(most.objective))
        if row.group == "count":
            said.append(Text(f"With the other rules kept, at most {allowed} bases are possible.",
                             f"其余规则不变时，最多可选 {allowed} 个基地。"))  # fmt: skip
        else:
            name = names.get(row.group.partition(":")[2], Text(row.group, row.group))
            said.append(Text(
                f"With the other rules kept, {name.en} can hold at most {allowed}.",
                f"其余规则不变时，{name.zh}最多可设 {allowed} 个。",
            ))  # fmt: skip
    return said
