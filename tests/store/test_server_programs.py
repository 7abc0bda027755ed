"""Which PostgreSQL is used where several are installed, or another than made the data."""

from pathlib import Path

import pytest

from gis_core.errors import MissingProgramError
from gis_core.store.server_programs import find_program, postgis_found


def install(root: Path, version: str, *, postgis: bool) -> str:
    program = root / f"usr/lib/postgresql/{version}/bin/postgres"
    program.parent.mkdir(parents=True)
    program.touch()
    if postgis:
        control = root / f"usr/share/postgresql/{version}/extension/postgis.control"
        control.parent.mkdir(parents=True)
        control.touch()
    return str(program)


def test_the_newest_with_postgis_is_taken(tmp_path: Path) -> None:
    old = install(tmp_path, "9.6", postgis=False)
    assert find_program("postgres", root=tmp_path) == old
    assert postgis_found(tmp_path) == ""
    fit = install(tmp_path, "15", postgis=True)
    install(tmp_path, "17", postgis=False)
    assert find_program("postgres", root=tmp_path) == fit
    assert postgis_found(tmp_path).endswith("15/extension/postgis.control")


def test_data_keep_the_version_that_made_them(tmp_path: Path) -> None:
    older = install(tmp_path, "15", postgis=True)
    install(tmp_path, "17", postgis=True)
    assert find_program("postgres", version="15", root=tmp_path) == older
    with pytest.raises(MissingProgramError, match=r"PostgreSQL 14; installed: 15, 17\. Install"):
        find_program("postgres", version="14", root=tmp_path)


def test_programs_in_the_path_are_taken_where_there_are_no_versions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "usr/bin/postgres"
    program.parent.mkdir(parents=True)
    program.write_text("")
    program.chmod(0o755)
    control = tmp_path / "usr/share/pgsql/extension/postgis.control"
    control.parent.mkdir(parents=True)
    control.touch()
    monkeypatch.setenv("PATH", str(program.parent))
    for version in ("", "16"):
        assert find_program("postgres", version=version, root=tmp_path) == str(program)
    assert postgis_found(tmp_path) == str(control)
    with pytest.raises(MissingProgramError, match="package postgresql-postgis, or set"):
        find_program("initdb", root=tmp_path)
