"""Headers matched to fields: by the dictionary, then fuzzily; doubtful ones are not used."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from gis_core.sources.survey.fields import BY_KEY, FIELDS, NEUTRAL_GROUPS, QUALIFIED

USED_FROM = 88.0  # scores are 0 to 100; from here a column is used without asking
DOUBTED_FROM = 72.0  # from here a column waits for a person; below it is a column of its own
UNDER_A_HEADING = 96.0  # column known by itself, its spanning heading unknown
PER_RANK = 0.1  # a later name in the dictionary is a little less certain
UNIT = re.compile(r"[(\[【](.*?)[)\]】]")
PUNCTUATION = re.compile(r"[\s_\-–—::*·..,,、。/\\'\"“”%]+")
SEPARATOR = "/"
NAMED = ("name", "administrative_village", "township", "county")


@dataclass(frozen=True)
class ColumnMatch:
    """What a column was taken for: field key ("" for none), score 0 to 100, whether it is used.

    `index` is the column's position from 0; `unit` stands in the header's brackets.
    """

    index: int
    header: str
    field: str
    score: float
    used: bool
    unit: str = ""

    @property
    def doubtful(self) -> bool:
        """True if the column waits for a person."""
        return bool(self.field) and not self.used


def plain(text: str) -> str:
    """Return a header in comparable form: NFKC, lower case, no spaces or punctuation."""
    return PUNCTUATION.sub("", unicodedata.normalize("NFKC", text).lower())


def without_unit(text: str) -> tuple[str, str]:
    """Return a header without its bracketed parts, and the last of them."""
    text = unicodedata.normalize("NFKC", text)
    inside = UNIT.findall(text)
    return UNIT.sub("", text).strip(), (inside[-1].strip() if inside else "")


@lru_cache(maxsize=1)
def _dictionary() -> dict[str, tuple[str, float]]:
    known: dict[str, tuple[str, float]] = {}
    for field in FIELDS:
        for rank, name in enumerate((*field.names, field.key)):
            known.setdefault(plain(name), (field.key, 100.0 - PER_RANK * min(rank, 30)))
    for field in FIELDS:
        for name in field.names if field.key in NAMED else ():
            for ending in ("名", "名称"):
                known.setdefault(plain(name) + ending, (field.key, 97.0))
    return known


@lru_cache(maxsize=4096)
def match_header(header: str) -> tuple[str, float, str]:
    """Return (field key, score, unit) of one header; ("", 0, unit) if nothing is like it.

    A header of two rows reads ``group/column``.
    """
    group, _, leaf = header.rpartition(SEPARATOR)
    if group:
        return _match_grouped(group, leaf)
    return _match_single(header)


def _match_single(header: str) -> tuple[str, float, str]:
    known = _dictionary()
    bare, unit = without_unit(header)
    for text in (plain(header), plain(bare)):
        if text in known:
            return *known[text], unit
    key = plain(bare)
    if len(key) < 2:
        return "", 0.0, unit
    found = process.extractOne(key, known.keys(), scorer=fuzz.ratio, score_cutoff=DOUBTED_FROM)
    best = (known[found[0]][0], min(float(found[1]), 95.0)) if found else ("", 0.0)
    ended = _ends_with_known(key)
    return *max(best, ended, key=lambda pair: pair[1]), unit


def _ends_with_known(key: str) -> tuple[str, float]:
    """A long header that ends with a known name of two characters or more: doubtful."""
    for start in range(1, len(key) - 1):
        tail = key[start:]
        if tail in _dictionary() and not tail.isascii():
            return _dictionary()[tail][0], DOUBTED_FROM + 2.0
    return "", 0.0


def _match_grouped(group: str, leaf: str) -> tuple[str, float, str]:
    joined = _match_single(group + leaf)
    if joined[0] and joined[1] >= 99:
        return joined
    key, score, unit = _match_single(leaf)
    group_key = plain(without_unit(group)[0])
    for (word, alone), qualified in QUALIFIED.items():
        if word in group_key and key == alone:
            return qualified, min(score, UNDER_A_HEADING), unit
    whole = _match_single(group)
    if not key:
        return (whole[0], min(whole[1], DOUBTED_FROM + 5), unit) if whole[0] else ("", 0.0, unit)
    neutral = any(group_key == plain(name) for name in NEUTRAL_GROUPS)
    return key, score if neutral else min(score, UNDER_A_HEADING), unit


def match_headers(headers: Sequence[str]) -> list[ColumnMatch]:
    """Match every header; a field is given to one column only, the most certain one.

    Columns that lose a field to a better one keep no field and are marked unused; equal
    scores leave the field to the first column and the second doubtful.
    """
    found = [match_header(header) if header else ("", 0.0, "") for header in headers]
    owner: dict[str, int] = {}
    for index, (key, score, _) in enumerate(found):
        if key and (key not in owner or score > found[owner[key]][1]):
            owner[key] = index
    matches = []
    for index, (header, (key, score, unit)) in enumerate(zip(headers, found, strict=True)):
        mine = bool(key) and owner[key] == index
        if key and not mine and score < found[owner[key]][1]:
            key = ""
        matches.append(ColumnMatch(index, header, key, score, mine and score >= USED_FROM, unit))
    return matches


def count_known(headers: Sequence[str]) -> float:
    """How much a row looks like a header: core fields count 1, others a half."""
    seen: set[str] = set()
    for header in headers:
        key, score, _ = match_header(header) if 0 < len(header) <= 60 else ("", 0.0, "")
        if score >= USED_FROM:
            seen.add(key)
    return sum(1.0 if BY_KEY[key].core else 0.5 for key in seen)
