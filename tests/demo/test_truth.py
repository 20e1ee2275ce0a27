import math
import subprocess
from pathlib import Path

import duckdb
import numpy as np

from hitcast.core.home import PROJECT_DIR

# Nothing but the generator and the command that judges a backtest by it may know that the truth exists.
READERS = {"hitcast/cli/evaluation.py", "hitcast/job/steps.py"}


def test_every_release_but_reissues_has_the_horizons_still_open(exports: Path) -> None:
    truth = duckdb.read_parquet(str(exports / "truth.parquet"))
    assert truth.columns == [
        "release_id", "as_of_day", "horizon_days", "expected_streams", "expected_log1p_streams", "realised_streams"
    ]  # fmt: skip
    horizons = truth.aggregate("release_id, as_of_day, list(horizon_days order by horizon_days) as horizons").fetchall()
    assert {day for _, day, _ in horizons} == {0, 3, 7, 14, 21}
    assert all(pair == ([14, 30] if day < 14 else [30]) for _, day, pair in horizons)


def test_expectations_are_in_order_and_a_window_beyond_the_data_has_no_total(exports: Path) -> None:
    truth = duckdb.read_parquet(str(exports / "truth.parquet"))
    shrunk = truth.filter("expected_log1p_streams > ln(1 + expected_streams) + 1e-6").fetchall()
    assert not shrunk, "the mean of logs lies below the log of the mean"
    unknown = truth.filter("realised_streams is null").fetchall()
    assert unknown
    assert {row[2] for row in truth.filter("realised_streams is null").fetchall()} == {14, 30}


def test_the_realised_totals_are_those_in_the_files(exports: Path) -> None:
    catalog = (exports / "first/catalog/catalog.csv").read_text(encoding="cp1251").splitlines()[1:]
    entries = [line.split(";") for line in catalog]
    with duckdb.connect() as connection:
        connection.execute("create table catalog (upc varchar, isrc varchar, release_date date)")
        connection.executemany(
            "insert into catalog select ?, ?, strptime(?, '%d.%m.%Y')", [[row[0], row[1], row[8]] for row in entries]
        )
        mismatched = connection.execute(
            """
            with lines as (
                select distinct filename like '%corrections%' as is_correction, * exclude (filename)
                from read_csv([?, ?], delim = ';', all_varchar = true, strict_mode = false, filename = true)
            ),

            days as (
                select
                    is_correction,
                    try_cast(try_strptime("Дата", '%d.%m.%Y') as date) as day,
                    "ISRC" as isrc,
                    try_cast(replace("Прослушивания", ' ', '') as bigint) as streams
                from lines
                where "Страна" = 'Россия'
            ),

            latest as (
                select * from days
                where day is not null and isrc is not null and streams >= 0
                qualify is_correction = max(is_correction) over (partition by day)
            ),

            credited as (
                select isrc, min_by(upc, release_date) as upc, min(release_date) as release_date
                from catalog group by isrc
            ),

            lost as (
                select min(day)::date as day
                from generate_series(date '2019-01-01', date '2021-12-31', interval 1 day) as every(day)
                where day::date not in (select day from latest)
            ),

            totals as (
                select credited.upc, truth.horizon_days, sum(latest.streams) as streams
                from (select distinct horizon_days from read_parquet(?)) as truth, credited
                inner join latest using (isrc)
                where latest.day - credited.release_date between 0 and truth.horizon_days - 1
                group by all
            )

            select truth.*, totals.streams
            from read_parquet(?) as truth
            inner join (select upc, min(release_date) as release_date from catalog group by upc) as releases
                on truth.release_id = releases.upc
            left join totals on truth.release_id = totals.upc and truth.horizon_days = totals.horizon_days
            where truth.realised_streams is not null
                and truth.realised_streams <> coalesce(totals.streams, 0)
                and (select day from lost) - release_date not between 0 and truth.horizon_days - 1
            """,
            [
                str(exports / "first/vk/*.csv*"),
                str(exports / "corrections/vk/*.csv"),
                str(exports / "truth.parquet"),
                str(exports / "truth.parquet"),
            ],
        ).fetchall()
    assert mismatched == []


def test_the_truth_is_unbiased_and_the_nearer_the_more_days_are_known(exports: Path) -> None:
    nearest = {
        (0, 14): 0.8,
        (3, 14): 0.3,
        (7, 14): 0.2,
        (0, 30): 0.8,
        (3, 30): 0.55,
        (7, 30): 0.45,
        (14, 30): 0.3,
        (21, 30): 0.15,
    }
    found = {}
    for day, horizon in nearest:
        rows = duckdb.execute(
            "select expected_log1p_streams, realised_streams from read_parquet(?) "
            "where as_of_day = ? and horizon_days = ? and realised_streams is not null",
            [str(exports / "truth.parquet"), day, horizon],
        ).fetchall()
        errors = np.array([expected - math.log1p(realised) for expected, realised in rows])
        found[day, horizon] = np.sqrt(np.mean(errors**2))
        assert abs(errors.mean()) < 4 * errors.std() / math.sqrt(len(errors)) + 0.005
    assert all(found[cell] < limit for cell, limit in nearest.items())
    for horizon in (14, 30):
        by_day = [error for (_, other), error in sorted(found.items()) if other == horizon]
        assert by_day == sorted(by_day, reverse=True)


def test_nothing_else_reads_the_truth() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT_DIR, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    code = [
        name
        for name in tracked
        if name.endswith((".py", ".sql", ".yml", ".yaml", ".toml", ".csv"))
        and not name.startswith(("tests/", "hitcast/demo/"))
        and (PROJECT_DIR / name).exists()
    ]
    assert len(code) > 20
    mentions = {name for name in code if "truth.parquet" in (PROJECT_DIR / name).read_text(encoding="utf-8")}
    assert mentions <= READERS
