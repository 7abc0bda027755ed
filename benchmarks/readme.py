"""The table of README from ``results.json``: what was measured, as ratios to the peers.

``python -m benchmarks.readme`` writes it between README's two marks.
"""

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results.json"
BEGIN, END = "<!-- benchmarks -->", "<!-- end of benchmarks -->"
HEAD = ["| job | size | Upland | peers, and how many times Upland is faster | memory at most |",
        "|---|---|---|---|---|"]  # fmt: skip


def markdown(rows: list[dict[str, Any]]) -> str:
    """Return the table: a line a row of results; a rate's ratio is ours to the peer's."""
    return "\n".join([*HEAD, *(_line(row) for row in rows)])


def _line(row: dict[str, Any]) -> str:
    rate = "ours_per_s" in row
    ours, unit = (row["ours_per_s"], "/s") if rate else (row["ours_s"], " s")
    told = []
    for peer, value in (row["peers_per_s"] if rate else row["peers"]).items():
        ratio = ours / value if rate else value / ours
        told.append(f"{peer}{_reached(row)} {_figure(value)}{unit}: **{_figure(ratio)}×**")
    if row.get("floor_s"):
        told.append(f"floor {_figure(row['floor_s'])}{unit}")
    memory = f"{row['peak_mib']:,.0f} MiB" if row.get("peak_mib") else ""
    return (
        f"| {row['job']} | {row['size']} | {_figure(ours)}{unit} | {'; '.join(told)} | {memory} |"
    )


def _reached(row: dict[str, Any]) -> str:
    """What a peer that was stopped had reached."""
    if "peer_gap" not in row:
        return ""
    return (
        ", no answer," if row["peer_gap"] is None else f", left at a gap of {row['peer_gap']:.1%},"
    )


def _figure(value: float) -> str:
    """Three digits, or whole numbers from 100."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def with_table(readme: str, rows: list[dict[str, Any]]) -> str:
    """Return README's text with the table between its marks made anew."""
    before, rest = readme.split(BEGIN)
    return f"{before}{BEGIN}\n{markdown(rows)}\n{END}{rest.split(END)[1]}"


def main() -> None:
    """Write README's table."""
    readme = ROOT / "README.md"
    rows = json.loads(RESULTS.read_text("utf-8"))["rows"]
    readme.write_text(with_table(readme.read_text("utf-8"), rows), "utf-8")


if __name__ == "__main__":
    main()
