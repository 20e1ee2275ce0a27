"""One writer of a home at a time, and what a killed one leaves."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hitcast.core.errors import BusyError, MachineError
from hitcast.core.files import written
from hitcast.core.home import Home
from hitcast.core.lock import describe, holder, writing

HOLDER = """
import sys, time
from pathlib import Path
from hitcast.core.home import Home
from hitcast.core.lock import writing
with writing(Home(Path(sys.argv[1])), "hitcast ingest"):
    print("held", flush=True)
    time.sleep(60)
"""


@contextmanager
def another_writer(home: Home) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the home, until it is killed."""
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(home.root)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def test_a_held_home_names_its_holder(home: Home) -> None:
    with another_writer(home) as process:
        found = holder(home)
        assert found is not None
        assert (found["command"], found["pid"]) == ("hitcast ingest", process.pid)
        said_so = rf"`hitcast ingest`, process {process.pid}, since 20\d\d-"
        with pytest.raises(BusyError, match=said_so) as refusal, writing(home, "hitcast run"):
            pass
    assert refusal.value.exit_code == 3
    assert str(home.root) in str(refusal.value)


def test_a_killed_writer_holds_nothing(home: Home) -> None:
    with another_writer(home) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        # its name still lies there
        assert (home.root / ".writer.json").exists()
        assert holder(home) is None
        with writing(home, "hitcast run"):
            found = holder(home)
            assert found is not None
            assert found["pid"] == os.getpid()
    assert holder(home) is None
    assert not (home.root / ".writer.json").exists()


def test_calls_of_one_process_nest_and_the_outermost_names_it(home: Home) -> None:
    with writing(home, "hitcast run"):
        with writing(home, "hitcast publish"):
            pass
        found = holder(home)
        assert found is not None
        assert found["command"] == "hitcast run"
    assert describe(None) == "another hitcast"


def test_leftovers_are_removed_and_said_once(home: Home) -> None:
    leftovers = [home.serving / ".hitcast.duckdb.part", home.serving / ".hitcast.duckdb.part.wal"]
    leftovers += [home.raw / ".incoming" / "vk_stream_days" / "2020-01-01.parquet", home.root / ".report.html.part"]
    leftovers += [home.mlflow / ".bundle1.part" / "manifest.json", home.root / ".demo-1" / "exports" / "catalog.csv"]
    leftovers += [home.root / "warehouse.duckdb.tmp" / "duckdb_temp_storage-0.tmp"]
    kept = [home.serving / "hitcast.duckdb", home.raw / "vk_stream_days" / "data.parquet", home.root / "a.part"]
    for path in leftovers + kept:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half a fi")
    lines: list[str] = []
    with writing(home, "hitcast run", lines.append):
        assert not any(path.exists() for path in leftovers)
        with writing(home, "hitcast publish", lines.append):
            pass
    assert all(path.exists() for path in kept)
    [line] = lines
    assert line.startswith("removed what a killed run had left unfinished: .demo-1, .report.html.part")
    assert line.endswith(" and 4 more")


def test_a_home_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(MachineError, match=r"cannot be written.*HITCAST_HOME=PATH"),
        writing(Home(tmp_path / "file" / "home"), "hitcast run"),
    ):
        pass


def test_a_file_keeps_what_it_held_until_the_next_is_whole(tmp_path: Path) -> None:
    place = tmp_path / "new folder" / "figures.csv"
    with written(place) as part:
        part.write_text("old")
    with pytest.raises(ValueError, match="stop"), written(place) as part:
        part.write_text("ne")
        raise ValueError("stop")
    assert place.read_text() == "old"
    with written(place) as part:
        part.write_text("new")
        assert place.read_text() == "old"
    assert place.read_text() == "new"
    assert list(place.parent.iterdir()) == [place]
