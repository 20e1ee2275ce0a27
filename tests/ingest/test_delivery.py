import gzip
import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import duckdb
import pandas as pd
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.ingest import check_landing, ingest, landing
from hitcast.ingest.countries import COUNTRIES
from hitcast.ingest.landing import LedgerRow, landed_files, read_ledger
from hitcast.ingest.report import IngestReport, TableReport
from tests.commands import hitcast

HEADER = "stream_date,isrc,territory,gender,streams,listeners"
JANUARY = [f"2024-01-{day:02}" for day in range(1, 10)]
CATALOG = "upc,isrc,release_title,artist_id,artist_name,release_date"


def _csv(path: Path, *rows: str, header: str = HEADER) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def _mapping(folder: Path, text: str) -> Path:
    path = folder / "vendor.yml"
    path.write_text(text, encoding="utf-8")
    return path


def _landed(
    home: Home, columns: str = "stream_date, isrc, streams", table: str = "vk_stream_days"
) -> list[tuple[object, ...]]:
    files = sorted(str(path) for path, row in landed_files(home, read_ledger(home)).items() if row.table_name == table)
    return duckdb.execute(
        f"select {columns} from read_parquet(?, hive_partitioning = true) order by all", [files]
    ).fetchall()


def _tree(home: Home) -> dict[str, tuple[int, bytes]]:
    """Every file below a home: its inode, which a rename would change, and its bytes."""
    return {
        str(path.relative_to(home.root)): (path.stat().st_ino, path.read_bytes())
        for path in home.root.rglob("*")
        if path.is_file()
    }


def _counts(table: TableReport) -> tuple[int, int, int, int]:
    return table.read, table.accepted, table.rejected, table.duplicate


def _vk(report: IngestReport) -> TableReport:
    [table] = [table for table in report.tables if table.table == "vk_stream_days"]
    return table


def test_a_delivery_lands_day_by_day_in_contract_order_and_sorted(home: Home, tmp_path: Path) -> None:
    path = _csv(
        tmp_path / "vk.csv", "2024-01-02,b,RU,,2,", "2024-01-01,z,RU,male,3,1", "2024-01-01,ru-a0a-24-00001,RU,,1,"
    )
    report = ingest(home, [path])
    assert _counts(_vk(report)) == (3, 3, 0, 0)
    assert report.delivery_number == 1
    assert _vk(report).days_new == [date(2024, 1, 1), date(2024, 1, 2)]
    first = home.raw / "vk_stream_days" / "stream_date=2024-01-01" / "delivery=000001"
    assert [file.name for file in first.iterdir()] == ["data.parquet"]
    names = [
        row[0]
        for row in duckdb.execute(
            "describe from read_parquet(?, hive_partitioning = false)", [str(first / "*")]
        ).fetchall()
    ]
    assert names == ["isrc", "territory", "gender", "age_band", "source", "subscription", "streams", "listeners"]
    stored = duckdb.execute("from read_parquet(?, hive_partitioning = false)", [str(first / "data.parquet")]).fetchall()
    assert stored == [
        ("RUA0A2400001", "RU", None, None, None, None, 1, None),
        ("z", "RU", "male", None, None, None, 3, 1),
    ]
    assert not (home.raw / ".incoming").exists()


def test_the_ledger_says_what_was_delivered_when(home: Home, tmp_path: Path) -> None:
    before = datetime.now()
    ingest(home, [_csv(tmp_path / "a.csv", "2024-01-01,a,RU,,1,"), _csv(tmp_path / "b.csv", "2024-01-01,b,RU,,1,")])
    ingest(home, [_csv(tmp_path / "c.csv", "2024-01-03,a,RU,,1,")])
    ledger = read_ledger(home)
    assert [(row.delivered_day.day, row.delivery_number, row.row_count, row.file_name) for row in ledger.values()] == [
        (1, 1, 2, "a.csv, b.csv"),
        (3, 2, 1, "c.csv"),
    ]
    assert all(abs((row.delivered_at - before).days) <= 1 for row in ledger.values())


