"""Which release somebody names, and what was noted since the last run."""

from datetime import timedelta
from pathlib import Path

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
    publish(made.serving / "hitcast.duckdb", changes=NAMES)
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
