"""Who is to move, where each may go and why not elsewhere: the plan's question in field words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis_core.errors import InvalidLayerError, InvalidParameterError
from gis_core.relocation.priority import Ranking
from gis_core.relocation.result import FORMS
from gis_core.relocation.rules import PlanRules
from gis_core.relocation.standards import Standards
from gis_core.text import Text

SCATTERED = "scattered"  # the form without a site
ELSEWHERE = "inter_county"
VILLAGE_FIELDS = ("village_id", "name", "county_code", "people", "households")
DESTINATION_FIELDS = ("destination_id", "name", "kind", "county_code", "capacity_people")


@dataclass(frozen=True)
class Problem:
    """Target villages, destinations, times and what is allowed, in order of their identifiers.

    Attributes
    ----------
    units
        Target villages that can be planned: village_id, name, county_code, people, households,
        tier, score (0 to 1), rank.
    left_out
        Targets that cannot be planned, with `why` (Text): declined, or people unknown.
    sites
        destination_id, name, name_zh, name_en, kind, county_code, capacity_people (NaN: no limit),
        cost_per_person_yuan, assumed (True when the cost is an assumption of the table).
    travel_min
        (units, sites) minutes from the village to the destination; NaN unreachable or, for the
        scattered form, without meaning.
    allowed
        (units, sites) True where the rules let the village go.
    ranking, rules
        As given.
    """

    units: pd.DataFrame
    left_out: pd.DataFrame
    sites: pd.DataFrame
    travel_min: NDArray[np.float64]
    allowed: NDArray[np.bool_]
    ranking: Ranking
    rules: PlanRules

    @property
    def target_people(self) -> int:
        """People of all villages that can be planned."""
        return int(self.units["people"].sum())


def make_problem(
    villages: pd.DataFrame,
    destinations: pd.DataFrame,
    travel_time_min: pd.DataFrame | NDArray[np.float64],
    *,
    ranking: Ranking,
    rules: PlanRules,
    standards: Standards,
) -> Problem:
    """Check the inputs and gather the problem.

    Parameters
    ----------
    villages
        village_id, name, county_code, people (NaN: unknown), households.
    destinations
        destination_id, name, kind (one of the five forms), county_code, capacity_people, and
        optionally name_en, cost_per_person_yuan (NaN: from `standards`).
    travel_time_min
        Minutes from each village (rows) to each destination (columns); NaN or ``inf`` is
        unreachable. A frame is matched by village_id and destination_id, an array by position.

    Raises
    ------
    InvalidLayerError
        If a column is missing, an identifier repeats, a kind is unknown or a capacity negative.
    InvalidParameterError
        If the times do not fit the frames or a fixed decision names what does not exist.
    """
    _require(villages, VILLAGE_FIELDS, "villages", "村庄")
    _require(destinations, DESTINATION_FIELDS, "destinations", "安置点")
    sites = _sites(destinations, standards)
    units, left_out = _units(villages, ranking, rules)
    travel = _times(travel_time_min, villages, destinations)
    travel = travel.reindex(index=units["village_id"], columns=sites["destination_id"])
    minutes = travel.to_numpy(float)
    minutes = np.where(np.isfinite(minutes) & (minutes >= 0), minutes, np.nan)
    minutes[:, (sites["kind"] == SCATTERED).to_numpy()] = np.nan
    _check_fixed(rules, villages, sites)
    allowed = allow(units, sites, minutes, rules)
    return Problem(units, left_out, sites, minutes, allowed, ranking, rules)


def under_rules(problem: Problem, rules: PlanRules, *, more_room: float = 0.0) -> Problem:
    """Return the same villages and destinations under other rules of form, time and county.

    `more_room` people are added to every destination's capacity (``inf`` lifts the limits).
    Targets and declined villages stay as they were.
    """
    sites = problem.sites.assign(capacity_people=problem.sites["capacity_people"] + more_room)
    allowed = allow(problem.units, sites, problem.travel_min, rules)
    return replace(problem, sites=sites, allowed=allowed, rules=rules)


def allow(
    units: pd.DataFrame, sites: pd.DataFrame, travel_min: NDArray[np.float64], rules: PlanRules
) -> NDArray[np.bool_]:
    """Return (units, sites) True where form, county, travel time and fixed decisions allow it.

    `travel_min` (units, sites) in minutes, NaN where no way leads; the scattered form needs none.
    """
    kind = sites["kind"].to_numpy(str)
    scattered = kind == SCATTERED
    allowed = np.isin(kind, rules.forms)[None, :] & (np.isfinite(travel_min) | scattered)
    if rules.max_travel_min is not None:
        near = np.nan_to_num(travel_min, nan=np.inf) <= rules.max_travel_min
        allowed &= near | scattered
    if rules.within_county:
        allowed &= _county_allows(units, sites)
    row_of = {village: i for i, village in enumerate(units["village_id"])}
    for village, move in rules.fixed.items():
        if move.destination_id is not None and village in row_of:
            allowed[row_of[village]] &= (sites["destination_id"] == move.destination_id).to_numpy()
    return allowed


def _county_allows(units: pd.DataFrame, sites: pd.DataFrame) -> NDArray[np.bool_]:
    """A form of its own leads to other counties; the other forms stay within the county."""
    ours = units["county_code"].to_numpy(str)[:, None]
    theirs = sites["county_code"].to_numpy(str)[None, :]
    unknown = (ours == "") | (theirs == "")
    elsewhere = (sites["kind"] == ELSEWHERE).to_numpy()[None, :]
    return unknown | np.where(elsewhere, ours != theirs, ours == theirs)


def _require(frame: pd.DataFrame, fields: Sequence[str], en: str, zh: str) -> None:
    missing = [f for f in fields if f not in frame]
    if missing or frame.empty:
        raise InvalidLayerError(
            f"The {en} need rows with the columns {', '.join(fields)}; missing: "
            f"{', '.join(missing) or 'all rows'}.",
            f"{zh}数据应含 {'、'.join(fields)} 各列；缺少：{'、'.join(missing) or '全部行'}。",
        )
    ids = frame[fields[0]].astype(str)
    if ids.duplicated().any():
        name = ids[ids.duplicated()].iloc[0]
        raise InvalidLayerError(
            f"{fields[0]} '{name}' repeats in the {en}; each needs its own.",
            f"{zh}数据中 {fields[0]}“{name}”重复；每行应有唯一编号。",
        )


def _sites(destinations: pd.DataFrame, standards: Standards) -> pd.DataFrame:
    sites = pd.DataFrame({
        "destination_id": destinations["destination_id"].astype(str),
        "name": destinations["name"].astype(str),
        "kind": destinations["kind"].astype(str),
        "county_code": destinations["county_code"].fillna("").astype(str),
        "capacity_people": destinations["capacity_people"].astype(float),
    })  # fmt: skip
    sites["name_en"] = destinations.get("name_en", sites["name"]).fillna(sites["name"]).astype(str)
    unknown = sorted(set(sites["kind"]) - set(FORMS))
    if unknown:
        raise InvalidLayerError(
            f"Destinations have the unknown kind {', '.join(unknown)}; wanted {', '.join(FORMS)}.",
            f"安置点的 kind“{'、'.join(unknown)}”未知；应为 {'、'.join(FORMS)}。",
        )
    bad = ~(sites["capacity_people"] >= 0) & (sites["kind"] != SCATTERED)
    if bad.any():
        first = sites[bad].iloc[0]
        raise InvalidLayerError(
            f"Destination {first['name_en']} has capacity_people {first['capacity_people']}; "
            "wanted 0 or more (only the scattered form may leave it empty).",
            f"安置点{first['name']}的 capacity_people 为 {first['capacity_people']}；应不小于0"
            "（只有自主分散迁移可以不填）。",
        )
    given = destinations.get("cost_per_person_yuan", pd.Series(np.nan, index=sites.index))
    given = given.astype(float)
    rows = {form: standards.cost_of(form) for form in sorted(set(sites["kind"]))}
    table = sites["kind"].map({form: row.cost_per_person_yuan for form, row in rows.items()})
    sites["cost_per_person_yuan"] = given.where(given >= 0, table)
    assumed = sites["kind"].map({form: row.nature == "assumed" for form, row in rows.items()})
    sites["assumed"] = assumed & ~(given >= 0)
    return sites.sort_values("destination_id").reset_index(drop=True)


def _units(
    villages: pd.DataFrame, ranking: Ranking, rules: PlanRules
) -> tuple[pd.DataFrame, pd.DataFrame]:
    frame = pd.DataFrame({
        "village_id": villages["village_id"].astype(str),
        "name": villages["name"].astype(str),
        "county_code": villages["county_code"].fillna("").astype(str),
        "people": villages["people"].astype(float),
        "households": villages["households"].astype(float).fillna(0).clip(lower=0),
    })  # fmt: skip
    table = ranking.table[["tier", "score", "rank"]]
    frame = frame.join(table, on="village_id").sort_values("village_id").reset_index(drop=True)
    unknown = ~(frame["people"] > 0) | ~np.isfinite(frame["people"])
    under = np.inf if rules.target_under_people is None else rules.target_under_people
    fixed = frame["village_id"].isin(list(rules.fixed))
    target = unknown | (frame["people"] < under) | fixed
    frame, unknown = frame[target], unknown[target]
    declined = frame["village_id"].isin(rules.declined)
    left = frame[unknown | declined].copy()
    left["why"] = [
        Text("The village declined to move.", "该村不愿搬迁。") if refuses else
        Text("Its number of people is not known (or 0), so it cannot be planned.",
             "该村人口数不详（或为0），无法编入方案。")
        for refuses in left["village_id"].isin(rules.declined)
    ]  # fmt: skip
    units = frame[~unknown & ~declined].reset_index(drop=True)
    if units.empty:
        raise InvalidLayerError(
            "No village is left to plan: none is under the target size with people known and "
            "willing to move.",
            "没有可编入方案的村：没有既在目标人口规模以下、人口数已知又愿意搬迁的村。",
        )
    return units.assign(score=units["score"].fillna(0.0)), left.reset_index(drop=True)


def _times(
    times: pd.DataFrame | NDArray[np.float64], villages: pd.DataFrame, destinations: pd.DataFrame
) -> pd.DataFrame:
    rows = pd.Index(villages["village_id"].astype(str))
    columns = pd.Index(destinations["destination_id"].astype(str))
    if isinstance(times, pd.DataFrame):
        frame = times.set_axis(times.index.astype(str)).set_axis(times.columns.astype(str), axis=1)
        fits = bool(rows.isin(frame.index).all() and columns.isin(frame.columns).all())
        fits = fits and frame.index.is_unique and frame.columns.is_unique
    else:
        fits = np.shape(times) == (len(rows), len(columns))
        frame = pd.DataFrame(times, rows, columns) if fits else pd.DataFrame()
    if not fits:
        raise InvalidParameterError(
            f"The travel times (shape {np.shape(times)}) do not cover the {len(rows)} villages and "
            f"{len(columns)} destinations; compute them again for these layers.",
            f"出行时间（形状 {np.shape(times)}）与{len(rows)}个村、{len(columns)}个安置点不符；"
            "请重新计算。",
        )
    return frame


def _check_fixed(rules: PlanRules, villages: pd.DataFrame, sites: pd.DataFrame) -> None:
    known = set(villages["village_id"].astype(str))
    places = set(sites["destination_id"])
    for village, move in rules.fixed.items():
        if village not in known:
            raise InvalidParameterError(
                f"A fixed decision names village '{village}', which is not in the survey.",
                f"既定决定中的村“{village}”不在调查表中。",
            )
        if move.destination_id is not None and move.destination_id not in places:
            raise InvalidParameterError(
                f"A fixed decision sends {village} to '{move.destination_id}', which is not among "
                "the destinations.",
                f"既定决定将{village}安置到“{move.destination_id}”，但安置点中没有它。",
            )
        if village in rules.declined:
            raise InvalidParameterError(
                f"Village {village} both declined and has a fixed decision; remove one of the two.",
                f"村{village}既登记为不愿搬迁，又有既定决定；请去掉其中一项。",
            )
