"""Run all benchmarks, print the table of ratios, write ``results.json`` and README's table.

``python -m benchmarks [--quick] [NAME …]`` runs those named, without names all; ``--quick`` at a
fiftieth of the size, to see that they run. The file is written by a full run of all only, so that
its rows belong together.
"""

import json
import os
import pkgutil
import platform
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks import readme

FOLDER = Path(__file__).resolve().parent
HELPERS = {"__main__", "measure", "readme"}


def names() -> list[str]:
    """Return the benchmarks' names: every module of this folder that has `rows`."""
    return [m.name for m in pkgutil.iter_modules([str(FOLDER)]) if m.name not in HELPERS]


def rows_of(name: str) -> list[dict[str, Any]]:
    """Run one benchmark in a process of its own, so that its peak of memory is its own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--only", name],
        check=True, stdout=subprocess.PIPE, cwd=FOLDER.parent,
    )  # fmt: skip
    return list(json.loads(done.stdout))


def table(rows: list[dict[str, Any]]) -> str:
    """Return the table of ratios as text: time (or rate) of ours, then the peers' as multiples."""
    lines = []
    for row in rows:
        rate = "ours_per_s" in row
        ours = row["ours_per_s"] if rate else row["ours_s"]
        unit = "/s" if rate else " s"
        lines.append(f"{row['job']} ({row['size']}): {ours:,.2f}{unit}")
        peers = row["peers_per_s"] if rate else row["peers"]
        for peer, value in peers.items():
            ratio = ours / value if rate else value / ours
            lines.append(f"    {peer}: {value:,.2f}{unit}, {ratio:.1f} times")
        if row.get("floor_s") is not None:
            lines.append(f"    floor: {row['floor_s']:,.2f} s, {row['floor_s'] / ours:.2f} times")
    return "\n".join(lines)


def machine() -> dict[str, Any]:
    """Return what the figures were measured on."""
    return {
        "processors": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
    }


def main(arguments: list[str]) -> None:
    """Run the benchmarks named, or all."""
    if arguments[:1] == ["--only"]:
        module = import_module(f"benchmarks.{arguments[1]}")
        print(json.dumps(module.rows()))
        return
    quick = "--quick" in arguments
    arguments = [argument for argument in arguments if argument != "--quick"]
    if quick:
        os.environ["UPLAND_BENCH_SCALE"] = "0.02"
    unknown = sorted(set(arguments) - set(names()))
    if unknown:
        sys.exit(f"no benchmark {', '.join(unknown)}; there are: {', '.join(names())}")
    rows: list[dict[str, Any]] = []
    for name in arguments or names():
        found = rows_of(name)
        print(table(found), flush=True)
        rows += found
        if not (quick or arguments):
            text = json.dumps({**machine(), "rows": rows}, ensure_ascii=False, indent=1)
            (FOLDER / "results.json").write_text(text + "\n", "utf-8")
    if not (quick or arguments):
        readme.main()


if __name__ == "__main__":
    main(sys.argv[1:])
