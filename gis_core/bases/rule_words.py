"""The rules of a choice in words, as parts of a sentence."""

from collections.abc import Mapping, Sequence

import numpy as np

from gis_core.bases.compile import CompiledSelection, Row
from gis_core.bases.rules import SelectionRules
from gis_core.text import Text


def county_name(group: str, names: Mapping[str, Text]) -> Text:
    """Return the name of the county that the rule `group` (``county:CODE``) is about."""
    code = group.partition(":")[2]
    return names.get(code, Text(code, code))


def rules_in_words(
    left: Sequence[str],
    compiled: CompiledSelection,
    rules: SelectionRules,
    names: Mapping[str, Text],
) -> list[Text]:
    """Return a part of a sentence for each rule (group) of `left`; like counties share one."""
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
            said += [county_in_words(row, rules, names) for row in rows]
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
    kind, _, name = group.partition(":")
    span = _span(row.least, row.most, unbounded=rules.count if kind == "product" else np.inf)
    if kind == "product":
        has = Text("", "") if len(row.places) else Text(
            ", which has no candidates", "（没有适宜的候选）")  # fmt: skip
        return Text(f"{_bases(span)} of {name}{has.en}", f"{name}{span.zh}个基地{has.zh}")
    if kind == "product_area":
        return Text(f"{span.en} mu of {name}", f"{name}总面积{span.zh}亩")
    if kind == "budget":
        return Text(f"a budget of {row.most:,.0f} yuan", f"预算不超过 {row.most:.0f} 元")
    return Text(f"a total area of {span.en} mu", f"总面积{span.zh}亩")


def county_in_words(row: Row, rules: SelectionRules, names: Mapping[str, Text]) -> Text:
    """Return the limits of one county, and how many candidates it has."""
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
