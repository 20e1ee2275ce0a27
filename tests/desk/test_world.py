"""The world of these tests is of the shape that is published, and says nothing that contradicts itself."""

from pathlib import Path

import duckdb
import pytest

from tests.desk.world import tables

NEVER = {("prediction_drivers", "feature_description")}
"""Columns of which hitcast itself now publishes nothing but nulls."""
SAME = {"string": "VARCHAR", "integer": "INTEGER"}


@pytest.fixture
def published(world: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(world), read_only=True)


def test_tables_and_columns_are_those_of_the_contracts(published: duckdb.DuckDBPyConnection) -> None:
    rows = published.execute(
        "select table_name, column_name, data_type from duckdb_columns() where not internal order by column_index"
    ).fetchall()
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        found.setdefault(table, {})[column] = kind
    contracts = {
        table: {column: SAME.get(kind, kind.upper()) for column, kind in columns.items()}
        for table, columns in tables().items()
    }
    assert found == contracts
    assert len(found) > 20


def test_no_table_is_empty_and_every_column_is_used(published: duckdb.DuckDBPyConnection) -> None:
    unused = {
        (table, column)
        for table, columns in tables().items()
        for column in columns
        if published.execute(f"select count({column}) from {table}").fetchall() == [(0,)]
    }
    assert unused == NEVER


@pytest.mark.parametrize(
    "contradiction",
    [
        "from release_predictions where not lower_90 <= lower_80 or not lower_80 <= predicted_streams",
        "from release_predictions where not predicted_streams <= upper_80 or not upper_80 <= upper_90",
        "from release_predictions where known_streams > predicted_streams",
        "from release_predictions where predicted_streams > 0 "
        "and abs(1 - coalesce(known_streams, 0) / predicted_streams - share_to_come) > 1e-9",
        "from release_predictions where is_final <> (actual_streams is not null)",
        "from release_predictions where is_promotion_candidate and (is_final or coalesce(known_streams, 0) >= 100000)",
        "from release_predictions where (refusal is null) <> (predicted_streams is not null)",
        "from release_predictions where abs(probability_low + probability_medium + probability_high - 1) > 1e-9",
        "from release_predictions group by release_id, horizon_days having count(*) > 1",
        "from release_predictions as one inner join release_predictions as two using (release_id) "
        "where one.horizon_days < two.horizon_days and one.as_of_day > two.as_of_day",
        "from release_days group by release_id, day_number having count(*) > 1",
        "from release_days where (vk_state = 'whole') <> (vk_streams is not null)",
        "from release_predictions as made inner join (select release_id, sum(vk_landed_streams) as known "
        "from release_days where day_number >= 0 group by release_id) as days using (release_id) "
        "where made.known_streams > days.known",
        "from forecast_quantiles as one inner join forecast_quantiles as two using (release_id, horizon_days) "
        "where one.level < two.level and one.streams > two.streams",
        "from backtest_forecasts anti join releases using (release_id)",
        "from similar_releases anti join releases on similar_release_id = releases.release_id",
    ],
)
def test_nothing_contradicts_itself(published: duckdb.DuckDBPyConnection, contradiction: str) -> None:
    assert published.execute(f"select count(*) from (select 1 {contradiction})").fetchone() == (0,)


def test_every_kind_of_release_is_there(published: duckdb.DuckDBPyConnection) -> None:
    kinds = {
        "closed": "is_final", "open": "not is_final", "refused": "refusal is not null", "not out yet": "as_of_day = 0",
        "late": "missing_days > 0", "moved date": "is_date_moved", "hit": "known_streams >= 100000 and not is_final",
        "advised": "is_promotion_candidate",
    }  # fmt: skip
    for name, condition in kinds.items():
        found = published.execute(f"from release_predictions where horizon_days = 30 and {condition}").fetchall()
        assert found, name
