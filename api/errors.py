"""One table from errors to HTTP codes; every error leaves as an RFC 9457 problem document."""

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from gis_core import errors
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
    accepted = request.headers.get("accept-language", "").lower()
    if accepted[:2] in ("zh", "en"):
        return accepted[:2]
    return str(request.app.state.settings.lang)


def install_handlers(app: FastAPI) -> None:
    """Register the handlers on `app`."""

    @app.exception_handler(errors.GisCoreError)
    async def own_error(request: Request, err: errors.GisCoreError) -> JSONResponse:
        status = next((code for kind, code in STATUS_OF if isinstance(err, kind)), 500)
        if status < 500:
            return problem(status, type(err).__name__, err.text.in_(language_of(request)))
        logger.error("%s: %s", type(err).__name__, err)
        return problem(status, "ServiceError", PLAIN.in_(language_of(request)))

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, err: RequestValidationError) -> JSONResponse:
        details = "; ".join(
            f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}" for item in err.errors()
        )
        return problem(422, "InvalidRequest", details)

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, err: HTTPException) -> JSONResponse:
        return problem(err.status_code, "HttpError", str(err.detail))

    @app.exception_handler(Exception)
    async def unforeseen(request: Request, err: Exception) -> JSONResponse:
        logger.exception("unforeseen error", exc_info=err)
        return problem(500, "ServiceError", PLAIN.in_(language_of(request)))
