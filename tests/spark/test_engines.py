"""The comparison of two engines' tables tells every kind of difference."""

from pathlib import Path

import duckdb
import pytest

from hitcast.core.home import Home
from tests.spark.engines import differing_rows

ROWS = "(values (1, 'a', 0.1::double), (2, null, null), (2, null, 3e9)) as t (number, text, measure)"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ("*", ""),
        ("* replace (measure * (1 + 1e-10) as measure)", ""),
        ("* replace (measure * (1 + 1e-8) as measure)", "1 of 3 rows"),
        ("* replace (coalesce(measure, 0) as measure)", "2 of 3 rows"),
        ("* replace (coalesce(text, '') as text)", "2 of 3 rows"),
        ("* replace (number + 1 as number)", "3 of 3 rows"),
        ("* replace (number::bigint as number)", "columns [('number', 'BIGINT'), ('number', 'INTEGER')]"),
        ("number, text", "columns [('measure', 'DOUBLE')]"),
    ],
)
def test_differences_are_counted(tmp_path: Path, changed: str, message: str) -> None:
    assert _differences(tmp_path, f"select {changed} from {ROWS}") == ({"mart": message} if message else {})


@pytest.mark.parametrize("theirs", [f"from {ROWS} limit 2", f"from {ROWS} union all select 1, 'a', 0.1::double"])
def test_a_missing_row_and_one_too_many_are_differences(tmp_path: Path, theirs: str) -> None:
    assert "mart" in _differences(tmp_path, theirs)


def test_without_tolerance_a_last_bit_is_a_difference(tmp_path: Path) -> None:
    theirs = f"select * replace (measure * (1 + 2.3e-16) as measure) from {ROWS}"
    assert _differences(tmp_path, theirs, tolerance=0) == {"mart": "2 of 3 rows"}


def _differences(folder: Path, theirs: str, tolerance: float = 1e-9) -> dict[str, str]:
    home = Home(folder / "home")
    home.root.mkdir()
    (folder / "mart").mkdir()
    with duckdb.connect(str(home.warehouse)) as warehouse:
        warehouse.execute(f"create table mart as from {ROWS}")
        warehouse.execute(f"copy ({theirs}) to '{folder / 'mart' / 'part.parquet'}'")
    return differing_rows(home, ["mart"], folder, tolerance)
