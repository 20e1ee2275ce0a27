"""Two commands on one home at once."""

import time

from hitcast.core.home import Home
from hitcast.core.lock import writing
from tests.commands import hitcast, published, refused, succeeded


def test_a_second_run_is_told_who_holds_the_home_and_readers_are_not(home: Home) -> None:
    rows = published(home, "from release_predictions order by all")
    with writing(home, "hitcast run"):
        begun = time.monotonic()
        for command in ("run", "train"):
            message = refused(hitcast(home, command), 3)
            assert "is held by `hitcast run`, process" in message
            assert "Wait for it to end, or end it" in message
        assert time.monotonic() - begun < 60
        assert "held by `hitcast run`" in succeeded(hitcast(home, "status"))
        assert published(home, "from release_predictions order by all").equals(rows)
