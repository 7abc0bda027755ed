"""Pages: the city, the counties, the maps, and the assets that they need, all from this server."""

from fastapi import APIRouter, Request
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import FileResponse, HTMLResponse, Response

from api.cache import answer
from api.errors import language_of
from gis_core.errors import NotFoundError
from gis_core.products.assets import asset_path
from gis_core.workflows import pages
from gis_core.workflows.maps import map_page
from gis_core.workflows.publishing import villages_are_public

router = APIRouter(tags=["pages"], include_in_schema=False)
ASSET_AGE_S = 86_400


@router.get("/")
def show_city(request: Request) -> Response:
    """The page of the whole region."""
    workspace, lang = request.app.state.workspace, language_of(request)
    public = villages_are_public(workspace)
    return answer(request, workspace, ("city", lang, public), lambda: pages.city_page(
        workspace, lang=lang, show_villages=public
    ))  # fmt: skip


@router.get("/county/{code}")
def show_county(request: Request, code: str) -> Response:
    """The page of one county."""
    workspace, lang = request.app.state.workspace, language_of(request)
    public = villages_are_public(workspace)
    return answer(request, workspace, ("county", code, lang, public), lambda: pages.county_page(
        workspace, code, lang=lang, show_villages=public
    ))  # fmt: skip


@router.get("/maps/{name}")
def show_map(request: Request, name: str, county: str | None = None) -> Response:
    """One map of the workspace, of all counties or of one."""
    workspace, lang = request.app.state.workspace, language_of(request)
    pages.refuse_unknown_map(name)
    county = pages.cut(county) if county else None  # an empty one is none given
    public = villages_are_public(workspace)
    return answer(request, workspace, ("map", name, county, lang, public), lambda: map_page(
        workspace, name, lang=lang, county=county, show_villages=public
    ))  # fmt: skip


@router.get("/assets/{name:path}")
def asset(name: str) -> FileResponse:
    """A script, style or picture that pages need."""
    path = asset_path(name)
    if path is None:
        raise NotFoundError(f"There is no asset '{name}'.", f"没有资源“{name}”。")
    return FileResponse(path, headers={"Cache-Control": f"public, max-age={ASSET_AGE_S}"})


@router.get("/favicon.ico")
def show_no_icon() -> Response:
    """Nothing: pages name their own icon, browsers ask all the same."""
    return Response(status_code=204, headers={"Cache-Control": f"public, max-age={ASSET_AGE_S}"})


@router.get("/docs")
def show_api(request: Request) -> HTMLResponse:
    """The description of the API, drawn without any other server."""
    return get_swagger_ui_html(
        openapi_url=str(request.app.openapi_url), title="Upland API",
        swagger_js_url="/assets/swagger-ui-bundle.js", swagger_css_url="/assets/swagger-ui.css",
        swagger_favicon_url="data:,",
    )  # fmt: skip
