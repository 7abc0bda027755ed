"""The notebooks run from top to bottom, define no functions and hold no output."""

import ast
import os
import warnings
from pathlib import Path

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of the packages' own imports
    import nbformat
    from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SAYS = {
    "first_steps": ("optimal gap 0.00%", "Stone River → Market Town"),
    "01_organic_base_map": ("optimal, gap 0.00%", "限制最大的是", "参评土地的主要限制因素"),
}


def code_of(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_there_is_a_notebook() -> None:
    assert NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_clean(path: Path) -> None:
    for cell in code_of(nbformat.read(path, as_version=4)):
        assert cell.outputs == []
        assert cell.execution_count is None
        found = [type(node) for node in ast.walk(ast.parse(cell.source.rstrip(";")))]
        assert not {ast.FunctionDef, ast.ClassDef, ast.Lambda} & set(found)


@pytest.mark.postgis
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_notebook_runs(path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("UPLAND_DATABASE_URL", database_url)
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=None, startup_timeout=600, kernel_name="python3").execute()
    said = "".join(out.get("text", "") for cell in code_of(notebook) for out in cell.outputs)
    assert [words for words in SAYS[path.stem] if words not in said] == []
    shown = [
        o["data"].get("text/html", "") for c in code_of(notebook) for o in c.outputs if "data" in o
    ]
    assert any("<iframe srcdoc=" in html and "永和县" in html for html in shown)
