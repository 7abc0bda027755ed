"""Names of counties and townships matched to units: certain, doubtful, or none.

Only what is exact is certain: the code, the name, an alias or a confirmation, the name with
or without its suffix, or its letters. Whatever is merely alike, by letters, sound or
characters, is doubtful and waits for a person.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
from rapidfuzz import fuzz

from gis_core.errors import InvalidLayerError
from gis_core.sources.names import KnownNames, comparable, is_chinese, stem
from gis_core.sources.sound import Readings

State = Literal["certain", "doubtful", "none"]
LEAST_SCORE = 60.0  # of 100; names less alike are no candidates
MOST_CANDIDATES = 5
SAME_SOUND = 90.0  # another name that sounds the same
LIKE_SOUND = 0.85  # weight of likeness by sound between Chinese names
LIKE_CHARACTERS = 0.8  # weight of likeness by characters, in their place
ONE_CHARACTER_STEM = 80.0  # "吉" for 吉县
HIGHER_UNITS = ("省", "市", "州", "盟", "地区", "县", "区")
OTHER_SUFFIX = 88.0  # "大宁市" for 大宁县


@dataclass(frozen=True)
class Candidate:
    """A unit that a name may mean; score 0 to 100, and how they are alike."""

    code: str
    name_zh: str
    name_en: str
    score: float
    how: str


@dataclass(frozen=True)
class NameMatch:
    """What a name was matched to. `code` is "" unless the match is certain."""

    name: str
    state: State
    candidates: tuple[Candidate, ...] = ()

    @property
    def code(self) -> str:
        """Code of the unit if certain, else ""."""
        return self.candidates[0].code if self.state == "certain" else ""

    @property
    def score(self) -> float:
        """Score of the best candidate, 0 without one."""
        return self.candidates[0].score if self.candidates else 0.0

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, fit for JSON."""
        return {
            "name": self.name, "state": self.state, "code": self.code,
            "score": round(self.score, 1),
            "candidates": [
                {"code": c.code, "name_zh": c.name_zh, "name_en": c.name_en,
                 "score": round(c.score, 1), "how": c.how}
                for c in self.candidates
            ],
        }  # fmt: skip


@dataclass(frozen=True)
class _Unit:
    code: str
    name_zh: str
    name_en: str
    letters: frozenset[str]
    parent: str


