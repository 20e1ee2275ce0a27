"""Damaged files that only tell of the work: no command stops that does not need them, and none ends in a traceback."""

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from hitcast.core.home import Home
from hitcast.core.lock import describe, holder, writing
from hitcast.core.records import latest_records, recorded
from hitcast.serving.publish import publish, published_file
from tests.commands import hitcast, slow, succeeded
from tests.serving.published_world import make_home

CONTENTS: dict[str, bytes] = {
    "empty": b"",
    "no text": b"\xff\xfe\x00" * 50,
    "zeros": b"\0" * 4096,
    "a number": b"5\n",
    "null": b"null\n",
    "a list": b"[1, 2]\n",
    "an object of nothing": b"{}\n",
    "an object of other types": b'{"pid": [], "command": 3, "step": null, "outcome": {}, "format": [], "at": 1}\n',
    "half": b'{"command": "run", "pid": 1, "format',
    "deep": b"[" * 200_000,
    "a number without end": b'{"format": ' + b"9" * 5000 + b"}",
    "one string": b'"format"',
}


@pytest.mark.parametrize("content", CONTENTS)
def test_no_content_of_a_side_file_stops_anybody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str) -> None:
    home = Home(tmp_path)
    home.records.parent.mkdir()
    for file in (home.records, home.root / ".writer.json", home.format_note):
        file.write_bytes(CONTENTS[content])
    monkeypatch.setenv("HITCAST_HOME", str(home.root))
    assert Home.current() == home
    assert home.noted_format() is None
    assert latest_records(home) == []
    with writing(home, "hitcast run"), recorded(home, "run", "features"):
        (home.root / ".writer.json").write_bytes(CONTENTS[content])
        assert describe(holder(home)) == "another hitcast"
    assert [record["step"] for record in latest_records(home)] == ["features"]


def test_folders_in_the_place_of_side_files_stop_nobody(tmp_path: Path) -> None:
    home = Home(tmp_path)
    for file in (home.records, home.root / ".writer.json"):
        file.mkdir(parents=True)
    for _ in range(2):
        with writing(home, "hitcast run"), recorded(home, "run", "features"):
            pass
    assert holder(home) is None


def test_an_error_that_names_a_file_whose_name_is_no_text_is_recorded(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with pytest.raises(ValueError, match="no text"), recorded(home, "ingest", "ingest"):
        raise ValueError("no text: \udcff")
    assert latest_records(home)[0]["error"] == r"no text: \udcff"


def damage_side_files(home: Home) -> None:
    noise = CONTENTS["no text"]
    for file in (home.records, home.root / ".writer.json", home.format_note, home.root / "logs" / "defect.txt"):
        file.write_bytes(noise)
    for file in [*home.dbt.glob("compiled_*.json"), *(home.dbt / "target").glob("*.*"), *home.rejects.glob("*.csv")]:
        file.write_bytes(noise)
    home.rejects.mkdir(exist_ok=True)
    (home.rejects / "20220101T000000000000_vk_stream_days.csv").write_bytes(noise)
    (home.rejects / "notes.csv").write_text("a,b\n1,2\n")


@slow
def test_commands_go_on_beside_damaged_side_files(home: Home) -> None:
    damage_side_files(home)
    succeeded(hitcast(home, "publish"))
    found = json.loads(succeeded(hitcast(home, "status", "--json")))
    assert found["problems"] == []
    assert [step["step"] for step in found["steps"]] == ["publish"]
    assert all(state["stale"] == "" for state in found["states"])
    with duckdb.connect(str(published_file(home)), read_only=True) as serving:
        rows = serving.execute("select raw_table, reason, row_count from rejected_rows").fetchall()
    assert [(table, count) for table, _, count in rows] == [("vk_stream_days", None)]
    assert "is damaged" in rows[0][1]


@pytest.mark.parametrize("spoil", [lambda file: file.write_text("a,b\n1,2\n"), lambda file: file.write_bytes(b"")])
def test_rejects_of_whole_files_are_counted_beside_a_damaged_one(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    home = make_home(tmp_path, release_predictions=[{}])
    home.rejects.mkdir()
    rows = "file,line,column,value,reason\n/a/b.csv,1,streams,x,no number\n/a/b.csv,2,streams,y,no number\n"
    (home.rejects / "20220101T000000000001_vk_stream_days.csv").write_text("\ufeff" + rows)
    spoil(home.rejects / "20220101T000000000002_tiktok_sound_days.csv")
    publish(home)
    with duckdb.connect(str(published_file(home)), read_only=True) as serving:
        query = "select raw_table, file_name, row_count from rejected_rows order by delivered_at"
        found = serving.execute(query).fetchall()
    assert found[0] == ("vk_stream_days", "b.csv", 2)
    assert found[1] == ("tiktok_sound_days", "20220101T000000000002_tiktok_sound_days.csv", None)
