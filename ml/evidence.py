"""What a forecast rests on: of each release the row and feature set of the lowest usual error, and what it lacks."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from hitcast.core.words import Language, day, plural
from ml.data import Marts, is_open, speaks
from ml.estimators.log_linear import landed_streams
from ml.estimators.states import counts_of, days_missing, has_no_stream_yet
from ml.registry.bundles import Bundle

LATE_DAYS = 7
"""Days past the longest window for which a release is still scored, as its last days may come late."""
SILENT_DAYS = 3
"""Days without a report for which the forecast of the day of release still stands."""
CLOCKS = {"tiktok_vk": "vk", "tiktok": "tiktok"}
"""Platform whose last known day a feature set forecasts from."""
NAMES = {"vk": "VK", "tiktok": "TikTok"}
NOTE_COLUMNS = ["as_of_day", *(f"{name}_{kind}" for name in NAMES for kind in ("days_behind", "missing_days"))]
"""What `data_note` reads."""
UNHEARD_OF = "not enough data: no teaser on TikTok and no earlier release of the artist with a known total"
SILENT = "not enough data: TikTok or VK delivered no day since the release"
NO_STREAM = "no stream on VK since the release: it may not be out yet, or its tracks are missing in VK's reports"
WRONG_DATE = "the release date cannot be right"
MOVED_DATE: Mapping[str, tuple[Language, str]] = {
    "data_note": ("en", "release date taken from the first streams on {}"),
    "data_note_ru": ("ru", "дата релиза взята по первым прослушиваниям, {}"),
}
"""Columns that say where a release date is from: language and words."""
MOSTLY_MISSING = "not enough data: more than half of the days since the release are missing"


def known_rows(marts: Marts, bundle: Bundle, as_of: date) -> dict[int, pd.DataFrame]:
    """For each horizon the rows known by a day of every release to be scored, before the end of its window.

    Reissues and releases that the champion was trained on are left out, so are releases whose longest window ended more
    than `LATE_DAYS` before.
    """
    features = marts.features
    known_by = pd.Timestamp(min(as_of, marts.latest_day + timedelta(days=1)))
    earliest = pd.Timestamp(as_of) - pd.Timedelta(days=max(bundle.horizons) + LATE_DAYS)
    known = features[
        (features["as_of_date"] <= known_by)
        & (features["release_date"] >= earliest)
        & ~features["is_reissue"].fillna(False).astype(bool)
        & ~features["release_id"].isin(bundle.training_releases)
    ]
    return {horizon: known[is_open(known, horizon)] for horizon in sorted(bundle.horizons)}


def choose(known: pd.DataFrame, streams: Mapping[str, Any], horizon: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The row that each release is forecast from, and the releases of which too little is known.

    Each feature set has a clock: `tiktok_vk` forecasts from the last day that VK has delivered, `tiktok` from TikTok's.
    Of the two the one with the lower usual error on its as-of day is taken; after the same days, the one that has seen
    the streams.

    Args:
        known: Rows of `release_features`, all days of a release that are known.
        streams: Fitted stream models by feature set.
        horizon: Days of the window.

    Returns:
        Chosen rows, ordered by release, with more columns: `chosen_set`, the feature set; `known_by`, the day of the
        forecast; `floor_streams`, what has landed by then, NaN where VK has delivered nothing; `vk_days_known`,
        `tiktok_days_known` and `missing_days` by then, `vk_through_day`, days since release to the last one that VK
        has delivered, and `data_note` and `data_note_ru`, which say it. And the latest row of each other release, with
        `known_by` and `refusal`.
    """
    known = known.sort_values(["release_id", "as_of_day"], kind="stable")
    latest = known.drop_duplicates("release_id", keep="last").set_index("release_id", drop=False)
    since = known["release_id"].map(latest["as_of_day"]).astype("float64") - known["as_of_day"]
    starts = (known["as_of_day"] == 0) & speaks(known) & (since <= SILENT_DAYS)
    found = []
    for feature_set, clock in CLOCKS.items():
        days, behind = known["as_of_day"], counts_of(known, f"{clock}_days_behind")
        is_usable = (days > 0) & (behind == 0) & (2 * counts_of(known, f"{clock}_missing_days") <= days)
        rows = known[is_usable | starts].drop_duplicates("release_id", keep="last")
        error = streams[feature_set].by_horizon[horizon].usual_error(rows["as_of_day"].to_numpy())
        found.append(rows.assign(chosen_set=feature_set, usual_error=error))
    with_vk, without = (rows.set_index("release_id") for rows in found)
    seen = with_vk["as_of_day"].reindex(without.index) == without["as_of_day"]
    found[1] = without[~(seen & (without["as_of_day"] > 0))].reset_index()
    candidates = pd.concat(found).sort_values("usual_error", kind="stable").drop_duplicates("release_id")
    silent = latest.index[has_no_stream_yet(latest)]
    candidates = candidates[~candidates["release_id"].isin(silent)]
    chosen = candidates.drop(columns="usual_error").sort_values("release_id").reset_index(drop=True)
    newest = latest.loc[chosen["release_id"]]
    delivered = newest["as_of_day"] > days_missing(newest, "vk")
    # of each row the few columns that a note reads, not all features
    lacking = newest[newest.columns.intersection(NOTE_COLUMNS, sort=False)].to_dict("records")
    chosen = chosen.assign(
        known_by=newest["as_of_date"].to_numpy(),
        floor_streams=np.where(delivered, landed_streams(newest), np.nan),
        vk_through_day=np.where(
            delivered & newest["vk_streams_known"].notna(),
            newest["as_of_day"] - counts_of(newest, "vk_days_behind").astype(int),
            0,
        ),
        vk_days_known=newest["as_of_day"].to_numpy() - days_missing(newest, "vk"),
        tiktok_days_known=newest["as_of_day"].to_numpy() - days_missing(newest, "tiktok"),
        missing_days=days_missing(newest, "vk") + days_missing(newest, "tiktok"),
        data_note=[data_note(row, "en") for row in lacking],
        data_note_ru=[data_note(row, "ru") for row in lacking],
    )
    refused = latest[~latest["release_id"].isin(chosen["release_id"])].reset_index(drop=True)
    return chosen, refused.assign(known_by=refused["as_of_date"], refusal=_refusal(refused))


