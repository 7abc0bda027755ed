"""The application on a port of this machine, for a browser."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from api.app import create_app
from gis_core.settings import Settings


class Announced(uvicorn.Server):
    """A server that tells when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.settled = threading.Event()

    async def startup(self, sockets: list | None = None) -> None:
        await super().startup(sockets)
        self.settled.set()


@contextmanager
def served(settings: Settings) -> Iterator[str]:
    """Give the address of the application over the workspace of `settings`."""
    config = uvicorn.Config(create_app(settings), host="127.0.0.1", port=0, log_level="warning")
    server = Announced(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert server.settled.wait(120), "the server does not listen"
    assert server.servers, "the server could not open the workspace"
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()
