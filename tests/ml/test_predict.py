from dataclasses import replace
from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest

from hitcast.core.errors import HitcastError
from hitcast.core.home import PROJECT_DIR
from hitcast.core.settings import Settings
from ml.classes import class_minimums
from ml.data import read_marts
from ml.evidence import LATE_DAYS
from ml.predict import predict
from ml.train import TrainingRun, train
from tests.ml.conftest import MakeHome, quiet


def read(settings: Settings, query: str) -> pd.DataFrame:
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        return connection.sql(query).df()


def test_every_open_release_gets_a_row_for_each_horizon(trained: tuple[Settings, TrainingRun]) -> None:
    settings, _ = trained
    marts = read_marts(settings)
    result = predict(settings, progress=quiet)
    rows = read(settings, "from ml.predictions")
    assert len(rows) == result.row_count == 2 * result.release_count
    assert not rows.duplicated(["release_id", "horizon_days"]).any()
    as_of = pd.Timestamp(result.as_of)
    open_releases = marts.releases[
        (marts.releases["release_date"] >= as_of - pd.Timedelta(days=37))
        & (marts.releases["release_date"] < as_of)
        & ~marts.releases["is_reissue"]
    ]
    assert set(rows["release_id"]) == set(open_releases["release_id"])
    assert (rows["as_of_day"] < rows["horizon_days"]).all()
    assert (rows["as_of_date"] <= as_of).all()
    assert rows["run_id"].eq(result.run_id).all()
    assert rows["model_name"].eq("hitcast/1").all()
    required = rows.drop(columns=["known_streams", "refusal", "territory", "data_note", "data_note_ru"])
    assert required.notna().all(axis=None)
    assert rows["refusal"].isna().all()
    assert result.refused_count == 0


def test_everything_is_read_off_the_quantiles(trained: tuple[Settings, TrainingRun]) -> None:
    settings, _ = trained
    predict(settings, progress=quiet)
    levels = read(settings, "from ml.forecast_quantiles").pivot_table(
        index=["release_id", "horizon_days"], columns="level", values="streams"
    )
    rows = read(settings, "from ml.predictions").set_index(["release_id", "horizon_days"]).loc[levels.index]
    assert len(levels) == len(rows) > 0
    assert (levels.diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)
    for level, name in ((0.05, "lower_90"), (0.1, "lower_80"), (0.5, "predicted_streams"), (0.95, "upper_90")):
        np.testing.assert_allclose(levels[level], rows[name])


def test_the_chance_of_a_range_is_read_as_the_page_of_readers_says(trained: tuple[Settings, TrainingRun]) -> None:
    settings, _ = trained
    predict(settings, progress=quiet)
    text = (PROJECT_DIR / "docs" / "bi.md").read_text(encoding="utf-8")
    query = text[text.index("    with quantiles as (") :].split("\n\n| ")[0].split("\n\n#")[0]
    query = query.replace("from forecast_quantiles", "from ml.forecast_quantiles")
    least, most = class_minimums(read_marts(settings).classes)
    query = query.replace("20000", f"{least}").replace("50000", f"{most}")
    found = read(settings, query).set_index("release_id")["chance"]
    rows = read(settings, "from ml.predictions where horizon_days = 30").set_index("release_id").loc[found.index]
    assert found.max() > 0.3
    assert np.abs(found - rows["probability_medium"]).max() < 0.06


def test_forecasts_name_the_territory(trained: tuple[Settings, TrainingRun], monkeypatch: pytest.MonkeyPatch) -> None:
    settings, _ = trained
    predict(settings, progress=quiet)
    assert read(settings, "from ml.predictions")["territory"].isna().all()
    # these marts carry no record of what they were built with
    monkeypatch.setattr("ml.data.stop_on_other_variables", lambda *given: None)
    predict(replace(settings, variables={"territory": "KZ"}), progress=quiet)
    assert read(settings, "from ml.predictions")["territory"].eq("KZ").all()


