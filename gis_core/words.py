"""Words that documents keep as keys, as people read them in both languages."""

import errno

from gis_core.text import Text

WORDS = {
    "standard": Text("standard", "标准规定"),
    "local": Text("local rule", "地方规定"),
    "planner": Text("planner's choice", "规划者设定"),
    "optimal": Text("proven best within the gap", "在差距范围内证明最优"),
    "feasible": Text("best found, not proven", "已找到的最优方案，未证明"),
    "infeasible": Text("no plan keeps every rule", "没有方案能满足全部规则"),
    "unknown": Text("nothing found in the time given", "限定时间内未找到方案"),
    "mu": Text("mu", "亩"),
    "score": Text("points of score", "分"),
    "yuan": Text("yuan", "元"),
    "points": Text("points", "分"),
    "boundaries": Text("boundaries", "行政边界"),
    "villages": Text("villages", "村庄"),
    "vector": Text("vector", "矢量"),
    "raster": Text("raster", "栅格"),
    "table": Text("table", "表格"),
    "given": Text("given", "用户提供"),
    "schematic": Text("schematic", "示意"),
    "synthetic": Text("synthetic", "虚构"),
    "prefecture": Text("prefecture", "市"),
    "county": Text("county", "县"),
    "township": Text("township", "乡镇"),
    "village": Text("village", "村"),
}


def word(key: str) -> Text:
    """Return the word of `key`; the key itself, in both languages, where none is kept."""
    return WORDS.get(key, Text(key, key))


TIGHT = ("°", "%", "°C")  # units written without a space


def amount(value: float, unit: str = "", *, lang: str = "en") -> str:
    """Return a number as people write it, three or four figures, with its unit."""
    size = abs(value)
    if size >= 1000:
        text = f"{value:,.0f}" if lang == "en" else f"{value:.0f}"
    else:
        text = f"{value:.{0 if size >= 100 else 1 if size >= 10 else 2}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    if not unit:
        return text
    return f"{text}{unit}" if unit in TIGHT else f"{text} {unit}"


SYSTEM_ZH = {
    errno.ENOENT: "文件或目录不存在",
    errno.EACCES: "没有访问权限",
    errno.EPERM: "系统不允许此操作",
    errno.EISDIR: "是目录，不是文件",
    errno.ENOTDIR: "路径中有一段不是目录",
    errno.ENOSPC: "磁盘空间已满",
    errno.EDQUOT: "磁盘配额已满",
    errno.EROFS: "文件系统为只读",
    errno.ENAMETOOLONG: "名称过长",
    errno.EIO: "读写出错",
}


def refusal(err: OSError) -> Text:
    """Return why the system refused, as it says in English and, where it is usual, in Chinese."""
    said = err.strerror or str(err) or type(err).__name__
    return Text(said, SYSTEM_ZH.get(err.errno or 0, said))