def test_a_day_sent_again_replaces_the_whole_day_and_leaves_the_others(home: Home, tmp_path: Path) -> None:
    ingest(home, [_csv(tmp_path / "1.csv", "2024-01-01,a,RU,,1,", "2024-01-01,b,RU,,2,", "2024-01-02,a,RU,,3,")])
    before = _tree(home)
    report = ingest(home, [_csv(tmp_path / "2.csv", "2024-01-01,a,RU,,9,")])
    assert _vk(report).days_replaced == [date(2024, 1, 1)]
    assert _landed(home) == [(date(2024, 1, 1), "a", 9), (date(2024, 1, 2), "a", 3)]
    other = "raw/vk_stream_days/stream_date=2024-01-02/delivery=000001/data.parquet"
    assert _tree(home)[other] == before[other]
    assert [row.delivery_number for row in read_ledger(home).values()] == [2, 1]


def test_a_late_day_is_added(home: Home, tmp_path: Path) -> None:
    ingest(home, [_csv(tmp_path / "1.csv", "2024-01-01,a,RU,,1,", "2024-01-03,a,RU,,3,")])
    report = ingest(home, [_csv(tmp_path / "2.csv", "2024-01-02,a,RU,,2,")])
    assert _vk(report).days_new == [date(2024, 1, 2)]
    assert [streams for _, _, streams in _landed(home)] == [1, 2, 3]
    assert [row.delivery_number for row in read_ledger(home).values()] == [1, 2, 1]


def test_the_same_files_twice_change_nothing(home: Home, tmp_path: Path) -> None:
    _csv(tmp_path / "in" / "vk.csv", "2024-01-01,a,RU,,1,", "2024-01-02,a,RU,,x,", "2024-01-02,b,RU,,2,")
    _csv(tmp_path / "in" / "catalog.csv", "1,a,Title,7,Artist,2024-01-01", header=CATALOG)
    assert ingest(home, [tmp_path / "in"], accept_loss=True).delivery_number == 1
    before = _tree(home)
    report = ingest(home, [tmp_path / "in"], accept_loss=True)
    assert report.delivery_number is None
    assert _vk(report).days_unchanged == [date(2024, 1, 1), date(2024, 1, 2)]
    assert _counts(_vk(report)) == (3, 2, 1, 0)
    assert _tree(home) == before


def test_rows_in_another_order_are_the_same_day(home: Home, tmp_path: Path) -> None:
    rows = [f"2024-01-01,{name},RU,,{i}," for i, name in enumerate("abcde")]
    ingest(home, [_csv(tmp_path / "1.csv", *rows)])
    assert ingest(home, [_csv(tmp_path / "2.csv", *rows[::-1])]).delivery_number is None


def test_a_day_whose_file_was_lost_lands_again(home: Home, tmp_path: Path) -> None:
    path = _csv(tmp_path / "1.csv", "2024-01-01,a,RU,,1,")
    ingest(home, [path])
    (home.raw / "vk_stream_days" / "stream_date=2024-01-01" / "delivery=000001" / "data.parquet").unlink()
    assert ingest(home, [path]).delivery_number == 2
    assert len(_landed(home)) == 1


def test_a_dry_run_counts_and_writes_nothing(home: Home, tmp_path: Path) -> None:
    path = _csv(tmp_path / "1.csv", "2024-01-01,a,RU,,1,", "2024-01-01,a,RU,,x,")
    report = ingest(home, [path], dry_run=True)
    assert _counts(_vk(report)) == (2, 1, 1, 0)
    assert (report.is_dry_run, report.delivery_number, _vk(report).rejects_file) == (True, None, None)
    assert [path.name for path in home.root.rglob("*")] == [".writer.lock"]
    ingest(home, [path], accept_loss=True)
    before = _tree(home)
    assert _vk(ingest(home, [_csv(tmp_path / "2.csv", "2024-01-01,a,RU,,5,")], dry_run=True)).days_replaced
    assert _tree(home) == before


