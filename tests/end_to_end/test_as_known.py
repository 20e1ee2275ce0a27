"""The backtest as known, on a world whose sounds are matched late and on one that was delivered in a day."""

from datetime import date
from pathlib import Path

import duckdb

from hitcast.core.home import Home
from hitcast.core.lock import writing
from hitcast.demo.world import write_demo_data
from hitcast.ingest import ingest
from hitcast.job.as_known import SCRATCH
from tests.commands import MAPPINGS, copied, hitcast, published, refused, slow, succeeded


def test_a_home_delivered_in_one_day_says_why_it_cannot(prepared: Home, tmp_path: Path) -> None:
    home = copied(prepared, tmp_path / "home", share_landing=True)
    message = refused(hitcast(home, "backtest", "--as-known", COLUMNS="200"), 2)
    assert "nothing had been delivered by 2021-10-01" in message
    assert "As-known figures need deliveries of that time" in message
    assert not (home.root / SCRATCH).exists()
    assert "nothing to remove" in succeeded(hitcast(home, "prune", "--keep-days", "0"))


def test_a_scratch_home_that_a_killed_call_left_goes_with_the_next(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    (home.root / SCRATCH / "raw").mkdir(parents=True)
    said: list[str] = []
    with writing(home, "hitcast ingest", said.append):
        assert not (home.root / SCRATCH).exists()
    assert said == [f"removed what a killed run had left unfinished: {SCRATCH}"]


@slow
def test_late_sounds_make_the_two_backtests_differ(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    write_demo_data(home.exports, 100_000, late_matches=0.9)
    for folder in sorted((home.exports / "deliveries").iterdir()):
        ingest(home, [folder], MAPPINGS[1::2], delivered_on=date.fromisoformat(folder.name))
    succeeded(hitcast(home, "run", "--step", "features"))
    before = _rows(home)
    found = succeeded(hitcast(home, "backtest", "--as-known"))
    assert "As known at the origin, beside today's data" in found
    assert not (home.root / SCRATCH).exists()
    assert _rows(home) == before
    for name in ("train", "predict", "predictions", "publish"):
        succeeded(hitcast(home, "run", "--step", name))
    figures = published(home, "from as_known_performance where age_group = 'all' order by horizon_days")
    assert figures["horizon_days"].tolist() == [14, 30]
    assert (figures["rmsle_ratio"] != 1).all()
    assert (figures["origin_count"] == 5).all()
    status = " ".join(succeeded(hitcast(home, "status")).split())
    assert "Forecast from what had been delivered at the origins 2020-10-01 to 2021-10-01" in status
    # what was known cannot be told without the files
    succeeded(hitcast(home, "prune", "--keep-days", "0"))
    assert "is kept no more, or damaged" in refused(hitcast(home, "backtest", "--as-known"), 2)


def _rows(home: Home) -> list[tuple[object, ...]]:
    """What dbt reads of the landing, as the home's own marts hold it."""
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        return warehouse.sql("select count(*), sum(hash(d)) from release_days as d").fetchall()
