"""Fixtures shared by all tests."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the published data sets beside the checkout; the test is skipped without it."""
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("UPLAND_SHARED_DATA", default))
    if not (folder / "README.md").is_file():
        pytest.skip("the published data sets are not beside this checkout")
    return folder
