from datetime import date, datetime
from pathlib import Path

import pytest

from hitcast.core.errors import BusyError, HitcastError
from hitcast.core.home import Home
from hitcast.serving.alerts import sent as module
from hitcast.serving.alerts.facts import Alert, Published
from hitcast.serving.alerts.sent import read_sent, sending
from tests.serving.alerts.conftest import MOVED

NOW = Published(datetime(2022, 1, 1, 9), "r1", date(2021, 12, 31))
LATE = Alert("platform_late", "vk_stream_days", {})


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def sent_by(home: Home, channel: str, *alerts: Alert) -> None:
    with sending(home, channel) as (_, mark):
        mark(alerts, NOW)


def test_each_channel_takes_a_fact_once(home: Home) -> None:
    assert read_sent(home, "webhook").unsent([MOVED]) == [MOVED]
    assert not home.alerts.exists(), "reading writes nothing"
    sent_by(home, "webhook", MOVED)
    assert read_sent(home, "webhook").unsent([MOVED]) == []
    assert read_sent(home, None).unsent([MOVED]) == []
    assert read_sent(home, "mail").unsent([MOVED]) == [MOVED]
    assert (read_sent(home, "webhook").published_at, read_sent(home, "webhook").run_id) == (NOW.published_at, "r1")
    assert read_sent(home, "mail").published_at is None


def test_what_is_not_marked_is_not_sent(home: Home) -> None:
    sent_by(home, "mail")
    with pytest.raises(ZeroDivisionError), sending(home, "webhook") as (_, mark):
        mark([MOVED], NOW)
        raise ZeroDivisionError
    assert read_sent(home, "webhook").unsent([MOVED]) == [MOVED]


def test_a_state_that_ended_is_news_when_it_returns(home: Home) -> None:
    sent_by(home, "webhook", MOVED, LATE)
    assert read_sent(home, "webhook").unsent([LATE]) == []
    sent_by(home, "webhook")
    assert read_sent(home, "webhook").unsent([MOVED, LATE]) == [LATE]


def test_one_call_sends_at_a_time(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.1)
    with sending(home, "webhook"):
        with pytest.raises(BusyError, match="is locked by another call"), sending(home, "webhook"):
            pass
        # a list waits for nobody
        assert read_sent(home, "webhook").unsent([MOVED]) == [MOVED]


def test_a_damaged_file_is_named_with_its_cure(home: Home) -> None:
    home.alerts.write_bytes(b"no database" * 100)
    for call in (lambda: read_sent(home, None), lambda: sent_by(home, "webhook")):
        with pytest.raises(HitcastError, match=r"alerts\.db: is damaged .*or remove it"):
            call()
