"""README holds: its commands and its Python run as written, its pictures and settings are there."""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from gis_core.cli.main import run as run_command_line
from gis_core.settings import Settings
from tests.conftest import fresh_settings
from tests.readme_files import write_all

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")
ENGLISH, _, CHINESE = README.partition("\n## 中文说明")
PYTHON = re.findall(r"^```python\n(.*?)^```", README, flags=re.M | re.S)
TEN_LINES, BASES, PLAN = PYTHON


def indented_blocks(text: str, language: str) -> list[str]:
    """Return the fenced blocks of a language, however deep they stand in a list."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```", text, flags=re.M | re.S)
    return [re.sub(rf"^{margin}", "", block, flags=re.M) for margin, block in found]


def commands_of(text: str) -> list[str]:
    return [line for block in indented_blocks(text, "sh") for line in block.splitlines()]


@pytest.fixture
def desk(
    database_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Settings]:
    """A folder with README's files to work in, and a database of its own; nothing else is set."""
    for name in ("UPLAND_HOME", "UPLAND_LANG"):
        monkeypatch.setenv(name, "")  # restored afterwards: shared options write them
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    write_all(tmp_path)
    with fresh_settings(tmp_path / "mine", database_server) as settings:
        monkeypatch.setenv("UPLAND_DATABASE_URL", str(settings.database_url))
        yield settings


def run(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a line of README as a shell would, within this process; it must end well."""
    first, *words = shlex.split(line)
    if first == "export":
        for word in words:
            name, _, value = word.partition("=")
            monkeypatch.setenv(name, value)
        return
    assert first == "upland", line
    if words[0] == "serve":
        answers(words)
        return
    monkeypatch.setattr(sys, "argv", [first, *words])
    code: object = 0
    try:
        run_command_line()
    except SystemExit as end:
        code = end.code
    assert not code, line


def answers(words: list[str]) -> None:
    """Serve as the line says, on a free port, until the city's page has come; then Ctrl-C."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    asked = [*words, "--port", port] if "--port" not in words else [
        port if before == "--port" else word
        for before, word in zip(["", *words], words, strict=False)
    ]  # fmt: skip
    code = "from gis_core.cli.main import run; run()"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    server = subprocess.Popen([sys.executable, "-c", code, *asked], env=environment)
    try:
        while True:
            assert server.poll() is None, "the server ended by itself"
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as page:
                    assert "My county" in page.read().decode()
                return
            except urllib.error.URLError:
                time.sleep(0.1)  # and leave the processor to the server
    finally:
        server.send_signal(signal.SIGINT)
        server.wait()


@pytest.mark.postgis
def test_every_command_line_runs_as_written(
    desk: Settings, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    region, model = indented_blocks(ENGLISH, "yaml")
    Path("region.yaml").write_text(region, "utf-8")
    Path("model.yaml").write_text(model, "utf-8")
    lines = commands_of(ENGLISH)
    assert len(lines) > 20
    for line in lines:
        run(line, monkeypatch)
    said = capfd.readouterr().out
    assert "under 100" in said
    assert "东梁" in said  # V0001's page
    assert Path("scores.tif").stat().st_size > 0
    assert Path("remarks.csv").is_file()
    assert "某县" in Path("organic.html").read_text("utf-8")
    assert "My county" in Path("relocation.html").read_text("utf-8")


@pytest.mark.postgis
def test_every_chinese_command_line_runs_as_written(
    desk: Settings, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    region, model = indented_blocks(ENGLISH, "yaml")
    Path("region.yaml").write_text(region, "utf-8")
    Path("model.yaml").write_text(model, "utf-8")
    lines = [line for line in commands_of(CHINESE) if line != "upland serve"]
    assert len(commands_of(CHINESE)) == len(lines) + 1
    for line in lines:
        run(line, monkeypatch)
    assert "搬迁" in capfd.readouterr().out
    assert "某县" in Path("relocation.html").read_text("utf-8")


def test_no_command_stands_elsewhere() -> None:
    told = {line.strip() for line in re.findall(r"^ *(upland .+)$", README, flags=re.M)}
    assert told <= set(commands_of(README))


@pytest.mark.postgis
def test_the_ten_lines_make_the_maps(desk: Settings) -> None:
    assert sum(bool(line.strip()) for line in TEN_LINES.splitlines()) == 10
    made: dict[str, Any] = {}
    exec(compile(TEN_LINES, "README.md", "exec"), made)
    assert [len(made["chosen"]["bases"]), len(made["plan"]["years"])] == [16, 5]
    assert made["chosen"]["bases"][0]["why"]["zh"]
    assert made["scored"].document["classes"]
    for name in ("overview", "organic", "relocation"):
        assert "Linfen" in Path(f"{name}.html").read_text("utf-8")


def test_python_without_a_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write_all(tmp_path)
    made: dict[str, Any] = {}
    exec(compile(BASES, "README.md", "exec"), made)
    assert made["chosen"].status == "optimal"
    assert set(made["chosen"].bases["county_code"]) == {"990001", "990002"}
    exec(compile(PLAN, "README.md", "exec"), made)
    assert [year.people <= 100 for year in made["plan"].years] == [True, True]
    assert made["plan"].assignments
    assert "→ 乙移民新村" in capsys.readouterr().out


def test_pictures_are_there_and_small() -> None:
    pictures = re.findall(r"\]\((docs/pictures/[^)]+)\)", README)
    assert len(pictures) == 3
    assert all(0 < (ROOT / picture).stat().st_size < 300 * 1024 for picture in pictures)


def test_every_setting_is_told() -> None:
    told = set(re.findall(r"^\| `(UPLAND_\w+)`", README, flags=re.M))
    assert told == {f"UPLAND_{name.upper()}" for name in Settings.model_fields}
