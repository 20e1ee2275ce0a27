"""A small warehouse with marts as dbt builds them, from a world whose law is known."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import yaml

PROJECT = Path(__file__).resolve().parents[2]
DAYS = 7
"""Days whose counts are features of their own, and follow level and growth; the later ones share out the totals."""
GENRES = ["hip-hop", "pop", "rock"]
GROUPS = {
    **{f"vk_streams_day_{day}": "vk_early" for day in range(DAYS)},
    "vk_streams_total": "vk_early",
    "vk_streams_last_day": "vk_early",
    "vk_streams_last_three_days": "vk_early",
    "vk_streams_first_three_days": "vk_early",
    "vk_streams_log_slope": "vk_early",
    **{f"tiktok_views_day_{day}": "tiktok_views" for day in range(DAYS)},
    "tiktok_views_total": "tiktok_views",
    "tiktok_views_log_slope": "tiktok_views",
    "tiktok_likes_total": "tiktok_likes",
    "tiktok_teaser_views_total": "tiktok_prerelease",
    "release_weekday": "calendar",
    "genre": "catalog",
    "artist_mean_log_streams": "artist_history",
}


def make_world(
    warehouse: Path,
    release_count: int = 600,
    days_of_history: int = 900,
    horizons: tuple[int, ...] = (14, 30),
    growth_matters: bool = True,
    noise: float = 0.25,
    class_minimums: tuple[int, int, int] = (0, 20_000, 150_000),
    change: Callable[[dict[str, pd.DataFrame]], None] | None = None,
    seed: int = 5,
) -> dict[str, pd.DataFrame]:
    """Write the warehouse; `change` may alter the tables before they are written.

    A release streams `level * exp(growth * day)` a day for its first week, with noise, and what follows grows with the
    same `growth` if that matters, else not. TikTok views follow level and growth, with noise of their own.
    """
    tables = _tables(release_count, days_of_history, horizons, growth_matters, noise, class_minimums, seed)
    if change is not None:
        change(tables)
    _add_what_is_trained_on(tables)
    with duckdb.connect(str(warehouse)) as connection:
        for name, frame in tables.items():
            connection.register("frame", frame)
            connection.execute(f'create table "{name}" as select * from frame')
            connection.unregister("frame")
        create_ml_tables(connection)
    return tables


def _add_what_is_trained_on(tables: dict[str, pd.DataFrame]) -> None:
    """Totals and days to train on: those known, where the tables do not say otherwise."""
    targets = tables["release_targets"]
    if "training_streams" not in targets:
        tables["release_targets"] = targets.assign(
            training_streams=targets["streams"],
            missing_days=pd.array(np.where(targets["is_mature"].astype(bool), 0, None), dtype="Int32"),
        )
    tables.setdefault("training_days", tables["release_days"].assign(is_estimated=False))


def create_ml_tables(connection: duckdb.DuckDBPyConnection) -> None:
    sources = yaml.safe_load((PROJECT / "models/staging/ml/_ml__sources.yml").read_text(encoding="utf-8"))
    connection.execute("create schema ml")
    for table in sources["sources"][0]["tables"]:
        columns = ", ".join(f'"{column["name"]}" {column["data_type"]}' for column in table["columns"])
        connection.execute(f'create table ml."{table["name"]}" ({columns})')


def _words() -> dict[str, list[str | None]]:
    """The words of the project's own features; a feature that the project lacks has none."""
    (model,) = yaml.safe_load((PROJECT / "models/marts/features/release_features.yml").read_text("utf-8"))["models"]
    known = {column["name"]: column.get("config", {}).get("meta", {}) for column in model["columns"]}
    called = model["config"]["meta"]["feature_groups"]
    words: dict[str, list[str | None]] = {
        name: [known.get(feature, {}).get(name) for feature in GROUPS]
        for name in ("form", "label_en", "label_ru", "phrase_en", "phrase_ru", "unknown_en", "unknown_ru")
    }
    words["reason_group"] = [
        known.get(feature, {}).get("reason_group") or called[group].get("reason_group", group)
        for feature, group in GROUPS.items()
    ]
    return words


def _later_days(totals: dict[int, np.ndarray]) -> np.ndarray:
    """Streams of the days after the first week, as even as whole streams allow between one total and the next."""
    days = np.arange(DAYS, max(totals) + 1)
    sums = np.array(
        [np.interp(days, list(totals), of_release) for of_release in np.column_stack(list(totals.values()))]
    )
    return np.diff(np.round(sums), axis=1)


