"""A landing of version 12666e6: all that landed is there in this version's places, however often it was interrupted."""

import json
import os
from pathlib import Path
from typing import Any

import duckdb
import pytest

from hitcast.core.errors import HitcastError
from hitcast.core.home import HOME_FORMAT, Home
from hitcast.ingest import upgrade
from hitcast.ingest.contract import LEDGER, load_contracts
from hitcast.ingest.landing import (
    LEDGER_FORMAT,
    landed_files,
    read_history,
    read_ledger,
    restore_ledger,
    write_ledger,
)
from hitcast.ingest.soundness import check_landing
from hitcast.ingest.upgrade import bring_up_to_date
from tests.commands import rest_slow
from tests.homes import unpacked

BEFORE = {
    "vk_stream_days": "stream_date=*/data.parquet",
    "tiktok_sound_days": "activity_date=*/data.parquet",
    "catalog_tracks": "data.parquet",
}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return unpacked(tmp_path)


def rows_of(paths: list[Path]) -> list[tuple[Any, ...]]:
    """Every row of files of one table, with the day that their folder names."""
    return duckdb.execute(
        "select * replace (regexp_extract(filename, '_date=([0-9-]*)', 1) as filename) "
        "from read_parquet(?, filename = true, hive_partitioning = false) order by all",
        [[str(path) for path in paths]],
    ).fetchall()


def landed_before(home: Home) -> dict[str, list[tuple[Any, ...]]]:
    return {table: rows_of(sorted((home.raw / table).glob(files))) for table, files in BEFORE.items()}


def landed_now(home: Home) -> dict[str, list[tuple[Any, ...]]]:
    paths = landed_files(home, read_ledger(home))
    return {table: rows_of([path for path in paths if table in path.parts]) for table in BEFORE}


def test_all_that_landed_is_read_from_its_new_place(home: Home) -> None:
    before, said = landed_before(home), []
    assert min(len(rows) for rows in before.values()) > 100
    bring_up_to_date(home, said.append)
    assert landed_now(home) == before
    check_landing(home)
    assert len(said) == 1
    assert home.noted_format() == HOME_FORMAT
    # nothing of the first format is left to be read beside it
    assert [path for table, files in BEFORE.items() for path in (home.raw / table).glob(files)] == []
    bring_up_to_date(home, said.append)
    assert len(said) == 1


class KilledError(Exception):
    """Ends an upgrade where a kill would."""


@pytest.mark.parametrize(
    "step", [pytest.param(step, marks=[] if step in (1, 4) else pytest.mark.slow) for step in range(6)]
)
def test_an_upgrade_that_is_killed_is_finished_by_the_next_one(
    home: Home, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    before = landed_before(home)
    calls = {"link": 0, "unlink": 0}
    link, unlink = os.link, Path.unlink

    def counted(kind: str, limit: int, act: Any) -> Any:
        def call(*given: Any, **named: Any) -> Any:
            calls[kind] += 1
            if calls[kind] > limit:
                raise KilledError
            return act(*given, **named)

        return call

    with monkeypatch.context() as patch:
        if step < 2:
            patch.setattr(os, "link", counted("link", (0, 400)[step], link))
        elif step < 4:
            patch.setattr(Path, "unlink", counted("unlink", (2, 300)[step - 2], unlink))
        else:
            name = ("write_ledger", "_remove_first_files")[step - 4]
            patch.setattr(upgrade, name, counted("link", 0, None))
        with pytest.raises(KilledError):
            bring_up_to_date(home)
    bring_up_to_date(home)
    assert landed_now(home) == before
    check_landing(home)
    assert home.noted_format() == HOME_FORMAT


def test_without_links_files_are_copied(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    before = landed_before(home)

    def refuse(*_: Any) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(os, "link", refuse)
    bring_up_to_date(home)
    assert landed_now(home) == before


@pytest.mark.parametrize("damage", rest_slow(["other rows", "cut", "lost"]))
def test_a_damaged_day_of_an_old_home_is_named(home: Home, damage: str) -> None:
    first, second = sorted((home.raw / "vk_stream_days").glob("stream_date=2020*/data.parquet"))[:2]
    if damage == "cut":
        first.write_bytes(first.read_bytes()[:-20])
    elif damage == "lost":
        first.unlink()
    else:
        rows = duckdb.read_parquet(str(second), hive_partitioning=False).limit(1)
        rows.write_parquet(str(first))
    day = first.parent.name
    bring_up_to_date(home)
    with pytest.raises(HitcastError, match=f"{day}.* is (damaged|missing).*`hitcast ingest` that day again"):
        check_landing(home)


def test_a_damaged_ledger_of_an_old_home_is_refused_and_nothing_moves(home: Home) -> None:
    before = landed_before(home)
    content = home.ledger.read_bytes()
    # the schema at its end can be read still
    home.ledger.write_bytes(content[:100] + b"\0" * 200 + content[300:])
    with pytest.raises(HitcastError, match="is damaged"):
        bring_up_to_date(home)
    assert landed_before(home) == before
    assert home.noted_format() is None


def test_a_ledger_of_a_later_version_is_refused_and_never_restored(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    bring_up_to_date(home)
    with monkeypatch.context() as later:
        later.setattr("hitcast.ingest.landing.LEDGER_FORMAT", LEDGER_FORMAT + 1)
        write_ledger(home, read_history(home), load_contracts()[LEDGER])
    content = home.ledger.read_bytes()
    for read in (read_ledger, restore_ledger):
        with pytest.raises(HitcastError, match=f"is of format {LEDGER_FORMAT + 1}, and this version of hitcast reads"):
            read(home)
    assert home.ledger.read_bytes() == content


def test_a_note_that_cannot_be_read_is_written_again(home: Home) -> None:
    for content in ("", "{", "[]", '{"format": "two"}', '{"other": 2}'):
        home.format_note.write_text(content)
        assert home.noted_format() is None
        bring_up_to_date(home)
        assert json.loads(home.format_note.read_text()) == {"format": HOME_FORMAT}
