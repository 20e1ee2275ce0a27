from pathlib import Path

import pytest

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.core.project import read_variables, settings_of


def test_overrides_lie_over_the_project_and_reach_the_settings(tmp_path: Path) -> None:
    variables = read_variables("{horizons: [28, 14], class_horizon: 28}")
    assert variables["territory"] == read_variables()["territory"]
    settings = settings_of(Home(tmp_path), variables)
    assert settings.horizons == (14, 28)
    assert settings.class_horizon == 28
    assert settings.warehouse == tmp_path / "warehouse.duckdb"


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ("{horizon: 14}", "unknown variable horizon"),
        ("[14, 30]", "is no mapping"),
        ("{horizons: [14", "not readable as YAML"),
        ("{horizons: 30}", "horizons is 30"),
        ("{horizons: [14, 0]}", "horizons is [14, 0]"),
        ("{horizons: [30, 30]}", "names a horizon twice"),
        ("{horizons: [14, 28]}", "class_horizon 30 is not one of the horizons [14, 28]"),
    ],
)
def test_what_does_not_fit_is_told_in_one_line(overrides: str, message: str) -> None:
    with pytest.raises(HitcastError) as refusal:
        read_variables(overrides)
    assert message in str(refusal.value)
    assert "\n" not in str(refusal.value)
