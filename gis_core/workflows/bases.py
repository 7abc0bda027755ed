"""Choose bases from a suitability run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gis_core.bases.candidates import CandidateSettings
from gis_core.bases.result import BaseSelection
from gis_core.bases.rules import Aim, SelectionRules
from gis_core.bases.selection import select_bases
from gis_core.errors import InfeasibleError, InvalidParameterError, NotFoundError
from gis_core.progress import Progress, part_of, silent
from gis_core.store.records import RunRecord
from gis_core.store.workspace import Workspace
from gis_core.text import Text, as_document
from gis_core.workflows.base_candidates import Costs, Product, grow_offer, with_costs
from gis_core.workflows.frequencies import read_choice
from gis_core.workflows.workspace import county_units, has_units

LARGEST = 0.99  # share of the largest area from which a base counts as being of that area
WIDEST_CLASS_LIMIT = 0.5  # candidates are grown on land of at least this score
TOLERANCE = 0.01  # alternatives that are worse by more are not near-best
ACROSS_COUNTIES = Text(
    "Bases may cross county lines; each counts, in limits by county too, in the county where most "
    "of its land lies.",
    "基地可跨县界；每个基地（包括各县数量限制）计入其大部分土地所在的县。",
)


@dataclass(frozen=True)
class ChoiceRules:
    """What a planner asks of the bases.

    Attributes
    ----------
    count, spacing_m, aim, compactness_weight, alternatives, tolerance, gap, time_limit_s
        As in `SelectionRules`.
    min_area_mu, max_area_mu, min_score, roundness, within_counties, overlapping
        As in `CandidateSettings`.
    per_county
        (least, most) of every county; None takes the region's own rule.
    county_limits
        (least, most) of single counties, by code or name, instead of that.
    min_total_area_mu, max_total_area_mu
        Limits of the area of all bases together, mu.
    products
        Products to choose among, each with its own run and limits; none for bases of one kind.
    costs, budget_yuan
        What bases cost, and the most that all together may cost, yuan.
    keep, leave_out
        Numbers of candidates that must, and must not, be chosen.
    """

    count: int = 16
    min_area_mu: float = 1500.0
    max_area_mu: float = 15_000.0
    per_county: tuple[int, int] | None = None
    county_limits: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    spacing_m: float = 0.0
    min_total_area_mu: float | None = None
    max_total_area_mu: float | None = None
    aim: Aim = "area"
    compactness_weight: float = 0.2
    products: Sequence[Product] = ()
    costs: Costs = Costs()
    budget_yuan: float | None = None
    keep: Sequence[str] = ()
    leave_out: Sequence[str] = ()
    alternatives: int = 3
    tolerance: float | None = TOLERANCE
    gap: float = 0.0
    time_limit_s: float = 60.0
    min_score: float = WIDEST_CLASS_LIMIT
    roundness: float = 1.0
    within_counties: bool = True
    overlapping: bool = True

    def candidate_settings(self) -> CandidateSettings:
        """Return how candidates are grown; with several products fewer of each."""
        most = CandidateSettings.most_per_county // max(1, len(self.products))
        return CandidateSettings(
            self.min_area_mu, self.max_area_mu, self.min_score, self.roundness,
            most_per_county=most, within_counties=self.within_counties,
            overlapping=self.overlapping,
        )  # fmt: skip


def default_rules(workspace: Workspace) -> ChoiceRules:
    """Return the region's own rules: `bases` in its file, or the usual ones.

    Raises
    ------
    InvalidParameterError
        If the region's file asks for something that bases have no rule for.
    """
    own = workspace.region().extra.get("bases", {})
    known = set(ChoiceRules.__dataclass_fields__)
    known -= {"per_county", "county_limits", "products", "costs"}
    unknown = sorted(set(own) - known - {"per_county"})
    if unknown:
        known_too = sorted(known | {"per_county"})
        raise InvalidParameterError(
            f"The region's 'bases' names {', '.join(unknown)}; known are {', '.join(known_too)}.",
            f"区域文件的 bases 中有未知项 {'、'.join(unknown)}；可用的有 {'、'.join(known_too)}。",
        )
    return ChoiceRules(**{k: v for k, v in own.items() if k in known})


def choose(
    workspace: Workspace,
    run_id: str | None = None,
    rules: ChoiceRules | None = None,
    *,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Grow candidates from a run's scores, choose the best set, and keep it.

    Without `run_id` the newest run is taken, without `rules` the region's own
    (`default_rules`).

    Raises
    ------
    NotFoundError
        If the workspace has no units to choose by.
    InfeasibleError
        If no choice meets the rules; nothing is kept, and the conflicts are said in words.
    """
    if not has_units(workspace):
        raise NotFoundError(
            "Bases are chosen by county, and the workspace holds no boundaries: upland import "
            "boundaries FILE.",
            "基地按县选择，而工作区中没有边界：请运行 upland import boundaries 文件。",
        )
    rules = rules or default_rules(workspace)
    units = county_units(workspace)
    offer = grow_offer(workspace, run_id, rules.products, units=units,
                       settings=rules.candidate_settings(),
                       progress=part_of(progress, 0.0, 0.3))  # fmt: skip
    if offer.candidates.empty:
        raise _no_candidate(rules, cell_m=offer.cell_m)
    candidates = with_costs(offer.candidates, rules.products, rules.costs,
                            budget=rules.budget_yuan)  # fmt: skip
    names = {row.code: Text(row.name_en or row.name_zh or row.code, row.name_zh or row.code)
             for row in units.itertuples()}  # fmt: skip
    selection = select_bases(
        candidates, rules=_selection_rules(workspace, rules, names), county_names=names,
        input_hashes=_hashes(offer.runs), progress=part_of(progress, 0.3, 1.0),
    )  # fmt: skip
    if selection.bases.empty:
        said = (*selection.conflicts, *_where_from(workspace, rules, selection, names))
        raise InfeasibleError(" ".join(t.en for t in said), "".join(t.zh for t in said), said)
    document = {
        "suitability_run": next(iter(offer.runs.values())).run_id,
        "suitability_runs": {name: run.run_id for name, run in offer.runs.items() if name},
        **selection.document(names),
        "notes": as_document(_notes(selection, rules)),
    }  # fmt: skip
    bases_id = workspace.save_run(
        "bases", document=document, provenance=selection.provenance,
        frames_by_role={"bases": selection.bases, "candidates": selection.candidates},
    )  # fmt: skip
    return read_choice(workspace, bases_id)


