"""Forecasts traced to what they were made from, in the prepared home and after it has changed."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from hitcast.core.builds import DIGEST_LENGTH, read_builds
from hitcast.core.digests import digest_of
from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.core.project import read_variables, settings_of
from hitcast.ingest.landing import landed_files, read_ledger
from hitcast.job.trace import Trace, explained, trace
from tests.commands import copied, hitcast, published, refused, succeeded

OPEN = "select release_id from release_predictions where actual_streams is null and not is_final order by release_id"


@pytest.fixture
def home(prepared: Home, tmp_path: Path) -> Home:
    return copied(prepared, tmp_path / "home", share_landing=True)


def traced(home: Home, release_id: str) -> Trace:
    return trace(home, explained(home, release_id)[-1])


def test_every_forecast_is_traced_and_the_files_are_those_that_were_read(prepared: Home) -> None:
    everything = published(prepared, "select distinct release_id from release_predictions order by release_id")
    named = landed_files(prepared, read_ledger(prepared))
    builds = read_builds(settings_of(prepared, read_variables()))
    for release_id in everything["release_id"].iloc[::25]:
        forecast = explained(prepared, release_id)[-1]
        found = trace(prepared, forecast)
        assert found.landed_count == len(named)
        assert {file.state for file in found.files} == {"as landed"}
        for file in found.files:
            assert named[prepared.root / file.path].digest == file.digest == digest_of(prepared.root / file.path)
        days = {file.day for file in found.files if "vk_stream_days" in file.path}
        released = forecast["release_date"]
        assert {day for day in days if day >= released} == {
            released + timedelta(days=number) for number in range(min(forecast["as_of_day"], forecast["horizon_days"]))
        } & {row.delivered_day for row in named.values() if row.table_name == "vk_stream_days"}
        assert dict(found.feature_sql) == {
            name: build.sql_digest[:DIGEST_LENGTH] for name, build in builds.items() if build
        }


def test_a_later_delivery_leaves_the_trace_as_it_was(home: Home) -> None:
    release_id = published(home, OPEN)["release_id"].iloc[0]
    before = traced(home, release_id)
    last = max(file.day for file in before.files if "vk_stream_days" in file.path)
    succeeded(hitcast(home, "withdraw", "vk_stream_days", str(last)))
    after = traced(home, release_id)
    assert (after.delivery_number, after.landing_digest) == (before.delivery_number, before.landing_digest)
    assert [file.digest for file in after.files] == [file.digest for file in before.files]


def test_a_forecast_of_another_home_is_not_traced(home: Home) -> None:
    forecast = explained(home, published(home, OPEN)["release_id"].iloc[0])[-1]
    with pytest.raises(HitcastError, match="no delivery of this home gives the forecast its name"):
        trace(home, {**forecast, "run_id": "0" * 32})
    with pytest.raises(HitcastError, match="is registered no more"):
        trace(home, {**forecast, "model_name": "hitcast/99"})


def test_the_command_says_it_in_lines_and_as_json(home: Home) -> None:
    release_id = published(home, OPEN)["release_id"].iloc[0]
    text = succeeded(hitcast(home, "explain", release_id, "--trace"))
    found = traced(home, release_id)
    assert f"run {found.run_id}" in text
    assert all(file.path in text for file in found.files)
    plain = json.loads(succeeded(hitcast(home, "explain", release_id, "--trace", "--json")))
    assert plain["format"] == 1
    assert plain["trace"]["model_digest"] == found.model_digest
    assert [row["horizon_days"] for row in plain["forecasts"]] == [14, 30]
    assert "no such release is published" in refused(hitcast(home, "explain", "nothing of the kind"), 2)
