"""No room, no right to write, another file system: one line, exit code 4, nothing lost, the same command completes."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from hitcast.core.home import Home
from tests.commands import HITCAST, MAPPINGS, copied, environment, hitcast, published, refused, slow, succeeded
from tests.faults.conftest import Disk

Mount = Callable[[int], Disk]


@pytest.mark.slow
def test_a_full_disk_stops_a_command_and_room_lets_it_go_on(prepared: Home, mounted: Mount) -> None:
    disk = mounted(80)
    home = copied(prepared, disk.root / "home")
    whole = (home.serving / "hitcast.duckdb").read_bytes()
    history = published(home, "from prediction_history order by all")
    for command in ("predict", "publish"):
        disk.fill()
        assert "no space" in refused(hitcast(home, command), 4).lower()
        assert (home.serving / "hitcast.duckdb").read_bytes() == whole
    # what cannot be recorded must not keep status from telling
    assert "release_predictions" in succeeded(hitcast(home, "status"))
    disk.make_room()
    for command in ("predict", "publish"):
        succeeded(hitcast(home, command))
    assert published(home, "from prediction_history order by all").equals(history)


@slow
def test_a_delivery_to_a_full_disk_lands_not_at_all(mounted: Mount, exports: Path) -> None:
    disk = mounted(80)
    home = Home(disk.root / "home")
    for left in (0, 1_000_000):
        disk.fill(left)
        assert "no space" in refused(hitcast(home, "ingest", str(exports), *MAPPINGS), 4).lower()
        assert not home.ledger.exists()
        assert not list(home.root.glob("raw/*/*=*"))
    disk.make_room()
    succeeded(hitcast(home, "ingest", str(exports), *MAPPINGS))


@slow
@pytest.mark.parametrize("left", [0, 200_000, 1_000_000, 4_000_000])
@pytest.mark.parametrize("command", ["run", "train", "tune", "backtest"])
def test_a_disk_that_fills_up_on_the_way(prepared: Home, mounted: Mount, left: int, command: str) -> None:
    disk = mounted(80)
    home = copied(prepared, disk.root / "home")
    whole = (home.serving / "hitcast.duckdb").read_bytes()
    arguments = {"tune": ["tune", "--trials", "1"]}.get(command, [command])
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
        message = refused(hitcast(home, *command), 4)
        assert "Read-only file system" in message
        assert "HITCAST_HOME=PATH" in message
    assert "version" in succeeded(hitcast(home, "status"))
    other = mounted(80)
    succeeded(hitcast(home, "export", "release_predictions", "--output", str(other.root)))
    assert (other.root / "release_predictions.csv").stat().st_size > 1000


@pytest.mark.slow
def test_a_home_without_the_right_to_write_is_told(home: Home) -> None:
    home.root.chmod(0o500)
    # root may write wherever it likes, unless it lays that right down
    humbled = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*humbled, str(HITCAST), "run"], env=environment(home), capture_output=True, text=True, check=False
    )
    home.root.chmod(0o700)
    assert "permission" in refused(done, 4).lower()


@slow
def test_a_home_on_another_file_system_lands_and_publishes(prepared: Home, mounted: Mount, exports: Path) -> None:
    """Renames never cross file systems."""
    disk = mounted(80)
    home = Home(disk.root / "home")
    succeeded(hitcast(home, "ingest", str(exports), *MAPPINGS))
    assert home.ledger.exists()
    copied(prepared, home.root)
    succeeded(hitcast(home, "publish"))
    assert len(published(home, "from release_predictions")) > 10
