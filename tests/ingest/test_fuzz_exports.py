"""Exports spoiled at random: refused in one line with nothing written, or every row of them accounted for.

`pytest -m fuzz --exports 10000 -n 2 -s` tries 10,000; `--first-seed` is where they begin. A failure names its
seed, says what was done, and leaves the file.
"""

import codecs
import csv
import gzip
import io
import shutil
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.ingest import ingest
from hitcast.ingest.contract import load_contracts, measure_of
from hitcast.ingest.landing import landed_file, landed_files, read_ledger
from hitcast.ingest.report import IngestReport, TableReport
from tests.ingest.bad_exports.mutations import spoiled
from tests.ingest.bad_exports.writers import Export

SHARDS = 2
CONTRACTS = load_contracts()
STANDING = {
    "vk.csv": "stream_date,isrc,territory,streams\n2024-02-01,RUA0A2400001,RU,5\n2024-03-01,RUA0A2400001,RU,7\n",
    "tiktok.csv": "activity_date,sound_id,territory,views\n2024-02-01,7012345678901234567,RU,5\n",
    "catalog.csv": "upc,isrc,release_title,artist_id,artist_name,release_date\n"
    "4600700000015,RUZ0A2400001,A,1,B,2024-02-01\n",
}


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that holds something of every table."""
    folder = tmp_path_factory.mktemp("standing")
    (folder / "in").mkdir()
    for name, content in STANDING.items():
        (folder / "in" / name).write_text(content, encoding="utf-8")
    ingest(Home(folder / "home"), [folder / "in"])
    return folder / "home"


@pytest.mark.fuzz
@pytest.mark.parametrize("shard", range(SHARDS))
def test_no_spoiled_export_loses_a_row(shard: int, standing: Path, tmp_path: Path, pytestconfig: pytest.Config) -> None:
    export_count, first_seed = pytestconfig.getoption("--exports"), pytestconfig.getoption("--first-seed")
    outcomes: Counter[str] = Counter()
    failures = []
    for seed in range(first_seed + shard, first_seed + export_count, SHARDS):
        folder = tmp_path / str(seed)
        folder.mkdir()
        export = spoiled(seed, folder)
        shutil.copytree(standing, folder / "home")
        try:
            outcomes += _outcome(Home(folder / "home"), export)
        except BaseException as error:
            # a reader's panic is no Exception
            if isinstance(error, KeyboardInterrupt):
                raise
            steps = "\n  ".join(export.steps)
            failures.append(f"seed {seed}, {export.path}\n  {steps}\n  {type(error).__name__}: {error}")
        else:
            shutil.rmtree(folder)
    message = ", ".join(f"{count:,} {what}" for what, count in sorted(outcomes.items()))
    sys.stderr.write(f"\nshard {shard}: {message}, {len(failures)} failures\n")
    assert not failures, "\n\n".join(failures)
    # a few seeds tried again may all end alike
    assert export_count < 100 or (outcomes["landed"] and outcomes["refused"])


def _outcome(home: Home, export: Export) -> Counter[str]:
    """What became of an export, after all that must hold of it was found to hold."""
    before = _tree(home)
    try:
        report = ingest(home, [export.path], accept_loss=True)
    except HitcastError as refusal:
        assert str(refusal).isprintable(), "not one plain line"
        assert refusal.exit_code == 2
        assert export.path.name in str(refusal), "does not name the file"
        assert _tree(home) == before, "wrote although it refused"
        return Counter(refused=1)
    assert not (home.raw / ".incoming").exists()
    [table] = report.tables
    assert table.accepted + table.rejected + table.duplicate == table.read, "rows do not add up"
    if (counted := _rows_found(export)) is not None:
        # around a stray quote readers differ in what a row is, and lie between one a line and one a closed quote
        has_stray = any(reason == "has a stray quote" for _, reason, _ in table.reasons)
        most = max(counted, _lines_found(export)) if has_stray else counted
        assert counted <= table.read <= most, f"another reader finds {counted} rows, ingest {table.read}"
    assert _rejected_rows(table) == table.rejected, "rows are not among the rejects"
    if table.table == "catalog_tracks":
        _check_catalog(home, table)
    else:
        _check_days(home, table, report, before)
        _check_sum(home, table, export)
    assert ingest(home, [export.path], accept_loss=True).delivery_number is None, "the same again changed something"
    return Counter(
        landed=1, rows=table.read, accepted=table.accepted, rejected=table.rejected, duplicate=table.duplicate
    )


def _tree(home: Home) -> dict[str, tuple[int, bytes]]:
    """Every file of the landing and the rejects: its inode, which a rename would change, and its bytes."""
    return {
        str(path.relative_to(home.root)): (path.stat().st_ino, path.read_bytes())
        for folder in (home.raw, home.rejects)
        for path in folder.rglob("*")
        if path.is_file()
    }


def _rows_found(export: Export) -> int | None:
    """Rows that another reader finds; None where there is no telling."""
    name = export.path.name
    if name.endswith(".parquet"):
        try:
            return int(pq.ParquetFile(export.path).metadata.num_rows)
        except (pa.ArrowException, OSError):
            # it minds metadata that only Arrow writes, and DuckDB does not
            return None
    if name.endswith(".xlsx"):
        return export.rows
    return sum(record != [] for record in csv.reader(io.StringIO(_text(export), newline=""))) - 1


def _lines_found(export: Export) -> int:
    """Lines of a CSV file that are not blank, its header left out."""
    return sum(line != "" for line in _text(export).replace("\r", "\n").split("\n")) - 1


def _text(export: Export) -> str:
    content = export.path.read_bytes()
    content = gzip.decompress(content) if export.path.name.endswith(".gz") else content
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16")
    # a header begins with a letter of ASCII
    encoding = {b"\0": "utf-16-le"}.get(content[1:2], "utf-16-be" if content[:1] == b"\0" else "utf-8")
    return content.removeprefix(codecs.BOM_UTF8).decode(encoding)


def _rejected_rows(table: TableReport) -> int:
    if table.rejects_file is None:
        return 0
    with table.rejects_file.open(encoding="utf-8-sig", newline="") as file:
        return sum(1 for _ in csv.reader(file)) - 1


def _check_days(home: Home, table: TableReport, report: IngestReport, before: dict[str, tuple[int, bytes]]) -> None:
    """Each day that came holds all its rows, by the ledger and by its file, and every other day is as it was."""
    contract, ledger = CONTRACTS[table.table], read_ledger(home)
    changed = {*table.days_new, *table.days_replaced}
    came = changed | set(table.days_unchanged)
    held = 0
    for (name, day), row in ledger.items():
        if name != table.table:
            continue
        path = landed_file(home, contract, day, row.delivery_number)
        rows = pq.ParquetFile(path).metadata.num_rows
        assert rows == row.row_count, f"{day} holds {rows} rows, its ledger says {row.row_count}"
        key = ", ".join(f'"{column}"' for column in contract.key if column != contract.day_column)
        [(keys,)] = duckdb.execute(
            f"select count(*) from (select distinct {key} from read_parquet(?, hive_partitioning = false))", [str(path)]
        ).fetchall()
        assert keys == rows, f"{day} holds a key twice"
        place = str(path.relative_to(home.root))
        is_as_it_was = before.get(place) == (path.stat().st_ino, path.read_bytes())
        assert is_as_it_was == (day not in changed), f"{day} changed or stayed although it should not"
        assert (row.delivery_number == report.delivery_number) == (day in changed)
        held += rows if day in came else 0
    assert held == table.accepted - table.added_up, f"{held} rows landed of {table.accepted} accepted"
    on_disk = {date.fromisoformat(path.name.split("=")[1]) for path in (home.raw / table.table).iterdir()}
    assert on_disk == {day for name, day in ledger if name == table.table}


def _check_sum(home: Home, table: TableReport, export: Export) -> None:
    """What landed adds up to what another reader finds in the lines that are not among the rejects."""
    if not export.path.name.endswith((".csv", ".csv.gz")) or table.duplicate:
        return
    reader = csv.reader(io.StringIO(_text(export), newline=""))
    records = [(reader.line_num, record) for record in reader]
    if [line for line, _ in records] != list(range(1, len(records) + 1)):
        return
    contract, measure = CONTRACTS[table.table], measure_of(CONTRACTS[table.table])
    places = [i for i, header in enumerate(records[0][1]) if header == measure]
    rejected = set()
    if table.rejects_file:
        with table.rejects_file.open(encoding="utf-8-sig", newline="") as file:
            rejected = {int(row["line"]) for row in csv.DictReader(file)}
    kept = [record for line, record in records[1:] if record and line not in rejected]
    if len(places) != 1 or not all(record[places[0]].isascii() and record[places[0]].isdigit() for record in kept):
        return
    came = {*table.days_new, *table.days_replaced, *table.days_unchanged}
    ledger = read_ledger(home)
    files = [str(landed_file(home, contract, day, ledger[table.table, day].delivery_number)) for day in came]
    query = f"select sum({measure}) from read_parquet(?, hive_partitioning = false)"
    [(landed,)] = duckdb.execute(query, [files]).fetchall()
    assert landed == sum(int(record[places[0]]) for record in kept), "the sum is another one"


def _check_catalog(home: Home, table: TableReport) -> None:
    [path] = [path for path, row in landed_files(home, read_ledger(home)).items() if row.table_name == table.table]
    [(rows, keys, standing)] = duckdb.execute(
        "select count(*), count(distinct (upc, isrc)), count(*) filter (where isrc = 'RUZ0A2400001')"
        " from read_parquet(?)",
        [str(path)],
    ).fetchall()
    assert rows == keys == table.accepted + 1, f"{rows} rows, {keys} keys, {table.accepted} accepted"
    assert standing == 1
