"""The JSON API in both languages: every sentence in the one asked for, figures the same."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

pytestmark = pytest.mark.postgis
CHINESE = re.compile(r"[\u4e00-\u9fff]")
SAID = {"why", "text", "title", "caveats", "conflicts", "reason", "cure"}  # parts in words
PATHS = ["/api/layers", "/api/runs/suitability-1", "/api/runs/bases-1", "/api/runs/plan-1",
         "/api/plans/plan-1"]  # fmt: skip


def both(client: TestClient, path: str) -> tuple[Any, Any]:
    answers = [client.get(path, headers={"accept-language": lang}) for lang in ("zh-CN", "en-GB")]
    assert [a.status_code for a in answers] == [200, 200]
    assert all(a.headers["content-type"] == "application/json" for a in answers)
    return answers[0].json(), answers[1].json()


def sentences(document: Any, part: str = "") -> Iterator[str]:
    if isinstance(document, dict):
        assert set(document) != {"en", "zh"}, f"{part} is in both languages"
        for key, value in document.items():
            yield from sentences(value, key)
    elif isinstance(document, list):
        for value in document:
            yield from sentences(value, part)
    elif isinstance(document, str) and part in SAID:
        yield document


def figures(document: Any) -> Any:
    """Return the document without its texts."""
    if isinstance(document, dict):
        return {key: figures(value) for key, value in document.items()}
    if isinstance(document, list):
        return [figures(value) for value in document]
    return None if isinstance(document, str) else document


@pytest.mark.parametrize("path", PATHS)
def test_sentences_are_in_the_language_asked_for(client: TestClient, path: str) -> None:
    chinese, english = both(client, path)
    assert figures(chinese) == figures(english)
    said = list(sentences(chinese)), list(sentences(english))
    assert len(said[0]) == len(said[1])
    if path != "/api/layers":
        assert said[0]
    assert [s for s in said[0] if not CHINESE.search(s)] == []
    assert [s for s in said[0] if re.search(r"\d ?(mu|yuan)\b", s)] == []
    assert [s for s in said[1] if re.search(r"[，。；：亩元年]", s)] == []


def test_lang_in_the_address_comes_before_the_header(client: TestClient) -> None:
    answer = client.get("/api/plans/plan-1?lang=en", headers={"accept-language": "zh"})
    assert not CHINESE.search(answer.json()["caveats"][0])


def test_lists_are_the_same_in_both_languages(client: TestClient) -> None:
    for path in ("/api/regions", "/api/runs", "/api/plans"):
        chinese, english = both(client, path)
        assert chinese == english
    units = both(client, "/api/regions")[0]["units"]
    assert all(CHINESE.search(unit["name_zh"]) for unit in units)
    assert not any(CHINESE.search(unit["name_en"]) for unit in units)
