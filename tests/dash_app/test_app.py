"""The server around the pages: headers, limits, languages, what it refuses."""

import ast
from pathlib import Path

import pytest

from dash_app.app import check_address, create_app
from dash_app.settings import Settings
from tests.dash_app.plant import InventedDesk
from vtwin.app.desk import Refused

ROOT = Path(__file__).resolve().parents[2] / "dash_app"


@pytest.fixture(scope="module")
def client():
    return create_app(Settings(), InventedDesk()).server.test_client(use_cookies=False)


def get(client, path, **headers):
    return client.get(path, headers={"Host": "127.0.0.1:8050", **headers})


def test_page_when_fetched_then_nothing_from_outside_may_load(client):
    answer = get(client, "/")
    rules = dict(
        part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; ")
    )
    assert rules["default-src"] == "'none'"
    assert "unsafe-inline" not in rules["script-src"]
    assert "unsafe-eval" not in rules["script-src"]
    assert rules["connect-src"] == "'self'"
    assert b"https://" not in answer.data
    assert b"http://" not in answer.data


@pytest.mark.parametrize(
    ("cookie", "accept", "language", "theme"),
    [("language=en; theme=dark", "ko", "en", "dark"), ("", "en-US", "en", "light"), ("", "ko", "ko", "light"),
     ("theme=<script>", "ko", "ko", "light")],
)  # fmt: skip
def test_page_when_fetched_then_language_and_theme_are_right_at_once(
    client, cookie, accept, language, theme
):
    answer = get(client, "/", Cookie=cookie, **{"Accept-Language": accept})
    assert f'<html lang="{language}" data-theme="{theme}">'.encode() in answer.data


def test_page_when_fetched_then_no_chart_library_comes_with_it(client):
    assert b"plotly.min.js" not in get(client, "/").data
    assert b"async-graph" not in get(client, "/").data


@pytest.mark.parametrize("path", ["/", "/_dash-layout", "/_dash-dependencies", "/data/gantt?run=a"])
def test_request_when_its_host_is_another_name_then_it_is_refused(client, path):
    assert client.get(path, headers={"Host": "evil.example"}).status_code == 403


def test_callback_when_it_comes_from_another_site_then_it_is_refused(client):
    headers = {"Host": "127.0.0.1:8050", "Origin": "https://evil.example"}
    answer = client.post("/_dash-update-component", json={}, headers=headers)
    assert answer.status_code == 403


def test_request_when_it_is_too_large_then_it_is_refused(client):
    body = b"x" * 2_100_000
    answer = client.post(
        "/_dash-update-component",
        data=body,
        headers={"Host": "127.0.0.1", "Content-Type": "application/json"},
    )
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "query",
    ["", "?run=", "?run=../../etc/passwd", "?run=a%00b", "&".join(["?run=a"] + ["run=a"] * 30)],
)
def test_series_when_the_run_is_no_id_then_it_is_a_bad_request(client, query):
    assert get(client, f"/data/wip{query}").status_code == 400


def test_series_when_the_run_has_no_trace_then_it_says_so(client):
    body = get(client, "/data/gantt?run=other", Cookie="language=en").get_json()
    assert body == {"none": "This run kept no trace. Run the comparison here to record one."}


def test_series_when_asked_for_then_all_machines_are_there(client):
    body = get(client, "/data/gantt?run=run-base").get_json()
    assert len(body["rows"]) == 9
    assert all(len(r["start"]) == len(r["state"]) for r in body["rows"])


def test_app_when_made_then_it_offers_no_tools_to_language_models(client):
    assert get(client, "/_mcp").status_code in (200, 404)
    assert b"jsonrpc" not in get(client, "/_mcp").data


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.0.5", "::", "plant.example"])
def test_serving_when_the_address_is_not_this_computer_then_it_is_refused(host):
    with pytest.raises(Refused) as refused:
        check_address(host)
    assert refused.value.problems[0].code == "V663"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.0.0.2"])
def test_serving_when_the_address_is_this_computer_then_it_is_allowed(host):
    check_address(host)


def callbacks():
    for path in sorted(ROOT.rglob("callbacks.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and any(
                "callback" in ast.unparse(d) for d in node.decorator_list
            ):
                yield pytest.param(node, id=f"{path.parent.name}.{node.name}")


@pytest.mark.parametrize("node", list(callbacks()))
def test_callback_when_read_then_it_has_at_most_20_lines(node):
    assert node.end_lineno - node.lineno + 1 <= 20


def test_sources_when_searched_then_nothing_is_fetched_or_pickled():
    for path in [*ROOT.rglob("*.py"), *ROOT.rglob("*.js")]:
        source = path.read_text(encoding="utf-8")
        outside = [w for w in source.split() if "://" in w and "w3.org" not in w]
        outside = [w for w in outside if "{" not in w and 'split("://")' not in w]
        assert not outside, (path, outside)
        assert "pickle" not in source
