"""Why a value of a request was refused, in both languages: name, value found, value wanted."""

from collections.abc import Mapping
from typing import Any

from gis_core.text import Text

LONGEST_SHOWN = 60
WANTED = {
    "int_parsing": Text("a whole number", "整数"),
    "int_from_float": Text("a whole number", "整数"),
    "int_type": Text("a whole number", "整数"),
    "float_parsing": Text("a number", "数字"),
    "float_type": Text("a number", "数字"),
    "finite_number": Text("a finite number", "有限的数"),
    "bool_parsing": Text("true or false", "true 或 false"),
    "string_type": Text("text", "文字"),
    "greater_than_equal": Text("at least {ge}", "不小于 {ge} 的数"),
    "greater_than": Text("a number above {gt}", "大于 {gt} 的数"),
    "less_than_equal": Text("at most {le}", "不大于 {le} 的数"),
    "less_than": Text("a number below {lt}", "小于 {lt} 的数"),
    "string_too_short": Text("at least {min_length} characters", "至少 {min_length} 个字符"),
    "string_too_long": Text("at most {max_length} characters", "至多 {max_length} 个字符"),
    "enum": Text("one of {expected}", "{expected} 之一"),
    "literal_error": Text("one of {expected}", "{expected} 之一"),
}


def refusal(item: Mapping[str, Any]) -> Text:
    """Return the sentence for one entry of `RequestValidationError.errors()`."""
    name = ".".join(str(part) for part in item["loc"][1:]) or str(item["loc"][0])
    if item["type"] == "missing":
        return Text(f"{name} is missing.", f"缺少 {name}。")
    found = shown(item["input"])
    wanted = WANTED.get(item["type"])
    if wanted is None:
        return Text(f"{name} is '{found}': {item['msg']}.", f"{name} 为“{found}”：{item['msg']}。")
    limits = {key: shown(value) for key, value in (item.get("ctx") or {}).items()}
    return Text(f"{name} is '{found}', wanted {wanted.en.format(**limits)}.",
                f"{name} 为“{found}”，应为{wanted.zh.format(**limits)}。")  # fmt: skip


def shown(value: Any) -> str:
    """Return a value as people write it: -4.0 as -4, long text cut."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value)
    return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"
