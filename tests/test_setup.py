"""Set-up: the sentences of scripts/setup.sh, and locks and container files that name no host."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
TOOLS = (
    "sh", "cat", "cut", "dirname", "id", "mktemp", "printf", "rm", "sed", "sha256sum", "sort",
    "tail", "tr", "ls",
)  # fmt: skip


class Machine:
    """A pretended machine: a copy of the set-up, and a PATH with nothing but what is put there."""

    def __init__(self, folder: Path) -> None:
        self.project, self.bin = folder / "upland", folder / "bin"
        self.bin.mkdir(parents=True)
        shutil.copytree(ROOT / "scripts", self.project / "scripts")
        shutil.copytree(ROOT / "requirements", self.project / "requirements")
        shutil.copy(ROOT / "pyproject.toml", self.project)
        for tool in TOOLS:
            path = shutil.which(tool, path="/usr/bin:/bin")
            assert path is not None, tool
            (self.bin / tool).symlink_to(path)

    def put(self, name: str, script: str) -> None:
        path = self.bin / name
        path.unlink(missing_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
        path.chmod(0o755)

    def set_up(self, what: str = "run", **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", "scripts/setup.sh", what],
            cwd=self.project,
            env={"PATH": str(self.bin), "HOME": str(self.project), **variables},
            capture_output=True,
            text=True,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine with a database elsewhere and a Chinese font, so that only Python matters."""
    machine = Machine(tmp_path)
    machine.put("fc-list", "echo some.ttf")
    return machine


DATABASE = {"UPLAND_DATABASE_URL": "postgresql://elsewhere/upland"}
OLD_PYTHON = 'case "$1" in --version) echo Python 3.9.2;; *) exit 1;; esac'
# passes as new enough and able to make environments, whose python then is the same script
NEW_PYTHON = """case "$1 $2" in
  "-m venv") mkdir -p .venv/bin; cp "$0" .venv/bin/python;;
  "-m pip") echo "$*" >>pip.log; echo chatter;;
  --version*) echo Python 3.11.2;;
esac"""


def test_old_python_is_refused_in_one_sentence(machine: Machine) -> None:
    machine.put("python3", OLD_PYTHON)
    done = machine.set_up(**DATABASE)
    assert done.returncode == 1
    assert "Python 3.9.2 is too old; Upland needs Python 3.11 or newer" in done.stderr
    assert not (machine.project / ".venv").exists()


def test_second_python_is_taken_when_the_first_is_a_broken_shim(machine: Machine) -> None:
    machine.put("python3", "echo 'version not set' >&2; exit 127")
    machine.put("python3.12", NEW_PYTHON)
    for tool in ("mkdir", "cp"):
        machine.put(tool, f'exec /bin/{tool} "$@"')
    done = machine.set_up(**DATABASE)
    assert done.returncode == 0, done.stderr
    assert "chatter" not in done.stderr + done.stdout
    log = (machine.project / "pip.log").read_text("utf-8")
    assert "--require-hashes -r requirements/run.txt" in log
    again = machine.set_up(**DATABASE)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert (machine.project / "pip.log").read_text("utf-8") == log


@pytest.mark.parametrize("npm", [False, True])
def test_map_assets_are_built_with_and_without_npm(machine: Machine, npm: bool) -> None:
    assets = machine.project / "gis_core/products/assets"
    (assets / "vendor").mkdir(parents=True)
    (assets / "package-lock.json").write_text("{}", "utf-8")
    building = 'case "$1" in scripts/build_assets.py) echo "$PYTHONPATH" >>built.log;; esac\n'
    machine.put("python3", building + NEW_PYTHON)
    for tool in ("mkdir", "cp", "env"):
        machine.put(tool, f'exec "$(command -v -p {tool})" "$@"')
    if npm:
        machine.put("npm", "")
    for _ in range(2):
        done = machine.set_up(**DATABASE)
        assert done.returncode == 0, done.stderr
    place = (machine.project / "built.log").read_text("utf-8").splitlines()
    installed = (machine.project / "pip.log").read_text("utf-8")
    assert (place == [""]) == npm
    assert ("--require-hashes -r requirements/assets.txt --target" in installed) != npm
    assert len(place) == 1
    assert not place[0] or not Path(place[0]).exists()


