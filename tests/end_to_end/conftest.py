"""Homes of their own for the tests that run the job."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hitcast.core.home import Home
from hitcast.core.project import read_variables
from hitcast.ingest import ingest
from hitcast.job import dbt
from hitcast.job.steps import FEATURES
from tests.end_to_end.small_world import World


@pytest.fixture(scope="session")
def built_home(tmp_path_factory: pytest.TempPathFactory) -> Callable[[World], Home]:
    """Makes a home that holds a world and its feature marts."""

    def build(world: World) -> Home:
        root = tmp_path_factory.mktemp("home")
        home = Home(root)
        ingest(home, [world.write_exports(root / "exports")])
        dbt.build(home, read_variables(), FEATURES)
        return home

    return build


@pytest.fixture
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home that holds nothing, and is the current one."""
    monkeypatch.setenv("HITCAST_HOME", str(tmp_path / "home"))
    return Home.current()
