"""Liveness and readiness."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from api.errors import language_of, problem
from gis_core import __version__
from gis_core.errors import GisCoreError
from gis_core.text import Text

router = APIRouter(tags=["service"])
NOT_OPEN = Text("The workspace is not open yet.", "工作区尚未打开。")


@router.get("/healthz")
def healthz() -> dict[str, str]:
    """Tell that the process answers."""
    return {"status": "ok", "version": __version__}


@router.get("/readyz", response_model=None)
def readyz(request: Request) -> dict[str, Any] | JSONResponse:
    """Tell whether the workspace's database answers; 503 with the reason when not.

    Just after the start it waits until the first explanation of a place will come fast.
    A private database that died is started again by the request; one that was stopped with
    `upland db stop` stays stopped until the next command that uses the workspace.
    """
    workspace, lang = request.app.state.workspace, language_of(request)
    if workspace is None:
        return problem(503, "NotReady", NOT_OPEN.in_(lang))
    request.app.state.readied.wait()
    try:
        layers = len(workspace.layers())
    except GisCoreError as err:
        return problem(503, "NotReady", err.text.in_(lang))
    return {"status": "ready", "layers": layers}
