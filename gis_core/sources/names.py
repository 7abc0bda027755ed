"""Names of places in comparable form: suffixes, spellings, and what a person has confirmed."""

import csv
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

import yaml

from gis_core.errors import InvalidParameterError
from gis_core.located import LocatedDocument
from gis_core.sources.survey.csv_sheet import decode_text
from gis_core.writing import written_whole

SUFFIXES_ZH = (
    "街道办事处", "自治县", "自治州", "办事处", "开发区", "街道", "地区", "林区", "矿区", "新区",
    "苏木",
    "县", "市", "区", "旗", "镇", "乡", "州", "盟",
)  # fmt: skip
SUFFIX_EN = re.compile(
    r"[\s_-]+(county|district|city|township|town|subdistrict|prefecture|banner|xian|qu|shi|zhen"
    r"|xiang|jiedao)\.?$"
)
NOT_LETTERS = re.compile(r"[\s\-_'’`´·.]+")


def is_chinese(text: str) -> bool:
    """True if a Han character stands in `text`."""
    return any("\u3400" <= c <= "\u9fff" for c in text)


def comparable(name: str) -> str:
    """Return a name in NFKC, lower case, without spaces, hyphens and apostrophes."""
    return NOT_LETTERS.sub("", unicodedata.normalize("NFKC", str(name)).lower())


def stem(name: str) -> tuple[str, str]:
    """Return (name without its suffix, suffix), both comparable: 大宁县 → 大宁, 县.

    ``Daning County`` → daning, county. A name that is all suffix keeps it.
    """
    if not is_chinese(name):
        lower = unicodedata.normalize("NFKC", name).lower().strip()
        found = SUFFIX_EN.search(lower)
        return (comparable(SUFFIX_EN.sub("", lower)), found.group(1) if found else "")
    text = comparable(name)
    for suffix in SUFFIXES_ZH:
        if text.endswith(suffix) and len(text) > len(suffix):
            return text[: -len(suffix)], suffix
    return text, ""


@dataclass(frozen=True)
class KnownNames:
    """Names that a person vouches for: aliases and confirmations, name → code."""

    codes: dict[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str | None:
        """Return the code of a name however spaced or cased; None if it is not known."""
        return self.codes.get(comparable(name))

    def with_names(self, pairs: Iterable[tuple[str, str]]) -> "KnownNames":
        """Return the same names and more (name, code) pairs; a later pair replaces an earlier."""
        added = {comparable(name): str(code).strip() for name, code in pairs}
        return KnownNames(self.codes | added)


def read_known_names(path: Path) -> KnownNames:
    """Read aliases or confirmations: YAML ``name: code``, or CSV with columns name, code.

    Raises
    ------
    UnreadableFileError
        If the file is missing or in an unknown encoding.
    InvalidParameterError
        If it has another form, or gives one name two codes.
    """
    text = decode_text(path)
    pairs = _pairs_of_csv(path, text) if path.suffix.lower() == ".csv" else _of_yaml(path, text)
    codes: dict[str, str] = {}
    for name, code in pairs:
        key = comparable(name)
        if codes.setdefault(key, code) != code:
            raise InvalidParameterError(
                f"{path}: '{name}' stands for both {codes[key]} and {code}. Keep one.",
                f"{path}：“{name}”同时对应 {codes[key]} 和 {code}。请只保留一个。",
            )
    return KnownNames(codes)


def _of_yaml(path: Path, text: str) -> list[tuple[str, str]]:
    document = LocatedDocument.of_text(text, source=str(path), as_words=True).values
    if not isinstance(document, Mapping) or not all(
        isinstance(value, str) for value in document.values()
    ):
        raise InvalidParameterError(
            f"{path}: wanted lines 'name: code'.", f"{path}：应由“名称: 代码”行组成。"
        )
    return [(str(name), str(code).strip()) for name, code in document.items()]


def _pairs_of_csv(path: Path, text: str) -> list[tuple[str, str]]:
    reader = csv.DictReader(StringIO(text, newline=""))
    headers = [str(name).strip().lower() for name in reader.fieldnames or ()]
    reader.fieldnames = headers
    name = next((h for h in ("name", "alias", "名称", "别名") if h in headers), None)
    code = next((h for h in ("code", "代码", "编码") if h in headers), None)
    if name is None or code is None:
        raise InvalidParameterError(
            f"{path}: wanted the columns name and code; found {', '.join(headers)}.",
            f"{path}：需要“名称”和“代码”两列；现有 {'、'.join(headers)}。",
        )
    return [(str(r[name]), str(r[code]).strip()) for r in reader if r[name] and r[code]]


def write_known_names(path: Path, names: KnownNames) -> None:
    """Write names as YAML that `read_known_names` reads back.

    Raises
    ------
    StorageError
        If the file cannot be written.
    """
    with written_whole(path) as part:
        part.write_text(
            yaml.safe_dump(dict(sorted(names.codes.items())), allow_unicode=True), "utf-8"
        )