def test_a_repeated_row_lands_once_and_nulls_are_equal(home: Home, tmp_path: Path) -> None:
    first = _csv(
        tmp_path / "1.csv",
        "2024-01-01,a,RU,,2,",
        "2024-01-01,a,RU,,2,",
        "2024-01-01,b,RU,male,5,",
        "2024-01-01,b,RU,,4,",
    )
    second = _csv(tmp_path / "2.csv", "2024-01-01,b,RU,male,5,", "2024-01-01,c,RU,,6,")
    report = ingest(home, [second, first])
    assert _landed(home, "isrc, gender, streams") == [("a", None, 2), ("b", "male", 5), ("b", None, 4), ("c", None, 6)]
    assert [(file.accepted, file.duplicate) for file in _vk(report).files] == [(2, 2), (2, 0)]


def test_a_key_is_found_where_the_sort_parts_its_rows(home: Home, tmp_path: Path) -> None:
    header = "activity_date,sound_id,isrc,territory,views"
    rows = ["2024-01-01,s,zzz,RU,1", "2024-01-01,m,mmm,RU,2", "2024-01-01,s,aaa,RU,1"]
    with pytest.raises(HitcastError, match="two rows of one key differ: 2024-01-01, s, RU has isrc zzz and aaa"):
        ingest(home, [_csv(tmp_path / "t.csv", *rows, header=header)])


def test_a_day_with_rejected_rows_only_does_not_count_as_delivered(home: Home, tmp_path: Path) -> None:
    ingest(home, [_csv(tmp_path / "1.csv", "2024-01-01,a,RU,,1,")])
    report = ingest(
        home,
        [
            _csv(
                tmp_path / "2.csv",
                "2024-01-01,a,RU,,-1,",
                "2024-01-02,a,RU,,2,",
                "2024-01-03,,RU,,2,",
                "1900-01-01,a,RU,,2,",
            )
        ],
    )
    assert _vk(report).days_rejected == [date(2024, 1, 1), date(2024, 1, 3)]
    assert _landed(home) == [(date(2024, 1, 1), "a", 1), (date(2024, 1, 2), "a", 2)]
    assert [row.delivered_day.day for row in read_ledger(home).values()] == [1, 2]


def test_rejected_rows_are_kept_with_file_line_column_value_and_reason(home: Home, tmp_path: Path) -> None:
    mapping = _mapping(
        tmp_path,
        """
        tables:
          vk_stream_days:
            files: ["*.csv"]
            delimiter: ";"
            columns: {stream_date: Дата, isrc: Код, streams: Прослушивания}
            constants: {territory: RU}
        """,
    )
    rows = ["2024-01-01;a;1", "2024-01-01;b;=1+1", "2024-01-01;c", "31.01.2024;d;4"]
    path = _csv(tmp_path / "vk.csv", *rows, header="Дата;Код;Прослушивания")
    table = _vk(ingest(home, [path], [mapping], accept_loss=True))
    assert table.rejects_file is not None
    assert table.rejects_file.parent == home.rejects
    kept = pd.read_csv(table.rejects_file, dtype=str, keep_default_na=False).to_numpy().tolist()
    assert kept == [
        [str(path), "3", "Прослушивания", "'=1+1", "is not a whole number (streams)"],
        [str(path), "4", "", "2024-01-01;c", "has not 3 fields"],
        [str(path), "5", "Дата", "31.01.2024", "is not a date like %Y-%m-%d (stream_date)"],
    ]
    assert table.reasons[0][2] == 1


