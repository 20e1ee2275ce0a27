"""The tables that the Python layer writes, made and widened by dbt."""

from pathlib import Path

import duckdb

from hitcast.core.home import Home
from hitcast.job import dbt


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
