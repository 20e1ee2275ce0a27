"""Looks: which recipes have been held against which champions, and how often, as the versions' tags keep it.

Every version carries the contests of the year before it, so that none is forgotten when old versions are removed.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta

from ml.registry.store import Version

CONTESTS_TAG = "contests"
YEAR = timedelta(days=365)
FINGERPRINT_LENGTH = 12


@dataclass(frozen=True)
class Contest:
    """A recipe that tries to take the title from a champion, looked at whenever it is trained.

    Attributes:
        recipe: First characters of its fingerprint.
        champion: Version that holds the title.
        number: Its place among the contests that began in the year before it, from 1; it decides the level.
        looks: Looks so far.
        began_on: Day of data of the first look.
        looked_on: Day of data of the last.
    """

    recipe: str
    champion: int
    number: int
    looks: int
    began_on: date
    looked_on: date


def known_contests(versions: Iterable[Version]) -> dict[tuple[str, int], Contest]:
    """All contests that versions carry, by recipe and champion; of several records the one of most looks."""
    found: dict[tuple[str, int], Contest] = {}
    for version in versions:
        for plain in json.loads(version.tags.get(CONTESTS_TAG, "[]")):
            days = {name: date.fromisoformat(plain[name]) for name in ("began_on", "looked_on")}
            contest = Contest(**{**plain, **days})
            key = (contest.recipe, contest.champion)
            if key not in found or contest.looks > found[key].looks:
                found[key] = contest
    return found


def next_look(versions: Iterable[Version], recipe: str, champion: int, day: date) -> Contest:
    """The contest that this look is part of, this look counted."""
    known = known_contests(versions)
    key = (recipe[:FINGERPRINT_LENGTH], champion)
    if key in known:
        return replace(known[key], looks=known[key].looks + 1, looked_on=max(day, known[key].looked_on))
    number = 1 + sum(day - contest.began_on < YEAR for contest in known.values())
    return Contest(*key, number=number, looks=1, began_on=day, looked_on=day)


def contest_tags(versions: Iterable[Version], look: Contest | None, day: date) -> dict[str, str]:
    """What a new version carries: the contests of the last year, with its own look."""
    kept = known_contests(versions)
    if look is not None:
        kept[look.recipe, look.champion] = look
    recent = sorted(
        (contest for contest in kept.values() if day - contest.looked_on < YEAR),
        key=lambda contest: (contest.began_on, contest.number),
    )
    return {CONTESTS_TAG: json.dumps([asdict(contest) for contest in recent], default=date.isoformat)} if recent else {}
