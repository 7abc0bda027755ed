"""JSON: layers, regions, villages, runs and plans as the workspace holds them."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from api.errors import language_of
from gis_core.store.workspace import Workspace
from gis_core.text import localise
from gis_core.workflows import publishing
from gis_core.workflows.workspace import county_units

router = APIRouter(prefix="/api", tags=["data"])


def open_workspace_of(request: Request) -> Workspace:
    """Return the workspace that the application holds open."""
    workspace: Workspace = request.app.state.workspace
    return workspace


Open = Annotated[Workspace, Depends(open_workspace_of)]
Language = Annotated[str, Depends(language_of)]


@router.get("/layers")
def list_layers(workspace: Open, lang: Language) -> list[dict[str, Any]]:
    """Every current layer: theme, kind, count, CRS, datum, date, hash, remarks."""
    return list(localise(publishing.published_layers(workspace), lang))


@router.get("/regions")
def list_regions(workspace: Open) -> dict[str, Any]:
    """The region and its units."""
    units = county_units(workspace)
    return {
        "region": workspace.region().as_dict(),
        "units": units.drop(columns="geometry").to_dict("records"),
    }


@router.get("/villages/{village_id}")
def village(village_id: str, workspace: Open) -> dict[str, Any]:
    """One village, where the publishing settings allow to show it."""
    return publishing.published_village(workspace, village_id)


@router.get("/runs")
def list_runs(workspace: Open, kind: str | None = None) -> list[dict[str, Any]]:
    """Every run: id, kind, date, provenance."""
    return [
        {"run_id": r.run_id, "kind": r.kind, "created_at": r.created_at, "provenance": r.provenance}
        for r in workspace.runs(kind)
    ]


@router.get("/runs/{run_id}")
def run(run_id: str, workspace: Open, lang: Language) -> dict[str, Any]:
    """One run's document; a plan only as the publishing settings allow."""
    return dict(localise(publishing.published_run(workspace, workspace.run(run_id)), lang))


@router.get("/plans")
def list_plans(workspace: Open) -> list[dict[str, Any]]:
    """Every relocation plan: id, date, provenance."""
    return list_runs(workspace, kind="plan")


@router.get("/plans/{plan_id}")
def plan(plan_id: str, workspace: Open, lang: Language) -> dict[str, Any]:
    """One relocation plan as the publishing settings allow."""
    found = workspace.run(plan_id, kind="plan")
    return dict(localise(publishing.published_run(workspace, found), lang))
