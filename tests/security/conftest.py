"""A published home whose texts are what an attacker would put into a catalog."""

import pytest

from hitcast.core.home import Home
from hitcast.serving.publish import publish
from tests.security.attacks import TEXTS
from tests.serving.published_world import make_home


@pytest.fixture(scope="session")
def hostile_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A release for each attack, in every text that comes from a vendor or a catalog."""
    rows = [
        {
            "release_id": f"R{number:02}",
            "horizon_days": 30,
            "artist_name": text,
            "release_title": text,
            "label_name": text,
            "genre": text,
            "main_drivers": text,
            "reason": text,
            "promotion_value": -4.9,
            "lower_80": 500.0,
            "upper_80": 2000.0,
        }
        for number, text in enumerate(TEXTS)
    ]
    tables = ("release_predictions", "prediction_history", "prediction_drivers", "similar_releases")
    home = make_home(tmp_path_factory.mktemp("hostile"), **dict.fromkeys(tables, rows))
    publish(home)
    return home
