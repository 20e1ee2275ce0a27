"""A backup taken while the home is used, and what comes back from it."""

import subprocess
import time
from pathlib import Path

import pytest

from hitcast.core.home import PROJECT_DIR, Home
from hitcast.job.backup import back_up
from tests.commands import HITCAST, environment, hitcast, succeeded
from tests.faults.state import faults_of, print_of, published_faults


def tables(home: Home) -> dict[str, object]:
    return {name: rows for name, rows in print_of(home).items() if name.startswith("hitcast.duckdb ")}


@pytest.mark.slow
def test_all_that_is_published_comes_back(home: Home, tmp_path: Path) -> None:
    succeeded(hitcast(home, "backup", str(tmp_path / "backup.tar")))
    other = Home(tmp_path / "other")
    succeeded(hitcast(other, "restore", str(tmp_path / "backup.tar")))
    assert faults_of(other) == []
    wanted = tables(home)
    assert tables(other) == wanted
    succeeded(hitcast(other, "run", "--rebuild"))
    assert tables(other) == wanted


@pytest.mark.slow
@pytest.mark.parametrize("command", [("run", "--retrain", "always"), ("tune", "--trials", "6")])
def test_a_backup_of_a_home_at_work_is_whole(home: Home, tmp_path: Path, command: tuple[str, ...]) -> None:
    taken: list[Path] = []
    with subprocess.Popen(
        [str(HITCAST), *command], env=environment(home), stdout=subprocess.DEVNULL, cwd=PROJECT_DIR
    ) as process:
        while process.poll() is None:
            taken.append(tmp_path / f"{len(taken)}.tar")
            back_up(home, taken[-1])
            time.sleep(1)
    assert process.returncode == 0
    assert len(taken) > 5
    for number, file in enumerate(taken):
        other = Home(tmp_path / f"other {number}")
        succeeded(hitcast(other, "restore", str(file)))
        assert faults_of(other) == []
        assert published_faults(other.serving / "hitcast.duckdb") == []
    succeeded(hitcast(other, "run", "--rebuild"))
