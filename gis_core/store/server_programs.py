"""Where PostgreSQL's server programs and PostGIS are on this machine."""

import shutil
from pathlib import Path

from gis_core.errors import MissingProgramError

ROOT = Path("/")
PACKAGE = "postgresql-postgis"  # Debian's and Ubuntu's, for the version that they bring
POSTGIS = (  # Debian and Ubuntu, Fedora, Arch, Alpine
    "usr/share/postgresql/[0-9]*/extension/postgis.control",
    "usr/share/pgsql/extension/postgis.control",
    "usr/share/postgresql*/extension/postgis.control",
)


def postgis_found(root: Path = ROOT) -> str:
    """Return the path of a control file of PostGIS, or an empty text."""
    return next((str(path) for part in POSTGIS for path in sorted(root.glob(part))), "")


def find_program(name: str, *, version: str = "", root: Path = ROOT) -> str:
    """Return the path of a PostgreSQL server program.

    Parameters
    ----------
    name
        ``initdb`` or ``postgres``.
    version
        The major version that made the data; empty takes the newest that has PostGIS, or else
        the newest.
    root
        Folder that stands for ``/``.

    Raises
    ------
    MissingProgramError
        If it is not installed, or not in this version.
    """
    installed = {
        path.parts[-3]: path for path in root.glob(f"usr/lib/postgresql/[0-9]*/bin/{name}")
    }
    if version in installed:
        return str(installed[version])
    if installed and version:
        others = ", ".join(sorted(installed, key=float))
        raise MissingProgramError(
            f"The workspace's database was made by PostgreSQL {version}; installed: {others}. "
            f"Install the package postgresql-{version}-postgis-3, or use another --workspace.",
            f"工作区数据库由 PostgreSQL {version} 建立，现已安装：{others}。"
            f"请安装软件包 postgresql-{version}-postgis-3，或用 --workspace 另选目录。",
        )
    extended = [
        number
        for number in installed
        if (root / f"usr/share/postgresql/{number}/extension/postgis.control").exists()
    ]
    newest = max(extended or installed, key=float, default="")
    found = str(installed[newest]) if newest else shutil.which(name)
    if not found:
        raise MissingProgramError(
            f"PostgreSQL's program {name} is not installed. Run `make setup`, or install the "
            f"package {PACKAGE}, or set UPLAND_DATABASE_URL.",
            f"未安装 PostgreSQL 程序 {name}。请运行 make setup，或安装软件包 {PACKAGE}，"
            "或设置 UPLAND_DATABASE_URL。",
        )
    return found
