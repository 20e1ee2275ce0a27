"""What is sent by which channel, once: through the command line, with servers on this machine."""

import os
import signal
import subprocess
import sys
import time
from datetime import date, datetime
from pathlib import Path

import pytest

from hitcast.core.errors import HitcastError
from hitcast.core.home import PROJECT_DIR, Home
from hitcast.serving.alerts.send import Wording, list_alerts, send_alerts
from tests.commands import hitcast, refused, succeeded
from tests.serving.alerts.conftest import MailServer, Webhook
from tests.serving.alerts.world import forecast, latest, publish_rows, published_home

DAY = date(2021, 12, 31)
HIGH = "Artist: Title: first forecast is high: 1.0 K streams in 30 days, chance of high 90 %, 7 days known"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return published_home(tmp_path / "home", [forecast("R1", DAY, 0.9, predicted_class="high")])


def test_a_list_changes_nothing_and_what_was_sent_is_listed_with_all_alone(home: Home, webhook: Webhook) -> None:
    before = {path.name for path in home.root.iterdir()}
    assert succeeded(hitcast(home, "alerts")) == f"{HIGH}\n"
    assert succeeded(hitcast(home, "alerts")) == f"{HIGH}\n"
    assert {path.name for path in home.root.iterdir()} == before
    sent = hitcast(home, "alerts", "--post")
    assert succeeded(sent) == f"{HIGH}\n"
    assert "1 sent by webhook" in sent.stderr
    assert [body["text"] for body in webhook.bodies] == [HIGH]
    assert succeeded(hitcast(home, "alerts", "--post")) == "Nothing that was not sent before.\n"
    assert succeeded(hitcast(home, "alerts")) == "Nothing that was not sent before.\n"
    assert succeeded(hitcast(home, "alerts", "--all")) == f"{HIGH}\n"
    assert len(webhook.bodies) == 1


def test_channels_are_sent_to_apart(home: Home, webhook: Webhook, mail_server: MailServer) -> None:
    webhook.status = 500
    failed = hitcast(home, "alerts", "--post", "--mail", "--language", "ru")
    assert "answered 500" in failed.stderr.splitlines()[-1]
    assert failed.returncode == 2
    (mail,) = mail_server.mails
    assert mail["Subject"] == "hitcast, 30 дек. 2021: высокие с первого прогноза 1"
    assert mail.get_content().startswith("Высокие с первого прогноза (1)")
    webhook.status = 200
    succeeded(hitcast(home, "alerts", "--post", "--mail", "--digest"))
    assert len(mail_server.mails) == 1
    assert str(webhook.bodies[-1]["text"]).startswith("hitcast, 30 Dec 2021: high from the first forecast 1\n\nHigh")


def test_wrong_options_are_one_line(home: Home) -> None:
    for options, message in (
        (("--digest", "--format", "json"), "goes with --format text alone"),
        (("--all", "--post"), "lists alone"),
        (("--language", "de"), "'de' is not one of"),
        (("--threshold", "0"), "must be above 0"),
    ):
        done = hitcast(home, "alerts", *options)
        assert done.returncode == 2
        assert message in done.stderr
        assert "Traceback" not in done.stderr
    assert "HITCAST_SMTP_URL: is not set" in refused(hitcast(home, "alerts", "--mail", HITCAST_SMTP_URL=""), 2)


def test_what_a_channel_did_not_take_is_sent_after_the_next_publication(home: Home, webhook: Webhook) -> None:
    history = [forecast("R1", DAY, 0.9, predicted_class="high")]
    send_alerts(home, 0.25, "webhook", Wording())
    for number, streams in ((1, 2000.0), (2, 2100.0), (3, 2200.0)):
        history.append(forecast("R1", date(2022, 1, number), 0.9, predicted_class="high", predicted_streams=streams))
        at = datetime(2022, 1, number, 9)
        publish_rows(home, at, prediction_history=history, release_predictions=latest(history))
        webhook.status = 500 if number == 1 else 200
        if number == 1:
            with pytest.raises(HitcastError, match="answered 500"):
                send_alerts(home, 0.25, "webhook", Wording())
        else:
            assert send_alerts(home, 0.25, "webhook", Wording()) == ((1, "") if number == 2 else (0, ""))
    assert "1.0 K to 2.1 K streams" in str(webhook.bodies[-1]["text"])


def test_what_a_kill_cut_short_is_sent_again(home: Home, webhook: Webhook) -> None:
    """Killed after the server took the alerts, before that was noted: they may come twice, they are not lost."""
    script = """
import sys, time
from hitcast.core.home import Home
from hitcast.serving.alerts import send
take = send.SENDERS["webhook"]
def wait(*given):
    take(*given)
    print("taken", flush=True)
    time.sleep(60)
send.SENDERS["webhook"] = wait
send.send_alerts(Home.current(), 0.25, "webhook", send.Wording())
"""
    command = [sys.executable, "-c", script]
    environment = os.environ | {"HITCAST_HOME": str(home.root), "PYTHONPATH": str(PROJECT_DIR)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, cwd=PROJECT_DIR) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "taken\n"
        process.send_signal(signal.SIGKILL)
    assert len(webhook.bodies) == 1
    assert len(list_alerts(home, 0.25, ["webhook"], False)[1]) == 1
    assert send_alerts(home, 0.25, "webhook", Wording()) == (1, "")
    assert send_alerts(home, 0.25, "webhook", Wording()) == (0, "")


@pytest.mark.slow
def test_servers_that_drip_hold_a_call_for_20_seconds_at_most(
    home: Home, webhook: Webhook, mail_server: MailServer
) -> None:
    webhook.drips = mail_server.drips = True
    begun = time.perf_counter()
    done = hitcast(home, "alerts", "--post", "--mail")
    assert time.perf_counter() - begun < 20 + 10
    assert "did not answer within 10 s" in done.stderr
    assert "did not take the mail within 10 s" in done.stderr
    assert done.returncode == 2