def test_a_russian_vendor_is_read(home: Home, tmp_path: Path) -> None:
    mapping = _mapping(
        tmp_path,
        """
        tables:
          tiktok_sound_days:
            files: ["*.csv", "*.csv.gz", "*.xlsx"]
            encoding: cp1251
            delimiter: ";"
            decimal: ","
            thousands: " "
            date_format: "%d.%m.%Y"
            columns:
              activity_date: Дата
              sound_id: Звук
              isrc: Код
              content_type: Вид
              views: Просмотры
              average_play_seconds: Секунд
            constants: {territory: RU}
            values: {content_type: {Официальный: PGC}}
        """,
    )
    header = ["Дата", "Звук", "Код", "Вид", "Просмотры", "Секунд"]
    lines = [";".join(header), "05.03.2024;s1;;Официальный;1\u00a0234;7,5", '05.03.2024;"s;2";x;UGC;12 345,0;']
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.csv").write_bytes("\r\n".join(lines).encode("cp1251"))
    (tmp_path / "in" / "b.csv.gz").write_bytes(gzip.compress("\n".join(lines).replace("s1", "s3").encode("cp1251")))
    with xlsxwriter.Workbook(tmp_path / "in" / "c.xlsx", {"default_date_format": "dd.mm.yyyy"}) as workbook:
        sheet = workbook.add_worksheet()
        for i, row in enumerate(
            [header, [datetime(2024, 3, 5), "s4", "", "UGC", 5, 1.25], ["06.03.2024", 7, "", "", "1 000"]]
        ):
            for j, cell in enumerate(row):
                sheet.write(i, j, cell)
    report = ingest(home, [tmp_path / "in"], [mapping])
    columns = "activity_date, sound_id, isrc, content_type, territory, views, average_play_seconds"
    day = date(2024, 3, 5)
    assert _landed(home, columns, "tiktok_sound_days") == [
        (day, "s1", None, "PGC", "RU", 1234, 7.5),
        (day, "s3", None, "PGC", "RU", 1234, 7.5),
        (day, "s4", None, "UGC", "RU", 5, 1.25),
        (day, "s;2", "x", "UGC", "RU", 12345, None),
        (date(2024, 3, 6), "7", None, None, "RU", 1000, None),
    ]
    assert [file.duplicate for file in report.tables[0].files] == [1, 0, 0]


def test_parquet_lands_like_csv(home: Home, tmp_path: Path) -> None:
    path = _csv(tmp_path / "vk.csv", "2024-01-01,a,RU,,1,", "2024-01-02,b,RU,male,2,5")
    frame = pd.read_csv(path, parse_dates=["stream_date"])
    frame.to_parquet(tmp_path / "vk.parquet")
    ingest(home, [path])
    assert ingest(home, [tmp_path / "vk.parquet"]).delivery_number is None


def test_a_table_may_come_in_files_of_many_kinds_at_once(home: Home, tmp_path: Path) -> None:
    _csv(tmp_path / "in" / "a.csv", "2024-01-01,a,RU,,1,")
    _csv(tmp_path / "in" / "b.csv", "RU,2,2024-01-01,b", header="territory,streams,stream_date,isrc")
    pd.DataFrame({"stream_date": ["2024-01-01"], "isrc": ["c"], "territory": ["RU"], "streams": [3.0]}).to_parquet(
        tmp_path / "in" / "c.parquet"
    )
    (tmp_path / "in" / "README.md").write_text("about")
    report = ingest(home, [tmp_path / "in"])
    assert _counts(_vk(report)) == (3, 3, 0, 0)
    assert _landed(home, "isrc, streams") == [("a", 1), ("b", 2), ("c", 3)]
    assert report.ignored == [str(tmp_path / "in" / "README.md")]


def test_the_catalog_is_upserted_by_key_and_stamped(home: Home, tmp_path: Path) -> None:
    rows = ["1,a,One,7,Artist,2024-01-01", "1,b,One,7,Artist,2024-01-01", "2,a,Two,7,Artist,2024-02-01"]
    table = ingest(home, [_csv(tmp_path / "1.csv", *rows, header=CATALOG)]).tables[0]
    assert (table.rows_changed, _counts(table)) == (3, (3, 3, 0, 0))
    rows = ["1,a,One (again),7,Artist,2024-01-01", "2,a,No,7,Artist,2024-02-01", "2,a,Two,7,Artist,2024-02-01"]
    table = ingest(home, [_csv(tmp_path / "2.csv", *rows, header=CATALOG)]).tables[0]
    assert (table.rows_changed, _counts(table)) == (1, (3, 2, 0, 1))
    assert _landed(home, "upc, isrc, release_title, delivery_number", "catalog_tracks") == [
        ("1", "a", "One (again)", 2),
        ("1", "b", "One", 1),
        ("2", "a", "Two", 1),
    ]
    [row] = read_ledger(home).values()
    assert (row.table_name, row.delivery_number, row.row_count) == ("catalog_tracks", 2, 1)
    assert abs((row.delivered_day - datetime.now().date()).days) <= 1


