"""Rank the small villages, plan who moves where and when, explain it to each."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from gis_core.errors import InfeasibleError, InvalidParameterError, NotFoundError
from gis_core.progress import Progress, part_of, silent
from gis_core.relocation.explain import explain_village
from gis_core.relocation.factors import load_priority_model
from gis_core.relocation.planning import PlanOptions, plan_relocation
from gis_core.relocation.priority import Ranking, factors_from_survey, rank_villages
from gis_core.relocation.result import FORMS, RelocationPlan
from gis_core.relocation.rules import PlanRules
from gis_core.relocation.solve import SolveOptions
from gis_core.store.workspace import Workspace
from gis_core.surfaces.sampling import sample
from gis_core.surfaces.terrain import slope
from gis_core.text import Text, as_document
from gis_core.workflows.destinations import destinations_of
from gis_core.workflows.layers import input_hashes
from gis_core.workflows.travel import elevation_on, travel_times
from gis_core.workflows.workspace import analysis_grid, county_units, has_units

NO_HAZARD = {"无", "没有", "否", "none", "no", "0"}  # answers that mean no hazard
USED = ["villages", "destination", "road", "elevation", "town"]


@dataclass(frozen=True)
class PlanRequest:
    """What a planner asks of a plan; None takes the region's own, then the usual."""

    years: int = 5
    quota: int = 3300
    budget_yuan: float | None = None
    forms: tuple[str, ...] | None = None
    gap: float = 0.005
    time_limit_s: float = 60.0
    all_targets: bool = False
    first_year: int | None = None
    max_travel_min: float | None = None


def default_request(workspace: Workspace) -> PlanRequest:
    """Return the region's own request: `relocation` in its file, or the usual one."""
    own = workspace.region().extra.get("relocation", {})
    return PlanRequest(**{k: v for k, v in own.items() if k in PlanRequest.__dataclass_fields__})


def rank(workspace: Workspace, *, progress: Progress = silent) -> list[dict[str, Any]]:
    """Return the villages in order of urgency, each with its factors' parts; bilingual."""
    villages = workspace.villages()
    ranking = _ranking(workspace, villages, None, progress)
    place = villages.set_index("village_id")
    names = _county_names(workspace)
    return [
        {
            **row, "name": row["village"], "people": int(place.at[row["village_id"], "people"]),
            "county": place.at[row["village_id"], "county_code"],
            "county_name": names.get(
                place.at[row["village_id"], "county_code"],
                as_document(Text("", "")),
            ),
        }
        for row in ranking.document()
    ]  # fmt: skip


def plan(
    workspace: Workspace, request: PlanRequest | None = None, *, progress: Progress = silent
) -> dict[str, Any]:
    """Plan the relocation under `request`, else the region's own (`default_request`); keep it.

    Raises
    ------
    NotFoundError
        If the survey or the destinations are missing.
    InfeasibleError
        If the rules contradict; nothing is kept, and the conflicts are said in words.
    """
    request = request or default_request(workspace)
    villages = workspace.villages()
    destinations = destinations_of(workspace)
    minutes = travel_times(workspace, villages, destinations, progress=part_of(progress, 0, 0.4))
    ranking = _ranking(workspace, villages, _to_town(destinations, minutes), silent)
    made = plan_relocation(
        pd.DataFrame(villages.drop(columns="geometry")), destinations, minutes,
        rules=_rules(request, _first_year(workspace, request)),
        options=PlanOptions(
            ranking=ranking,
            search=SolveOptions(gap=request.gap, time_limit_s=request.time_limit_s),
        ),
        progress=part_of(progress, 0.4, 1.0),
    )  # fmt: skip
    if made.status in ("infeasible", "unknown"):
        texts = tuple(c.text for c in made.conflicts) or (
            Text("No plan was found in time.", "限时内未找到方案。"),
        )
        raise InfeasibleError(" ".join(t.en for t in texts), "".join(t.zh for t in texts), texts)
    document = made.document()
    document["provenance"]["input_hashes"] |= input_hashes(workspace, USED)
    plan_id = workspace.save_run(
        "plan", document=document, provenance=made.provenance,
        frames_by_role={"destinations": destinations, "pages": _pages(made)},
    )  # fmt: skip
    return {"plan_id": plan_id, **document}


def explain(workspace: Workspace, plan_id: str | None, village: str) -> dict[str, Any]:
    """Return a village's page from a kept plan; `village` is its id, or a name borne by one.

    Raises
    ------
    NotFoundError
        If the plan does not deal with such a village, or several bear the name.
    """
    run = workspace.run(plan_id, kind="plan")
    pages = workspace.run_frame(run.run_id, "pages")
    hit = pages[pages["village_id"] == village]
    if hit.empty:
        hit = pages[pages["village"] == village]
    if len(hit) != 1:
        several = ", ".join(hit["village_id"].head(10))
        raise NotFoundError(
            f"'{village}' is borne by {len(hit)} villages ({several}); give the id."
            if several else f"{run.run_id} does not deal with a village '{village}'.",
            f"有 {len(hit)} 个村名为“{village}”（{several}）；请给出编号。"
            if several else f"{run.run_id} 未涉及“{village}”。",
        )  # fmt: skip
    row = hit.iloc[0]
    return {"plan_id": run.run_id, "village_id": row["village_id"], "village": row["village"],
            "text": row["text"]}  # fmt: skip


