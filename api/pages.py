"""Pages: maps, and the assets that they need, all from this server."""

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse

from api.errors import language_of
from gis_core.errors import NotFoundError
from gis_core.products.assets import asset_path
from gis_core.workflows.maps import map_page
from gis_core.workflows.publishing import villages_are_public

router = APIRouter(tags=["pages"], include_in_schema=False)
ASSET_AGE_S = 86_400


@router.get("/maps/{name}")
def show_map(request: Request, name: str, county: str | None = None) -> HTMLResponse:
    """One map of the workspace, in the page's language."""
    workspace = request.app.state.workspace
    page = map_page(
        workspace, name, lang=language_of(request), county=county,
        show_villages=villages_are_public(workspace),
    )  # fmt: skip
    return HTMLResponse(page)


@router.get("/assets/{name:path}")
def asset(name: str) -> FileResponse:
    """A script, style or picture that pages need."""
    path = asset_path(name)
    if path is None:
        raise NotFoundError(f"There is no asset '{name}'.", f"没有资源“{name}”。")
    return FileResponse(path, headers={"Cache-Control": f"public, max-age={ASSET_AGE_S}"})
