"""Pages kept as long as the workspace stays as it is; a new layer or run makes them anew."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from gis_core.store.workspace import Workspace

PAGES_KEPT = 128
Key = tuple[object, ...]


class PageCache:
    """The most recently used pages, in memory of one server process.

    A page that several readers ask for at once is made once: the first makes it, the others wait
    for it. What fails is told to all who wait, and is not kept.
    """

    def __init__(self) -> None:
        self._pages: OrderedDict[Key, bytes] = OrderedDict()
        self._making: dict[Key, Future[bytes]] = {}
        self._lock = Lock()

    def get(self, key: Key, make: Callable[[], str]) -> bytes:
        """Return the page of `key`, made by `make` when it is not kept; errors as `make`."""
        with self._lock:
            if key in self._pages:
                self._pages.move_to_end(key)
                return self._pages[key]
            awaited = self._making.get(key)
            if awaited is None:
                mine = self._making[key] = Future()
        return self._made(key, make, mine) if awaited is None else awaited.result()

    def _made(self, key: Key, make: Callable[[], str], promise: "Future[bytes]") -> bytes:
        try:
            page = make().encode()
        except BaseException as err:
            with self._lock:
                del self._making[key]
            promise.set_exception(err)
            raise
        with self._lock:
            self._pages[key] = page
            while len(self._pages) > PAGES_KEPT:
                self._pages.popitem(last=False)
            del self._making[key]
        promise.set_result(page)
        return page


def answer(request: Request, workspace: Workspace, key: Key, make: Callable[[], str]) -> Response:
    """Return a page from the cache, or 304 where the reader holds this very state of it."""
    whole = (workspace.state(), *key)
    tag = f'"{hashlib.sha256(repr(whole).encode()).hexdigest()[:24]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache", "Vary": "Accept-Language"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    cache: PageCache = request.app.state.pages
    return HTMLResponse(cache.get(whole, make), headers=headers)
