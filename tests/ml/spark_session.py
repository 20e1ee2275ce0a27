"""A session that answers from DuckDB's file, in place of Spark's."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pyarrow as pa

from hitcast.core import spark
from hitcast.core.settings import Settings, Spark

ON_SPARK = Spark("spark_local", "hitcast", {}, Path("spark.log"))


class Rows:
    """As much of a Spark frame as is asked for; its instants bear a zone, as Spark's do."""

    def __init__(self, rows: duckdb.DuckDBPyRelation) -> None:
        self.rows = rows

    def toArrow(self) -> pa.Table:  # noqa: N802
        found = self.rows.to_arrow_table()
        for place, field in enumerate(found.schema):
            if pa.types.is_timestamp(field.type):
                column = found.column(place).cast(pa.timestamp(field.type.unit, "UTC"))
                found = found.set_column(place, field.name, column)
        return found

    def limit(self, number: int) -> "Rows":
        return Rows(self.rows.limit(number))

    def count(self) -> int:
        return self.rows.shape[0]

    def agg(self, asked: dict[str, str]) -> "Rows":
        [(column, function)] = asked.items()
        return Rows(self.rows.aggregate(f"{function}({column}) as found"))


class Session:
    """Reads the marts of the schema `hitcast` and those of `ml` from a file; keeps what is written."""

    def __init__(self, settings: Settings) -> None:
        self.connection = duckdb.connect(str(settings.warehouse), read_only=True)
        self.written: list[tuple[str, pa.Table]] = []
        self.partitions = ["run_id"]
        self.held = {spark.OVERWRITE_MODE: "static"}
        self.catalog = SimpleNamespace(
            listColumns=lambda table: [SimpleNamespace(name=name, isPartition=True) for name in self.partitions]
        )
        self.conf = SimpleNamespace(get=self.held.__getitem__, set=self.held.__setitem__)

    def table(self, name: str) -> Rows:
        assert name.startswith(("ml.", "hitcast."))
        return Rows(self.connection.table(name.replace("hitcast.", "main.")))

    def sql(self, statement: str, arguments: dict[str, str]) -> Any:
        """Properties of a table: what `model_builds` in the file says of it, as dbt's hook writes it on Spark."""
        assert statement == "show tblproperties identifier(:name)"
        rows = [{"key": "transient_lastDdlTime", "value": "1"}]
        if self.connection.sql("from duckdb_tables() where table_name = 'model_builds'").fetchall():
            builds = self.connection.table("model_builds")
            for row in builds.fetchall():
                if f"hitcast.{row[0]}" == arguments["name"]:
                    held = zip(builds.columns[1:], row[1:], strict=True)
                    rows += [{"key": f"hitcast.{name}", "value": str(value)} for name, value in held]
        return SimpleNamespace(collect=lambda: rows)

    def createDataFrame(self, rows: pa.Table) -> Any:  # noqa: N802
        def insert(table: str, overwrite: bool) -> None:
            assert overwrite
            assert self.held[spark.OVERWRITE_MODE] == "dynamic"
            self.written.append((table, rows))

        return SimpleNamespace(coalesce=lambda files: SimpleNamespace(write=SimpleNamespace(insertInto=insert)))