def forget(settings: Settings, release_id: str, platforms: tuple[str, ...]) -> None:
    """As if none of the release's days had been delivered by the platforms."""
    with duckdb.connect(str(settings.warehouse)) as connection:
        names = [name for name, *_ in connection.execute("describe release_features").fetchall()]
        for platform in platforms:
            states = ("missing_days", "days_behind", "missing_of_last_three_days")
            keep = {f"{platform}_{state}" for state in states} | {"tiktok_teaser_views_total"}
            lost = [name for name in names if name.startswith(f"{platform}_") and name not in keep]
            connection.execute(
                f"update release_features set {', '.join(f'{name} = null' for name in lost)}, "
                f"{platform}_days_behind = as_of_day where release_id = ?",
                [release_id],
            )


def test_a_release_of_which_nothing_is_known_gets_no_number(trained: tuple[Settings, TrainingRun]) -> None:
    settings, _ = trained
    whole = predict(settings, progress=quiet)
    assert whole.feature_set == "tiktok_vk"
    nothing, views_only = read(
        settings, "select distinct release_id from ml.predictions where as_of_day between 4 and 13 order by all limit 2"
    )["release_id"]
    forget(settings, nothing, ("vk", "tiktok"))
    forget(settings, views_only, ("vk",))
    result = predict(settings, progress=quiet)
    assert (result.refused_count, result.release_count) == (1, whole.release_count - 1)
    assert result.row_count == whole.row_count
    refused = read(settings, "from ml.predictions where refusal is not null")
    assert refused["release_id"].tolist() == [nothing, nothing]
    assert sorted(refused["horizon_days"]) == [14, 30]
    assert refused["refusal"].str.contains("delivered no day").all()
    figures = ["predicted_streams", "lower_80", "upper_90", "probability_high", "predicted_class", "known_streams"]
    assert refused[figures].isna().all(axis=None)
    for table in ("prediction_drivers", "similar_releases"):
        assert read(settings, f"from ml.{table} where release_id = '{nothing}'").empty
    seen = read(settings, f"from ml.predictions where release_id = '{views_only}'")
    assert seen["feature_set"].eq("tiktok").all()
    assert seen["predicted_streams"].notna().all()
    assert seen["known_streams"].isna().all()
    assert seen["data_note"].eq("VK has delivered no day").all()


def test_a_release_whose_date_cannot_be_right_is_refused(trained: tuple[Settings, TrainingRun]) -> None:
    settings, _ = trained
    whole = predict(settings, progress=quiet)
    wrong = read(settings, "select min(release_id) as it from ml.predictions")["it"].iloc[0]
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute(
            "update release_date_checks set is_date_wrong = true, reason = 'out a week late' where release_id = ?",
            [wrong],
        )
    assert predict(settings, progress=quiet).release_count == whole.release_count - 1
    rows = read(settings, "from ml.predictions where refusal is not null")
    assert set(rows["release_id"]) == {wrong}
    assert rows["refusal"].eq("the release date cannot be right: out a week late").all()
    assert rows["predicted_streams"].isna().all()


def test_a_release_whose_date_was_moved_says_so(trained: tuple[Settings, TrainingRun]) -> None:
    settings, _ = trained
    predict(settings, progress=quiet)
    moved = read(settings, "select min(release_id) as it from ml.predictions where refusal is null")["it"].iloc[0]
    before = read(settings, f"from ml.predictions where release_id = '{moved}' order by horizon_days")
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute(
            "update release_date_checks set is_date_moved = true, release_date = date '2021-08-17' "
            "where release_id = ?",
            [moved],
        )
    predict(settings, progress=quiet)
    rows = read(settings, f"from ml.predictions where release_id = '{moved}' order by horizon_days")
    assert rows["predicted_streams"].tolist() == before["predicted_streams"].tolist()
    assert rows["data_note"].str.startswith("release date taken from the first streams on 17 Aug 2021").all()
    assert rows["data_note_ru"].str.startswith("дата релиза взята по первым прослушиваниям, 17 авг. 2021").all()
    others = read(settings, f"from ml.predictions where release_id <> '{moved}'")
    assert not others["data_note"].str.contains("release date").fillna(False).any()


