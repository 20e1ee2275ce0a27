"""States that the desk can be met in, and the pages that it has."""

from typing import Any

from hitcast.core.home import Home
from tests.desk.client import release_path
from tests.desk.world import ALL_REFUSED, EMPTY, FIRST_ID, LATE_VK, NO_BACKTEST, NO_LOG, ODD_NAMES, PAST_ID, publish

STATES: dict[str, dict[str, Any] | None] = {
    "usual": {},
    "nothing published": None,
    "empty": {"changes": EMPTY},
    "stale": {"days_old": 9, "hours_old": 60},
    "refused": {"changes": ALL_REFUSED},
    "late": {"changes": LATE_VK},
    "no backtest": {"changes": NO_BACKTEST},
    "no log": {"changes": NO_LOG},
    "odd names": {"changes": ODD_NAMES},
    "older": {"changes": ("drop table release_trajectories",)},
    "damaged": {"damage": True},
    "older columns": {"changes": ("alter table release_predictions drop column share_to_come",)},
}
"""What is published in each: what `publish` takes; None for nothing."""
SHOWING = tuple(name for name in STATES if name not in ("nothing published", "older", "older columns", "damaged"))
PAGES = {
    "week": "/",
    "releases": "/releases",
    "closed": "/releases?show=closed&columns=label&columns=genre&columns=actual&columns=released&columns=to_come",
    "nothing matches": "/releases?search=no+such+release",
    "release": release_path(FIRST_ID),
    "asked": f"{release_path(FIRST_ID)}?from=1000&to=90000&ratio=2.5",
    "moved": release_path("4607000000018"),
    "closed release": release_path("4607000000040"),
    "refused release": release_path("4607000000007"),
    "release without a forecast": release_path(PAST_ID),
    "compare": f"/compare?release={FIRST_ID}&release=4607000000002&release=4607000000003&release=4607000000004",
    "compare nothing": "/compare",
    "artist": "/artists/A00001",
    "label": "/labels?name=North",
    "plan": "/plan",
    "plan of a budget": "/plan?budget=60000",
    "calendar": "/calendar",
    "trust": "/trust",
    "trust on day 3": "/trust?day=3&set=tiktok&ratio=7",
    "statistics": "/trust/statistics",
    "health": "/health",
    "reader": "/reader",
    "not there": "/no/such/page",
}
MISSING = ("not there",)
"""Pages that are not there in any state."""
NEEDS_RELEASES = (
    "release", "asked", "moved", "closed release", "refused release", "release without a forecast", "artist", "label",
)  # fmt: skip
"""Pages that are not there where there is no release."""

LABEL = """
currency: RUB
payout_per_stream: 0.4
budget: 50000
goals:
  "4607000000001": 100000
"""


def make(home: Home, state: dict[str, Any] | None) -> Home:
    """A home in a state."""
    home.serving.mkdir(parents=True)
    (home.root / "label.yml").write_text(LABEL, encoding="utf-8")
    file = home.serving / "hitcast.duckdb"
    if state is not None and "damage" in state:
        file.write_bytes(b"no database" * 1000)
    elif state is not None:
        publish(file, **state)
    return home