def _no_candidate(rules: ChoiceRules, *, cell_m: float) -> InfeasibleError:
    low, high, score = rules.min_area_mu, rules.max_area_mu, rules.min_score
    return InfeasibleError(
        f"No piece of land scores at least {score:g} and can be given {low:,.0f} to {high:,.0f} mu "
        f"in cells of {cell_m:g} m. Widen --min-area-mu and --max-area-mu, use smaller cells, or "
        "another model.",
        f"没有得分不低于 {score:g}、且能以 {cell_m:g} 米格网划出 {low:.0f} 至 {high:.0f} 亩的地块。"
        "请放宽 --min-area-mu 和 --max-area-mu，或减小格网，或换用其他模型。",
    )


def _selection_rules(
    workspace: Workspace, rules: ChoiceRules, names: Mapping[str, Text]
) -> SelectionRules:
    return SelectionRules(
        count=rules.count, per_county=_limits(workspace, rules, names), spacing_m=rules.spacing_m,
        min_total_area_mu=rules.min_total_area_mu, max_total_area_mu=rules.max_total_area_mu,
        fixed_in=rules.keep, fixed_out=rules.leave_out, aim=rules.aim,
        products={p.name: p.limits() for p in rules.products}, max_budget_yuan=rules.budget_yuan,
        compactness_weight=rules.compactness_weight, alternatives=rules.alternatives,
        tolerance=rules.tolerance, gap=rules.gap, time_limit_s=rules.time_limit_s,
        county_codes=tuple(names),
    )  # fmt: skip


