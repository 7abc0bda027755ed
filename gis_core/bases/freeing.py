"""The least change of each rule in conflict that lets a choice of bases exist again."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace

import geopandas as gpd
import numpy as np
import shapely

from gis_core.bases.cliques import cliques
from gis_core.bases.compile import CompiledSelection, Row, on_the_plane
from gis_core.bases.rules import SelectionRules
from gis_core.bases.solve import solve_selection
from gis_core.text import Text

STEP_M = 100.0  # spacings are offered in steps of this


class Deadline:
    """The time left of `seconds` from now on; a solve is never given less than a tenth."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    def left_s(self) -> float:
        """Return the seconds left, at least 0.1."""
        return max(0.1, self._until - time.monotonic())


def least_changes(
    compiled: CompiledSelection,
    rules: SelectionRules,
    left: list[str],
    *,
    candidates: gpd.GeoDataFrame,
    names: Mapping[str, Text],
    deadline: Deadline,
) -> list[Text]:
    """Return one sentence a rule of `left` that, changed alone, is enough; all else is kept.

    When none alone is enough there is more than one conflict, which is said.
    """
    said: list[Text | None] = []
    for group in left:
        if group == "spacing":
            said.append(_freer_spacing(compiled, rules, candidates, deadline))
        elif group == "fixed":
            said.append(_freer_decisions(compiled, rules, candidates, deadline))
        elif group != "overlap":
            said.append(_freer_number(compiled, group, names, deadline))
    found = [text for text in said if text is not None]
    return found or [Text(
        "No single change is enough: there are further conflicts. Loosen one of these rules and "
        "run again to see the next.",
        "只改一条规则还不够：还有其他冲突。请先放宽其中一条，再次运行查看其余冲突。",
    )]  # fmt: skip


def _freer_number(
    compiled: CompiledSelection, group: str, names: Mapping[str, Text], deadline: Deadline
) -> Text | None:
    """How many bases, in all or in a county, or how much area, the other rules allow."""
    row = next(r for r in compiled.rows if r.group == group)
    coefficients = np.zeros(len(compiled.worth))
    coefficients[row.places] = 1.0 if row.coefficients is None else row.coefficients
    ends = []
    for sign in (1.0, -1.0):
        found = solve_selection(compiled, time_limit_s=deadline.left_s(), gap=0.0,
                                without={group}, worth=sign * coefficients)  # fmt: skip
        if found.places is None or found.status != "optimal":
            return None
        ends.append(float(coefficients[found.places].sum()))
    most, least = ends
    say = _area_in_words if group == "total_area" else _number_in_words(group, names)
    if most < row.least:
        return say("at most", "最多", np.floor(most))
    if least > row.most:
        return say("at least", "至少", np.ceil(least))
    return None


Say = Callable[[str, str, float], Text]


def _area_in_words(en: str, zh: str, area_mu: float) -> Text:
    return Text(f"With the other rules kept, the bases together have {en} {area_mu:,.0f} mu.",
                f"其余规则不变时，总面积{zh} {area_mu:.0f} 亩。")  # fmt: skip


def _number_in_words(group: str, names: Mapping[str, Text]) -> Say:
    code = group.partition(":")[2]
    name = names.get(code, Text(code, code))

    def say(en: str, zh: str, number: float) -> Text:
        if group == "count":
            bases = "base is" if number == 1 else "bases are"
            need = Text("possible", "可选") if en == "at most" else Text("needed", "须选")
            return Text(f"With the other rules kept, {en} {number:.0f} {bases} {need.en}.",
                        f"其余规则不变时，{zh}{need.zh} {number:.0f} 个基地。")  # fmt: skip
        verb = Text("can hold", "可设") if en == "at most" else Text("must hold", "须设")
        return Text(f"With the other rules kept, {name.en} {verb.en} {en} {number:.0f}.",
                    f"其余规则不变时，{name.zh}{zh}{verb.zh} {number:.0f} 个。")  # fmt: skip

    return say


def _freer_spacing(
    compiled: CompiledSelection,
    rules: SelectionRules,
    candidates: gpd.GeoDataFrame,
    deadline: Deadline,
) -> Text | None:
    """The largest spacing, in whole steps, that the other rules allow; by halving."""
    plane = on_the_plane(candidates)
    pairs = np.array(compiled.conflicts)
    apart = shapely.distance(plane[pairs[:, 0]], plane[pairs[:, 1]])
    others = tuple(r for r in compiled.rows if r.group != "spacing")

    def possible(spacing_m: float) -> bool:
        near = [(int(i), int(j)) for i, j in pairs[apart < max(spacing_m, 1e-6)]]
        rows = tuple(Row("spacing", c, 0, 1) for c in cliques(near, len(plane)))
        tried = solve_selection(
            replace(compiled, rows=(*others, *rows)), time_limit_s=deadline.left_s(), gap=1.0,
            worth=np.zeros(len(plane)),
        )  # fmt: skip
        return tried.places is not None

    steps_possible, steps_not = -1, int(np.ceil(rules.spacing_m / STEP_M))
    while steps_not - steps_possible > 1:
        middle = (steps_possible + steps_not) // 2
        if possible(middle * STEP_M):
            steps_possible = middle
        else:
            steps_not = middle
    if steps_possible < 0:
        return None
    metres = steps_possible * STEP_M
    return Text(f"With the other rules kept, a spacing of {metres:,.0f} m is possible.",
                f"其余规则不变时，间距可设为 {metres:.0f} 米。")  # fmt: skip


def _freer_decisions(
    compiled: CompiledSelection,
    rules: SelectionRules,
    candidates: gpd.GeoDataFrame,
    deadline: Deadline,
) -> Text | None:
    """The fewest decisions made by hand that would have to be given up."""
    place = {base: i for i, base in enumerate(candidates["base_id"])}
    worth = np.zeros(len(compiled.worth))
    worth[[place[b] for b in rules.fixed_in]] += 1.0
    worth[[place[b] for b in rules.fixed_out]] -= 1.0
    found = solve_selection(compiled, time_limit_s=deadline.left_s(), gap=0.0, without={"fixed"},
                            worth=worth)  # fmt: skip
    if found.places is None or found.status != "optimal":
        return None
    chosen = set(found.places.tolist())
    given_up = [b for b in rules.fixed_in if place[b] not in chosen]
    given_up += [b for b in rules.fixed_out if place[b] in chosen]
    return Text(f"With the other rules kept, it is enough to leave {', '.join(given_up)} free.",
                f"其余规则不变时，不再指定 {'、'.join(given_up)} 即可。")  # fmt: skip
