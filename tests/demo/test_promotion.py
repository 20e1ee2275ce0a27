from collections.abc import Iterator
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path

import duckdb
import pytest
import yaml
from typer.testing import CliRunner

from hitcast.cli.app import app
from hitcast.demo.dated import write_deliveries
from hitcast.demo.plan import plan_world
from hitcast.demo.promotion import LATE_SHARE, live_scenarios, write_campaigns, write_promotion_truth
from hitcast.demo.simulation import simulate
from hitcast.demo.world import replace_world
from hitcast.ingest.mapping import MAPPINGS_DIR

UNTIL = date(2020, 6, 30)


def small_world(late_campaigns: float) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": 2})
    simulate(connection, plan_world(300_000), 7, UNTIL, lambda line: None, late_campaigns)
    return connection


@pytest.fixture(scope="module")
def plain() -> Iterator[duckdb.DuckDBPyConnection]:
    with small_world(0) as connection:
        yield connection


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A world with late campaigns, its log as table `log` and its truth as table `truth`."""
    folder = tmp_path_factory.mktemp("promotion")
    with small_world(LATE_SHARE) as connection:
        write_campaigns(connection, folder)
        write_promotion_truth(connection, folder / "promotion_truth.parquet")
        connection.execute(
            "create table log as from read_csv(?, delim = ';', all_varchar = true)",
            [str(folder / "promotion_spends.csv")],
        )
        connection.execute("create table truth as from read_parquet(?)", [str(folder / "promotion_truth.parquet")])
        yield connection


def rows(connection: duckdb.DuckDBPyConnection, table: str) -> dict[int, tuple[float, float, int]]:
    """Size, spend and first day of each promotion of the world itself, by recording."""
    query = f"select track_id, promotion_size, spend, start_age from {table} where scenario = 0"
    return {track: (size, spend, start) for track, size, spend, start in connection.execute(query).fetchall()}


def test_some_begin_later_and_the_same_recordings_are_promoted(
    plain: duckdb.DuckDBPyConnection, world: duckdb.DuckDBPyConnection
) -> None:
    before, after = rows(plain, "promotions"), rows(world, "promotions")
    assert {track: row[:2] for track, row in before.items()} == {track: row[:2] for track, row in after.items()}
    assert {row[2] for row in before.values()} == set(range(-5, 4))
    moved = {row[2] for track, row in after.items() if row != before[track]}
    assert min(moved) == 4
    assert max(moved) == 14
    late = sum(row[2] > 3 for row in after.values()) / len(after)
    assert 0.2 < late < 0.4


def test_nothing_but_what_a_late_campaign_touches_changes(
    plain: duckdb.DuckDBPyConnection, world: duckdb.DuckDBPyConnection
) -> None:
    before, after = rows(plain, "promotions"), rows(world, "promotions")
    moved = {track: before[track][2] for track, row in after.items() if row != before[track]}
    days = "select track_id, age, * exclude (track_id, age) from track_days order by all"
    old, new = plain.execute(days).fetchall(), world.execute(days).fetchall()
    assert len(old) > 20_000
    assert old != new

    def untouched(lived: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
        return [row for row in lived if row[0] not in moved or row[1] < moved[row[0]]]

    assert untouched(old) == untouched(new)


def test_the_actual_streams_are_those_of_the_world(world: duckdb.DuckDBPyConnection) -> None:
    lived = world.execute(
        """
        select releases.upc, coalesce(sum(track_days.streams) filter (track_days.age between 0 and 29), 0)::bigint
        from releases
        inner join tracks using (release_no)
        left join track_days using (track_id)
        where not releases.is_evergreen and releases.release_date + 29 <= ?
        group by releases.upc
        """,
        [UNTIL],
    ).fetchall()
    actual = world.execute("select release_id, streams_30 from truth where scenario = 'actual'").fetchall()
    assert len(actual) > 500
    assert sorted(actual) == sorted(lived)


def test_a_scenario_with_the_same_campaigns_gives_the_same_streams(world: duckdb.DuckDBPyConnection) -> None:
    world.execute("insert into promotions select * replace (50 as scenario) from promotions where scenario = 0")
    world.execute("create or replace temp table state as select * replace (50000 as replica) from first_state")
    live_scenarios(world)
    columns = "track_id, inflow, streams, total_14, total_30"
    lived = world.execute(f"select {columns} from state order by all").fetchall()
    assert len(lived) > 500
    assert lived == world.execute(f"select {columns} from final_state order by all").fetchall()


def test_without_a_campaign_there_is_no_lift_and_the_more_is_spent_the_more_it_adds(
    world: duckdb.DuckDBPyConnection,
) -> None:
    by_scenario = "select scenario, count(*) / count(distinct release_id) from truth group by all order by all"
    assert world.execute(by_scenario).fetchall() == [("actual", 1), ("none", 1), ("spend", 9)]
    lifts = world.execute(
        """
        select truth.scenario, truth.spend, truth.start_day, truth.streams_30 - bare.streams_30, bare.streams_30
        from truth inner join truth as bare using (release_id)
        where bare.scenario = 'none'
        """
    ).fetchall()
    unpromoted = [row for row in lifts if row[0] == "none" or (row[0] == "actual" and row[1] == 0)]
    assert all(start is None and lift == 0 for _, _, start, lift, _ in unpromoted)
    promoted = [row for row in lifts if row[0] == "actual" and row[1] > 0]
    assert sum(lift > 0 for *_, lift, _ in promoted) > 0.9 * len(promoted) > 50
    assert all(lift >= 0 for *_, lift, _ in lifts)
    spends = sorted({row[1] for row in lifts if row[0] == "spend"})
    assert len(spends) == 3
    total = {
        (spend, start): sum(row[3] for row in lifts if row[:3] == ("spend", spend, start))
        for spend in spends
        for start in (0, 3, 7)
    }
    for start in (0, 3, 7):
        assert 0 < total[spends[0], start] < total[spends[1], start] < total[spends[2], start]
    for spend in spends:
        assert total[spend, 0] > total[spend, 3] > total[spend, 7]


def test_the_relative_lift_falls_with_size(world: duckdb.DuckDBPyConnection) -> None:
    small, large = world.execute(
        """
        select
            median(truth.streams_30 / bare.streams_30) filter (bare.streams_30 < 1000) - 1,
            median(truth.streams_30 / bare.streams_30) filter (bare.streams_30 > 25000) - 1
        from truth inner join truth as bare using (release_id)
        where truth.scenario = 'actual' and truth.spend > 0 and bare.scenario = 'none'
        """
    ).fetchall()[0]
    assert small > 0.5
    assert 0 < large < 0.1


def test_the_log_names_every_campaign_with_what_it_cost(world: duckdb.DuckDBPyConnection) -> None:
    log = world.execute(
        """
        select
            log."Код релиза" as upc,
            log."ISRC" as isrc,
            tracks.track_id,
            strptime(log."Начало", '%d.%m.%Y')::date as start_date,
            strptime(log."Конец", '%d.%m.%Y')::date as end_date,
            replace(log."Бюджет", ',', '.')::double as spend,
            tracks.release_date
        from log
        inner join releases on log."Кампания" = 'РК-' || lpad(releases.release_no::varchar, 6, '0')
        inner join tracks on releases.release_no = tracks.release_no and tracks.track_id % 100 = 1
            and coalesce(log."Код релиза", releases.upc) = releases.upc
            and coalesce(log."ISRC", tracks.isrc) = tracks.isrc
        """
    ).fetchall()
    promotions = rows(world, "promotions")
    assert {row[2]: (row[5], (row[3] - row[6]).days) for row in log} == {
        track: (spend, start) for track, (_, spend, start) in promotions.items()
    }
    assert all(row[5] > 0 for row in log)
    assert {(row[0] is None, row[1] is None) for row in log} == {(False, False), (True, False), (False, True)}
    lengths = [(row[4] - row[3]).days for row in log if row[4]]
    assert min(lengths) > 0
    assert max(lengths) < 20
    assert 0 < len(log) - len(lengths) < 0.2 * len(log)
    assert any(row[3] > UNTIL for row in log)
    noise = world.execute(
        "select median(spend / promotion_size), stddev(ln(spend / promotion_size)) from promotions where scenario = 0"
    ).fetchall()[0]
    assert noise == (pytest.approx(4000, rel=0.1), pytest.approx(0.3, rel=0.2))


def test_the_switch_delivers_the_log_and_writes_the_truth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HITCAST_HOME", str(tmp_path))
    ended = CliRunner().invoke(app, ["demo-data", "--rows", "60000", "--until", "2019-03-31", "--campaigns"])
    assert ended.exit_code == 0, ended.output
    lines = (tmp_path / "exports/first/promotion/promotion_spends.csv").read_text(encoding="utf-8").splitlines()
    mapping = yaml.safe_load((MAPPINGS_DIR / "demo_promotion.yml").read_text(encoding="utf-8"))
    table = mapping["tables"]["promotion_spends"]
    assert set(table["columns"].values()) == set(lines[0].split(table["delimiter"]))
    assert any(fnmatchcase("promotion_spends.csv", glob) for glob in table["files"])
    assert not any(fnmatchcase("promotion_truth.parquet", glob) for glob in table["files"])
    truth = str(tmp_path / "exports/promotion_truth.parquet")
    latest = duckdb.execute("select max(start_day) from read_parquet(?) where scenario = 'actual'", [truth]).fetchall()
    assert latest[0][0] > 3


def test_dated_deliveries_bring_the_log_of_what_is_announced(tmp_path: Path) -> None:
    until = date(2019, 2, 28)
    with duckdb.connect() as connection:
        simulate(connection, plan_world(60_000), 7, until, lambda line: None, LATE_SHARE)
        counts = write_deliveries(connection, tmp_path, 80, until, 0.2, True, lambda line: None)
    logs = [
        (folder / "promotion/promotion_spends.csv").read_text(encoding="utf-8").splitlines()
        for folder in sorted((tmp_path / "deliveries").iterdir())
    ]
    assert len(logs) == 2
    assert set(logs[0]) < set(logs[1])
    assert counts["promotion_spends"] == len(logs[0]) + len(logs[1]) - 2


def test_a_world_without_the_switch_takes_the_truth_of_an_earlier_one_away(tmp_path: Path) -> None:
    written, out = tmp_path / "written", tmp_path / "exports"
    for folder in (written, out):
        folder.mkdir()
    (out / "promotion_truth.parquet").write_text("old")
    replace_world(written, out)
    assert not list(out.iterdir())