def _limits(
    workspace: Workspace, rules: ChoiceRules, names: Mapping[str, Text]
) -> tuple[int, int] | Mapping[str, tuple[int, int]] | None:
    """Limits of all counties, or of each; those of `rules` go before the region's own."""
    own = workspace.region().extra.get("bases", {}).get("per_county")
    every = rules.per_county
    if every is None and own is not None and not isinstance(own, Mapping):
        every = (int(own[0]), int(own[1]))
    single = {_code_of(county, names): limits for county, limits in rules.county_limits.items()}
    if every is not None:
        return {**dict.fromkeys(names, every), **single} if single else every
    own_limits = {str(c): (int(v[0]), int(v[1])) for c, v in (own or {}).items() if str(c) in names}
    return {**own_limits, **single} or None


def _where_from(
    workspace: Workspace, rules: ChoiceRules, selection: BaseSelection, names: Mapping[str, Text]
) -> list[Text]:
    """Say that limits by county in conflict are the region's own, where none were asked for."""
    own = workspace.region().extra.get("bases", {}).get("per_county")
    named = any(name.en in selection.conflicts[0].en for name in names.values())
    if not own or not named or rules.per_county is not None:
        return []
    return [Text(
        "The limits by county are the region's own; --per-county MIN:MAX sets others.",
        "各县的数量限制取自区域设置；可用 --per-county MIN:MAX 另行设定。",
    )]  # fmt: skip


def _code_of(county: str, names: Mapping[str, Text]) -> str:
    """The code of a county given by code or by its name in either language."""
    found = [c for c, name in names.items() if county in (c, name.en, name.zh)]
    if len(found) != 1:
        known = [f"{c} {name.en}" for c, name in names.items()]
        known_zh = [f"{c} {name.zh}" for c, name in names.items()]
        raise InvalidParameterError(
            f"'{county}' names {'no county' if not found else 'several counties'}; use one of the "
            f"codes {', '.join(known)}.",
            f"“{county}”{'不是县名或代码' if not found else '对应多个县'}；请使用以下代码之一："
            f"{'、'.join(known_zh)}。",
        )
    return found[0]


def _notes(selection: BaseSelection, rules: ChoiceRules) -> list[Text]:
    """What a reader of the table should know: why the bases are as large as they are."""
    notes = [] if rules.within_counties else [ACROSS_COUNTIES]
    largest = int((selection.bases["area_mu"] >= LARGEST * rules.max_area_mu).sum())
    number = len(selection.bases)
    if rules.aim != "area" or 2 * largest <= number:
        return notes
    return [*notes, Text(
        f"{largest} of {number} bases have the largest area allowed ({rules.max_area_mu:,.0f} mu): "
        "area × score is added up, so of equally good land the larger base is better. For the "
        "best land instead, whatever the size, use --aim quality, with --min-total-area-mu for "
        "the area needed in all; or set --max-area-mu or --max-total-area-mu.",
        f"{number} 个基地中有 {largest} 个达到面积上限（{rules.max_area_mu:.0f} 亩）：目标为"
        "“面积×得分”之和，土地同样好时面积大者更优。若更看重土地质量而非面积，请用 --aim quality，"
        "并以 --min-total-area-mu 给出所需总面积；也可设定 --max-area-mu 或 --max-total-area-mu。",
    )]  # fmt: skip


def _hashes(runs: Mapping[str, RunRecord]) -> dict[str, str]:
    found = {}
    for name, run in runs.items():
        of_it = f" of {name}" if name else ""
        found[f"suitability_run{of_it}"] = run.run_id
        found[f"model{of_it}"] = str(run.provenance["model_hash"])
    return found
