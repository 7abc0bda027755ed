"""A county's outline in words: its land, what excludes and limits it, its bases, what would help.

Works on the rows that a run keeps of its counties and on the bases chosen from it, plain bilingual
values both.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from gis_core.suitability.result import CLASS_NAMES
from gis_core.text import Text, as_document
from gis_core.units import MU_PER_HECTARE
from gis_core.words import word

MOST_NAMED = 3  # limiting factors, rules and improvements that one sentence names
WORTH_NAMING = 0.005  # share of the land that is worth a word

Row = Mapping[str, Any]


def outline(row: Row, run: Row, bases: Sequence[Row] | None) -> dict[str, Any]:
    """Return a county's row with its bases and the outline in sentences.

    Parameters
    ----------
    row
        The county's figures as the run's document keeps them.
    run
        The run's document: the rules with titles, tags and sources.
    bases
        The county's bases in the newest choice made from the run; None where none was made.

    Returns
    -------
    outline
        Bilingual plain values: the row, `bases` (None without a choice) and `text`, sentences.
    """
    said = [_land(row), _classes(row)]
    if row["mean_score"] is not None:
        said += [*_limits(row), *_best(row)]
    said += _excluded(row, run)
    said += [] if bases is None else [_bases(bases)]
    said += _help(row)
    return {**row, "bases": None if bases is None else list(bases), "text": as_document(said)}


def total(rows: Sequence[Row]) -> dict[str, Any]:
    """Return the counties' areas added up, in mu and ha, and their mean score by area."""
    keys = [*(f"{n.lower()}_area" for n in CLASS_NAMES), "area", "excluded_area", "no_data_area"]
    sums = {f"{k}_mu": sum(float(r[f"{k}_mu"]) for r in rows) for k in keys}
    scored = [sum(r[f"{n.lower()}_area_mu"] for n in CLASS_NAMES) for r in rows]
    score = sum(r["mean_score"] * a for r, a in zip(rows, scored, strict=True)
                if r["mean_score"] is not None)  # fmt: skip
    hectares = {f"{k}_ha": sums[f"{k}_mu"] / MU_PER_HECTARE for k in keys}
    return {"mean_score": score / sum(scored) if sum(scored) else None, **sums, **hectares}


def area(area_mu: float, lang: str) -> str:
    """Return an area as a planner writes it: mu, with hectares beside it."""
    hectares = area_mu / MU_PER_HECTARE
    if lang == "zh":
        return f"{area_mu:.0f} 亩（{hectares:.0f} 公顷）"
    return f"{area_mu:,.0f} mu ({hectares:,.0f} ha)"


def _land(row: Row) -> Text:
    name = row["name"]
    return Text(f"{name['en']} has {area(row['area_mu'], 'en')} of land.",
                f"{name['zh']}土地面积 {area(row['area_mu'], 'zh')}。")  # fmt: skip


def _classes(row: Row) -> Text:
    whole = row["area_mu"]
    en, zh = [], []
    for name in CLASS_NAMES:
        mu = row[f"{name.lower()}_area_mu"]
        if mu > 0:
            en.append(f"{name} {area(mu, 'en')}, {mu / whole:.1%}")
            zh.append(f"{name} {area(mu, 'zh')}，占 {mu / whole:.1%}")
    shut, gap = row["excluded_area_mu"], row["no_data_area_mu"]
    en.append(f"excluded {area(shut, 'en')}, {shut / whole:.1%}")
    zh.append(f"排除 {area(shut, 'zh')}，占 {shut / whole:.1%}")
    if gap > WORTH_NAMING * whole:
        en.append(f"without data {area(gap, 'en')}, {gap / whole:.1%}")
        zh.append(f"缺数据 {area(gap, 'zh')}，占 {gap / whole:.1%}")
    score = row["mean_score"]
    en[0] = f"{en[0][0].upper()}{en[0][1:]}"
    en_score = "" if score is None else f" The mean score of the rest is {score:.2f}."
    zh_score = "" if score is None else f"未排除土地平均得分 {score:.2f}。"
    return Text(f"{'; '.join(en)}.{en_score}", f"{'；'.join(zh)}。{zh_score}")


