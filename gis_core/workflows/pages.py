"""Gather what the city page and the county pages show."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import geopandas as gpd
import pandas as pd

from gis_core.errors import NotComputedError, NotFoundError
from gis_core.products.pages.pages import PageFigures, render
from gis_core.store.records import RunRecord
from gis_core.store.workspace import Workspace
from gis_core.text import Text
from gis_core.workflows.counties import county_outlines
from gis_core.workflows.frequencies import with_frequencies
from gis_core.workflows.maps import MAP_NAMES, map_context
from gis_core.workflows.publishing import without_village_names
from gis_core.workflows.survey import check_workspace_survey
from gis_core.workflows.workspace import county_units, has_units

RUN_KINDS = ("suitability", "bases", "plan")
LONGEST_SHOWN = 40  # characters of a name that was asked for


def city_page(workspace: Workspace, *, lang: str, show_villages: bool) -> str:
    """Return the page of the whole region."""
    runs = newest_runs(workspace)
    context = map_context(workspace, lang=lang, runs=tuple(runs.values()),
                          show_villages=show_villages)  # fmt: skip
    villages = _villages(workspace)
    region = workspace.region()
    plan, bases = _plan(workspace, runs, show_villages), _document(runs, "bases")
    survey = check_workspace_survey(workspace, None).document() if villages is not None else None
    if survey is not None and not show_villages:
        survey = without_village_names(workspace, survey)
    return render(context, PageFigures(
        name=Text(region.name_en, region.name_zh),
        totals=_totals(villages, bases, plan, len(county_units(workspace)))
        if has_units(workspace) else {},
        maps=_maps(workspace, runs), bases=bases, plan=plan,
        survey=survey,
        counties=_county_rows(workspace, villages, runs), places=_places(workspace),
    ))  # fmt: skip


def county_page(workspace: Workspace, code: str, *, lang: str, show_villages: bool) -> str:
    """Return the page of one county.

    Raises
    ------
    NotFoundError
        If there is no such county.
    """
    units = county_units(workspace)
    row = units[units["code"] == code]
    if row.empty:
        raise NotFoundError(
            f"There is no county '{cut(code)}' here; there are {', '.join(units['code'])}.",
            f"没有代码为“{cut(code)}”的县；现有：{'、'.join(units['code'])}。",
        )
    runs = newest_runs(workspace)
    context = map_context(workspace, lang=lang, county=code, runs=tuple(runs.values()),
                          show_villages=show_villages)  # fmt: skip
    villages = _villages(workspace)
    here = None if villages is None else villages[villages["county_code"] == code]
    plan = plan_of(_plan(workspace, runs, show_villages), code)
    bases = bases_of(_document(runs, "bases"), code)
    name = unit_name(row.iloc[0])
    totals = _totals(here, bases, plan, None)
    return render(context, PageFigures(
        name=name, totals=totals, maps=_maps(workspace, runs), bases=bases, plan=plan,
        land=_outline(workspace, runs, code), places=_places(workspace),
    ))  # fmt: skip


def _outline(workspace: Workspace, runs: dict[str, RunRecord], code: str) -> dict[str, Any] | None:
    """Return a county's outline; None where no run knows the county, or has kept none."""
    if "suitability" not in runs:
        return None
    try:
        found = county_outlines(workspace, runs["suitability"].run_id, county=code)
    except (NotComputedError, NotFoundError):
        return None
    return dict(found["counties"][0])


def refuse_unknown_map(name: str) -> None:
    """Refuse the address of a map that there is not.

    Raises
    ------
    NotFoundError
        If `name` is none of the maps' names.
    """
    if name not in MAP_NAMES:
        raise NotFoundError(
            f"There is no map '{cut(name)}'; there are {', '.join(MAP_NAMES)}.",
            f"没有名为“{cut(name)}”的地图；现有：{'、'.join(MAP_NAMES)}。",
        )


def cut(asked: str) -> str:
    """Return what a request asked for, cut to what a sentence can hold."""
    return asked if len(asked) <= LONGEST_SHOWN else asked[:LONGEST_SHOWN] + "…"


def unit_name(unit: Mapping[str, Any] | pd.Series) -> Text:
    """Return a unit's name in both languages, the Chinese one where it has no English one."""
    zh, code = str(unit["name_zh"]), str(unit["code"])
    return Text(str(unit["name_en"]) or zh or code, zh or code)


def newest_runs(workspace: Workspace) -> dict[str, RunRecord]:
    """Return the newest run of every kind that was made."""
    found = {}
    for kind in RUN_KINDS:
        try:
            found[kind] = workspace.run(kind=kind)
        except NotComputedError:
            continue
    if "bases" in found:
        document = with_frequencies(workspace, found["bases"])
        found["bases"] = replace(found["bases"], document=document)
    return found


