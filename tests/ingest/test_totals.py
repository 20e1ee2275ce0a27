from datetime import date
from pathlib import Path

import duckdb
import pytest

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.core.project import read_variables
from hitcast.ingest import ingest, withdraw
from hitcast.ingest.landing import read_history, read_ledger
from hitcast.ingest.report import TableReport
from hitcast.job import dbt
from tests.commands import hitcast

MAPPING = """
tables:
  vk_stream_days:
    files: ["{files}"]
    columns: {{stream_date: day, isrc: isrc, territory: country, streams: streams}}
    {counts}
"""


def _mapping(folder: Path, counts: str = "counts: cumulative", files: str = "*.csv") -> Path:
    path = folder / f"{counts[8:] or 'daily'}.yml"
    path.write_text(MAPPING.format(counts=counts, files=files))
    return path


def _deliver(home: Home, folder: Path, *rows: str, counts: str = "counts: cumulative") -> TableReport:
    path = folder / "totals.csv"
    path.write_text("\n".join(["day,isrc,country,streams", *rows, ""]))
    [table] = ingest(home, [path], [_mapping(folder, counts)]).tables
    return table


def _day(number: int) -> date:
    return date(2024, 3, number)


def _streams(home: Home) -> dict[tuple[str, int], int | None]:
    """Streams by release and day of March since release, as a run sees them; None where they are unknown."""
    dbt.build(home, read_variables(), ["+release_days"])
    with duckdb.connect(str(home.warehouse)) as warehouse:
        rows = warehouse.sql(
            "select release_id, day, vk_streams from release_days"
            " where vk_state in ('whole', 'partial') and day_number >= 0"
        ).fetchall()
    return {(release, day.day): streams for release, day, streams in rows}


def test_totals_land_as_they_are_and_the_ledger_says_so(home: Home, tmp_path: Path) -> None:
    report = _deliver(home, tmp_path, "2024-03-01,a,RU,100", "2024-03-02,a,RU,130")
    assert report.questions == []
    assert {row.delivered_day: row.counts for row in read_ledger(home).values()} == {
        _day(1): "cumulative",
        _day(2): "cumulative",
    }


def test_what_counts_are_is_part_of_what_is_the_same_day(home: Home, tmp_path: Path) -> None:
    rows = ("2024-03-01,a,RU,100", "2024-03-02,a,RU,90")
    assert _deliver(home, tmp_path, *rows, counts="").days_new == [_day(1), _day(2)]
    # the same rows by a mapping that was put right: another day, and the sums do not compare
    again = _deliver(home, tmp_path, *rows)
    assert (again.days_replaced, again.resent) == ([_day(1), _day(2)], [])
    assert len(read_history(home)) == 4
    assert _deliver(home, tmp_path, *rows).days_unchanged == [_day(1), _day(2)]
    assert len(_deliver(home, tmp_path, *rows, counts="").days_replaced) == 2


@pytest.mark.parametrize(
    ("before", "rows", "asked"),
    [
        ((), ("2024-03-01,a,RU,100", "2024-03-02,a,RU,100", "2024-03-04,a,RU,130"), ""),
        ((), ("2024-03-01,a,RU,9", "2024-03-02,a,RU,8", "2024-03-02,b,RU,5"), "1 of 2 keys, as of a on 2024-03-02"),
        # beside a day that has landed, before it and after it
        (("2024-03-01,a,RU,100",), ("2024-03-02,a,RU,99",), "1 of 1 key, as of a on 2024-03-02, 100 -> 99"),
        (("2024-03-03,a,RU,100",), ("2024-03-02,a,RU,101",), "1 of 1 key, as of a on 2024-03-03, 101 -> 100"),
        # another territory is another key
        (("2024-03-01,a,KZ,100",), ("2024-03-02,a,RU,99",), ""),
    ],
)  # fmt: skip
def test_totals_that_fall_are_asked_about(
    home: Home, tmp_path: Path, before: tuple[str, ...], rows: tuple[str, ...], asked: str
) -> None:
    if before:
        _deliver(home, tmp_path, *before)
    what = f"streams are totals since release and fall for {asked}"
    found = _deliver(home, tmp_path, *rows).questions
    assert [what in line and "is unknown" in line for line in found] == ([True] if asked else [])