class Gazetteer:
    """Units by name; built once, asked often.

    Parameters
    ----------
    units
        Columns code, and name_zh or name (text); name_en and pinyin if known; parent_code or
        county_code to tell the units of one parent apart.
    known
        Aliases and confirmations; codes that are not in `units` are passed over.

    Raises
    ------
    InvalidLayerError
        If `units` lacks codes or names.
    """

    def __init__(self, units: pd.DataFrame, *, known: KnownNames | None = None) -> None:
        self.frame = units
        self.known = known or KnownNames()
        self.readings = Readings()
        self._units = self._read_units(units)
        self._exact: dict[str, list[tuple[_Unit, str]]] = defaultdict(list)
        self._stems: dict[str, list[_Unit]] = defaultdict(list)
        for unit in self._units:
            self._index(unit)
        self.by_code = {unit.code: unit for unit in self._units}

    def _read_units(self, units: pd.DataFrame) -> list[_Unit]:
        name = next((c for c in ("name_zh", "name") if c in units), None)
        if "code" not in units or name is None:
            raise InvalidLayerError(
                f"Units need the columns code and name_zh; found {', '.join(map(str, units))}.",
                f"单元表需要 code 和 name_zh 列；现有 {'、'.join(map(str, units))}。",
            )
        rows = [
            {key: _text(row.get(key)) for key in ("code", name, "name_en", "pinyin",
                                                  "parent_code", "county_code")}
            for row in units.drop(columns="geometry", errors="ignore").to_dict("records")
        ]  # fmt: skip
        for key in ("pinyin", "name_en"):
            self.readings.learn((stem(r[name])[0], r[key]) for r in rows if r[key])
            self.readings.learn((comparable(r[name]), r[key]) for r in rows if r[key])
        return [
            _Unit(
                r["code"], r[name], r["name_en"],
                self._letters(r[name], r["name_en"], r["pinyin"]),
                r["county_code"] or r["parent_code"],
            )
            for r in rows
        ]  # fmt: skip

    def _letters(self, name_zh: str, name_en: str, pinyin: str) -> frozenset[str]:
        bare, _ = stem(name_zh)
        whole = comparable(name_zh)
        found = {comparable(pinyin), self.readings.read(bare)}
        if name_en:
            found |= {comparable(name_en), stem(name_en)[0]}
        if len(bare) == 1:  # 吉县 is Jixian, hardly ever Ji
            found = (found - {self.readings.read(bare)}) | {self.readings.read(whole)}
        return frozenset(found - {""})

    def _index(self, unit: _Unit) -> None:
        exact = {(comparable(unit.name_zh), "name"), (unit.code, "code"),
                 (unit.code.ljust(12, "0"), "code")}  # fmt: skip
        if unit.name_en:
            exact.add((comparable(unit.name_en), "name"))
        for key, how in exact:
            if key:
                self._exact[key].append((unit, how))
        self._stems[stem(unit.name_zh)[0]].append(unit)
        for letters in unit.letters:
            self._stems[letters].append(unit)

    def match(self, name: Any, *, parent: str = "") -> NameMatch:
        """Match one name or code; `parent` keeps the search to the units of one parent.

        Returns
        -------
        match
            Certain with one candidate; doubtful with up to five, best first; or none.
        """
        text = _text(name)
        if not comparable(text):
            return NameMatch(text, "none")
        certain = self._certain(text, parent)
        if certain is not None:
            return NameMatch(text, "certain", (certain,))
        candidates = sorted(self._alike(text, parent), key=lambda c: (-c.score, c.code))
        found = tuple(candidates[:MOST_CANDIDATES])
        return NameMatch(text, "doubtful" if found else "none", found)

    def _certain(self, text: str, parent: str) -> Candidate | None:
        confirmed = self.known.get(text)
        if confirmed in self.by_code and _within(self.by_code[confirmed], parent):
            return _candidate(self.by_code[confirmed], 100.0, "confirmed")
        key = comparable(text)
        exact = {u.code: (u, how) for u, how in self._exact.get(key, ()) if _within(u, parent)}
        if len(exact) == 1:
            unit, how = next(iter(exact.values()))
            return _candidate(unit, 100.0, how)
        if exact:
            return None
        bare, suffix = (key, "") if key in self._stems else stem(text)
        alike = {u.code: u for u in self._stems.get(bare, ()) if _within(u, parent)}
        if not is_chinese(text) and not alike and suffix in ("county", "xian"):
            alike = {u.code: u for u in self._stems.get(bare + "xian", ()) if _within(u, parent)}
        if len(alike) == 1:
            unit = next(iter(alike.values()))
            own = stem(unit.name_zh)[1]
            if not is_chinese(text):
                return _candidate(unit, 97.0, "letters")
            if len(bare) > 1 and (not suffix or not own or suffix == own):
                return _candidate(unit, 98.0, "without suffix")
        return self._by_path(key, parent)

    def _by_path(self, key: str, parent: str) -> Candidate | None:
        """A full address, 某省某市大宁县: ends with one unit's whole name after a higher unit's."""
        ends = [
            u for u in self._units
            if _within(u, parent) and len(comparable(u.name_zh)) > 1
            and key.endswith(comparable(u.name_zh))
            and key[: -len(comparable(u.name_zh))].endswith(HIGHER_UNITS)
        ]  # fmt: skip
        return _candidate(ends[0], 96.0, "address") if len(ends) == 1 else None

    def _alike(self, text: str, parent: str) -> Iterable[Candidate]:
        chinese = is_chinese(text)
        bare, suffix = stem(text)
        key = comparable(text)
        sound = {self.readings.read(bare), self.readings.read(key)} - {""} if chinese else {key}
        for unit in self._units:
            if not _within(unit, parent):
                continue
            best = self._likeness(unit, bare, suffix, sound) if chinese else _by_letters(unit, key)
            if best[0] >= LEAST_SCORE:
                yield _candidate(unit, *best)

    def _likeness(self, unit: _Unit, bare: str, suffix: str, sound: set[str]) -> tuple[float, str]:
        own, own_suffix = stem(unit.name_zh)
        if bare == own:
            if suffix and own_suffix and suffix != own_suffix:
                return OTHER_SUFFIX, "other suffix"
            return ONE_CHARACTER_STEM if len(bare) == 1 else 99.0, "name"
        by_sound = max((fuzz.ratio(a, b) for a in sound for b in unit.letters), default=0.0)
        sounds = SAME_SOUND if by_sound == 100 else LIKE_SOUND * by_sound
        shared = sum(a == b for a, b in zip(bare, own, strict=False))
        characters = LIKE_CHARACTERS * max(
            100.0 * shared / max(len(bare), len(own)),
            fuzz.ratio(bare, own) if len(bare) > 1 and len(own) > 1 else 0.0,
        )
        if len(bare) == 1 and bare == own[0]:
            characters = max(characters, 70.0)
        return max((sounds, "sound"), (characters, "characters"))


def _by_letters(unit: _Unit, key: str) -> tuple[float, str]:
    score = max((fuzz.ratio(key, letters) for letters in unit.letters), default=0.0)
    return min(score, 95.0), "letters"


def _within(unit: _Unit, parent: str) -> bool:
    return not parent or unit.parent == parent


def _candidate(unit: _Unit, score: float, how: str) -> Candidate:
    return Candidate(unit.code, unit.name_zh, unit.name_en, score, how)


def _text(value: Any) -> str:
    """Return a cell as text: 141030.0 is 141030, None and NaN are empty."""
    if value is None or value != value:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def confirmation_lines(matches: Iterable[NameMatch]) -> str:
    """Return lines for a confirmations file, one a candidate, each still commented out.

    A person takes the ``#`` away before the right one.
    """
    lines = []
    for match in matches:
        if match.state == "certain":
            continue
        lines.append(f"# {match.name}")
        for unit in match.candidates:
            named = " ".join(filter(None, (unit.name_zh, unit.name_en)))
            lines.append(f'#"{match.name}": "{unit.code}"  # {named}, {unit.score:.0f}/100')
    return "\n".join(lines) + "\n" if lines else ""


def match_name(
    name: Any, units: "pd.DataFrame | Gazetteer", *, known: KnownNames | None = None
) -> NameMatch:
    """Match one name to units; for many names build a `Gazetteer` once.

    Raises
    ------
    InvalidLayerError
        If `units` lacks codes or names.
    """
    gazetteer = units if isinstance(units, Gazetteer) else Gazetteer(units, known=known)
    return gazetteer.match(name)
