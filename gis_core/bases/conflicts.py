"""Why no choice of bases exists: a smallest set of rules in conflict, and the least change."""

from collections.abc import Mapping, Sequence

import geopandas as gpd

from gis_core.bases.compile import CompiledSelection, Row
from gis_core.bases.deadline import Deadline
from gis_core.bases.freeing import least_changes
from gis_core.bases.rule_words import county_in_words, county_name, rules_in_words
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
    said = rules_in_words(left, compiled, rules, names)
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
    order = {"overlap": 0, "total_area": 1, "fixed": 2, "spacing": 3, "count": 6}
    kind = group.partition(":")[0]
    return order.get(kind, 4 if kind == "county" else 5), group


def _too_little_land(
    short: Sequence[Row], rules: SelectionRules, names: Mapping[str, Text]
) -> tuple[Text, ...]:
    said = [county_in_words(row, rules, names) for row in short]
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
