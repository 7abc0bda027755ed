"""Liveness and readiness."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from api.errors import problem
from gis_core import __version__
from gis_core.errors import GisCoreError

router = APIRouter(tags=["service"])


@router.get("/healthz")
def healthz() -> dict[str, str]:
    """Tell that the process answers."""
    return {"status": "ok", "version": __version__}


@router.get("/readyz", response_model=None)
def readyz(request: Request) -> dict[str, Any] | JSONResponse:
    """Tell whether the workspace's database answers; 503 with the reason when not."""
    workspace = request.app.state.workspace
    if workspace is None:
        return problem(503, "NotReady", "The workspace is not open yet.")
    try:
        layers = len(workspace.layers())
    except GisCoreError as err:
        return problem(503, "NotReady", str(err))
    return {"status": "ready", "layers": layers}