def _features(as_of_day: int, streams: np.ndarray, views: np.ndarray, likes: np.ndarray) -> pd.DataFrame:
    """What the days before an as-of day tell."""
    frame: dict[str, Any] = {"as_of_day": np.full(len(streams), as_of_day, dtype=np.int32)}
    days = np.arange(as_of_day)
    for name, counts in (("vk_streams", streams), ("tiktok_views", views)):
        known = counts[:, :as_of_day]
        for number in range(DAYS):
            frame[f"{name}_day_{number}"] = counts[:, number] if number < as_of_day else np.nan
        frame[f"{name}_total"] = known.sum(axis=1) if as_of_day else np.nan
        centered = days - days.mean() if as_of_day else days
        slope = np.log1p(known) @ centered / max(centered @ centered, 1)
        frame[f"{name}_log_slope"] = slope if as_of_day > 1 else np.nan
    spans = {"last_day": days[-1:], "last_three_days": days[-3:], "first_three_days": days[:3]}
    for name, span in spans.items():
        frame[f"vk_streams_{name}"] = streams[:, span].sum(axis=1) if as_of_day else np.nan
    frame["tiktok_likes_total"] = frame["tiktok_views_total"] * likes
    frame["vk_streams_known"] = frame["vk_streams_total"]
    for platform in ("vk", "tiktok"):
        for count in ("missing_days", "days_behind", "missing_of_last_three_days"):
            frame[f"{platform}_{count}"] = np.zeros(len(streams))
    return pd.DataFrame(frame)


def _stressed(release_ids: np.ndarray, streams: np.ndarray, views: np.ndarray, likes: np.ndarray) -> pd.DataFrame:
    """Rows of as-of days 3 and 7 of every second release, with days taken away as the mart takes them."""
    chosen, rows = slice(None, None, 2), []
    for platform, counts in (("vk", streams), ("tiktok", views)):
        for first, last in [(day, day) for day in range(DAYS)] + [(1, 2), (5, 6), (0, 2), (4, 6)]:
            filled = counts[chosen].copy()
            filled[:, first : last + 1] = filled[:, [first - 1 if first else last + 1]]
            both = (filled, views[chosen]) if platform == "vk" else (streams[chosen], filled)
            for as_of_day in (3, 7):
                taken = range(first, min(last + 1, as_of_day))
                is_late = last >= as_of_day - 1
                # before any day is known there is no row
                if not taken or (is_late and first == 0):
                    continue
                frame = _features(as_of_day, *both, likes[chosen])
                frame[f"{platform}_{'days_behind' if is_late else 'missing_days'}"] = len(taken)
                frame[f"{platform}_missing_of_last_three_days"] = sum(day >= as_of_day - 3 for day in taken)
                if platform == "vk":
                    frame["vk_streams_known"] -= filled[:, list(taken)].sum(axis=1)
                rows.append(frame.assign(release_id=release_ids[chosen], scenario=f"{platform} {first}-{last}"))
    return pd.concat([*rows, *_misdated(release_ids, streams, views, likes)], ignore_index=True)


def _misdated(
    release_ids: np.ndarray, streams: np.ndarray, views: np.ndarray, likes: np.ndarray
) -> Iterator[pd.DataFrame]:
    """Rows of the same releases by a date three days too early or too late, on days 3 and 7 since the true one."""
    before = np.zeros((len(release_ids), 3))
    for days_wrong in (-3, 3):
        moved = [np.hstack([before, counts])[:, 3 + days_wrong :][::2] for counts in (streams, views)]
        for as_of_day in {3 - days_wrong, 7 - days_wrong} - {0}:
            frame = _features(as_of_day, *moved, likes[::2])
            yield frame.assign(release_id=release_ids[::2], scenario=f"date {days_wrong}")


def _stressed_dates(release_ids: np.ndarray) -> pd.DataFrame:
    """What the first streams say of these dates: of every second release of the sample the true one."""
    keys = pd.MultiIndex.from_product([release_ids[::2], (-3, 3), (3, 7)])
    dates = pd.DataFrame([*keys], columns=["release_id", "days_wrong", "as_of_day"])
    is_found = dates["release_id"].isin(release_ids[::4])
    return dates.assign(days_moved=np.where(is_found, -dates["days_wrong"], 0), is_refused=False)


