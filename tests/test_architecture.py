"""Hold the table of layers: who may import whom."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
GROUND = {
    "crs", "errors", "grid", "layers", "located", "progress", "provenance", "region", "remarks",
    "settings", "solver", "text", "units", "words", "writing",
}  # fmt: skip
ROWS = {
    "sources": 2, "store": 2, "surfaces": 3,
    "suitability": 4, "bases": 4, "relocation": 4, "programme": 4,
    "products": 5, "workflows": 6, "cli": 7, "api": 7,
}  # fmt: skip
MAY_IMPORT = {
    "sources": set(), "store": set(), "surfaces": set(),
    "suitability": {"surfaces"}, "bases": {"surfaces"}, "relocation": {"surfaces"},
    "programme": set(),
    "products": {"suitability", "bases", "relocation", "programme"},
    "workflows": {"sources", "store", "surfaces", "suitability", "bases", "relocation",
                  "programme", "products"},
    "cli": {"products", "workflows", "store"},
    "api": {"products", "workflows", "store"},
}  # fmt: skip
ANALYSIS = ("surfaces", "suitability", "bases", "relocation", "programme")
SESSIONS = {"sqlalchemy", "psycopg", "geoalchemy2", "pyogrio", "socket", "fastapi", "typer"}


def package_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return "api" if parts[0] == "api" else parts[1]


def imported_modules(tree: ast.AST) -> list[str]:
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written in full"
            module = node.module or ""
            names += [module, *(f"{module}.{alias.name}" for alias in node.names)]
    return names


def own_packages(names: list[str]) -> set[str]:
    found = set()
    for name in names:
        parts = name.split(".")
        if parts[0] == "gis_core" and len(parts) > 1:
            found.add(parts[1])
        elif parts[0] == "api":
            found.add("api")
    return found - {"__version__"}


SOURCES = sorted([*(ROOT / "gis_core").rglob("*.py"), *(ROOT / "api").rglob("*.py")])


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_module_keeps_to_its_row(path: Path) -> None:
    package = package_of(path)
    names = imported_modules(ast.parse(path.read_text("utf-8")))
    if package == "__init__":
        assert not own_packages(names)
        return
    if package in GROUND:
        assert own_packages(names) <= GROUND
        return
    allowed = GROUND | MAY_IMPORT[package] | {package}
    assert own_packages(names) <= allowed
    if package in ANALYSIS:
        assert not {name.split(".")[0] for name in names} & SESSIONS


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_module_stays_small(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 500


def test_table_catches_a_forbidden_import() -> None:
    names = imported_modules(ast.parse("def f():\n    from gis_core.store import engine\n"))
    assert not own_packages(names) <= GROUND | MAY_IMPORT["relocation"]
