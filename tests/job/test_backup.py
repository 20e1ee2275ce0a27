"""Backups of a small home: what is left out, what is damaged or cut short, what a killed restore leaves."""

import json
import random
import re
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from hitcast.core.errors import BusyError, HitcastError
from hitcast.core.home import Home
from hitcast.job import backup
from hitcast.job import restore as restoring
from hitcast.job.backup import CONTENTS, back_up
from hitcast.job.restore import restore

KEPT = {
    "label.yml": b"currency: RUB\n",
    "logs/hitcast.jsonl": b'{"step": "features"}\n',
    "mlflow/artifacts/a run/manifest.json": b"{}",
    "raw/vk_stream_days/stream_date=2026-01-01/delivery=000001/data.parquet": bytes(range(256)) * 9,
    "serving/hitcast.duckdb": b"published" * 500,
}
LEFT_OUT = (
    ".writer.lock",
    ".writer.json",
    "dbt/target/manifest.json",
    "exports/first/catalog.csv",
    "mlflow/.bundle1.part/part.json",
    "optuna.db-wal",
    "raw/.incoming/data.parquet",
    "serving/.hitcast.duckdb.part",
    "warehouse.duckdb",
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home's own" / "home")
    for name, content in (*KEPT.items(), *((name, b"left out") for name in LEFT_OUT)):
        (home.root / name).parent.mkdir(parents=True, exist_ok=True)
        (home.root / name).write_bytes(content)
    with closing(sqlite3.connect(home.decisions)) as database:
        database.executescript("create table decisions (title text); insert into decisions values ('песня');")
    return home


@pytest.fixture
def other(tmp_path: Path) -> Home:
    return Home(tmp_path / "other")


def held(home: Home) -> dict[str, bytes]:
    found = {path.relative_to(home.root).as_posix(): path for path in home.root.rglob("*") if path.is_file()}
    # the lock, and what is noted of databases as it ends
    own = {name for name in found if name.startswith(".writer.") or name.endswith(".db.digest")}
    return {name: path.read_bytes() for name, path in found.items() if name not in own}


def test_all_but_what_can_be_built_again_comes_back(home: Home, other: Home, tmp_path: Path) -> None:
    home.root.chmod(0o700)
    (home.root / "label.yml").chmod(0o600)
    made = back_up(home, tmp_path / "backup.tar")
    assert made.file_count == len(KEPT) + 1
    assert (tmp_path / "backup.tar").stat().st_mode & 0o777 == 0o600
    found = restore(tmp_path / "backup.tar", other)
    assert found == made
    files = held(other)
    assert {name: files[name] for name in KEPT} == KEPT
    assert set(files) == {*KEPT, "decisions.db"}
    with closing(sqlite3.connect(other.decisions)) as database:
        assert database.execute("select title from decisions").fetchall() == [("песня",)]
    assert other.root.stat().st_mode & 0o777 == 0o700
    assert (other.root / "label.yml").stat().st_mode & 0o777 == 0o600
    assert (other.exports / "first").is_dir(), "a demo stays marked as one"


def test_a_database_is_whole_though_others_write_it(home: Home, other: Home, tmp_path: Path) -> None:
    with closing(sqlite3.connect(home.decisions)) as database:
        database.execute("pragma journal_mode = wal")
        database.execute("insert into decisions values ('another')")
        database.commit()
        database.execute("insert into decisions values ('not yet there')")
        back_up(home, tmp_path / "backup.tar")
        database.rollback()
    restore(tmp_path / "backup.tar", other)
    with closing(sqlite3.connect(other.decisions)) as database:
        assert database.execute("select count(*) from decisions").fetchone() == (2,)


def test_what_is_replaced_while_it_is_read_is_read_again(home: Home, other: Home, tmp_path: Path) -> None:
    file, count = home.serving / "hitcast.duckdb", 0

    def publish(name: str) -> None:
        nonlocal count
        if name.startswith("serving/") and count < 2:
            count += 1
            (home.root / "next").write_bytes(b"published anew" * count)
            (home.root / "next").replace(file)

    back_up(home, tmp_path / "backup.tar", publish)
    assert count == 2
    restore(tmp_path / "backup.tar", other)
    assert (other.serving / "hitcast.duckdb").read_bytes() == b"published anew" * 2


def test_a_home_that_never_rests_is_told_of_as_busy(home: Home, tmp_path: Path) -> None:
    def publish(name: str) -> None:
        (home.root / ".next").write_bytes(name.encode())
        (home.root / ".next").replace(home.serving / "hitcast.duckdb")

    with pytest.raises(BusyError, match="changes faster than it can be read"):
        back_up(home, tmp_path / "backup.tar", publish)
    assert list(tmp_path.glob("*.tar*")) + list(tmp_path.glob(".*.part")) == []


def test_a_bit_flipped_or_an_end_cut_off_never_becomes_a_home(home: Home, tmp_path: Path) -> None:
    whole = tmp_path / "backup.tar"
    back_up(home, whole)
    content, wanted = whole.read_bytes(), held(_restored(whole, tmp_path / "whole"))
    with tarfile.open(whole) as tar:
        end = tar.getmembers()[-1].offset_data
    random_ = random.Random(1)
    refused = 0
    damaged = tmp_path / "damaged.tar"
    for number in range(300):
        if number < 200:
            spoiled = bytearray(content)
            spoiled[random_.randrange(end + 2000)] ^= 1 << random_.randrange(8)
        else:
            spoiled = bytearray(content[: random_.randrange(end)])
        damaged.write_bytes(spoiled)
        target = Home(tmp_path / f"target {number}")
        try:
            restore(damaged, target)
        except HitcastError as error:
            refused += 1
            assert str(damaged) in str(error), error
        else:
            # a bit of the padding, or of a time
            assert held(target) == wanted
            continue
        left = [path.name for path in target.root.iterdir() if not path.name.startswith(".writer.")]
        assert left == [] or ".restoring" in left, "what is unfinished is marked"
    assert refused > 200


def _restored(file: Path, root: Path) -> Home:
    restore(file, Home(root))
    return Home(root)


def test_a_killed_restore_is_begun_anew(
    home: Home, other: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(home, tmp_path / "backup.tar")

    class KilledError(BaseException):
        pass

    def killed() -> None:
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(restoring.os, "sync", killed)
        with pytest.raises(KilledError):
            restore(tmp_path / "backup.tar", other)
    (other.root / "raw" / "half of a file").write_bytes(b"")
    monkeypatch.setenv("HITCAST_HOME", str(other.root))
    with pytest.raises(HitcastError, match="is being restored"):
        Home.current()
    restore(tmp_path / "backup.tar", Home.current(for_restore=True))
    assert set(held(Home.current())) == {*KEPT, "decisions.db"}


def test_what_leads_out_of_the_home_is_refused(other: Home, tmp_path: Path) -> None:
    for number, name in enumerate(("../outside", "/tmp/outside", "raw/../../outside")):
        file = tmp_path / f"{number}.tar"
        with tarfile.open(file, "w") as tar:
            for entry, content in ((name, b""), (CONTENTS, _contents({name: "e3b0c442"}))):
                (tmp_path / "content").write_bytes(content)
                info = tar.gettarinfo(tmp_path / "content", arcname="x")
                info.name = entry
                with (tmp_path / "content").open("rb") as opened:
                    tar.addfile(info, opened)
        with pytest.raises(HitcastError, match="is no file of a home"):
            restore(file, Home(tmp_path / f"target {number}"))
    assert not list(tmp_path.rglob("outside"))


def _contents(files: dict[str, str]) -> bytes:
    plain = {"format": 2, "made_at": "2026-01-01", "mode": 0o700, "is_demo": False, "size": 0, "files": files}
    return backup.signed(json.dumps(plain).encode())


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("{home}/backup.tar", "lies in the home that it would hold"),
        ("{base}/there.tar", "is there, and a backup replaces none"),
        ("{base}/no folder/backup.tar", "there is no such folder"),
    ],
)
def test_a_place_that_cannot_be_is_refused(home: Home, tmp_path: Path, place: str, message: str) -> None:
    (tmp_path / "there.tar").write_bytes(b"another's")
    with pytest.raises(HitcastError, match=message):
        back_up(home, Path(place.format(home=home.root, base=tmp_path)))
    assert (tmp_path / "there.tar").read_bytes() == b"another's"


def test_a_home_that_holds_something_is_left_alone(home: Home, tmp_path: Path) -> None:
    back_up(home, tmp_path / "backup.tar")
    before = {name: content for name, content in held(home).items() if "/." not in name}
    with pytest.raises(HitcastError, match="a backup takes the place of nothing"):
        restore(tmp_path / "backup.tar", home)
    assert held(home) == before


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "no backup of hitcast"), (b"PK\x03\x04", "no backup of hitcast"), (None, "there is no such file")],
)
def test_what_is_no_backup_is_refused(other: Home, tmp_path: Path, content: bytes | None, message: str) -> None:
    if content is not None:
        (tmp_path / "backup.tar").write_bytes(content)
    with pytest.raises(HitcastError, match=re.escape(message)):
        restore(tmp_path / "backup.tar", other)
    assert held(other) == {}