def test_every_forecast_has_its_precedents(trained: tuple[Settings, TrainingRun]) -> None:
    settings, _ = trained
    result = predict(settings, progress=quiet)
    similar = read(settings, "from ml.similar_releases")
    assert similar["run_id"].eq(result.run_id).all()
    assert (similar.groupby(["release_id", "horizon_days"]).size() == 5).all()
    # on the day of release there is no day to compare
    known = read(settings, "select release_id, horizon_days from ml.predictions where as_of_day > 0")
    assert len(similar) == 5 * len(known)
    assert set(similar["release_id"]) == set(known["release_id"])
    assert similar["streams"].notna().all()


def a_release_day(settings: Settings, run: TrainingRun) -> date:
    """A day more than a window after the training on which a release came out, of which a teaser spoke."""
    found = read(
        settings,
        "select release_date from release_features where as_of_day = 0 and tiktok_teaser_views_total > 0 "
        "and not is_reissue order by release_date desc limit 1",
    )
    day: date = found["release_date"].iloc[0].date()
    assert day > run.cutoff + timedelta(days=30)
    return day


def test_the_latest_known_day_of_an_open_window_is_used(trained: tuple[Settings, TrainingRun]) -> None:
    settings, run = trained
    result = predict(settings, a_release_day(settings, run), progress=quiet)
    rows = read(settings, "from ml.predictions join releases using (release_id)")
    age = (pd.Timestamp(result.as_of) - rows["release_date"]).dt.days
    assert (rows["as_of_day"] == np.minimum(age, rows["horizon_days"] - 1)).all()
    # both kinds are there: windows that have ended, and the day of release
    assert (age >= rows["horizon_days"]).any()
    assert (age == 0).any()


def test_a_silent_release_of_today_is_refused(trained: tuple[Settings, TrainingRun]) -> None:
    settings, run = trained
    release_day = a_release_day(settings, run)
    assert predict(settings, release_day, progress=quiet).refused_count == 0
    (today, *_) = read(settings, "select release_id from ml.predictions where as_of_day = 0 order by all")["release_id"]
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute(
            "update release_features set tiktok_teaser_views_total = 0, artist_mean_log_streams = null "
            "where release_id = ?",
            [today],
        )
    assert predict(settings, release_day, progress=quiet).refused_count == 1
    refused = read(settings, "from ml.predictions where refusal is not null")
    assert refused["release_id"].tolist() == [today, today]
    assert refused["refusal"].str.contains("no teaser on TikTok").all()


def test_what_has_landed_is_a_floor_and_a_reached_class_certain(trained: tuple[Settings, TrainingRun]) -> None:
    settings, run = trained
    for days in (0, 12, 30, 45, 60):
        predict(settings, run.cutoff + timedelta(days=days), progress=quiet)
    rows = read(settings, "from ml.predictions where refusal is null")
    figures = ["predicted_streams", "expected_streams", "lower_80", "upper_80", "lower_90", "upper_90"]
    known = rows["known_streams"].fillna(0)
    assert known.max() > 150_000
    assert (rows[figures].ge(known, axis="index")).all(axis=None)
    medium, high = known >= 20_000, known >= 150_000
    assert (rows.loc[medium, "probability_low"] == 0).all()
    assert (rows.loc[high, "probability_high"] == 1).all()
    assert (rows.loc[high, "predicted_class"] == "high").all()


