"""The tables that the Python layer writes, made and widened by dbt, and what of them is shown."""

import json
from pathlib import Path

import duckdb
import pytest

from hitcast.core.home import Home
from hitcast.job import dbt

ROWS = """
insert into ml.predictions by name
select
    run_id, territory, 'young' as release_id, 14 as horizon_days, date '2021-03-02' as as_of_date,
    moment as predicted_at, 10 as predicted_streams
from runs;
insert into ml.trajectories by name
select run_id, 'young' as release_id, 1 as days_since_release, 0 as as_of_day, 5 as predicted_streams from runs;
insert into ml.forecast_quantiles by name
select run_id, 'young' as release_id, 14 as horizon_days, 0.5 as level, 10 as streams from runs;
insert into ml.portfolio_forecasts by name
select
    run_id, 'all' as portfolio_kind, 'all' as portfolio_id, 14 as horizon_days, date '2021-03-02' as as_of_date
from runs;
insert into ml.prediction_drivers by name
select
    run_id, 'young' as release_id, 14 as horizon_days, 'feature' as driver_kind, 1 as driver_rank,
    'genre' as feature_name, 0 as contribution, 'why' as reason, 'why' as reason_ru
from runs;
insert into ml.similar_releases by name
select run_id, 'young' as release_id, 14 as horizon_days, 1 as similarity_rank, 'old' as similar_release_id
from runs;
insert into ml.backtest_metrics by name
select
    run_id, territory, 'streams' as task, 'tiktok' as feature_set, 'hitcast' as model_name, 7 as as_of_day,
    14 as horizon_days, 'rmsle of ' || run_id as metric_name, 1 as metric_value, moment as evaluated_at
from runs;
insert into ml.backtest_predictions by name
select
    run_id, 'tiktok' as feature_set, 'hitcast' as model_name, date '2021-01-01' as origin_date,
    'tested by ' || run_id as release_id, 7 as as_of_day, 14 as horizon_days
from runs;
"""
SHOWN = {
    "forecasts": "select run_id from prediction_history",
    "latest forecast": "select run_id from release_predictions",
    "paths": "select run_id from release_trajectories",
    "quantiles": "select run_id from forecast_quantiles",
    "sums": "select run_id from portfolio_forecasts",
    "drivers": "select run_id from prediction_drivers",
    "precedents": "select run_id from similar_releases",
    "latest backtest": "select run_id from int_backtests__latest",
    "metrics": "select metric_name from model_performance where evaluation = 'backtest'",
    "tested": "select release_id from backtest_forecasts",
}


def test_a_table_of_an_earlier_release_keeps_its_rows_and_gets_the_columns_it_lacks(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.dbt.mkdir()
    with duckdb.connect(str(home.warehouse)) as warehouse:
        warehouse.execute("create schema ml; create table ml.predictions (run_id varchar, release_id varchar)")
        warehouse.execute("insert into ml.predictions values ('old', 'one')")
    dbt.invoke(home, ["run", "--select", "stg_ml__predictions"])
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        rows = warehouse.sql("select run_id, release_id, predicted_streams from stg_ml__predictions").fetchall()
    assert rows == [("old", "one", None)]


@pytest.fixture(scope="module")
def home_of_both(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with forecasts and backtests of RU, of KZ, and of before territories were recorded."""
    home = Home(tmp_path_factory.mktemp("home"))
    home.dbt.mkdir()
    dbt.invoke(home, ["build", "--exclude-resource-type", "unit_test", "--exclude-resource-type", "test"])
    with duckdb.connect(str(home.warehouse)) as warehouse:
        warehouse.execute("create temp table runs (run_id varchar, territory varchar, moment timestamp)")
        warehouse.execute("insert into runs values ('old', null, '2021-03-02'), ('ru', 'RU', '2021-03-03')")
        warehouse.execute("insert into runs values ('kz', 'KZ', '2021-03-04')")
        warehouse.execute(ROWS)
        warehouse.execute(
            "insert into releases by name select unnest(['young', 'old']) as release_id, 'A' as artist_id, "
            "date '2021-03-01' as release_date, date '2021-03-01' as catalog_release_date, false as is_date_moved, "
            "false as is_reissue"
        )
    return home


@pytest.mark.slow
@pytest.mark.parametrize(("territory", "run_id"), [("RU", "ru"), ("KZ", "kz")])
def test_only_the_analyzed_territory_is_shown(home_of_both: Home, territory: str, run_id: str) -> None:
    """Rows of another territory stay in the warehouse; those without one count as the analyzed one's."""
    chosen = ["int_backtests__latest", "int_predictions__runs", "path:models/marts/predictions"]
    dbt.invoke(home_of_both, ["run", "--select", *chosen, "--vars", json.dumps({"territory": territory})])
    with duckdb.connect(str(home_of_both.warehouse), read_only=True) as warehouse:
        shown = {name: sorted(warehouse.sql(query).fetchall()) for name, query in SHOWN.items()}
    both = sorted([("old",), (run_id,)])
    assert shown == {
        "forecasts": both,
        "latest forecast": [(run_id,)],
        "paths": [(run_id,)],
        "quantiles": [(run_id,)],
        "sums": [(run_id,)],
        "drivers": both,
        "precedents": both,
        "latest backtest": [(run_id,)],
        "metrics": [(f"rmsle of {run_id}",)],
        "tested": [(f"tested by {run_id}",)],
    }
