"""Publishing under readers that never pause: `pytest -m load --publishes 200 -s` does it 200 times."""

import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from hitcast.serving.publish import open_published, publish, published_file
from tests.serving.published_world import make_home

READERS = 8
READER = """
import sys, duckdb
file, stop = sys.argv[1:]
reads, mixed, failed = 0, 0, 0
import pathlib
while not pathlib.Path(stop).exists():
    try:
        with duckdb.connect(file, read_only=True) as connection:
            seen = connection.sql(
                "select run_id, count(*) from release_predictions group by run_id "
                "union all by name select run_id, 500 from prediction_history group by run_id "
                "union all by name select run_id, 500 from publish_info group by run_id"
            ).fetchall()
            seen += connection.sql("select run_id, count(*) from release_predictions group by run_id").fetchall()
        reads += 1
        mixed += len(set(row[0] for row in seen)) != 1
    except Exception as error:
        failed += 1
        print(error, file=sys.stderr)
print(reads, mixed, failed)
"""


@pytest.mark.load
def test_publications_under_readers_are_whole_and_not_held_up(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    publishes = pytestconfig.getoption("--publishes")
    rows = [{"release_id": f"R{number}"} for number in range(500)]
    home = make_home(tmp_path, release_predictions=rows, prediction_history=rows)
    publish(home)
    stop = tmp_path / "stop"
    command = [sys.executable, "-c", READER, str(published_file(home)), str(stop)]
    readers = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(READERS)
    ]
    seconds = []
    # one reader never lets go of what it opened
    with open_published(home) as holder:
        for number in range(publishes):
            with duckdb.connect(str(home.warehouse)) as warehouse:
                for table in ("release_predictions", "prediction_history"):
                    warehouse.execute(f"update {table} set run_id = ?", [f"run {number}"])
            begun = time.perf_counter()
            publish(home)
            seconds.append(time.perf_counter() - begun)
        assert holder.sql("select distinct run_id from release_predictions").fetchall() == [("r1",)]
    stop.touch()
    ends = [reader.communicate(timeout=60) for reader in readers]
    counts = [tuple(map(int, out.split())) for out, _ in ends]
    reads, mixed, failed = (sum(column) for column in zip(*counts, strict=True))
    print(f"{publishes} publishes, slowest {max(seconds):.2f} s; {reads} reads, {mixed} mixed, {failed} failed")
    assert (mixed, failed) == (0, 0), ends
    assert reads >= publishes
    assert max(seconds) < 30
    assert [file for file in home.serving.iterdir() if file.name.startswith(".")] == []
    with pytest.raises(duckdb.Error), open_published(home) as published:
        published.execute("delete from publish_info")
