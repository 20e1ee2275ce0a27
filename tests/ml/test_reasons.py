import re
from typing import Any

import pytest
import yaml

from ml.reasons import GROUPS, MISSING, Fact, group_reason, reason
from tests.ml.world import PROJECT

UNKNOWN = float("nan")


def catalog() -> list[dict[str, Any]]:
    """Features as dbt's catalogue lists them."""
    told = yaml.safe_load((PROJECT / "models/marts/features/release_features.yml").read_text(encoding="utf-8"))
    columns = told["models"][0]["columns"]
    return [
        {"name": column["name"], "description": column["description"], **column["config"]["meta"]}
        for column in columns
        if "feature_group" in column.get("config", {}).get("meta", {})
    ]


@pytest.mark.parametrize("feature", catalog(), ids=lambda feature: feature["name"])
def test_every_feature_gives_a_sentence_without_its_column_name(feature: dict[str, Any]) -> None:
    largest = 20.0 if feature.get("unit", "").startswith("log") else 310_000.0
    numbers = [0.0, 0.12, 1.0, 4.1, largest, UNKNOWN]
    for value in ["Rock", MISSING] if feature["feature_kind"] == "categorical" else numbers:
        for as_of_day in (1, 7):
            fact = Fact(value, as_of_day, 30)
            told = reason(feature["name"], fact, 0.3, feature["description"], feature.get("unit", ""))
            assert re.fullmatch(r".{8,140}: \+35 %", told), told
            assert "_" not in told
            assert "nan" not in told
            assert not re.search(r"\bln\(|null|of those\b|of them\b", told), told


@pytest.mark.parametrize("feature", catalog(), ids=lambda feature: feature["name"])
def test_every_group_has_words(feature: dict[str, Any]) -> None:
    assert feature["feature_group"] in GROUPS
    told = group_reason(feature["feature_group"], -0.1)
    assert told.endswith(", taken together: -10 %")
    assert "_" not in told


@pytest.mark.parametrize(
    ("name", "value", "as_of_day", "told"),
    [
        ("tiktok_creations_last_over_first", 4.1, 7, "TikTok creations grew 4.1 times from day 0 to day 6"),
        ("tiktok_creations_last_over_first", 0.4, 3, "TikTok creations of day 2 were 40 % of day 0's"),
        ("tiktok_creations_last_over_first", 1.01, 3, "TikTok creations of day 2 were those of day 0"),
        ("vk_playlist_share", 0.12, 7, "12 % of VK streams came from playlists"),
        ("vk_playlist_share", 0.0012, 7, "0.12 % of VK streams came from playlists"),
        ("artist_best_streams", 310_000, 7, "the artist's best earlier release had 310 K streams in 30 days"),
        ("artist_mean_log_streams", 10.0, 7, "the artist's typical earlier release had 22.0 K streams in 30 days"),
        ("vk_streams_last_day_log_ratio", -2.3026, 7, "10 % of VK streams so far came on the last known day"),
        (
            "vk_tiktok_views_earlier_log_ratio",
            3.0,
            7,
            "20.1 TikTok views before the last three known days for each VK stream so far",
        ),
        (
            "artist_mean_log_growth",
            0.7,
            7,
            "the artist's earlier releases had 2.0 times their first week's streams in 30 days",
        ),
        ("artist_best_streams", UNKNOWN, 7, "no earlier release of the artist to go by"),
        ("artist_release_count", 0, 7, "the artist has no earlier release"),
        ("vk_streams_total", 1_249_000, 1, "1.2 M VK streams on the first day"),
        ("vk_streams_total", 0, 7, "no VK streams in the first 7 days"),
        ("vk_streams_day_3", UNKNOWN, 3, "VK streams of day 3 are still to come"),
        ("vk_streams_day_3", UNKNOWN, 4, "VK streams of day 3 are not known"),
        ("vk_streams_log_slope", -0.2, 7, "VK streams fell 18 % a day"),
        ("vk_streams_log_slope", 1.0, 7, "VK streams grew 2.7 times a day"),
        ("vk_streams_log_slope", 0.001, 7, "VK streams stayed level from day to day"),
        ("tiktok_comments_per_view", 0.0017, 7, "1.7 TikTok comments per 1,000 views"),
        ("mean_duration_seconds", 185.4, 7, "tracks last 3:05 on average"),
        ("release_weekday", 4, 7, "out on a Friday"),
        ("release_month", 12, 7, "out in December"),
        ("new_track_count", 1, 7, "1 track not released before"),
        ("genre", "Hip-Hop", 7, "the genre is Hip-Hop"),
        ("as_of_day", 7, 7, "7 days of data"),
    ],
)
def test_a_sentence_says_what_a_manager_would(name: str, value: float | str, as_of_day: int, told: str) -> None:
    assert reason(name, Fact(value, as_of_day, 30), 0.0953) == f"{told}: +10 %"


def test_a_feature_that_no_template_knows_is_told_by_its_description() -> None:
    description = "Videos by `verified` users; null before day 2."
    assert reason("new_thing", Fact(1200.0, 7, 30), -0.1, description, "videos") == (
        "Videos by verified users: 1.2 K videos: -10 %"
    )
    assert reason("new_thing", Fact(UNKNOWN, 7, 30), -0.1, description) == (
        "Videos by verified users: not known: -10 %"
    )
    assert reason("new_thing", Fact(2.0, 7, 30), -0.1) == "new thing: 2: -10 %"
    # looks like a template's, but its measure is not one of ours
    assert reason("radio_plays_total", Fact(2.0, 7, 30), -0.1, "Plays on the radio.") == "Plays on the radio: 2: -10 %"
