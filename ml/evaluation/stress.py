"""Stress rows of a backtest: forecasts where days are missing or late, or the date is wrong, beside those without."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ml.data import is_open, target_column
from ml.estimators.streams import read_off
from ml.evaluation.metrics import inside, rmsle
from ml.evidence import NAMES, choose
from ml.outlook import stream_quantiles
from ml.stressed import STRESSED_DAYS, TAKEN

FIGURES = ("predicted_streams", "lower_90", "upper_90")
FORECAST_KEYS = ["release_id", "state", "as_of_day", "horizon_days"]
METRICS = [
    *("platform", "state", "as_of_day", "horizon_days", "release_count", "refused_share", "coverage_90"),
    *("clean_coverage_90", "log_width_90", "clean_log_width_90", "width_ratio", "rmsle", "clean_rmsle"),
]
RECENT_DAYS = 3
PLATFORMS = {**NAMES, "date": "catalog"}
"""What is lacking, by the first word of a state."""


def stress_forecasts(
    streams: Mapping[str, Any], testing: pd.DataFrame, stressed: pd.DataFrame, horizons: tuple[int, ...]
) -> pd.DataFrame:
    """Forecasts of test releases with days taken away, made as `hitcast predict` does, beside those with all days.

    Args:
        streams: Fitted stream models by feature set.
        testing: Modelling frame of the test releases, all as-of days.
        stressed: Rows from `ml.stressed`.
        horizons: Days from release that the totals cover.

    Returns:
        A row for each release, state, as-of day and horizon: `predicted_streams`, `lower_90`, `upper_90`, NaN where it
        is refused, the same with all days as `clean_<name>`, and `actual_streams`. No row where no test release has
        days that could be taken away.
    """
    chosen = stressed[stressed["release_id"].isin(testing["release_id"])]
    found = []
    for day in STRESSED_DAYS:
        clean = testing[(testing["as_of_day"] == day) & testing["release_id"].isin(chosen["release_id"])]
        if clean.empty:
            continue
        lacking = chosen[(chosen["as_of_day"] == day) & chosen["release_id"].isin(clean["release_id"])]
        rows = pd.concat([lacking, _without_vk(clean)], ignore_index=True)
        # the last row before anything is taken away, and the row of the day
        before = rows[TAKEN].assign(as_of_day=rows["first_day"]).merge(testing, on=["release_id", "as_of_day"])
        known = pd.concat([before, rows], ignore_index=True)
        known = known.assign(case=known[["release_id", *TAKEN[2:]]].astype(str).agg("|".join, axis="columns"))
        for horizon in horizons:
            if day >= horizon:
                continue
            alone = _figures(streams, clean.assign(case=clean["release_id"]), horizon).set_index("release_id")
            cases = known.drop_duplicates("case", keep="last").set_index("case")
            figures = _figures(streams, known, horizon).set_index("case")[list(FIGURES)].reindex(cases.index)
            found.append(
                cases[["release_id"]].assign(
                    state=[
                        state(platform, first, last, day)
                        for platform, first, last in zip(
                            cases["platform"], cases["first_day"], cases["last_day"], strict=True
                        )
                    ],
                    as_of_day=day,
                    horizon_days=horizon,
                    actual_streams=cases[target_column(horizon)],
                    **figures,
                    **{f"clean_{name}": cases["release_id"].map(alone[name]) for name in FIGURES},
                )
            )
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=FORECAST_KEYS)


def misdated_forecasts(
    streams: Mapping[str, Any], testing: pd.DataFrame, misdated: pd.DataFrame, horizons: tuple[int, ...]
) -> pd.DataFrame:
    """Forecasts of test releases whose date is wrong, beside those by the true date.

    All are held against the total of the true window. One that the first streams date right is forecast as such; one
    whose window has ended by the date that is believed is not forecast.

    Args:
        streams: Fitted stream models by feature set.
        testing: Modelling frame of the test releases, all as-of days.
        misdated: Rows from `ml.misdated`.
        horizons: Days from release that the totals cover.

    Returns:
        Columns of `stress_forecasts`; the as-of day counts from the true date. A release that is not dated right has
        one more row, in a state of those alone, such as `date_3_days_early_not_found`.
    """
    chosen, found = misdated[misdated["release_id"].isin(testing["release_id"])], []
    for day in STRESSED_DAYS:
        clean = testing[(testing["as_of_day"] == day) & testing["release_id"].isin(chosen["release_id"])]
        cases = chosen[(chosen["true_day"] == day) & chosen["release_id"].isin(clean["release_id"])]
        if cases.empty:
            continue
        cases = cases.assign(
            case=cases["release_id"] + " " + cases["days_wrong"].astype(str),
            state=[_date_state(days) for days in cases["days_wrong"]],
        )
        for horizon in [each for each in horizons if each > day]:
            alone = _figures(streams, clean.assign(case=clean["release_id"]), horizon).set_index("release_id")
            right = alone[list(FIGURES)].reindex(cases["release_id"]).set_axis(cases.index)
            asked = cases[~cases["is_found"] & ~cases["is_refused"] & is_open(cases, horizon)]
            others = _figures(streams, asked, horizon).set_index("case")[list(FIGURES)]
            actual = clean.set_index("release_id")[target_column(horizon)]
            rows = cases[["release_id", "state"]].assign(
                as_of_day=day,
                horizon_days=horizon,
                actual_streams=cases["release_id"].map(actual),
                **right.where(cases["is_found"], others.reindex(cases["case"]).set_axis(cases.index)),
                **right.add_prefix("clean_"),
            )
            missed = rows[~cases["is_found"]]
            found += [rows, missed.assign(state=missed["state"] + "_not_found")]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=FORECAST_KEYS)


def _date_state(days_wrong: int) -> str:
    days = "day" if abs(days_wrong) == 1 else "days"
    return f"date_{abs(days_wrong)}_{days}_{'early' if days_wrong < 0 else 'late'}"


def _without_vk(clean: pd.DataFrame) -> pd.DataFrame:
    """Rows of releases of which VK never delivers: `stressed_features` has none."""
    unknown: dict[str, Any] = dict.fromkeys([name for name in clean.columns if name.startswith("vk_")], np.nan)
    unknown |= {"vk_missing_days": 0.0, "vk_days_behind": clean["as_of_day"], "vk_missing_of_last_three_days": 0.0}
    return clean.assign(**unknown, platform="vk", first_day=0, last_day=99)


def _figures(streams: Mapping[str, Any], known: pd.DataFrame, horizon: int) -> pd.DataFrame:
    """Forecasts of each case that is not refused, with its release."""
    parts, none = [], known.iloc[:0].reindex(columns=["release_id", "case", *FIGURES])
    if known.empty:
        return none
    rows, _ = choose(known.assign(of_release=known["release_id"], release_id=known["case"]), streams, horizon)
    for feature_set, part in rows.groupby("chosen_set"):
        totals = stream_quantiles(streams[str(feature_set)], part, part["floor_streams"].fillna(0).to_numpy())
        figures = read_off(totals[horizon], part.index)
        parts.append(figures.assign(release_id=part["of_release"], case=part["case"]))
    return pd.concat(parts or [none])


def state(platform: str, first_day: int, last_day: int, as_of_day: int) -> str:
    """What a forecast of the as-of day lacks, such as `vk_2_days_behind` or `tiktok_older_hole`."""
    if last_day >= max(RECENT_DAYS * 10, as_of_day):
        return f"{platform}_absent"
    if last_day >= as_of_day - 1:
        late = as_of_day - first_day
        return f"{platform}_{late}_{'day' if late == 1 else 'days'}_behind"
    if last_day > first_day:
        return f"{platform}_several_holes"
    return f"{platform}_{'recent' if first_day >= as_of_day - RECENT_DAYS else 'older'}_hole"


def stress_metrics(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Figures of each state, as-of day and horizon, in the columns of `ml.backtest_stress` but run_id and time.

    Widths are medians of the log of the 90 % interval's upper over its lower end, of the releases that are forecast.
    """
    rows = []
    for (of_state, day, horizon), part in forecasts.groupby(["state", "as_of_day", "horizon_days"]):
        name = str(of_state)
        made = part[part["predicted_streams"].notna()]
        row = {
            "platform": PLATFORMS[name.partition("_")[0]],
            "state": name,
            "as_of_day": day,
            "horizon_days": horizon,
            "release_count": part["release_id"].nunique(),
            "refused_share": float(part["predicted_streams"].isna().mean()),
        }
        rows.append(row | (_compared(made) if len(made) else dict.fromkeys(METRICS[len(row) :], np.nan)))
    return pd.DataFrame(rows, columns=METRICS)


def _compared(made: pd.DataFrame) -> dict[str, float]:
    """The figures of `stress_metrics` on forecasts that were made."""
    actual = made["actual_streams"].to_numpy(dtype=float)
    ends, alone = ([made[f"{of}{figure}"].to_numpy(dtype=float) for figure in FIGURES] for of in ("", "clean_"))
    width, clean_width = (float(np.median(np.log1p(upper) - np.log1p(lower))) for _, lower, upper in (ends, alone))
    return {
        "coverage_90": float(inside(actual, *ends[1:]).mean()),
        "clean_coverage_90": float(inside(actual, *alone[1:]).mean()),
        "log_width_90": width,
        "clean_log_width_90": clean_width,
        "width_ratio": width / clean_width if clean_width else np.nan,
        "rmsle": rmsle(actual, ends[0]),
        "clean_rmsle": rmsle(actual, alone[0]),
    }