def test_a_class_whose_window_has_ended_keeps_its_last_chances(make_home: MakeHome) -> None:
    settings = replace(make_home(), class_horizon=14)
    as_of = read_marts(settings).data_through - timedelta(days=60)
    train(settings, as_of, progress=quiet)
    predict(settings, progress=quiet)
    rows = read(settings, "from ml.predictions").set_index("release_id")
    shorter, longer = (rows[rows["horizon_days"] == horizon] for horizon in (14, 30))
    later = longer[longer["as_of_day"] > 13].index
    assert len(later)
    assert longer["probability_high"].notna().all()
    assert (longer.loc[later, "probability_high"] == shorter.loc[later, "probability_high"]).all()


def test_drivers_name_the_strongest_reasons(trained: tuple[Settings, TrainingRun]) -> None:
    settings, _ = trained
    predict(settings, progress=quiet)
    drivers = read(settings, "from ml.prediction_drivers")
    rows = read(settings, "from ml.predictions")
    assert set(zip(drivers["release_id"], drivers["horizon_days"], strict=True)) == set(
        zip(rows["release_id"], rows["horizon_days"], strict=True)
    )
    assert (drivers["driver_kind"] == "base").sum() == len(rows)
    drivers = drivers[drivers["driver_kind"] == "group"]
    first = drivers[drivers["driver_rank"] == 1]
    assert (first["feature_name"] == "level").mean() > 0.5
    ordered = drivers.sort_values(["release_id", "horizon_days", "driver_rank"])
    strength = ordered["contribution"].abs().groupby([ordered["release_id"], ordered["horizon_days"]])
    assert strength.apply(lambda values: values.is_monotonic_decreasing).all()


def test_an_earlier_day_sees_nothing_from_then_on(trained: tuple[Settings, TrainingRun]) -> None:
    settings, result = trained
    predict(settings, result.cutoff + timedelta(days=10), progress=quiet)
    rows = read(settings, "from ml.predictions")
    assert (rows["as_of_date"] <= pd.Timestamp(result.cutoff + timedelta(days=10))).all()
    assert rows["data_through_date"].eq(pd.Timestamp(result.cutoff + timedelta(days=9))).all()


def test_no_training_release_is_scored(trained: tuple[Settings, TrainingRun]) -> None:
    settings, result = trained
    predict(settings, result.cutoff, progress=quiet)
    rows = read(settings, "from ml.predictions join releases using (release_id)")
    assert len(rows) > 0
    assert (rows["release_date"] + pd.Timedelta(days=30) > pd.Timestamp(result.cutoff)).all()


def test_a_day_before_the_training_is_refused(trained: tuple[Settings, TrainingRun]) -> None:
    settings, result = trained
    day = result.cutoff - timedelta(days=1)
    with pytest.raises(HitcastError, match=f"train --as-of {day} --promote"):
        predict(settings, day, progress=quiet)


def test_other_horizons_than_the_champions_are_refused(
    make_home: MakeHome, trained: tuple[Settings, TrainingRun]
) -> None:
    settings, _ = trained
    other = make_home(release_count=60, horizons=(14, 28))
    with pytest.raises(HitcastError, match="asked for are"):
        predict(replace(other, mlflow_dir=settings.mlflow_dir), progress=quiet)


def test_a_feature_that_is_gone_is_named(trained: tuple[Settings, TrainingRun]) -> None:
    settings, _ = trained
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("alter table release_features drop vk_streams_log_slope")
        connection.execute("delete from feature_catalog where feature_name = 'vk_streams_log_slope'")
    with pytest.raises(HitcastError, match="vk_streams_log_slope"):
        predict(settings, progress=quiet)


def test_without_a_model_it_says_what_to_do(settings: Settings) -> None:
    with pytest.raises(HitcastError, match="hitcast train"):
        predict(replace(settings, mlflow_dir=settings.mlflow_dir / "none"), progress=quiet)


def test_nothing_to_score_is_no_error(trained: tuple[Settings, TrainingRun]) -> None:
    settings, run = trained
    with duckdb.connect(str(settings.warehouse)) as connection:
        query = "update release_features set is_reissue = true where release_date > ?"
        connection.execute(query, [run.cutoff - timedelta(days=60)])
    assert predict(settings, progress=quiet).row_count == 0


