"""What is not there is 404, said in the reader's language, to browsers as a page."""

import pytest
from fastapi.testclient import TestClient

pytestmark = pytest.mark.postgis
BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
LONG = "x" * 5000


@pytest.mark.parametrize(("path", "en", "zh"), [
    ("/maps/nope", "There is no map 'nope'", "没有名为“nope”的地图"),
    ("/maps/" + LONG, "There is no map 'xxx", "没有名为“xxx"),
    ("/maps/overview?county=nope", "no county 'nope'", "没有代码为“nope”的县"),
    ("/maps/overview?county=%00", "no county", "没有代码为"),
    ("/county/nope", "no county 'nope'", "没有代码为“nope”的县"),
    ("/county/" + LONG, "no county 'xxx", "没有代码为“xxx"),
    ("/nothing/here", "nothing at /nothing/here", "没有地址 /nothing/here"),
    ("/assets/nope.js", "no asset 'nope.js'", "没有资源“nope.js”"),
])  # fmt: skip
def test_what_is_not_there_is_said_in_the_readers_language(
    client: TestClient, path: str, en: str, zh: str
) -> None:
    for lang, said in (("en-GB", en), ("zh-CN", zh)):
        answer = client.get(path, headers={"accept-language": lang})
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
        assert said in answer.json()["detail"]
        assert len(answer.json()["detail"]) < 400
        page = client.get(path, headers={"accept-language": lang, **BROWSER})
        assert page.status_code == 404
        assert page.headers["content-type"].startswith("text/html")
        assert f'<html lang="{"zh-CN" if said == zh else "en"}">' in page.text
        assert said.replace("'", "&#39;") in page.text
        assert 'href="/?lang=' in page.text


def test_a_name_that_was_asked_for_stays_text_on_the_page(client: TestClient) -> None:
    page = client.get("/maps/%3Cscript%3Ehit()%3C%2Fscript%3E", headers=BROWSER)
    assert page.status_code == 404
    assert "<script" not in page.text
    page = client.get("/county/%3Cimg src=x onerror=hit()%3E", headers=BROWSER)
    assert "<img" not in page.text


def test_an_empty_county_is_none_given(client: TestClient) -> None:
    whole = client.get("/maps/overview", params={"lang": "en"})
    empty = client.get("/maps/overview?county=&lang=en")
    assert empty.status_code == 200
    assert empty.headers["etag"] == whole.headers["etag"]


def test_the_api_answers_browsers_with_problem_documents_too(client: TestClient) -> None:
    answer = client.get("/api/runs/none-1", headers={**BROWSER, "accept-language": "zh"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(("accepted", "lang"), [
    ("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("fr-FR, zh; q=0.3, en; q=0.7", "en"), ("de", "en"),
    ("en;q=0,zh;q=0.1", "zh"), ("en;q=much,zh", "zh"), ("", "en"),
])  # fmt: skip
def test_the_language_is_the_one_the_reader_prefers(
    client: TestClient, accepted: str, lang: str
) -> None:
    said = client.get("/maps/nope", headers={"accept-language": accepted}).json()["detail"]
    assert ("没有" in said) == (lang == "zh")


def test_a_wrong_method_is_said(client: TestClient) -> None:
    answer = client.post("/api/layers", headers={"accept-language": "zh"})
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET"
    assert answer.json()["detail"] == "/api/layers 不支持 POST；请用 GET 访问。"
