"""The rules a planner sets for a relocation plan."""

import math
from dataclasses import dataclass, field
from typing import Literal

from gis_core.errors import InvalidParameterError
from gis_core.relocation.result import FORMS

Goal = Literal["most_urgent", "all"]
MAX_YEARS = 30


@dataclass(frozen=True)
class FixedMove:
    """A decision already taken for a village; None leaves that part open."""

    destination_id: str | None = None
    year: int | None = None


@dataclass(frozen=True)
class Weights:
    """What the objective counts beside the cost of the moves themselves: prices, not money spent.

    All are planner's parameters. `waiting_yuan` counts for each person and year of waiting of a
    village of urgency 1 (less in proportion to its priority score); `travel_yuan` for each person
    and minute between the old and the new place.
    """

    waiting_yuan: float = 20_000.0
    travel_yuan: float = 20.0


@dataclass(frozen=True)
class PlanRules:
    """Quota, money, years, forms, limits and decisions of a plan.

    Attributes
    ----------
    years, first_year
        Number of years, 1 to 30, and the first one's number.
    quota
        Most people a year, more than 0; one number, or one a year; None for no limit.
    budget_yuan
        Most yuan a year; one number, or one a year; None for no limit.
    goal
        ``most_urgent`` moves the most urgent first and defers the rest; ``all`` demands that
        every target village moves within the years.
    target_under_people
        Villages with fewer people than this are the targets; None takes every village.
    forms, form_shares
        Allowed forms; largest share (0 to 1) of a form among the people that can be moved.
    max_travel_min
        Longest time from the old to the new place, in minutes; None for no limit. Not applied to
        the scattered form, which has no site.
    within_county
        Destinations other than of form ``inter_county`` take villages of their own county only.
    declined, fixed
        Villages that do not want to move; decisions already taken, by village_id.
    """

    years: int = 5
    first_year: int = 1
    quota: float | tuple[float, ...] | None = None
    budget_yuan: float | tuple[float, ...] | None = None
    goal: Goal = "most_urgent"
    target_under_people: int | None = 100
    forms: tuple[str, ...] = tuple(FORMS)
    form_shares: dict[str, float] = field(default_factory=dict)
    max_travel_min: float | None = None
    within_county: bool = True
    declined: frozenset[str] = frozenset()
    fixed: dict[str, FixedMove] = field(default_factory=dict)
    weights: Weights = field(default_factory=Weights)

    def __post_init__(self) -> None:
        _check(self)

    def yearly(self, value: float | tuple[float, ...] | None) -> tuple[float, ...]:
        """Return a limit year by year, ``inf`` where there is none."""
        if value is None:
            return (math.inf,) * self.years
        return value if isinstance(value, tuple) else (float(value),) * self.years

    @property
    def calendar(self) -> tuple[int, ...]:
        """The years' numbers, in order."""
        return tuple(range(self.first_year, self.first_year + self.years))


def _check(rules: PlanRules) -> None:
    if not 1 <= rules.years <= MAX_YEARS:
        _refuse("years", rules.years, f"1 to {MAX_YEARS}")
    for name in ("quota", "budget_yuan"):
        limits = rules.yearly(getattr(rules, name))
        if len(limits) != rules.years:
            _refuse(name, limits, f"{rules.years} values")
        if not all(value > 0 for value in limits):
            _refuse(name, getattr(rules, name), "> 0")
    unknown = [f for f in (*rules.forms, *rules.form_shares) if f not in FORMS]
    if unknown or not rules.forms:
        _refuse("forms", ", ".join(unknown) or "()", ", ".join(FORMS))
    for form, share in rules.form_shares.items():
        if not 0 <= share <= 1:
            _refuse(f"form_shares[{form}]", share, "0 to 1")
    if rules.max_travel_min is not None and not rules.max_travel_min >= 0:
        _refuse("max_travel_min", rules.max_travel_min, ">= 0")
    if rules.goal not in ("most_urgent", "all"):
        _refuse("goal", rules.goal, "most_urgent, all")
    if not (rules.weights.waiting_yuan >= 0 and rules.weights.travel_yuan >= 0):
        _refuse("weights", rules.weights, ">= 0")
    for village, move in rules.fixed.items():
        if move.year is not None and move.year not in rules.calendar:
            _refuse(f"fixed[{village}].year", move.year, f"{rules.calendar}")


def _refuse(name: str, found: object, wanted: str) -> None:
    raise InvalidParameterError(
        f"Plan rule {name} is {found}, wanted {wanted}.",
        f"方案规则 {name} 为 {found}，应为 {wanted}。",
    )
