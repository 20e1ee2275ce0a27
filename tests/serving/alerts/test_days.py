"""A month of mornings: every planted fact is alerted once, on its day. `pytest -m soak --days 30` lives all 30.

The days are published files, each as a run would publish it; a run itself takes half a minute.
"""

import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.serving.alerts.send import Wording, send_alerts
from tests.serving.alerts.conftest import MailServer, Webhook
from tests.serving.alerts.world import Row, days_of, delivered, forecast, latest, publish_rows, release

BEGIN = date(2022, 3, 1)
DAYS = 30
MIN_DAYS = 12
VK, TIKTOK = "vk_stream_days", "tiktok_sound_days"
PAST = [(f"past {month}", date(2021, month, 1)) for month in (6, 8, 10)]
SPIKED = BEGIN - timedelta(2)
FORECASTS: dict[str, dict[int, dict[str, Any]]] = {
    # what each release is forecast from each morning on
    "hit": {1: {"chance": 0.9, "streams": 200_000.0, "predicted_class": "high"}},
    "mover": {
        1: {"chance": 0.1, "streams": 50_000.0, "predicted_class": "medium"},
        4: {"streams": 70_000.0},
        # a quarter in two days is no move
        9: {"streams": 80_000.0},
        10: {"streams": 90_000.0},
        # the webhook is down
        11: {"streams": 45_000.0},
        19: {"streams": 110_000.0, "predicted_class": "high"},
        20: {"streams": 109_000.0, "predicted_class": "medium"},
    },
    "plan": {1: {"chance": 0.7}, 5: {"chance": 0.85}, 14: {"chance": 0.8}, 18: {"chance": 0.9}},
    # its first forecast comes late, and says nothing
    "quiet": {1: {"chance": None, "streams": None, "predicted_class": None}, 6: {"chance": 0.2, "streams": 900.0}},
    # the first one is refused, the next is high
    "refused": {3: {"chance": None, "streams": None, "predicted_class": None}, 7: {"chance": 0.85}},
}
LATE_DAYS = {VK: range(8, 13), TIKTOK: range(20, 25)}
"""Mornings on which nothing came of a platform; on the next, all that was due."""
SILENT, LATER = "no streams where many were due", "late streams"
WRONG = {2: ("moved", LATER, True), 16: ("silent", SILENT, False), 21: ("silent", LATER, True)}
"""One is silent first; where its streams come then, the date is as wrong as it was."""
SPIKES = {3: 6_000, 4: 5_500, 5: 300, 12: 30_000, 13: 6_000}
"""VK streams of the release whose artist usually has 1,000 a day, by the morning on which the day is known."""
DOWN = (11, 22)
"""Mornings on which the webhook refuses."""
PLANTED = {
    1: ["first_high hit"],
    2: ["date_wrong moved|"],
    3: ["spike spiked|vk|5"],
    4: ["forecast_moved mover|"],
    5: ["plan_changed plan|"],
    7: ["first_high refused"],
    10: ["platform_late vk_stream_days"],
    12: ["forecast_moved mover|", "spike spiked|vk|20"],
    14: ["plan_changed plan|"],
    16: ["date_wrong silent|"],
    18: ["plan_changed plan|"],
    19: ["forecast_moved mover|"],
    20: ["forecast_moved mover|"],
    23: ["platform_late tiktok_sound_days"],
}
"""What each morning's call should send. Of the 11th the webhook hears on the 12th, of the 22nd on the 23rd."""


def forecasts(number: int) -> Iterator[Row]:
    for name, changes in FORECASTS.items():
        known = {key: value for day in sorted(changes) if day <= number for key, value in changes[day].items()}
        if known:
            chance, streams = known.pop("chance"), known.pop("streams", 50_000.0)
            yield forecast(
                name, BEGIN + timedelta(number - 1), chance, predicted_streams=streams, as_of_day=number, **known
            )


