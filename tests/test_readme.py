"""README holds: its Python runs, its commands parse, its pictures and settings are there."""

import re
import shlex
from pathlib import Path

import pytest
from typer.main import get_command

from gis_core.cli.main import app, take_shared_options
from gis_core.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")
PYTHON = re.findall(r"^```python\n(.*?)^```", README, flags=re.M | re.S)
COMMANDS = sorted(set(re.findall(r"^ *(upland .+)$", README, flags=re.M)))


def parse(line: str) -> None:
    """Parse a command line down to its last sub-command without running it."""
    words = take_shared_options(shlex.split(line)[1:])
    command = get_command(app)
    while (below := getattr(command, "commands", None)) is not None:
        command = below[words.pop(0)]
    command.make_context("upland", words)


def test_python_runs(capsys: pytest.CaptureFixture[str]) -> None:
    assert PYTHON
    for block in PYTHON:
        exec(compile(block, "README.md", "exec"), {})
    said = capsys.readouterr().out
    assert "optimal" in said
    assert "Stone River → Market Town" in said


@pytest.mark.parametrize("line", COMMANDS)
def test_command_parses(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("UPLAND_HOME", "UPLAND_LANG"):
        monkeypatch.setenv(name, "")  # restored afterwards: shared options write them
    parse(line)


def test_a_wrong_command_does_not_parse() -> None:
    with pytest.raises(Exception, match="quotas"):
        parse("upland relocation plan --quotas 3300")


def test_pictures_are_there_and_small() -> None:
    pictures = re.findall(r"\]\((docs/pictures/[^)]+)\)", README)
    assert len(pictures) == 3
    assert all(0 < (ROOT / picture).stat().st_size < 300 * 1024 for picture in pictures)


def test_every_setting_is_told() -> None:
    told = set(re.findall(r"^\| `(UPLAND_\w+)`", README, flags=re.M))
    assert told == {f"UPLAND_{name.upper()}" for name in Settings.model_fields}
