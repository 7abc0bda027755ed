"""README's table of ratios is that of the stored results."""

import json
from pathlib import Path

from benchmarks.readme import RESULTS, markdown, with_table

README = Path(__file__).resolve().parents[2] / "README.md"


def test_readme_shows_the_stored_results() -> None:
    rows = json.loads(RESULTS.read_text("utf-8"))["rows"]
    text = README.read_text("utf-8")
    assert with_table(text, rows) == text


def test_ratios_are_ours_against_the_peer() -> None:
    rows = [
        {"job": "a", "size": "s", "ours_s": 0.5, "peers": {"slow": 5.0}, "floor_s": 0.25,
         "peak_mib": 99.6},
        {"job": "b", "size": "s", "ours_per_s": 3000.0, "peers_per_s": {"slow": 100.0},
         "peak_mib": None},
    ]  # fmt: skip
    assert markdown(rows).splitlines()[2:] == [
        "| a | s | 0.5 s | slow 5 s: **10×**; floor 0.25 s | 100 MiB |",
        "| b | s | 3,000/s | slow 100/s: **30×** |  |",
    ]
