import json
from collections.abc import Iterator
from datetime import date, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import duckdb
import pytest

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.serving.alerts import Alert, as_json, find_alerts, post
from hitcast.serving.publish import publish, published_file
from tests.serving.published_world import fill, make_home

BEFORE = {"predicted_streams": 100_000.0, "predicted_class": "medium"}
NOW = {"run_id": "r2", "as_of_date": date(2022, 1, 1), "predicted_at": datetime(2100, 1, 1)}
AFTER = {
    "moved": {"predicted_streams": 125_000.0, "predicted_class": "medium"},
    "fell": {"predicted_streams": 60_000.0, "predicted_class": "medium"},
    "crossed": {"predicted_streams": 101_000.0, "predicted_class": "high"},
    "stood": {"predicted_streams": 124_999.0, "predicted_class": "medium"},
    "came": {"predicted_streams": 150_000.0, "predicted_class": "high", "actual_streams": 1},
    "refused": {"predicted_streams": None, "predicted_class": None},
}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Published twice: each release was forecast to have 100,000 streams, and then something else; one is new."""
    past = [BEFORE | {"release_id": name} for name in AFTER]
    home = make_home(tmp_path, prediction_history=past, release_predictions=past)
    publish(home)
    latest = [row | NOW | {"release_id": name} for name, row in AFTER.items()]
    latest.append(NOW | {"release_id": "new", "predicted_streams": 1e6, "predicted_class": "high"})
    fill(home, prediction_history=past + latest, release_predictions=latest)
    publish(home)
    return home


def test_what_moved_or_crossed_a_class_is_listed_the_largest_change_first(home: Home) -> None:
    assert [alert.release_id for alert in find_alerts(home, 0.25)] == ["fell", "moved", "crossed"]
    assert [alert.release_id for alert in find_alerts(home, 0.5)] == ["crossed"]


def test_publishing_the_same_run_again_keeps_its_alerts(home: Home) -> None:
    before = find_alerts(home, 0.25)
    publish(home)
    assert find_alerts(home, 0.25) == before


def test_scoring_again_between_two_publications_hides_no_move(tmp_path: Path) -> None:
    past = [BEFORE | {"release_id": "moved"}]
    home = make_home(tmp_path, prediction_history=past, release_predictions=past)
    publish(home)
    # `predict` on the same data: the same run, at a later time
    past = [row | {"predicted_at": datetime(2099, 1, 1)} for row in past]
    latest = [past[0] | NOW | AFTER["moved"]]
    # and once more with another model, never published
    between = past[0] | {"run_id": "r1b", "predicted_at": datetime(2099, 6, 1), "predicted_streams": 124_000.0}
    fill(home, prediction_history=[*past, between, *latest], release_predictions=latest)
    publish(home)
    assert [alert.previous_predicted_streams for alert in find_alerts(home, 0.2)] == [100_000.0]
    publish(home)
    assert [alert.previous_predicted_streams for alert in find_alerts(home, 0.2)] == [100_000.0]


def test_a_first_publication_alerts_to_nothing(tmp_path: Path) -> None:
    home = make_home(tmp_path, prediction_history=[{}], release_predictions=[{}])
    publish(home)
    assert find_alerts(home, 0.25) == []


def test_an_alert_says_what_changed(home: Home) -> None:
    fell, moved, crossed = find_alerts(home, 0.25)
    assert fell.describe() == "Artist: Title, 30 days: 100 K to 60.0 K streams (-40%)"
    assert moved.describe().endswith("100 K to 125 K streams (+25%)")
    assert crossed.describe().endswith("100 K to 101 K streams (+1%, medium to high)")
    assert json.loads(as_json([crossed]))[0]["previous_predicted_class"] == "medium"


def test_a_file_of_another_version_is_told(home: Home) -> None:
    with duckdb.connect(str(published_file(home))) as published:
        published.execute("alter table publish_info drop column previous_published_at")
    with pytest.raises(HitcastError, match="another version"):
        find_alerts(home, 0.25)


def test_a_threshold_of_nothing_is_refused(home: Home) -> None:
    for threshold in (0.0, -1.0, float("nan")):
        with pytest.raises(HitcastError, match="must be above 0"):
            find_alerts(home, threshold)


@pytest.fixture
def webhook(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """A server that keeps what it is sent; the path /no answers 403."""
    taken: list[object] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(403 if self.path == "/no" else 200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Silence."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("HITCAST_ALERTS_WEBHOOK", f"http://127.0.0.1:{server.server_port}/secret")
    yield taken
    server.shutdown()
    server.server_close()


ALERT = Alert("R1", "Artist", "Title", "2021-12-24", 30, 7, 2000.0, 1000.0, "medium", "low")


def test_alerts_are_posted_as_text_and_data(webhook: list[object]) -> None:
    post([ALERT])
    (body,) = webhook
    assert isinstance(body, dict)
    assert body["text"] == ALERT.describe()
    assert body["alerts"][0]["predicted_streams"] == 2000.0


def test_a_failed_post_is_one_line_without_the_address(webhook: list[object], monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    address = os.environ["HITCAST_ALERTS_WEBHOOK"]
    for wrong, message in (
        (address.replace("/secret", "/no"), "answered 403"),
        ("http://127.0.0.1:1/secret", "could not be reached"),
        ("file:///etc/secret", "is not set to an http"),
        ("", "is not set to an http"),
    ):
        monkeypatch.setenv("HITCAST_ALERTS_WEBHOOK", wrong)
        with pytest.raises(HitcastError, match=message) as refusal:
            post([ALERT])
        assert "secret" not in str(refusal.value)
        assert "\n" not in str(refusal.value)
