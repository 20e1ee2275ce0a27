"""Names of files and columns, and values of mappings, are text: none becomes SQL, a path or a command."""

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from hitcast.cli.publication import render_publication
from hitcast.core.home import Home
from hitcast.ingest import ingest
from hitcast.ingest.landing import read_ledger
from hitcast.serving.publish import publish
from tests.desk import world
from tests.security.attacks import MARKUP
from tests.security.test_spreadsheets import live_cells
from tests.serving.published_world import fill

NAMES = (
    "a'b\"; drop table staged; --.csv",
    "$(touch owned).csv",
    "`touch owned`.csv",
    "[a-z]*?.csv",
    "=1+1;=2.csv",
    "{a,b}.csv",
    "%s%n{0}.csv",
    "<img src=x onerror=alert(1)>.csv",
    "-rf.csv",
    "stream_date=2024-01-05.csv",
    "a\nb.csv",
)
HEADS = ("stream_date", "isrc", "territory", "streams")
HOSTILE_HEAD = 'it\'s "x"); drop table staged; --'


def files_below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_names_of_files_stay_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    exports, home = tmp_path / "exports", Home(tmp_path / "home")
    (exports / "deep").mkdir(parents=True)
    for number, name in enumerate(NAMES, 1):
        rows = [f"2024-01-{number:02},R{number},RU,1", f"2024-01-{number:02},R{number},RU,x"]
        (exports / name).write_text("\n".join([",".join(HEADS), *rows]) + "\n", encoding="utf-8")
    (tmp_path / "evil.csv").write_text(f"{','.join(HEADS)}\n2024-02-01,R99,RU,1\n", encoding="utf-8")
    before = files_below(tmp_path)
    paths = [*(exports / name for name in NAMES), exports / "deep" / ".." / ".." / "evil.csv"]
    (table,) = ingest(home, paths, accept_loss=True).tables
    assert (table.read, table.accepted, table.rejected) == (2 * len(NAMES) + 1, len(NAMES) + 1, len(NAMES))
    assert {row.file_name for row in read_ledger(home).values()} == {*NAMES, "evil.csv"}
    made = files_below(tmp_path) - before
    assert {path for path in made if not path.startswith(("home/raw/", "home/rejects/"))} <= {"home/.writer.lock"}
    landed = {path.split("/")[-3] for path in made if path.startswith("home/raw/vk_stream_days/")}
    (rejects,) = home.rejects.iterdir()
    assert live_cells(rejects.read_bytes()) == []
    assert landed == {*(f"stream_date=2024-01-{day + 1:02}" for day in range(len(NAMES))), "stream_date=2024-02-01"}

    fill(home)
    publish(home)
    with duckdb.connect(str(home.serving / "hitcast.duckdb"), read_only=True) as published:
        counted = dict(published.execute("select file_name, row_count from rejected_rows").fetchall())
    assert sum(counted.values()) == len(NAMES)
    assert NAMES[0].replace("; --", "; '--") in counted


def test_titles_give_the_terminal_no_orders(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = Home(tmp_path)
    home.serving.mkdir()
    order = "update release_predictions set artist_name = '=1+1' || chr(27) || '[2J' || chr(10)"
    world.publish(home.serving / "hitcast.duckdb", releases=8, tested=5, changes=(order,))
    render_publication(home)
    message = capsys.readouterr().out
    assert "=1+1" in message
    assert set(message) - {"\n"} == {sign for sign in message if sign.isprintable()}


def test_heads_and_values_of_mappings_stay_text(tmp_path: Path) -> None:
    home, file = Home(tmp_path / "home"), tmp_path / "vendor.csv"
    quoted = HOSTILE_HEAD.replace('"', '""')
    attack = "x' or 1=1; --"
    file.write_text(f'day,isrc,"{quoted}",sex,"{quoted}2"\n01/02/2024,R1,7,{attack},\n', encoding="utf-8")
    mapping = {
        "tables": {
            "vk_stream_days": {
                "files": ["vendor*"],
                "date_format": "%d/%m/%Y",
                "columns": {"stream_date": "day", "isrc": "isrc", "streams": HOSTILE_HEAD, "gender": "sex"},
                "constants": {"territory": "RU"},
                "values": {"gender": {attack: "female"}},
            }
        }
    }
    (tmp_path / "m.yml").write_text(yaml.safe_dump(mapping), encoding="utf-8")
    (table,) = ingest(home, [file], [tmp_path / "m.yml"]).tables
    assert (table.accepted, table.rejected) == (1, 0)

    columns = {
        "day": ["02/02/2024"],
        "isrc": ["R1"],
        HOSTILE_HEAD: [7],
        "sex": [attack],
        f"{HOSTILE_HEAD}2": [{"a'b": 1}],
    }
    pq.write_table(pa.table(columns), tmp_path / "vendor.parquet")
    (table,) = ingest(home, [tmp_path / "vendor.parquet"], [tmp_path / "m.yml"]).tables
    assert (table.accepted, table.rejected) == (1, 0)
    rows = duckdb.execute(
        "select stream_date::varchar, gender, streams, territory from read_parquet(?) order by all",
        [str(home.raw / "vk_stream_days" / "*" / "*" / "data.parquet")],
    ).fetchall()
    assert rows == [("2024-02-01", "female", 7, "RU"), ("2024-02-02", "female", 7, "RU")]


def test_texts_of_a_catalog_arrive_as_they_are(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    heads = ("upc", "isrc", "release_title", "artist_id", "artist_name", "release_date", "label_name")
    texts = [text for text in MARKUP if text.isprintable()]
    names = dict.fromkeys(("release_title", "artist_name", "label_name"), texts)
    fixed = {"upc": [f"{i:013}" for i in range(1, len(texts) + 1)], "isrc": [f"R{i}" for i in range(len(texts))]}
    rows = names | fixed | {"artist_id": fixed["isrc"], "release_date": ["2024-01-01"] * len(texts)}
    pq.write_table(pa.table({name: rows[name] for name in heads}), tmp_path / "catalog.parquet")
    (table,) = ingest(home, [tmp_path / "catalog.parquet"]).tables
    assert table.accepted == len(texts)
    held = pq.read_table(home.raw / "catalog_tracks" / "delivery=000001" / "data.parquet").to_pylist()
    for name in names:
        assert sorted(row[name] for row in held) == sorted(texts)
