from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ml.evidence import UNHEARD_OF, choose, data_note, with_moved_dates


class Usual:
    """A model whose error is the same on every day but that of release."""

    def __init__(self, error: float) -> None:
        self.error, self.by_horizon = error, {30: self}

    def usual_error(self, days: np.ndarray) -> np.ndarray:
        return np.where(days == 0, 9.0, self.error + 1 / np.maximum(days, 1))


STREAMS = {"tiktok_vk": Usual(0.1), "tiktok": Usual(1.0)}


def release(name: str, days: int, vk_known: int, tiktok_known: int, **more: Any) -> pd.DataFrame:
    """Rows of as-of days 0 to `days`; each platform has delivered its first days."""
    day = np.arange(days + 1)
    return pd.DataFrame(
        {
            "release_id": name,
            "as_of_day": day,
            "as_of_date": pd.Timestamp("2021-12-01") + pd.to_timedelta(day, unit="D"),
            "vk_streams_known": np.where(np.minimum(day, vk_known) > 0, 10.0 * np.minimum(day, vk_known), np.nan),
            "vk_days_behind": np.maximum(day - vk_known, 0),
            "vk_missing_days": 0,
            "vk_missing_of_last_three_days": 0,
            "tiktok_days_behind": np.maximum(day - tiktok_known, 0),
            "tiktok_missing_days": 0,
            "tiktok_missing_of_last_three_days": 0,
            "tiktok_teaser_views_total": 5.0,
            **more,
        }
    )


@pytest.mark.parametrize(
    ("vk_known", "tiktok_known", "feature_set", "as_of_day", "note"),
    [
        (5, 5, "tiktok_vk", 5, None),
        (4, 5, "tiktok_vk", 4, "VK is 1 day behind"),
        (5, 3, "tiktok_vk", 5, "TikTok is 2 days behind"),
        (0, 5, "tiktok", 5, "VK has delivered no day"),
    ],
)
def test_a_release_is_forecast_from_the_platform_that_knows_most(
    vk_known: int, tiktok_known: int, feature_set: str, as_of_day: int, note: str | None
) -> None:
    chosen, refused = choose(release("one", 5, vk_known, tiktok_known), STREAMS, 30)
    assert refused.empty
    row = chosen.iloc[0]
    assert (row["chosen_set"], row["as_of_day"]) == (feature_set, as_of_day)
    # the day of the forecast and what has landed by then are those of the latest row
    assert row["known_by"] == pd.Timestamp("2021-12-06")
    assert np.nan_to_num(row["floor_streams"]) == 10 * vk_known
    assert (row["vk_days_known"], row["tiktok_days_known"]) == (vk_known, tiktok_known)
    assert row["missing_days"] == 10 - vk_known - tiktok_known
    assert row["data_note"] == note


def test_the_forecast_of_the_day_of_release_stands_for_three_days_without_reports() -> None:
    rows = pd.concat([release("young", 3, 0, 0), release("old", 4, 0, 0)])
    chosen, refused = choose(rows, STREAMS, 30)
    assert chosen["release_id"].tolist() == ["young"]
    assert refused["refusal"].str.contains("delivered no day").all()


def test_on_the_day_of_release_a_teaser_or_an_earlier_release_speaks() -> None:
    unheard = release("unheard", 0, 0, 0, tiktok_teaser_views_total=0.0)
    known = release("known", 0, 0, 0, tiktok_teaser_views_total=0.0, artist_mean_log_streams=4.0)
    chosen, refused = choose(pd.concat([unheard, known, release("teased", 0, 0, 0)]), STREAMS, 30)
    assert chosen["release_id"].tolist() == ["known", "teased"]
    assert refused["refusal"].tolist() == [UNHEARD_OF]


def test_with_most_days_missing_a_platform_is_not_asked() -> None:
    rows = release("one", 8, 8, 0).assign(tiktok_teaser_views_total=0.0)
    rows.loc[rows["as_of_day"] > 2, "vk_missing_days"] = 5
    rows = rows[rows["as_of_day"].isin([0, 8])]
    chosen, refused = choose(rows, STREAMS, 30)
    assert chosen.empty
    assert refused["refusal"].str.contains("more than half").all()


def test_notes_say_what_is_lacking_in_both_languages() -> None:
    row = {"as_of_day": 9, "vk_days_behind": 2, "vk_missing_days": 1, "tiktok_days_behind": 9, "tiktok_missing_days": 0}
    assert data_note(row, "en") == "VK is 2 days behind; 1 of VK's 7 days is missing; TikTok has delivered no day"
    assert data_note(row, "ru") == "VK отстаёт на 2 дня; VK: нет 1 из 7 дней; TikTok: нет ни одного дня"
    assert data_note(dict.fromkeys(row, 0), "en") is None


def test_a_moved_date_is_noted_beside_what_is_missing_or_alone() -> None:
    rows = pd.DataFrame({"release_id": ["a", "b", "c"]})
    for name in ("data_note", "data_note_ru"):
        rows[name] = pd.Series(["VK is 2 days behind", None, None], dtype="str")
    noted = with_moved_dates(rows, {"a": date(2021, 8, 17), "b": date(2021, 8, 17)})
    moved = "release date taken from the first streams on 17 Aug 2021"
    assert noted["data_note"].iloc[:2].tolist() == [f"{moved}; VK is 2 days behind", moved]
    assert noted["data_note"].isna().tolist() == [False, False, True]


@pytest.mark.parametrize(("days", "behind", "is_refused"), [(2, 0, False), (3, 0, True), (9, 0, True), (4, 2, False)])
def test_a_release_that_nobody_has_streamed_is_not_forecast(days: int, behind: int, is_refused: bool) -> None:
    rows = release("silent", days, days - behind, days)
    rows.loc[rows["vk_streams_known"].notna(), "vk_streams_known"] = 0.0
    chosen, refused = choose(pd.concat([rows, release("heard", days, days, days)]), STREAMS, 30)
    assert chosen["release_id"].tolist() == (["heard"] if is_refused else ["heard", "silent"])
    if is_refused:
        assert refused["refusal"].tolist() == [
            "no stream on VK since the release: it may not be out yet, or its tracks are missing in VK's reports"
        ]
        assert refused["known_by"].tolist() == [rows["as_of_date"].max()]


def test_after_the_same_days_streams_are_looked_at_whatever_errors_were_usual() -> None:
    better = {"tiktok_vk": Usual(3.0), "tiktok": Usual(1.0)}
    chosen, _ = choose(release("one", 5, 5, 5), better, 30)
    assert chosen["chosen_set"].tolist() == ["tiktok_vk"]
    assert chosen["vk_through_day"].tolist() == [5]
    # two days later TikTok knows more than VK
    chosen, _ = choose(release("one", 5, 3, 5), better, 30)
    assert chosen[["chosen_set", "as_of_day", "vk_through_day"]].to_numpy().tolist() == [["tiktok", 5, 3]]
