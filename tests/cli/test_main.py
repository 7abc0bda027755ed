"""The command line, run as a user runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gis_core.cli import main

TOTALS = """分组,下限,上限,村数,户数,人数
100人以下,1,99,"1,261","10,753","45,135"
101-150人,101,150,172,3743,17395
151-200人,151,200,121,3373,15428
201-300人,201,300,27,1583,7162
合计,,,1581,19452,85120
"""


def upland(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("UPLAND_")}
    return subprocess.run(
        [Path(sys.executable).with_name("upland"), *arguments],
        cwd=cwd, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_published_totals_from_a_file(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "totals.csv").write_text(TOTALS, encoding=encoding)
    done = upland("survey", "check", "--totals", "totals.csv", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    codes = [problem["code"] for problem in document["problems"]]
    assert codes == ["bracket_gap", "barely_possible_sum", "impossible_sum"]
    assert document["brackets"][0]["label"] == "100人以下"
    assert document["brackets"][0]["reported_people"] == 45135


def test_chinese_table_for_people(tmp_path: Path) -> None:
    (tmp_path / "totals.csv").write_text(TOTALS, encoding="gb18030")
    done = upland("--lang", "zh", "survey", "check", "--totals", "totals.csv", cwd=tmp_path)
    assert done.returncode == 0
    assert "不可能成立" in done.stdout
    assert "18,271–24,200" in done.stdout


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\xff\xfe\xff\xff\x81", "neither UTF-8 nor GB18030"),
        (b"a,b\n1,2\n", "no column for label"),
        (TOTALS.replace("172", "-172").encode(), "row 3, column 村数: '-172'"),
        (TOTALS.replace("172", "NaN").encode(), "'NaN' is not a whole number"),
        (TOTALS.replace("101-150人", "100人以下").encode(), "stands twice"),
        (TOTALS.replace("172,", "172,1,2,3,").encode(), "differ in length"),
    ],
)
def test_bad_totals_are_refused_in_one_sentence(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "totals.csv").write_bytes(content)
    done = upland("survey", "check", "--totals", "totals.csv", cwd=tmp_path)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert [p.name for p in tmp_path.iterdir()] == ["totals.csv"]


def test_wrong_usage_is_exit_code_two(tmp_path: Path) -> None:
    assert upland("survey", "check", "--totals", cwd=tmp_path).returncode == 2
    assert upland("survey", "check", cwd=tmp_path).returncode == 1
    assert upland("--lang", "fr", "version", cwd=tmp_path).returncode == 2


def test_doctor_says_what_is_here(tmp_path: Path) -> None:
    done = upland("doctor", "--json", cwd=tmp_path)
    findings = {f["name"]: f for f in json.loads(done.stdout)["findings"]}
    assert findings["python"]["ok"]
    assert all(f["ok"] or f["cure"] for f in findings.values())


def test_an_unforeseen_fault_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(**_: object) -> None:
        raise ZeroDivisionError("by\nzero")

    monkeypatch.delenv("UPLAND_DEBUG", raising=False)
    monkeypatch.setattr(main, "app", broken)
    monkeypatch.setattr(sys, "argv", ["upland", "version"])
    with pytest.raises(SystemExit) as ended:
        main.run()
    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "ZeroDivisionError: by zero" in said
