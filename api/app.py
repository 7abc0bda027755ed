"""The application: built when called, its workspace opened for as long as it runs."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress

from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware

from api import data, errors, health, pages, suitability
from api.cache import PageCache
from gis_core import __version__
from gis_core.errors import GisCoreError
from gis_core.settings import Settings, read_settings
from gis_core.store.workspace import open_workspace
from gis_core.workflows.explain import Explainer

COMPRESS_FROM_BYTES = 1024


def create_app(settings: Settings) -> FastAPI:
    """Return the application over the workspace of `settings`; the workspace must exist."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with open_workspace(settings) as workspace, closing(Explainer(workspace)) as explainer:
            app.state.workspace, app.state.explainer = workspace, explainer
            readying = asyncio.create_task(asyncio.to_thread(_make_ready, app))
            yield
            await readying
        app.state.workspace = None

    app = FastAPI(title="Upland", version=__version__, lifespan=lifespan, docs_url=None,
                  redoc_url=None)  # fmt: skip
    app.state.settings = settings
    app.state.workspace = None
    app.state.readied = threading.Event()
    app.state.pages = PageCache()
    app.add_middleware(GZipMiddleware, minimum_size=COMPRESS_FROM_BYTES)
    errors.install_handlers(app)
    for part in (health, pages, data, suitability):
        app.include_router(part.router)
    return app


def _make_ready(app: FastAPI) -> None:
    try:
        with suppress(GisCoreError):  # who asks is told
            app.state.explainer.make_ready()
    finally:
        app.state.readied.set()


def create_app_from_environment() -> FastAPI:
    """Return the application of the environment's settings, for several server processes."""
    return create_app(read_settings())
