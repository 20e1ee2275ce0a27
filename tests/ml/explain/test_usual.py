import numpy as np
import pandas as pd
import pytest

from ml.explain.usual import LEVEL, MISSING, Inputs, replaced, usual_releases

MEANINGS = pd.DataFrame(
    [
        ("vk_streams_total", "shape", "count"),
        ("vk_streams_day_0", "shape", "count"),
        ("vk_streams_log_slope", "shape", None),
        ("vk_log_streams", "shape", "log_count"),
        ("tiktok_views_total", "tiktok", "count"),
        ("artist_best_streams", "artist", "count"),
        ("genre", "catalog", None),
        ("vk_delivered_days", "missing", None),
    ],
    columns=["feature_name", "reason_group", "form"],
)
INPUTS = Inputs.of("tiktok_vk", MEANINGS["feature_name"].tolist(), MEANINGS)


def rows(*releases: dict[str, object]) -> pd.DataFrame:
    """Rows of day 7: 100 streams, 10 of them on day 0, and 50 views, but for what is said."""
    usual: dict[str, object] = {
        "as_of_day": 7,
        "vk_streams_total": 100.0,
        "vk_streams_day_0": 10.0,
        "vk_streams_log_slope": 0.0,
        "vk_log_streams": np.log1p(100.0),
        "tiktok_views_total": 50.0,
        "artist_best_streams": 1000.0,
        "genre": "pop",
        "vk_delivered_days": 7.0,
        "vk_streams_known": 100.0,
        "vk_missing_days": 0.0,
        "floor_streams": 100.0,
    }
    frame = pd.DataFrame([{**usual, **release} for release in releases])
    return frame.assign(release_id=[f"r{place}" for place in range(len(frame))])


def ask(mine: pd.DataFrame, history: pd.DataFrame, *kept: str) -> pd.DataFrame:
    """The rows with all but some groups, or features, replaced."""
    usual = usual_releases(INPUTS, history, history["release_id"].tolist(), mine)
    groups = {**INPUTS.groups, LEVEL: LEVEL, MISSING: MISSING}
    return replaced(INPUTS, mine, usual, {name: np.array([group in kept]) for name, group in groups.items()})


HISTORY = rows({}, {}, {"vk_streams_total": 400.0, "vk_streams_day_0": 40.0, "tiktok_views_total": 200.0})
BIG = rows(
    {
        "vk_streams_total": 1000.0,
        "vk_streams_day_0": 500.0,
        "vk_streams_log_slope": -1.0,
        "vk_log_streams": np.log1p(1000.0),
        "tiktok_views_total": 4000.0,
        "artist_best_streams": 9.0,
        "genre": "rock",
        "vk_streams_known": 900.0,
        "vk_missing_days": 1.0,
        "vk_delivered_days": 6.0,
        "floor_streams": 950.0,
    }
)


def test_a_release_of_which_all_is_kept_is_itself() -> None:
    everything = ("level", "shape", "tiktok", "artist", "catalog", "missing")
    pd.testing.assert_frame_equal(ask(BIG, HISTORY, *everything), BIG)


def test_without_its_level_all_counts_are_scaled_alike() -> None:
    (found,) = ask(BIG, HISTORY, "shape", "tiktok", "artist", "catalog", "missing").to_dict("records")
    assert found["vk_streams_total"] == pytest.approx(100.0)
    assert found["vk_streams_day_0"] == pytest.approx(50.0)
    assert found["vk_log_streams"] == pytest.approx(np.log1p(100.0))
    assert found["tiktok_views_total"] == pytest.approx(400.0)
    # rates, what others did and the days that are missing stay; what landed later is of its own level
    assert (found["vk_streams_log_slope"], found["artist_best_streams"], found["genre"]) == (-1.0, 9.0, "rock")
    assert (found["vk_streams_known"], found["vk_missing_days"], found["floor_streams"]) == (90.0, 1.0, 0.0)


def test_the_usual_shape_and_views_stand_at_the_releases_own_level() -> None:
    (found,) = ask(BIG, HISTORY, "level", "missing").to_dict("records")
    assert found["vk_streams_total"] == pytest.approx(1000.0)
    assert found["vk_streams_day_0"] == pytest.approx(100.0)
    assert found["vk_streams_log_slope"] == 0.0
    assert found["tiktok_views_total"] == pytest.approx(500.0)
    assert (found["artist_best_streams"], found["genre"]) == (1000.0, "pop")
    assert found["floor_streams"] == 950.0


def test_without_what_is_missing_all_days_have_landed() -> None:
    (found,) = ask(BIG, HISTORY, "level", "shape", "tiktok", "artist", "catalog").to_dict("records")
    assert (found["vk_streams_known"], found["vk_missing_days"], found["vk_delivered_days"]) == (1000.0, 0.0, 7.0)


def test_zeros_become_the_usual_counts_at_the_usual_level() -> None:
    nothing = {"vk_streams_total": 0.0, "vk_streams_day_0": 0.0, "vk_log_streams": 0.0, "vk_streams_known": 0.0}
    silent = rows({**nothing, "tiktok_views_total": 30.0, "floor_streams": 0.0})
    (found,) = ask(silent, HISTORY, "shape", "tiktok", "missing").to_dict("records")
    assert found["vk_streams_total"] == pytest.approx(100.0)
    assert found["vk_streams_day_0"] == pytest.approx(10.0)
    assert found["vk_log_streams"] == pytest.approx(np.log1p(100.0))
    assert found["tiktok_views_total"] == 30.0
    (found,) = ask(silent, HISTORY, "level").to_dict("records")
    assert found["vk_streams_total"] == found["vk_streams_day_0"] == found["tiktok_views_total"] == 0.0


def test_a_day_without_a_past_takes_the_nearest() -> None:
    (found,) = ask(BIG.assign(as_of_day=9), HISTORY, "missing").to_dict("records")
    assert found["vk_streams_total"] == pytest.approx(100.0)
    assert found["as_of_day"] == 9
