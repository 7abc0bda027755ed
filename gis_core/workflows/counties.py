"""County outlines of a kept run: figures, bases and words, as a document or as a table."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gis_core.errors import NotComputedError, NotFoundError
from gis_core.store.records import RunRecord
from gis_core.store.workspace import Workspace
from gis_core.suitability.counties import outline, total
from gis_core.suitability.result import CLASS_NAMES
from gis_core.writing import written_whole

LIMITS_IN_TABLE = 3


def county_outlines(
    workspace: Workspace, run_id: str | None = None, *, county: str | None = None
) -> dict[str, Any]:
    """Return the outline of every county of a run, or of the one named by code or name.

    Bases are those of the newest choice made from the run. Returns bilingual plain values:
    run_id, model, title, bases_run (None without), counties, total.

    Raises
    ------
    NotFoundError
        If the run, or the county, is not here.
    NotComputedError
        If no run was made, or it has no counties, or was made before runs kept their outlines.
    """
    run = workspace.run(run_id, kind="suitability")
    rows = _rows(run)
    choice = newest_choice(workspace, run.run_id)
    chosen = rows if county is None else [_named(rows, county)]
    return {
        "run_id": run.run_id, "model": run.document["model"], "title": run.document["title"],
        "bases_run": None if choice is None else choice.run_id,
        "counties": [outline(row, run.document, _bases(choice, row["code"])) for row in chosen],
        "total": total(rows),
    }  # fmt: skip


def newest_choice(workspace: Workspace, run_id: str) -> RunRecord | None:
    """Return the newest choice of bases that was made from the run; None without any."""
    made = [r for r in workspace.runs("bases") if r.document.get("suitability_run") == run_id]
    return made[-1] if made else None


def write_outlines(path: Path, document: Mapping[str, Any]) -> None:
    """Write `document` (of `county_outlines`, localised) as CSV, UTF-8 with BOM, a row a county.

    Raises
    ------
    StorageError
        If the folder is missing or the file cannot be written.
    """
    rows = [_table_row(row) for row in document["counties"]]
    with written_whole(path) as part, part.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _rows(run: RunRecord) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = run.document["counties"]
    again = f"upland suitability run {run.document['model']}"
    if not rows:
        raise NotComputedError(
            f"{run.run_id} has no counties: import boundaries (upland import boundaries FILE) and "
            f"run the model again: {again}.",
            f"{run.run_id} 没有分县结果：请先导入边界（upland import boundaries 文件），"
            f"再重新运行：{again}。",
        )
    if "limiting_factors" not in rows[0]:
        raise NotComputedError(
            f"{run.run_id} was made by an older version, which kept no county outlines; make it "
            f"again: {again}.",
            f"{run.run_id} 由旧版本生成，未保存分县概要；请重新运行：{again}。",
        )
    return rows


def _named(rows: Sequence[dict[str, Any]], county: str) -> dict[str, Any]:
    wanted = county.strip().casefold()
    found = [r for r in rows
             if wanted in (r["code"], r["name"]["en"].casefold(), r["name"]["zh"])]  # fmt: skip
    if len(found) == 1:
        return found[0]
    known_en = ", ".join(f"{r['code']} {r['name']['en']}" for r in rows)
    known_zh = "、".join(f"{r['code']} {r['name']['zh']}" for r in rows)
    raise NotFoundError(
        f"'{county}' names {'several counties' if found else 'no county'} of this run; use one of "
        f"the codes {known_en}.",
        f"“{county}”{'对应本次运行的多个县' if found else '不是本次运行中的县'}；请使用以下代码"
        f"之一：{known_zh}。",
    )


def _bases(choice: RunRecord | None, code: str) -> list[dict[str, Any]] | None:
    if choice is None:
        return None
    return [b for b in choice.document["bases"] if b["county"] == code]


def _table_row(row: Mapping[str, Any]) -> dict[str, Any]:
    keys = ["area", *(f"{n.lower()}_area" for n in CLASS_NAMES), "excluded_area", "no_data_area"]
    limits = [*row["limiting_factors"], *[None] * LIMITS_IN_TABLE][:LIMITS_IN_TABLE]
    best, bases = row["best_land"] or {}, row["bases"]
    flat = {"code": row["code"], "name": row["name"], "mean_score": row["mean_score"]}
    flat |= {f"{k}_{u}": round(row[f"{k}_{u}"], 3) for u in ("mu", "ha") for k in keys}
    for number, part in enumerate(limits, 1):
        flat[f"limiting_{number}"] = "" if part is None else part["title"]
        flat[f"limiting_{number}_share"] = "" if part is None else round(part["share"], 4)
    flat |= {f"best_land_{k}": best.get(k, "") for k in ("class", "area_mu", "lon", "lat")}
    flat["bases"] = "" if bases is None else len(bases)
    flat["bases_area_mu"] = "" if bases is None else sum(b["area_mu"] for b in bases)
    return flat | {"text": " ".join(row["text"])}
