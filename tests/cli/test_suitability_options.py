"""What a planner sets otherwise for one run, and the outlines on the command line."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gis_core.settings import Settings
from tests.conftest import Done

Upland = Callable[..., Done]


def result(done: Done) -> dict[str, Any]:
    assert done.code == 0, done.err
    return dict(json.loads(done.out))


def test_a_run_says_what_was_set_otherwise(upland: Upland, demonstration: Settings) -> None:
    own = result(upland("suitability", "run", "screening", "--json", on=demonstration))
    other = result(upland(
        "suitability", "run", "screening", "--weights", "slope=3，town_access=0", "--class-limits",
        "0.9,0.7,0.5,0.3", "--json", on=demonstration,
    ))  # fmt: skip
    assert own["overridden"] == []
    said = " ".join(part["text"] for part in other["overridden"])
    assert "class limits: 0.9, 0.7, 0.5, 0.3; the model says" in said
    assert "weight of slope: 3; the model says" in said
    weights = {c["name"]: c["weight"] for c in other["criteria"]}
    assert weights["town_access"] == 0
    assert sum(weights.values()) == pytest.approx(1)
    told = result(upland("suitability", "explain", "--run", other["run_id"], "--at", "111.1,36.2",
                         "--json", on=demonstration))  # fmt: skip
    assert told["overridden"] == other["overridden"]
    shown = upland("suitability", "explain", "--run", other["run_id"], "--at", "111.1,36.2",
                   "--lang", "zh", on=demonstration)  # fmt: skip
    assert "坡度" in shown.out
    assert "本次运行等级界限改为 0.9, 0.7, 0.5, 0.3" in shown.out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--weights", "slope"), "wanted NAME=NUMBER"),
        (("--weights", "slope=1,slope=2"), "each name once"),
        (("--weights", "slope=much"), "wanted NAME=NUMBER"),
        (("--weights", "slopes=0.2"), "the criteria of model 'screening' are"),
        (("--weights", "slope=-1"), "wanted a number of 0 or more"),
        (("--weights", "slope=nan"), "wanted a number of 0 or more"),
        (("--class-limits", "0.8,0.6"), "wanted four"),
        (("--class-limits", "0.8,0.6,0.9,0.1"), "falling"),
        (("--class-limits", "nan,0.6,0.4,0.1"), "wanted"),
        (("--method", "magic"), "weighted_sum"),
        (("--method", "owa"), "wants alpha"),
        (("--alpha", "2"), "without --method"),
        (("--method", "fuzzy_gamma", "--gamma", "2"), "from 0 to 1"),
    ],
)
def test_what_means_nothing_is_refused(
    upland: Upland, demonstration: Settings, options: tuple[str, ...], said: str
) -> None:
    done = upland("suitability", "run", "screening", *options, on=demonstration)
    assert (done.code, done.out) == (1, "")
    assert said in done.err


def test_outlines_as_words_as_json_and_as_a_table(
    upland: Upland, demonstration: Settings, tmp_path: Path
) -> None:
    out = tmp_path / "counties.csv"
    shown = upland("suitability", "counties", "--run", "suitability-1", "--out", str(out),
                   on=demonstration)  # fmt: skip
    assert shown.code == 0
    assert "What holds the scored land back most" in shown.out
    with out.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    told = result(upland("suitability", "counties", "--run", "suitability-1", "--json",
                         on=demonstration))  # fmt: skip
    assert [row["code"] for row in rows] == [c["code"] for c in told["counties"]]
    assert float(rows[0]["area_mu"]) == pytest.approx(told["counties"][0]["area_mu"], abs=0.001)
    one = result(upland("suitability", "counties", "--run", "suitability-1", "--county",
                        rows[3]["name"], "--json", on=demonstration))  # fmt: skip
    assert [c["code"] for c in one["counties"]] == [rows[3]["code"]]
    none = upland("suitability", "counties", "--county", "Atlantis", on=demonstration)
    assert (none.code, none.out) == (1, "")
    assert "names no county of this run" in none.err
