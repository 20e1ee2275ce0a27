import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest

from hitcast.core.decisions import Decision, read_decisions, record_decision
from hitcast.core.errors import HitcastError
from hitcast.core.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_what_was_decided_is_read_as_it_was_noted(home: Home) -> None:
    assert read_decisions(home) == []
    assert not home.decisions.exists()
    first = record_decision(home, Decision("0123", "promoted", 25_000.5, 120_000.0, '«Хит», it\'s "x"; drop table'))
    second = record_decision(home, Decision("0123", "declined"))
    assert read_decisions(home) == [first, second]
    assert (first.spend, first.note) == (25_000.5, '«Хит», it\'s "x"; drop table')


def test_a_later_decision_is_later_whatever_the_clock_says(home: Home) -> None:
    ahead = record_decision(home, Decision("a", "promoted", decided_at=datetime(2199, 1, 1)))
    assert record_decision(home, Decision("a", "declined")).decided_at > ahead.decided_at
    assert [decision.decision for decision in read_decisions(home)] == ["promoted", "declined"]


def test_the_same_call_given_again_is_one_decision(home: Home) -> None:
    calls = [Decision("a", "promoted", 5.0), Decision("a", "promoted", 5.0), Decision("a", "declined")]
    first, again, changed = (record_decision(home, call) for call in calls)
    back = record_decision(home, Decision("a", "promoted", 5.0))
    assert again == first
    assert read_decisions(home) == [first, changed, back]


def test_many_may_decide_at_once(home: Home) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: record_decision(home, Decision(str(number), "promoted")), range(40)))
    decided = read_decisions(home)
    assert {decision.release_id for decision in decided} == {str(number) for number in range(40)}
    assert len({decision.decided_at for decision in decided}) == 40


def test_a_damaged_file_is_named_with_its_cure(home: Home) -> None:
    record_decision(home, Decision("a", "promoted"))
    content = home.decisions.read_bytes()
    home.decisions.write_bytes(content[:100] + bytes(reversed(content[100:600])) + content[600:])
    with pytest.raises(HitcastError, match=r"decisions\.db: is damaged .*Put a backup"):
        read_decisions(home)


def test_nothing_but_a_decision_is_kept(home: Home) -> None:
    record_decision(home, Decision("a", "promoted"))
    with sqlite3.connect(home.decisions) as connection, pytest.raises(sqlite3.IntegrityError):
        connection.execute("insert into decisions values ('a', 'perhaps', null, null, '', '2024-01-01', 'x')")
