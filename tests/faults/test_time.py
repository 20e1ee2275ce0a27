"""A clock that was set back, and a time zone that changed."""

from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from hitcast.core import moments
from hitcast.core.home import Home
from hitcast.core.moments import moment_after
from hitcast.core.settings import Settings
from hitcast.core.warehouse import latest_moment
from hitcast.core.words import age
from hitcast.ingest import ingest, withdraw
from hitcast.ingest.landing import read_ledger
from hitcast.serving.publish import last_published_at, publish, published_file
from ml.predict import predict
from tests.commands import hitcast, published, slow, succeeded

BACK = timedelta(days=400)


@pytest.fixture
def clock_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    class Earlier(datetime):
        @classmethod
        def now(cls, tz=None):  # type: ignore[no-untyped-def,override]
            return datetime.now(tz) - BACK

    monkeypatch.setattr(moments, "datetime", Earlier)


def test_a_moment_is_the_present_or_just_after_what_was_before() -> None:
    future = datetime(2999, 1, 1)
    assert abs(moment_after(None, datetime(2000, 1, 1)) - moment_after()) < timedelta(minutes=1)
    assert moment_after(future, None) == future + timedelta(microseconds=1)


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
    assert after[key].delivered_at > max(row.delivered_at for row in ledger.values())
    assert after[key].row_count == 1
    withdraw(home, *key[:1], [key[1]])
    assert read_ledger(home)[key].delivered_at > after[key].delivered_at


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
    assert published_at > moment
    # alerts compare with what was forecast up to then, which these forecasts are not
    assert previous == before < moment


def test_ages_of_what_lies_in_the_future_are_none(home: Home) -> None:
    assert age(datetime(2999, 1, 1)) == "just now"
    with duckdb.connect(str(published_file(home))) as serving:
        serving.execute("update publish_info set published_at = published_at + interval 300 day")
    message = succeeded(hitcast(home, "status"))
    assert "-" not in message.split("\nPublished\n")[1].split("\nSteps")[0].replace("-12-31", "")
    assert "just now" in message


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