def _limits(row: Row) -> list[Text]:
    parts = [p for p in row["limiting_factors"] if p["share"] >= WORTH_NAMING][:MOST_NAMED]
    if not parts:
        return []
    en = ", ".join(f"{p['title']['en']} on {p['share']:.0%}" for p in parts)
    zh = "、".join(f"{p['title']['zh']}（{p['share']:.0%}）" for p in parts)
    return [Text(f"What holds the scored land back most: {en} of it.",
                 f"参评土地的主要限制因素：{zh}。")]  # fmt: skip


def _best(row: Row) -> list[Text]:
    best = row["best_land"]
    if best is None:
        return []
    at = f"{best['lon']:.4f}, {best['lat']:.4f}"
    return [Text(
        f"Its best land is {area(best['area_mu'], 'en')} of {best['class']} in one piece around "
        f"{at}, mean score {best['mean_score']:.2f}.",
        f"最好的连片土地为 {best['class']} 级 {area(best['area_mu'], 'zh')}，位于经纬度 {at} 一带，"
        f"平均得分 {best['mean_score']:.2f}。",
    )]  # fmt: skip


def _excluded(row: Row, run: Row) -> list[Text]:
    rules = {r["rule"]: r for r in run["excluded"]}
    parts = sorted(row["excluded_by_rule"], key=lambda p: -p["area_mu"])
    parts = [p for p in parts if p["area_mu"] > WORTH_NAMING * row["area_mu"]][:MOST_NAMED]
    if not parts:
        return []
    en, zh = [], []
    for part in parts:
        rule = rules[part["rule"]]
        tag = word(rule["tag"])
        en.append(f"{rule['title']['en']} ({area(part['area_mu'], 'en')}, {tag.en})")
        zh.append(f"{rule['title']['zh']}（{part['area_mu']:.0f} 亩，{tag.zh}）")
    return [Text(f"Most is excluded by {', '.join(en)}; rules overlap.",
                 f"排除面积较大的规则：{'、'.join(zh)}；各规则之间有重叠。")]  # fmt: skip


def _bases(bases: Sequence[Row]) -> Text:
    if not bases:
        return Text("No base was chosen here.", "本县未选入基地。")
    whole = sum(b["area_mu"] for b in bases)
    en = ", ".join(f"no. {b['number']} with {b['area_mu']:,.0f} mu, score {b['mean_score']:.2f}"
                   for b in bases)  # fmt: skip
    zh = "、".join(f"{b['number']} 号 {b['area_mu']:.0f} 亩（得分 {b['mean_score']:.2f}）"
                  for b in bases)  # fmt: skip
    number = len(bases)
    return Text(
        f"{number} base{'' if number == 1 else 's'} chosen here, {area(whole, 'en')}: {en}.",
        f"选入基地 {number} 个，共 {area(whole, 'zh')}：{zh}。",
    )


def _help(row: Row) -> list[Text]:
    parts = row.get("improvements", [])[:MOST_NAMED]
    if not parts:
        return []
    en, zh = [], []
    for part in parts:
        tag, cost = word(part["tag"]), part["cost_yuan_per_mu"]
        en.append(
            f"{part['how']['en']} ({part['title']['en']}), {area(part['area_mu'], 'en')} at "
            f"{cost:,.0f} yuan per mu on average ({tag.en}; {part['source']['en']})"
        )
        zh.append(f"{part['how']['zh']}（{part['title']['zh']}），可提升 "
                  f"{area(part['area_mu'], 'zh')}，平均每亩 {cost:.0f} 元"
                  f"（{tag.zh}；{part['source']['zh']}）")  # fmt: skip
    return [Text(f"What alone would lift most land into a better class: {'; '.join(en)}.",
                 f"单项措施中提升等级面积最大的是：{'；'.join(zh)}。")]  # fmt: skip
