"""A demo world that tests only read."""

from pathlib import Path

import pytest

from hitcast.demo.world import write_demo_data
from tests.conftest import Once


@pytest.fixture(scope="session")
def exports(once: Once) -> Path:
    """The exports of a small world."""

    def build(folder: Path) -> Path:
        write_demo_data(folder / "exports", 150_000)
        return folder / "exports"

    made: Path = once("demo", build)
    return made