def without_wrong_dates(
    chosen: pd.DataFrame, refused: pd.DataFrame, wrong_dates: Mapping[str, str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What `choose` gives, but that a release whose date cannot be right is refused, whatever is known of it."""
    released = pd.concat([chosen[["release_id", "as_of_day", "known_by"]], refused], ignore_index=True)
    is_wrong = released["release_id"].isin(list(wrong_dates))
    reasons = [f"{WRONG_DATE}: {wrong_dates[release]}" for release in released.loc[is_wrong, "release_id"]]
    wrong = released[is_wrong].assign(refusal=reasons)
    is_right, is_dated = (~rows["release_id"].isin(list(wrong_dates)) for rows in (chosen, refused))
    return chosen[is_right], pd.concat([refused[is_dated], wrong], ignore_index=True)


def with_moved_dates(chosen: pd.DataFrame, moved_dates: Mapping[str, date]) -> pd.DataFrame:
    """Rows whose `data_note` and `data_note_ru` also say that the release date is the day of the first streams."""
    notes: dict[str, Any] = {}
    for name, (language, words) in MOVED_DATE.items():
        # among texts pandas makes a NaN of none
        given = chosen[name].astype(object).where(chosen[name].notna(), None)
        notes[name] = [
            "; ".join(filter(None, [words.format(day(moved_dates[release], language)), note]))
            if release in moved_dates
            else note
            for release, note in zip(chosen["release_id"], given, strict=True)
        ]
    return chosen.assign(**notes)


def _refusal(rows: pd.DataFrame) -> np.ndarray:
    days = rows["as_of_day"].to_numpy()
    is_silent = np.all([days_missing(rows, platform) >= days for platform in NAMES], axis=0)
    lacking = np.where(days == 0, UNHEARD_OF, np.where(is_silent, SILENT, MOSTLY_MISSING))
    return np.where(has_no_stream_yet(rows), NO_STREAM, lacking)


def data_note(row: Mapping[Any, Any], language: Language) -> str | None:
    """What a release lacks of the days since its release, in a phrase; None where it lacks nothing.

    Args:
        row: Its latest row of `release_features`.
        language: Of the phrase.
    """
    parts, days = [], int(row["as_of_day"])
    for platform, name in NAMES.items():
        behind, missing = (int(row.get(f"{platform}_{kind}") or 0) for kind in ("days_behind", "missing_days"))
        if 0 < days == behind:
            parts.append({"en": f"{name} has delivered no day", "ru": f"{name}: нет ни одного дня"}[language])
        elif behind:
            late = {"en": plural(behind, "en", "day", "days"), "ru": plural(behind, "ru", "день", "дня", "дней")}[
                language
            ]
            verb = {"en": "is {} {} behind", "ru": "отстаёт на {} {}"}[language]
            parts.append(f"{name} {verb.format(behind, late)}")
        if missing:
            verb = plural(missing, "en", "is", "are")
            english = f"{missing} of {name}'s {days - behind} days {verb} missing"
            parts.append({"en": english, "ru": f"{name}: нет {missing} из {days - behind} дней"}[language])
    return "; ".join(parts) or None
