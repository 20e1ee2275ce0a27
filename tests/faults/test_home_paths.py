"""A home whose path holds what a shell, an address or a language would read something into."""

import json
from pathlib import Path

from hitcast.core.home import Home
from tests.commands import copied, hitcast, published, slow, succeeded

ODD = 'о дом 1 50% & 2;~(x)="y"+é|`z` %20'


@slow
def test_a_home_of_an_odd_path_works(prepared: Home, tmp_path: Path) -> None:
    home = copied(prepared, tmp_path / ODD)
    succeeded(hitcast(home, "run"))
    found = json.loads(succeeded(hitcast(home, "status", "--json")))
    assert found["home"] == str(home.root)
    assert found["problems"] == []
    assert {state["stale"] for state in found["states"]} == {""}
    assert len(published(home, "from release_predictions")) == len(published(prepared, "from release_predictions"))
    assert sorted(path.name for path in tmp_path.iterdir()) == [ODD]
