"""Homes of another version: an older one is brought up to date or told how, a newer one is left alone."""

import json
from pathlib import Path

import duckdb
import pytest

from hitcast.core.home import HOME_FORMAT, Home
from hitcast.serving.tables import PUBLISHED_FORMAT
from tests.commands import MAPPINGS, hitcast, published, refused, slow, succeeded
from tests.homes import unpacked

BUILDS = "Run `hitcast run`"
LEFT = {
    "status": "",
    "models list": "",
    "decisions": BUILDS,
    "alerts": BUILDS,
    "week": BUILDS,
    "predict": "Train again with `hitcast train`",
    "train": BUILDS,
    "backtest --origins 1": BUILDS,
    "publish": BUILDS,
    "report": BUILDS,
    "plan --budget 1000": BUILDS,
    "prune": "",
}
"""Commands on a home of version 12666e6 as it is, each with the cure that it names; empty where it works."""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return unpacked(tmp_path)


@pytest.mark.parametrize("command", LEFT)
def test_a_command_on_an_old_home_works_or_says_what_to_do(home: Home, command: str) -> None:
    done = hitcast(home, *command.split())
    assert "defect" not in done.stderr
    assert "Traceback" not in done.stderr
    if LEFT[command]:
        assert done.returncode == 2, done.stdout
        assert LEFT[command] in done.stderr.splitlines()[-1]
    else:
        succeeded(done)


def history(home: Home) -> list[tuple[object, ...]]:
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        return warehouse.execute(
            "select run_id, release_id, horizon_days, as_of_day, predicted_streams, lower_80, upper_80, predicted_at "
            "from ml.predictions order by all"
        ).fetchall()


@pytest.mark.slow
@pytest.mark.parametrize("how", [(), pytest.param(("--rebuild",), marks=slow)], ids=["run", "rebuild"])
def test_a_run_brings_an_old_home_up_to_date_and_keeps_its_forecasts(home: Home, how: tuple[str, ...]) -> None:
    before = history(home)
    assert before
    if how:
        # what the last file published is then all there is of the past
        home.warehouse.unlink()
    done = hitcast(home, "run", *how)
    succeeded(done)
    assert "brought the home up to date" in done.stderr
    kept = {(row[1], row[2], row[3], row[7]): row[4:7] for row in history(home)}
    assert {key: kept.get(key) for key in ((row[1], row[2], row[3], row[7]) for row in before)} == {
        (row[1], row[2], row[3], row[7]): row[4:7] for row in before
    }
    # what it had is known again: nothing is landed twice, nothing trained twice
    again = hitcast(home, "ingest", str(home.exports / "corrections"), *MAPPINGS)
    succeeded(again)
    assert "Nothing changed" in again.stdout
    if not how:
        second = hitcast(home, "run")
        succeeded(second)
        assert "brought" not in second.stderr
        assert len(published(home, "select distinct run_id from prediction_history")) == 2
        assert set(published(home, "select format_version from publish_info")["format_version"]) == {PUBLISHED_FORMAT}


@pytest.mark.parametrize(
    "command", ["status", "run", "export --output /nowhere", "week", "publish", "prune", "models list"]
)
def test_a_newer_home_is_left_alone(tmp_path: Path, command: str) -> None:
    home = Home(tmp_path)
    home.format_note.write_text(json.dumps({"format": HOME_FORMAT + 1}))
    before = sorted(tmp_path.rglob("*"))
    line = refused(hitcast(home, *command.split()), 2)
    assert f"is of format {HOME_FORMAT + 1}, and this version of hitcast reads up to {HOME_FORMAT}" in line
    assert sorted(tmp_path.rglob("*")) == before
