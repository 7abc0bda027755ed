"""Why a place scores as it does, from what a run keeps."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from gis_core.grid import Grid
from gis_core.text import Text, as_document
from gis_core.words import word

NO_SCORE = 255  # in packed scores: no data
FULL_SCORE = 254  # in packed scores: 1.0
WORTH_SAYING = 0.005  # of a score; less would be shown as 0.00


def pack_scores(scores: xr.DataArray) -> xr.DataArray:
    """Return scores (dims y, x; 0 to 1) as bytes 0 to 254, 255 for NaN.

    A quarter of the memory; unpacked they differ from the scores by at most 0.002.
    """
    values = scores.to_numpy()
    known = np.isfinite(values)
    packed = np.full(values.shape, NO_SCORE, np.uint8)
    packed[known] = np.rint(values[known] * FULL_SCORE).astype(np.uint8)
    return Grid.of(scores).wrap(packed, name=str(scores.name)).rio.write_nodata(NO_SCORE)


def unpack_score(value: int | NDArray[np.uint8]) -> Any:
    """Return packed bytes as scores 0 to 1; NaN for no data."""
    bytes_ = np.asarray(value)
    return np.where(bytes_ == NO_SCORE, np.nan, bytes_ / np.float32(FULL_SCORE))


def explain_place(
    document: Mapping[str, Any],
    *,
    score: float,
    class_name: str | None,
    failed_rules: int,
    criterion_scores: Mapping[str, float],
) -> dict[str, Any]:
    """Explain one cell.

    Parameters
    ----------
    document
        The run's document: criteria with title, weight and tag, and rules in their order.
    score
        0 to 1; NaN where a rule excludes or data are missing.
    class_name
        S1 to N2, or None.
    failed_rules
        Bit i is set when rule i fails.
    criterion_scores
        By criterion, 0 to 1; NaN means no data.

    Returns
    -------
    explanation
        Bilingual plain values: score, class, contributions (weight × score, largest first), failed
        rules, the limiting factor (where a better score would gain most) and `text`, sentences.
    """
    rows = [{**c, "score": criterion_scores.get(c["name"], np.nan)} for c in document["criteria"]]
    for row in rows:
        row["contribution"] = row["weight"] * row["score"]
        row["could_gain"] = row["weight"] * (1.0 - row["score"])
    rows.sort(key=lambda r: -np.nan_to_num(r["contribution"], nan=-1.0))
    failed = [r for i, r in enumerate(document["excluded"]) if failed_rules >> i & 1]
    known = [r for r in rows if np.isfinite(r["could_gain"])]
    limiting = max(known, key=lambda r: float(r["could_gain"]), default=None)
    missing = [r for r in rows if not np.isfinite(r["score"])]
    explanation = {
        "score": score, "class": class_name, "contributions": rows, "failed_rules": failed,
        "limiting_factor": None if limiting is None else limiting["name"],
        "text": _sentences(score, class_name, failed, limiting, missing, rows),
    }  # fmt: skip
    return dict(as_document(explanation))


def _sentences(
    score: float,
    class_name: str | None,
    failed: list[dict[str, Any]],
    limiting: dict[str, Any] | None,
    missing: list[dict[str, Any]],
    rows: list[dict[str, Any]],
) -> list[Text]:
    said = [_exclusion(rule) for rule in failed]
    for row in missing:
        said.append(Text(
            f"No data for {row['title']['en']}, so there is no score.",
            f"“{row['title']['zh']}”没有数据，因此无法评分。",
        ))  # fmt: skip
    if missing:
        return said
    if failed:
        without = sum(row["contribution"] for row in rows)
        said.append(Text(f"Without that it would score {without:.2f}.",
                         f"若不排除，得分为 {without:.2f}。"))  # fmt: skip
        return said
    best = rows[0]
    said.append(Text(
        f"Score {score:.2f}, class {class_name}.", f"得分 {score:.2f}，等级 {class_name}。"
    ))  # fmt: skip
    said.append(Text(
        f"It gains most from {best['title']['en']} ({best['contribution']:.2f} of "
        f"{best['weight']:.2f}).",
        f"贡献最大的是{best['title']['zh']}（{best['contribution']:.2f}/{best['weight']:.2f}）。",
    ))  # fmt: skip
    if limiting is not None and limiting["could_gain"] > WORTH_SAYING:
        said.append(Text(
            f"It is held back most by {limiting['title']['en']} (score {limiting['score']:.2f}); "
            f"at best that would add {limiting['could_gain']:.2f}.",
            f"限制最大的是{limiting['title']['zh']}（得分 {limiting['score']:.2f}）；"
            f"若达到最佳可增加 {limiting['could_gain']:.2f}。",
        ))  # fmt: skip
    return said


def _exclusion(rule: dict[str, Any]) -> Text:
    tag = word(rule["tag"])
    return Text(
        f"Excluded: {rule['title']['en']} ({tag.en}; {rule['source']['en']}).",
        f"排除：{rule['title']['zh']}（{tag.zh}；{rule['source']['zh']}）。",
    )