def days(number: int) -> list[Row]:
    """Days of releases that are known on a morning."""
    last = (BEGIN - SPIKED).days + number - 2
    rows = days_of("spiked", SPIKED, dict.fromkeys(range(last + 1), 900))
    for morning, streams in SPIKES.items():
        if morning <= number:
            rows[(BEGIN - SPIKED).days + morning - 2]["vk_streams"] = streams
    for each in PAST:
        rows += days_of(*each, dict.fromkeys(range(40), 1_000))
    return rows


def deliveries(number: int) -> list[Row]:
    rows = []
    for table, late in LATE_DAYS.items():
        missed = number - late.start + 1 if number in late else 0
        rows += delivered(table, BEGIN + timedelta(number - 2 - missed), 1)
    return rows


def checks(number: int) -> list[Row]:
    known = {name: (verdict, is_moved) for day, (name, verdict, is_moved) in WRONG.items() if day <= number}
    return [
        {"release_id": name, "catalog_release_date": BEGIN, "first_plain_stream_date": BEGIN + timedelta(4)}
        | {"verdict": verdict, "is_date_moved": is_moved, "is_date_wrong": not is_moved}
        for name, (verdict, is_moved) in known.items()
    ]


def publish_morning(home: Home, number: int, hour: int = 9) -> None:
    history = [row for each in range(1, number + 1) for row in forecasts(each)]
    names = [*FORECASTS, *{name for name, _, _ in WRONG.values()}]
    releases = [release(name, BEGIN, name) for name in names] + [release(*each) for each in [*PAST, ("spiked", SPIKED)]]
    publish_rows(
        home,
        datetime(BEGIN.year, BEGIN.month, BEGIN.day, hour) + timedelta(number - 1),
        prediction_history=history,
        release_predictions=latest(history),
        release_days=days(number),
        release_date_checks=checks(number),
        delivered_days=deliveries(number),
        releases=releases,
    )


def sent_keys(bodies: list[dict[str, Any]]) -> list[str]:
    return [f"{alert['kind']} {alert['key']}" for body in bodies for alert in body["alerts"]]


@pytest.mark.soak
def test_every_planted_fact_is_alerted_once_on_its_day(
    tmp_path: Path, webhook: Webhook, mail_server: MailServer, pytestconfig: pytest.Config
) -> None:
    home, day_count = Home(tmp_path), min(max(pytestconfig.getoption("--days"), MIN_DAYS), DAYS)
    heard: dict[int, list[str]] = {}
    for number in range(1, day_count + 1):
        publish_morning(home, number)
        send_alerts(home, 0.25, "mail", Wording("ru"))
        before, webhook.status = len(webhook.bodies), 500 if number in DOWN else 200
        if number in DOWN:
            with pytest.raises(HitcastError, match="answered 500"):
                send_alerts(home, 0.25, "webhook", Wording())
            continue
        send_alerts(home, 0.25, "webhook", Wording())
        heard[number] = sent_keys(webhook.bodies[before:])
        # the same morning once more: called again, published again, and rebuilt without what was published before
        publish_morning(home, number, hour=10)
        assert send_alerts(home, 0.25, "webhook", Wording()) == (0, "")
        if number % 7 == 0:
            shutil.rmtree(home.serving)
            publish_morning(home, number, hour=11)
            assert send_alerts(home, 0.25, "webhook", Wording()) == (0, "")
    for number, keys in heard.items():
        assert len(keys) == len(PLANTED.get(number, [])), (number, keys)
        for planted in PLANTED.get(number, []):
            assert sum(key.startswith(planted) for key in keys) == 1, (number, planted, keys)
    assert heard[1] == ["first_high hit"]
    counts = Counter(key for keys in heard.values() for key in keys)
    assert set(counts.values()) == {1}
    # by mail too, in one digest a morning with news
    assert len({mail["Message-ID"] for mail in mail_server.mails}) == len(mail_server.mails) >= 5
    print(f"{day_count} days, {sum(counts.values())} alerts, {len(mail_server.mails)} mails")
