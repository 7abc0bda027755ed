"""Pages kept as long as the workspace stays as it is; a new layer or run makes them anew."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from gis_core.store.workspace import Workspace

PAGES_KEPT = 128


class PageCache:
    """The most recently used pages, in memory of one server process."""

    def __init__(self) -> None:
        self._pages: OrderedDict[tuple[object, ...], bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, key: tuple[object, ...], make: Callable[[], str]) -> bytes:
        """Return the page of `key`, made by `make` when it is not kept."""
        with self._lock:
            if key in self._pages:
                self._pages.move_to_end(key)
                return self._pages[key]
        page = make().encode()
        with self._lock:
            self._pages[key] = page
            while len(self._pages) > PAGES_KEPT:
                self._pages.popitem(last=False)
        return page


def answer(
    request: Request, workspace: Workspace, key: tuple[object, ...], make: Callable[[], str]
) -> Response:
    """Return a page from the cache, or 304 where the reader holds this very state of it."""
    whole = (workspace.state(), *key)
    tag = f'"{hashlib.sha256(repr(whole).encode()).hexdigest()[:24]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    cache: PageCache = request.app.state.pages
    return HTMLResponse(cache.get(whole, make), headers=headers)
