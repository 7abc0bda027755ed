"""Tell what the machine has, what is missing and how to get it."""

import os
import shutil
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from gis_core.settings import Settings
from gis_core.store.server_programs import PACKAGE, postgis_found
from gis_core.text import Text


@dataclass(frozen=True)
class Finding:
    """One thing looked for: whether it is there, what was found, how to get it."""

    name: str
    ok: bool
    found: str
    cure: Text

    def as_dict(self, lang: str) -> dict[str, object]:
        """Return plain values, the cure in `lang` (empty when nothing is wrong)."""
        cure = "" if self.ok else self.cure.in_(lang)
        return {"name": self.name, "ok": self.ok, "found": self.found, "cure": cure}


def _newest(folder: Path, pattern: str) -> str:
    found = sorted(folder.glob(pattern))
    return str(found[-1]) if found else ""


def _program(*names: str) -> str:
    return next((path for name in names if (path := shutil.which(name))), "")


def examine(settings: Settings) -> list[Finding]:
    """Look for Python, PostgreSQL, PostGIS, a Chinese font, map assets and a writable folder."""
    assets = Path(__file__).resolve().parents[1] / "products" / "assets" / "vendor"
    home = settings.home
    parent = next((p for p in [home, *home.absolute().parents] if p.exists()), Path("/"))
    initdb = _newest(Path("/usr/lib/postgresql"), "*/bin/initdb") or _program("initdb")
    postgis = postgis_found()
    install = f"apt-get install {PACKAGE}"
    font = next(
        (f for f in ("opentype/noto/NotoSansCJK*", "truetype/wqy/*", "truetype/arphic/*")
         if _newest(Path("/usr/share/fonts"), f)), "",
    )  # fmt: skip
    return [
        Finding("python", sys.version_info >= (3, 11), sys.version.split()[0],
                Text("Python 3.11 or newer is needed.", "需要 Python 3.11 或更高版本。")),
        Finding("geopandas", True, metadata.version("geopandas"), Text("", "")),
        Finding("postgresql", bool(settings.database_url or initdb), initdb,
                Text(f"Run `make up`, or: {install}", f"运行 make up，或：{install}")),
        Finding("postgis", bool(settings.database_url or postgis), postgis,
                Text(f"Run `make up`, or: {install}", f"运行 make up，或：{install}")),
        Finding("chinese font", bool(font), font,
                Text("apt-get install fonts-noto-cjk", "apt-get install fonts-noto-cjk")),
        Finding("map assets", assets.is_dir(), str(assets) if assets.is_dir() else "",
                Text("Run `make setup`; until then maps need internet.",
                     "请运行 make setup；在此之前地图需要联网。")),
        Finding("chromium (tests only)", bool(_program("chromium", "google-chrome")),
                _program("chromium", "google-chrome"),
                Text("apt-get install chromium", "apt-get install chromium")),
        Finding("workspace writable", os.access(parent, os.W_OK), str(home),
                Text(f"{parent} cannot be written; choose another --workspace.",
                     f"{parent} 不可写；请用 --workspace 另选目录。")),
    ]  # fmt: skip