def _tables(
    release_count: int,
    days_of_history: int,
    horizons: tuple[int, ...],
    growth_matters: bool,
    noise: float,
    class_minimums: tuple[int, int, int],
    seed: int,
) -> dict[str, pd.DataFrame]:
    random = np.random.default_rng(seed)
    data_through = date(2021, 12, 20)
    first = data_through - timedelta(days=days_of_history)
    age = np.sort(random.integers(0, days_of_history, release_count))
    released = pd.to_datetime([first + timedelta(days=int(days)) for days in age])
    level = random.normal(6.5, 1.6, release_count)
    growth = random.normal(0.0, 0.18, release_count)
    day = np.arange(DAYS)
    daily = level[:, None] + growth[:, None] * day + random.normal(0, noise, (release_count, DAYS))
    streams = np.round(np.exp(daily))
    views = np.round(np.exp(daily * 0.8 + 3 + random.normal(0, 0.8, (release_count, 1)) + 2 * growth[:, None]))
    known_day = (pd.Timestamp(data_through) - released).days.to_numpy() + 1

    release_ids = np.array([f"R{number:05d}" for number in range(release_count)], dtype=object)
    effect = growth if growth_matters else np.zeros(release_count)
    totals, targets = {DAYS: streams.sum(axis=1)}, []
    for horizon in sorted(horizons):
        shock = random.normal(0, noise, release_count)
        rest = totals[DAYS] * (horizon - DAYS) / DAYS * np.exp(6 * effect + shock - 0.8)
        totals[horizon] = np.maximum(np.round(totals[DAYS] + rest), totals[max(totals)])
        is_mature = known_day >= horizon
        targets.append(
            pd.DataFrame(
                {
                    "release_id": release_ids,
                    "horizon_days": np.int32(horizon),
                    "release_date": released,
                    "window_end_date": released + pd.Timedelta(days=horizon - 1),
                    "streams": pd.array(np.where(is_mature, totals[horizon], np.nan), dtype="Int64"),
                    "is_mature": is_mature,
                }
            )
        )
    streams = np.column_stack([streams, _later_days(totals)])
    fading = np.round(views[:, [-1]] * 0.9 ** np.arange(1, max(horizons) - DAYS + 1))
    views = np.column_stack([views, fading])
    shared = {
        "release_date": released,
        "is_reissue": np.arange(release_count) % 50 == 49,
        "tiktok_teaser_views_total": np.round(views[:, 0] * (random.random(release_count) < 0.6)),
        "release_weekday": released.day_of_week.to_numpy(),
        "genre": np.asarray(GENRES, dtype=object)[np.arange(release_count) % 3],
        "artist_mean_log_streams": np.where(random.random(release_count) < 0.3, np.nan, level + 2),
    }
    likes = random.uniform(0, 0.2, release_count)
    features = [
        _features(as_of_day, streams, views, likes)
        .assign(release_id=release_ids, as_of_date=released + pd.Timedelta(days=as_of_day), **shared)
        .loc[known_day >= as_of_day]
        for as_of_day in range(max(horizons))
    ]
    releases = features[0][["release_id", "release_date", "is_reissue", "genre"]].assign(
        artist_id="A", artist_name="Artist", release_title="Title", label_name="Label"
    )
    number, day_number = np.nonzero(np.arange(max(horizons)) < known_day[:, None])
    release_days = pd.DataFrame(
        {
            "release_id": release_ids[number],
            "day_number": day_number.astype(np.int32),
            "vk_streams": streams[number, day_number].astype(np.int64),
        }
    )
    catalog = pd.DataFrame(
        {
            "feature_name": list(GROUPS),
            "feature_group": list(GROUPS.values()),
            "feature_kind": ["categorical" if name == "genre" else "numeric" for name in GROUPS],
            "unit": "",
            "description": "",
            "position": np.arange(len(GROUPS), dtype=np.int32),
            **_words(),
        }
    )
    return {
        "releases": releases,
        "release_date_checks": pd.DataFrame(
            {
                "release_id": release_ids,
                "release_date": released,
                "is_date_moved": False,
                "is_date_wrong": False,
                "reason": pd.Series([None] * len(release_ids), dtype="str"),
            }
        ),
        "campaigns": pd.DataFrame(
            {
                "release_id": pd.Series(dtype="str"),
                "start_day": pd.Series(dtype="int32"),
                "spend": pd.Series(dtype="float64"),
                "currency": pd.Series(dtype="str"),
            }
        ),
        "stressed_features": _stressed(release_ids, streams, views, likes),
        "stressed_dates": _stressed_dates(release_ids),
        "release_days": release_days,
        "release_features": pd.concat(features, ignore_index=True),
        "release_targets": pd.concat(targets, ignore_index=True).dropna(subset=["release_id"]),
        "feature_catalog": catalog,
        "stream_classes": pd.DataFrame({"stream_class": ["low", "medium", "high"], "minimum_streams": class_minimums}),
        "dataset_days": pd.DataFrame(
            {
                "tiktok_data_through_date": [pd.Timestamp(data_through)],
                "vk_data_through_date": [pd.Timestamp(data_through)],
                "data_through_date": [pd.Timestamp(data_through)],
                "last_delivery_number": [1],
            }
        ),
    }
