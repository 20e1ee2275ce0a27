"""Reasons in both languages, from the words in the YAML of release_features alone."""

import re
from typing import Any

import pytest
import yaml

from hitcast.core.errors import HitcastError
from ml.explain.reasons import AS_OF_DAY, FORMS, MISSING, Fact, Meaning, group_reason, read_meaning, reason
from tests.ml.world import PROJECT

UNKNOWN = float("nan")
MODEL: dict[str, Any] = yaml.safe_load((PROJECT / "models/marts/features/release_features.yml").read_text("utf-8"))[
    "models"
][0]
CATALOG: list[dict[str, Any]] = [
    {"feature_name": column["name"], "description": column["description"], **column["config"]["meta"]}
    for column in MODEL["columns"]
    if "feature_group" in column.get("config", {}).get("meta", {})
]
MEANINGS: dict[str, Meaning] = {row["feature_name"]: read_meaning(row) for row in CATALOG} | {"as_of_day": AS_OF_DAY}


@pytest.mark.parametrize("feature", CATALOG, ids=lambda feature: feature["feature_name"])
def test_every_feature_gives_a_sentence_in_both_languages(feature: dict[str, Any]) -> None:
    meaning = MEANINGS[feature["feature_name"]]
    assert meaning.label["en"] and meaning.label["ru"]
    largest = 20.0 if feature.get("unit", "").startswith("log") else 310_000.0
    numbers = [0.0, 0.12, 1.0, 4.1, largest, UNKNOWN]
    for value in ["Rock", MISSING] if feature["feature_kind"] == "categorical" else numbers:
        for as_of_day in (1, 7):
            fact = Fact(value, as_of_day, 30)
            for language, letters in (("en", "a-z"), ("ru", "а-я")):
                sentence = reason(meaning, fact, 0.3, language)
                assert re.fullmatch(r".{8,140}: \+35 %", sentence), sentence
                assert re.search(f"[{letters}]", sentence), sentence
                assert not re.search(r"_|nan|\{|\bln\(|null|of those\b|of them\b", sentence), sentence
            assert not re.search("[а-я]", reason(meaning, fact, 0.3))


def test_every_group_has_words_in_both_languages() -> None:
    groups = MODEL["config"]["meta"]["feature_groups"]
    assert set(groups) == {feature["feature_group"] for feature in CATALOG}
    for label in groups.values():
        assert re.search("[а-я]", label["ru"]) and not re.search("[а-я]", label["en"])


def test_a_group_is_judged_as_one() -> None:
    assert group_reason("VK streams so far", -0.1) == "VK streams so far, taken together: -10 %"
    assert group_reason("время года", 0.0953, "ru") == "время года, вместе: +10 %"


@pytest.mark.parametrize(
    ("name", "value", "as_of_day", "english", "russian"),
    [
        ("tiktok_creations_last_over_first", 4.1, 7, "TikTok creations grew 4.1 times from day 0 to day 6",
         "ролики в TikTok, последний день к первому: в 4,1 раза"),
        ("tiktok_creations_last_over_first", 0.4, 3, "TikTok creations fell to 40 % from day 0 to day 2",
         "ролики в TikTok, последний день к первому: 40 %"),
        ("tiktok_creations_last_over_first", 1.01, 3, "TikTok creations stayed level from day 0 to day 2",
         "ролики в TikTok, последний день к первому: 101 %"),
        ("tiktok_views_acceleration", -0.2, 7, "growth of TikTok views slowed down in the known days",
         "просмотры в TikTok, рост в конце: замедлился"),
        ("tiktok_views_peak_day", 3, 7, "most TikTok views came on day 3", "просмотры в TikTok, день пика: 3"),
        ("vk_playlist_share", 0.12, 7, "12 % of VK streams came from playlists",
         "доля прослушиваний VK из плейлистов: 12 %"),
        ("vk_playlist_share", 0.0012, 7, "0.12 % of VK streams came from playlists",
         "доля прослушиваний VK из плейлистов: 0,12 %"),
        ("artist_best_streams", 310_000, 7, "the artist's best earlier release had 310 K streams in 30 days",
         "лучший прежний релиз артиста, прослушивания VK: 310 тыс."),
        ("artist_mean_log_streams", 10.0, 7, "the artist's typical earlier release had 22.0 K streams in 30 days",
         "обычный релиз артиста, прослушивания VK: 22,0 тыс."),
        ("vk_streams_last_day_log_ratio", -2.3026, 7, "10 % of VK streams so far came on the last known day",
         "доля последнего дня в прослушиваниях VK: 10 %"),
        ("vk_tiktok_views_earlier_log_ratio", 3.0, 7,
         "20.1 TikTok views before the last three known days for each VK stream so far",
         "просмотров в TikTok до трёх последних известных дней на одно прослушивание VK: 20,1"),
        ("artist_mean_log_growth", 0.7, 7,
         "the artist's earlier releases had 2.0 times their first week's streams in 30 days",
         "рост прежних релизов артиста после первой недели: в 2,0 раза"),
        ("artist_best_streams", UNKNOWN, 7, "no earlier release of the artist to go by",
         "прежних релизов артиста нет"),
        ("artist_release_count", 0, 7, "the artist has no earlier releases", "прежних релизов артиста: 0"),
        ("vk_streams_total", 1_249_000, 1, "1.2 M VK streams on the first day",
         "прослушивания VK в первый день: 1,2 млн"),
        ("vk_streams_total", 7067, 3, "7.1 K VK streams in the first 3 days",
         "прослушивания VK за первые 3 дня: 7,1 тыс."),
        ("vk_streams_total", 0, 7, "no VK streams in the first 7 days", "прослушивания VK за первые 7 дней: 0"),
        ("vk_streams_day_3", 22, 4, "22 VK streams on day 3", "прослушивания VK в день 3: 22"),
        ("vk_streams_day_3", UNKNOWN, 3, "VK streams on day 3: not known",
         "прослушивания VK в день 3: неизвестно"),
        ("vk_streams_log_slope", -0.2, 7, "VK streams fell 18 % a day", "прослушивания VK, рост: -18 % в день"),
        ("vk_streams_log_slope", 1.0, 7, "VK streams grew 2.7 times a day",
         "прослушивания VK, рост: в 2,7 раза в день"),
        ("vk_streams_log_slope", 0.001, 7, "VK streams stayed level from day to day",
         "прослушивания VK, рост: +0,1 % в день"),
        ("tiktok_comments_per_view", 0.0017, 7, "1.7 TikTok comments per 1,000 views",
         "комментарии в TikTok на 1000 просмотров: 1,7"),
        ("tiktok_teaser_views_total", 33_528, 7, "33.5 K TikTok views of teasers before release",
         "просмотры тизеров в TikTok до выхода: 33,5 тыс."),
        ("vk_delivered_days", 0, 3, "VK reported 0 of 3 known days", "дней, за которые есть отчёт VK: 0"),
        ("mean_duration_seconds", 185.4, 7, "tracks last 3:05 on average", "средняя длина трека: 3:05"),
        ("release_weekday", 4, 7, "out on a Friday", "день недели выхода: пятница"),
        ("release_month", 12, 7, "out in December", "месяц выхода: декабрь"),
        ("new_track_count", 1, 7, "1 track not released before", "треков, не выходивших раньше: 1"),
        ("genre", "Hip-Hop", 7, "the genre is Hip-Hop", "жанр: Хип-хоп"),
        ("genre", MISSING, 7, "genre: not known", "жанр: неизвестно"),
        ("release_type", "ep", 7, "kind of release: EP", "тип релиза: EP"),
        ("as_of_day", 7, 7, "7 days of data", "известно дней: 7"),
        ("as_of_day", 1, 1, "1 day of data", "известно дней: 1"),
    ],
)  # fmt: skip
def test_a_sentence_says_what_a_manager_would(
    name: str, value: float | str, as_of_day: int, english: str, russian: str
) -> None:
    fact = Fact(value, as_of_day, 30)
    assert reason(MEANINGS[name], fact, 0.0953) == f"{english}: +10 %"
    assert reason(MEANINGS[name], fact, 0.0953, "ru") == f"{russian}: +10 %"