def test_dbts_placeholders_are_left_alone(home: Home, tmp_path: Path) -> None:
    placeholders = [
        home.raw / "catalog_tracks" / "delivery=000000" / "data.parquet",
        home.raw / "landing_deliveries" / "_ata.parquet",
        home.raw / "vk_stream_days" / "stream_date=0001-01-01" / "delivery=000000" / "data.parquet",
    ]
    for path in placeholders:
        path.parent.mkdir(parents=True)
        duckdb.execute("copy (select 1 as x where false) to $path (format parquet)", {"path": str(path)})
    _csv(tmp_path / "in" / "vk.csv", "2024-01-01,a,RU,,1,")
    _csv(tmp_path / "in" / "catalog.csv", "1,a,Title,7,Artist,2024-01-01", header=CATALOG)
    assert ingest(home, [tmp_path / "in"]).delivery_number == 1
    assert ingest(home, [tmp_path / "in"]).delivery_number is None
    assert all(path.is_file() for path in placeholders)


def test_one_unfit_file_refuses_the_whole_call(home: Home, tmp_path: Path) -> None:
    good = _csv(tmp_path / "a.csv", "2024-01-01,a,RU,,1,")
    ingest(home, [good])
    before = _tree(home)
    changed = _csv(tmp_path / "b.csv", "2024-01-01,a,RU,,7,", "2024-01-02,a,RU,,7,")
    bad = {
        _csv(tmp_path / "1.csv", header=HEADER): "has a header and no rows",
        _csv(tmp_path / "2.csv", "2024-01-01,a,RU,,x,"): "has no valid row",
        _csv(
            tmp_path / "3.csv", "2024-01-01,a,1", header="stream_date,isrc,streams"
        ): "lacks the required column territory",
        _csv(tmp_path / "4.csv", "1,2", header="x,y"): "no table has all its required columns",
        _csv(tmp_path / "zz.csv", "1,a,T,7,A,01.01.2024", header=CATALOG): "has no valid row",
    }
    for path, message in bad.items():
        with pytest.raises(HitcastError, match=message) as raised:
            ingest(home, [changed, path])
        assert path.name in str(raised.value)
        assert "\n" not in str(raised.value)
        assert _tree(home) == before


def test_files_on_the_ignore_list_are_left_alone(home: Home, tmp_path: Path) -> None:
    mapping = _mapping(tmp_path, 'ignore: ["*_log.csv"]\ntables: {vk_stream_days: {files: ["vk*.csv"]}}')
    _csv(tmp_path / "in" / "vk.csv", "2024-01-01,a,RU,,1,")
    log = _csv(tmp_path / "in" / "export_log.csv", "1,2", header="x,y")
    report = ingest(home, [tmp_path / "in"], [mapping])
    assert report.ignored == [str(log)]
    with pytest.raises(HitcastError, match="every file is on a mapping's `ignore:` list"):
        ingest(home, [log], [mapping])


