"""Model files: shipped ones are sound, faulty ones are named by line with the cure."""

from pathlib import Path

import pytest
import yaml

from gis_core.errors import InvalidModelError, NotFoundError
from gis_core.suitability.model import Combination, shipped_models
from gis_core.suitability.reader import load_model, model_from_values

SOUND = """\
name: small
title: {en: Small, zh: 小模型}
criteria:
  - name: slope
    title: {en: Slope, zh: 坡度}
    group: location
    layer: elevation
    derive: slope
    unit: deg
    membership: {kind: linear, best: 0, worst: 25}
    weight: 1
    tag: planner
    source: {en: planner, zh: 规划者}
rules:
  - name: near
    title: {en: Near, zh: 附近}
    layer: road
    exclude: {within_m: 100}
    tag: planner
    source: {en: planner, zh: 规划者}
"""


def read(tmp_path: Path, text: str):
    path = tmp_path / "m.yaml"
    path.write_text(text, "utf-8")
    return load_model(path)


@pytest.mark.parametrize("name", shipped_models())
def test_shipped_models_are_sound(name: str) -> None:
    model = load_model(name)
    assert model.name == name
    assert sum(c.weight for c in model.criteria) == pytest.approx(1.0)
    distances = [p for p in (*model.criteria, *model.rules) if p.derive == "distance"]
    assert distances
    assert all(p.tag != "standard" for p in distances)


def test_a_sound_model_and_its_hash(tmp_path: Path) -> None:
    model = read(tmp_path, SOUND)
    assert model.themes() == ["elevation", "road"]
    assert model.rules[0].within_m == 100
    assert read(tmp_path, "# said\n" + SOUND).content_hash == model.content_hash
    assert read(tmp_path, SOUND.replace("25", "26")).content_hash != model.content_hash


def test_a_model_is_rebuilt_from_its_plain_values(tmp_path: Path) -> None:
    model = read(tmp_path, SOUND.replace("kind: linear, best: 0, worst: 25",
                                         "kind: categorical, classes: {7: 1, a: 0.5}"))  # fmt: skip
    kept = yaml.safe_load(yaml.safe_dump(model.document, allow_unicode=True))
    again = model_from_values(kept)
    assert again == model
    assert again.content_hash == model.content_hash
    with pytest.raises(InvalidModelError, match=r"run 7 \(name\): is '', wanted a word"):
        model_from_values(kept | {"name": ""}, source="run 7")


def test_a_threshold_inherits_or_says_more(tmp_path: Path) -> None:
    more = ("kind: linear, best: {value: 2, tag: local, unit: deg}, worst: {value: -25, "
            "tag: standard, source: {en: law, zh: 法律}}")  # fmt: skip
    model = read(tmp_path, SOUND.replace("kind: linear, best: 0, worst: 25", more))
    best, worst, near = model.thresholds()
    assert (best.part, best.value, best.unit, best.tag, best.spread) == (
        "slope", 2, "deg", "local", pytest.approx(0.2)  # not 2.7: no slope is below 0
    )  # fmt: skip
    assert best.source.en == "planner"
    assert (worst.value, worst.tag, worst.spread, worst.source.zh) == (-25, "standard", 0, "法律")
    assert (near.part, near.key, near.unit, near.tag, near.spread) == (
        "near", "within_m", "m", "planner", 20
    )  # fmt: skip
    assert model.rules[0].threshold == near


def test_a_criterion_gives_its_spread_to_thresholds_that_write_none(tmp_path: Path) -> None:
    more = ("kind: trapezoid, low: 2, from: {value: 6, spread: 0}, to: {value: 10, tag: standard}, "
            "high: 25")  # fmt: skip
    text = SOUND.replace("kind: linear, best: 0, worst: 25", more)
    model = read(tmp_path, text.replace("weight: 1", "weight: 1\n    spread: 0.5"))
    assert [t.spread for t in model.criteria[0].thresholds] == [0.5, 0, 0, 0.5]
    assert model.rules[0].threshold is not None
    assert model.rules[0].threshold.spread == 20


def test_works_may_have_a_direction(tmp_path: Path) -> None:
    works = ("    improve: {{how: {{en: x, zh: 某}}, cost_yuan_per_mu: 1, per: 1, limit: 5, "
             "tag: planner, source: {{en: x, zh: 某}}{}}}\n")  # fmt: skip
    for written, meant in (("", None), (", only: lower", "lower"), (", only: raise", "raise")):
        text = SOUND.replace("    weight: 1\n", "    weight: 1\n" + works.format(written))
        improvement = read(tmp_path, text).criteria[0].improvement
        assert improvement is not None
        assert improvement.only == meant
        assert improvement.helps(7) == (meant != "raise")
        assert improvement.helps(3) == (meant != "lower")
    text = SOUND.replace("    weight: 1\n", "    weight: 1\n" + works.format(", only: up"))
    with pytest.raises(InvalidModelError, match=r"line 12 .*is 'up', wanted one of raise, lower"):
        read(tmp_path, text)


