"""Which columns of a boundary file hold code, names and parent: by name, then by content."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypedDict, Unpack

import pandas as pd

from gis_core.errors import InvalidLayerError
from gis_core.sources.vectors import code_text

CODE_FIELDS = (
    "adcode", "ad_code", "code", "gbcode", "gb_code", "gb", "pac", "xzqdm", "xzdm", "qxdm",
    "adm4_pcode", "adm3_pcode", "adm2_pcode", "adm1_pcode", "shapeid", "geocode", "cc_3", "cc_2",
    "行政区划代码", "区划代码", "区划码", "行政代码", "县代码", "区县代码", "代码", "编码",
)  # fmt: skip
WEAK_CODE_FIELDS = ("id", "gid", "gid_3", "gid_2", "ext_id", "fid_code", "编号")
NAME_FIELDS = (
    "name", "fullname", "name_local", "shapename", "xzqmc", "xzmc", "qxmc", "mc", "label",
    "名称", "行政区名称", "行政区划名称", "区县", "县名", "区县名", "地名", "县", "乡镇",
    "乡镇名称",
)  # fmt: skip
NAME_ZH_FIELDS = (
    "name_zh", "name_chn", "name_cn", "zh_name", "cname", "chn_name", "nl_name_3", "nl_name_2",
    "adm3_zh", "adm2_zh", "adm1_zh", "中文名", "中文名称",
)  # fmt: skip
NAME_EN_FIELDS = (
    "name_en", "eng_name", "name_eng", "en_name", "ename", "name_py", "pinyin", "py", "name_3",
    "name_2", "adm3_en", "adm2_en", "adm1_en", "英文名", "英文名称", "拼音",
)  # fmt: skip
PARENT_FIELDS = (
    "parent_code", "parent", "parentcode", "parent_adcode", "pid", "pcode_parent", "upcode",
    "上级代码", "上级行政区代码", "父级代码",
)  # fmt: skip
CODE_PATTERN = re.compile(r"^\d{2}(\d{2}){0,5}$")  # GB/T 2260 and its finer levels
CHINESE = re.compile(r"[\u3400-\u9fff]")
LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")


@dataclass(frozen=True)
class BoundaryFields:
    """The column of each role; '' where the file has none."""

    code: str
    name_zh: str = ""
    name_en: str = ""
    parent: str = ""


class NamedFields(TypedDict, total=False):
    """Columns that the user names; None or absent: found by name and content."""

    code_field: str | None
    name_field: str | None
    name_en_field: str | None
    parent_field: str | None


def find_fields(table: pd.DataFrame, *, what: str, **named: Unpack[NamedFields]) -> BoundaryFields:
    """Find the columns of codes, names and parents; a named one is taken as it is.

    Parameters
    ----------
    table
        The attributes, without geometry.
    what
        The file, for messages.
    named
        Columns that the user names.

    Raises
    ------
    InvalidLayerError
        If a named column is missing, or no column looks like codes.
    """
    for option, field in named.items():
        _refuse_unknown(table, field, "--" + option.replace("_", "-"), what)
    code = named.get("code_field") or _find_code(table)
    if not code:
        raise InvalidLayerError(
            f"{what}: no column looks like codes; the columns are {_listed(table, ', ')}. Name it "
            "with --code-field.",
            f"{what}：没有类似行政区划代码的字段；现有字段：{_listed(table, '、')}。"
            "请用 --code-field 指定。",
        )
    zh, en = _find_names(table, code, named.get("name_field"), named.get("name_en_field"))
    parent = named.get("parent_field") or _find_parent(table, code)
    return BoundaryFields(code, zh, en, parent)


def _refuse_unknown(table: pd.DataFrame, field: object, option: str, what: str) -> None:
    if field is not None and field not in table.columns:
        raise InvalidLayerError(
            f"{what}: has no column '{field}' ({option}); the columns are {_listed(table, ', ')}.",
            f"{what}：没有字段“{field}”（{option}）；现有字段：{_listed(table, '、')}。",
        )


def _listed(table: pd.DataFrame, separator: str) -> str:
    return separator.join(str(c) for c in table.columns) or "-"


def _by_name(table: pd.DataFrame, names: Iterable[str]) -> list[str]:
    """Return the columns whose name stands in `names`, in the order of `names`."""
    lowered = {str(c).strip().lower(): str(c) for c in table.columns}
    return [lowered[name] for name in names if name in lowered]


def _find_code(table: pd.DataFrame) -> str:
    for column in _by_name(table, CODE_FIELDS):
        if _texts(table[column]):
            return column
    weak = _by_name(table, WEAK_CODE_FIELDS)
    others = [str(c) for c in table.columns if str(c) not in weak]
    by_content = [c for c in (*weak, *others) if _looks_like_codes(table[c])]
    if by_content:
        return by_content[0]
    return next((c for c in weak if _is_unique(table[c])), "")


def _texts(column: pd.Series) -> list[str]:
    return [text for text in (code_text(value) for value in column) if text]


def _is_unique(column: pd.Series) -> bool:
    texts = _texts(column)
    return bool(texts) and len(set(texts)) == len(texts)


def _looks_like_codes(column: pd.Series) -> bool:
    """Tell whether all values are division codes of one length (at least four digits)."""
    if pd.api.types.is_bool_dtype(column):
        return False
    texts = _texts(column)
    lengths = {len(text) for text in texts}
    return (
        len(texts) == len(column)
        and len(lengths) == 1
        and min(lengths) >= 4
        and all(CODE_PATTERN.match(text) for text in texts)
        and len(set(texts)) > len(texts) / 2
    )


def _share(column: pd.Series, pattern: re.Pattern[str]) -> float:
    texts = [str(value) for value in column.dropna() if isinstance(value, str) and value.strip()]
    return sum(bool(pattern.search(text)) for text in texts) / len(texts) if texts else 0.0


def _find_names(
    table: pd.DataFrame, code: str, name_field: str | None, name_en_field: str | None
) -> tuple[str, str]:
    """Return the columns of Chinese and English names; a plain ``name`` goes by its script."""
    zh = en = ""
    if name_field is not None:
        if _share(table[name_field], CHINESE) >= 0.5 or name_en_field is not None:
            zh = name_field
        else:
            en = name_field
    en = name_en_field or en
    taken = {code, zh, en}
    plain = _by_name(table, NAME_FIELDS)
    if not zh:
        named = [c for c in (*_by_name(table, NAME_ZH_FIELDS), *plain) if c not in taken]
        zh = next((c for c in named if _share(table[c], CHINESE) >= 0.5), "")
        zh = zh or _by_content(table, CHINESE, taken)
    if not en:
        named = [c for c in (*_by_name(table, NAME_EN_FIELDS), *plain) if c not in taken | {zh}]
        en = next((c for c in named if _is_latin(table[c])), "")
    return zh, en


def _is_latin(column: pd.Series) -> bool:
    return _share(column, LATIN) >= 0.5 and _share(column, CHINESE) < 0.1


def _by_content(table: pd.DataFrame, pattern: re.Pattern[str], taken: set[str]) -> str:
    """Return the text column in the script of `pattern` with the most different values."""
    fitting = [
        str(c) for c in table.columns
        if str(c) not in taken and _share(table[c], pattern) >= 0.9
    ]  # fmt: skip
    return max(fitting, key=lambda c: table[c].nunique(), default="")


def _find_parent(table: pd.DataFrame, code: str) -> str:
    match = re.fullmatch(r"adm(\d)_pcode", code.lower())
    if match is not None and int(match[1]) > 0:
        upper = _by_name(table, [f"adm{int(match[1]) - 1}_pcode"])
        if upper:
            return upper[0]
    return next((c for c in _by_name(table, PARENT_FIELDS) if c != code), "")


def parent_text(value: Any) -> str:
    """Return a parent's code as text; a nested ``{"adcode": 141000}`` gives ``141000``."""
    if isinstance(value, dict):
        return code_text(value.get("adcode", value.get("code")))
    return code_text(value)


def name_text(value: Any) -> str:
    """Return a name as text without outer blanks; '' for a missing one."""
    return value.strip() if isinstance(value, str) else ""
