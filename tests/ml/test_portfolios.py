from datetime import timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest

from hitcast.core.settings import Settings
from ml.portfolios import NO_LABEL
from ml.predict import predict
from ml.train import TrainingRun
from tests.ml.conftest import quiet
from tests.ml.test_predict import forget, read


@pytest.fixture
def summed(trained: tuple[Settings, TrainingRun]) -> tuple[Settings, TrainingRun]:
    """A home with two labels, releases without one, and an artist of a single release."""
    settings, run = trained
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute(
            "update releases set artist_id = release_id, label_name = case "
            "when substr(release_id, 6) in ('1', '2', '3', '4') then 'North' "
            "when substr(release_id, 6) in ('5', '6', '7') then 'South' end"
        )
    return settings, run


def portfolios(settings: Settings, kind: str) -> pd.DataFrame:
    return read(settings, f"from ml.portfolio_forecasts where portfolio_kind = '{kind}' order by all")


def test_sums_are_those_of_forecasts_and_of_totals_that_are_known(summed: tuple[Settings, TrainingRun]) -> None:
    settings, _ = summed
    result = predict(settings, progress=quiet)
    rows = read(
        settings,
        "select p.*, t.streams from ml.predictions p join releases r using (release_id) "
        "join release_targets t using (release_id, horizon_days)",
    )
    first = read(settings, "select min(release_date) as d from ml.predictions join releases using (release_id)")[
        "d"
    ].iloc[0]
    totals = read(
        settings,
        "select t.horizon_days, t.streams from release_targets t join releases r using (release_id) "
        f"where not is_reissue and is_mature and r.release_date >= '{first.replace(day=1).date()}'",
    )
    for row in portfolios(settings, "all").itertuples():
        at_horizon = rows[rows["horizon_days"] == row.horizon_days]
        known = totals[totals["horizon_days"] == row.horizon_days]["streams"]
        still_open = at_horizon[at_horizon["streams"].isna()]
        assert row.final_count == len(known)
        assert row.release_count == len(known) + len(still_open)
        assert row.expected_streams == pytest.approx(known.sum() + still_open["expected_streams"].sum())
        assert row.known_streams == pytest.approx(known.sum() + still_open["known_streams"].fillna(0).sum())
        assert row.known_streams <= row.lower_90 < row.lower_80 < row.upper_80 < row.upper_90
        assert pd.isna(row.actual_streams)
        assert row.run_id == result.run_id
    for kind in ("month", "label", "label_month", "artist", "artist_month"):
        parts = portfolios(settings, kind).groupby("horizon_days")
        whole = portfolios(settings, "all").set_index("horizon_days")
        for figure in ("release_count", "final_count", "known_streams", "expected_streams"):
            assert parts[figure].sum().to_numpy(dtype=float) == pytest.approx(whole[figure].to_numpy(dtype=float))


def test_releases_without_a_label_are_a_group_of_their_own(summed: tuple[Settings, TrainingRun]) -> None:
    settings, _ = summed
    predict(settings, progress=quiet)
    assert set(portfolios(settings, "label")["portfolio_id"]) == {"North", "South", NO_LABEL}


def test_the_sum_of_one_release_is_its_forecast(summed: tuple[Settings, TrainingRun]) -> None:
    settings, _ = summed
    predict(settings, progress=quiet)
    rows = read(settings, "from ml.predictions join release_targets using (release_id, horizon_days)")
    rows = rows[rows["streams"].isna()].set_index(["release_id", "horizon_days"])
    artists = portfolios(settings, "artist").set_index(["portfolio_id", "horizon_days"]).loc[rows.index]
    for name in ("expected_streams", "lower_80", "upper_80", "lower_90", "upper_90"):
        assert artists[name].to_numpy() == pytest.approx(rows[name].to_numpy())


def test_a_portfolio_whose_windows_have_ended_is_its_true_sum(summed: tuple[Settings, TrainingRun]) -> None:
    settings, _ = summed
    predict(settings, progress=quiet)
    found = read(settings, "from ml.portfolio_forecasts where final_count = release_count and unknown_count = 0")
    assert len(found)
    for name in ("known_streams", "expected_streams", "lower_90", "upper_90"):
        assert (found[name] == found["actual_streams"]).all()


def test_a_total_that_was_not_known_yet_is_forecast(summed: tuple[Settings, TrainingRun]) -> None:
    settings, run = summed
    predict(settings, run.cutoff + timedelta(days=1), progress=quiet)
    (longest,) = portfolios(settings, "all").query("horizon_days == 30").to_dict("records")
    ended = read(settings, "select release_date from releases where not is_reissue")["release_date"]
    as_of = pd.Timestamp(run.cutoff + timedelta(days=1))
    # every release counted came out within the last window and the month it began in
    assert (
        longest["final_count"]
        <= ((ended + pd.Timedelta(days=30) <= as_of) & (ended >= as_of - pd.Timedelta(days=68))).sum()
    )
    assert longest["final_count"] < longest["release_count"]


def test_a_release_of_which_nothing_is_known_is_counted_apart(summed: tuple[Settings, TrainingRun]) -> None:
    settings, _ = summed
    predict(settings, progress=quiet)
    whole = portfolios(settings, "all").set_index("horizon_days")
    (release, *_) = read(
        settings,
        "select release_id from ml.predictions join release_targets using (release_id, horizon_days) "
        "where streams is null and horizon_days = 30 and as_of_day > 0 order by all",
    )["release_id"]
    forget(settings, release, ("vk", "tiktok"))
    predict(settings, progress=quiet)
    found = portfolios(settings, "all").set_index("horizon_days").loc[30]
    assert (found["unknown_count"], found["release_count"]) == (1, whole.loc[30, "release_count"] - 1)
    artist = portfolios(settings, "artist").set_index(["portfolio_id", "horizon_days"]).loc[(release, 30)]
    assert artist["release_count"] == 0
    assert np.isnan(artist["expected_streams"])
    assert np.isnan(artist["upper_90"])


def test_no_open_release_makes_no_sum(summed: tuple[Settings, TrainingRun]) -> None:
    settings, run = summed
    with duckdb.connect(str(settings.warehouse)) as connection:
        query = "update release_features set is_reissue = true where release_date > ?"
        connection.execute(query, [run.cutoff - timedelta(days=60)])
    predict(settings, progress=quiet)
    assert read(settings, "from ml.portfolio_forecasts").empty
