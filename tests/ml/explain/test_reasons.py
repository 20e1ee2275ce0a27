"""Reasons in both languages, from the words in the YAML of release_features and those of the project's own groups."""

import re
from typing import Any

import pytest
import yaml

from hitcast.core.errors import HitcastError
from ml.explain import reasons
from ml.explain.reasons import FORMS, UNKNOWN, Fact, Meaning, agrees, missing_reason, read_meaning, reason
from tests.ml.world import PROJECT

NAN = float("nan")
MODEL: dict[str, Any] = yaml.safe_load((PROJECT / "models/marts/features/release_features.yml").read_text("utf-8"))[
    "models"
][0]
GROUPS = MODEL["config"]["meta"]["feature_groups"]
FEATURES: list[dict[str, Any]] = [
    {"feature_name": column["name"], "description": column["description"], **column["config"]["meta"]}
    for column in MODEL["columns"]
    if "feature_group" in column.get("config", {}).get("meta", {})
]


def reason_group(feature: dict[str, Any]) -> str:
    group = feature["feature_group"]
    return str(feature.get("reason_group") or GROUPS[group].get("reason_group", group))


# what the release itself did, and what is missing, have sentences of their own
NAMED = [feature for feature in FEATURES if reason_group(feature) not in ("shape", "tiktok", "missing")]
MEANINGS: dict[str, Meaning] = {row["feature_name"]: read_meaning(row) for row in NAMED}
OWN = {name: meaning for name, meaning in vars(reasons).items() if isinstance(meaning, Meaning)}


@pytest.mark.parametrize("feature", NAMED, ids=lambda feature: feature["feature_name"])
def test_every_named_feature_gives_a_sentence_in_both_languages(feature: dict[str, Any]) -> None:
    meaning = MEANINGS[feature["feature_name"]]
    assert meaning.label["en"] and meaning.label["ru"]
    values = ["Rock", UNKNOWN] if feature["feature_kind"] == "categorical" else [0.0, 0.12, 1.0, 4.1, 310_000.0, NAN]
    for value in values:
        check_sentences(meaning, value)


@pytest.mark.parametrize("name", OWN)
def test_every_group_of_its_own_gives_a_sentence_in_both_languages(name: str) -> None:
    for value in (0.0, 0.12, 1.0, 4.1, 310_000.0, NAN):
        check_sentences(OWN[name], value)


def check_sentences(meaning: Meaning, value: float | str) -> None:
    for as_of_day in (0, 1, 7):
        fact = Fact(value, 0.1 if isinstance(value, float) else "Pop", as_of_day, 30)
        for language, letters in (("en", "a-z"), ("ru", "а-я")):
            sentence = reason(meaning, fact, 0.3, language)
            assert re.fullmatch(r".{8,140}: \+35 %", sentence), sentence
            assert re.search(f"[{letters}]", sentence), sentence
            assert not re.search(r"_|nan|\{|\bln\(|null|of those\b|of them\b", sentence), sentence
        assert not re.search("[а-я]", reason(meaning, fact, 0.3))


def test_the_words_that_nobody_reads_are_not_there() -> None:
    for feature in FEATURES:
        if feature not in NAMED:
            assert not [name for name in feature if name.startswith(("label", "phrase", "unknown"))], feature
            assert feature.get("form", "count") == "count"


def test_every_group_has_words_in_both_languages() -> None:
    assert set(GROUPS) == {feature["feature_group"] for feature in FEATURES}
    for label in GROUPS.values():
        assert re.search("[а-я]", label["ru"]) and not re.search("[а-я]", label["en"])