KINDS = [
    "{kind: linear, best: 5, worst: 20}",
    "{kind: piecewise, points: [[2, 1], [6, 0.5], [25, 0]]}",
    "{kind: triangular, low: 2, peak: 6, high: 25}",
    "{kind: trapezoid, low: 2, from: 6, to: 10, high: 25}",
    "{kind: sigmoid, middle: 12, width: -3}",
    "{kind: gaussian, centre: 12, width: 3}",
    "{kind: near, centre: 12, width: 3}",
    "{kind: large, middle: 12, steepness: 4}",
    "{kind: small, middle: 12, steepness: 4}",
    "{kind: ecocrop, absolute_min: 2, optimal_min: 6, optimal_max: 10, absolute_max: 25}",
    "{kind: categorical, classes: {a: 1}}",
]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_membership_has_its_thresholds(tmp_path: Path, kind: str) -> None:
    """Keys and values are the membership's own, so that a threshold can be moved by its key."""
    model = read(tmp_path, SOUND.replace("{kind: linear, best: 0, worst: 25}", kind))
    (criterion,) = model.criteria
    given = {t.key: t.value for t in criterion.thresholds}
    assert given == criterion.membership.parameters()
    assert criterion.membership.moved(given) == criterion.membership
    assert bool(given) == ("categorical" not in kind)
    known = " ".join(KINDS)
    with pytest.raises(InvalidModelError, match="wanted one of linear, piecewise") as caught:
        read(tmp_path, SOUND.replace("kind: linear", "kind: liner"))
    named = caught.value.text.en.partition("wanted one of ")[2].rstrip(".").split(", ")
    assert all(f"kind: {name}," in known for name in named)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("topsis", Combination("topsis")),
        ("{method: owa, alpha: 2}", Combination("owa", alpha=2)),
        ("{method: owa, order_weights: [1]}", Combination("owa", order_weights=(1.0,))),
        ("{method: fuzzy_gamma, gamma: 0.9}", Combination("fuzzy_gamma", gamma=0.9)),
    ],
)
def test_combinations(tmp_path: Path, written: str, meant: Combination) -> None:
    assert read(tmp_path, f"{SOUND}combination: {written}\n").combination == meant
    assert read(tmp_path, SOUND).combination == Combination("weighted_sum")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("weight: 1", "weight: -1", r"m.yaml, line 11 \(criteria.1.weight\): is -1.0, wanted 0"),
        ("weight: 1", "weight: .nan", "line 11 .*is 'nan', wanted a number"),
        ("weight: 1", "weight: 0", "no weight is above zero"),
        ("weight: 1", "weigth: 1", r"line 11 .*'weigth' is not known; known are derive, flat"),
        ("best: 0", "best: 25", "line 10 .*they must be different numbers"),
        ("kind: linear", "kind: liner", "line 10 .*wanted one of linear, piecewise"),
        ("kind: linear, best: 0, worst: 25", "kind: piecewise, points: [[2, 1], [1, 0]]",
         "line 10 .*rising values"),
        ("kind: linear, best: 0, worst: 25", "kind: piecewise, points: [[1, 1, 1], [2, 0]]",
         "line 10 .*wanted a value and its score"),
        ("kind: linear, best: 0, worst: 25", "kind: gaussian, centre: 5, width: 1.0e-320",
         "line 10 .*a width other than 0"),
        ("kind: linear, best: 0, worst: 25", "kind: sigmoid, middle: 5, width: 0",
         "line 10 .*a width other than 0"),
        ("kind: linear, best: 0, worst: 25", "kind: small, middle: 5, steepness: 0", "line 10 "),
        ("kind: linear, best: 0, worst: 25",
         "kind: ecocrop, absolute_min: 9, optimal_min: 6, optimal_max: 10, absolute_max: 25",
         "line 10 .*rise in this order"),
        ("kind: linear, best: 0, worst: 25", "kind: categorical, classes: {a: 2}",
         "line 10 .*score from 0 to 1"),
        ("title: {en: Slope, zh: 坡度}", "title: Slope", "line 5 .*both languages"),
        ("title: {en: Slope, zh: 坡度}", "title: {en: Slope, steep, zh: 坡度}",
         "line 5 .*Put a text with a comma in quotes"),
        ("    unit: deg\n", "", r"line 4 \(criteria.1\): 'unit' is missing"),
        ("    tag: planner\n    source: {en: planner, zh: 规划者}\n", "    tag: standard\n"
         "    source: {en: GB/T 19630, zh: 国标}\n", "give no distances"),
        ("exclude: {within_m: 100}", "exclude: {within_m: 100, above: 3}", "line 18 .*2 limits"),
        ("name: small", "name: [small", "line 2: is not YAML"),
        ("name: small", "name: small\nname: other", "line 2: 'name' stands already on line 1"),
        ("weight: 1", "weight: 1\n    weight: 2", "line 12: 'weight' stands already on line 11"),
        ("derive: slope", "derive: aspect", r"line 4 \(criteria.1\): 'flat', the score of level"),
        ("derive: slope", "derive: slope\n    flat: 1", r"line 9 \(criteria.1.flat\): 'flat'"),
        ("{within_m: 100}", "{within_m: 0}", r"line 18 .*within_m\): is 0, which excludes nothing"),
        ("{within_m: 100}", "{inside: false}", "line 18 .*is False, which excludes nothing"),
        ("exclude: {within_m: 100}", "derive: slope\n    exclude: {within_m: 100}",
         "line 18 .*'within_m' looks at the distance"),
        ("{within_m: 100}", "{within_m: {value: 100, spread: -1}}", "line 18 .*spread.*0 or more"),
        ("weight: 1", "weight: 1\n    spread: -1", r"line 12 \(criteria.1.spread\): is -1; wanted"),
        ("membership: {kind: linear, best: 0, worst: 25}",
         "spread: 1\n    membership: {kind: categorical, classes: {a: 1}}",
         r"line 10 \(criteria.1.spread\): goes with a number"),
        ("{within_m: 100}", "{within_m: {value: 0.1, unit: km}}", "Write the value in 'm'"),
        ("{within_m: 100}", "{within_m: {value: 9, tag: standard}}", "line 18 .*no distances"),
        ("exclude: {within_m: 100}", "exclude: {above: 9}",
         r"line 15 \(rules.1\): 'unit' is missing; value has none"),
        ("weight: 1", "weight: 1\n    radius_m: 9",
         r"line 12 \(criteria.1.radius_m\): 'radius_m', in metres, goes with"),
        ("derive: slope", "derive: focal_mean", r"line 4 \(criteria.1\): 'radius_m'"),
        ("unit: deg", "unit: '%'", "line 9 .*is '%', wanted °"),
        ("weight: 1", "weight: 1\n    improve: {how: {en: x, zh: 某}}",
         "line 12 .*'cost_yuan_per_mu' is missing"),
        ("criteria:", "combination: {method: owa}\ncriteria:", "line 3 .*alpha or order_weights"),
        ("criteria:", "combination: {method: topsis, gamma: 1}\ncriteria:", "'gamma' is not known"),
        ("criteria:", "combination: {method: owa, alpha: 0}\ncriteria:", "number above 0"),
        ("criteria:", "combination: {method: owa, order_weights: [1, 1]}\ncriteria:",
         "wanted 1 numbers of 0 or more"),
        ("criteria:", "classes: {S1: 0.5, S2: 0.6, S3: 0.4, N1: 0.2}\ncriteria:",
         "line 3 .*falling numbers"),
    ],
)  # fmt: skip
def test_a_fault_is_named_by_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    head, _, tail = SOUND.rpartition(old) if "standard" in new else SOUND.partition(old)
    with pytest.raises(InvalidModelError, match=said) as caught:
        read(tmp_path, head + new + tail)
    assert caught.value.text.zh != caught.value.text.en


