import os
from pathlib import Path

import pytest

from hitcast.core.errors import HitcastError
from hitcast.core.home import PROJECT_DIR, Home


def test_the_current_home_is_named_by_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HITCAST_HOME", str(tmp_path / "deep" / "home"))
    assert Home.current() == Home(tmp_path / "deep" / "home")
    assert (tmp_path / "deep" / "home").is_dir()
    monkeypatch.delenv("HITCAST_HOME")
    assert Home.current() == Home(PROJECT_DIR / "data")


@pytest.mark.parametrize("sign", "',$*?[]{}#")
def test_a_path_that_dbt_or_a_glob_would_misread_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sign: str
) -> None:
    named = tmp_path / f"it{sign}s"
    monkeypatch.setenv("HITCAST_HOME", str(named))
    with pytest.raises(HitcastError) as refused:
        Home.current()
    assert str(refused.value) == f"{named}: a home's path cannot hold {sign}. Name another: HITCAST_HOME=PATH"
    assert not named.exists()


def test_what_is_written_in_a_private_home_is_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = os.umask(0o022)
    try:
        for mode, wanted in ((0o755, 0o644), (0o750, 0o640), (0o700, 0o600)):
            root = tmp_path / f"{mode:o}"
            root.mkdir()
            root.chmod(mode)
            os.umask(0o022)
            monkeypatch.setenv("HITCAST_HOME", str(root))
            Home.current().note_format()
            assert (root / "format.json").stat().st_mode & 0o777 == wanted
    finally:
        os.umask(before)


def test_everything_lies_below_the_root(tmp_path: Path) -> None:
    home = Home(tmp_path)
    found = {name: getattr(home, name) for name, kind in vars(Home).items() if isinstance(kind, property)}
    places = {name: place for name, place in found.items() if isinstance(place, Path)}
    assert set(home.databases) <= {*places.values(), home.mlflow / "mlflow.db"}
    assert len(places) >= 8
    assert all(place.is_relative_to(tmp_path) for place in places.values())
    assert len(set(places.values())) == len(places)
