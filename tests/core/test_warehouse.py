from pathlib import Path

import duckdb
import pytest

from hitcast.core.errors import HitcastError
from hitcast.core.settings import Settings
from hitcast.core.warehouse import count_rows, open_warehouse
from tests.ml.conftest import MakeHome


def test_rows_of_a_table_are_counted(make_home: MakeHome) -> None:
    assert count_rows(make_home(release_count=60), "releases") == 60


def test_a_table_that_is_not_there_is_told_in_one_line(make_home: MakeHome) -> None:
    settings = make_home(release_count=60)
    with pytest.raises(HitcastError, match="no_such_table does not exist") as refusal:
        count_rows(settings, "no_such_table")
    assert "\n" not in str(refusal.value)
    assert refusal.value.where == str(settings.warehouse)
    assert refusal.value.cure == "Run `hitcast ingest` and `hitcast run` first"
    # and nobody holds the file any more
    duckdb.connect(str(settings.warehouse)).close()


def test_a_file_that_is_no_warehouse_is_told_with_its_cure(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "warehouse.duckdb", tmp_path / "mlflow", tmp_path / "optuna.db")
    settings.warehouse.write_bytes(b"no database at all" * 1000)
    with pytest.raises(HitcastError, match="is damaged") as refusal, open_warehouse(settings):
        pass
    assert "hitcast run --rebuild" in refusal.value.cure
    assert "\n" not in str(refusal.value)
