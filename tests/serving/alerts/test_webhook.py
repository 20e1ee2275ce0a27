import os
import time

import pytest

from hitcast.core.errors import HitcastError
from hitcast.serving.alerts.webhook import post
from tests.serving.alerts.conftest import MOVED, Webhook


def test_alerts_are_posted_as_text_and_data(webhook: Webhook) -> None:
    post([MOVED], "in words")
    (body,) = webhook.bodies
    assert body == {"text": "in words", "alerts": [MOVED.as_object()]}


def test_a_failed_post_is_one_line_without_the_address(webhook: Webhook, monkeypatch: pytest.MonkeyPatch) -> None:
    webhook.status = 403
    for address, message in (
        (webhook.address, "answered 403"),
        ("http://127.0.0.1:1/secret", "could not be reached"),
        ("file:///etc/secret", "is not set to an http"),
        ("", "is not set to an http"),
    ):
        monkeypatch.setenv("HITCAST_ALERTS_WEBHOOK", address)
        with pytest.raises(HitcastError, match=message) as refusal:
            post([MOVED], "in words")
        assert "secret" not in str(refusal.value)
        assert "\n" not in str(refusal.value)


def test_a_server_that_drips_holds_nobody(webhook: Webhook) -> None:
    webhook.drips = True
    begun = time.perf_counter()
    with pytest.raises(HitcastError, match=r"did not answer within 0\.5 s") as refusal:
        post([MOVED], "in words", deadline_seconds=0.5)
    assert time.perf_counter() - begun < 3
    assert os.environ["HITCAST_ALERTS_WEBHOOK"] not in str(refusal.value)
