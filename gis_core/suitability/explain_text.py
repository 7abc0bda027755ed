"""A place's explanation as sentences, in both languages."""

from collections.abc import Mapping, Sequence
from typing import Any

from gis_core.text import Text
from gis_core.words import amount, word

WORTH_SAYING = 0.005  # of a score; less would be shown as 0.00


def sentences(explanation: Mapping[str, Any]) -> list[Text]:
    """Return what `explanation` (plain bilingual values, see `explain_place`) says, in order."""
    said = [_exclusion(rule) for rule in explanation["failed_rules"]]
    said += _lifting(explanation["failed_rules"])
    for title in explanation["missing"]:
        said.append(Text(
            f"No data for {title['en']}, so there is no score.",
            f"“{title['zh']}”没有数据，因此无法评分。",
        ))  # fmt: skip
    if explanation["missing"]:
        return said
    if explanation["failed_rules"]:
        return said + _without_rules(explanation)
    if explanation["class"] is None:
        return [*said, Text("This place lies outside the area of study, so it has no score.",
                            "此处在研究范围之外，没有得分。")]  # fmt: skip
    return [*said, _score(explanation), *_strengths(explanation), *_works(explanation)]


def _exclusion(rule: Mapping[str, Any]) -> Text:
    tag, value, limit = word(rule["tag"]), rule["value"], rule["threshold"]
    en = f"Excluded: {rule['title']['en']}"
    zh = f"排除：{rule['title']['zh']}"
    if rule["value_name"] is not None:
        en, zh = (
            f"{en}: it is {rule['value_name']['en']}",
            f"{zh}：此处为{rule['value_name']['zh']}",
        )
    elif value is not None and limit is not None:
        unit = str(rule["unit"])
        limits = {"above": ("at most", "不高于"), "below": ("at least", "不低于"),
                  "within_m": ("at least", "不小于")}[rule["kind"]]  # fmt: skip
        en += (f": it is {amount(value, unit)}, wanted {limits[0]} {amount(limit, unit)}, missed "
               f"by {amount(rule['missed_by'], unit)}")  # fmt: skip
        zh += (f"：此处为 {amount(value, unit, lang='zh')}，要求{limits[1]} "
               f"{amount(limit, unit, lang='zh')}，相差 "
               f"{amount(rule['missed_by'], unit, lang='zh')}")  # fmt: skip
    return Text(f"{en} ({tag.en}; {rule['source']['en']}).",
                f"{zh}（{tag.zh}；{rule['source']['zh']}）。")  # fmt: skip


def _lifting(rules: Sequence[Mapping[str, Any]]) -> list[Text]:
    """Say which rules a planner may decide otherwise on, and which bind."""
    if not rules:
        return []
    by_tag = {tag: [r["title"] for r in rules if r["tag"] == tag]
              for tag in ("planner", "local", "standard")}  # fmt: skip
    en, zh = [], []
    if by_tag["planner"]:
        en.append(f"the planner can lift {_names(by_tag['planner'], 'en')}")
        zh.append(f"{_names(by_tag['planner'], 'zh')}由规划者设定，可以调整")
    if by_tag["local"]:
        en.append(f"{_names(by_tag['local'], 'en')} is a local rule: only who made it can lift it")
        zh.append(f"{_names(by_tag['local'], 'zh')}属地方规定，须由制定部门调整")
    if by_tag["standard"]:
        en.append(f"{_names(by_tag['standard'], 'en')} follows from a standard or law and cannot "
                  "be lifted")  # fmt: skip
        zh.append(f"{_names(by_tag['standard'], 'zh')}依据标准或法规，不能调整")
    sentence = "; ".join(en)
    return [Text(f"{sentence[0].upper()}{sentence[1:]}.", f"{'；'.join(zh)}。")]


def _names(titles: Sequence[Mapping[str, str]], lang: str) -> str:
    if lang == "zh":
        return "、".join(f"“{t['zh']}”" for t in titles)
    return ", ".join(f"'{t['en']}'" for t in titles)


def _without_rules(explanation: Mapping[str, Any]) -> list[Text]:
    without = explanation["score_without_rules"]
    if without is None:
        return []
    named = explanation["class_without_rules"]
    return [Text(f"Without that it would score {without:.2f} ({named}).",
                 f"若不排除，得分为 {without:.2f}（{named}）。")]  # fmt: skip


