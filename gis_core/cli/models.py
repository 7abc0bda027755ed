"""`upland suitability models`, `check` and `weights`: models before any run."""

from typing import Annotated, Any

import typer

from gis_core.cli.common import Json
from gis_core.cli.output import Voice
from gis_core.settings import read_settings
from gis_core.text import Text, localise
from gis_core.words import word
from gis_core.workflows import models as models_flow

ModelName = Annotated[str, typer.Argument(help="A model's YAML file or a shipped model's name.")]
TITLE, WEIGHT = Text("title", "名称"), Text("weight", "权重")
NAME, VALUE, UNIT = Text("name", "标识"), Text("value", "数值"), Text("unit", "单位")
TAG, SOURCE = Text("tag", "标签"), Text("source", "来源")
DIRECTIONS = {None: Text("raise or lower", "升高或降低"), "raise": Text("raise", "升高"),
              "lower": Text("lower", "降低")}  # fmt: skip
ON_SPREADS = Text(
    "± is how far the value may be off; a sensitivity analysis moves the criteria's values so far "
    "and keeps the rules' limits. Where the model writes no spread it is 20 % (planner's choice) "
    "or 10 % (local rule) of the distance to the nearest other threshold of the same membership, "
    "of a curve's breadth, or of a value that stands alone; of distances, times, slopes and "
    "densities at most that share of the value itself. A standard's value has none.",
    "“±”为数值可能的偏差，敏感性分析按此变动准则的阈值，排除规则的限值保持不变。模型未写明时，取该阈值"
    "与同一隶属函数中最近阈值之差（曲线取其宽度，单独的阈值取其数值）的 20%（规划者设定）或 10%（地"
    "方规定）；距离、时间、坡度和密度不超过其数值本身的同一比例。标准规定的数值不变动。",
)


def show_models(
    name: Annotated[str | None, typer.Argument(help="Show this model: a name or a file.")] = None,
    as_json: Json = False,
) -> None:
    """List the shipped models, or show one. Example: upland suitability models apple"""
    voice = Voice(read_settings().lang, as_json)
    if name is None:
        listed = localise(models_flow.list_models(), voice.lang)
        if as_json:
            voice.result({"models": listed})
            return
        voice.table(
            Text("Shipped models", "自带模型"),
            [NAME, TITLE, Text("criteria", "准则"), Text("rules", "规则"),
             Text("purpose", "用途")],
            [[m["name"], m["title"], m["criteria_count"], m["rules_count"], m["purpose"]]
             for m in listed],
        )  # fmt: skip
        return
    model = localise(models_flow.describe_model(name), voice.lang)
    if as_json:
        voice.result(model)
    else:
        _print_model(voice, model)


def check_model(file: ModelName, as_json: Json = False) -> None:
    """Check a model file: what is wrong, by line, or what it holds.

    Example: upland suitability check my_model.yaml
    """
    voice = Voice(read_settings().lang, as_json)
    document = localise(models_flow.check_model(file), voice.lang)
    if as_json:
        voice.result(document)
        return
    tags = {word(tag).in_(voice.lang): count for tag, count in document["thresholds"].items()}
    counts = [f"{tag} {count}" for tag, count in tags.items()]
    typer.echo(Text(
        f"{document['file']}: sound. '{document['title']}' has {document['criteria_count']} "
        f"criteria and {document['rules_count']} rules; thresholds: {', '.join(counts)}.",
        f"{document['file']}：无误。“{document['title']}”有 {document['criteria_count']} 个准则、"
        f"{document['rules_count']} 条规则；阈值：{'、'.join(counts)}。",
    ).in_(voice.lang))  # fmt: skip
    voice.table(
        Text("Layers it looks for", "所需图层"),
        [Text("layer", "图层"), Text("may be missing", "可缺少")],
        [[row["theme"], Text("yes", "是") if row["optional"] else Text("no", "否")]
         for row in document["layers"]],
    )  # fmt: skip
    for note in document["notes"]:
        typer.echo(note)


def show_weights(
    file: Annotated[str, typer.Argument(help="A model, or a YAML file of judgements alone.")],
    as_json: Json = False,
) -> None:
    """Weigh judgements: weights, consistency ratio, the least consistent pair and its mend.

    Example: upland suitability weights judgements.yaml
    """
    voice = Voice(read_settings().lang, as_json)
    document = localise(models_flow.weigh_file(file), voice.lang)
    if as_json:
        voice.result(document)
        return
    voice.table(
        Text(f"Weights ({document['method']})", f"权重（{document['method']}）"),
        [NAME, TITLE, WEIGHT],
        [[row["name"], row["title"], row["weight"]] for row in document["weights"]],
    )
    if document["members"]:
        voice.table(
            Text("Members", "成员"),
            [Text("member", "成员"), Text("share", "份额"),
             Text("consistency ratio", "一致性比率")],
            [[m["name"], m["share"], m["consistency_ratio"]] for m in document["members"]],
        )  # fmt: skip
    for note in document["notes"]:
        typer.echo(note)


def _print_model(voice: Voice, model: dict[str, Any]) -> None:
    typer.echo(f"{model['name']}  {model['title']}")
    typer.echo(model["purpose"])
    voice.table(
        Text("Criteria", "准则"),
        [NAME, TITLE, Text("looks at", "对象"), Text("membership", "隶属函数"), WEIGHT,
         Text("optional", "可选")],
        [[c["name"], c["title"], f"{c['layer']} · {c['derive']}", c["membership"], c["weight"],
          Text("yes", "是") if c["optional"] else ""] for c in model["criteria"]],
    )  # fmt: skip
    thresholds = [t for c in model["criteria"] for t in c["thresholds"]]
    thresholds += [r["threshold"] for r in model["rules"] if r["threshold"]]
    voice.table(
        Text("Thresholds", "阈值"),
        [Text("of", "所属"), Text("key", "参数"), VALUE, Text("±", "±"), UNIT, TAG, SOURCE],
        [[t["part"], t["key"], f"{t['value']:g}", f"{t['spread']:g}", t["unit"], word(t["tag"]),
          t["source"]] for t in thresholds],
    )  # fmt: skip
    typer.echo(ON_SPREADS.in_(voice.lang))
    voice.table(
        Text("Rules", "排除规则"),
        [NAME, TITLE, Text("excludes", "排除条件"), TAG, SOURCE],
        [[r["name"], r["title"], _condition(r), word(r["tag"]), r["source"]]
         for r in model["rules"]],
    )  # fmt: skip
    improvable = [c for c in model["criteria"] if c["improvement"]]
    if improvable:
        voice.table(
            Text("What can be improved", "可改良因素"),
            [TITLE, Text("how", "措施"), Text("yuan per mu", "元/亩"), Text("for", "每改变"),
             Text("to", "方向"), Text("limit", "极限"), UNIT],
            [[c["title"], c["improvement"]["how"], f"{c['improvement']['cost_yuan_per_mu']:g}",
              f"{c['improvement']['per']:g}", DIRECTIONS[c["improvement"]["only"]],
              f"{c['improvement']['limit']:g}", c["unit"]] for c in improvable],
        )  # fmt: skip


def _condition(rule: dict[str, Any]) -> str:
    kind, limit = next(iter(rule["excludes"].items()))
    if rule["threshold"]:
        limit = f"{rule['threshold']['value']:g} {rule['unit']}".strip()
    elif isinstance(limit, list):
        limit = ", ".join(map(str, limit))
    return f"{rule['layer']} · {rule['derive']} {kind} {limit}"