def test_failed_installation_shows_why_and_is_tried_again(machine: Machine) -> None:
    failing = NEW_PYTHON.replace("echo chatter", "echo no such release; exit 1")
    machine.put("python3", failing)
    for tool in ("mkdir", "cp"):
        machine.put(tool, f'exec /bin/{tool} "$@"')
    for _ in range(2):
        done = machine.set_up(**DATABASE)
        assert done.returncode == 1
        assert "no such release" in done.stderr
        assert "the Python packages could not be installed" in done.stderr


def test_moved_environment_is_made_anew(machine: Machine) -> None:
    machine.put("python3", NEW_PYTHON)
    for tool in ("mkdir", "cp"):
        machine.put(tool, f'exec /bin/{tool} "$@"')
    assert machine.set_up(**DATABASE).returncode == 0
    machine.project = machine.project.rename(machine.project.with_name("elsewhere"))
    done = machine.set_up(**DATABASE)
    assert done.returncode == 0, done.stderr
    assert ".venv was moved" in done.stderr


def test_ordinary_user_without_sudo_is_told_what_to_ask_for(machine: Machine) -> None:
    machine.put("python3", 'case "$2" in *ensurepip*) exit 1;; esac')
    machine.put("id", "echo 1000")
    machine.put("apt-get", "exit 9")
    done = machine.set_up(**DATABASE)
    assert done.returncode == 1
    assert "missing: python3-venv; you are not root and sudo is not here" in done.stderr
    assert "apt-get install python3-venv" in done.stderr


def test_refused_sudo_names_what_to_ask_for(machine: Machine) -> None:
    machine.put("python3", 'case "$2" in *ensurepip*) exit 1;; esac')
    machine.put("id", "echo 1000")
    machine.put("apt-get", "exit 9")
    machine.put("sudo", "exit 1")
    done = machine.set_up(**DATABASE)
    assert done.returncode == 1
    assert "sudo was refused. Ask an administrator for: apt-get install python3-venv" in done.stderr


def test_packages_are_those_that_fit_the_python_and_are_on_offer(machine: Machine) -> None:
    """As on Ubuntu, where Python 3.11 stands beside an older one and Chromium is no package."""
    machine.put("python3", OLD_PYTHON)
    machine.put("python3.11", 'case "$2" in *ensurepip*) exit 1;; esac')
    machine.put("apt-cache", 'case "$3" in *postgis*) echo "postgresql-14-postgis-3 - maps";; esac')
    machine.put("apt-get", 'echo "$*" >>apt.log; [ "$1" = update ] || exit 1')
    machine.put("env", 'shift; exec "$@"')
    machine.put("id", "echo 0")
    done = machine.set_up("test")
    assert done.returncode == 1
    assert "no package chromium is on offer here" in done.stderr
    asked = (machine.project / "apt.log").read_text("utf-8").splitlines()[-1]
    assert "python3.11-venv" in asked.split()
    assert "chromium" not in asked


def test_machine_without_apt_is_told_what_is_missing(machine: Machine) -> None:
    machine.put("python3", 'case "$2" in *ensurepip*) exit 1;; esac')
    done = machine.set_up(**DATABASE)
    assert done.returncode == 1
    assert "with your system's package manager" in done.stderr


@pytest.mark.parametrize(
    "path", sorted((ROOT / "requirements").glob("*.txt")), ids=lambda p: p.name
)
def test_locks_have_hashes_and_name_no_address(path: Path) -> None:
    text = path.read_text("utf-8")
    assert "://" not in text
    assert "--index-url" not in text
    releases = re.findall(r"^[A-Za-z0-9][\w.\-\[\]]*==\S+", text, re.M)
    assert releases
    assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}", text)) >= len(releases)


def test_compose_waits_for_its_database_and_serves_only_this_machine() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]
    assert services["db"]["image"] == "postgis/postgis:15-3.4"
    assert services["app"]["depends_on"]["db"]["condition"] == "service_healthy"
    assert services["app"]["ports"] == ["127.0.0.1:8000:8000"]
    environment = services["app"]["environment"]
    assert environment["UPLAND_DATABASE_URL"] == "postgresql://upland@db:5432/upland"
    assert environment["PGPASSWORD"] == services["db"]["environment"]["POSTGRES_PASSWORD"]


def test_dockerfile_copies_only_what_is_there() -> None:
    lines = (ROOT / "Dockerfile").read_text("utf-8").splitlines()
    images = {line.split()[1] for line in lines if line.startswith("FROM")}
    assert images == {"python:3.11-slim-bookworm"}
    copied = [
        name
        for line in lines
        if line.startswith("COPY ") and "--from" not in line
        for name in line.split()[1:-1]
    ]
    assert [name for name in copied if not os.path.exists(ROOT / name)] == []