def test_a_feature_added_by_yaml_alone_is_told_in_both_languages() -> None:
    added = {
        "feature_name": "radio_plays_total",
        "feature_kind": "numeric",
        "unit": "plays",
        "form": "count",
        "label_en": "plays on the radio",
        "label_ru": "эфиров на радио",
        "description": "Plays on the radio; null before day 2.",
    }
    fact = Fact(1200.0, 7, 30)
    assert reason(read_meaning(added), fact, -0.1) == "1.2 K plays on the radio: -10 %"
    assert reason(read_meaning(added), fact, -0.1, "ru") == "эфиров на радио: 1,2 тыс.: -10 %"
    phrased = {
        **added,
        "form": "share",
        "phrase_en": "{value} of stations, day {last_day} of {known}, {horizon} days",
        "phrase_ru": "доля станций {days}: {value}",
    }
    detail = read_meaning(phrased)
    assert reason(detail, Fact(0.5, 2, 30), -0.1) == "50 % of stations, day 1 of 2, 30 days: -10 %"
    assert reason(detail, Fact(0.5, 2, 30), -0.1, "ru") == "доля станций за первые 2 дня: 50 %: -10 %"


def test_a_feature_without_words_is_told_by_its_description() -> None:
    added = {"feature_name": "new_thing", "feature_kind": "numeric", "unit": "videos",
             "description": "Videos by `verified` users; null before day 2."}  # fmt: skip
    meaning = read_meaning(added)
    assert reason(meaning, Fact(1200.0, 7, 30), -0.1) == "Videos by verified users: 1.2 K videos: -10 %"
    assert reason(meaning, Fact(UNKNOWN, 7, 30), -0.1) == "Videos by verified users: not known: -10 %"
    assert reason(meaning, Fact(1200.0, 7, 30), -0.1, "ru") == "Videos by verified users: 1.2 K videos: -10 %"
    bare = read_meaning({"feature_name": "new_thing", "feature_kind": "categorical", "label_en": None})
    assert reason(bare, Fact("b", 7, 30), -0.1) == "new thing: b: -10 %"


@pytest.mark.parametrize(
    ("meta", "message"),
    [
        ({"form": "counts"}, "unknown form counts"),
        ({"phrase_en": "{number} plays"}, "phrase_en cannot be filled in: {number} plays"),
        ({"phrase_ru": "{value} {"}, "phrase_ru cannot be filled in"),
        ({"phrase_en": "{} plays"}, "phrase_en cannot be filled in"),
    ],
)
def test_words_that_cannot_be_used_name_the_feature(meta: dict[str, str], message: str) -> None:
    with pytest.raises(HitcastError, match=re.escape(message)) as error:
        read_meaning({"feature_name": "radio_plays", **meta})
    assert "meta of radio_plays" in str(error.value)


def test_the_forms_are_those_that_the_catalog_accepts() -> None:
    detail = yaml.safe_load((PROJECT / "models/marts/features/feature_catalog.yml").read_text("utf-8"))
    (form,) = [column for column in detail["models"][0]["columns"] if column["name"] == "form"]
    assert form["data_tests"][0]["accepted_values"]["arguments"]["values"] == list(FORMS)
