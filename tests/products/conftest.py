"""A headless Chromium for the tests of what pages do."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from gis_core.products.assets import vendor_built
from tests.products.browsing import PATIENCE_MS

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed; make test installs it")
    if not vendor_built():
        pytest.skip("the map assets were not built; run scripts/build_assets.py")
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as tool:
        held = tool.chromium.launch(executable_path=CHROMIUM, args=flags, timeout=PATIENCE_MS)
        yield held
        held.close()
