"""The API answers what the file holds, under a schema, and names nothing outside."""

import json
import re
from typing import Any, get_args

import duckdb
import pytest

from hitcast.core.home import Home
from hitcast.desk.api import Sort
from hitcast.desk.pages.releases import SORTS
from tests.desk.client import Client, serving
from tests.desk.world import FIRST_ID, MODEL, NO_LOG, ODD_NAMES, PAST_ID, RUN, publish

OLDER_ID = "4607000000018"
"""A release of which several mornings are known."""
PATHS = {"/api/v1/releases", "/api/v1/releases/{release_id}", "/api/v1/plan", "/api/v1/health"}


@pytest.fixture
def rows(home: Home) -> Any:
    """Asks the published file, a dictionary a row."""

    def ask(sql: str) -> list[dict[str, Any]]:
        with duckdb.connect(str(home.serving / "hitcast.duckdb"), read_only=True) as connection:
            found = connection.execute(sql)
            names = [column[0] for column in found.description or ()]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    return ask


def plain(value: Any) -> Any:
    return json.loads(json.dumps(value, default=lambda one: one.isoformat()))


def same(answered: dict[str, Any], published: dict[str, Any]) -> None:
    """Whatever both name has the same value."""
    common = set(answered) & set(published)
    assert len(common) > 3
    assert {name: answered[name] for name in common} == plain({name: published[name] for name in common})


@pytest.mark.parametrize("horizon", [14, 30])
def test_releases_are_those_of_the_file(desk: Client, rows: Any, horizon: int) -> None:
    answer = desk.get("/api/v1/releases", show="all", limit=1000, horizon=horizon).json
    published = {row["release_id"]: row for row in rows(f"from release_predictions where horizon_days = {horizon}")}
    assert answer["horizon_days"] == horizon
    assert answer["match_count"] == len(published) == len(answer["releases"])
    for row in answer["releases"]:
        # the desk names what is unknown
        same({name: row[name] for name in row if name not in ("label_name", "genre")}, published[row["release_id"]])
    publication = answer["publication"]
    assert publication["run_id"] == RUN
    assert publication["model_name"] == MODEL
    assert publication["data_through_date"] == "2026-03-01"
    assert publication["needed_probability"] == pytest.approx(5 / 6)


def test_whatever_the_table_is_sorted_by_the_answer_is_too(desk: Client) -> None:
    assert set(get_args(Sort)) == set(SORTS)
    labels = [row["label_name"] for row in desk.get("/api/v1/releases", show="all", sort="label").json["releases"]]
    known = [label for label in labels if label]
    assert known == sorted(known, key=str.casefold)
    assert len(set(known)) > 1


def test_parts_make_the_whole(desk: Client) -> None:
    whole = desk.get("/api/v1/releases", show="all", sort="-known", limit=1000).json["releases"]
    parts = [
        row
        for offset in range(0, len(whole), 7)
        for row in desk.get("/api/v1/releases", show="all", sort="-known", limit=7, offset=offset).json["releases"]
    ]
    assert parts == whole


def test_a_release_is_told_whole(desk: Client, rows: Any) -> None:
    answer = desk.get(f"/api/v1/releases/{OLDER_ID}").json
    where = f"where release_id = '{OLDER_ID}'"
    assert [row["horizon_days"] for row in answer["forecasts"]] == [14, 30]
    for answered, published in zip(
        answer["forecasts"], rows(f"from release_predictions {where} order by horizon_days"), strict=True
    ):
        same(answered, published)
    tables = {
        "days": f"from release_days {where} order by day_number",
        "path": f"from release_trajectories {where} order by days_since_release",
        "history": f"from prediction_history {where} and horizon_days = 30 order by as_of_day",
        "similar": f"from similar_releases {where} and horizon_days = 30 order by similarity_rank",
        "reasons": f"from prediction_drivers {where} and horizon_days = 30 order by driver_kind, driver_rank",
    }
    for part, sql in tables.items():
        least = 2
        published = rows(sql)
        assert len(answer[part]) == len(published) > least, part
        for answered, row in zip(answer[part], published, strict=True):
            same(answered, row)
    assert answer["decision"] is None or answer["decision"]["release_id"] == OLDER_ID


def test_the_plan_and_health_are_those_of_the_file(desk: Client, rows: Any) -> None:
    plan = desk.get("/api/v1/plan").json["plan"]
    assert desk.get("/api/v1/plan").json["by"] == "effect"
    assert sorted(map(str, plan)) == sorted(map(str, plain(rows("from promotion_plan"))))
    health = desk.get("/api/v1/health").json
    tables = rows(
        "select raw_table, sum(row_count)::bigint as row_count, count(*) filter (not is_delivered) as missing_count, "
        "max(delivered_day) filter (is_delivered) as last_day, count(*) filter (is_odd) as odd_count "
        "from delivered_days group by all order by all"
    )
    for answered, row in zip(health["tables"], tables, strict=True):
        same(answered, row)
    assert sum(row["missing_count"] for row in health["gaps"]) == 3
    assert sum(row["row_count"] for row in health["rejected_rows"]) == 55
    assert len(health["drift"]) == 4


