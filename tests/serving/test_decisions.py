"""Which release somebody names, and what was noted since the last run."""

from datetime import timedelta
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from hitcast.core.decisions import Decision, record_decision
from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.serving.decisions import find_release, known_decisions, published_decisions
from tests.commands import hitcast, succeeded
from tests.desk.world import FIRST_ID, PAST_ID, PRESENT, publish, renamed

TWIN, OTHER = "4607000000002", "4607000000005"
NAMES = (*renamed(FIRST_ID, "Anna", "One"), *renamed(TWIN, "Anna", "Twin"), *renamed(OTHER, "Anna", "Twin"))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path)
    made.serving.mkdir(parents=True)
    # a campaign counts before what a person noted
    publish(made.serving / "hitcast.duckdb", changes=(*NAMES, "delete from campaigns"))
    return made


@pytest.mark.parametrize("named", [FIRST_ID, f" 00{FIRST_ID}", "Anna: One", "anna: one", "Anna: On…", "anna: o"])
def test_a_release_is_named_by_what_lists_show(home: Home, named: str) -> None:
    assert find_release(home, named) == (FIRST_ID, "Anna: One")


def test_the_beginning_of_a_upc_is_enough_where_no_other_begins_so(home: Home) -> None:
    assert find_release(home, "460600000012")[0] == "4606000000120"
    with pytest.raises(
        HitcastError, match=r"46070000000: may be \d+ releases: 4607000000001 Anna: One; .* more\. Give"
    ):
        find_release(home, "46070000000")


def test_two_of_one_name_are_listed_and_none_is_taken(home: Home) -> None:
    with pytest.raises(HitcastError) as refusal:
        find_release(home, "Anna: Twin")
    assert f"may be 2 releases: {TWIN} Anna: Twin; {OTHER} Anna: Twin. Give more" in str(refusal.value)


@pytest.mark.parametrize("named", ["", "  ", "no such", "%", "46070000000019"])
def test_nothing_is_guessed(home: Home, named: str) -> None:
    with pytest.raises(HitcastError, match="no such release is published"):
        find_release(home, named)


def test_what_was_noted_is_known_before_a_run(home: Home) -> None:
    published, _ = published_decisions(home)
    now = PRESENT.replace(tzinfo=None)
    for hours, (release, decision) in enumerate(
        ((FIRST_ID, "declined"), (FIRST_ID, "promoted"), (PAST_ID, "declined"))
    ):
        record_decision(
            home, Decision(release, decision, 5.0 if hours == 1 else None, decided_at=now + timedelta(0, hours))
        )
    found, _ = known_decisions(home)
    rows = found.set_index("release_id")
    assert list(found.columns) == list(published.columns)
    assert not found["release_id"].duplicated().any()
    assert set(found["release_id"]) == {*published["release_id"], FIRST_ID, PAST_ID}
    assert (rows.loc[FIRST_ID, "decision"], rows.loc[FIRST_ID, "spend"]) == ("promoted", 5.0)
    assert rows.loc[FIRST_ID, "predicted_streams"] > 0
    assert rows.loc[PAST_ID, "decision"] == "declined"
    assert pd.isna(rows.loc[PAST_ID, "predicted_streams"])
    untouched = found[~found["release_id"].isin([FIRST_ID, PAST_ID])].set_index("release_id")
    assert untouched["decision"].equals(published.set_index("release_id")["decision"].loc[untouched.index])


def test_a_campaign_counts_before_what_is_noted(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.serving.mkdir(parents=True)
    publish(home.serving / "hitcast.duckdb")
    record_decision(home, Decision(FIRST_ID, "declined", note="too late"))
    found, _ = known_decisions(home)
    row = found.set_index("release_id").loc[FIRST_ID]
    assert (row["decision"], row["decided_by"], row["spend"]) == ("promoted", "campaign log", 16_000)
    assert row["note"] == "too late"


def test_what_was_noted_stands_beside_the_advice_of_its_day(home: Home) -> None:
    """The mart's own SQL says so; what it needs is published."""
    with duckdb.connect(str(home.serving / "hitcast.duckdb"), read_only=True) as connection:
        [release_id, days] = connection.execute(
            """
            select release_id, list((as_of_day, predicted_streams, probability_high, predicted_at) order by as_of_day)
            from prediction_history
            where horizon_days = 30
            group by release_id
            having count(probability_high) > 2 and count(*) = count(probability_high) and max(known_streams) < 100000
            order by release_id
            """
        ).fetchall()[0]
    day, predicted, probability, moment = days[-2]
    record_decision(home, Decision(release_id, "declined", decided_at=moment + timedelta(hours=1)))
    row = known_decisions(home)[0].set_index("release_id").loc[release_id]
    assert (row["decided_as_of_day"], row["predicted_streams"], row["probability_high"]) == (
        day, predicted, probability,
    )  # fmt: skip
    assert row["is_advised"] == (probability >= 5 / 6)


def test_a_publication_of_another_version_is_named(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.serving.mkdir(parents=True)
    publish(home.serving / "hitcast.duckdb", changes=("drop table campaigns",))
    record_decision(home, Decision(FIRST_ID, "declined"))
    with pytest.raises(HitcastError, match=r"lacks tables or columns, .*Run `hitcast run`"):
        known_decisions(home)


def test_a_second_decision_says_what_it_replaces(home: Home) -> None:
    assert "replaces" not in succeeded(hitcast(home, "decide", "Anna: One", "promoted", "--spend", "1000"))
    shown = succeeded(hitcast(home, "decide", FIRST_ID, "declined", "--note", "tour is off"))
    assert f'Anna: One ({FIRST_ID}): declined, note "tour is off"' in shown
    assert "It replaces what was noted on " in shown
    assert ": promoted, spend 1,000\n" in shown
    assert "noted before; nothing is added" in succeeded(
        hitcast(home, "decide", FIRST_ID, "declined", "--note", "tour is off")
    )
    line = next(line for line in succeeded(hitcast(home, "decisions")).splitlines() if "Anna: One" in line)
    assert "declined" in line
