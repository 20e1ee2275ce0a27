"""Names and expressions as parts of SQL."""

from pathlib import Path

import duckdb
import pytest

from hitcast.core.sql import Sql, fill, fill_file, listed, literal, quoted, typed

HOSTILE = 'a"; drop table t; -- {table}'


def test_a_name_is_one_name_whatever_it_holds() -> None:
    with duckdb.connect() as connection:
        connection.execute(fill("create table {table} ({types})", table=quoted(HOSTILE), types=typed({HOSTILE: "int"})))
        connection.execute(fill("insert into {table} values ($value)", table=quoted(HOSTILE)), {"value": 7})
        query = fill("select {columns} from {table}", columns=listed([HOSTILE], HOSTILE), table=quoted(HOSTILE))
        assert connection.execute(query).fetchall() == [(7,)]
        assert connection.execute(fill("select {text}", text=literal("it's {table}"))).fetchall() == [("it's {table}",)]


def test_parts_are_put_in_once_and_other_braces_stay() -> None:
    filled = fill("select {part}, {'a': 1} from {table}", part=Sql("{table}"), table=quoted("t"))
    assert filled == "select {table}, {'a': 1} from \"t\""


def test_a_part_that_lacks_is_an_error() -> None:
    with pytest.raises(KeyError, match="table"):
        fill("select 1 from {table}")


def test_a_file_lies_beside_its_module(tmp_path: Path) -> None:
    (tmp_path / "rows.sql").write_text("from {table}\n", encoding="utf-8")
    assert fill_file(str(tmp_path / "module.py"), "rows", table=quoted("t")) == 'from "t"\n'
