"""The rules a planner sets for a choice of bases."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from gis_core.errors import InvalidParameterError
from gis_core.text import Text

Aim = Literal["area", "quality"]
MOST_COUNT = 1_000_000  # bases; far more than there is land for, and what solvers still count
MOST_M = 1e7  # metres; a quarter of the way around the earth
MOST_MU = 1e12  # more than the land of the earth
MOST_YUAN = 1e15
MOST_S = 1e7  # seconds, four months


def refuse_outside(ranges: Mapping[Text, tuple[float | None, float, float]]) -> None:
    """Refuse the first value that lies outside its (value, least, most).

    None stands for a value that is not set, and passes; NaN lies in no range.

    Raises
    ------
    InvalidParameterError
        If one does; the message names it, the value found and the range wanted.
    """
    for name, (value, least, most) in ranges.items():
        if value is not None and not least <= value <= most:
            raise InvalidParameterError(
                f"The {name.en} is {value:g}; wanted {least:g} to {most:g}.",
                f"{name.zh}为 {value:g}；应为 {least:g} 至 {most:g}。",
            )


@dataclass(frozen=True)
class ProductLimits:
    """How many bases one product gets, and on how much land together (mu); no limit by itself."""

    min_bases: int = 0
    max_bases: int | None = None
    min_area_mu: float = 0.0
    max_area_mu: float | None = None

    def __post_init__(self) -> None:
        for least, most in (
            (self.min_bases, self.max_bases),
            (self.min_area_mu, self.max_area_mu),
        ):
            if not 0 <= least <= (math.inf if most is None else most):
                raise InvalidParameterError(
                    f"The limits of a product are {least:g} to {most:g}; wanted 0 or more and "
                    "rising.",
                    f"产品的限制为 {least:g} 至 {most:g}；应不小于 0 且下限不大于上限。",
                )


@dataclass(frozen=True)
class SelectionRules:
    """Number, spread, spacing, areas and decisions.

    Attributes
    ----------
    count
        How many bases, 1 or more.
    per_county
        (least, most) of every county, or by county code; counties not named have no limit, and
        a named county without candidates makes its minimum impossible.
    spacing_m
        Least distance between two bases, edge to edge, in metres; 0 only forbids overlap.
    min_total_area_mu, max_total_area_mu
        Limits of the area of all bases together; None for none.
    products
        Limits by product; every candidate then names its own, in the column product.
    max_budget_yuan
        The most that all bases together may cost, yuan, by the candidates' column cost_yuan.
    fixed_in, fixed_out
        Bases that must, and must not, be chosen.
    aim
        What is made as large as possible: ``area`` adds up area × score, so that of equally good
        land the larger base is better; ``quality`` adds up the scores alone, whatever the areas.
    compactness_weight
        What compactness 1 adds to the score of a base, 0 or more.
    gap, time_limit_s, alternatives
        Relative gap to stop at; seconds at most; how many near-best choices to give.
    tolerance
        Only alternatives that are worse by at most this share (0.01 is 1 %); None for however far.
    replaceability
        Whether to find what is lost where the land of a base is not to be had.
    county_codes
        Counties that one pair of `per_county` binds even when they have no candidate.
    """

    count: int = 16
    per_county: tuple[int, int] | Mapping[str, tuple[int, int]] | None = None
    spacing_m: float = 0.0
    min_total_area_mu: float | None = None
    max_total_area_mu: float | None = None
    products: Mapping[str, ProductLimits] = field(default_factory=dict)
    max_budget_yuan: float | None = None
    fixed_in: Sequence[str] = ()
    fixed_out: Sequence[str] = ()
    aim: Aim = "area"
    compactness_weight: float = 0.2
    gap: float = 0.0
    time_limit_s: float = 60.0
    alternatives: int = 3
    tolerance: float | None = None
    replaceability: bool = True
    county_codes: Sequence[str] = field(default=())

    def __post_init__(self) -> None:
        if self.count < 1 or self.spacing_m < 0 or self.compactness_weight < 0:
            raise InvalidParameterError(
                f"count is {self.count}, spacing {self.spacing_m} m, compactness weight "
                f"{self.compactness_weight}; wanted at least 1, 0 and 0.",
                f"数量为 {self.count}，间距 {self.spacing_m} 米，紧凑度权重 "
                f"{self.compactness_weight}；应分别不小于 1、0、0。",
            )
        if self.aim not in get_args(Aim):
            raise InvalidParameterError(
                f"The aim is '{self.aim}'; wanted {' or '.join(get_args(Aim))}.",
                f"目标为“{self.aim}”；应为 {' 或 '.join(get_args(Aim))}。",
            )
        refuse_outside({
            Text("number of bases", "基地数量"): (self.count, 1, MOST_COUNT),
            Text("spacing in metres", "间距（米）"): (self.spacing_m, 0, MOST_M),
            Text("compactness weight", "紧凑度权重"): (self.compactness_weight, 0, 1000),
            Text("tolerance", "容差"): (self.tolerance, 0, 1),
            Text("budget in yuan", "预算（元）"): (self.max_budget_yuan, 0, MOST_YUAN),
            Text("gap", "相对差距"): (self.gap, 0, 1),
            Text("time limit in seconds", "时限（秒）"): (self.time_limit_s, 0, MOST_S),
            Text("least total area in mu", "总面积下限（亩）"): (
                self.min_total_area_mu, 0, MOST_MU),
            Text("largest total area in mu", "总面积上限（亩）"): (
                self.max_total_area_mu, 0, MOST_MU),
        })  # fmt: skip
        for code, (least, most) in self.limits_by_county(["*"]).items():
            if not 0 <= least <= most <= MOST_COUNT:
                raise InvalidParameterError(
                    f"The limits of county {code} are {least} to {most}; wanted 0 to "
                    f"{MOST_COUNT:,} and rising.",
                    f"县 {code} 的数量范围为 {least} 至 {most}；应为 0 至 {MOST_COUNT}，"
                    "且下限不大于上限。",
                )

    def limits_by_county(self, codes: Sequence[str]) -> dict[str, tuple[int, int]]:
        """Return (least, most) by county code; one pair for all goes to `codes` and our own."""
        if self.per_county is None:
            return {}
        if isinstance(self.per_county, Mapping):
            return dict(self.per_county)
        return dict.fromkeys(sorted({*codes, *self.county_codes}), self.per_county)