def _first_year(workspace: Workspace, request: PlanRequest) -> int:
    if request.first_year is not None:
        return request.first_year
    return int(workspace.region().extra.get("relocation", {}).get("first_year", 1))


def _rules(request: PlanRequest, first_year: int) -> PlanRules:
    forms = tuple(FORMS) if request.forms is None else request.forms
    unknown = [f for f in forms if f not in FORMS]
    if unknown:
        raise InvalidParameterError(
            f"--forms names {', '.join(unknown)}; known are {', '.join(FORMS)}.",
            f"--forms 中的 {'、'.join(unknown)} 未知；可用的有 {'、'.join(FORMS)}。",
        )
    return PlanRules(
        years=request.years, first_year=first_year, quota=float(request.quota),
        budget_yuan=request.budget_yuan, forms=forms, max_travel_min=request.max_travel_min,
        goal="all" if request.all_targets else "most_urgent",
    )  # fmt: skip


def _to_town(destinations: gpd.GeoDataFrame, minutes: pd.DataFrame) -> pd.Series | None:
    """Return minutes to the nearest town among the destinations, None where there is none."""
    towns = destinations.loc[destinations["kind"] == "town", "destination_id"]
    return minutes[list(towns)].min(axis=1) if len(towns) else None


def _ranking(
    workspace: Workspace,
    villages: gpd.GeoDataFrame,
    to_town_min: pd.Series | None,
    progress: Progress,
) -> Ranking:
    """Rank by what the survey answers and what the workspace's layers tell."""
    model = load_priority_model()
    factors = factors_from_survey(_answers(villages), model)
    if to_town_min is None and workspace.has_layer("destination"):
        destinations = destinations_of(workspace)
        towns = destinations[destinations["kind"] == "town"]
        if len(towns):
            to_town_min = travel_times(workspace, villages, towns, progress=progress).min(axis=1)
    if to_town_min is not None:
        factors["travel_time_town"] = to_town_min.reindex(factors.index)
    if workspace.has_layer("elevation"):
        grid = analysis_grid(workspace)
        height = elevation_on(workspace, grid)
        for name, surface in (("elevation_m", height), ("slope_deg", slope(height))):
            if name not in factors:
                factors[name] = sample(surface, villages)
    return rank_villages(pd.DataFrame(villages.drop(columns="geometry")), factors, model)


def _answers(villages: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the villages with the survey's answers under the names of the priority's factors."""
    table = pd.DataFrame(villages.drop(columns="geometry"))
    answers = [
        {**extra, **_factors_of(extra, people)}
        for extra, people in zip(table["extra"], table["people"], strict=True)
    ]
    return table.assign(extra=pd.Series(answers, index=table.index, dtype=object))


def _factors_of(extra: dict[str, Any], people: int) -> dict[str, float]:
    """Return what the answers of one village say: 1 has and 0 lacks, shares, amounts a head."""
    said: dict[str, float] = {}
    for name in ("water", "power"):
        if isinstance(extra.get(name), bool):
            said[name] = float(extra[name])
    for name, column in (("school_km", "distance_to_school_km"),
                         ("clinic_km", "distance_to_clinic_km"),
                         ("slope_deg", "slope_deg"), ("elevation_m", "elevation_m")):  # fmt: skip
        if isinstance(extra.get(column), int | float):
            said[name] = float(extra[column])
    hazard = extra.get("hazard")
    if isinstance(hazard, str) and hazard.strip():
        said["hazard"] = 0.0 if hazard.strip().lower() in NO_HAZARD else 1.0
    if people > 0:
        for name, column in (("poverty_share", "poor_people"),
                             ("farmland_mu_per_head", "farmland_mu")):  # fmt: skip
            if isinstance(extra.get(column), int | float):
                said[name] = float(extra[column]) / people
    return said


def _pages(made: RelocationPlan) -> gpd.GeoDataFrame:
    told = [(a.village_id, a.village) for a in made.assignments]
    told += [(d.village_id, d.village) for d in made.deferred]
    rows = [
        {"village_id": key, "village": name, "text": as_document(explain_village(made, key))}
        for key, name in told
    ]
    frame = pd.DataFrame(rows, columns=["village_id", "village", "text"])
    return gpd.GeoDataFrame(frame, geometry=[None] * len(frame), crs=4326)


def _county_names(workspace: Workspace) -> dict[str, Any]:
    if not has_units(workspace):
        return {}
    return {
        row.code: as_document(Text(row.name_en or row.name_zh or row.code, row.name_zh or row.code))
        for row in county_units(workspace).itertuples()
    }
