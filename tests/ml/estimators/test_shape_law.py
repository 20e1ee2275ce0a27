import numpy as np
import pandas as pd
import pytest

from ml.estimators.log_linear import LogLinear
from ml.estimators.shape_law import ARTIST, TEASERS, VK_TOTAL, ShapeLaw


def releases(count: int, day: int = 7, seed: int = 1) -> tuple[pd.DataFrame, np.ndarray]:
    """Releases that stream on at the level of the last three days, whatever came before, and their 30-day totals."""
    random = np.random.default_rng(seed)
    level, growth = random.normal(6, 2, count), random.normal(0, 0.3, count)
    daily = np.round(np.exp(level[:, None] + growth[:, None] * np.arange(day) + random.normal(0, 0.05, (count, day))))
    frame = pd.DataFrame(
        {
            "release_id": [f"R{number}" for number in range(count)],
            "as_of_day": day,
            "vk_streams_total": daily.sum(axis=1),
            "vk_streams_last_day": daily[:, -1],
            "vk_streams_last_three_days": daily[:, -3:].sum(axis=1),
            "vk_streams_first_three_days": daily[:, :3].sum(axis=1),
            "tiktok_views_total": np.nan,
        }
    )
    rest = daily[:, -3:].mean(axis=1) * (30 - day) * 0.6
    return frame, np.round(daily.sum(axis=1) + rest * np.exp(random.normal(0, 0.1, count)))


def rmse(law: ShapeLaw | LogLinear, frame: pd.DataFrame, totals: np.ndarray) -> float:
    return float(np.sqrt(np.mean((law.predict_log(frame) - np.log1p(totals)) ** 2)))


@pytest.mark.parametrize("count", [20, 60, 1000])
def test_it_beats_the_log_linear_line_where_the_shape_matters(count: int) -> None:
    later, truth = releases(2000, seed=2)
    past = releases(count)
    assert rmse(ShapeLaw().fit(*past), later, truth) < 0.5 * rmse(LogLinear().fit(*past), later, truth)


def test_a_handful_of_releases_keeps_to_the_recent_level() -> None:
    frame, totals = releases(4)
    law = ShapeLaw().fit(frame, totals)
    doubled = frame.assign(**{name: 2 * frame[name] for name in frame if name.startswith("vk_")})
    left, more = (law.predict_log_remainder(rows) for rows in (frame, doubled))
    assert more - left == pytest.approx(np.full(4, np.log(2)), abs=0.25)


def test_the_known_streams_are_a_floor_by_construction() -> None:
    frame, totals = releases(40)
    law = ShapeLaw().fit(frame, totals * 0.01)
    assert (law.predict(frame) >= frame[VK_TOTAL]).all()


def test_an_unknown_count_is_taken_from_the_wider_span() -> None:
    frame, totals = releases(200)
    law = ShapeLaw().fit(frame, totals)
    for names in (["vk_streams_last_day"], ["vk_streams_last_day", "vk_streams_last_three_days"]):
        forecast = law.predict_log(frame.assign(**dict.fromkeys(names, np.nan)))
        assert np.isfinite(forecast).all()
        assert np.median(np.abs(forecast - law.predict_log(frame))) < 0.5


def day_zero(count: int) -> tuple[pd.DataFrame, np.ndarray]:
    """The day of release: half the releases have a teaser, and half of all an artist's past."""
    random = np.random.default_rng(3)
    size = random.normal(8, 1.5, count)
    teased, known = np.arange(count) % 2 == 0, np.arange(count) // 2 % 2 == 0
    frame = pd.DataFrame(
        {
            "release_id": [f"R{number}" for number in range(count)],
            "as_of_day": 0,
            VK_TOTAL: np.nan,
            "tiktok_views_total": np.nan,
            TEASERS: np.where(teased, np.round(np.exp(size + random.normal(0, 0.7, count))), 0.0),
            ARTIST: np.where(known, size + random.normal(0, 0.5, count), np.nan),
        }
    )
    return frame, np.round(np.exp(size))


@pytest.mark.parametrize("feature_set", ["tiktok", "tiktok_vk"])
def test_on_the_day_of_release_teasers_and_the_artist_speak(feature_set: str) -> None:
    frame, totals = day_zero(800)
    law = ShapeLaw(feature_set).fit(frame.head(400), totals[:400])
    later, truth = frame.tail(400), totals[400:]
    error = np.abs(law.predict_log(later) - np.log1p(truth))
    silent = (later[TEASERS] == 0).to_numpy() & later[ARTIST].isna().to_numpy()
    assert np.median(error[~silent]) < 0.6 * np.median(error[silent])
    parts = law.contributions(later, [TEASERS, ARTIST])
    assert np.ptp(parts, axis=0).min() > 1
    assert np.ptp(law.predict_log(later) - parts.sum(axis=1)) < 0.01


def test_contributions_are_the_distance_from_a_typical_forecast(training: pd.DataFrame) -> None:
    law = ShapeLaw("tiktok_vk").fit(training, training["streams_30"].to_numpy())
    rows = training[training["as_of_day"] == 7]
    parts = law.contributions(rows, ["tiktok_views_total", VK_TOTAL])
    assert (parts[:, 0] == 0).all()
    assert np.ptp(law.predict_log(rows) - parts[:, 1]) < 1e-9
