"""A workspace with its own database: made, refused, used by two commands at once, stopped."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from gis_core.settings import Settings
from gis_core.store.cluster import PrivateCluster
from tests.conftest import Done

pytestmark = pytest.mark.postgis
ROAD = """{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {},
"geometry": {"type": "LineString", "coordinates": [[111.1, 36.1], [111.2, 36.2]]}}]}"""

GATE = """
CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_advisory_lock(1); RETURN NEW; END $$;
CREATE TRIGGER gate BEFORE INSERT ON village FOR EACH ROW
WHEN (NEW.name = '村4000') EXECUTE FUNCTION wait_at_gate();
"""  # a COPY that reaches this village waits for whoever holds the lock
AT_GATE = """
SELECT tuples_processed FROM pg_stat_progress_copy
WHERE EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 1 AND NOT granted)
"""


def start(*arguments: str, cwd: Path) -> subprocess.Popen[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("UPLAND_")}
    return subprocess.Popen(
        [Path(sys.executable).with_name("upland"), *arguments],
        cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_two_commands_at_once_and_a_stopped_database(
    upland: Callable[..., Done], tmp_path: Path
) -> None:
    (tmp_path / "road.geojson").write_text(ROAD, "utf-8")
    settings = Settings(home=tmp_path / ".upland", database_url=None)
    try:
        made = upland("init", "--json", on=settings)
        assert (made.code, made.err) == (0, "")
        assert json.loads(made.out)["region"]["name_en"] == "Region"
        both = [
            start("import", "layer", theme, "road.geojson", "--json", cwd=tmp_path)
            for theme in ("road", "railway")
        ]
        for running in both:
            out, err = running.communicate()
            assert (running.returncode, err) == (0, "")
            assert json.loads(out)["count"] == 1
        told = json.loads(upland("layers", "--json", "--lang", "zh", on=settings).out)
        assert {layer["theme"] for layer in told["layers"]} == {"road", "railway"}
        again = upland("init", "--lang=zh", on=settings)
        assert (again.code, again.out) == (1, "")
        assert "已有含数据的工作区" in again.err
        assert upland("db", "stop", on=settings).code == 0
        status = upland("db", "status", "--json", on=settings)
        assert json.loads(status.out) == {"running": False, "pid": None}
    finally:
        PrivateCluster(settings.cluster_folder).stop()


def survey(path: Path, number: int) -> Path:
    rows = (f"县,村{i},{i % 300 + 1},10\n" for i in range(number))
    path.write_text("县,村名,人口,户数\n" + "".join(rows), "utf-8")
    return path


def test_the_server_killed_in_the_middle_of_a_copy_leaves_all_as_before(
    upland: Callable[..., Done], tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path / ".upland", database_url=None)
    cluster = PrivateCluster(settings.cluster_folder)
    survey(tmp_path / "big.csv", 5_000)
    try:
        assert upland("init", on=settings).code == 0
        first = str(survey(tmp_path / "first.csv", 3))
        assert upland("import", "villages", first, on=settings).code == 0
        before = upland("layers", "--json", on=settings).out
        with (
            cluster.use() as address,
            closing(psycopg.connect(address, autocommit=True)) as gate,
        ):
            gate.execute(GATE)
            gate.execute("SELECT pg_advisory_lock(1)")
            running = start("import", "villages", "big.csv", cwd=tmp_path)
            while (copied := gate.execute(AT_GATE).fetchone()) is None:
                assert running.poll() is None, running.communicate()
                time.sleep(0.02)
            assert copied[0] >= 3_000  # rows are in, the statement is not through
            server = cluster.running_pid()
            assert server is not None
            os.kill(server, signal.SIGKILL)
            out, err = running.communicate(timeout=120)
        assert (running.returncode, out) == (1, "")
        assert len(err.splitlines()) == 1
        assert "nothing was changed" in err
        again = upland("layers", "--json", on=settings)  # starts the server again
        assert (again.code, again.out) == (0, before)
        done = upland("import", "villages", str(tmp_path / "big.csv"), "--json", on=settings)
        assert json.loads(done.out)["count"] == 5_000
    finally:
        cluster.stop()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("cell_m: abc", "line 1 (cell_m): is 'abc', wanted a number"),
        ("name_en: Hills\ncell_m: 0.5", "line 2 (cell_m): is 0.5, wanted 1 to 10,000"),
        ("colour: red", "line 1 (colour): 'colour' is not known"),
        ("name_en: [1, 2]", "wanted a word"),
        ("brackets: 5", "(brackets): wanted a list"),
        ("analysis_crs: EPSG:4326", "not in metres"),
        ("analysis_crs: EPSG:99999", "EPSG:99999"),
        ("a: [1", "line 2: is not YAML"),
        ("- 1", "'key: value' lines"),
    ],
)
def test_a_bad_region_file_makes_no_workspace(
    upland: Callable[..., Done], tmp_path: Path, content: str, said: str
) -> None:
    (tmp_path / "region.yaml").write_text(content + "\n", "utf-8")
    settings = Settings(home=tmp_path / "home", database_url=None)
    done = upland("init", "--region-file", str(tmp_path / "region.yaml"), on=settings)
    assert (done.code, done.out) == (1, "")
    assert said in done.err
    assert len(done.err.splitlines()) == 1
    assert not (tmp_path / "home").exists()
