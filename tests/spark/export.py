"""Run on its own: copies tables of the Spark warehouse of HITCAST_HOME to Parquet files that another engine reads."""

import sys
from pathlib import Path

from pyspark.sql import SparkSession

from pipeline.home import Home
from pipeline.spark import settings


def main(folder: Path, tables: list[str]) -> None:
    builder = SparkSession.builder.enableHiveSupport()
    for name, value in settings(Home.current()).items():
        builder = builder.config(name, value)
    session = builder.config("spark.master", "local[2]").getOrCreate()
    for table in tables:
        rows = session.table(f"hitcast.{table}")
        # instants as the wall clock of UTC, which is how DuckDB holds them
        instants = {name: rows[name].cast("timestamp_ntz") for name, kind in rows.dtypes if kind == "timestamp"}
        rows.withColumns(instants).coalesce(1).write.parquet(str(folder / table))
    session.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