@pytest.mark.parametrize(("refusal", "why"), [("", "No campaign log has been delivered"), ("too few", "too few")])
def test_without_known_effects_the_plan_ranks_as_the_page_does(home: Home, refusal: str, why: str) -> None:
    refused = (*NO_LOG[1:], f"update promotion_effects set refusal = '{refusal}'")
    publish(home.serving / "hitcast.duckdb", changes=refused if refusal else NO_LOG)
    with serving(home) as address:
        client = Client(address)
        answer, page = client.get("/api/v1/plan").json, client.get("/plan").page
    assert answer["by"] == "size and growth"
    assert why in answer["why"]
    shown = [row.one("a").text for row in page.all("th", scope="row") if row.all("a")]
    assert shown and [row["release_title"] for row in answer["plan"]][: len(shown)] == shown


def test_the_schema_describes_every_path_without_a_word_from_outside(desk: Client) -> None:
    answer = desk.get("/api/v1/openapi.json")
    schema = answer.json
    assert schema["openapi"].startswith("3.")
    assert set(schema["paths"]) == PATHS
    for path in schema["paths"].values():
        assert set(path) == {"get"}, "read-only"
        assert path["get"]["description"]
    assert re.findall(r"https?://[^\s\"]+", answer.text) == []


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/api/v1/docs", "/api/v1", "/api/"])
def test_pages_that_load_scripts_from_elsewhere_are_not_there(desk: Client, path: str) -> None:
    assert desk.get(path).status == 404


@pytest.mark.parametrize(
    "asked",
    [{"limit": "0"}, {"limit": "1001"}, {"limit": "x"}, {"offset": "-1"}, {"offset": "9" * 30}, {"show": "starred"},
     {"show": "x"}, {"sort": "x"}, {"ratio": "0"}, {"ratio": "-1"}, {"horizon": "x"}],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_as_json(desk: Client, asked: dict[str, str]) -> None:
    answer = desk.get("/api/v1/releases", **asked)
    assert answer.status == 422
    assert next(iter(asked)) in answer.json["error"]


@pytest.mark.parametrize("path", ["/api/v1/releases", f"/api/v1/releases/{OLDER_ID}"])
@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"horizon": "7"}, "horizon=7 is none of 14, 30"),
        ({"horizon": "15"}, "horizon=15 is none of 14, 30"),
        ({"ratio": "1e9"}, "ratio=1e9 is no number above 0, 1000 at most"),
        ({"ratio": "nan"}, "ratio"),
    ],
)
def test_what_is_not_there_is_refused_with_what_is(desk: Client, path: str, asked: dict[str, str], said: str) -> None:
    answer = desk.get(path, **asked)
    assert answer.status == 422
    assert said in answer.json["error"]


@pytest.mark.parametrize("path", ["releases", f"releases/{FIRST_ID}", "plan", "health"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_is_written_by_it(desk: Client, path: str, method: str) -> None:
    answer = desk.ask(method, f"/api/v1/{path}", {"content-length": "0"}, b"")
    assert answer.status == 405


def test_a_release_without_a_forecast_or_none_at_all(desk: Client) -> None:
    for release_id in (PAST_ID, "no such"):
        answer = desk.get(f"/api/v1/releases/{release_id.replace(' ', '%20')}")
        assert answer.status == 404
        assert release_id in answer.json["error"]


def test_odd_names_are_told_as_they_are(home: Home) -> None:
    publish(home.serving / "hitcast.duckdb", releases=9, tested=5, changes=ODD_NAMES)
    with serving(home) as address:
        answered = Client(address).get("/api/v1/releases", show="all").json["releases"]
    assert "<script>alert(1)</script> **x** [y](http://z)" in {row["artist_name"] for row in answered}


def test_figures_that_are_no_numbers_are_null(home: Home) -> None:
    change = "update release_predictions set promotion_value = 'nan', share_to_come = 'nan'"
    publish(home.serving / "hitcast.duckdb", releases=3, tested=5, changes=(change,))
    with serving(home) as address:
        reader = Client(address)
        for path in ("/api/v1/releases?show=all", f"/api/v1/releases/{FIRST_ID}", "/", f"/releases/{FIRST_ID}"):
            answer = reader.get(path)
            assert answer.status == 200, path
        answered = reader.get("/api/v1/releases?show=all").json["releases"]
        assert {row["share_to_come"] for row in answered} == {None}


def test_the_server_says_that_it_is_alive_whatever_is_published(home: Home) -> None:
    (home.serving / "hitcast.duckdb").unlink()
    with serving(home) as address:
        assert Client(address).get("/api/v1/alive").json == {"status": "alive"}


@pytest.mark.parametrize(
    "path", ["/", "/releases", "/trust", "/health", "/api/v1/releases", "/api/v1/alive", "/static/desk.css", "/nothing"]
)
def test_head_is_get_without_a_body(desk: Client, path: str) -> None:
    whole, head = desk.get(path), desk.ask("HEAD", path)
    assert head.body == b""
    assert head.status == whole.status
    ignored = {"date"}
    assert {name: text for name, text in head.headers.items() if name not in ignored} == {
        name: text for name, text in whole.headers.items() if name not in ignored
    }
