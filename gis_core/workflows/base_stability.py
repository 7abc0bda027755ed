"""How stable the chosen bases are: chosen again in every draw, and one weight moved exactly."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from gis_core.bases.cells import Regions, candidate_cells
from gis_core.bases.compile import CompiledSelection, compile_selection, on_the_plane
from gis_core.bases.deadline import Deadline
from gis_core.bases.repeated import RepeatedChoice
from gis_core.bases.rules import ProductLimits, SelectionRules
from gis_core.bases.stability import SelectionFrequency, selection_frequency
from gis_core.bases.weight_change import (
    Drop,
    ScoreWorth,
    WeightChange,
    WeightQuestion,
    smallest_weight_changes,
)
from gis_core.errors import InvalidParameterError
from gis_core.grid import Grid
from gis_core.progress import Progress, part_of
from gis_core.store.records import RunRecord
from gis_core.store.workspace import Workspace
from gis_core.suitability.sensitivity import CriterionCells
from gis_core.suitability.sensitivity.draws import Draws
from gis_core.suitability.sensitivity.monte_carlo import Combine
from gis_core.text import Text

FREQUENCY_SHARE = 0.6  # of the time limit, for the draws; the rest is for the exact changes

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class BaseRequest:
    """The choice to test, and the scored cells of its run with their criteria and weights.

    `where` are the flat indices of the cells on the run's grid, rising.
    """

    chosen: RunRecord | None
    where: NDArray[np.int64]
    cells: Sequence[CriterionCells]
    weights: Floats
    combination: str
    draws: Draws
    time_limit_s: float


@dataclass(frozen=True)
class Held:
    """A stored choice, ready to be solved again: candidates in the order of the problem."""

    candidates: gpd.GeoDataFrame
    compiled: CompiledSelection
    rules: SelectionRules
    places: NDArray[np.int64]


def bases_of_run(workspace: Workspace, run: RunRecord, bases_run: str | None) -> RunRecord | None:
    """Return the choice `bases_run`, or the newest that was made from `run`; None without one.

    Raises
    ------
    InvalidParameterError
        If the choice named was made from another run, or from several.
    """
    if bases_run is None:
        made = [r for r in workspace.runs("bases") if _sources(r) == {run.run_id}]
        return made[-1] if made else None
    chosen = workspace.run(bases_run, kind="bases")
    if _sources(chosen) != {run.run_id}:
        others = ", ".join(sorted(_sources(chosen)))
        raise InvalidParameterError(
            f"The bases {bases_run} were chosen from {others}, not from {run.run_id} alone; give "
            "that run with --run, or bases that were chosen from this one.",
            f"基地方案 {bases_run} 选自 {others}，而不是仅选自 {run.run_id}；请用 --run 指定该"
            "运行，或改用由本次运行选出的基地方案。",
        )
    return chosen


def _sources(bases: RunRecord) -> set[str]:
    several = bases.document.get("suitability_runs") or {}
    return set(several.values()) or {str(bases.document.get("suitability_run"))}


def assess_bases(
    workspace: Workspace,
    grid: Grid,
    request: BaseRequest,
    *,
    combine: Combine | None,
    progress: Progress,
) -> dict[str, Any]:
    """Return what the document says of the bases: `bases_run`, `bases`, `choice` and `notes`."""
    if request.chosen is None:
        return {"bases_run": None, "bases": [], "choice": None, "notes": [Text(
            "No bases were chosen from this run yet; run upland bases select and then this again "
            "to see how stable they are.",
            "尚未由本次运行选择基地；请先执行 upland bases select，再重新运行本命令，"
            "以查看其稳定性。",
        )]}  # fmt: skip
    held = held_choice(workspace, request.chosen)
    draws = request.draws
    progress(0.0, Text("Scoring the candidates", "正在为候选区评分"))
    regions = regions_among(candidate_cells(held.candidates, grid), request.where)
    worth = ScoreWorth.of(held.candidates, held.rules)
    own = criterion_means(request.cells, regions)
    means = (
        drawn_means(request.cells, regions, draws) if combine is None
        else combined_means(request.cells, regions, draws, combine)
    )  # fmt: skip
    repeated = RepeatedChoice(held.compiled)
    started = time.perf_counter()
    frequency = selection_frequency(
        repeated, on_the_plane(held.candidates), held.places,
        worths=(worth.at(mean) for mean in means), asked=len(draws),
        deadline=Deadline(FREQUENCY_SHARE * request.time_limit_s),
        progress=part_of(progress, 0.05, 0.6),
    )  # fmt: skip
    changes: tuple[WeightChange, ...] = ()
    notes = [_fixed_note(), *_time_note(frequency)]
    if request.combination == "weighted_sum":
        names = [c.criterion.name for c in request.cells]
        question = WeightQuestion(own, dict(zip(names, request.weights, strict=True)), worth)
        left = request.time_limit_s - (time.perf_counter() - started)
        changes = smallest_weight_changes(
            held.candidates, held.compiled, held.places, question=question, repeated=repeated,
            deadline=Deadline(left), progress=part_of(progress, 0.6, 1.0),
        )  # fmt: skip
    else:
        notes.append(_not_linear(request.combination))
    return {
        "bases_run": request.chosen.run_id,
        "bases": _rows(request, held, frequency, changes),
        "choice": {
            "asked": frequency.asked, "draws": frequency.draws, "candidates": len(held.candidates),
            "different_choices": frequency.choices, "same_share": frequency.same,
            "proofs": frequency.proofs, "time_s": time.perf_counter() - started,
        },
        "notes": notes,
    }  # fmt: skip


def held_choice(workspace: Workspace, chosen: RunRecord) -> Held:
    """Return a stored choice as a problem: its candidates, its rules and what was chosen."""
    candidates = workspace.run_frame(chosen.run_id, "candidates")
    candidates = candidates.sort_values("base_id").reset_index(drop=True)
    rules = rules_from(chosen.provenance["parameters"])
    places = np.flatnonzero(candidates["base_id"].isin([b["id"] for b in chosen.document["bases"]]))
    return Held(candidates, compile_selection(candidates, rules), rules, places)


def rules_from(parameters: Mapping[str, Any]) -> SelectionRules:
    """Return the rules that a stored choice was made under, from its provenance."""
    known = SelectionRules.__dataclass_fields__
    given = {k: v for k, v in parameters.items() if k in known}
    every = given.get("per_county")
    if isinstance(every, Mapping):
        given["per_county"] = {code: (v[0], v[1]) for code, v in every.items()}
    elif every is not None:
        given["per_county"] = (every[0], every[1])
    given["products"] = {n: ProductLimits(**p) for n, p in (given.get("products") or {}).items()}
    return SelectionRules(**given)


def regions_among(regions: Regions, where: NDArray[np.int64]) -> Regions:
    """Return the regions with their cells numbered among `where`, flat indices rising."""
    return Regions(np.searchsorted(where, regions.cells), regions.starts)


def criterion_means(cells: Sequence[CriterionCells], regions: Regions) -> Floats:
    """Return (regions, criteria): the mean score of each criterion in each region."""
    return np.column_stack([regions.means(c.scores()) for c in cells])


def drawn_means(
    cells: Sequence[CriterionCells], regions: Regions, draws: Draws
) -> Iterator[Floats]:
    """Give the mean score of every region, draw by draw: linear in the means by level."""
    by_level = [
        np.stack([regions.means(c.shifted(share)) for share in draws.shares]) if c.moves
        else regions.means(c.scores())[None]
        for c in cells
    ]  # fmt: skip
    for weights, picks in zip(draws.weights.astype(np.float64), draws.picks, strict=True):
        parts = zip(weights, by_level, picks, strict=True)
        yield np.sum([w * level[pick] for w, level, pick in parts], axis=0)


def combined_means(
    cells: Sequence[CriterionCells], regions: Regions, draws: Draws, combine: Combine
) -> Iterator[Floats]:
    """Give the mean score of every region, draw by draw, each cell combined anew."""
    for weights, picks in zip(draws.weights, draws.picks, strict=True):
        scores = np.stack([
            c.shifted(float(draws.shares[pick])) if c.moves else c.scores()
            for c, pick in zip(cells, picks, strict=True)
        ])  # fmt: skip
        yield regions.means(combine(scores, weights))


def _rows(
    request: BaseRequest,
    held: Held,
    frequency: SelectionFrequency,
    changes: Sequence[WeightChange],
) -> list[dict[str, Any]]:
    if request.chosen is None:
        return []
    titles = {c.criterion.name: c.criterion.title for c in request.cells}
    ids = held.candidates["base_id"].to_numpy(str)[held.places].tolist()
    rows = []
    for base in request.chosen.document["bases"]:
        place = ids.index(base["id"])
        own = [c for c in changes if c.base_id == base["id"]]
        nearest = _nearest(own)
        share = float(frequency.land[place]) if frequency.draws else None
        rows.append({
            **{k: base[k] for k in ("id", "number", "county", "county_name", "area_mu")},
            "selection_frequency": share,
            "outline_frequency": float(frequency.outline[place]) if frequency.draws else None,
            "smallest_change": None if nearest is None else _told(nearest, titles),
            "never_drops": bool(own) and nearest is None and all(c.proven for c in own),
            "weight_changes": [_told(c, titles) for c in own],
            "text": _sentence(share, frequency.draws, own, titles),
        })  # fmt: skip
    return rows


def _nearest(changes: Sequence[WeightChange]) -> WeightChange | None:
    dropping = [(abs(c.nearest.weight - c.weight), c) for c in changes if c.nearest is not None]
    return min(dropping, key=lambda d: d[0])[1] if dropping else None


def _told(change: WeightChange, titles: Mapping[str, Text]) -> dict[str, Any]:
    nearest = change.nearest
    return {
        "criterion": change.criterion, "title": titles[change.criterion], "weight": change.weight,
        "to": None if nearest is None else nearest.weight,
        "change": None if nearest is None else nearest.weight - change.weight,
        "instead": [] if nearest is None else list(nearest.instead),
        "out": [] if nearest is None else list(nearest.out),
        "proven": change.proven, "searched": list(change.searched),
        "raised_to": _weight(change.raised), "lowered_to": _weight(change.lowered),
        "outline_raised_to": _weight(change.outline_raised),
        "outline_lowered_to": _weight(change.outline_lowered),
    }  # fmt: skip


def _weight(drop: Drop | None) -> float | None:
    return None if drop is None else drop.weight


def _sentence(
    share: float | None, draws: int, changes: Sequence[WeightChange], titles: Mapping[str, Text]
) -> Text:
    often = Text("Not chosen again in any draw in the time given.", "限定时间内未完成任何抽样。")
    if share is not None:
        often = Text(f"Its land is chosen in {share:.0%} of {draws:,} draws.",
                     f"在 {draws} 次抽样中，该地块入选的比例为 {share:.0%}。")  # fmt: skip
    if not changes:
        return often
    nearest = _nearest(changes)
    if nearest is None or nearest.nearest is None:
        if all(c.proven for c in changes):
            never = Text("No change of a single weight gives it up.",
                         "无论单独怎样改变某一项权重，该地块都不会落选。")  # fmt: skip
        else:
            never = Text("No change of a single weight was found, in the time given, that gives "
                         "it up.",
                         "在限定时间内，未找到使其落选的单项权重变动。")  # fmt: skip
        return Text(f"{often.en} {never.en}", f"{often.zh}{never.zh}")
    drop, title = nearest.nearest, titles[nearest.criterion]
    rises = drop.weight > nearest.weight
    how = Text(
        f"It is given up when the weight of {title.en} {'rises' if rises else 'falls'} from "
        f"{nearest.weight:.4f} to {drop.weight:.4f} ({drop.weight - nearest.weight:+.4f})",
        f"当“{title.zh}”的权重由 {nearest.weight:.4f} {'升至' if rises else '降至'} "
        f"{drop.weight:.4f}（{drop.weight - nearest.weight:+.4f}）时落选",
    )
    if drop.instead:
        how = Text(f"{how.en}: then {', '.join(drop.instead)} instead.",
                   f"{how.zh}，由 {'、'.join(drop.instead)} 取代。")  # fmt: skip
    else:
        how = Text(f"{how.en}.", f"{how.zh}。")
    return Text(f"{often.en} {how.en}", f"{often.zh}{how.zh}")


def _fixed_note() -> Text:
    return Text(
        "The candidates keep their outlines in every draw; only their scores, and so the choice "
        "among them, are worked out again. A base counts as chosen where a base on the same land "
        "is chosen.",
        "每次抽样中候选区边界保持不变，仅重新计算其得分并重新选择；只要同一地块上有基地入选，"
        "即视为该基地入选。",
    )


def _time_note(frequency: SelectionFrequency) -> list[Text]:
    if frequency.draws == frequency.asked:
        return []
    return [Text(
        f"Time allowed for {frequency.draws:,} of {frequency.asked:,} draws of the bases; the "
        "shares are of these. Give more with --time-limit.",
        f"限定时间内完成 {frequency.asked} 次基地抽样中的 {frequency.draws} 次，入选比例按已完成的"
        "次数计算；可用 --time-limit 延长时间。",
    )]  # fmt: skip


def _not_linear(combination: str) -> Text:
    return Text(
        f"The model combines its criteria by '{combination}', which is not linear in the weights, "
        "so no exact smallest change of a weight is given.",
        f"模型采用“{combination}”合成方式，得分与权重不是线性关系，因此不给出精确的最小权重变动。",
    )
