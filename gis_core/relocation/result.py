"""What a relocation plan gives."""

import math
from dataclasses import dataclass
from typing import Any

from gis_core.provenance import Provenance
from gis_core.text import Text, as_document

FORMS: dict[str, Text] = {
    "town": Text("resettlement in town", "城镇安置"),
    "new_village": Text("a new village", "新建移民村"),
    "join_village": Text("a small village joins a large one", "小村并大村"),
    "scattered": Text("scattered households on their own", "自主分散迁移"),
    "inter_county": Text("to another county", "跨县安置"),
}


@dataclass(frozen=True)
class PlanYear:
    """What moves in one year; cost in yuan."""

    year: int
    villages: int
    people: int
    households: int
    cost_yuan: float


@dataclass(frozen=True)
class FormFigures:
    """What moves in one form; cost in yuan."""

    form: str
    title: Text
    villages: int
    people: int
    cost_yuan: float


@dataclass(frozen=True)
class Alternative:
    """The next best destination with what it would cost more (yuan, journey not counted)."""

    destination_id: str
    destination: str
    more_cost_yuan: float
    travel_time_min: float | None


@dataclass(frozen=True)
class Assignment:
    """One village's move as a whole; travel time is from the old to the new place, in minutes.

    `rank` is the village's priority in the survey, from 1; `urgency` says what makes it so;
    `runner_up` is None when no other destination is allowed; `cost_assumed` tells that the cost a
    person is an assumption of the standards table.
    """

    village_id: str
    village: str
    county_code: str
    destination_id: str
    destination: str
    year: int
    form: str
    people: int
    households: int
    cost_yuan: float
    travel_time_min: float | None
    why: Text
    rank: int = 0
    runner_up: Alternative | None = None
    destination_en: str = ""
    cost_assumed: bool = False
    urgency: Text = Text("", "")


@dataclass(frozen=True)
class Deferred:
    """A target village that does not move within the years, and why; rank from 1."""

    village_id: str
    village: str
    county_code: str
    people: int | None
    why: Text
    rank: int = 0
    urgency: Text = Text("", "")


@dataclass(frozen=True)
class DestinationUse:
    """People moved to a destination over all years beside its capacity (None: no limit)."""

    destination_id: str
    destination: str
    form: str
    county_code: str
    people: int
    capacity_people: int | None


@dataclass(frozen=True)
class ObjectiveParts:
    """What the objective adds up from, in points, of which a yuan of cost counts one.

    Cost of the moves (money); weighted length of the journeys; weighted waiting of villages moved
    later; what deferred villages count.
    """

    moves_yuan: float
    travel_points: float
    waiting_points: float
    deferral_points: float

    def sentence(self) -> Text:
        """Say what the objective is made of, and that only the cost of the moves is money."""
        shares = (self.travel_points, self.waiting_points, self.deferral_points)
        total = self.moves_yuan + sum(shares)
        en, zh = [f"{v / 1e6:,.1f}" for v in shares], [f"{v / 1e4:.0f}" for v in shares]
        return Text(
            f"The objective of {total / 1e6:,.1f} million points is no sum of money: it adds the "
            f"cost of the moves ({self.moves_yuan / 1e6:,.1f} million yuan, a point each), the "
            f"journeys ({en[0]} million points), the waiting of villages moved later ({en[1]}) and "
            f"the villages deferred ({en[2]}), by the planner's weights.",
            f"目标值{total / 1e4:.0f}万分不是金额，由四部分按规划者设定的权重相加："
            f"搬迁费用{self.moves_yuan / 1e4:.0f}万元（每元计1分）、路程{zh[0]}万分、"
            f"后搬村的等待{zh[1]}万分、暂缓的村{zh[2]}万分。",
        )


@dataclass(frozen=True)
class Conflict:
    """Rules that cannot hold together, in words, and the least change that frees them.

    `least_change` maps an option to the value it needs, such as ``{"quota": 9027}``.
    """

    rules: tuple[str, ...]
    text: Text
    least_change: dict[str, float]


@dataclass(frozen=True)
class RelocationPlan:
    """Village × destination × year, with objective, bound, gap and time.

    `status` is ``optimal`` (gap at most the one asked for), ``feasible`` (stopped before),
    ``infeasible`` (the rules contradict; `conflicts` says which) or ``unknown`` (stopped before a
    plan was found or its impossibility proved). `gap` is (objective − bound) / |objective| of the
    minimised objective, which is in points, not money; objective and gap are infinite without a
    plan.
    """

    status: str
    objective: float
    bound: float
    gap: float
    time_s: float
    years: tuple[PlanYear, ...]
    forms: tuple[FormFigures, ...]
    assignments: tuple[Assignment, ...]
    deferred: tuple[Deferred, ...]
    conflicts: tuple[Conflict, ...]
    caveats: tuple[Text, ...]
    provenance: Provenance
    parts: ObjectiveParts = ObjectiveParts(0.0, 0.0, 0.0, 0.0)
    destinations: tuple[DestinationUse, ...] = ()
    target_villages: int = 0
    target_people: int = 0

    def document(self) -> dict[str, Any]:
        """Return the plan as plain values, sentences as ``{"en": …, "zh": …}``.

        Amounts stand under the interface's short name and under the one with its unit (`cost`
        and `cost_yuan`); what is infinite or unknown is None. Money are the `…_yuan`: `cost_yuan`
        of all moves, and `gap_yuan`, what a plan that keeps the same villages waiting as long and
        sends them as far could cost less at most. The objective and its bound are points.
        """
        document = as_document(self)
        for row in (*document["years"], *document["forms"], *document["assignments"]):
            row["cost"] = row["cost_yuan"]
        for name in ("objective", "bound", "gap"):
            value = getattr(self, name)
            document[name] = value if math.isfinite(value) else None
        gap = self.objective - self.bound
        planned = math.isfinite(gap)
        document["objective_unit"] = "points"
        document["objective_text"] = as_document(self.parts.sentence() if planned else Text("", ""))
        document["cost_yuan"] = self.parts.moves_yuan if planned else None
        document["gap_yuan"] = gap if planned else None
        return document
