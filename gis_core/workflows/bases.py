"""Choose bases from a suitability run."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gis_core.bases.candidates import CandidateSettings, grow_candidates
from gis_core.bases.rules import SelectionRules
from gis_core.bases.selection import select_bases
from gis_core.errors import InfeasibleError, NotFoundError
from gis_core.grid import Grid
from gis_core.progress import Progress, part_of, silent
from gis_core.store.workspace import Workspace
from gis_core.surfaces.rasterise import number_zones
from gis_core.text import Text
from gis_core.workflows.workspace import county_units, has_units

WIDEST_CLASS_LIMIT = 0.5  # candidates are grown on land of at least this score


@dataclass(frozen=True)
class ChoiceRules:
    """What a planner asks of the bases; `per_county` None takes the region's own rule."""

    count: int = 16
    min_area_mu: float = 1500.0
    max_area_mu: float = 15_000.0
    per_county: tuple[int, int] | None = None
    spacing_m: float = 0.0
    time_limit_s: float = 60.0
    min_score: float = WIDEST_CLASS_LIMIT


def default_rules(workspace: Workspace) -> ChoiceRules:
    """Return the region's own rules: `bases` in its file, or the usual ones."""
    own = workspace.region().extra.get("bases", {})
    known = set(ChoiceRules.__dataclass_fields__) - {"per_county"}
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
    run = workspace.run(run_id, kind="suitability")
    score = workspace.run_raster(run.run_id, "score")
    units = county_units(workspace)
    zones, codes = number_zones(units, Grid.of(score))
    candidates = grow_candidates(
        score, zones=zones, zone_codes=codes,
        settings=CandidateSettings(rules.min_area_mu, rules.max_area_mu, rules.min_score),
        progress=part_of(progress, 0.0, 0.5),
    )  # fmt: skip
    if candidates.empty:
        raise _no_candidate(rules, cell_m=Grid.of(score).cell_m)
    names = {row.code: Text(row.name_en or row.name_zh or row.code, row.name_zh or row.code)
             for row in units.itertuples()}  # fmt: skip
    selection = select_bases(
        candidates,
        rules=SelectionRules(
            count=rules.count, per_county=_limits(workspace, rules), spacing_m=rules.spacing_m,
            time_limit_s=rules.time_limit_s,
        ),
        county_names=names, input_hashes={"suitability_run": run.run_id, **_hashes(run.provenance)},
        progress=part_of(progress, 0.5, 1.0),
    )  # fmt: skip
    if selection.bases.empty:
        said = selection.conflicts or (Text("No choice was found in time.", "限时内未找到方案。"),)
        raise InfeasibleError(
            " ".join(t.en for t in said), "".join(t.zh for t in said), selection.conflicts
        )
    document = {"suitability_run": run.run_id, **selection.document(names)}
    bases_id = workspace.save_run(
        "bases", document=document, provenance=selection.provenance,
        frames_by_role={"bases": selection.bases, "candidates": selection.candidates},
    )  # fmt: skip
    return {"run_id": bases_id, **document}


def _no_candidate(rules: ChoiceRules, *, cell_m: float) -> InfeasibleError:
    low, high, score = rules.min_area_mu, rules.max_area_mu, rules.min_score
    return InfeasibleError(
        f"No piece of land scores at least {score:g} and can be given {low:,.0f} to {high:,.0f} mu "
        f"in cells of {cell_m:g} m. Widen --min-area-mu and --max-area-mu, use smaller cells, or "
        "another model.",
        f"没有得分不低于 {score:g}、且能以 {cell_m:g} 米格网划出 {low:.0f} 至 {high:.0f} 亩的地块。"
        "请放宽 --min-area-mu 和 --max-area-mu，或减小格网，或换用其他模型。",
    )


def _limits(
    workspace: Workspace, rules: ChoiceRules
) -> tuple[int, int] | Mapping[str, tuple[int, int]] | None:
    if rules.per_county is not None:
        return rules.per_county
    own = workspace.region().extra.get("bases", {}).get("per_county")
    held = set(county_units(workspace)["code"])
    if not isinstance(own, Mapping):
        return None
    return {str(c): (int(v[0]), int(v[1])) for c, v in own.items() if str(c) in held}


def _hashes(provenance: dict[str, Any]) -> dict[str, str]:
    return {"model": str(provenance["model_hash"])}
