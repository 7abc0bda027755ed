"""Suitability runs over HTTP: why a place scores as it does, and the counties' outlines."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from api.data import Language, Open
from gis_core.errors import InvalidParameterError
from gis_core.text import localise
from gis_core.workflows.counties import county_outlines
from gis_core.workflows.explain import Explainer

router = APIRouter(prefix="/api/runs", tags=["suitability"])


def explainer_of(request: Request) -> Explainer:
    """Return what explains places of the workspace that the application holds open."""
    explainer: Explainer = request.app.state.explainer
    return explainer


Explaining = Annotated[Explainer, Depends(explainer_of)]
Metres = Annotated[float | None, Query(allow_inf_nan=False, description="In the analysis CRS.")]
Lon = Annotated[float | None, Query(ge=-180, le=180, allow_inf_nan=False)]
Lat = Annotated[float | None, Query(ge=-90, le=90, allow_inf_nan=False)]


@router.get("/{run_id}/explain")
def explain(
    run_id: str,
    explainer: Explaining,
    lang: Language,
    x: Metres = None,
    y: Metres = None,
    lon: Lon = None,
    lat: Lat = None,
) -> dict[str, Any]:
    """The score at x, y (metres, or degrees) or lon, lat: criteria, rules, what would help."""
    at_xy, at_degrees = (x, y), (lon, lat)
    given = [pair for pair in (at_xy, at_degrees) if pair != (None, None)]
    if len(given) != 1 or None in given[0]:
        raise InvalidParameterError(
            f"The place is x={x}, y={y}, lon={lon}, lat={lat}; give either both x and y or both "
            "lon and lat.",
            f"位置为 x={x}、y={y}、lon={lon}、lat={lat}；请同时给出 x 和 y，"
            "或同时给出 lon 和 lat。",
        )
    across, up = given[0]
    place = explainer.at(run_id, x=float(across or 0.0), y=float(up or 0.0))
    return dict(localise(place, lang))


@router.get("/{run_id}/counties")
def counties(
    run_id: str,
    workspace: Open,
    lang: Language,
    county: Annotated[str | None, Query(max_length=100, description="Code or name.")] = None,
) -> dict[str, Any]:
    """Every county's areas by class, what limits it, its bases, and its outline in words."""
    return dict(localise(county_outlines(workspace, run_id, county=county), lang))
