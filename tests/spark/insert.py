"""Run on its own: appends Parquet files of a folder to the tables of their names in the schema ml."""

import sys
from pathlib import Path

from hitcast.core.home import Home
from tests.spark.session import open_session


def main(home: Home, folder: Path) -> None:
    session = open_session(home)
    for path in sorted(folder.glob("*.parquet")):
        table = f"ml.{path.stem}"
        session.read.parquet(str(path)).select(*session.table(table).columns).write.insertInto(table)
    session.stop()


if __name__ == "__main__":
    main(Home(Path(sys.argv[1])), Path(sys.argv[2]))
