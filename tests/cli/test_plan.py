"""What `hitcast plan` asks for, and refuses."""

from pathlib import Path

import pytest

from hitcast.core.home import Home
from tests.commands import hitcast, refused, succeeded
from tests.desk.world import NO_LOG, publish


def published(root: Path, *changes: str) -> Home:
    home = Home(root)
    home.serving.mkdir(parents=True)
    publish(home.serving / "hitcast.duckdb", changes=changes)
    return home


def test_without_a_log_no_budget_is_asked_for(tmp_path: Path) -> None:
    home = published(tmp_path, *NO_LOG)
    assert "Ranked by size and growth" in succeeded(hitcast(home, "plan"))


def test_with_a_log_a_budget_is_asked_for(tmp_path: Path) -> None:
    assert "--budget: no budget is given" in refused(hitcast(published(tmp_path), "plan"), 2)


@pytest.mark.parametrize("changes", [(), NO_LOG])
@pytest.mark.parametrize(("typed", "said"), [("1e9999", "inf is no amount"), ("nan", "")])
def test_a_budget_that_is_no_number_is_refused(tmp_path: Path, changes: tuple[str, ...], typed: str, said: str) -> None:
    assert f"--budget: {said}" in refused(hitcast(published(tmp_path, *changes), "plan", "--budget", typed), 2)
