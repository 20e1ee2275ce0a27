"""A machine whose memory runs out: exit code 4 in one line, whichever library met it."""

from pathlib import Path

import duckdb
import pytest

from hitcast.cli import terminal
from hitcast.core.errors import MachineError, machine_error
from hitcast.core.home import Home
from hitcast.core.settings import Settings
from hitcast.core.warehouse import open_warehouse
from hitcast.desk import sheet
from ml.registry.bundles import load_bundle
from tests.commands import hitcast, published, refused, slow

SIGNS = [
    "Runtime Error in model release_days (models/x.sql)\n  Out of Memory Error: failed to pin block of size 256.0 KiB",
    "std::bad_alloc",
    "bad allocation",
    "[Errno 12] Cannot allocate memory",
    "malloc of size 128 failed",
    "An error occurred while calling o1.sql.\n: java.lang.OutOfMemoryError: Java heap space",
]


@pytest.mark.parametrize("error", [MemoryError(), MemoryError("9 EiB"), *map(RuntimeError, SIGNS[1:5])], ids=repr)
def test_no_memory_is_code_4_in_one_line(error: Exception, capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise error

    assert terminal.guarded(fail) == 4
    (line,) = capsys.readouterr().err.splitlines()
    assert "not enough memory" in line
    assert "HITCAST_MEMORY_LIMIT" in line


@pytest.mark.parametrize("message", SIGNS)
def test_every_library_says_so_in_words_that_are_known(message: str) -> None:
    assert "not enough memory" in str(machine_error(message, "here"))


def test_a_query_beyond_the_limit_is_code_4(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "warehouse.duckdb", tmp_path, tmp_path / "optuna.db")
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("create table numbers as select range as number from range(10)")
    with pytest.raises(MachineError, match="not enough memory"), open_warehouse(settings) as connection:
        connection.execute("set memory_limit = '4MB'")
        connection.execute("set max_temp_directory_size = '0B'")
        connection.execute("select list(range) from range(100000000)").fetchall()


def test_a_bundle_that_memory_does_not_hold_is_not_called_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("ml.registry.bundles._read_manifest", fail)
    with pytest.raises(MemoryError):
        load_bundle(tmp_path)


def test_a_browser_that_the_machine_kills_is_code_4(tmp_path: Path) -> None:
    browser = tmp_path / "chromium"
    browser.write_text("#!/bin/sh\nkill -9 $$\n")
    browser.chmod(0o755)
    (tmp_path / "week.html").touch()
    with pytest.raises(MachineError, match="was killed") as refusal:
        sheet._print(str(browser), tmp_path / "week.html", tmp_path / "week.pdf")
    assert refusal.value.exit_code == 4


@slow
def test_a_run_beyond_the_limit_is_code_4_and_changes_nothing_published(home: Home) -> None:
    before = published(home, "from publish_info order by all")
    message = refused(hitcast(home, "run", "--step", "features", HITCAST_MEMORY_LIMIT="8MB"), 4)
    assert "not enough memory" in message
    assert published(home, "from publish_info order by all").equals(before)
