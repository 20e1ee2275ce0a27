"""A small random landing with every irregularity that the SQL must take, as data frames and as exports."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

START, END = date(2021, 1, 1), date(2021, 6, 30)
TIKTOK_NEVER = {date(2021, 3, 10), date(2021, 5, 2)}
VK_NEVER = {date(2021, 4, 20)}
SOURCES = ["playlist", "search", "recommendations", "own_music", "other"]


@dataclass(frozen=True)
class World:
    """The three raw tables, typed as their contracts say; days are `datetime.date`."""

    catalog: pd.DataFrame
    tiktok: pd.DataFrame
    vk: pd.DataFrame

    def poisoned_from(self, day: date) -> "World":
        """The same world with every measure of `day` and later a thousand times as large."""
        return replace(
            self,
            tiktok=_multiplied(self.tiktok, self.tiktok["activity_date"] >= day, 1000),
            vk=_multiplied(self.vk, self.vk["stream_date"] >= day, 1000),
        )

    def write_exports(self, folder: Path) -> Path:
        """Writes one CSV a table with the contracts' own headers."""
        folder.mkdir(parents=True)
        self.catalog.to_csv(folder / "catalog.csv", index=False)
        self.tiktok.to_csv(folder / "tiktok.csv", index=False)
        self.vk.to_csv(folder / "vk.csv", index=False)
        return folder


def make_world(seed: int = 1, releases: int = 60) -> World:
    """A label of `releases` releases in half a year, two of whose days TikTok and one VK never delivered."""
    random = np.random.default_rng(seed)
    catalog = _catalog(random, releases)
    days = [START + timedelta(days=n) for n in range((END - START).days + 1)]
    first_out = catalog.groupby("isrc")["release_date"].min()
    tiktok, vk = [], []
    for number, (isrc, released) in enumerate(first_out.items()):
        for day in days:
            age = (day - released).days
            if day not in TIKTOK_NEVER and -20 <= age <= 75 and random.random() < 0.6:
                for sound in range(int(random.integers(1, 4))):
                    tiktok.append(_sound_day(random, day, f"s{number}_{sound}", isrc, "PGC" if sound == 0 else "UGC"))
            # the day before is no fault, what comes days before or after it is
            if day not in VK_NEVER and first_heard(isrc) <= age <= 75 and random.random() < 0.9:
                vk.extend(_stream_days(random, day, isrc))
    tiktok += [_sound_day(random, day, "s_without_recording", None, "UGC") for day in days if day not in TIKTOK_NEVER]
    return World(catalog, _whole(pd.DataFrame(tiktok)), _whole(pd.DataFrame(vk)))


def first_heard(isrc: str) -> int:
    """First day of VK streams of a recording, in days since its date in the catalog, which is wrong for some."""
    release = int(isrc[1:].partition("_")[0])
    return {3: -6, 4: 4, 7: 18}.get(release % 11, -1)


def _catalog(random: np.random.Generator, releases: int) -> pd.DataFrame:
    rows = []
    for number in range(releases):
        released = START + timedelta(days=int(random.integers(0, (END - START).days + 4)))
        own = [f"I{number}_{track}" for track in range(int(random.choice([1, 1, 2, 5, 8])))]
        carried = [f"I{int(random.integers(0, number))}_0"] if number and random.random() < 0.3 else []
        # a few releases carry nothing of their own
        recordings = carried if carried and random.random() < 0.2 else own + carried
        for position, isrc in enumerate(dict.fromkeys(recordings)):
            rows.append(
                {
                    "upc": f"U{number:03}",
                    "isrc": isrc,
                    "release_title": f"Release {number}",
                    "artist_id": f"A{number % 12}",
                    "artist_name": f"Artist {number % 12}",
                    "label_name": random.choice(["North", "South", None]),
                    "genre": random.choice(["pop", "rap"]),
                    "release_date": released,
                    "track_number": position + 1,
                    "duration_seconds": float(random.integers(90, 300)),
                    "is_explicit": random.choice([True, False, None]),
                }
            )
    frame = pd.DataFrame(rows)
    # a release's attributes are its own, not its track's
    for column in ("label_name", "genre"):
        frame[column] = frame.groupby("upc")[column].transform(lambda values: values.iloc[0])
    return frame


def _sound_day(
    random: np.random.Generator, day: date, sound: str, isrc: str | None, content_type: str
) -> dict[str, object]:
    views = int(random.pareto(1) * 100)
    return {
        "activity_date": day,
        "sound_id": sound,
        "isrc": isrc,
        "content_type": content_type,
        "territory": random.choice(["RU", "RU", "RU", "KZ"]),
        "creations": int(random.poisson(2)),
        "views": views,
        "likes": int(random.poisson(views / 10)) if random.random() < 0.9 else None,
        "comments": int(random.poisson(views / 100)),
        "shares": int(random.poisson(views / 50)),
        "favorites": int(random.poisson(views / 80)),
        "average_play_seconds": round(float(random.uniform(3, 30)), 2) if random.random() < 0.8 else None,
    }


def _stream_days(random: np.random.Generator, day: date, isrc: str) -> list[dict[str, object]]:
    return [
        {
            "stream_date": day,
            "isrc": isrc,
            "territory": territory,
            "gender": "female",
            "age_band": "18_24",
            "source": source,
            "subscription": random.choice(["paid", "free"]),
            "streams": int(random.pareto(1) * 30),
        }
        for territory in ("RU", "BY")
        for source in SOURCES
        if random.random() < 0.4
    ]


def _whole(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype({name: "Int64" for name in ("likes",) if name in frame})


def _multiplied(frame: pd.DataFrame, rows: pd.Series, factor: int) -> pd.DataFrame:
    names = ("creations", "views", "likes", "comments", "shares", "favorites", "streams")
    factors = rows.map({True: factor, False: 1})
    return frame.assign(**{name: frame[name] * factors for name in names if name in frame})
