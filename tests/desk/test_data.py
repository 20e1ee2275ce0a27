"""Data: freshness, gaps, rejects, drift, what is published."""

from datetime import timedelta
from pathlib import Path

from tests.desk.pages import describe, opened
from tests.desk.world import TABLES, YESTERDAY, publish


def test_freshness_and_missing_days(published: Path) -> None:
    page = opened("data")
    fresh = page.dataframe[0].value.set_index("table_told")
    assert fresh.loc["VK, streams by day", "missing_count"] == 3
    assert fresh.loc["TikTok, sounds by day", "missing_count"] == 0
    assert fresh["last_day"].dt.date.tolist() == [YESTERDAY, YESTERDAY]
    gaps = page.dataframe[1].value
    # the two neighbours are one gap
    assert gaps["missing_count"].tolist() == [2, 1]
    assert gaps["first_day"].dt.date.tolist() == [YESTERDAY - timedelta(days=11), YESTERDAY - timedelta(days=40)]
    assert "Days missing: 3." in describe(page)


def test_rejects_by_reason(published: Path) -> None:
    page = opened("data")
    rejects = next(table.value for table in page.dataframe if "file_count" in table.value)
    assert rejects["row_count"].tolist() == [40, 15]
    assert rejects["file_count"].tolist() == [1, 2]
    assert "Rows rejected: 55." in describe(page)


def test_drift_counts_main_features_beyond_their_limits(published: Path) -> None:
    page = opened("data")
    assert "Of the 3 main features, beyond their limit (violet tick): 1." in describe(page)
    drift = next(table.value for table in page.dataframe if "stability_index" in table.value)
    # main ones first, the furthest beyond their limit on top
    assert drift["feature_name"].tolist() == [
        "vk_streams_total",
        "tiktok_views_total",
        "artist_best_streams",
        "track_count",
    ]


def test_what_is_published(published: Path) -> None:
    shown = opened("data").dataframe[-1].value
    assert shown["table_name"].tolist() == sorted(TABLES)


def test_nothing_delivered_rejected_or_drifted_is_said(published: Path) -> None:
    publish(
        published,
        changes=("delete from delivered_days", "delete from rejected_rows", "delete from feature_drift"),
    )
    said = "\n".join(info.value for info in opened("data").info)
    for line in ("No report has been delivered", "No row was rejected", "Too few releases are recent"):
        assert line in said


def test_no_missing_day_is_said(published: Path) -> None:
    publish(published, changes=("update delivered_days set is_delivered = true",))
    assert "No day is missing." in [info.value for info in opened("data").info]
