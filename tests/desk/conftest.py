"""A published world, once a session, and a place of its own for each test."""

import shutil
from pathlib import Path

import pytest

from tests.desk.world import PRESENT, publish


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published file that nobody changes."""
    file = tmp_path_factory.mktemp("world") / "hitcast.duckdb"
    publish(file)
    return file


@pytest.fixture
def published(tmp_path: Path, world: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, where the page looks, at the moment of its publication."""
    file = tmp_path / "serving" / "hitcast.duckdb"
    file.parent.mkdir()
    shutil.copy(world, file)
    monkeypatch.setenv("HITCAST_PUBLISHED", str(file))
    monkeypatch.setattr("hitcast.desk.published.present", lambda: PRESENT)
    return file
