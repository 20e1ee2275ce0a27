import subprocess
import sys
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.ingest.contract import LEDGER, load_contracts
from hitcast.ingest.landing import (
    FIRST_COLUMNS,
    LedgerRow,
    commit,
    incoming_dir,
    landed_file,
    landed_files,
    read_ledger,
    restore_ledger,
    write_ledger,
)

CONTRACTS = load_contracts()
VK, CATALOG = CONTRACTS["vk_stream_days"], CONTRACTS["catalog_tracks"]
MOMENT = datetime(2024, 5, 6, 7, 8, 9)


def _rows(days: Iterable[int], number: int = 3) -> list[LedgerRow]:
    return [LedgerRow(VK.table, date(2024, 1, day), number, MOMENT, 10, "a.csv", "10-ff", "ab") for day in days]


def _write(home: Home, rows: Iterable[LedgerRow]) -> None:
    write_ledger(home, rows, CONTRACTS[LEDGER])


def test_the_ledger_comes_back_as_written(home: Home) -> None:
    assert read_ledger(home) == {}
    rows = _rows([2, 1])
    _write(home, rows)
    assert list(read_ledger(home).values()) == rows[::-1]
    assert pq.read_table(home.ledger).column_names == [column.name for column in CONTRACTS[LEDGER].columns]
    assert home.ledger_copy.read_bytes() == home.ledger.read_bytes()
    _write(home, _rows([3]))
    assert list(read_ledger(home)) == [(VK.table, date(2024, 1, 3))]


def test_reading_the_ledger_leaves_no_thread_that_needs_python(home: Home) -> None:
    """One that lets go of the bytes while Python ends would abort the command after all its work."""
    _write(home, _rows([1]))
    code = (
        "import os, sys; from pathlib import Path; from hitcast.core.home import Home; "
        "from hitcast.ingest.landing import read_ledger; before = len(os.listdir('/proc/self/task')); "
        "rows = read_ledger(Home(Path(sys.argv[1]))); print(len(rows), len(os.listdir('/proc/self/task')) - before)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(home.root)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "0"]


def test_a_day_may_be_partial(home: Home) -> None:
    [row] = _rows([1])
    partial = LedgerRow(**{**vars(row), "day_state": "partial"})
    _write(home, [partial])
    assert list(read_ledger(home).values()) == [partial]


def test_one_flipped_bit_anywhere_in_the_ledger_is_noticed(home: Home) -> None:
    _write(home, _rows([1]))
    content = home.ledger.read_bytes()
    for place in range(len(content)):
        spoiled = bytearray(content)
        spoiled[place] ^= 1 << place % 8
        home.ledger.write_bytes(spoiled)
        with pytest.raises(HitcastError, match="`hitcast run --rebuild` restores it from its copy"):
            read_ledger(home)


def test_a_lost_or_damaged_ledger_is_restored_from_its_copy(home: Home) -> None:
    assert restore_ledger(home) is None
    _write(home, rows := _rows([1, 2]))
    assert restore_ledger(home) is None
    home.ledger.unlink()
    with pytest.raises(HitcastError, match="is missing, though days have landed"):
        read_ledger(home)
    assert restore_ledger(home) == 2
    assert list(read_ledger(home).values()) == rows
    home.ledger.write_bytes(b"no Parquet")
    assert restore_ledger(home) == 2
    for path in (home.ledger, home.ledger_copy):
        path.write_bytes(b"no Parquet")
    with pytest.raises(HitcastError, match="`hitcast ingest` every export again"):
        restore_ledger(home)


def test_a_first_ingest_killed_between_the_copy_and_the_ledger_left_an_empty_home(home: Home) -> None:
    _write(home, [])
    home.ledger.unlink()
    assert read_ledger(home) == {}
    assert restore_ledger(home) is None
    _write(home, _rows([1]))
    home.ledger.unlink()
    with pytest.raises(HitcastError, match="is missing, though days have landed"):
        read_ledger(home)


def test_landed_files_without_a_ledger_are_not_taken_for_an_empty_home(home: Home) -> None:
    landed_file(home, VK, date(2024, 1, 1), 1).parent.mkdir(parents=True)
    with pytest.raises(HitcastError, match="is missing, though days have landed"):
        read_ledger(home)


def test_a_ledger_of_the_first_format_is_no_damaged_one_and_one_without_a_digest_is(home: Home) -> None:
    home.ledger.parent.mkdir(parents=True)
    rows = pq.read_table(_older_ledger(home))
    pq.write_table(rows, home.ledger)
    with pytest.raises(HitcastError, match=r"is damaged \(carries no digest\)"):
        read_ledger(home)
    pq.write_table(rows.select(sorted(FIRST_COLUMNS)), home.ledger)
    for read in (read_ledger, restore_ledger):
        with pytest.raises(HitcastError, match="is of an earlier version of hitcast"):
            read(home)


def _older_ledger(home: Home) -> Path:
    other = Home(home.root / "older")
    _write(other, _rows([1]))
    return other.ledger


def test_each_day_has_one_file_and_the_catalog_its_latest(home: Home) -> None:
    [day] = _rows([1], number=2)
    gone = LedgerRow(**{**vars(_rows([2])[0]), "is_withdrawn": True})
    catalogs = [LedgerRow(CATALOG.table, date(2024, 1, n), n, MOMENT, 1, "", "", "") for n in (4, 5)]
    ledger = {(row.table_name, row.delivered_day): row for row in [day, gone, *catalogs]}
    assert landed_files(home, ledger) == {
        home.raw / "catalog_tracks" / "delivery=000005" / "data.parquet": catalogs[1],
        home.raw / "vk_stream_days" / "stream_date=2024-01-01" / "delivery=000002" / "data.parquet": day,
    }


def test_files_that_the_ledger_does_not_name_go_with_the_next_commit(home: Home) -> None:
    [row] = _rows([1], number=1)
    incoming = incoming_dir(home) / "day.parquet"
    incoming.parent.mkdir(parents=True)
    incoming.write_bytes(b"landed")
    place = landed_file(home, VK, row.delivered_day, 1)
    strays = [landed_file(home, VK, date(2024, 1, day), number) for day, number in ((1, 2), (9, 1))]
    commit(home, [(incoming, place)], {}, [row])
    for stray in strays:
        stray.parent.mkdir(parents=True)
        stray.write_bytes(b"stray")
    commit(home, [], read_ledger(home), [])
    assert place.read_bytes() == b"landed"
    assert [stray.parent.exists() for stray in strays] == [False, False]
    assert not strays[1].parent.parent.exists()