def _score(explanation: Mapping[str, Any]) -> Text:
    score, own, above = explanation["score"], explanation["class"], explanation["next_class"]
    en, zh = f"Score {score:.2f}, class {own}", f"得分 {score:.2f}，等级 {own}"
    if above is not None:
        missing = _short_of(above["missing"])
        en += f"; {missing} short of {above['class']}, which begins at {above['limit']:g}"
        zh += f"；距 {above['class']}（下限 {above['limit']:g}）还差 {missing}"
    return Text(f"{en}.", f"{zh}。")


def _short_of(missing: float) -> str:
    """Return a difference of scores with the digits it needs."""
    return f"{missing:.2f}" if missing >= WORTH_SAYING else f"{missing:.1g}"


def _strengths(explanation: Mapping[str, Any]) -> list[Text]:
    rows = explanation["contributions"]
    best = rows[0]
    said = []
    if best["contribution"] is not None:
        said.append(Text(
            f"It gains most from {best['title']['en']} ({best['contribution']:.2f} of "
            f"{best['weight']:.2f}).",
            f"贡献最大的是{best['title']['zh']}（{best['contribution']:.2f}/{best['weight']:.2f}）。",
        ))  # fmt: skip
    held = [r for r in rows if r["name"] == explanation["limiting_factor"]]
    if held and held[0]["could_gain"] is not None and held[0]["could_gain"] > WORTH_SAYING:
        said.append(_held_back(held[0]))
    return said


def _held_back(row: Mapping[str, Any]) -> Text:
    en, zh = f"score {row['score']:.2f}", f"得分 {row['score']:.2f}"
    if row["value_name"] is not None:
        en, zh = f"{row['value_name']['en']}, {en}", f"{row['value_name']['zh']}，{zh}"
    elif row["value"] is not None:
        unit = str(row["unit"])
        en = f"{amount(row['value'], unit)}, {en}"
        zh = f"{amount(row['value'], unit, lang='zh')}，{zh}"
    gain_en = gain_zh = ""
    if row["contribution"] is not None:
        gain_en = f"; at best that would add {row['could_gain']:.2f}"
        gain_zh = f"；若达到最佳可增加 {row['could_gain']:.2f}"
    return Text(f"It is held back most by {row['title']['en']} ({en}){gain_en}.",
                f"限制最大的是{row['title']['zh']}（{zh}）{gain_zh}。")  # fmt: skip


def _works(explanation: Mapping[str, Any]) -> list[Text]:
    found = explanation["improvements"]
    if found is None:
        return []
    said = []
    nearer, best = found["to_next_class"], found["to_best_class"]
    for plan in [nearer] if best is None or best == nearer else [nearer, best]:
        if plan is not None:
            said.append(_plan(plan))
    if found["why_none"] is not None:
        said.append(Text(found["why_none"]["en"], found["why_none"]["zh"]))
    return said


def _plan(plan: Mapping[str, Any]) -> Text:
    cost = plan["cost_yuan_per_mu"]
    en = "; ".join(_work(work, "en") for work in plan["works"])
    zh = "；".join(_work(work, "zh") for work in plan["works"])
    about = ("", "") if plan["exact"] else ("about ", "约")
    return Text(
        f"The cheapest way to {plan['class']}, {about[0]}{amount(cost)} yuan per mu: {en}. Then it "
        f"scores {plan['score_after']:.2f}.",
        f"升至 {plan['class']} 的最低成本为每亩{about[1]} {amount(cost, lang='zh')} 元：{zh}。"
        f"此后得分为 {plan['score_after']:.2f}。",
    )  # fmt: skip


def _work(work: Mapping[str, Any], lang: str) -> str:
    unit, cost = str(work["unit"]), amount(work["cost_yuan_per_mu"], lang=lang)
    old, new = (amount(work[key], unit, lang=lang) for key in ("from_value", "to_value"))
    tag, source, how = word(work["tag"]).in_(lang), work["source"][lang], work["how"][lang]
    if lang == "zh":
        return f"{work['title']['zh']}由 {old} 改为 {new}（{how}，每亩 {cost} 元；{tag}；{source}）"
    return (f"{work['title']['en']} from {old} to {new} ({how}, {cost} yuan per mu; {tag}; "
            f"{source})")  # fmt: skip