def test_no_distance_is_standard_however_it_is_written(tmp_path: Path) -> None:
    rule = SOUND.rpartition("    exclude: {within_m: 100}\n    tag: planner\n")
    below = "    derive: distance\n    exclude: {below: 100}\n    tag: standard\n"
    with pytest.raises(InvalidModelError, match=r"line 20 .*give no distances"):
        read(tmp_path, rule[0] + below + rule[2])
    criterion = SOUND.replace(
        "layer: elevation\n    derive: slope", "layer: road\n    derive: distance"
    )
    with pytest.raises(InvalidModelError, match=r"line 12 .*give no distances"):
        read(tmp_path, criterion.replace("tag: planner", "tag: standard", 1))


def test_a_distance_that_names_the_organic_standard_must_say_it_gives_none(tmp_path: Path) -> None:
    head, _, tail = SOUND.rpartition("{en: planner, zh: 规划者}")
    with pytest.raises(InvalidModelError, match=r"line 20 .*names GB/T 19630 for a distance"):
        read(tmp_path, f"{head}{{en: GB/T 19630, zh: GB/T 19630}}{tail}")
    said = "{en: GB/T 19630 gives no distance, zh: GB/T 19630未规定距离}"
    assert "19630" in read(tmp_path, f"{head}{said}{tail}").rules[0].source.en


def test_more_rules_than_a_cell_can_know_are_refused(tmp_path: Path) -> None:
    head, _, rule = SOUND.partition("rules:\n")
    many = "".join(rule.replace("name: near", f"name: near{i}") for i in range(33))
    with pytest.raises(InvalidModelError, match="more than 32 rules"):
        read(tmp_path, f"{head}rules:\n{many}")


def test_more_criteria_than_a_cell_can_name_are_refused(tmp_path: Path) -> None:
    head, rest = SOUND.split("criteria:\n")
    criterion = rest.partition("rules:\n")[0]
    many = "".join(criterion.replace("name: slope", f"name: slope{i}") for i in range(256))
    with pytest.raises(InvalidModelError, match="256 criteria, wanted at most 255"):
        read(tmp_path, f"{head}criteria:\n{many}")


def test_an_unknown_model_lists_the_shipped_ones() -> None:
    with pytest.raises(NotFoundError, match="organic_base, pear, screening"):
        load_model("organic_bass")
