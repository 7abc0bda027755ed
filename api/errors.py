"""One table from errors to HTTP codes; every error leaves in the reader's language.

Programs get an RFC 9457 problem document; a browser that asks for a page gets a page.
"""

import logging
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.exceptions import HTTPException

from api.refusals import refusal
from gis_core import errors
from gis_core.products.pages.problem import render_problem
from gis_core.text import Text

logger = logging.getLogger("upland.api")

STATUS_OF: tuple[tuple[type[errors.GisCoreError], int], ...] = (
    (errors.NotFoundError, 404),
    (errors.NotComputedError, 409),
    (errors.InfeasibleError, 422),
    (errors.InputError, 422),
    (errors.DatabaseError, 503),
    (errors.StorageError, 503),
    (errors.ServiceError, 500),
)
PLAIN = Text(
    "Something went wrong on our side; it was logged. Try again, or ask whoever runs this server.",
    "服务器出现问题，已记录；请重试，或联系管理员。",
)
AWAY = Text(
    "The data of this server cannot be reached just now; it was logged. Try again in a minute, or "
    "ask whoever runs this server.",
    "服务器的数据暂时无法访问，已记录；请稍后重试，或联系管理员。",
)
FOR_PROGRAMS = ("/api/", "/tiles/", "/ogc/", "/healthz", "/readyz", "/openapi.json")


def problem(status: int, title: str, detail: str) -> JSONResponse:
    """Return a problem document (`application/problem+json`)."""
    return JSONResponse(
        {"type": "about:blank", "title": title, "status": status, "detail": detail},
        status_code=status,
        media_type="application/problem+json",
    )


def language_of(request: Request) -> str:
    """Return the page's language: `?lang=`, else the Accept-Language header, else the app's."""
    asked = request.query_params.get("lang")
    if asked in ("zh", "en"):
        return asked
    accepted = request.headers.get("accept-language", "").lower().replace(" ", "")
    ranked = sorted(accepted.split(","), key=_preference, reverse=True)  # equal ones stay in order
    known = (part[:2] for part in ranked if _preference(part) > 0)
    return next((lang for lang in known if lang in ("zh", "en")),
                str(request.app.state.settings.lang))  # fmt: skip


def _preference(part: str) -> float:
    """Return the q of one part of an Accept header; what cannot be read counts as unwanted."""
    _, _, weight = part.partition(";q=")
    try:
        return float(weight or 1)
    except ValueError:
        return 0.0


def install_handlers(app: FastAPI) -> None:
    """Register the handlers on `app`."""

    @app.exception_handler(errors.GisCoreError)
    async def own_error(request: Request, err: errors.GisCoreError) -> Response:
        status = next((code for kind, code in STATUS_OF if isinstance(err, kind)), 500)
        if status < 500:
            return _told(request, status, type(err).__name__, err.text)
        logger.error("%s: %s", type(err).__name__, err)
        return _told(request, status, "ServiceError", AWAY if status == 503 else PLAIN)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, err: RequestValidationError) -> Response:
        found = [refusal(item) for item in err.errors()]
        said = Text(" ".join(t.en for t in found), "".join(t.zh for t in found))
        return _told(request, 422, "InvalidRequest", said)

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, err: HTTPException) -> Response:
        answer = _told(request, err.status_code, "HttpError", _http_text(request, err.status_code))
        answer.headers.update(err.headers or {})
        return answer

    @app.exception_handler(Exception)
    async def unforeseen(request: Request, err: Exception) -> Response:
        logger.exception("unforeseen error", exc_info=err)
        return _told(request, 500, "ServiceError", PLAIN)


def _told(request: Request, status: int, title: str, text: Text) -> Response:
    """Return the answer of a failed request: a page for a browser, else a problem document."""
    lang = language_of(request)
    answer: Response
    if _wants_page(request):
        answer = HTMLResponse(render_problem(status, text.in_(lang), lang=lang), status)
    else:
        answer = problem(status, title, text.in_(lang))
    answer.headers["Vary"] = "Accept, Accept-Language"
    return answer


def _wants_page(request: Request) -> bool:
    accepted = request.headers.get("accept", "")
    return "text/html" in accepted and not request.url.path.startswith(FOR_PROGRAMS)


def _http_text(request: Request, status: int) -> Text:
    path = request.url.path
    shown = path if len(path) <= 60 else path[:60] + "…"
    if status == HTTPStatus.NOT_FOUND:
        return Text(
            f"There is nothing at {shown}; the region's page is at / and the API's at /docs.",
            f"没有地址 {shown}；区域页面在 /，接口说明在 /docs。",
        )
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        return Text(f"{shown} does not answer {request.method}; ask with GET.",
                    f"{shown} 不支持 {request.method}；请用 GET 访问。")  # fmt: skip
    phrase = HTTPStatus(status).phrase
    return Text(f"The request failed: {phrase}.", f"请求失败：{phrase}。")
