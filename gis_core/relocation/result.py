"""What a relocation plan gives."""

from dataclasses import dataclass

from gis_core.provenance import Provenance
from gis_core.text import Text

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
class Assignment:
    """One village's move as a whole; travel time is from the old to the new place, in minutes."""

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


@dataclass(frozen=True)
class Deferred:
    """A target village that does not move within the years, and why."""

    village_id: str
    village: str
    county_code: str
    people: int
    why: Text


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

    `status` is ``optimal`` (gap at most the one asked for), ``feasible`` (stopped before) or
    ``infeasible``. `gap` is (objective − bound) / |objective| of the minimised objective.
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
