"""`python -m benchmarks.engines` on DuckDB alone: what it keeps, what it measures again, and what it refuses."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.engine_build import checked_columns
from benchmarks.engine_results import machine, read
from benchmarks.scale_tables import BEGIN, END
from benchmarks.scan import COLUMNS
from hitcast.core.home import PROJECT_DIR, Home
from hitcast.ingest.landing import read_ledger

ROWS = 40_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("engines")
    (folder / "scale.md").write_text(f"{BEGIN}\n{END}\n")
    return folder


def bench(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    places = ["--folder", str(folder), "--results", str(folder / "engines.json"), "--docs", str(folder / "scale.md")]
    command = [sys.executable, "-m", "benchmarks.engines", *places, *arguments, "--workers"]
    return subprocess.run(command, cwd=PROJECT_DIR, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_a_build_is_measured_and_kept(folder: Path) -> None:
    done = bench(folder, "--rows", str(ROWS))
    assert done.returncode == 0, done.stderr
    [build] = read(folder / "engines.json")
    assert build.machine == machine()
    days = [row.row_count for (table, _), row in read_ledger(Home(folder / str(ROWS))).items() if table in COLUMNS]
    assert build.landed_rows == sum(days)
    assert build.mart_rows is not None and build.mart_rows > 0
    assert build.mart_digest
    assert None not in (build.seconds, build.cpu_seconds, build.peak_memory_mb)
    assert 50 < float(build.peak_memory_mb or 0) < 4_000
    assert build.warehouse_bytes == pytest.approx(Home(folder / str(ROWS)).warehouse.stat().st_size, rel=0.5)
    assert "| DuckDB |" in (folder / "scale.md").read_text()


@pytest.mark.slow
def test_what_stands_is_not_measured_again(folder: Path) -> None:
    before = (folder / "engines.json").read_text()
    done = bench(folder, "--rows", str(ROWS))
    assert (done.returncode, done.stderr) == (0, "")
    assert (folder / "engines.json").read_text() == before


@pytest.mark.slow
def test_a_landing_of_copies_has_as_many_releases_of_each(folder: Path) -> None:
    [once] = read(folder / "engines.json")
    done = bench(folder, "--rows", str(ROWS), "--copies", "3")
    assert done.returncode == 0, done.stderr
    [thrice] = [build for build in read(folder / "engines.json") if build.rows == 3 * ROWS]
    assert (thrice.landed_rows, thrice.mart_rows) == (3 * once.landed_rows, 3 * (once.mart_rows or 0))


@pytest.mark.slow
def test_a_build_beyond_its_limit_is_recorded_as_that(folder: Path) -> None:
    done = bench(folder, "--rows", str(ROWS), "--again", "--limit", "0.5")
    assert done.returncode == 0, done.stderr
    [build] = [one for one in json.loads((folder / "engines.json").read_text()) if one["rows"] == ROWS]
    assert (build["seconds"], build["mart_rows"]) == (None, None)
    assert "not within 0" in (folder / "scale.md").read_text()


def test_too_few_rows_are_refused_in_one_line(folder: Path) -> None:
    done = bench(folder, "--rows", "1000")
    assert done.returncode != 0
    assert done.stderr == f"--rows 1000: too few for a world. Give {ROWS:,} or more\n"


@pytest.mark.parametrize("copies", ["0", "28"])
def test_too_few_or_too_many_copies_are_refused_in_one_line(folder: Path, copies: str) -> None:
    done = bench(folder, "--rows", str(ROWS), "--copies", copies)
    assert done.returncode != 0
    assert done.stderr == f"--copies {copies}: a landing holds a world 1 to 27 times\n"


def test_the_check_covers_streams_and_views() -> None:
    assert {"tiktok_views_total", "vk_streams_total"} <= set(checked_columns())
