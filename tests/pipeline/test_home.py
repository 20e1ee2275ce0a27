from pathlib import Path

import pytest

from pipeline.home import PROJECT_DIR, Home


def test_the_current_home_is_named_by_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HITCAST_HOME", str(tmp_path / "deep" / "home"))
    assert Home.current() == Home(tmp_path / "deep" / "home")
    assert (tmp_path / "deep" / "home").is_dir()
    monkeypatch.delenv("HITCAST_HOME")
    assert Home.current() == Home(PROJECT_DIR / "data")


def test_everything_lies_below_the_root(tmp_path: Path) -> None:
    home = Home(tmp_path)
    places = {name: getattr(home, name) for name, kind in vars(Home).items() if isinstance(kind, property)}
    assert len(places) >= 8
    assert all(place.is_relative_to(tmp_path) for place in places.values())
    assert len(set(places.values())) == len(places)
