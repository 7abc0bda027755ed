"""Chinese sentences are written with Chinese punctuation, in every module and every model."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted([*(ROOT / "gis_core").rglob("*.py"), *(ROOT / "api").rglob("*.py")])
MODELS = sorted((ROOT / "gis_core").rglob("*.yaml"))
HOLE = "\ufffc"  # stands for what an f-string fills in
HAN = re.compile("[\u3400-\u9fff]")
SENTENCE_MARK = re.compile("[，。；：！？]")
QUOTED = re.compile("“[^“”]*”")  # a value as it was found, or a line to type: not our words
ADDRESS = re.compile(r"https?://\S+")
PAIR = re.compile(f"{HOLE}, {HOLE}")  # a position: longitude, latitude
SIDE = f"\u3400-\u9fff{HOLE}，。；：！？（）、"
HALF_WIDTH = re.compile(f"[{SIDE}] ?[,:;()?!]|[,:;()?!] ?[{SIDE}]")

FOREIGN_UNIT = re.compile(f"[{SIDE}\\d] ?(?:mu|yuan)(?![\\w-])")  # 亩 and 元 are Chinese


def fault(text: str) -> str:
    """Return the half-width mark beside Chinese words with its surroundings, "" without one."""
    bare = PAIR.sub(HOLE, QUOTED.sub(HOLE, ADDRESS.sub(HOLE, text)))
    found = HALF_WIDTH.search(bare)
    return bare[max(0, found.start() - 8) : found.end() + 8] if found else ""


def template(node: ast.AST) -> str | None:
    """Return a literal's text, an f-string's with `HOLE` for what is filled in."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(template(part) or HOLE for part in node.values)
    return None


def chinese_arguments(tree: ast.Module) -> Iterator[ast.AST]:
    """Give the Chinese side of every `Text(en, zh)` and `SomeError(en, zh)`."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
        if name == "Text" or name.endswith("Error"):
            yield from node.args[1:2]
            yield from (keyword.value for keyword in node.keywords if keyword.arg == "zh")


def literals(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Give every literal below `node`, an f-string whole, with its line."""
    text = template(node)
    if text is not None:
        yield getattr(node, "lineno", 0), text
        return
    for child in ast.iter_child_nodes(node):
        yield from literals(child)


def without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [  # type: ignore[attr-defined]
                line for line in body
                if not (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant))
            ]  # fmt: skip
    return tree


def sentences(source: str) -> Iterator[tuple[int, str]]:
    """Give a module's Chinese words for people: known by their place, or by a full-width mark."""
    tree = without_docstrings(ast.parse(source))
    for argument in chinese_arguments(tree):
        yield from ((line, text) for line, text in literals(argument) if HAN.search(text))
    for line, text in literals(tree):
        if HAN.search(text) and SENTENCE_MARK.search(text) and "\\" not in text:
            yield line, text


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_sentences_have_chinese_punctuation(module: Path) -> None:
    faults = {(line, fault(text)) for line, text in sentences(module.read_text("utf-8"))}
    assert {(line, shown) for line, shown in faults if shown} == set()


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_sentences_have_chinese_units(module: Path) -> None:
    told = set(sentences(module.read_text("utf-8")))
    assert {(line, text) for line, text in told if FOREIGN_UNIT.search(text)} == set()


def chinese_values(document: Any) -> Iterator[str]:
    """Give the text of every key ``zh``; a key with Chinese beside it was cut off by a comma."""
    if isinstance(document, dict):
        if "zh" in document:
            yield str(document["zh"])
            yield from (f"zh,{key}" for key in document if HAN.search(str(key)))
        for value in document.values():
            yield from chinese_values(value)
    elif isinstance(document, list):
        for value in document:
            yield from chinese_values(value)


@pytest.mark.parametrize("model", MODELS, ids=lambda path: path.name)
def test_models_have_chinese_punctuation(model: Path) -> None:
    values = chinese_values(yaml.safe_load(model.read_text("utf-8")))
    assert [shown for text in values if (shown := fault(text))] == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("文件为空,请重选。", True), ("共3项(甲)", True), (f"{HOLE}:无法打开", True),
        (f"应为 {HOLE};请改", True), ("文件为空，请重选。", False), ("坐标系 EPSG:4546", False),
        (f"按 {HOLE}, {HOLE} 计", False), ("写明“名称: 代码”。", False),
        ("如 --gap 0.01 (1 %)", False),
        (f"服务地址 http://{HOLE}", False),
    ],
)  # fmt: skip
def test_what_counts_as_a_fault(text: str, wrong: bool) -> None:
    assert bool(fault(text)) is wrong


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (f"面积{HOLE} mu", True), ("共 500 yuan。", True), ("面积 500 亩", False),
        ("请放宽 --min-area-mu", False), ("请填写 cost_per_person_yuan", False),
    ],
)  # fmt: skip
def test_what_counts_as_a_foreign_unit(text: str, wrong: bool) -> None:
    assert bool(FOREIGN_UNIT.search(text)) is wrong
