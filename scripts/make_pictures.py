"""Draw the README's pictures from a workspace: map pages, photographed by headless Chromium.

Usage: python scripts/make_pictures.py [WORKSPACE], after `make demo`.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import rasterio
from playwright.sync_api import Browser, sync_playwright
from scipy.cluster.vq import kmeans2, vq

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
MAPS = {"organic": "en", "relocation": "en", "overview": "zh"}
SIZE = {"width": 1100, "height": 700}
COLOURS = 160


def make_page(workspace: Path, name: str, lang: str, folder: Path) -> Path:
    """Write one map page and return its path."""
    page = folder / f"{name}.html"
    command = "from gis_core.cli.main import run; run()"
    shared = ["--workspace", str(workspace), "--lang", lang]
    subprocess.run(
        [sys.executable, "-c", command, *shared, "map", name, "--out", str(page)],
        check=True, cwd=ROOT, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return page


def photograph(browser: Browser, page: Path, picture: Path) -> None:
    """Open a page without network and save what it shows as a PNG."""
    held = browser.new_context(viewport=SIZE, offline=True)
    shown = held.new_page()
    shown.goto(page.as_uri())
    shown.wait_for_function("window.uplandMap !== undefined")
    shown.wait_for_timeout(1500)
    shown.screenshot(path=picture)
    held.close()
    reduce_colours(picture)


def reduce_colours(picture: Path) -> None:
    """Write a PNG again with a palette of few colours: a third of the size, the same look."""
    with rasterio.open(picture) as found:
        bands = found.read([1, 2, 3])
    pixels = bands.reshape(3, -1).T
    colours, counts = np.unique(pixels, axis=0, return_counts=True)
    common = colours[np.argsort(-counts)][: COLOURS // 2].astype(float)
    # every colour once, so that a small patch of the legend weighs as much as the relief
    different = np.unique(pixels & 0xF8, axis=0).astype(float)
    middles = kmeans2(different, COLOURS - len(common), minit="++", seed=1, missing="warn")[0]
    palette = np.unique(np.vstack((common, middles)).round(), axis=0)
    places = vq(pixels.astype(float), palette)[0].astype(np.uint8).reshape(bands.shape[1:])
    with rasterio.open(
        picture, "w", driver="PNG", count=1, dtype="uint8", zlevel=9,
        height=bands.shape[1], width=bands.shape[2],
    ) as target:  # fmt: skip
        target.write(places, 1)
        target.write_colormap(1, {i: (*map(int, colour), 255) for i, colour in enumerate(palette)})


def main(workspace: Path) -> None:
    """Draw all pictures."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("Chromium is not installed; make test installs it")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, lang in MAPS.items():
            page = make_page(workspace, name, lang, Path(folder))
            picture = PICTURES / f"{name}.png"
            photograph(browser, page, picture)
            print(f"{picture.relative_to(ROOT)}: {picture.stat().st_size // 1024} KB")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else ".upland").resolve())
