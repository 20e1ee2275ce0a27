from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from ml.registry.looks import Contest, contest_tags, known_contests, next_look
from ml.registry.store import Version

DAY = date(2021, 6, 1)


def version(number: int, tags: dict[str, str]) -> Version:
    return Version(number, "run", datetime.now(UTC), Path("bundle"), False, tags)


def look_at(versions: list[Version], recipe: str, champion: int, day: date) -> Contest:
    """One look, kept with a further version."""
    look = next_look(versions, recipe, champion, day)
    versions.append(version(len(versions) + 1, contest_tags(versions, look, day)))
    return look


def test_looks_at_one_recipe_are_one_contest_and_are_counted() -> None:
    versions: list[Version] = []
    for week in range(5):
        look = look_at(versions, "a recipe", 3, DAY + timedelta(days=7 * week))
        assert (look.number, look.looks, look.began_on) == (1, week + 1, DAY)


def test_every_other_recipe_and_champion_of_a_year_is_a_contest_more() -> None:
    versions: list[Version] = []
    assert look_at(versions, "one", 3, DAY).number == 1
    assert look_at(versions, "two", 3, DAY).number == 2
    assert look_at(versions, "one", 4, DAY + timedelta(days=100)).number == 3
    # an old contest keeps its number, and so its level
    assert look_at(versions, "one", 3, DAY + timedelta(days=200)).number == 1
    assert look_at(versions, "three", 3, DAY + timedelta(days=364)).number == 4
    assert look_at(versions, "four", 3, DAY + timedelta(days=366)).number == 3


def test_removed_versions_take_no_look_with_them() -> None:
    versions: list[Version] = []
    for week in range(3):
        look_at(versions, "one", 3, DAY + timedelta(days=7 * week))
    # a version that was not judged carries them on
    versions = [version(9, contest_tags(versions, None, DAY + timedelta(days=30)))]
    assert next_look(versions, "one", 3, DAY + timedelta(days=31)).looks == 4


def test_a_year_later_they_are_forgotten() -> None:
    versions: list[Version] = []
    look = look_at(versions, "one", 3, DAY)
    assert list(known_contests(versions).values()) == [replace(look, looks=1)]
    assert contest_tags(versions, None, DAY + timedelta(days=365)) == {}
