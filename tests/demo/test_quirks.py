import gzip
from collections.abc import Iterator
from datetime import date, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from hitcast.ingest.mapping import MAPPINGS_DIR

EVERY_DAY = {date.fromordinal(number) for number in range(date(2019, 1, 1).toordinal(), date(2022, 1, 1).toordinal())}


@pytest.fixture(scope="module")
def files(exports: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """`vk` and `tiktok` as text, with `delivery` and, where the date is one, `day`."""
    with duckdb.connect() as connection:
        for delivery in ("first", "corrections"):
            for vendor in ("vk", "tiktok"):
                connection.execute(
                    f"create table {delivery}_{vendor} as from read_csv(?, delim = ';', all_varchar = true, "
                    "strict_mode = false, union_by_name = true)",
                    [str(exports / delivery / vendor / "*.csv*")],
                )
        connection.execute("""
            create view vk as
            select *, try_cast(try_strptime("Дата", '%d.%m.%Y') as date) as day
            from (select 'first' as delivery, * from first_vk union all select 'corrections', * from corrections_vk)
        """)
        connection.execute(f"""
            create view tiktok as
            select *, "Date"::date as day from (
                select 'first' as delivery, * from first_tiktok
                union all by name select 'corrections' as delivery, * from corrections_tiktok
                union all by name select 'first' as delivery, columns(*)::varchar
                from read_parquet('{exports}/first/tiktok/*.parquet')
            )
        """)
        yield connection


def to_date(written: str) -> date:
    return datetime.strptime(written, "%d.%m.%Y").date()


def figure(connection: duckdb.DuckDBPyConnection, query: str) -> Any:
    return connection.execute(query).fetchall()[0][0]


def days(connection: duckdb.DuckDBPyConnection, vendor: str, delivery: str) -> set[date]:
    found = connection.execute(
        f"select distinct day from {vendor} where delivery = ? and day is not null", [delivery]
    ).fetchall()
    return {day for (day,) in found}


def test_vk_has_a_byte_order_mark_and_tiktok_has_none(exports: Path) -> None:
    assert (exports / "first/vk/vk_streams_2021-05.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert gzip.decompress((exports / "first/vk/vk_streams_2019-05.csv.gz").read_bytes()).startswith(b"\xef\xbb\xbf")
    assert (exports / "first/tiktok/tiktok_sounds_2021-05.csv").read_bytes().startswith(b"Date;")


def test_the_catalog_is_cp1251_and_reads_as_russian(exports: Path) -> None:
    raw = (exports / "first/catalog/catalog.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")
    header, *lines = raw.decode("cp1251").splitlines()
    assert header.startswith("Штрихкод;ISRC;Релиз")
    assert any("Танцуй" in line for line in lines)
    assert len(lines) > len(set(lines)), "some entries stand twice"


def test_a_barcode_carries_its_check_digit(exports: Path) -> None:
    lines = (exports / "first/catalog/catalog.csv").read_text(encoding="cp1251").splitlines()[1:]
    for line in lines[:50]:
        digits = [int(digit) for digit in line.split(";")[0]]
        assert len(digits) == 13
        assert (sum(digits[::2]) + 3 * sum(digits[1::2])) % 10 == 0


def test_recordings_stand_on_several_releases_one_of_them_first(exports: Path) -> None:
    released: dict[str, set[tuple[str, str]]] = {}
    for line in (exports / "first/catalog/catalog.csv").read_text(encoding="cp1251").splitlines()[1:]:
        upc, isrc, *_, release_date, _number, _duration, _explicit = line.split(";")
        released.setdefault(isrc, set()).add((upc, release_date))
    shared = [entries for entries in released.values() if len(entries) > 1]
    assert len(shared) > 10
    for entries in shared:
        days_of_release = sorted(to_date(written) for _, written in entries)
        assert days_of_release[0] < days_of_release[1], "one release was first"


@pytest.mark.parametrize(("vendor", "lost"), [("tiktok", 3), ("vk", 1)])
def test_days_come_whole_late_again_or_never(files: duckdb.DuckDBPyConnection, vendor: str, lost: int) -> None:
    first, again = days(files, vendor, "first"), days(files, vendor, "corrections")
    assert len(EVERY_DAY - first - again) == lost
    assert len(again - first) == 6
    assert len(again & first) == 9


def test_a_corrected_day_had_too_little_in_it(files: duckdb.DuckDBPyConnection) -> None:
    for vendor, column in (("vk", "Прослушивания"), ("tiktok", "Video Views")):
        totals = files.execute(f"""
            select day, delivery, sum(try_cast(replace("{column}", ' ', '') as bigint)) as total
            from {vendor}
            where day in (select day from {vendor} where delivery = 'corrections')
            group by all
        """).fetchall()
        by_day: dict[date, dict[str, int]] = {}
        for day, delivery, total in totals:
            by_day.setdefault(day, {})[delivery] = total
        both = [entry for entry in by_day.values() if len(entry) == 2]
        assert len(both) == 9
        assert all(entry["first"] < 0.8 * entry["corrections"] for entry in both)


@pytest.mark.parametrize("vendor", ["vk", "tiktok"])
def test_about_one_row_in_five_hundred_stands_twice(files: duckdb.DuckDBPyConnection, vendor: str) -> None:
    every = figure(files, f"select count(*) from {vendor}")
    distinct = figure(files, f"select count(*) from (select distinct * from {vendor})")
    assert 0.0008 * every < every - distinct < 0.004 * every


def test_few_rows_are_invalid_and_their_valid_twins_stay(files: duckdb.DuckDBPyConnection) -> None:
    vk = figure(
        files,
        """
        select count(*) from vk
        where day is null or "ISRC" is null or try_cast(replace("Прослушивания", ' ', '') as bigint) is null
            or "Прослушивания" like '-%'
    """,
    )
    tiktok = figure(
        files,
        """
        select count(*) from tiktok
        where "Country" is null or try_cast("Video Views" as bigint) is null or "Video Views" like '-%'
    """,
    )
    rows = figure(files, "select (select count(*) from vk) + (select count(*) from tiktok)")
    assert vk > 0
    assert tiktok > 0
    assert vk + tiktok < 0.0005 * rows


def test_numbers_are_written_the_vendors_way(files: duckdb.DuckDBPyConnection, exports: Path) -> None:
    assert figure(files, """select count(*) from vk where regexp_matches("Прослушивания", '^\\d{1,3} \\d{3}$')""") > 0
    assert figure(files, """select count(*) from vk where regexp_matches("Прослушивания", '\\d{4}')""") == 0
    assert figure(files, """select count(*) from first_tiktok where "Avg. Play Time (s)" like '%,%'""") > 0
    assert figure(files, """select count(*) from first_tiktok where "Avg. Play Time (s)" like '%.%'""") == 0
    assert (exports / "first/tiktok/tiktok_sounds_2020-06.parquet").exists()


@pytest.mark.parametrize(("vendor", "column", "home"), [("vk", "Страна", "Россия"), ("tiktok", "Country", "RU")])
def test_a_tenth_of_the_rows_or_so_are_other_countries(
    files: duckdb.DuckDBPyConnection, vendor: str, column: str, home: str
) -> None:
    share = figure(files, f"""select avg(("{column}" <> '{home}')::integer) from {vendor}""")
    assert 0.06 <= share <= 0.18


def test_optional_columns_are_empty_in_places(files: duckdb.DuckDBPyConnection) -> None:
    unmatched = figure(files, """select avg(("ISRC" is null)::integer) from tiktok where "Sound Type" = 'Original'""")
    assert 0.02 < unmatched < 0.2
    assert figure(files, """select count(*) from tiktok where "Favorites" is null and day < '2019-09-01'""") > 0
    assert figure(files, """select count(*) from tiktok where "Favorites" is null and day > '2019-09-01'""") == 0
    assert figure(files, """select count(*) from vk where "Пол" is null and "Подписка" is null""") > 0


def test_a_key_never_stands_with_two_values_in_one_delivery(files: duckdb.DuckDBPyConnection) -> None:
    assert (
        figure(
            files,
            """
        select count(*) from (
            select day, "Sound ID", "Country", delivery
            from (select distinct * from tiktok)
            where try_cast("Video Views" as bigint) >= 0
            group by all having count(*) > 1
        )
    """,
        )
        == 0
    )
    assert (
        figure(
            files,
            """
        select count(*) from (
            select day, "ISRC", "Страна", "Пол", "Возраст", "Источник", "Подписка", delivery
            from (select distinct * from vk)
            where day is not null and "ISRC" is not null
                and try_cast(replace("Прослушивания", ' ', '') as bigint) >= 0
            group by all having count(*) > 1
        )
    """,
        )
        == 0
    )


def test_teasers_come_before_the_release_and_streams_do_not(files: duckdb.DuckDBPyConnection, exports: Path) -> None:
    files.execute("create or replace temp table released (isrc varchar, release_date date)")
    entries = [
        line.split(";") for line in (exports / "first/catalog/catalog.csv").read_text(encoding="cp1251").splitlines()
    ][1:]
    files.executemany(
        "insert into released select ?, strptime(?, '%d.%m.%Y')", [[entry[1], entry[8]] for entry in entries]
    )
    ages = """
        select day - release_date as age
        from {vendor} inner join (select isrc, min(release_date) as release_date from released group by isrc) as firsts
            on {vendor}."ISRC" = firsts.isrc
    """
    youngest = figure(files, f"select min(age) from ({ages.format(vendor='tiktok')})")
    assert youngest == -14
    assert figure(files, f"select min(age) from ({ages.format(vendor='vk')})") == 0


@pytest.mark.parametrize("name", ["demo_catalog", "demo_tiktok", "demo_vk"])
def test_the_ready_mappings_fit_the_files_and_leave_the_truth_alone(exports: Path, name: str) -> None:
    mapping = yaml.safe_load((MAPPINGS_DIR / f"{name}.yml").read_text(encoding="utf-8"))
    ((_, table),) = mapping["tables"].items()
    folder = name.removeprefix("demo_")
    for file in [*(exports / "first" / folder).iterdir(), *(exports / "corrections").glob(f"{folder}/*")]:
        assert any(fnmatchcase(file.name, glob) for glob in table["files"]), file.name
        if file.suffix == ".parquet":
            header = [row[0] for row in duckdb.execute("describe from read_parquet(?)", [str(file)]).fetchall()]
        else:
            raw = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
            encoding = "utf-8-sig" if table["encoding"] == "utf-8" else table["encoding"]
            header = raw.decode(encoding).splitlines()[0].split(table["delimiter"])
        assert set(table["columns"].values()) <= {column.strip('"') for column in header}
    assert not any(fnmatchcase("truth.parquet", glob) for glob in table["files"])
