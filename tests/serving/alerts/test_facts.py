import json
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.core.moments import today
from hitcast.serving.alerts.facts import Alert, as_json
from hitcast.serving.alerts.facts import find_alerts as find_all
from hitcast.serving.alerts.wording import describe
from hitcast.serving.publish import publish, published_file
from tests.serving.alerts.world import Row, days_of, delivered, forecast, publish_rows, published_home, release
from tests.serving.published_world import fill, make_home

BEFORE = {"predicted_streams": 100_000.0, "predicted_class": "medium"}
NOW = {"run_id": "r2", "as_of_date": date(2022, 1, 1), "predicted_at": datetime(2100, 1, 1)}
PUBLISHED_AT = datetime(2100, 1, 1, 9)
AFTER = {
    "moved": {"predicted_streams": 125_000.0, "predicted_class": "medium"},
    "fell": {"predicted_streams": 60_000.0, "predicted_class": "medium"},
    "crossed": {"predicted_streams": 101_000.0, "predicted_class": "high"},
    "stood": {"predicted_streams": 124_999.0, "predicted_class": "medium"},
    "came": {"predicted_streams": 150_000.0, "predicted_class": "high", "actual_streams": 1},
    "refused": {"predicted_streams": None, "predicted_class": None},
}


def find_alerts(home: Home, threshold: float, kind: str = "forecast_moved", **since: Any) -> list[Alert]:
    return [alert for alert in find_all(home, threshold, **since)[1] if alert.kind == kind]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Published twice: each release was forecast to have 100,000 streams, and then something else; one is new."""
    past = [BEFORE | {"release_id": name} for name in AFTER]
    home = Home(tmp_path)
    publish_rows(home, datetime(2022, 1, 1, 9), prediction_history=past, release_predictions=past)
    latest = [row | NOW | {"release_id": name} for name, row in AFTER.items()]
    latest.append(NOW | {"release_id": "new", "predicted_streams": 1e6, "predicted_class": "high"})
    publish_rows(home, PUBLISHED_AT, prediction_history=past + latest, release_predictions=latest)
    return home


def test_what_moved_or_crossed_a_class_is_listed_the_largest_change_first(home: Home) -> None:
    assert [alert.values["release_id"] for alert in find_alerts(home, 0.25)] == ["fell", "moved", "crossed"]
    assert [alert.values["release_id"] for alert in find_alerts(home, 0.5)] == ["crossed"]


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
    assert [alert.values["previous_predicted_streams"] for alert in find_alerts(home, 0.2)] == [100_000.0]
    publish(home)
    assert [alert.values["previous_predicted_streams"] for alert in find_alerts(home, 0.2)] == [100_000.0]


def test_a_first_publication_alerts_to_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path)
    publish_rows(home, PUBLISHED_AT, prediction_history=[{"run_id": "r1"}], release_predictions=[{"run_id": "r1"}])
    assert find_alerts(home, 0.25) == []


def test_an_alert_says_what_changed(home: Home) -> None:
    fell, moved, crossed = find_alerts(home, 0.25)
    assert describe(fell) == "Artist: Title, 30 days: 100 K to 60.0 K streams (-40%)"
    assert describe(moved).endswith("100 K to 125 K streams (+25%)")
    assert describe(crossed).endswith("100 K to 101 K streams (+1%, medium to high)")
    assert json.loads(as_json([crossed]))[0]["previous_predicted_class"] == "medium"


def test_what_was_sent_of_the_latest_publication_is_found_again(home: Home) -> None:
    assert find_alerts(home, 0.25, sent_through=PUBLISHED_AT, sent_run_id="r2") == find_alerts(home, 0.25)


def test_a_file_of_another_version_is_told(home: Home) -> None:
    with duckdb.connect(str(published_file(home))) as published:
        published.execute("alter table publish_info drop column previous_published_at")
    with pytest.raises(HitcastError, match="another version"):
        find_alerts(home, 0.25)


def test_a_threshold_of_nothing_is_refused(home: Home) -> None:
    for threshold in (0.0, -1.0, float("nan")):
        with pytest.raises(HitcastError, match="must be above 0"):
            find_alerts(home, threshold)


def test_a_move_that_was_not_sent_is_found_after_the_next_publication(home: Home) -> None:
    published, _ = find_all(home, 0.25)
    first = datetime(2022, 1, 1, 9)
    quiet = BEFORE | NOW | {"run_id": "r3", "release_id": "moved", "predicted_streams": 125_000.0}
    quiet |= {"as_of_date": date(2022, 1, 2), "predicted_at": datetime(2101, 1, 1)}
    history = [BEFORE | {"release_id": "moved"}, BEFORE | NOW | AFTER["moved"] | {"release_id": "moved"}, quiet]
    publish_rows(home, datetime(2101, 1, 1, 9), prediction_history=history, release_predictions=[quiet])
    assert find_alerts(home, 0.25) == []
    assert find_alerts(home, 0.25, sent_through=published.published_at, sent_run_id="r2") == []
    (alert,) = find_alerts(home, 0.25, sent_through=first, sent_run_id="r1")
    assert alert.key == "moved|30|r3"


FIRST, THEN = date(2021, 12, 30), date(2021, 12, 31)


def test_a_first_forecast_that_is_high_is_one_fact_for_good(tmp_path: Path) -> None:
    first = [
        forecast("advised", FIRST, 0.84),
        forecast("class", FIRST, 0.6, predicted_class="high"),
        forecast("neither", FIRST, 0.83),
        forecast("later", FIRST, 0.1),
        forecast("refused", FIRST, None),
        # of the other horizon
        forecast("short", FIRST, 0.9, horizon_days=14),
        forecast("short", FIRST, 0.1),
        forecast("over", FIRST, 0.9, actual_streams=100),
    ]
    # no news any more
    long_ago = [forecast("old", date(2021, 12, 9), 0.9)]
    then = [forecast(name, THEN, 0.9) for name in ("advised", "later", "refused")]
    home = published_home(tmp_path, long_ago, first, then)
    found = find_alerts(home, 9, "first_high")
    assert [(alert.key, alert.values["probability_high"]) for alert in found] == [
        ("refused", 0.9),
        ("advised", 0.84),
        ("class", 0.6),
    ]


def test_advice_that_comes_or_goes_is_told_of_each_run(tmp_path: Path) -> None:
    first = [
        forecast("comes", FIRST, 0.8),
        forecast("goes", FIRST, 0.9),
        forecast("stays", FIRST, 0.9),
        forecast("over", FIRST, 0.8),
        forecast("ended", FIRST, 0.9),
        forecast("hit", FIRST, 0.9),
        forecast("still a hit", FIRST, 1, known_streams=100_000),
        forecast("refused", FIRST, None),
    ]
    then = [
        forecast("comes", THEN, 0.9),
        forecast("goes", THEN, 0.8),
        forecast("stays", THEN, 0.95),
        forecast("over", THEN, 0.9, actual_streams=5),
        # its window ended with a day that never came
        forecast("ended", THEN, 0.9, verdict="closed", is_promotion_candidate=False),
        # reaching the class ends the advice, and is no news on the next day
        forecast("hit", THEN, 1, known_streams=100_000),
        forecast("still a hit", THEN, 1, known_streams=120_000),
        # a first chance is no change
        forecast("refused", THEN, 0.9),
        forecast("new", THEN, 0.9),
    ]
    home = published_home(tmp_path, first, then)
    found = find_alerts(home, 9, "plan_changed")
    assert [(alert.key, alert.values["is_promotion_candidate"]) for alert in found] == [
        ("comes|r1231", True),
        ("hit|r1231", False),
        ("goes|r1231", False),
    ]


PAST = [(f"p{number}", date(2021, number, 1)) for number in (3, 5, 7)]
OUT = date(2021, 12, 25)


def spikes(
    root: Path, vk: dict[int, int | None], usual: tuple[int, ...] = (300, 300, 300), other: int = 10
) -> list[str]:
    """Keys of the spikes of a release, with the streams a day of earlier ones of its artist and of another."""
    releases = [release("new", OUT), release("other", date(2021, 1, 1), "b")]
    days = days_of("new", OUT, vk, tiktok=50) + days_of("other", date(2021, 1, 1), dict.fromkeys(range(30), other))
    for each, streams in zip(PAST, usual, strict=False):
        releases.append(release(*each))
        days += days_of(*each, dict.fromkeys(range(-1, 7), streams))
    home = published_home(root, [forecast("new", THEN, 0.1)], releases=releases, release_days=days)
    return [alert.key for alert in find_alerts(home, 9, "spike")]


def test_a_day_far_above_the_artists_past_is_a_spike(tmp_path: Path) -> None:
    assert spikes(tmp_path / "far", {0: 300, 1: 1500, 2: 1700}) == ["new|vk|5"]
    assert spikes(tmp_path / "near", {0: 300, 1: 1499}) == []
    # a teaser has no past, an unknown day no figure
    assert spikes(tmp_path / "teaser", {-1: 9000, 0: 300, 1: None}) == []
    assert spikes(tmp_path / "two", {0: 9000}, (300, 300)) == []
    # one of the three had as much
    assert spikes(tmp_path / "before", {0: 1600}, (300, 300, 1600)) == []
    assert spikes(tmp_path / "small", {0: 99}, (1, 1, 1)) == []
    # no large day of this label
    assert spikes(tmp_path / "label", {0: 1600}, other=1601) == []
    assert spikes(tmp_path / "more", {0: 1500, 1: 1500, 2: 6000, 3: 1500}) == ["new|vk|20"]


def test_the_first_day_of_a_spike_tells_it(tmp_path: Path) -> None:
    releases = [release(*each) for each in PAST] + [release("new", OUT, artist_name="A")]
    days = days_of("new", OUT, {0: 300, 1: 1800, 2: 3000}, tiktok=50)
    for each in PAST:
        days += days_of(*each, dict.fromkeys(range(20), 300))
    home = published_home(tmp_path, [forecast("new", THEN, 0.1)], releases=releases, release_days=days)
    (alert,) = find_alerts(home, 9, "spike")
    assert (alert.values["day"], alert.values["day_count"], alert.values["usual_count"]) == (
        date(2021, 12, 26),
        1800,
        300,
    )
    assert describe(alert).endswith(
        "1.8 K VK streams on 26 Dec 2021, day 1; 6.0 times the artist's usual for that day, 300 (3 earlier releases)"
    )


def test_a_date_that_cannot_be_right_is_told_while_it_matters(tmp_path: Path) -> None:
    def check(name: str, out: date, moved: bool, wrong: bool, verdict: str = "late streams") -> Row:
        row = {"release_id": name, "catalog_release_date": out, "is_date_moved": moved, "is_date_wrong": wrong}
        return row | {"first_plain_stream_date": out + timedelta(3), "verdict": verdict}

    checks = [
        check("moved", OUT, True, False),
        check("refused", OUT - timedelta(1), False, True, "no streams where many were due"),
        check("right", OUT, False, False, "right"),
        check("long ago", date(2021, 11, 1), False, True),
    ]
    releases = [release(row["release_id"], OUT) for row in checks]
    home = published_home(tmp_path, [forecast("right", THEN, 0.1)], releases=releases, release_date_checks=checks)
    found = find_alerts(home, 9, "date_wrong")
    assert [alert.key for alert in found] == [
        "moved|2021-12-25",
        "refused|2021-12-24",
    ]
    assert describe(found[0]).endswith(
        "first VK streams on 28 Dec 2021, after the release date of the catalog, 25 Dec 2021; "
        "the forecast follows the first streams"
    )


def late(root: Path, *rows: list[Row], **tables: Any) -> dict[str, int]:
    """Days that each platform is late, published on 31 December 2021."""
    home = published_home(root, delivered_days=[row for part in rows for row in part], **tables)
    return {alert.key: alert.values["days_late"] for alert in find_alerts(home, 9, "platform_late")}


def test_a_platform_is_late_by_its_own_usual(tmp_path: Path) -> None:
    vk, tiktok = "vk_stream_days", "tiktok_sound_days"
    on_time = delivered(tiktok, date(2021, 12, 30), 1)
    assert late(tmp_path / "time", on_time, delivered(vk, date(2021, 12, 30), 1)) == {}
    assert late(tmp_path / "two", on_time, delivered(vk, date(2021, 12, 28), 1)) == {}
    assert late(tmp_path / "three", on_time, delivered(vk, date(2021, 12, 27), 1)) == {vk: 3}
    # it always comes four days after the other
    assert late(tmp_path / "usual", on_time, delivered(vk, date(2021, 12, 26), 5)) == {}
    assert late(tmp_path / "both", delivered(tiktok, date(2021, 12, 20), 1), delivered(vk, date(2021, 12, 20), 1)) == {
        tiktok: 10,
        vk: 10,
    }
    assert late(tmp_path / "alone", on_time) == {}
    # a vendor who delivers by the month, the last time on the first
    monthly = [
        row | {"delivered_at": datetime(2021, row["delivered_day"].month + 1, 1)}
        for row in delivered(vk, date(2021, 11, 30), 0, 122)
    ]
    assert late(tmp_path / "month", on_time, monthly) == {}
    # an archive, loaded at once long afterwards
    loaded = [row | {"delivered_at": datetime(2021, 12, 31)} for row in delivered(vk, date(2021, 11, 30), 0)]
    other = [row | {"raw_table": tiktok} for row in loaded]
    assert late(tmp_path / "archive", loaded, other) == {}
    # the day after it was loaded VK stops; or both do, three days later
    new = delivered(tiktok, date(2021, 12, 30), 1, 4)
    both = [
        row | {"raw_table": table, "delivered_at": datetime(2021, 12, 27)}
        for table in (vk, tiktok)
        for row in delivered(table, date(2021, 12, 26), 0)
    ]
    assert late(tmp_path / "stopped", both, new) == {vk: 4}
    assert late(tmp_path / "stopped both", both) == {tiktok: 4, vk: 4}


def test_a_day_unknown_for_all_releases_is_not_there_yet(tmp_path: Path) -> None:
    vk, tiktok = "vk_stream_days", "tiktok_sound_days"
    rows = delivered(tiktok, date(2021, 12, 30), 1) + delivered(vk, date(2021, 12, 30), 1)
    for count, expected in ((None, {vk: 3}), (1, {})):
        partial = [row | {"day_state": "partial", "partial_release_count": count} for row in rows[60:63]]
        assert late(tmp_path / str(count), rows[:60], partial, rows[63:]) == expected


def test_a_clock_that_stood_in_the_future_makes_nobody_late_and_hides_no_delay(tmp_path: Path) -> None:
    vk, tiktok = "vk_stream_days", "tiktok_sound_days"
    future, now = datetime(2099, 1, 1), today()

    def days_late(name: str, published_at: datetime, *rows: list[Row]) -> dict[str, int]:
        home = Home(tmp_path / name)
        publish_rows(home, published_at, delivered_days=[row for part in rows for row in part])
        return {alert.key: alert.values["days_late"] for alert in find_alerts(home, 9, "platform_late")}

    on_time = [delivered(table, now - timedelta(1), 1) for table in (vk, tiktok)]
    assert days_late("on time", future, *on_time) == {}
    behind = delivered(vk, now - timedelta(9), 1)
    # nine days further back than it usually is, less the day of the delivery, not the days to 2099
    assert days_late("behind", future, behind, on_time[1]) == {vk: 8}
    # the last three deliveries bear the future's date: what is usual rests on the others
    dated = [row | ({"delivered_at": future} if number < 3 else {}) for number, row in enumerate(behind)]
    assert days_late("dated", datetime.combine(now, time(9)), dated, on_time[1]) == {vk: 8}


def test_a_channel_sent_in_the_future_is_compared_with_what_it_was_sent(home: Home) -> None:
    # r2 was sent while the clock stood in 2099, the call after r3 was lost: r3 moved, r4 did not
    moved = BEFORE | NOW | {"run_id": "r3", "release_id": "moved", "predicted_streams": 300_000.0}
    moved |= {"as_of_date": date(2022, 1, 2), "predicted_at": datetime(2022, 1, 2, 7)}
    sent = BEFORE | NOW | AFTER["moved"] | {"release_id": "moved", "run_id": "r2"}
    still = moved | {"run_id": "r4", "as_of_date": date(2022, 1, 3), "predicted_at": datetime(2022, 1, 3, 7)}
    publish_rows(home, datetime(2022, 1, 2, 9), prediction_history=[sent, moved], release_predictions=[moved])
    publish_rows(home, datetime(2022, 1, 3, 9), prediction_history=[sent, moved, still], release_predictions=[still])
    assert find_alerts(home, 0.25) == []
    found = find_alerts(home, 0.25, sent_through=datetime(2099, 1, 1), sent_run_id="r2")
    assert [alert.values["previous_predicted_streams"] for alert in found] == [125_000.0]
