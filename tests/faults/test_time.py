"""A clock that was set back, or stood in the future, and a time zone that changed."""

import os
import re
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from hitcast.core import decisions, moments, records
from hitcast.core.decisions import Decision, record_decision
from hitcast.core.home import Home
from hitcast.core.moments import is_ahead, moment_after, moment_near, present
from hitcast.core.records import latest_records, recorded
from hitcast.core.settings import Settings
from hitcast.core.warehouse import latest_moment
from hitcast.core.words import age
from hitcast.ingest import ingest, withdraw
from hitcast.ingest.landing import read_ledger
from hitcast.job.clock import clock_problems
from hitcast.job.freshness import step_states
from hitcast.job.status import _loaded, _published
from hitcast.serving.publish import last_published_at, publish, published_file
from ml.predict import predict
from tests.commands import hitcast, published, slow, succeeded

BACK, AHEAD = timedelta(days=400), timedelta(days=73 * 365)


def clock_off_by(difference: timedelta) -> type[datetime]:
    class Off(datetime):
        @classmethod
        def now(cls, tz=None):  # type: ignore[no-untyped-def,override]
            return datetime.now(tz) + difference

    return Off


@pytest.fixture
def clock_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moments, "datetime", clock_off_by(-BACK))


def test_a_moment_is_the_present_or_just_after_what_was_before() -> None:
    future = datetime(2999, 1, 1)
    assert abs(moment_after(None, datetime(2000, 1, 1)) - moment_after()) < timedelta(minutes=1)
    assert moment_after(future, None) == future + timedelta(microseconds=1)


def test_a_moment_near_the_clock_passes_over_those_far_ahead() -> None:
    soon, future = present() + timedelta(hours=2), datetime(2999, 1, 1)
    assert moment_near(soon, None, future) == soon + timedelta(microseconds=1)
    assert abs(moment_near(future) - present()) < timedelta(minutes=1)
    assert [is_ahead(moment) for moment in (None, soon, future)] == [False, False, True]


