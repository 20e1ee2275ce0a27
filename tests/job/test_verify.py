"""`hitcast verify` names each damaged file and its cure, and changes nothing."""

import json
import random
import shutil
from pathlib import Path

import duckdb
import pytest

from hitcast.core.decisions import Decision, record_decision
from hitcast.core.digests import digest_of
from hitcast.core.home import Home
from hitcast.ingest import ingest
from hitcast.job.verify import verify
from hitcast.serving.publish import publish, published_file
from tests.commands import hitcast, refused, succeeded
from tests.faults.bits import flip
from tests.serving.published_world import make_home

CURES = {
    "raw/landing_deliveries/data.parquet": "`hitcast run --rebuild`",
    "raw/ledger_copy.parquet": "Copy landing_deliveries/data.parquet over it",
    "raw/vk_stream_days/stream_date=2024-01-01/delivery=000002/data.parquet": "`hitcast ingest` that day again",
    "raw/vk_stream_days/stream_date=2024-01-01/delivery=000001/data.parquet": "Put it back from a backup, or leave it",
    "serving/release_predictions.parquet": "`hitcast publish` writes it again",
    "serving/hitcast.duckdb": "`hitcast publish` writes it again",
    "warehouse.duckdb": "`hitcast run --rebuild`",
    "decisions.db": "Put a backup of it in its place",
}


@pytest.fixture
def whole(tmp_path: Path) -> Home:
    """A home with a day delivered twice, a publication and a decision."""
    home = make_home(tmp_path / "home", release_predictions=[{}])
    for streams in (5, 6):
        export = tmp_path / "vk.csv"
        export.write_text(f"stream_date,isrc,territory,streams\n2024-01-01,A,RU,{streams}\n")
        ingest(home, [export])
    publish(home)
    record_decision(home, Decision("R1", "promoted"))
    return home


def test_a_whole_home_is_said_to_be_whole_in_one_line(whole: Home) -> None:
    files = verify(whole).files
    assert succeeded(hitcast(whole, "verify")) == f"all {files} files of {whole.root} are as written\n"
    assert files > len(CURES)


@pytest.mark.parametrize("place", CURES)
def test_a_damaged_file_is_named_with_its_cure(whole: Home, place: str) -> None:
    file = whole.root / place
    if file.suffix == ".duckdb":
        file.write_bytes(file.read_bytes()[:5000])
    else:
        flip(file, random.Random(7))
    [fault] = verify(whole).damaged
    assert fault.where == str(file)
    assert CURES[place] in fault.cure


def test_all_that_is_damaged_is_listed_and_nothing_is_changed(whole: Home) -> None:
    for place in list(CURES)[1:]:
        (whole.root / place).write_bytes(b"noise" * 100)
    before = {path: digest_of(path) for path in whole.root.rglob("*") if path.is_file()}
    done = hitcast(whole, "verify")
    assert f"7 of {verify(whole).files} files of {whole.root} are damaged or missing" in refused(done, 2)
    assert all(place in done.stdout for place in list(CURES)[1:])
    assert max(map(len, done.stdout.splitlines())) <= 80
    found = json.loads(hitcast(whole, "verify", "--json").stdout)
    assert {fault["file"] for fault in found["damaged"]} == set(list(CURES)[1:])
    assert {path: digest_of(path) for path in whole.root.rglob("*") if path.is_file()} == before


def test_a_warehouse_in_use_is_not_read_and_not_called_damaged(whole: Home, tmp_path: Path) -> None:
    import subprocess
    import sys

    opener = "import duckdb, sys, time; c = duckdb.connect(sys.argv[1]); print('open', flush=True); time.sleep(60)"
    command = [sys.executable, "-c", opener, str(whole.warehouse)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        found = verify(whole)
        process.kill()
    assert found.damaged == []
    assert any("warehouse.duckdb: in use, and not read" in note for note in found.notes)


def test_files_published_before_they_carried_digests_are_not_called_damaged(whole: Home) -> None:
    for file in whole.serving.glob("*.parquet"):
        rows = duckdb.read_parquet(str(file)).to_arrow_table()
        duckdb.from_arrow(rows).write_parquet(str(file))
    found = verify(whole)
    assert found.damaged == []
    assert any("published before files carried digests" in note for note in found.notes)
    publish(whole)
    assert verify(whole).notes == []
    assert published_file(whole).exists()
    shutil.rmtree(whole.serving)
    assert verify(whole).damaged == []
