"""Names matched to units: what is exact is certain, what is alike waits, nothing is guessed."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_core.errors import InvalidLayerError, InvalidParameterError, UnreadableFileError
from gis_core.sources.boundaries import read_boundaries
from gis_core.sources.gazetteer import Gazetteer, confirmation_lines, match_name
from gis_core.sources.names import KnownNames, read_known_names, stem, write_known_names
from gis_core.sources.sound import Readings, common_reading, split_syllables

UNITS = pd.DataFrame(
    {
        "code": ["990001", "990002", "990003", "990004"],
        "name_zh": ["大宁县", "乡宁县", "吉县", "霍州市"],
        "name_en": ["Daning", "Xiangning", "Jixian", "Huozhou"],
    }
)
GAZETTEER = Gazetteer(UNITS)


@pytest.mark.parametrize(
    ("name", "code", "how"),
    [
        ("大宁县", "990001", "name"), ("大 宁 县", "990001", "name"), ("Daning", "990001", "name"),
        ("DA-NING", "990001", "name"), ("大宁", "990001", "without suffix"),
        ("霍州", "990004", "without suffix"), ("Daning County", "990001", "letters"),
        ("Ji County", "990003", "letters"), ("Ji Xian", "990003", "name"),
        ("吉县", "990003", "name"),
        ("990001", "990001", "code"), (990001, "990001", "code"), (990001.0, "990001", "code"),
        ("990001000000", "990001", "code"), ("某省某市大宁县", "990001", "address"),
    ],
)  # fmt: skip
def test_exact_names_are_certain(name: object, code: str, how: str) -> None:
    match = match_name(name, GAZETTEER)
    assert (match.state, match.code, match.candidates[0].how) == ("certain", code, how)
    assert match.score >= 96


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("丹宁", "990001"), ("香宁", "990002"), ("吉贤", "990003"), ("吉", "990003"),
        ("霍", "990004"),
        ("大宁市", "990001"), ("Qixian", "990003"), ("Danning", "990001"), ("Huozou", "990004"),
        ("大县", "990001"),
    ],
)  # fmt: skip
def test_alike_names_are_doubtful_with_the_right_unit_first(name: str, code: str) -> None:
    match = GAZETTEER.match(name)
    assert match.state == "doubtful"
    assert match.code == ""
    assert match.candidates[0].code == code
    assert match.score < 96
    assert list(match.candidates) == sorted(match.candidates, key=lambda c: -c.score)


@pytest.mark.parametrize("name", ["", None, float("nan"), "北京", "Washington", "  ", "新疆"])
def test_unlike_names_match_none(name: object) -> None:
    assert GAZETTEER.match(name).state == "none"
    assert GAZETTEER.match(name).as_dict()["candidates"] == []


def test_names_of_two_units_are_doubtful_unless_the_parent_tells() -> None:
    towns = pd.DataFrame(
        {"code": ["1", "2"], "name": ["城关镇", "城关镇"], "county_code": ["10", "20"]}
    )
    gazetteer = Gazetteer(towns)
    assert gazetteer.match("城关镇").state == "doubtful"
    assert len(gazetteer.match("城关镇").candidates) == 2
    assert gazetteer.match("城关镇", parent="20").code == "2"
    assert gazetteer.match("城关", parent="20").code == "2"
    assert gazetteer.match("城关镇", parent="30").state == "none"


def test_aliases_and_confirmations_are_certain(tmp_path: Path) -> None:
    (tmp_path / "aliases.csv").write_text("code,alias\n990001,昕水\n990009,远方\n", "utf-8-sig")
    known = read_known_names(tmp_path / "aliases.csv").with_names([("丹宁", "990001")])
    gazetteer = Gazetteer(UNITS, known=known)
    assert gazetteer.match("昕水").candidates[0].how == "confirmed"
    assert gazetteer.match("丹 宁").code == "990001"
    assert gazetteer.match("远方").state == "none"
    write_known_names(tmp_path / "known.yaml", known)
    assert read_known_names(tmp_path / "known.yaml") == known


def test_confirmation_files_that_make_no_sense(tmp_path: Path) -> None:
    path = tmp_path / "k.yaml"
    path.write_text("大宁: 012\n", "utf-8")
    assert read_known_names(path).get("大宁") == "012"
    for text, words in (("- a\n", "wanted lines"), ("a: [", "YAML"), ("a: {b: c}", "wanted")):
        path.write_text(text, "utf-8")
        with pytest.raises(InvalidParameterError, match=words):
            read_known_names(path)
    table = tmp_path / "k.csv"
    table.write_text("name,code\na,1\nA,2\n", "utf-8")
    with pytest.raises(InvalidParameterError, match="both 1 and 2"):
        read_known_names(table)
    table.write_text("x,y\na,1\n", "utf-8")
    with pytest.raises(InvalidParameterError, match="found x, y"):
        read_known_names(table)
    with pytest.raises(UnreadableFileError):
        read_known_names(tmp_path / "none.yaml")


def test_a_confirmation_is_kept_to_its_parent() -> None:
    towns = pd.DataFrame(
        {"code": ["1", "2"], "name": ["甲镇", "乙镇"], "county_code": ["10", "20"]}
    )
    gazetteer = Gazetteer(towns, known=KnownNames().with_names([("老街", "1")]))
    assert gazetteer.match("老街", parent="10").code == "1"
    assert gazetteer.match("老街", parent="20").code == ""


def test_lines_to_confirm_become_a_confirmation(tmp_path: Path) -> None:
    text = confirmation_lines([GAZETTEER.match("丹宁"), GAZETTEER.match("大宁县")])
    assert '#"丹宁": "990001"  # 大宁县 Daning' in text
    assert "大宁县\n" not in text
    path = tmp_path / "k.yaml"
    path.write_text(text.replace('#"丹宁": "990001"', '"丹宁": "990001"'), "utf-8")
    assert read_known_names(path) == KnownNames({"丹宁": "990001"})


def test_units_without_codes_or_names_are_refused() -> None:
    with pytest.raises(InvalidLayerError, match="code and name_zh"):
        Gazetteer(pd.DataFrame({"name_zh": ["a"]}))


@given(st.one_of(st.text(), st.floats(), st.integers(), st.none()))
def test_never_raises_never_guesses(name: object) -> None:
    match = GAZETTEER.match(name)
    assert (match.state == "certain") == bool(match.code)
    if match.state == "doubtful":
        assert 60 <= match.score < 100


def test_stems() -> None:
    assert stem("大宁县") == ("大宁", "县")
    assert stem("解放路街道") == ("解放路", "街道")
    assert stem("Daning County") == ("daning", "county")
    assert stem("县") == ("县", "")


def test_sounds() -> None:
    assert common_reading("宁") == "ning"
    assert common_reading("座") == "zuo"
    assert common_reading("隰") == common_reading("a") == ""
    assert split_syllables("daning", 2) == ("da", "ning")
    assert split_syllables("xian", 2) == ("xi", "an")
    assert split_syllables("zzz", 2) == ()
    readings = Readings()
    assert readings.read("隰县") == ""
    readings.learn([("隰县", "Xixian"), ("大宁", "wrong")])
    assert readings.read("隰县") == "xixian"
    assert readings.read("大宁") == "daning"


@pytest.mark.shared_data
def test_the_sound_table_agrees_with_published_pinyin(shared_data: Path) -> None:
    rows = pd.read_csv(shared_data / "places" / "linfen_townships_2023_amap_stats.csv", dtype=str)
    pairs = [
        (character, syllable)
        for name, letters in zip(rows["name"], rows["pinyin"], strict=True)
        for character, syllable in zip(name, letters.split(), strict=True)
    ]
    known = [(c, s) for c, s in pairs if common_reading(c)]
    wrong = {c for c, s in known if common_reading(c) != s}
    assert len(known) > 360
    assert wrong == {"洞"}  # Hongtong: a reading of that place only


@pytest.mark.shared_data
@pytest.mark.parametrize("edition", ["ctamap2021_wgs84", "datav_gcj02", "coarse2016"])
def test_dirty_names_are_doubtful_never_wrong(shared_data: Path, edition: str) -> None:
    layer = read_boundaries(shared_data / "boundaries" / f"linfen_counties_{edition}.geojson")
    gazetteer = Gazetteer(layer.frame)
    dirty = pd.read_csv(shared_data / "places" / "world_db_places_box_dirty_names.csv", dtype=str)
    truth = pd.read_csv(shared_data / "census" / "linfen_census2020_county.csv", dtype=str)
    letters = dict(zip(truth["NAME"], truth["CODE"], strict=True))
    inside = {
        "Yaodu": "尧都区", "Quwo": "曲沃县", "Yicheng": "翼城县", "Xiangfen": "襄汾县",
        "Hongtong": "洪洞县", "Guxian": "古县", "Anze": "安泽县", "Fushan": "浮山县",
        "Jixian": "吉县", "Xiangning": "乡宁县", "Daning": "大宁县", "Xixian": "隰县",
        "Yonghe": "永和县", "Puxian": "蒲县", "Fenxi": "汾西县", "Houma": "侯马市",
        "Huozhou": "霍州市",
    }  # fmt: skip
    states = []
    for name, native in dirty[["name", "native"]].itertuples(index=False):
        right = letters.get(inside.get(name, ""), "")
        for match in (gazetteer.match(name), gazetteer.match(native)):
            assert match.code in ("", right), (name, native, match)
            states.append(match.state)
        if right and gazetteer.match(native).state == "doubtful" and native != "西贤":
            assert gazetteer.match(native).candidates[0].code == right, native
    assert states.count("certain") >= 20
    garbled = {
        n: gazetteer.match(n).state for n in ("丹宁", "西贤", "莆县", "福山", "洪通", "宜城")
    }
    assert set(garbled.values()) == {"doubtful"}


@pytest.mark.shared_data
def test_spellings_of_the_source_document(shared_data: Path) -> None:
    path = shared_data / "boundaries" / "linfen_counties_ctamap2021_wgs84.geojson"
    gazetteer = Gazetteer(read_boundaries(path).frame)
    assert gazetteer.match("西贤").candidates[0].name_zh == "隰县"
    assert gazetteer.match("Minxi").candidates[0].name_zh == "汾西县"
    assert gazetteer.match("Qixian").candidates[0].name_zh == "吉县"
    assert gazetteer.match("Luxi").state == "doubtful"
    assert gazetteer.match("Hongtong").candidates[0].name_zh == "洪洞县"
    assert gazetteer.match("Hongtong").state == "doubtful"
    assert gazetteer.match("Hongdong").code == "141024"


@pytest.mark.shared_data
def test_every_census_and_township_name_is_certain(shared_data: Path) -> None:
    path = shared_data / "boundaries" / "linfen_counties_datav_gcj02.geojson"
    gazetteer = Gazetteer(gpd.GeoDataFrame(read_boundaries(path).frame))
    census = pd.read_csv(shared_data / "census" / "linfen_census2020_county.csv", dtype=str)
    for code, name in zip(census["CODE"], census["NAME"], strict=True):
        assert gazetteer.match(name).code == code