def test_scoring_again_replaces_the_same_forecasts(trained: tuple[Settings, TrainingRun]) -> None:
    settings, _ = trained
    first = predict(settings, progress=quiet)
    before = read(settings, "from ml.predictions order by all")
    again = predict(settings, progress=quiet)
    assert again.run_id == first.run_id
    after = read(settings, "from ml.predictions order by all")
    pd.testing.assert_frame_equal(after.drop(columns="predicted_at"), before.drop(columns="predicted_at"))


def test_another_day_or_delivery_is_another_run(trained: tuple[Settings, TrainingRun]) -> None:
    settings, _ = trained
    first = predict(settings, progress=quiet)
    later = predict(settings, first.as_of + timedelta(days=1), progress=quiet)
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("update dataset_days set last_delivery_number = last_delivery_number + 1")
    corrected = predict(settings, progress=quiet)
    assert len({first.run_id, later.run_id, corrected.run_id}) == 3
    assert read(settings, "select distinct run_id from ml.predictions").shape == (3, 1)


def test_mornings_before_are_forecast_as_daily_runs_would_have_been(trained: tuple[Settings, TrainingRun]) -> None:
    settings, _ = trained
    earlier = train(settings, promote=True, progress=quiet, days_back=3)
    assert earlier.cutoff == read_marts(settings).data_through - timedelta(days=2)
    last = predict(settings, progress=quiet, mornings=10)
    # none before the model was trained
    days = [last.as_of - timedelta(days=back) for back in (3, 2, 1, 0)]
    runs = read(
        settings, "select run_id, max(data_through_date) as day, min(predicted_at) as at from ml.predictions group by 1"
    ).sort_values("at")
    assert [day.date() for day in runs["day"]] == [day - timedelta(days=1) for day in days]
    assert runs["run_id"].iloc[-1] == last.run_id
    assert runs["at"].is_unique
    written = read(settings, f"from ml.predictions where run_id = '{runs['run_id'].iloc[0]}' order by all")
    assert predict(settings, days[0], progress=quiet).run_id == runs["run_id"].iloc[0]
    alone = read(settings, f"from ml.predictions where run_id = '{runs['run_id'].iloc[0]}' order by all")
    pd.testing.assert_frame_equal(written.drop(columns="predicted_at"), alone.drop(columns="predicted_at"))


def test_effects_of_campaigns_stand_beside_the_forecasts(trained: tuple[Settings, TrainingRun]) -> None:
    settings, _ = trained
    messages: list[str] = []
    result = predict(settings, progress=messages.append)
    assert read(settings, "from ml.uplift").empty
    assert not any("promotion" in message for message in messages)
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute(
            "insert into campaigns by name select release_id, 3 as start_day, 1000.0 as spend, 'RUB' as currency "
            "from releases order by release_id limit 5"
        )
    predict(settings, progress=messages.append)
    rows = read(settings, "from ml.uplift")
    assert len(rows) > 0
    assert rows["run_id"].eq(result.run_id).all()
    assert rows["refusal"].str.startswith("5 of 5 campaigns").all()
    assert rows["added_streams"].isna().all()
    assert sum("What promotion adds: 5 of 5 campaigns" in message for message in messages) == 1


def test_a_day_that_the_data_do_not_reach_is_refused(trained: tuple[Settings, TrainingRun]) -> None:
    settings, _ = trained
    latest = read_marts(settings).latest_day + timedelta(days=1)
    # reports may be late
    assert predict(settings, latest + timedelta(days=LATE_DAYS), progress=quiet).release_count > 0
    with pytest.raises(HitcastError, match=r"--as-of: the data reach \S+ only, too little to speak of \S+. Give"):
        predict(settings, latest + timedelta(days=LATE_DAYS + 1), progress=quiet)