def test_figures_that_never_fall_are_no_question_where_the_mapping_says_so(home: Home, tmp_path: Path) -> None:
    rows = [f"2024-03-0{day},song{key},RU,{key * day}" for key in range(150) for day in range(1, 9)]
    assert _deliver(home, tmp_path, *rows).questions == []
    assert len(_deliver(home, tmp_path, *rows, counts="").questions) == 1


def test_totals_and_daily_figures_do_not_mix_in_one_call(home: Home, tmp_path: Path) -> None:
    for name in ("totals.csv", "daily.txt"):
        (tmp_path / name).write_text("day,isrc,country,streams\n2024-03-01,a,RU,100\n")
    mappings = [_mapping(tmp_path), _mapping(tmp_path, "", "*.txt")]
    with pytest.raises(HitcastError, match=r"totals\.csv.*holds totals .*other files of vk_stream_days daily figures"):
        ingest(home, [tmp_path / "totals.csv", tmp_path / "daily.txt"], mappings)


def test_totals_of_a_catalog_are_refused(tmp_path: Path, home: Home) -> None:
    mapping = tmp_path / "catalog.yml"
    mapping.write_text('tables: {catalog_tracks: {files: ["*.csv"], counts: cumulative}}')
    (tmp_path / "a.csv").write_text("x\n")
    with pytest.raises(HitcastError, match="counts is for tables that are landed by day"):
        ingest(home, [tmp_path / "a.csv"], [mapping])


def test_daily_figures_come_of_totals_in_whatever_order_and_however_often_they_come(home: Home, tmp_path: Path) -> None:
    catalog = tmp_path / "catalog.csv"
    catalog.write_text(
        "upc,isrc,release_title,artist_id,artist_name,release_date\n"
        "1,a,One,7,Artist,2024-03-02\n1,b,One,7,Artist,2024-03-02\n2,c,Two,7,Artist,2023-01-01\n"
    )
    ingest(home, [catalog])
    totals = {
        1: {"c": 900},
        2: {"a": 10, "c": 950},
        3: {"a": 25, "b": 2, "c": 1000},
        5: {"a": 60, "b": 2, "c": 1000},
        6: {"a": 70, "b": 5, "c": 990},
    }

    def rows(*days: int) -> list[str]:
        return [f"2024-03-0{day},{isrc},RU,{total}" for day in days for isrc, total in totals[day].items()]

    _deliver(home, tmp_path, *rows(6))
    _deliver(home, tmp_path, *rows(2, 3))
    _deliver(home, tmp_path, *rows(5), "2024-03-04,c,RU,1")
    _deliver(home, tmp_path, *rows(1, 3))
    withdraw(home, "vk_stream_days", [_day(4)])
    # the last day is put right
    _deliver(home, tmp_path, "2024-03-06,a,RU,75", "2024-03-06,b,RU,5", "2024-03-06,c,RU,1100")
    # of 5 March two days came at once; c was out before the reports began
    assert _streams(home) == {("1", 2): 10, ("1", 3): 15 + 2, ("1", 5): None, ("1", 6): 15 + 3}


def test_a_total_that_falls_ends_with_exit_code_5(home: Home, tmp_path: Path) -> None:
    mapping = _mapping(tmp_path)
    (tmp_path / "a.csv").write_text("day,isrc,country,streams\n2024-03-01,a,RU,9\n2024-03-02,a,RU,8\n")
    done = hitcast(home, "ingest", str(tmp_path / "a.csv"), "--mapping", str(mapping))
    assert done.returncode == 5
    assert "fall for 1 of 1 key" in done.stdout
