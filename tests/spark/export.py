"""Run on its own: copies tables of a home's Spark warehouse to Parquet files that another engine reads."""

import sys
from pathlib import Path

from hitcast.core.home import Home
from tests.spark.session import open_session


def main(home: Home, folder: Path, tables: list[str]) -> None:
    session = open_session(home)
    for table in tables:
        rows = session.table(f"hitcast.{table}")
        # instants as the wall clock of UTC, which is how DuckDB holds them
        instants = {name: rows[name].cast("timestamp_ntz") for name, kind in rows.dtypes if kind == "timestamp"}
        rows.withColumns(instants).coalesce(1).write.parquet(str(folder / table))
    session.stop()


if __name__ == "__main__":
    main(Home(Path(sys.argv[1])), Path(sys.argv[2]), sys.argv[3:])
