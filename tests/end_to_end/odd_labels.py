"""Odd small labels, drawn at random: few releases, a platform absent, wrong dates, windows closed or open."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from tests.end_to_end.small_world import World

LAST = date(2021, 6, 30)
"""Last day of data."""
WINDOW = 30
PLATFORMS = ("both", "both", "no TikTok", "no VK", "TikTok of a third")
DATES = ("right", "right", "a fifth wrong", "all a week early", "all of 1970")
WINDOWS = ("most closed", "half open", "all closed", "none closed")


@dataclass(frozen=True)
class Label:
    """A label and what is odd about it.

    Attributes:
        world: Its raw tables.
        description: What was drawn.
        mature_count: Releases whose window is closed and whose VK days are whole and dated right.
    """

    world: World
    description: str
    mature_count: int


def make_label(seed: int) -> Label:
    """The label of a seed; any run of 60 seeds meets every pair of a platform and a kind of dates at least twice."""
    random = np.random.default_rng(seed)
    platforms, dates = PLATFORMS[seed % 5], DATES[seed // 5 % 5]
    windows, count = WINDOWS[int(random.integers(4))], int(np.exp(random.uniform(0, np.log(300))))
    out = _release_days(random, windows, count)
    levels = np.exp(random.normal(5, 1.5, count))
    stated = _stated_dates(random, dates, out)
    heard_by_tiktok = random.random(count) < {"no TikTok": 0, "TikTok of a third": 1 / 3}.get(platforms, 1)
    streams = [] if platforms == "no VK" else [_streams(random, *each) for each in zip(out, levels, strict=True)]
    views = [_views(random, out[place], levels[place]) for place in np.flatnonzero(heard_by_tiktok)]
    catalog = pd.DataFrame(
        {
            "upc": [f"U{number:04}" for number in range(count)],
            "isrc": [f"I{number:04}" for number in range(count)],
            "release_title": [f"Release {number}" for number in range(count)],
            "artist_id": [f"A{number % max(count // 4, 1)}" for number in range(count)],
            "artist_name": [f"Artist {number % max(count // 4, 1)}" for number in range(count)],
            "label_name": "North",
            "genre": random.choice(["pop", "rap"], count),
            "release_date": stated,
            "track_number": 1,
            "duration_seconds": 180.0,
            "is_explicit": False,
        }
    )
    is_told = platforms != "no VK" and dates != "all of 1970"
    closed = [day + timedelta(days=WINDOW) <= LAST for day in out]
    right = [stated_day == day for stated_day, day in zip(stated, out, strict=True)]
    mature = sum(one and other for one, other in zip(closed, right, strict=True)) if is_told else 0
    world = World(catalog, _table(views, TIKTOK, catalog["isrc"]), _table(streams, VK, catalog["isrc"]))
    return Label(world, f"{count} releases, {platforms}, dates {dates}, windows {windows}", mature)


TIKTOK = ["activity_date", "isrc", "sound_id", "content_type", "territory", "creations", "views", "likes"]
VK = ["stream_date", "isrc", "territory", "gender", "age_band", "source", "subscription", "streams"]


def _release_days(random: np.random.Generator, windows: str, count: int) -> list[date]:
    nearest, farthest = {"none closed": (1, 25), "half open": (1, 60), "all closed": (40, 500)}.get(windows, (1, 500))
    return [LAST - timedelta(days=int(days)) for days in random.integers(nearest, farthest, count)]


def _stated_dates(random: np.random.Generator, dates: str, out: list[date]) -> list[date]:
    if dates == "all of 1970":
        return [date(1970, 1, 1)] * len(out)
    if dates == "all a week early":
        return [day - timedelta(days=7) for day in out]
    is_off = random.random(len(out)) < (0.2 if dates == "a fifth wrong" else 0)
    shifts = np.where(is_off, random.integers(-30, 31, len(out)), 0)
    return [day + timedelta(days=int(shift)) for day, shift in zip(out, shifts, strict=True)]


def _streams(random: np.random.Generator, out: date, level: float) -> dict[date, int]:
    """Streams by day since the first: a power law with luck."""
    ages = range(min((LAST - out).days + 1, 60))
    fading = random.uniform(0.3, 1.0)
    return {
        out + timedelta(days=age): int(random.poisson(level * (1 + age) ** -fading * np.exp(random.normal(0, 0.2))))
        for age in ages
    }


def _views(random: np.random.Generator, out: date, level: float) -> dict[date, int]:
    """TikTok views from a few teaser days on."""
    ages = range(-int(random.integers(0, 8)), min((LAST - out).days + 1, 60))
    factor = np.exp(random.normal(0, 1.5))
    return {out + timedelta(days=age): int(random.pareto(1.2) * level * factor / (1 + abs(age))) for age in ages}


def _table(counts: list[dict[date, int]], columns: list[str], isrcs: pd.Series) -> pd.DataFrame:
    is_tiktok = columns is TIKTOK
    rows = [
        (day, isrc, f"s{isrc}", "PGC", "RU", value // 100, value, value // 10)
        if is_tiktok
        else (day, isrc, "RU", "female", "18_24", "playlist", "paid", value)
        for isrc, days in zip(isrcs, counts, strict=False)
        for day, value in days.items()
    ]
    return pd.DataFrame(rows, columns=columns)
