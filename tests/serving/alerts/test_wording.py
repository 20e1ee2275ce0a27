from datetime import date

import pytest

from hitcast.core.words import Language
from hitcast.serving.alerts.facts import KINDS, Alert
from hitcast.serving.alerts.wording import COLUMNS, as_text, describe, digest, subject
from tests.serving.alerts.conftest import MOVED

RELEASE = {"release_id": "R1", "artist_name": "Artist", "release_title": "Title", "horizon_days": 30}
CHANCE = {"probability_high": 0.9, "previous_probability_high": 0.5, "predicted_streams": 120_000.0}
ADVICE = {"share_to_come": 0.4, "known_streams": 101_000, "verdict": "promote"}
SPIKE = {"platform": "tiktok", "day": date(2021, 12, 26), "day_number": 1, "day_count": 40_000}
DATES = {"first_plain_stream_date": date(2021, 12, 28), "catalog_release_date": date(2021, 12, 25)}
LATE = {"release_id": None, "platform": "vk", "last_whole_day": date(2021, 12, 27), "days_late": 3}
SAID: list[tuple[Alert, str, str]] = [
    (
        MOVED,
        "Artist: Title, 30 days: 1.0 K to 2.0 K streams (+100%, low to medium)",
        "Artist: Title, 30 дней: с 1,0 тыс. до 2,0 тыс. прослушиваний (+100 %, класс был низкий, стал средний)",
    ),
    (
        Alert("forecast_moved", "k", {**MOVED.values, "previous_predicted_streams": 0.0, "predicted_class": "low"}),
        "Artist: Title, 30 days: 0 to 2.0 K streams (from nothing)",
        "Artist: Title, 30 дней: с 0 до 2,0 тыс. прослушиваний (с нуля)",
    ),
    (
        Alert("first_high", "k", RELEASE | CHANCE | {"predicted_class": "high", "as_of_day": 1}),
        "Artist: Title: first forecast is high: 120 K streams in 30 days, chance of high 90 %, 1 day known",
        "Artist: Title: первый прогноз – высокий: 120 тыс. прослушиваний за 30 дней, вероятность высокого 90 %, "
        "известно 1 день",
    ),
    (
        Alert("plan_changed", "k", RELEASE | CHANCE | ADVICE | {"is_promotion_candidate": True}),
        "Artist: Title: promoting is now advised: chance of high 50 % to 90 %, 120 K streams in 30 days, 40 % of them "
        "to come",
        "Artist: Title: теперь стоит продвигать: вероятность высокого с 50 % до 90 %, 120 тыс. прослушиваний за "
        "30 дней, впереди 40 %",
    ),
    (
        Alert("plan_changed", "k", RELEASE | CHANCE | ADVICE | {"is_promotion_candidate": False}),
        "Artist: Title: promoting is no longer advised: chance of high 50 % to 90 %, 120 K streams in 30 days",
        "Artist: Title: продвигать больше не стоит: вероятность высокого с 50 % до 90 %, 120 тыс. прослушиваний за "
        "30 дней",
    ),
    (
        Alert("plan_changed", "k", RELEASE | CHANCE | ADVICE | {"verdict": "hit", "is_promotion_candidate": False}),
        "Artist: Title: is a hit already, with 101 K streams: promoting is no longer advised",
        "Artist: Title: уже хит, прослушиваний 101 тыс.: продвигать больше не стоит",
    ),
    (
        Alert("spike", "k", RELEASE | SPIKE | {"usual_count": 4000.0, "earlier_release_count": 3}),
        "Artist: Title: 40.0 K TikTok views on 26 Dec 2021, day 1; 10 times the artist's usual for that day, 4.0 K "
        "(3 earlier releases)",
        "Artist: Title: 40,0 тыс. просмотров TikTok 26 дек. 2021, день 1; в 10 раз больше обычного для артиста в этот "
        "день, 4,0 тыс. (3 прежних релиза)",
    ),
    (
        Alert("spike", "k", RELEASE | SPIKE | {"usual_count": 0.0, "earlier_release_count": 5}),
        "Artist: Title: 40.0 K TikTok views on 26 Dec 2021, day 1; the artist's usual for that day is none (5 earlier "
        "releases)",
        "Artist: Title: 40,0 тыс. просмотров TikTok 26 дек. 2021, день 1; обычно у артиста в этот день ничего (5 "
        "прежних релизов)",
    ),
    (
        Alert("date_wrong", "k", RELEASE | DATES | {"verdict": "early streams", "is_date_moved": False}),
        "Artist: Title: VK streams from 28 Dec 2021 on, before the release date of the catalog, 25 Dec 2021; nothing "
        "is forecast",
        "Artist: Title: прослушивания VK с 28 дек. 2021, раньше даты релиза в каталоге, 25 дек. 2021; прогноза нет",
    ),
    (
        Alert("platform_late", "k", LATE | {"other_last_whole_day": date(2021, 12, 30)}),
        "VK is 3 days late: last whole day 27 Dec 2021; TikTok's 30 Dec 2021",
        "VK опаздывает на 3 дня: последний полный день 27 дек. 2021; у TikTok 30 дек. 2021",
    ),
    (
        Alert("platform_late", "k", LATE | {"other_last_whole_day": None}),
        "VK is 3 days late: last whole day 27 Dec 2021",
        "VK опаздывает на 3 дня: последний полный день 27 дек. 2021",
    ),
]
ALL = [alert for alert, _, _ in SAID]
THROUGH = date(2021, 12, 30)


@pytest.mark.parametrize(("alert", "english", "russian"), SAID)
def test_an_alert_is_one_sentence_in_either_language(alert: Alert, english: str, russian: str) -> None:
    assert describe(alert) == english
    assert describe(alert, "ru") == russian


def test_every_kind_has_words() -> None:
    assert {alert.kind for alert in ALL} == set(KINDS)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_digest_groups_all_in_lines_for_a_mail(language: Language) -> None:
    lines = digest(ALL, language).splitlines()
    assert max(map(len, lines)) <= COLUMNS
    assert sum(line.startswith("- ") for line in lines) == len(ALL)
    flat = " ".join(line.strip() for line in lines)
    assert all(describe(alert, language) in flat for alert in ALL)
    if language == "en":
        assert lines[:2] == ["High from the first forecast (1)", "-" * 32]
        assert "Advice to promote changed (3)" in lines


def test_a_subject_counts_each_kind() -> None:
    assert subject(ALL[:3], THROUGH) == "hitcast, 30 Dec 2021: high from the first forecast 1, forecast moved 2"
    assert subject(ALL[:1], THROUGH, "ru") == "hitcast, 30 дек. 2021: прогноз изменился 1"
    assert as_text([], THROUGH) == "Nothing that was not sent before."
    assert as_text(ALL[:1], THROUGH, is_digest=True).startswith(
        "hitcast, 30 Dec 2021: forecast moved 1\n\nForecast moved"
    )


def test_a_title_cannot_break_a_line() -> None:
    hostile = Alert(
        "spike",
        "k",
        next(one for one in ALL if one.kind == "spike").values | {"release_title": "a\nSubject: b\x1b[31m"},
    )
    assert describe(hostile).isprintable()
    assert digest([hostile]).splitlines()[2].startswith("- Artist: a Subject: b")
