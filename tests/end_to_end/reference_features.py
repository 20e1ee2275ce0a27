"""The features once more, in plain pandas and loops, written from their descriptions and not from the SQL.

A feature may be added in SQL and YAML alone; the test that compares names those that are not listed here.
"""

import math
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from tests.end_to_end.small_world import World


class Reference:
    """Computes features and targets of a world for one release at a time."""

    def __init__(self, world: World, holidays: set[date], class_horizon: int = 30) -> None:
        self.holidays, self.class_horizon = holidays, class_horizon
        self.catalog = world.catalog
        self.tiktok = world.tiktok[world.tiktok["territory"] == "RU"]
        self.vk = world.vk[world.vk["territory"] == "RU"]
        # delivered is what any row of the landing says, whatever its territory
        self.tiktok_days = set(world.tiktok["activity_date"])
        self.vk_days = set(world.vk["stream_date"])
        self.released = self.catalog.groupby("upc")["release_date"].first().to_dict()
        ordered = self.catalog.sort_values(["release_date", "upc"])
        self.known_on_release: dict[str, dict[str, Any]] = {}
        self.credit = ordered.groupby("isrc")["upc"].first().to_dict()
        self.recordings: dict[str, list[str]] = {upc: [] for upc in self.released}
        for isrc, upc in self.credit.items():
            self.recordings[upc].append(isrc)
        self.tiktok_of, self.vk_of = (
            {upc: rows[rows["isrc"].isin(isrcs)] for upc, isrcs in self.recordings.items()}
            for rows in (self.tiktok, self.vk)
        )
        self.tiktok_day_of, self.vk_day_of = (
            {upc: dict(list(rows.groupby(day))) for upc, rows in rows_of.items()}
            for rows_of, day in ((self.tiktok_of, "activity_date"), (self.vk_of, "stream_date"))
        )
        # recordings are credited by the catalog's dates, all windows count from the first streams
        self.moved = {upc: moved for upc in self.released if (moved := self._days_moved(upc))}
        for upc, moved in self.moved.items():
            self.released[upc] += timedelta(days=moved)
        self.platform = self.tiktok.groupby("activity_date")[["views", "creations"]].sum()

    def _days_moved(self, upc: str) -> int:
        """Days from the catalog's date to the first plain streams, where these are no chance."""
        first, rows = self.released[upc], self.vk_of[upc].groupby("stream_date")["streams"].sum()
        days = {n: int(rows.get(day, 0)) for n in range(-28, 30) if (day := first + timedelta(days=n)) in self.vk_days}
        before = sum(streams for n, streams in days.items() if -14 <= n <= -2)
        best = max((streams for n, streams in days.items() if n <= 6), default=0)
        early = [n for n, streams in days.items() if streams > 0 and 10 * streams >= best]
        if before >= 10 and 10 * before >= sum(days.get(n, 0) for n in range(7)) and min(early) <= -2:
            return min(early) if min(early) >= -14 and min(early) - 1 in days else 0
        eve = days.get(-1, 0)
        if eve >= 7 and 0 in days and 2 * eve >= days[0] and eve >= 10 * before:
            return -1 if -2 in days else 0
        plain, heard = None, 0
        for n in sorted(n for n in days if n >= -1 and days[n] > 0):
            # up to two strays are passed over where a day of ten times theirs follows
            if plain is None or (heard <= 2 < heard + days[n] and days[n] >= 10 * heard):
                plain = n
            heard += days[n]
        if plain is None or not 1 <= plain <= 14 or plain - 1 not in days:
            return 0
        week = [days[n] for n in range(plain, plain + 7) if n in days]
        idle = [n for n in days if 0 <= n < plain]
        return plain if len(idle) * sum(week) / len(week) >= 4 else 0

    def is_reissue(self, upc: str) -> bool:
        return not self.recordings[upc]

    def target(self, upc: str, horizon: int) -> int | None:
        days = [self.released[upc] + timedelta(days=n) for n in range(horizon)]
        if not set(days) <= self.vk_days:
            return None
        rows = self.vk_of[upc]
        return int(rows.loc[rows["stream_date"].isin(days), "streams"].sum())

    def training_target(self, upc: str, horizon: int) -> int | None:
        """With up to a fifth of the days estimated, though not the first: in logs straight between known days."""
        out, rows = self.released[upc], self.vk_of[upc]
        days = [n for n in range(horizon) if out + timedelta(days=n) in self.vk_days]
        if out + timedelta(days=horizon - 1) > max(self.vk_days) or 0 not in days:
            return None
        if horizon - len(days) > max(1, horizon // 5):
            return None
        later = range(horizon, 30)
        known = days + [n for n in later if out + timedelta(days=n) in self.vk_days]
        sums = rows.groupby("stream_date")["streams"].sum()
        counts = {n: int(sums.get(out + timedelta(days=n), 0)) for n in known}
        total = 0
        for n in range(horizon):
            before, after = max(m for m in known if m <= n), min((m for m in known if m >= n), default=None)
            if after is None or after == before:
                total += counts[before]
                continue
            low, high = math.log1p(counts[before]), math.log1p(counts[after])
            total += round(math.exp(low + (n - before) / (after - before) * (high - low)) - 1)
        return total

    def features(self, upc: str, as_of_day: int) -> dict[str, Any]:
        if upc not in self.known_on_release:
            self.known_on_release[upc] = self._surroundings(upc) | self._catalog(upc) | self._history(upc)
        return self._tiktok(upc, as_of_day) | self._vk(upc, as_of_day) | self.known_on_release[upc]

    def _tiktok(self, upc: str, as_of_day: int) -> dict[str, Any]:
        released = self.released[upc]
        rows = self.tiktok_of[upc]
        known = [n for n in range(as_of_day) if released + timedelta(days=n) in self.tiktok_days]
        sources = _sources(known, as_of_day)
        by_day = {
            n: self.tiktok_day_of[upc].get(released + timedelta(days=m), rows.iloc[:0]) for n, m in sources.items()
        }
        f: dict[str, Any] = {"tiktok_delivered_days": len(known), **_lacking("tiktok", known, as_of_day)}

        def series(measure: str) -> dict[int, float | None]:
            return {n: _sum(day[measure]) for n, day in by_day.items()}

        totals = {}
        for measure in ("views", "creations", "likes", "comments", "shares", "favorites"):
            values = series(measure)
            totals[measure] = _total(values.values())
            f[f"tiktok_{measure}_total"] = totals[measure]
            if measure in ("views", "creations", "likes"):
                f |= {f"tiktok_{measure}_day_{n}": values.get(n) for n in range(7)}
            if measure in ("views", "creations"):
                f |= {f"tiktok_{measure}_{name}": value for name, value in _growth(values, as_of_day).items()}
        f["tiktok_views_per_creation"] = _ratio(totals["views"], totals["creations"])
        for measure in ("comments", "shares", "favorites", "likes"):
            f[f"tiktok_{measure}_per_view"] = _ratio(totals[measure], totals["views"])
        whole = pd.concat(by_day.values()) if by_day else rows.iloc[:0]
        pgc = whole[whole["content_type"] == "PGC"]
        pgc_views, pgc_creations = (pgc[name].sum() if by_day else None for name in ("views", "creations"))
        f["tiktok_pgc_share_of_views"] = _ratio(pgc_views, totals["views"])
        f["tiktok_pgc_share_of_creations"] = _ratio(pgc_creations, totals["creations"])
        f["tiktok_ugc_creations_total"] = None if pgc_creations is None else totals["creations"] - pgc_creations
        f["tiktok_active_sounds_peak"] = max((len(day) for day in by_day.values()), default=None)
        largest = _total(0 if day.empty else day["creations"].max() for day in by_day.values())
        f["tiktok_largest_sound_share"] = _ratio(largest, totals["creations"])
        timed = whole[whole["average_play_seconds"].notna()]
        f["tiktok_average_play_seconds"] = _ratio(
            (timed["average_play_seconds"] * timed["views"]).sum(), timed["views"].sum()
        )
        before = [released - timedelta(days=n) for n in range(1, 15)]
        before = [day for day in before if day in self.tiktok_days]
        teasers = rows[rows["activity_date"].isin(before)].groupby("activity_date")[["views", "creations"]].sum()
        f["tiktok_teaser_views_total"] = teasers["views"].sum() if before else None
        f["tiktok_teaser_creations_total"] = teasers["creations"].sum() if before else None
        f["tiktok_teaser_days_active"] = int((teasers["views"] > 0).sum())
        platform = self.platform.reindex([released + timedelta(days=m) for m in sources.values()]).dropna()
        f["tiktok_platform_views_total"] = platform["views"].sum() if len(platform) else None
        f["tiktok_share_of_platform_views"] = _ratio(totals["views"], platform["views"].sum())
        f["tiktok_share_of_platform_creations"] = _ratio(totals["creations"], platform["creations"].sum())
        return f

    def _first_week_views(self, upc: str) -> int | None:
        """Views of the first week's delivered days, none filled."""
        days = [self.released[upc] + timedelta(days=n) for n in range(7)]
        known = [day for day in days if day in self.tiktok_days]
        rows = self.tiktok_of[upc]
        return int(rows.loc[rows["activity_date"].isin(known), "views"].sum()) if known else None

    def _vk(self, upc: str, as_of_day: int) -> dict[str, Any]:
        released = self.released[upc]
        rows = self.vk_of[upc]
        known = [n for n in range(as_of_day) if released + timedelta(days=n) in self.vk_days]
        by_day = {
            n: self.vk_day_of[upc].get(released + timedelta(days=m), rows.iloc[:0])
            for n, m in _sources(known, as_of_day).items()
        }
        streams = {n: _sum(day["streams"]) for n, day in by_day.items()}
        total = _total(streams.values())
        f: dict[str, Any] = {f"vk_streams_day_{n}": streams.get(n) for n in range(7)}
        f |= {"vk_streams_total": total, "vk_delivered_days": len(known), **_lacking("vk", known, as_of_day)}
        f["vk_streams_known"] = _total(streams[n] for n in known)
        f["vk_streams_last_day"] = streams.get(as_of_day - 1)
        f["vk_streams_last_three_days"] = _total(streams[n] for n in streams if n >= as_of_day - 3)
        f["vk_streams_first_three_days"] = _total(streams[n] for n in streams if n < 3)
        growth = _growth(streams, as_of_day)
        f |= {"vk_streams_log_slope": growth["log_slope"], "vk_streams_last_over_first": growth["last_over_first"]}
        tiktok_known = [n for n in range(as_of_day) if released + timedelta(days=n) in self.tiktok_days]
        views = {
            n: _sum(self.tiktok_day_of[upc].get(released + timedelta(days=m), self.tiktok_of[upc].iloc[:0])["views"])
            for n, m in _sources(tiktok_known, as_of_day).items()
        }
        grows = as_of_day > 1
        f["vk_streams_first_day_log_ratio"] = _log_ratio(streams.get(0), total) if grows else None
        f["vk_streams_last_day_log_ratio"] = _log_ratio(streams.get(as_of_day - 1), total) if grows else None
        spans = {
            "last_day": range(as_of_day - 1, as_of_day),
            "last_three_days": range(max(as_of_day - 3, 0), as_of_day),
            "earlier": range(max(as_of_day - 3, 0)),
        }
        for name, days in spans.items():
            seen = _total(views[n] for n in days if n in views)
            f[f"vk_tiktok_views_{name}_log_ratio"] = _log_ratio(seen, total)
        mixes = {
            "playlist": "playlist",
            "search": "search",
            "recommendation": "recommendations",
            "own_music": "own_music",
        }
        for name, source in mixes.items():
            f[f"vk_{name}_share"] = _ratio(_mix(by_day, "source", source), total)
        f["vk_paid_share"] = _ratio(_mix(by_day, "subscription", "paid"), total)
        return f

    def _surroundings(self, upc: str) -> dict[str, Any]:
        released = self.released[upc]
        genres = self.catalog.groupby("upc")["genre"].first()
        near = [
            other
            for other, day in self.released.items()
            if other != upc and not self.is_reissue(other) and 0 <= (released - day).days <= 6
        ]
        return {
            "release_weekday": released.weekday(),
            "release_month": released.month,
            "first_week_holidays": sum(released + timedelta(days=n) in self.holidays for n in range(7)),
            "window_holidays": sum(released + timedelta(days=n) in self.holidays for n in range(self.class_horizon)),
            "competing_releases": len(near),
            "competing_genre_releases": sum(genres[other] == genres[upc] for other in near),
        }

    def _catalog(self, upc: str) -> dict[str, Any]:
        tracks = self.catalog[self.catalog["upc"] == upc]
        marked = tracks["is_explicit"].dropna()
        count = len(tracks)
        return {
            "genre": tracks["genre"].iloc[0] or "unknown",
            "label_name": tracks["label_name"].iloc[0] if pd.notna(tracks["label_name"].iloc[0]) else "unknown",
            "release_type": "single" if count <= 3 else "ep" if count <= 6 else "album",
            "track_count": count,
            "new_track_count": len(self.recordings[upc]),
            "mean_duration_seconds": tracks["duration_seconds"].mean(),
            "explicit_share": marked.astype(float).mean() if len(marked) else None,
        }

    def _history(self, upc: str) -> dict[str, Any]:
        artists = self.catalog.groupby("upc")["artist_id"].first()
        earlier = [
            (day, other, self.training_target(other, self.class_horizon))
            for other, day in self.released.items()
            if artists[other] == artists[upc]
            and not self.is_reissue(other)
            and day + timedelta(days=self.class_horizon) <= self.released[upc]
        ]
        earlier = sorted((day, other, streams) for day, other, streams in earlier if streams is not None)
        streams = [item[2] for item in earlier]
        if not earlier:
            names = (
                "mean_log_streams",
                "best_streams",
                "last_streams",
                "last_first_week_views",
                "mean_log_growth",
                "days_since_last_release",
            )
            return {"artist_release_count": 0} | {f"artist_{name}": None for name in names}
        last_day, last, last_streams = earlier[-1]
        growth = [
            math.log1p(streams_so_far) - math.log1p(week["vk_streams_total"])
            for _, other, streams_so_far in earlier
            if (week := self._vk(other, 7))["vk_delivered_days"] == 7
        ]
        return {
            "artist_release_count": len(earlier),
            "artist_mean_log_streams": float(np.mean([math.log1p(s) for s in streams])),
            "artist_best_streams": max(streams),
            "artist_last_streams": last_streams,
            "artist_last_first_week_views": self._first_week_views(last),
            "artist_mean_log_growth": float(np.mean(growth)) if growth else None,
            "artist_days_since_last_release": (self.released[upc] - last_day).days,
        }


def _sources(known: list[int], as_of_day: int) -> dict[int, int]:
    """The day that stands for each day: itself, the last known one before it, or the first known one."""
    if not known:
        return {}
    return {n: max((m for m in known if m <= n), default=known[0]) for n in range(as_of_day)}


def _lacking(platform: str, known: list[int], as_of_day: int) -> dict[str, int]:
    last = known[-1] if known else -1
    lately = range(max(as_of_day - 3, 0), as_of_day)
    return {
        f"{platform}_missing_days": last + 1 - len(known),
        f"{platform}_days_behind": as_of_day - 1 - last,
        f"{platform}_missing_of_last_three_days": sum(n not in known for n in lately) if known else 0,
    }


def _log_ratio(part: Any, whole: Any) -> float | None:
    return None if part is None or whole is None else math.log1p(part) - math.log1p(whole)


def _sum(values: pd.Series) -> Any:
    """The sum of a day's rows: 0 without rows, null where every row is null."""
    return 0 if values.empty else None if values.isna().all() else values.sum()


def _total(values: Any) -> Any:
    present = [value for value in values if value is not None]
    return sum(present) if present else None


def _mix(by_day: dict[int, pd.DataFrame], column: str, value: str) -> Any:
    return _total(day.loc[day[column] == value, "streams"].sum() for day in by_day.values())


def _ratio(upper: Any, lower: Any) -> float | None:
    return None if upper is None or lower is None or lower == 0 else upper / lower


def _growth(values: dict[int, Any], as_of_day: int) -> dict[str, Any]:
    present = {n: v for n, v in values.items() if v is not None}
    log = {n: math.log1p(v) for n, v in present.items()}
    slope = None
    if len(log) > 1:
        slope = float(np.polyfit(list(log), list(log.values()), 1)[0])
    first, last = present.get(0), present.get(as_of_day - 1)
    ends = [as_of_day - 1, as_of_day - 2, 1, 0]
    acceleration = None
    if as_of_day >= 3 and all(n in log for n in ends):
        acceleration = (log[ends[0]] - log[ends[1]]) - (log[1] - log[0])
    peak = max(present.values(), default=None)
    return {
        "log_slope": slope,
        "last_over_first": None if as_of_day == 1 else _ratio(last, first),
        "acceleration": acceleration,
        "peak_day": None if peak is None else min(n for n, v in present.items() if v == peak),
    }
