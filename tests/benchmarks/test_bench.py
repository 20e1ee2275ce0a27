"""The whole of `make bench` where its limits mean nothing: it measures, compares and reports everything."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from hitcast.core.home import PROJECT_DIR


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments], cwd=PROJECT_DIR, capture_output=True, text=True, check=False
    )


@pytest.mark.bench
def test_everything_is_measured_and_reported(tmp_path: Path) -> None:
    """It fails by itself where DuckDB, Polars and pandas do not aggregate alike."""
    file = tmp_path / "results.json"
    done = bench("--rows", "400000", "--builds", "1", "--folder", str(tmp_path / "worlds"), "--results", str(file))
    assert done.returncode == 0, done.stderr
    results = json.loads(file.read_text())
    by_name = {(result["name"], result["baseline"].split(",")[0]) for result in results}
    assert {
        ("full build of the feature marts, SQL", "bare scan (max)"),
        ("ingest of VK's CSVs", "DuckDB's COPY"),
        ("ingest of 571 files of 20 rows", "of one file"),
        ("release-day aggregates", "bare scan (max)"),
        ("release-day aggregates", "polars"),
        ("release-day aggregates", "pandas"),
        ("their peak memory", "pandas"),
        ("peak memory of dbt build", "1 GB"),
        ("dbt's start-up, parsing and own queries", ""),
        ("full build with memory_limit 512MB, SQL", "without"),
    } <= by_name
    for result in results:
        assert result["name"] in done.stdout
        if result["seconds"] is not None and result["baseline_seconds"] is not None:
            assert result["ratio"] == pytest.approx(result["seconds"] / result["baseline_seconds"])
        over = None not in (result["ratio"], result["limit"]) and result["ratio"] > result["limit"]
        assert result["exceeded"] == over
    # the doubled world holds everything twice
    rows = [result["rows"] for result in results if result["name"] == "growth of the full build, SQL"]
    assert rows[1] == 2 * rows[0]


def test_too_few_rows_are_refused_in_one_line(tmp_path: Path) -> None:
    done = bench("--rows", "1000", "--folder", str(tmp_path))
    assert done.returncode != 0
    assert done.stderr.count("\n") == 1
    assert "400,000" in done.stderr