@pytest.mark.parametrize("step", ["move_into_place", "write_ledger", "remove_leftovers"])
def test_an_ingest_killed_at_any_step_leaves_the_old_landing_or_the_new_one(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    _csv(tmp_path / "old" / "vk.csv", "2024-01-01,a,RU,,1,")
    _csv(tmp_path / "new" / "vk.csv", "2024-01-01,a,RU,,2,", "2024-01-02,a,RU,,2,")
    for folder, title in (("old", "Old"), ("new", "New")):
        _csv(tmp_path / folder / "catalog.csv", f"1,a,{title},7,Artist,2024-01-01", header=CATALOG)
    ingest(home, [tmp_path / "old"])

    def landed() -> tuple[object, ...]:
        return [streams for _, _, streams in _landed(home)], _landed(home, "release_title", "catalog_tracks")

    old, new = ([1], [("Old",)]), ([2, 2], [("New",)])
    assert landed() == old

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(landing, step, killed)
    with pytest.raises(KeyboardInterrupt):
        ingest(home, [tmp_path / "new"])
    monkeypatch.undo()
    assert landed() == (new if step == "remove_leftovers" else old)
    check_landing(home)
    ingest(home, [tmp_path / "new"])
    assert landed() == new
    assert {row.delivery_number for row in read_ledger(home).values()} == {2}
    # two days and a catalog, and what the day and the catalog were before
    assert len(list(home.raw.glob("*/**/delivery=*"))) == 5


def test_a_first_ingest_killed_before_its_ledger_is_made_good(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _csv(tmp_path / "catalog.csv", "1,a,Title,7,Artist,2024-01-01", header=CATALOG)
    real, calls = landing.write_ledger, []

    def second_killed(*given: object) -> None:
        calls.append(given)
        if len(calls) == 2:
            raise KeyboardInterrupt
        real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(landing, "write_ledger", second_killed)
    with pytest.raises(KeyboardInterrupt):
        ingest(home, [path])
    monkeypatch.undo()
    assert read_ledger(home) == {}
    assert ingest(home, [path]).delivery_number == 1
    assert len(read_ledger(home)) == 1


def test_leftovers_of_a_killed_run_are_removed(home: Home, tmp_path: Path) -> None:
    leftover = home.raw / ".incoming" / "vk_stream_days" / "2020-01-01.parquet"
    leftover.parent.mkdir(parents=True)
    leftover.write_bytes(b"half a fi")
    ingest(home, [_csv(tmp_path / "a.csv", "2024-01-01,a,RU,,1,")])
    assert len(_landed(home)) == 1
    assert not (home.raw / ".incoming").exists()


def test_progress_rises_to_the_end(home: Home, tmp_path: Path) -> None:
    _csv(tmp_path / "in" / "vk.csv", *(f"{day},a,RU,,1," for day in JANUARY))
    _csv(tmp_path / "in" / "catalog.csv", "1,a,Title,7,Artist,2024-01-01", header=CATALOG)
    detail: list[tuple[str, float]] = []
    ingest(home, [tmp_path / "in"], progress=lambda message, share: detail.append((message, share)))
    shares = [share for _, share in detail]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert {message for message, _ in detail} >= {"reading vk_stream_days", "writing vk_stream_days", "landing"}


FIELD = st.sampled_from(
    ["2024-01-01", "2024-01-02", "2024-02-30", "", " ", "a", "b", "RU", "1", "2", "-1", "1.5", '"', "é"]
)
ROW = st.one_of(
    st.tuples(
        st.sampled_from(["2024-01-01", "2024-01-02", "x", ""]),
        st.sampled_from(["a", "b", ""]),
        st.just("RU"),
        st.sampled_from(["", "male"]),
        st.sampled_from(["1", "2", "2.0", "y", ""]),
        st.sampled_from(["", "3", "-3"]),
    ).map(list),
    st.lists(FIELD.filter(lambda text: '"' not in text), min_size=2, max_size=8),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=st.lists(st.lists(ROW, min_size=1, max_size=12), min_size=1, max_size=3))
def test_counts_add_up_and_an_independent_reading_agrees(
    files: Sequence[Sequence[Sequence[str]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("random")
    home = Home(folder / "home")
    figures: defaultdict[tuple[str, str, str, str], set[tuple[int, int | None]]] = defaultdict(set)
    expected = []
    for number, rows in enumerate(files):
        # One good row a file, so that none is refused.
        lines = [*rows, ["2024-01-05", f"good{number}", "RU", "", "1", ""]]
        _csv(folder / "in" / f"{number}.csv", *(",".join(row) for row in lines))
        good = [row for row in lines if _is_valid(row)]
        expected.append((len(lines), len(lines) - len(good)))
        for row in good:
            key = row[0], row[1].strip(), row[2].strip(), row[3].strip()
            figures[key].add((int(float(row[4])), _count_or_none(row[5])))
    if any(len(versions) > 1 for versions in figures.values()):
        with pytest.raises(HitcastError, match="two rows of one key differ"):
            ingest(home, [folder / "in"], accept_loss=True)
        assert not home.ledger.exists()
        return
    kept = {key: streams for key, [(streams, _)] in figures.items()}
    report = ingest(home, [folder / "in"], accept_loss=True)
    table = _vk(report)
    assert [(file.read, file.rejected) for file in table.files] == expected
    assert all(file.accepted + file.rejected + file.duplicate == file.read for file in table.files)
    landed = _landed(home, "cast(stream_date as varchar), isrc, territory, coalesce(gender, ''), streams")
    assert {tuple(row[:4]): row[4] for row in landed} == kept
    assert len(landed) == len(kept) == table.accepted
    rejects = 0 if table.rejects_file is None else len(pd.read_csv(table.rejects_file))
    assert rejects == table.rejected


def _is_valid(row: Sequence[str]) -> bool:
    """The contract of vk_stream_days in plain Python."""
    # A line may end with one delimiter too many.
    if len(row) == 7 and row[6] == "":
        row = row[:6]
    if len(row) != 6:
        return False
    day, isrc, territory, _, streams, _ = (field.strip() for field in row)
    try:
        datetime.strptime(day, "%Y-%m-%d")
    except ValueError:
        return False
    return bool(isrc) and territory in COUNTRIES and _count_or_none(streams) is not None


def _count_or_none(text: str) -> int | None:
    try:
        count = float(text)
    except ValueError:
        return None
    return int(count) if count >= 0 and count.is_integer() else None


def test_many_rows_over_many_files_land_once_each(home: Home, tmp_path: Path) -> None:
    generator = random.Random(1)
    rows = [
        f"{day},song{song},RU,{gender},{song + plus},"
        for day in JANUARY
        for song in range(2000)
        for gender, plus in (("male", 0), ("", 1))
    ]
    generator.shuffle(rows)
    for number in range(3):
        _csv(tmp_path / "in" / f"{number}.csv", *rows[number::3])
    report = ingest(home, [tmp_path / "in"])
    assert _counts(_vk(report)) == (36_000, 36_000, 0, 0)
    summary = _landed(home, "count(*), count(distinct (stream_date, isrc, gender)), sum(streams)")
    assert summary == [(36_000, 36_000, 9 * (2 * sum(range(2000)) + 2000))]


def test_the_ledger_row_is_what_the_file_holds(home: Home, tmp_path: Path) -> None:
    ingest(home, [_csv(tmp_path / "1.csv", *(f"{day},a,RU,,1," for day in JANUARY))])
    rows: list[LedgerRow] = list(read_ledger(home).values())
    assert len({row.checksum for row in rows}) == len(rows) == len(JANUARY)


@pytest.mark.parametrize("zone", ["Asia/Vladivostok", "America/Los_Angeles"])
def test_the_zone_of_the_machine_moves_no_day(tmp_path: Path, zone: str) -> None:
    mapping = _mapping(
        tmp_path,
        """
        tables:
          vk_stream_days:
            files: ["*.csv"]
            date_format: "%Y-%m-%d %H:%M%z"
            columns: {stream_date: stream_date, isrc: isrc, territory: territory, streams: streams}
        """,
    )
    rows = [
        f"2024-01-02 {time},RUA0A240000{n},RU,5" for n, time in enumerate(["00:30+0300", "12:00+0000", "20:00-0500"])
    ]
    path = _csv(tmp_path / "vk.csv", *rows, header="stream_date,isrc,territory,streams")
    home = Home(tmp_path / "home")
    done = hitcast(home, "ingest", str(path), "--mapping", str(mapping), TZ=zone)
    assert done.returncode == 0, done.stderr
    landed = _landed(home, "isrc, stream_date")
    assert [day for _, day in landed] == [date(2024, 1, 2)] * 3
