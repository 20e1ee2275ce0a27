"""What tests of several rooms need."""

from pathlib import Path

import pytest

from hitcast.core.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home of its own, not made yet."""
    return Home(tmp_path / "home")
