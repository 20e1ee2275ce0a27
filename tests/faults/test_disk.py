"""No room, no right to write, another file system: one line, exit code 4, nothing lost, the same command completes."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.home import Home
from tests.faults.commands import HITCAST, MAPPINGS, copied, environment, hitcast, published, refused, slow, succeeded
from tests.faults.conftest import Disk

Mount = Callable[[int], Disk]


def test_a_full_disk_stops_each_step_and_room_lets_it_go_on(prepared: Home, mounted: Mount, exports: Path) -> None:
    disk = mounted(80)
    home = copied(prepared, disk.root / "home")
    whole = (home.serving / "hitcast.duckdb").read_bytes()
    history = published(home, "from prediction_history")
    disk.fill()
    for command in (["run", "--full-refresh"], ["predict"], ["publish"], ["ingest", str(exports), *MAPPINGS]):
        assert "no space" in refused(hitcast(home, *command), 4).lower(), command
        assert (home.serving / "hitcast.duckdb").read_bytes() == whole
    # what cannot be recorded or signed must not hide the cause, nor what status tells
    assert "release_predictions" in succeeded(hitcast(home, "status"))
    disk.make_room()
    succeeded(hitcast(home, "run", "--full-refresh"))
    kept = published(home, "from prediction_history")
    assert set(history["run_id"]) <= set(kept["run_id"])


@slow
@pytest.mark.parametrize("left", [200_000, 1_000_000, 4_000_000])
@pytest.mark.parametrize("command", ["run", "train", "tune", "backtest"])
def test_a_disk_that_fills_up_on_the_way(prepared: Home, mounted: Mount, left: int, command: str) -> None:
    disk = mounted(80)
    home = copied(prepared, disk.root / "home")
    whole = (home.serving / "hitcast.duckdb").read_bytes()
    arguments = {"run": ["run", "--full-refresh"], "tune": ["tune", "--trials", "1"]}.get(command, [command])
    disk.fill(left)
    done = hitcast(home, *arguments)
    if done.returncode:
        assert "no space" in refused(done, 4).lower()
        assert (home.serving / "hitcast.duckdb").read_bytes() == whole
    disk.make_room()
    succeeded(hitcast(home, *arguments))


def test_a_home_that_cannot_be_written_is_told_and_still_read(prepared: Home, mounted: Mount, exports: Path) -> None:
    disk = mounted(80)
    home = copied(prepared, disk.root / "home")
    disk.forbid_writing()
    for command in (["run"], ["ingest", str(exports), *MAPPINGS]):
        told = refused(hitcast(home, *command), 4)
        assert "Read-only file system" in told
        assert "HITCAST_HOME=PATH" in told
    assert "version" in succeeded(hitcast(home, "status"))
    other = mounted(80)
    succeeded(hitcast(home, "export", "release_predictions", "--output", str(other.root)))
    assert (other.root / "release_predictions.csv").stat().st_size > 1000


def test_a_home_without_the_right_to_write_is_told(home: Home) -> None:
    home.root.chmod(0o500)
    # root may write wherever it likes, unless it lays that right down
    humbled = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*humbled, str(HITCAST), "run"], env=environment(home), capture_output=True, text=True, check=False
    )
    home.root.chmod(0o700)
    assert "Permission denied" in refused(done, 4)


def test_a_home_on_another_file_system_lands_and_publishes(prepared: Home, mounted: Mount, exports: Path) -> None:
    """Renames never cross file systems."""
    disk = mounted(80)
    home = Home(disk.root / "home")
    succeeded(hitcast(home, "ingest", str(exports), *MAPPINGS))
    assert home.ledger.exists()
    copied(prepared, home.root)
    succeeded(hitcast(home, "publish"))
    assert len(published(home, "from release_predictions")) > 10