def bases_of(document: dict[str, Any] | None, code: str) -> dict[str, Any] | None:
    """Return a choice of bases cut down to one county, without the proof of the whole.

    What conflicts stays: the rules are those of all counties together.
    """
    if document is None:
        return None
    return {
        "bases": [b for b in document["bases"] if b["county"] == code],
        "conflicts": document.get("conflicts", []),
    }


def plan_of(document: dict[str, Any] | None, code: str) -> dict[str, Any] | None:
    """Return a plan cut down to one county, without the proof of the whole.

    Conflicts and caveats stay, for the rules are those of all counties together, unless the plan
    holds villages and none is of this county.
    """
    if document is None:
        return None
    moves = [a for a in document["assignments"] if a["county_code"] == code]
    waits = [d for d in document["deferred"] if d["county_code"] == code]
    years = []
    for year in document["years"]:
        mine = [a for a in moves if a["year"] == year["year"]]
        sums = {k: sum(a[k] for a in mine) for k in ("people", "households", "cost_yuan")}
        years.append({"year": year["year"], "villages": len(mine), **sums})
    concerned = moves or waits or not (document["assignments"] or document["deferred"])
    told = {part: document.get(part, []) if concerned else [] for part in ("conflicts", "caveats")}
    return {"years": years if moves else [], "assignments": moves, "deferred": waits, **told}


def _plan(
    workspace: Workspace, runs: dict[str, RunRecord], show_villages: bool
) -> dict[str, Any] | None:
    """Return the plan's document as a page may tell it."""
    plan = _document(runs, "plan")
    return plan if plan is None or show_villages else without_village_names(workspace, plan)


def _places(workspace: Workspace) -> tuple[tuple[str, Text], ...]:
    if not has_units(workspace):
        return ()
    units = county_units(workspace).to_dict("records")
    return tuple((str(unit["code"]), unit_name(unit)) for unit in units)


def _document(runs: dict[str, RunRecord], kind: str) -> dict[str, Any] | None:
    return runs[kind].document if kind in runs else None


def _villages(workspace: Workspace) -> gpd.GeoDataFrame | None:
    return workspace.villages() if workspace.has_layer("villages") else None


def _maps(workspace: Workspace, runs: dict[str, RunRecord]) -> tuple[str, ...]:
    names = ["overview"] if has_units(workspace) else []
    names += ["organic"] if "suitability" in runs else []
    names += ["relocation"] if "plan" in runs and workspace.has_layer("villages") else []
    return tuple(names)


def _totals(
    villages: pd.DataFrame | None,
    bases: dict[str, Any] | None,
    plan: dict[str, Any] | None,
    units: int | None,
) -> dict[str, float]:
    """Return the key figures; where no village was surveyed, none of its people and moves."""
    totals: dict[str, float] = {} if units is None else {"units": units}
    if villages is not None:
        totals["survey_villages"] = len(villages)
    surveyed = villages is None or len(villages) > 0
    if villages is not None and surveyed:
        totals["survey_households"] = int(villages["households"].sum())
        totals["survey_people"] = int(villages["people"].sum())
    if bases is not None:
        totals["bases"] = len(bases["bases"])
        totals["bases_area"] = sum(b["area_mu"] for b in bases["bases"])
    if plan is not None and surveyed:
        totals["moving_people"] = sum(y["people"] for y in plan["years"])
        totals["deferred_people"] = sum(d["people"] or 0 for d in plan["deferred"])
    return totals


def _county_rows(
    workspace: Workspace, villages: pd.DataFrame | None, runs: dict[str, RunRecord]
) -> tuple[tuple[str, Text, tuple[float | None, ...]], ...]:
    if not has_units(workspace):
        return ()
    scores = {c["code"]: c["s1_area_mu"] for c in (_document(runs, "suitability") or
                                                    {"counties": []})["counties"]}  # fmt: skip
    rows = []
    for unit in county_units(workspace).to_dict("records"):
        code = unit["code"]
        here = None if villages is None else villages[villages["county_code"] == code]
        bases, plan = (bases_of(_document(runs, "bases"), code),
                       plan_of(_document(runs, "plan"), code))  # fmt: skip
        rows.append((code, unit_name(unit), (
            None if here is None else len(here),
            None if here is None else int(here["people"].sum()),
            scores.get(code),
            None if bases is None else len(bases["bases"]),
            None if plan is None else sum(y["people"] for y in plan["years"]),
        )))  # fmt: skip
    return tuple(rows)