@pytest.mark.parametrize(
    ("name", "value", "usual", "did", "english", "russian"),
    [
        ("STREAMS", 4210.0, 612.0, 1.89, "4.2 K VK streams in 7 days (usual: 612): +562 %",
         "прослушивания VK за 7 дней: 4,2 тыс. (обычно: 612): +562 %"),
        ("STREAMS", 0.0, 612.0, -1.0, "no VK streams in 7 days (usual: 612): -63 %",
         "прослушивания VK за 7 дней: 0 (обычно: 612): -63 %"),
        # more than usual, and yet less: the two are not held against each other
        ("STREAMS", 4210.0, 612.0, -0.1, "4.2 K VK streams in 7 days: -10 %",
         "прослушивания VK за 7 дней: 4,2 тыс.: -10 %"),
        # as much in words
        ("VIEWS", 100.4, 100.1, 0.1, "100 TikTok views in 7 days: +11 %", "просмотры в TikTok за 7 дней: 100: +11 %"),
        ("VIEWS", 12_300.0, NAN, 2.5, "12.3 K TikTok views in 7 days: 12 times as many",
         "просмотры в TikTok за 7 дней: 12,3 тыс.: в 12 раз больше"),
        ("TEASERS", 0.0, NAN, -0.1, "no TikTok views of teasers before release: -10 %",
         "просмотры тизеров в TikTok до выхода: 0: -10 %"),
        ("TEASER_DAYS", 1.0, 0.0, 0.1, "1 day of teasers on TikTok (usual: 0): +11 %",
         "дней с тизерами в TikTok: 1 (обычно: 0): +11 %"),
        ("LAST_THREE", 0.35, 0.4, -0.1, "35 % of VK streams so far came in the last 3 known days (usual: 40 %): -10 %",
         "доля последних 3 известных дней в прослушиваниях VK: 35 % (обычно: 40 %): -10 %"),
        ("LAST_DAY", NAN, 0.4, -0.1, "how VK streams develop is not yet known: -10 %",
         "как развиваются прослушивания VK, пока неизвестно: -10 %"),
        ("VIEWS_PER_STREAM", 310.0, 40.0, 0.0862, "310 TikTok views per 1,000 VK streams (usual: 40): +9 %",
         "просмотры в TikTok на 1000 прослушиваний VK: 310 (обычно: 40): +9 %"),
        ("CREATIONS_PER_VIEW", 3.13, 1.2, 0.0953, "3.13 TikTok creations per 1,000 views (usual: 1.2): +10 %",
         "ролики в TikTok на 1000 просмотров: 3,13 (обычно: 1,2): +10 %"),
        ("vk_playlist_share", 0.0012, 0.12, -0.1, "0.12 % of VK streams came from playlists (usual: 12 %): -10 %",
         "доля прослушиваний VK из плейлистов: 0,12 % (обычно: 12 %): -10 %"),
        ("artist_best_streams", 310_000.0, 20_000.0, 0.1,
         "the artist's best earlier release had 310 K streams in 30 days (usual: 20.0 K): +11 %",
         "лучший прежний релиз артиста, прослушивания VK: 310 тыс. (обычно: 20,0 тыс.): +11 %"),
        ("artist_mean_log_growth", 2.0, 2.4, -0.1,
         "the artist's earlier releases had 2.0 times their first week's streams in 30 days (usual: 2.4 times): -10 %",
         "рост прежних релизов артиста после первой недели: в 2,0 раза (обычно: в 2,4 раза): -10 %"),
        ("artist_best_streams", NAN, 20_000.0, -0.1, "the artist has no earlier release with a known total: -10 %",
         "у артиста нет прежних релизов с известным итогом: -10 %"),
        ("artist_release_count", 0.0, 2.0, -0.1,
         "the artist has no earlier releases with a known total (usual: 2): -10 %",
         "прежних релизов артиста с известным итогом: 0 (обычно: 2): -10 %"),
        ("mean_duration_seconds", 185.4, 151.0, 0.1, "tracks last 3:05 on average: +11 %",
         "средняя длина трека: 3:05: +11 %"),
        ("genre", "unknown", "Pop", -0.1, "genre: not known: -10 %", "жанр: неизвестно: -10 %"),
        ("competing_releases", 16.0, 37.0, -0.1, "16 other releases out in the same week: -10 %",
         "других релизов на той же неделе: 16: -10 %"),
        # a Friday is not more than a Monday
        ("release_weekday", 4.0, 0.0, 0.1, "out on a Friday: +11 %", "день недели выхода: пятница: +11 %"),
        ("release_month", 12.0, 6.0, 0.1, "out in December: +11 %", "месяц выхода: декабрь: +11 %"),
        ("new_track_count", 1.0, 3.0, -0.1, "1 track not released before (usual: 3): -10 %",
         "треков, не выходивших раньше: 1 (обычно: 3): -10 %"),
        ("genre", "Hip-Hop", "Pop", 0.1, "the genre is Hip-Hop: +11 %", "жанр: Хип-хоп: +11 %"),
        ("genre", UNKNOWN, "Pop", 0.1, "genre: not known: +11 %", "жанр: неизвестно: +11 %"),
        ("release_type", "ep", "single", 0.1, "kind of release: EP: +11 %", "тип релиза: EP: +11 %"),
    ],
)  # fmt: skip
def test_a_sentence_says_what_a_manager_would(
    name: str, value: float | str, usual: float | str, did: float, english: str, russian: str
) -> None:
    meaning, fact = OWN.get(name) or MEANINGS[name], Fact(value, usual, 7, 30)
    assert reason(meaning, fact, did) == english
    assert reason(meaning, fact, did, "ru") == russian