def test_what_a_clock_in_the_future_wrote_is_noticed_and_passes(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def problems() -> list[str]:
        return clock_problems(home, _loaded(home), [], _published(home), latest_records(home))

    def deliver(streams: int) -> None:
        file = tmp_path / f"vk{streams}.csv"
        file.write_text(f"stream_date,isrc,territory,streams\n2021-12-20,AAA,RU,{streams}\n")
        ingest(home, [file], accept_loss=True)

    with recorded(home, "run", "features"):
        pass
    assert problems() == []
    with monkeypatch.context() as wrong:
        wrong.setattr(moments, "datetime", clock_off_by(AHEAD))
        wrong.setattr(records, "datetime", clock_off_by(AHEAD))
        wrong.setattr(decisions, "datetime", clock_off_by(AHEAD))
        publish(home)
        deliver(5)
        record_decision(home, Decision("R1", "promoted"))
        with recorded(home, "ingest", "ingest"):
            pass
    (problem,) = problems()
    for name in ("deliveries", "the publication", "steps", "decisions"):
        assert f"{name} 2" in problem
    assert "models" not in problem
    for file in (file for file in home.root.rglob("*") if not file.is_relative_to(home.raw)):
        # a copy from a machine of that time
        os.utime(file, (4_070_908_800, 4_070_908_800))
    publish(home)
    deliver(6)
    assert not {"deliveries", "the publication"} & set(re.findall(r"[a-z][a-z ]+(?= 2)", problems()[0]))
    assert abs(last_published_at(home) - present()) < timedelta(minutes=5)
    day = read_ledger(home)["vk_stream_days", date(2021, 12, 20)]
    assert abs(day.delivered_at - present()) < timedelta(minutes=5)


@slow
def test_marts_built_while_the_clock_was_ahead_are_stale_when_others_are_published(
    home: Home, settings: Settings
) -> None:
    def stale() -> dict[str, str]:
        return {state.name: state.stale for state in step_states(home, settings) if state.stale}

    publish(home)
    assert stale() == {}
    with duckdb.connect(str(home.warehouse)) as warehouse:
        # a build of today, of what was published when a clock stood in the future
        warehouse.execute("update model_builds set built_at = built_at + interval 1 minute")
    with duckdb.connect(str(published_file(home))) as serving:
        serving.execute("update publish_info set published_at = timestamp '2099-01-01'")
    assert stale() == {"publish": "data changed: the marts are others"}
    with duckdb.connect(str(home.warehouse)) as warehouse:
        warehouse.execute("update model_builds set built_at = timestamp '2099-01-01'")
        warehouse.execute("update ml.predictions set predicted_at = predicted_at + interval 1 second")
    assert stale()["predictions"] == "data changed: forecasts are newer"


@pytest.mark.usefixtures("clock_set_back")
def test_a_delivery_by_a_clock_set_back_still_replaces_and_is_the_latest(home: Home, tmp_path: Path) -> None:
    ledger = read_ledger(home)
    file = tmp_path / "vk.csv"
    file.write_text("stream_date,isrc,territory,streams\n2021-12-20,AAA,RU,5\n")
    report = ingest(home, [file], accept_loss=True)
    key = ("vk_stream_days", date(2021, 12, 20))
    after = read_ledger(home)
    assert (
        report.delivery_number == after[key].delivery_number == 1 + max(row.delivery_number for row in ledger.values())
    )
    # the order rests on the numbers: the time is the clock's own, which may be right by now
    assert abs(after[key].delivered_at - (datetime.now() - BACK)) < timedelta(days=1)
    assert after[key].row_count == 1
    withdraw(home, *key[:1], [key[1]])
    assert read_ledger(home)[key].delivery_number > after[key].delivery_number
    assert read_ledger(home)[key].delivered_at > after[key].delivered_at


@pytest.mark.slow
@pytest.mark.usefixtures("clock_set_back")
def test_forecasts_and_publications_by_a_clock_set_back_are_the_latest(home: Home, settings: Settings) -> None:
    before = last_published_at(home)
    latest = latest_moment(settings, "predictions", "predicted_at")
    predicted = predict(settings, as_of=date(2022, 1, 3), progress=lambda line: None, after=before)
    with duckdb.connect(str(settings.warehouse)) as connection:
        query = "select distinct predicted_at from ml.predictions where run_id = ?"
        [[moment]] = connection.execute(query, [predicted.run_id]).fetchall()
        # what the mart would hold after dbt's build
        connection.execute(
            "insert into prediction_history by name select * exclude (territory) from ml.predictions where run_id = ?",
            [predicted.run_id],
        )
    assert before is not None
    assert latest is not None
    assert moment > max(latest, before)
    publish(home)
    with duckdb.connect(str(published_file(home)), read_only=True) as serving:
        query = "select distinct run_id, published_at, previous_published_at from publish_info"
        [(run_id, published_at, previous)] = serving.execute(query).fetchall()
    assert run_id == predicted.run_id
    # its age is the clock's own
    assert published_at < before
    # alerts compare with what was forecast up to then, which these forecasts are not
    assert previous == before < moment


def test_ages_of_what_lies_in_the_future_are_none(home: Home) -> None:
    assert age(datetime(2999, 1, 1)) == "just now"
    with duckdb.connect(str(published_file(home))) as serving:
        serving.execute("update publish_info set published_at = published_at + interval 300 day")
    message = succeeded(hitcast(home, "status"))
    assert "-" not in message.split("\nPublished\n")[1].split("\nSteps")[0].replace("-12-31", "")
    assert "just now" in message
    assert "times lie in the future of this machine's clock" in message


@pytest.mark.slow
@slow
def test_another_time_zone_gives_the_same_days_and_forecasts(prepared: Home, home: Home) -> None:
    for zone in ("Asia/Vladivostok", "America/New_York"):
        succeeded(hitcast(home, "run", TZ=zone))
        for table in ("release_predictions", "prediction_history", "delivered_days", "prediction_drivers"):
            left_out = " exclude (predicted_at)" if "predict" in table and "drivers" not in table else ""
            query = f"select *{left_out} from {table} order by all"
            assert published(home, query).equals(published(prepared, query)), (zone, table)


def test_a_time_zone_moves_no_moment(home: Home) -> None:
    before = last_published_at(home)
    assert before is not None
    succeeded(hitcast(home, "publish", TZ="Asia/Vladivostok"))
    east = last_published_at(home)
    succeeded(hitcast(home, "publish", TZ="America/New_York"))
    west = last_published_at(home)
    assert east is not None
    assert west is not None
    assert before < east < west < before + timedelta(hours=1)
    days = published(home, "select distinct data_through_date::varchar as day from publish_info")
    assert days["day"].tolist() == ["2021-12-31"]
