"""Pages in a browser whose network is cut."""

from pathlib import Path

from playwright.sync_api import Browser, Page

PATIENCE_MS = 180_000  # far more than is needed, for machines under load
SIZES = {"desktop": (1280, 800), "phone": (390, 844)}


def open_page(browser: Browser, path: Path, size: str = "desktop") -> tuple[Page, list[str]]:
    """Return the page and the list that its errors and requests to elsewhere go to."""
    width, height = SIZES[size]
    held = browser.new_context(viewport={"width": width, "height": height})
    held.set_offline(True)
    held.set_default_timeout(PATIENCE_MS)
    faults: list[str] = []
    page = held.new_page()
    page.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: faults.append(str(e)))
    page.on(
        "request",
        lambda r: None if r.url.startswith(("file:", "data:")) else faults.append(r.url),
    )
    page.goto(path.as_uri())
    page.wait_for_function("window.uplandMap !== undefined")
    return page, faults