def test_a_forecast_without_vk_says_what_has_landed() -> None:
    fact = Fact(42.0, 13.0, 14, 30, 320.0)
    assert reason(reasons.VIEWS, fact, 1.0) == "42 TikTok views in 14 days (usual: 13), 320 VK streams landed: +172 %"
    assert reason(reasons.VIEWS, fact, 1.0, "ru").endswith("(обычно: 13), получено прослушиваний VK: 320: +172 %")


def test_only_what_has_an_order_is_compared() -> None:
    assert agrees(reasons.STREAMS, 3.0, 2.0, 0.1) and agrees(reasons.STREAMS, 2.0, 3.0, -0.1)
    assert not agrees(reasons.STREAMS, 3.0, 2.0, -0.1) and not agrees(reasons.STREAMS, NAN, 2.0, 0.1)
    assert not agrees(MEANINGS["release_month"], 3.0, 2.0, 0.1)


def test_what_is_missing_is_told_by_what_it_does_to_the_range() -> None:
    assert missing_reason("VK is 2 days behind", 1.94, 0.0) == "VK is 2 days behind: range 1.9 times as wide"
    assert missing_reason("VK отстаёт на 2 дня", 1.94, 0.0, "ru") == "VK отстаёт на 2 дня: диапазон в 1,9 раза шире"
    assert missing_reason("VK is 1 day behind", 1.0, 0.0) == "VK is 1 day behind: range no wider for it"
    assert missing_reason("1 day", 1.5, -0.1) == "1 day: range 1.5 times as wide, -10 %"


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
    fact = Fact(1200.0, 2000.0, 7, 30)
    assert reason(read_meaning(added), fact, -0.1) == "1.2 K plays on the radio (usual: 2.0 K): -10 %"
    assert reason(read_meaning(added), fact, -0.1, "ru") == "эфиров на радио: 1,2 тыс. (обычно: 2,0 тыс.): -10 %"
    phrased = {
        **added,
        "form": "share",
        "phrase_en": "{value} of stations {days}, {horizon} days",
        "phrase_ru": "доля станций {days}: {value}",
    }
    detail = read_meaning(phrased)
    assert reason(detail, Fact(0.5, NAN, 2, 30), -0.1) == "50 % of stations in 2 days, 30 days: -10 %"
    assert reason(detail, Fact(0.5, NAN, 2, 30), -0.1, "ru") == "доля станций за 2 дня: 50 %: -10 %"


def test_a_feature_without_words_is_told_by_its_description() -> None:
    added = {"feature_name": "new_thing", "feature_kind": "numeric", "unit": "videos",
             "description": "Videos by `verified` users; null before day 2."}  # fmt: skip
    meaning, fact = read_meaning(added), Fact(1200.0, 100.0, 7, 30)
    assert reason(meaning, fact, 0.1) == "Videos by verified users: 1.2 K videos (usual: 100): +11 %"
    assert reason(meaning, Fact(NAN, 100.0, 7, 30), 0.1) == "Videos by verified users: not known: +11 %"
    assert reason(meaning, fact, 0.1, "ru") == "Videos by verified users: 1.2 K videos (usual: 100): +11 %"
    bare = read_meaning({"feature_name": "new_thing", "feature_kind": "categorical", "label_en": None})
    assert reason(bare, Fact("b", "a", 7, 30), -0.1) == "new thing: b: -10 %"


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
